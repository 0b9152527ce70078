"""What the triples of many runs add to their series, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from runwatch.core.bulk.block import Column, Numbers
from runwatch.core.bulk.decode import FARTHEST
from runwatch.core.bulk.lines import Lines
from runwatch.core.run import RunState
from runwatch.core.series import BUCKETS, Series


def can_count(state: RunState, due: int, lines: int) -> bool:
    """Whether so many lines may be counted before they are folded: no checkpoint is due among them, and both series
    have begun.
    """
    origins = (state.rows_series.origin, state.chunks_series.origin)
    begun = all(origin is not None and abs(origin) < FARTHEST for origin in origins)
    return begun and state.positions + lines < due


def count(lines: Lines, triples: Numbers, counts: Sequence[int], states: Sequence[RunState]) -> None:
    """Count these triples, which begin in these lines: the first so many are the first state's, and so on."""
    if not len(triples):
        return
    share = np.repeat(np.arange(len(states)), counts)
    lasts = lines.time[triples[np.cumsum(counts) - 1] + 2].tolist()
    written, done = lines.time[triples + 1], lines.time[triples + 2]
    series = [state.rows_series for state in states]
    places = _places(series, lasts, np.concatenate((share, share)), np.concatenate((written, done)))
    nothing = np.zeros(len(triples), np.uint32)  # heard of is what was done then, too
    order = np.argsort(places, kind="stable")
    _add(series, places[order], np.concatenate((lines.rows[triples + 1], nothing))[order])
    chunks = [state.chunks_series for state in states]
    _add(chunks, _places(chunks, lasts, share, done), np.ones(len(triples), np.uint32))


def take_back(state: RunState, lines: Lines, triples: Iterable[int]) -> None:
    """What was counted of these is counted one by one instead."""
    for at in triples:
        state.rows_series.add(int(lines.time[at + 1]), -int(lines.rows[at + 1]))
        state.chunks_series.add(int(lines.time[at + 2]), -1)


def _places(series: Sequence[Series], lasts: Sequence[int], share: Numbers, moments: Numbers) -> Numbers:
    """For each moment a number that says of which series, and which bucket."""
    begun = np.array([each.room_for(last) for each, last in zip(series, lasts, strict=True)])
    buckets = (moments - begun[share, 0]) // begun[share, 1]
    places: Numbers = share * BUCKETS + np.maximum(buckets, 0)
    return places


def _add(series: Sequence[Series], places: Numbers, amounts: Column) -> None:
    begins = np.flatnonzero(np.diff(places, prepend=-1))
    sums = np.add.reduceat(amounts.astype(np.int64), begins)
    owners, buckets = np.divmod(places[begins], BUCKETS)
    firsts = np.flatnonzero(np.diff(owners, prepend=-1)).tolist()
    for first, stop, owner in zip(firsts, [*firsts[1:], len(owners)], owners[firsts].tolist(), strict=True):
        series[owner].add_to(buckets[first:stop].tolist(), sums[first:stop].tolist())
