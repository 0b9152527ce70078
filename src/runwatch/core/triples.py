"""Chunks that went as planned, many at once: begun, written to one new file, done, and the next one begun.

This is what nearly all of a large log says. Where a stretch of a run is such
triples and nothing else, each column takes all of them in one step.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import sub
from typing import Any

from runwatch.core.marks import FREQUENT
from runwatch.core.run import COMPLETED, RunState
from runwatch.core.runs import Run
from runwatch.core.wire import Completed, Started, Written

FEWEST = 2
"""Triples that are worth it."""
_MARKS = {digits: array("H", marks) for digits, marks in FREQUENT.items()}
_DONE = bytes([COMPLETED])


def triples_at(said: Sequence[Any]) -> tuple[int, int]:
    """Where triples begin, and how many follow one another; (0, 0) where there are too few."""
    kinds = list(map(type, said))
    start = kinds.index(Started) if Started in kinds else len(kinds)
    count = (len(kinds) - start) // 3
    stop = start + 3 * count
    if (
        count < FEWEST
        or kinds[start:stop:3].count(Started) != count
        or kinds[start + 1 : stop : 3].count(Written) != count
        or kinds[start + 2 : stop : 3].count(Completed) != count
    ):
        return 0, 0
    return start, count


def take_triples(run: Run, times: Sequence[int], said: Sequence[Any], digits: int) -> bool:
    """Whether these triples were taken; if not, nothing has happened. Times and lines are the caller's."""
    started, written, completed = said[0::3], said[1::3], said[2::3]
    state, facts = run.state_so_far, run.log.facts
    chunks, files, count = state.chunks, state.files, len(started)
    index = chunks.slot_of.count
    indexes = list(range(index, index + count))
    rows, names = [one.rows for one in written], [one.file_name for one in written]
    if (
        chunks.strewn is not None
        or chunks.slot_of.known.straight != index
        or files.row_of.count != files.row_of.known.straight
        or len(facts.file_rows) != files.row_of.count
        or [one.chunk_index for one in started] != indexes
        or [one.chunk_index for one in completed] != indexes
        or [one.rows for one in completed] != rows
        or files.numbers is not None
        or [one.file_name for one in completed] != names
        or not facts.names.add_new(names)
    ):
        return False
    sizes = [one.bytes for one in written]
    facts.tell(rows, sizes)
    _note_facts(run, indexes, digits)
    _note_files(state, rows, sizes)
    _note_chunks(run, times, count)
    ends = times[2::3]
    state.rows_series.add_rising(times[1::3], rows)
    state.rows_series.add_rising(ends, (0,) * count)
    state.chunks_series.add_rising(ends, (1,) * count)
    state.positions += 3 * count
    return True


def _note_facts(run: Run, indexes: list[int], digits: int) -> None:
    log, facts, count = run.log, run.log.facts, len(indexes)
    file, done = run.state_so_far.files.row_of.count, len(facts.completed_chunk)
    log.marks.extend(_MARKS[digits] * count)
    log.note_arguments(indexes[0], file, done, count)
    facts.completed_chunk.extend_from(indexes[0], count)
    facts.completed_file.extend_from(file, count)


def _note_files(state: RunState, rows: list[int], sizes: list[int]) -> None:
    files, count, position = state.files, len(rows), state.positions
    state.is_written = True
    files.row_of.count += count
    files.row_of.known.straight += count
    files.first_naming.extend_from(position + 1, count)
    if files.written is not None:
        files.written.extend_from(position + 1, count)
    files.last_naming.extend_from(position + 2, count)
    files.total_rows += sum(rows)
    files.total_bytes += sum(sizes)
    files.with_bytes += count


def _note_chunks(run: Run, times: Sequence[int], count: int) -> None:
    state = run.state_so_far
    chunks, position = state.chunks, state.positions
    slot, attempt = chunks.slot_of.count, len(chunks.attempt_outcome)
    file = state.files.row_of.count - count
    chunks.slot_of.count += count
    chunks.slot_of.known.straight += count
    chunks.states.extend(_DONE * count)
    chunks.ended[COMPLETED] += count
    chunks.last_attempt.extend_from(attempt, count)
    chunks.add_last_parts(slot, count)
    chunks.attempt_start.extend_from(position, count)
    chunks.attempt_end.extend_from(position + 2, count)
    chunks.attempt_outcome.extend(_DONE * count)
    chunks.part_attempt.extend_from(attempt, count)
    chunks.part_file.extend_from(file, count)
    chunks.part_position.extend_from(position + 2, count)
    lengths = list(map(sub, times[2::3], times[0::3]))
    longest = max(lengths)
    if longest > chunks.longest:
        chunks.slowest, chunks.longest = slot + lengths.index(longest), longest
