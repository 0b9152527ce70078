"""What a run grew by over time: rows, and chunks done.

Of most runs nobody ever asks for that. So chunks that were taken in many at once
(`core/triples.py`) are counted when somebody does, from the columns that say
where each file was named and each part delivered; until then they, and what
comes behind them as planned, are `RunState.uncounted`. A series is a function of
what was added, so nobody sees when that was.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from runwatch.core.index import NEVER, RunLog
from runwatch.core.run import RunState
from runwatch.core.series import Series

MOST = 10_000
"""Chunks that are left uncounted, at most: to count so many takes a millisecond."""


def rows_of(state: RunState, log: RunLog) -> Series:
    """Rows, by the moment at which they were first told of."""
    count(state, log)
    return state.rows_series


def chunks_of(state: RunState, log: RunLog) -> Series:
    """Chunks, by the moment at which each was first done."""
    count(state, log)
    return state.chunks_series


def leave(state: RunState) -> None:
    """The next files and parts are those of triples."""
    if state.uncounted is None:
        state.uncounted = len(state.files), len(state.chunks.part_position)


def limit(state: RunState, log: RunLog) -> None:
    """Count where too many are left."""
    if state.uncounted is not None and len(state.chunks.part_position) - state.uncounted[1] > MOST:
        count(state, log)


def note_rows(state: RunState, log: RunLog, moment: int, rows: int, known: int) -> None:
    """A FileWritten told so many rows more; `known`: files there were before."""
    if state.uncounted is not None:
        if len(state.files) > known and rows == _rows(state, known, known + 1)[0]:
            return
        count(state, log, known)
    if moment != NEVER:
        _add(state.rows_series, moment, rows)


def note_done(state: RunState, log: RunLog, moment: int, rows: int, known: int, *, is_new: bool) -> None:
    """A ChunkCompleted did the same, and delivered a part; `is_new`: its chunk was not done before."""
    if state.uncounted is not None:
        if is_new and rows == (_rows(state, known, known + 1)[0] if len(state.files) > known else 0):
            return
        count(state, log, known, len(state.chunks.part_position) - 1)
    if moment != NEVER:
        if is_new:
            state.chunks_series.add(moment, 1)
        _add(state.rows_series, moment, rows)


def _add(series: Series, moment: int, rows: int) -> None:
    if series.begin <= moment < series.end:
        series.pending += max(0, rows)
    else:
        series.add(moment, max(0, rows))


def count(state: RunState, log: RunLog, files: int | None = None, parts: int | None = None) -> None:
    """Count what is left, up to this file and part."""
    if state.uncounted is None:
        return
    first, part = state.uncounted
    state.uncounted = None
    naming, delivered, moments = state.files.first_naming, state.chunks.part_position, log.moments
    files, parts = len(naming) if files is None else files, len(delivered) if parts is None else parts
    if first < files:
        state.rows_series.add_rising(_at(moments, naming.pieces(first, files)), _rows(state, first, files))
    if part < parts:
        done = _at(moments, delivered.pieces(part, parts))
        state.rows_series.add_rising(done, 0)
        state.chunks_series.add_rising(done, 1)


def _at(moments: Sequence[int], positions: Iterable[Sequence[int]]) -> Sequence[int]:
    """The moments of these positions, most of which rise by the same step."""
    found = array("q")
    for some in positions:
        if isinstance(some, range):
            found.extend(moments[some.start : some.stop : some.step])
        else:
            found.extend(map(moments.__getitem__, some))
    return found


def _rows(state: RunState, start: int, stop: int) -> Sequence[int]:
    """What these files count for: what was told of them where they were named first, if each one's number is its row.

    None that counts for something else is left uncounted.
    """
    return state.files.facts.file_rows[start:stop]
