"""Where a run can be gone to: its events, the notable ones, its failures, its degradations.

Positions in the run's order, of all that was read of it. What is shown at a
moment ends with the position before its cut: the stop it stands on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from itertools import chain

from runwatch.answers.failure_stops import interruptions, recoveries, stop_positions
from runwatch.core.index import RunLog
from runwatch.core.run import NOWHERE
from runwatch.core.runs import Moment


class Kind(Enum):
    """What one can go from, to the next."""

    EVENT = "event"
    NOTABLE = "notable event"
    FAILURE = "failure"
    DEGRADATION = "degradation"
    """QualityIssue, SchemaChanged, Warning."""


def _notable(whole: Moment) -> Iterable[int]:
    state = whole.state
    checks = (position for position in (state.validation, state.reconciliation) if position != NOWHERE)
    broken = (state.failures, interruptions(whole), recoveries(whole), state.retries)
    return chain(*broken, _degradations(whole), checks, state.outcomes)


def _failures(whole: Moment) -> Iterable[int]:
    return chain(*stop_positions(whole))


def _degradations(whole: Moment) -> Iterable[int]:
    state = whole.state
    return (*state.quality, *state.schema, *state.warnings)


_POSITIONS: dict[Kind, Callable[[Moment], Iterable[int]]] = {
    Kind.NOTABLE: _notable,
    Kind.FAILURE: _failures,
    Kind.DEGRADATION: _degradations,
}


class Stops:
    """The stops of each run; found once for each state of it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Kind], tuple[Moment, list[int]]] = {}

    def of(self, whole: Moment, kind: Kind) -> Sequence[int]:
        """All of a kind but EVENT, in the order of the log; `whole` is the run with all that was read."""
        key = (whole.run_id, kind)
        kept = self._found.get(key)
        if kept is None or kept[0] is not whole:
            kept = self._found[key] = (whole, sorted(set(_POSITIONS[kind](whole))))
        return kept[1]

    def next(self, whole: Moment, kind: Kind, stop: int, step: int) -> int | None:
        """The stop `step` (1 or -1) away from a cut at `stop`; None where there is none."""
        if kind is Kind.EVENT:
            return _next_event(whole, stop, step)
        stops = self.of(whole, kind)
        at = bisect_left(stops, stop) if step > 0 else bisect_left(stops, stop - 1) - 1
        return stops[at] if 0 <= at < len(stops) else None

    def next_in_time(self, whole: Moment, kind: Kind, now: int, step: int) -> int | None:
        """The first stop of a kind but EVENT later than `now`, or the last one earlier."""
        moments = whole.log.moments
        cut = bisect_right(moments, now) if step > 0 else bisect_left(moments, now)
        stops = self.of(whole, kind)
        at = bisect_left(stops, cut) - (step < 0)
        return stops[at] if 0 <= at < len(stops) else None


def event_in_time(log: RunLog, now: int, step: int) -> int | None:
    """The first position later than `now`, or the last one earlier."""
    at = bisect_right(log.moments, now) if step > 0 else bisect_left(log.moments, now) - 1
    return at if 0 <= at < len(log.moments) else None


def _next_event(whole: Moment, stop: int, step: int) -> int | None:
    """By number, so that what has none is passed over; by position in a run that has nothing else."""
    log, count = whole.log, whole.state.positions
    if not whole.state.events:
        at = stop if step > 0 else stop - 2
        return at if 0 <= at < count else None
    number = log.number_at(stop - 1) if stop else 0
    stands_on_one = stop > 0 and log.position_of(number) == stop - 1
    wanted = number + (1 if step > 0 else -1 if stands_on_one else 0)
    return log.position_of(wanted) if 0 < wanted <= whole.state.events else None
