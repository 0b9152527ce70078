"""What stands on the time bar: a mark wherever something was wrong, however much there was of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct

from runwatch.answers.notable import LISTED, Notable
from runwatch.answers.view import Mark
from runwatch.core.index import NEVER
from runwatch.core.runs import Moment

STRETCHES = 480
"""Of the axis: several for each cell of any terminal."""


class TimeMark(Struct, frozen=True):
    """Something worth a mark on the time bar."""

    time: int
    mark: Mark


def time_marks(
    moment: Moment, listed: Sequence[Notable], start: int | None, end: int | None
) -> tuple[TimeMark, ...]:
    """Those of the notable events; of kinds of which not all are listed, the first of each stretch of the axis."""
    marks = [TimeMark(found.time, found.mark) for found in listed if found.time is not None]
    if start is not None and end is not None and end > start:
        marks += _unlisted(moment, start, end)
    return tuple(marks)


def _unlisted(moment: Moment, start: int, end: int) -> Iterator[TimeMark]:
    state, moments = moment.state, moment.log.moments
    kinds = (
        (state.failures, Mark.FAILED),
        (state.retries, Mark.RETRY),
        (state.quality, Mark.DEGRADED),
        (state.schema, Mark.DEGRADED),
        (state.warnings, Mark.DEGRADED),
    )
    for positions, mark in kinds:
        at = LISTED
        while at < len(positions):
            time = moments[positions[at]]
            if time != NEVER:
                yield TimeMark(time, mark)
            stretch = max(0, time - start) * STRETCHES // (end - start) + 1
            edge = start + -(-stretch * (end - start) // STRETCHES)
            at = max(at + 1, bisect_left(positions, edge, at, key=moments.__getitem__))
