"""Many frequent events of one run at once, into its columns.

This is what reading a large log is spent on, so it is written out: nothing is
called for an event but what appends to a column. Whatever is not as in nearly
all logs (a second attempt, a chunk out of its order, a file named before) goes
through `core/fold.py`, event by event; the two come to the same, which
tests/core/test_loading.py holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub

from runwatch.core.fold import completed, started, written
from runwatch.core.marks import FREQUENT
from runwatch.core.run import COMPLETED, NOWHERE, RUNNING
from runwatch.core.runs import Run
from runwatch.core.triples import take_triples, triples_at
from runwatch.core.wire import Completed, Started, Written

Said = Started | Written | Completed


def take(run: Run, times: Sequence[int], lines: Sequence[int], said: Sequence[Said], digits: int) -> None:
    """Take in events that stand behind all others of a straight run, and are no repeats. `digits`: of their times."""
    checkpoints, start = run.checkpoints, 0
    while start < len(times):
        room = checkpoints.due - run.state_so_far.positions
        stop = min(start + room, len(times))
        if start == 0 and stop == len(times):
            _take(run, times, lines, said, digits)
        else:
            _take(run, times[start:stop], lines[start:stop], said[start:stop], digits)
        if stop - start == room:
            checkpoints.note(run.state_so_far)
        start = stop


def _take(run: Run, times: Sequence[int], lines: Sequence[int], said: Sequence[Said], digits: int) -> None:
    log, state = run.log, run.state_so_far
    _note_times(run, times)
    log.order.straight = len(log.times) + len(times)
    log.times.extend(times)
    log.lines.extend(lines)
    start, count = triples_at(said)
    begun = said[start]
    if count and isinstance(begun, Started) and begun.chunk_index != state.chunks.slot_of.count:
        start, count = start + 3, count - 1  # begun once more: what a stretch begins with where an attempt has failed
    stop = start + 3 * count
    if start:
        _take_each(run, times[:start], said[:start], digits)
    if count and not take_triples(run, times[start:stop], said[start:stop], digits):
        _take_each(run, times[start:stop], said[start:stop], digits)
    if stop < len(times):
        _take_each(run, times[stop:], said[stop:], digits)
    state.last_heard, state.heard = state.positions - 1, times[-1]


def _take_each(run: Run, times: Sequence[int], said: Sequence[Said], digits: int) -> None:
    log, state = run.log, run.state_so_far
    was_started, was_written, was_completed = FREQUENT[digits]
    position, time_of = state.positions, log.times
    mark, argument = log.marks.append, log.arguments.append
    chunks, files, facts = state.chunks, state.files, log.facts
    slots, rows_of, number_of = chunks.slot_of, files.row_of, facts.names.number
    known_slots, known_files = slots.known, rows_of.known
    states, last_attempt, last_part = chunks.states, chunks.last_attempt, chunks.last_part
    start_of, end_of, outcome_of = chunks.attempt_start, chunks.attempt_end, chunks.attempt_outcome
    rows_series, chunks_series = state.rows_series, state.chunks_series
    name: str | None = None
    fresh = fresh_rows = NOWHERE
    for time, it in zip(times, said, strict=True):
        if type(it) is Started:
            index = it.chunk_index
            mark(was_started)
            argument(index)
            if index == slots.count == known_slots.straight and chunks.stand_in_order:
                slots.count = known_slots.straight = index + 1
                chunks.open[index] = len(start_of)
                last_attempt.append(len(start_of))
                states.append(RUNNING)
                last_part.append(NOWHERE)
                start_of.append(position)
                end_of.append(NOWHERE)
                outcome_of.append(RUNNING)
            else:
                started(state, position, index)
        elif type(it) is Written:
            name, fresh_rows = it.file_name, it.rows
            fresh = number_of(name)
            mark(was_written)
            argument(fresh)
            if fresh == rows_of.count == known_files.straight == len(facts.file_rows) and not files.numbers:
                rows_of.count = known_files.straight = fresh + 1
                facts.file_rows.append(fresh_rows)
                facts.file_sizes.append(it.bytes)
                files.first_naming.append(position)
                files.last_naming.append(position)
                files.total_rows += fresh_rows
                files.total_bytes += it.bytes
                files.with_bytes += 1
                state.is_written = True
                state.written.append(position)
                if rows_series.begin <= time < rows_series.end:
                    rows_series.pending += fresh_rows
                else:
                    rows_series.add(time, fresh_rows)
            else:
                facts.tell_written(position, fresh, (fresh_rows, it.bytes))
                written(state, position, time, (fresh, fresh_rows, it.bytes))
                fresh = NOWHERE
        else:
            index, rows, named = it.chunk_index, it.rows, it.file_name
            mark(was_completed)
            if (
                fresh >= 0
                and named == name
                and rows == fresh_rows
                and chunks.settled <= index < known_slots.straight
                and states[index] == RUNNING
                and last_part[index] == NOWHERE
                and index not in chunks.troubled
            ):
                argument(len(facts.completed_chunk))
                facts.completed_chunk.append(index)
                facts.completed_file.append(fresh)
                attempt = chunks.open.pop(index)
                end_of[attempt] = files.last_naming[fresh] = position
                outcome_of[attempt] = states[index] = COMPLETED
                chunks.ended[COMPLETED] += 1
                last_part[index] = len(chunks.part_file)
                chunks.part_attempt.append(attempt)
                chunks.part_file.append(fresh)
                chunks.part_position.append(position)
                fresh = NOWHERE  # what is named once more is not as simple
                length = time - time_of[start_of[attempt]]
                if length > chunks.longest:
                    chunks.slowest, chunks.longest = index, length
                if not rows_series.begin <= time < rows_series.end:
                    rows_series.add(time, 0)  # heard of, though its rows were counted
                if chunks_series.begin <= time < chunks_series.end:
                    chunks_series.pending += 1
                else:
                    chunks_series.add(time, 1)
            else:
                argument(facts.completed(position, index, rows, named))
                completed(state, log, position, (time, time), (index, rows, facts.completed_file[-1]))
        position += 1
    state.positions = position


def _note_times(run: Run, times: Sequence[int]) -> None:
    """The latest of them, and the longest silence between two."""
    state = run.state_so_far
    run.log.placing.latest = times[-1]
    gap = max(map(sub, times, (state.heard, *times[:-1])))
    state.longest_gap = max(state.longest_gap, gap)
