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
    series, most = [state.rows_series for state in states], len(states) * BUCKETS
    of_written, of_done = _places(series, lasts, share, [written, done])
    rows = np.bincount(of_written, lines.rows[triples + 1], most)  # exact: they come to less than 2**53
    _add(series, rows, np.bincount(of_written, None, most) + np.bincount(of_done, None, most))
    series = [state.chunks_series for state in states]
    (of_done,) = _places(series, lasts, share, [done])
    chunks = np.bincount(of_done, None, most)
    _add(series, chunks, chunks)


def take_back(state: RunState, lines: Lines, triples: Iterable[int]) -> None:
    """What was counted of these is counted one by one instead."""
    for at in triples:
        state.rows_series.add(int(lines.time[at + 1]), -int(lines.rows[at + 1]))
        state.chunks_series.add(int(lines.time[at + 2]), -1)


def _places(
    series: Sequence[Series], lasts: Sequence[int], share: Numbers, moments: Sequence[Numbers]
) -> list[Numbers]:
    """For each moment a number that says of which series, and which bucket."""
    begun = np.array([each.room_for(last) for each, last in zip(series, lasts, strict=True)])[share].T
    return [share * BUCKETS + np.maximum((its - begun[0]) // begun[1], 0) for its in moments]


def _add(series: Sequence[Series], amounts: Column, heard: Numbers) -> None:
    """Count the amount of each place of which something was heard."""
    places = np.flatnonzero(heard)
    owners, buckets = np.divmod(places, BUCKETS)
    sums = amounts[places].astype(np.int64)
    firsts = np.flatnonzero(np.diff(owners, prepend=-1)).tolist()
    for first, stop, owner in zip(firsts, [*firsts[1:], len(owners)], owners[firsts].tolist(), strict=True):
        series[owner].add_to(buckets[first:stop].tolist(), sums[first:stop].tolist())
