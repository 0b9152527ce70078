"""The next event that failed or degraded, from anywhere in a run's log: looked up, not searched for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from runwatch.answers.failure_stops import bad_outcomes, interruptions
from runwatch.core.runs import Moment

LOOKED_AT = 20_000
"""Stops that are held against a filter while a key waits."""


def failures(moment: Moment) -> tuple[Sequence[int], ...]:
    """Failed attempts, what interrupted others, retries of the whole export, outcomes of a run that failed."""
    state = moment.state
    return (state.failures, interruptions(moment), state.retries, bad_outcomes(moment))


def degradations(moment: Moment) -> tuple[Sequence[int], ...]:
    """Quality issues, schema changes, warnings."""
    state = moment.state
    return (state.quality, state.schema, state.warnings)


def stops(sorted_ones: Sequence[Sequence[int]], here: int, step: int) -> Iterator[int]:
    """From position `here` on, or back, each of these once; at most `LOOKED_AT`."""
    for _ in range(LOOKED_AT):
        found = [stop for ones in sorted_ones if (stop := _next(ones, here, step)) is not None]
        if not found:
            return
        here = min(found) if step > 0 else max(found)
        yield here


def _next(ones: Sequence[int], here: int, step: int) -> int | None:
    index = bisect_left(ones, here + (step > 0)) - (step < 0)
    return ones[index] if 0 <= index < len(ones) else None
