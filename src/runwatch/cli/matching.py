"""Which events were asked for, in one order over all runs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import NamedTuple

from msgspec import Struct, field

from runwatch.core.events import Event
from runwatch.core.index import NEVER, RunLog
from runwatch.core.order import Order
from runwatch.core.places import Place, Segment
from runwatch.core.runs import Moment
from runwatch.core.when import Number, When


class Match(NamedTuple):
    """An event that was asked for. Sorts by time over all runs, then by log and line."""

    time: int
    chain: str
    order: float
    line: int
    number: int
    position: int
    run_id: str
    moment: Moment

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.moment.log.place(self.position)

    @property
    def event(self) -> Event:
        """What it says."""
        return self.moment.log.event(self.position)


class Asking(Struct, frozen=True):
    """What an event must be. Kinds and groups add up; everything else narrows."""

    kinds: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    chunk: int | None = None
    since: When | None = None
    until: When | None = None

    def wants(self, log: RunLog, position: int) -> bool:
        """Whether it is of the kinds, groups and chunk asked for; said without looking at the event itself."""
        asked = self.kinds or self.groups
        if asked and log.kind_at(position) not in self.kinds and log.group_at(position) not in self.groups:
            return False
        return self.chunk is None or log.chunk_at(position) == self.chunk

    def stretch(self, moment: Moment) -> range:
        """The positions of the run between `since` and `until`, both included."""
        log = moment.log
        start = 0 if self.since is None else _begin(self.since, moment)
        stop = len(log.order) if self.until is None else self.until.cut(log, moment.state).stop
        return range(start, stop)


def _begin(when: When, moment: Moment) -> int:
    """The first position that is not before a moment; the n-th event itself."""
    cut = when.cut(moment.log, moment.state)
    if isinstance(when, Number):
        return max(0, cut.stop - 1)
    if cut.time is None or moment.log.moments[0] == NEVER:
        return 0
    return bisect_left(moment.log.moments, cut.time)


class _Known(Struct):
    """What was seen of one run's log."""

    order: object = None
    length: int = 0
    events: object = None
    rows: int = 0
    marks: dict[Segment, tuple[int, int]] = field(default_factory=dict)
    """The last line and entry of each file."""


class Matches:
    """The events asked for, each given once, however often one asks."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self._known: dict[str, _Known] = {}

    def new(self, moments: Iterable[Moment]) -> Iterator[Match]:
        """Those not given yet, merged over the runs by time."""
        return merge(*[self._of(moment) for moment in moments])

    def _of(self, moment: Moment) -> list[Match]:
        log, known = moment.log, self._known.setdefault(moment.run_id, _Known())
        positions = self._unseen(log, known)
        self._note(log, known)
        stretch = self.asking.stretch(moment)
        return [
            _match(moment, position)
            for position in positions
            if position in stretch and self.asking.wants(log, position)
        ]

    @staticmethod
    def _unseen(log: RunLog, known: _Known) -> Iterable[int]:
        if known.order is log.order:
            return range(known.length, len(log.order))
        if known.order is None:
            return range(len(log.order))
        given = _displaced(log, known)
        return [
            position
            for position, row in enumerate(log.order)
            if _is_beyond(log, row, known) and not _is_given(log, row, given)
        ]

    @staticmethod
    def _note(log: RunLog, known: _Known) -> None:
        first = known.rows if known.events is log.events else 0
        for row in range(first, len(log)):
            segment, mark = log.segments.at(row), (log.lines[row], log.numbers.get(row, 0))
            known.marks[segment] = max(mark, known.marks.get(segment, mark))
        known.order, known.length = log.order, len(log.order)
        known.events, known.rows = log.events, len(log)


def _displaced(log: RunLog, known: _Known) -> dict[int, list[Event]]:
    """By time, events that were in the order and are repeats now: one equal to each stands in front of it."""
    if known.events is not log.events or not isinstance(known.order, Order):
        return {}
    given: dict[int, list[Event]] = {}
    for row in set(known.order[: known.length]).difference(log.order):
        given.setdefault(log.times[row], []).append(log.event_of(row))
    return given


def _is_given(log: RunLog, row: int, given: dict[int, list[Event]]) -> bool:
    equals = given.get(log.times[row])
    return equals is not None and log.event_of(row) in equals


def _is_beyond(log: RunLog, row: int, known: _Known) -> bool:
    """It stands behind what was seen of its file, wherever the order puts it now."""
    return (log.lines[row], log.numbers.get(row, 0)) > known.marks.get(log.segments.at(row), (-1, 0))


def _match(moment: Moment, position: int) -> Match:
    log = moment.log
    row = log.order[position]
    segment = log.segments.at(row)
    return Match(
        log.moments[position], segment.chain, segment.order, log.lines[row], log.numbers.get(row, 0),
        position, moment.run_id, moment,
    )  # fmt: skip
