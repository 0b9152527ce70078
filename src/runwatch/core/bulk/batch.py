"""Lines that waited, into their runs: chunks that went as planned together, all others one after the other.

The lines are put in the order of their runs. Those of some runs at a time, what can
be seen of all of them at once is looked for once; then each run takes its share as
`core/stretch.py` does with lines decoded one by one. The two come to the same,
which tests/core/bulk/test_loading.py holds.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from runwatch.core import marks
from runwatch.core.bulk.block import Column, Flags, Numbers
from runwatch.core.bulk.bloom import NamesSeen
from runwatch.core.bulk.decode import DIGITS, ODD, STARTED, WRITTEN
from runwatch.core.bulk.files import Files
from runwatch.core.bulk.lines import EASY, Lines, apart, begins_of
from runwatch.core.bulk.stretches import Stretches, are_triples
from runwatch.core.bulk.waiting import Waiting
from runwatch.core.events import ChunkFailed, Entry
from runwatch.core.facts import NO_FILE
from runwatch.core.fold import WORK, completed, fold_event, started, written
from runwatch.core.marks import FREQUENT
from runwatch.core.names import Names
from runwatch.core.runs import Run, Runs
from runwatch.core.triples import Triples, take_triples

PART, AT_ONCE = 20_000, 50_000
"""Lines of a run that are taken in at once, at most; lines of several runs that are looked at together, about."""
_TIME, _CHUNK = 1, 2
"""Of `_Batch._values`."""
_NOTHING = np.zeros(0, np.int64)
_MARKS = np.array([*FREQUENT[DIGITS], 0, 0], np.uint16)


class _Share(NamedTuple):
    """What a run has among the lines."""

    run: int
    """Its number."""
    start: int
    stop: int
    gap: int
    """The longest one between two of its lines (ns)."""


class Taken(NamedTuple):
    """What all batches have in common."""

    waiting: Waiting
    runs: Runs
    seen: NamesSeen
    is_all: bool
    """Else the lines of a chunk that is not done go on waiting, at the end of each run."""
    most_names: int
    """Of runs with more than these `seen` knows none."""


def take_in(taken: Taken, arrived: int | None) -> Iterator[int]:
    """Take in all that waits; after each part, how many lines it had. `arrived`: when they came, if we watched them."""
    waiting = taken.waiting
    entries, waiting.entries = waiting.entries, []
    as_heard = not taken.runs.by_id.keys() >= set(waiting.run_ids)  # the order in which new runs begin
    for lines in apart(waiting.take(), AT_ONCE, as_heard=as_heard):
        if lines is None:
            yield PART
        else:
            yield from _Batch(taken, entries, lines).taking(arrived)


class _Batch:
    """Lines that stand together by run."""

    def __init__(self, taken: Taken, entries: list[Entry], lines: Lines) -> None:
        waiting = taken.waiting
        self._runs, self._segment, self._run_ids = taken.runs, waiting.segment, waiting.run_ids
        self._entries, self._waiting, self._is_all, self._lines = entries, waiting, taken.is_all, lines
        self._seen, self._most_names = taken.seen, taken.most_names

    def _prepare(self) -> Iterator[None]:
        """Look for what can be seen of all these lines at once, with pauses."""
        lines = self._lines
        firsts = np.flatnonzero(begins_of(lines.run))
        stops, stay = np.append(firsts[1:], len(lines.run)), np.zeros(0, np.int64)
        if not self._is_all:
            left = _undone(lines.kind, firsts, stops)
            stops -= left
            stay = np.sort(np.concatenate([stops[left > 0], stops[left > 1] + 1]))
            self._waiting.put_back(lines.of(stay))
        self._hard = [len(lines.run), *reversed(np.flatnonzero(lines.kind == ODD).tolist())]
        self._easy = [len(lines.run), *reversed(np.flatnonzero(lines.kind == EASY).tolist())]
        """Lines of entries, the last one first."""
        marks, gaps = _MARKS[lines.kind], np.diff(lines.time, prepend=0)
        works = np.ones(len(lines.run), np.bool_)
        self._works = works.data
        """Of the silence in front of such a line a run has shown that it is usual."""
        entries = {at: self._entries[lines.chunk[at]] for at in self._easy[1:]}
        _mark(entries, marks, works)
        failures = {at: entry.event for at, entry in entries.items() if isinstance(entry.event, ChunkFailed)}
        gaps[~works] = gaps[firsts] = gaps[stay] = 0
        longest = np.maximum.reduceat(gaps, firsts)
        del gaps
        shares = (lines.run[firsts].tolist(), firsts.tolist(), stops.tolist(), longest.tolist())
        self._shares = [_Share(*each) for each in zip(*shares, strict=True)]
        triples = np.flatnonzero(are_triples(lines))
        self._triples = Stretches(lines, triples, failures)
        self._times, self._marks = lines.time.data.cast("B"), marks.data.cast("B")
        self._numbers = lines.line.astype(np.uint32, copy=False).data.cast("B")
        """Bytes of columns."""
        yield
        self._names = dict(self._named_runs())
        unnamed = np.concatenate((triples + 2, stay))  # the name of a triple's end is that of the line in front of it
        self._files = Files(lines, unnamed, self._seen, self._names)
        values = (lines.kind, lines.time, lines.chunk, lines.rows, lines.size, self._files.is_named)
        self._values = [*(column.data for column in values), self._files.numbers]
        self._lines = lines._replace(run=_NOTHING, name=_NOTHING)  # nobody will ask for these
        yield

    def _named_runs(self) -> Iterator[tuple[int, Names]]:
        for share in self._shares:
            run = self._runs.by_id.get(self._run_ids[share.run])
            names = Names() if run is None else run.log.facts.names  # none yet: it begins among these lines
            if len(names) <= self._most_names:
                yield share.run, names

    def taking(self, arrived: int | None) -> Iterator[int]:
        """As `take_in`."""
        for _ in self._prepare():
            yield PART
        for share in self._shares:
            run_id, at = self._run_ids[share.run], share.start
            self._runs.changed[run_id] = None
            while at < share.stop:
                begin = at
                if at == self._hard[-1]:
                    self._hard.pop()
                    entry = self._entries[self._values[_CHUNK][at]]
                    self._runs.feed(entry, self._segment, int(self._lines.line[at]), -1, arrived)
                    at += 1
                else:
                    run = self._runs.by_id[run_id]
                    at = self._take(run, share, at, min(share.stop, self._hard[-1]))
                    if arrived is not None:
                        run.note_arrival(arrived)
                yield at - begin
            if share.run in self._names:
                self._seen.note(share.run, self._runs.by_id[run_id].log.facts.names)

    def _take(self, run: Run, share: _Share, start: int, stop: int) -> int:
        """Lines that stand behind all others of a straight run, and are no repeats; where the first one is that was not
        taken. A checkpoint may be due in front of `stop`.
        """
        log, state = run.log, run.state_so_far
        assert run.straight is self._segment
        at_most = start + min(PART, run.checkpoints.due - state.positions)
        if at_most < stop:
            stop = min(stop, self._triples.whole(at_most))
        gap = self._values[_TIME][start] - state.heard if self._works[start] else 0
        is_whole = start == share.start and stop == share.stop
        longest = share.gap if is_whole else self._longest_gap(start, stop)
        state.longest_gap = max(state.longest_gap, gap, longest)
        more = self._files.number(share.run, log.facts.names, start, stop)
        log.times.frombytes(self._times[8 * start : 8 * stop])
        log.marks.frombytes(self._marks[2 * start : 2 * stop])
        log.lines.extend(array("I", self._numbers[4 * start : 4 * stop].tobytes()))
        log.order.straight = len(log.times)
        self._fold(run, start, stop, more)
        log.placing.let_go()
        log.placing.latest = state.heard = log.times[-1]
        state.last_heard = state.positions - 1
        if state.positions >= run.checkpoints.due:
            run.checkpoints.note(state)
        return stop

    def _longest_gap(self, start: int, stop: int) -> int:
        """Between two of these lines (ns)."""
        gaps = np.diff(self._lines.time[start:stop])
        return int(gaps[np.asarray(self._works[start + 1 : stop])].max(initial=0))

    def _fold(self, run: Run, start: int, stop: int, more: int) -> None:
        triples, easy = self._triples, self._easy
        while start < stop:
            end = min(triples.next, easy[-1], stop)
            if start < end:
                self._fold_each(run, start, end, more)
            elif start == easy[-1]:
                end = start + 1
                entry = self._entries[self._values[_CHUNK][easy.pop()]]
                run.log.keep(run.state_so_far.positions, entry.event)
                fold_event(run.state_so_far, run.log, entry.event)
            else:
                stretch, end = triples.look(stop)
                if self._are_new(run, stretch, start, end, more) and take_triples(run, stretch):
                    del easy[len(easy) - len(stretch.bends) :]
                elif stretch.bends:
                    triples.part(end)
                    continue
                else:
                    self._fold_each(run, start, end, more)
                triples.took(end)
            start = end

    def _are_new(self, run: Run, triples: Triples, start: int, stop: int, more: int) -> bool:
        """Whether the files of triples are the next new ones."""
        first, last = self._files.numbers[start + 1], self._files.numbers[stop - 2]
        return first + more == len(run.log.facts.file_rows) and last - first == len(triples.rows) - 1

    def _fold_each(self, run: Run, start: int, stop: int, more: int) -> None:
        """One after the other: a second attempt, a chunk out of its order, a file named before, whatever it is."""
        log, state, facts, last = run.log, run.state_so_far, run.log.facts, NO_FILE
        values = [column[start:stop].tolist() for column in self._values]
        for kind, time, chunk, rows, size, is_named, file in zip(*values, strict=True):
            position, last = state.positions, file + more if is_named else last
            if kind == STARTED:
                log.note_argument(chunk, 0)
                started(state, position, chunk)
            elif kind == WRITTEN:
                facts.written_to(position, last, rows, size)
                log.note_argument(last, 1)
                written(state, log, position, time, (last, rows, size))
            else:
                argument = facts.completed_with(position, chunk, rows, last)
                log.note_argument(argument, 2)
                completed(state, log, position, (time, time), facts.of_completed(position, argument))
            state.positions += 1


def _mark(entries: Mapping[int, Entry], mark: Column, works: Flags) -> None:
    """What they say, by line, and which of them do not end a silence that is usual."""
    for at, entry in entries.items():
        kind = marks.NUMBER_OF[type(entry.event)]
        mark[at] = marks.mark_of(kind, entry.digits, entry.origin, fact=False)
        if kind not in WORK:
            works[at] = False


def _undone(kind: Column, firsts: Numbers, stops: Numbers) -> Numbers:
    """How many of the last lines of each run are the first two, or the first, of three."""
    last, before = kind[stops - 1], kind[np.maximum(stops - 2, firsts)]
    return np.where(last == STARTED, 1, np.where((last == WRITTEN) & (before == STARTED), 2, 0))
