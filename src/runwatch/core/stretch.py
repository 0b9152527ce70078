"""Many events of one run at once, into its columns.

Chunks that went as planned are taken together (`core/triples.py`); whatever is
not as in nearly all logs goes through `core/fold.py`, event by event. The two
come to the same, which tests/core/test_stretch.py holds.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterator, Sequence
from operator import sub
from typing import Any

from runwatch.core import events as ev
from runwatch.core.fold import completed, fold_event, started, written
from runwatch.core.marks import FREQUENT, NUMBER_OF, mark_of
from runwatch.core.runs import Run
from runwatch.core.triples import Triples, take_triples
from runwatch.core.wire import Completed, Started, Written

RARE = frozenset(ev.VARIANTS) - {ev.ChunkStarted, ev.FileWritten, ev.ChunkCompleted}
"""What else a run says, all of it with a number."""
Said = Started | Written | Completed | ev.Event
"""One of the frequent three, or a rare one as it is kept."""
Part = tuple[Sequence[int], Sequence[int], Sequence[Said]]
"""Times (ns), lines and what they say: of each as many."""
FEWEST = 2
"""Triples that are worth it."""
_MARKS = {digits: array("H", marks) for digits, marks in FREQUENT.items()}


def take(run: Run, part: Part, digits: int) -> Generator[None, None, int]:
    """Take in events that stand behind all others of a straight run, and are no repeats; how many: none behind its end.

    `digits`: of their times. With pauses for others (`core/short_logs.py`): only behind all of them is the run whole.
    """
    times, lines, said = part
    kinds: list[type] = list(map(type, said))
    count = kinds.index(ev.RunCompleted) + 1 if ev.RunCompleted in kinds else len(kinds)
    checkpoints, start = run.checkpoints, 0
    while start < count:
        room = checkpoints.due - run.state_so_far.positions
        stop = min(start + room, count)
        if stop - start == len(times):
            yield from _take(run, part, kinds, digits)
        else:
            yield from _take(run, (times[start:stop], lines[start:stop], said[start:stop]), kinds[start:stop], digits)
        if stop - start == room:
            checkpoints.note(run.state_so_far)
        start = stop
    if run.state_so_far.has_ended:
        run.straight = None
    return count


def _take(run: Run, part: Part, kinds: Sequence[type], digits: int) -> Iterator[None]:
    times, lines, said = part
    log, state, done = run.log, run.state_so_far, 0
    rare = [at for at, kind in enumerate(kinds) if kind in RARE]
    log.placing.let_go()
    _note_times(run, times, [at for at in rare if kinds[at] is not ev.ChunkFailed])
    log.order.straight = len(log.times) + len(times)
    log.times.extend(times)
    log.lines.extend(lines)
    yield
    for at in rare:
        if done < at:
            yield from _take_frequent(run, times[done:at], said[done:at], kinds[done:at], digits)
        event: Any = said[at]
        log.marks.append(mark_of(NUMBER_OF[kinds[at]], digits, "journal", False))
        log.keep(state.positions, event)
        fold_event(state, log, event)
        done = at + 1
    if done < len(times):
        yield from _take_frequent(run, times[done:], said[done:], kinds[done:], digits)
    state.last_heard, state.heard = state.positions - 1, times[-1]


def _take_frequent(
    run: Run, times: Sequence[int], said: Sequence[Any], kinds: Sequence[type], digits: int
) -> Iterator[None]:
    start, count = triples_at(kinds)
    stop = start + 3 * count
    if start:
        _take_each(run, times[:start], said[:start], digits)
    if count:
        triples = _triples(run, times[start:stop], said[start:stop])
        yield
        if triples is not None and take_triples(run, triples):
            run.log.marks.extend(_MARKS[digits] * count)
        else:
            _take_each(run, times[start:stop], said[start:stop], digits)
        yield
    if stop < len(times):
        _take_each(run, times[stop:], said[stop:], digits)


def triples_at(kinds: Sequence[type]) -> tuple[int, int]:
    """Where triples begin, and how many follow one another; (0, 0) where there are too few."""
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


def _triples(run: Run, times: Sequence[int], said: Sequence[Any]) -> Triples | None:
    """What they say, where each chunk follows the one before it and says the same twice."""
    started, written, completed = said[0::3], said[1::3], said[2::3]
    index: int = started[0].chunk_index
    indexes = list(range(index, index + len(started)))
    rows, names = [one.rows for one in written], [one.file_name for one in written]
    if (
        [one.chunk_index for one in started] != indexes
        or [one.chunk_index for one in completed] != indexes
        or [one.rows for one in completed] != rows
        or [one.file_name for one in completed] != names
    ):
        return None
    sizes, hashes = [one.bytes for one in written], list(map(run.log.facts.names.hash_of, names))
    lengths = list(map(sub, times[2::3], times[0::3]))
    totals = sum(rows), sum(sizes)
    return Triples(index, times[2], lengths, max(lengths), rows, sizes, totals, hashes)


def _take_each(run: Run, times: Sequence[int], said: Sequence[Started | Written | Completed], digits: int) -> None:
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
            written(state, log, position, time, (file, it.rows, it.bytes))
        else:
            argument = facts.completed(position, it.chunk_index, it.rows, it.file_name)
            log.marks.append(was_completed)
            log.note_argument(argument, 2)
            completed(state, log, position, (time, time), facts.of_completed(position, argument))
    state.positions += len(times)


def _note_times(run: Run, times: Sequence[int], idle: Sequence[int]) -> None:
    """The latest of them, and the longest silence between two that did not end in one of these `idle`."""
    state = run.state_so_far
    run.log.placing.latest = times[-1]
    gaps = list(map(sub, times, (state.heard, *times[:-1])))
    for at in idle:
        gaps[at] = 0
    state.longest_gap = max(state.longest_gap, *gaps)
