"""How many events had been delivered again by a moment.

A repeat has no position in a run's order, so where it would stand is worked out
here: in its own file's order, by the moment that file had reached.
"""

from __future__ import annotations

from collections.abc import Iterator

from runwatch.core.index import NEVER, RunLog
from runwatch.core.runs import Moment
from runwatch.core.when import Number, When

Standing = tuple[int, str, float, int, int]
"""Moment, log, place in it: what the order of a run goes by."""


def repeats(moment: Moment, when: When | None) -> int:
    """Those at the moment shown; `when` is how it was named."""
    log, cut = moment.log, moment.cut
    if cut is None or not log.repeats:
        return log.repeats
    if isinstance(when, Number):
        last = log.order[cut.stop - 1]
        end = _standing(log, last, log.moments[cut.stop - 1])
        return sum(standing < end for standing in _repeated(log))
    return sum(cut.time is None or standing[0] <= cut.time for standing in _repeated(log))


def _repeated(log: RunLog) -> Iterator[Standing]:
    """Where each repeat would stand."""
    kept = set(log.order)
    reached: dict[str, int] = {}
    for row in sorted(range(len(log)), key=lambda row: _standing(log, row, 0)):
        chain = log.segments.at(row).chain
        reached[chain] = max(reached.get(chain, NEVER), log.times[row])
        if row not in kept:
            yield _standing(log, row, reached[chain])


def _standing(log: RunLog, row: int, moment: int) -> Standing:
    segment = log.segments.at(row)
    return moment, segment.chain, segment.order, log.lines[row], log.numbers.get(row, 0)
