"""Lines that waited, into their runs: chunks that went as planned together, all others one after the other.

The lines are put in the order of their runs, and what can be seen of all of them
at once is looked for once. Then each run takes its share as `core/stretch.py` does
with lines decoded one by one; the two come to the same, which
tests/core/bulk/test_loading.py holds.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np

from runwatch.core import marks
from runwatch.core.bulk.block import Column, Flags, Numbers
from runwatch.core.bulk.counting import can_count, count
from runwatch.core.bulk.decode import COMPLETED, ODD, STARTED, WRITTEN
from runwatch.core.bulk.lines import EASY, Lines, begins_of
from runwatch.core.bulk.names import numbers_of
from runwatch.core.bulk.waiting import Waiting
from runwatch.core.events import Entry
from runwatch.core.facts import NO_FILE
from runwatch.core.fold import WORK, completed, fold_event, started, written
from runwatch.core.marks import FREQUENT
from runwatch.core.run import RunState
from runwatch.core.runs import Run, Runs
from runwatch.core.triples import Triples, take_triples

DIGITS = 9
"""Of all times here."""
PART = 20_000
"""Lines of a run that are taken in at once, at most."""
_MARKS = np.array([*FREQUENT[DIGITS], 0, 0], np.uint16)


class Batch:
    """All lines that waited, to be taken in run by run."""

    def __init__(self, waiting: Waiting, runs: Runs, *, is_all: bool) -> None:
        """Unless `is_all`, the lines of a chunk that is not done go on waiting, at the end of each run."""
        self._runs, self._segment, self._run_ids = runs, waiting.segment, waiting.run_ids
        self._entries, waiting.entries = waiting.entries, []
        self._lines = lines = waiting.take()
        firsts = np.flatnonzero(begins_of(lines.run))
        stops = np.append(firsts[1:], len(lines.run))
        if not is_all:
            left = _undone(lines.kind, firsts, stops)
            stops -= left
            stay = np.concatenate([stops[left > 0], stops[left > 1] + 1])
            waiting.put_back(lines.of(np.sort(stay)))
        shares = list(zip(lines.run[firsts].tolist(), firsts.tolist(), stops.tolist(), strict=True))
        self._shares = iter(shares)
        self._hard = iter([*np.flatnonzero(lines.kind == ODD).tolist(), len(lines.run)])
        self._next_hard = next(self._hard)
        easy = np.flatnonzero(lines.kind == EASY).tolist()
        self._easy = [len(lines.run), *reversed(easy)]
        """The last one first."""
        self._marks, self._gaps = _MARKS[lines.kind], np.diff(lines.time, prepend=0)
        for at in easy:
            entry = self._entries[lines.chunk[at]]
            kind = marks.NUMBER_OF[type(entry.event)]
            self._marks[at] = marks.mark_of(kind, entry.digits, entry.origin, fact=False)
            if kind not in WORK:
                self._gaps[at] = 0
        triples = np.flatnonzero(_are_triples(lines))
        self._files = self._numbers_of_files(triples, shares)
        heads = np.flatnonzero(~_go_on(lines, triples, self._files))
        counts = np.diff(np.append(heads, len(triples)))
        self._triples: list[tuple[int, int]] = list(zip(triples[heads].tolist(), counts.tolist(), strict=True))
        """Where stretches of triples begin whose chunks follow one another, and of how many; the last one first."""
        self._triples.append((len(lines.run), 0))
        self._triples.reverse()
        self._counted = self._count(triples, shares)
        self._taken = 0
        """Triples so far."""
        self._lengths = lines.time[triples + 2] - lines.time[triples]
        self._rows, sizes = lines.rows[triples + 1], lines.size[triples + 1]
        self._size_code = "i" if sizes.max(initial=0) < 2**31 else "q"
        self._sizes = sizes.astype(self._size_code)

    def _numbers_of_files(self, triples: Numbers, shares: list[tuple[int, int, int]]) -> Numbers:
        """By line the number of its file's name."""
        lines = self._lines
        named = lines.name != 0
        named[triples + 2] = False  # it is that of the line in front of it
        places = np.flatnonzero(named)
        files = np.full(len(named), NO_FILE)
        starts = np.searchsorted(places, [start for _, start, _ in shares]).tolist()
        ends = np.searchsorted(places, [stop for _, _, stop in shares]).tolist()
        for (number, _, _), start, end in zip(shares, starts, ends, strict=True):
            run = self._runs.by_id.get(self._run_ids[number])
            if run is not None and start < end:
                those = places[start:end]
                files[those] = numbers_of(run.log.facts.names, lines.name[those])
        files[triples + 2] = files[triples + 1]
        return files

    def _count(self, triples: Numbers, shares: list[tuple[int, int, int]]) -> set[str]:
        """The runs whose triples were counted in their series."""
        runs, states, chosen, counts = set(), [], [], []
        starts = np.searchsorted(triples, [start for _, start, _ in shares]).tolist()
        ends = np.searchsorted(triples, [stop for _, _, stop in shares]).tolist()
        for (number, first, last), start, end in zip(shares, starts, ends, strict=True):
            run = self._runs.by_id.get(self._run_ids[number])
            if start < end and run is not None and can_count(run.state_so_far, run.checkpoints.due, last - first):
                runs.add(run.run_id)
                states.append(run.state_so_far)
                chosen.append(triples[start:end])
                counts.append(end - start)
        if states:
            count(self._lines, np.concatenate(chosen), counts, states)
        return runs

    def taking(self, arrived: int | None) -> Iterator[int]:
        """Take all in; after each part, how many lines it had. `arrived`: when they came, if we watched them."""
        for number, start, stop in self._shares:
            run_id, at = self._run_ids[number], start
            while at < stop:
                begin = at
                self._runs.changed[run_id] = None
                if at == self._next_hard:
                    entry = self._entries[self._lines.chunk[at]]
                    self._runs.feed(entry, self._segment, int(self._lines.line[at]), -1, arrived)
                    self._next_hard = next(self._hard)
                    at += 1
                else:
                    run = self._runs.by_id[run_id]
                    at = self._take(run, at, min(stop, self._next_hard, at + PART))
                    if arrived is not None:
                        run.note_arrival(arrived)
                yield at - begin

    def _take(self, run: Run, start: int, stop: int) -> int:
        """Lines that stand behind all others of a straight run, and are no repeats; where the first one is that was not
        taken. A checkpoint may be due in front of `stop`.
        """
        lines, log, state = self._lines, run.log, run.state_so_far
        assert run.straight is self._segment
        due = start + run.checkpoints.due - state.positions
        if due < stop:
            stop = min(stop, self._whole(due))
        if self._gaps[start]:
            self._gaps[start] = lines.time[start] - state.heard
        state.longest_gap = max(state.longest_gap, int(self._gaps[start:stop].max()))
        log.times.frombytes(lines.time[start:stop].tobytes())
        log.marks.frombytes(self._marks[start:stop].tobytes())
        log.lines.extend(array("I", lines.line[start:stop].astype(np.uint32).tobytes()))
        log.order.straight = len(log.times)
        self._fold(run, start, stop)
        log.placing.latest = state.heard = log.times[-1]
        state.last_heard = state.positions - 1
        if state.positions >= run.checkpoints.due:
            run.checkpoints.note(state)
        return stop

    def _whole(self, stop: int) -> int:
        """Not in the middle of a triple."""
        for begin, many in reversed(self._triples):
            if stop < begin + 3 * many:
                return stop + (begin - stop) % 3 if stop > begin else stop
        return stop

    def _fold(self, run: Run, start: int, stop: int) -> None:
        triples, easy = self._triples, self._easy
        while start < stop:
            begin, many = triples[-1]
            end = min(begin, easy[-1], stop)
            if start < end:
                self._fold_each(run, start, end)
            elif start == easy[-1]:
                easy.pop()
                end = start + 1
                self._fold_entry(run, self._entries[self._lines.chunk[start]])
            else:
                triples.pop()
                end = begin + 3 * many
                if end > stop:
                    triples.append((stop, (end - stop) // 3))
                    end = stop
                if not self._fold_triples(run, begin, end):
                    self._fold_each(run, begin, end)
            start = end

    def _fold_entry(self, run: Run, entry: Entry) -> None:
        run.log.keep(run.state_so_far.positions, entry.event)
        fold_event(run.state_so_far, run.log, entry.event)

    def _fold_triples(self, run: Run, start: int, stop: int) -> bool:
        """Whether they could be taken in together."""
        lines, first, last = self._lines, self._taken, self._taken + (stop - start) // 3
        self._taken = last
        triples = Triples(
            chunk=int(lines.chunk[start]),
            first_done=int(lines.time[start + 2]),
            lengths=self._lengths[first:last].tolist(),
            rows=array("I", self._rows[first:last].tobytes()),
            sizes=array(self._size_code, self._sizes[first:last].tobytes()),
            names=None,
        )
        is_counted = run.run_id in self._counted
        if not is_counted:
            written, done = lines.time[start + 1 : stop : 3].tolist(), lines.time[start + 2 : stop : 3].tolist()
            triples = triples._replace(written=written, done=done)
        is_new = bool(self._files[start + 1] == len(run.log.facts.file_rows))
        is_taken = is_new and take_triples(run, triples)
        if is_counted and not is_taken:
            self._take_back(run.state_so_far, start, stop)
        return is_taken

    def _take_back(self, state: RunState, start: int, stop: int) -> None:
        """What was counted too early is counted one by one."""
        lines = self._lines
        for at in range(start, stop, 3):
            state.rows_series.add(int(lines.time[at + 1]), -int(lines.rows[at + 1]))
            state.chunks_series.add(int(lines.time[at + 2]), -1)

    def _fold_each(self, run: Run, start: int, stop: int) -> None:
        """One after the other: a second attempt, a chunk out of its order, a file named before, whatever it is."""
        log, state, facts = run.log, run.state_so_far, run.log.facts
        for kind, time, chunk, rows, size, file in zip(*self._values(start, stop), strict=True):
            position = state.positions
            if kind == STARTED:
                log.note_argument(chunk, 0)
                started(state, position, chunk)
            elif kind == WRITTEN:
                facts.written_to(position, file, rows, size)
                log.note_argument(file, 1)
                written(state, position, time, (file, rows, size))
            else:
                argument = facts.completed_with(position, chunk, rows, file)
                log.note_argument(argument, 2)
                completed(state, log, position, (time, time), facts.of_completed(position, argument))
            state.positions += 1

    def _values(self, start: int, stop: int) -> Iterator[list[int]]:
        lines = self._lines
        for column in (lines.kind, lines.time, lines.chunk, lines.rows, lines.size, self._files):
            yield column[start:stop].tolist()


def _undone(kind: Column, firsts: Numbers, stops: Numbers) -> Numbers:
    """How many of the last lines of each run are the first two, or the first, of three."""
    last, before = kind[stops - 1], kind[np.maximum(stops - 2, firsts)]
    return np.where(last == STARTED, 1, np.where((last == WRITTEN) & (before == STARTED), 2, 0))


def _are_triples(lines: Lines) -> Flags:
    """Where a chunk begins, its one file is written and it is done, one after the other."""
    kind, run, chunk, rows, name = lines.kind, lines.run, lines.chunk, lines.rows, lines.name
    triples = np.zeros(len(kind), np.bool_)
    triples[:-2] = (
        (kind[:-2] == STARTED) & (kind[1:-1] == WRITTEN) & (kind[2:] == COMPLETED) & (run[:-2] == run[2:])
        & (chunk[:-2] == chunk[2:]) & (rows[1:-1] == rows[2:]) & (name[1:-1] == name[2:])
    )  # fmt: skip
    return triples


def _go_on(lines: Lines, triples: Numbers, files: Numbers) -> Flags:
    """Which triples stand behind one of the chunk before theirs, and of the file before theirs."""
    goes_on = np.zeros(len(triples), np.bool_)
    last, these = triples[:-1], triples[1:]
    goes_on[1:] = (
        (these - last == 3) & (lines.run[these] == lines.run[last]) & (lines.chunk[these] == lines.chunk[last] + 1)
        & (files[these + 1] == files[last + 1] + 1)
    )
    return goes_on
