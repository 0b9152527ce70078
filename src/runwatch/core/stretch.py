"""Many frequent events of one run at once, into its columns.

Chunks that went as planned are taken together (`core/triples.py`); whatever is
not as in nearly all logs goes through `core/fold.py`, event by event. The two
come to the same, which tests/core/test_loading.py holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub

from runwatch.core.fold import completed, started, written
from runwatch.core.marks import FREQUENT
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
    """One after the other: a second attempt, a chunk out of its order, a file named before, whatever it is."""
    log, state, facts = run.log, run.state_so_far, run.log.facts
    was_started, was_written, was_completed = FREQUENT[digits]
    for position, (time, it) in enumerate(zip(times, said, strict=True), state.positions):
        if type(it) is Started:
            log.marks.append(was_started)
            log.note_argument(it.chunk_index, 0)
            started(state, position, it.chunk_index)
        elif type(it) is Written:
            file = facts.written(position, it.file_name, it.rows, it.bytes)
            log.marks.append(was_written)
            log.note_argument(file, 1)
            written(state, position, time, (file, it.rows, it.bytes))
        else:
            argument = facts.completed(position, it.chunk_index, it.rows, it.file_name)
            log.marks.append(was_completed)
            log.note_argument(argument, 2)
            completed(state, log, position, (time, time), facts.of_completed(position, argument))
    state.positions += len(times)


def _note_times(run: Run, times: Sequence[int]) -> None:
    """The latest of them, and the longest silence between two."""
    state = run.state_so_far
    run.log.placing.latest = times[-1]
    gap = max(map(sub, times, (state.heard, *times[:-1])))
    state.longest_gap = max(state.longest_gap, gap)
