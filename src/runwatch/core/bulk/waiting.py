"""Lines of one log that wait to be taken in, as columns, and what must be known of their runs to let them wait.

A line waits as numbers alone, without its texts. So it must be certain beforehand
that it will stand behind all that its run said, and repeats none of it: whatever
is not later than the line in front of it, or may come after the end of its run,
is decoded at once as `core/decode.py` does, and waits as the entry that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from runwatch.core import events as ev
from runwatch.core.bulk.block import Flags, Numbers
from runwatch.core.bulk.decode import FARTHEST, ODD, Columns
from runwatch.core.bulk.lines import EASY, Lines, begins_of, by_run, joined, lines_of
from runwatch.core.bulk.repeats import may_repeat
from runwatch.core.events import Entry
from runwatch.core.index import UNNUMBERED
from runwatch.core.marks import NEVER
from runwatch.core.names import SEED, hash_of
from runwatch.core.places import Segment
from runwatch.core.runs import Run, Runs

_EASY = frozenset(kind for kind in ev.VARIANTS if kind.group not in UNNUMBERED) - {
    ev.ChunkStarted, ev.FileWritten, ev.ChunkCompleted, ev.RunCompleted
}  # fmt: skip
"""Of these nothing needs to be looked for in their run but that they are later; others go as any line does."""
REGULAR = 0.9
"""Of a block so many lines at least are to be taken in this way; of fewer the other way costs less."""
_LAST = 2**62

Decode = Callable[[int, int, int], Sequence[Entry]]
"""The entries of the line with that number, in those bytes of the block, as `core/decode.py` has them."""


class _Odd:
    """Lines of a block that are decoded as any other is."""

    def __init__(self, line: int, decode: Decode) -> None:
        self.line, self.decode = line, decode
        """The number of the block's first line."""
        self.places: list[int] = []
        """Lines in front of each in the block."""
        self.entries: list[Entry] = []
        self.stops: dict[int, int] = {}
        """By run the place from which on all its lines are to be decoded so."""

    def stop(self, run: int, place: int) -> None:
        """From there on, at the latest."""
        self.stops[run] = min(place, self.stops.get(run, place))


class Waiting:
    """Those of one log."""

    def __init__(self, segment: Segment, runs: Runs) -> None:
        self.segment = segment
        self.run_ids: list[str] = []
        self.entries: list[Entry] = []
        """Those of `ODD` and `EASY` lines."""
        self.count = 0
        """Lines that wait."""
        self._runs = runs
        self._number_of: dict[str, int] = {}
        self._exports: list[str | None] = []
        """What the head of each run names; None while it has none."""
        self._run_of = np.zeros(0, np.int64)
        """By head; -1 of a run's second one."""
        self._straight = np.zeros(0, np.bool_)
        """By run, with room for more: whatever comes, and is later, will stand behind all others."""
        self._latest = np.zeros(0, np.int64)
        """By run: the time of its last line so far."""
        self._unsure: set[int] = set()
        """Runs of which that must be looked at again once all that waits is taken in,"""
        self._taking: set[int] = set()
        """or that is being taken in."""
        self._parts: list[Lines] = []
        self._last: list[Lines] = []
        """Those of the block before this one, if there was one."""
        self._before = self._latest.copy()
        """By run: the time of its last line in front of these."""

    def feed(self, columns: Columns, heads: Sequence[tuple[str, str]], line: int, decode: Decode) -> int | None:
        """Let the lines of a block wait, the first of which has this number; how many are as most are. `heads`: all
        that lines were seen to begin with so far, run_id and export_name.

        None, and nothing has happened, where those are too few.
        """
        self._meet(heads)
        kind, count = columns.kind, len(columns.kind)
        if not len(self._run_of):
            return None
        run = np.where(kind == ODD, -1, self._run_of[columns.head])
        regular = (run >= 0) & self._straight[run]
        if np.count_nonzero(regular) < REGULAR * count:
            return None
        odd = _Odd(line, decode)
        self._decode(np.flatnonzero(~regular), columns, odd)
        lines = self._in_order(columns, run, regular, odd)
        while late := self._late(lines, odd):
            regular[late] = False
            self._decode(np.array(late), columns, odd)
            lines = self._in_order(columns, run, regular, odd)
        for at, entry, row in zip(odd.places, odd.entries, np.flatnonzero(lines.kind == ODD).tolist(), strict=True):
            number = self._number_of[entry.run_id]
            is_late = at >= odd.stops.get(number, _LAST) or abs(entry.time or 0) >= FARTHEST
            if type(entry.event) in _EASY and self._straight[number] and not is_late:
                lines.kind[row] = EASY
        self.entries += odd.entries
        self._wait(lines)
        if odd.stops:
            self._straight[list(odd.stops)] = False
            self._unsure |= odd.stops.keys()
        return int(np.count_nonzero(regular))

    def _meet(self, heads: Sequence[tuple[str, str]]) -> None:
        """Number the runs of heads that are new."""
        run_of = []
        for run_id, export_name in heads[len(self._run_of) :]:
            number = self._number(run_id)
            if self._exports[number] is None:
                self._exports[number] = export_name
                if number not in self._unsure:
                    self._look(number)
            elif self._exports[number] != export_name:
                number = -1
            run_of.append(number)
        if run_of:
            self._run_of = np.append(self._run_of, run_of)

    def _number(self, run_id: str) -> int:
        number = self._number_of.get(run_id)
        if number is None:
            number = self._number_of[run_id] = len(self.run_ids)
            self.run_ids.append(run_id)
            self._exports.append(None)
            if number == len(self._latest):
                self._straight = np.append(self._straight, np.zeros(number + 64, np.bool_))
                self._latest = np.append(self._latest, np.full(number + 64, NEVER))
                self._before = np.append(self._before, np.full(number + 64, NEVER))
        return number

    def _look(self, number: int) -> None:
        """Whether lines of a run can wait here; nothing of it is waiting."""
        run = self._runs.by_id.get(self.run_ids[number])
        is_straight = run is not None and self._is_straight(run, number)
        self._straight[number] = is_straight
        if run is not None and is_straight:
            self._latest[number] = run.log.placing.latest

    def _is_straight(self, run: Run, number: int) -> bool:
        return (
            run.straight is self.segment
            and run.named == self._exports[number]
            and run.log.facts.names.seed == SEED  # else their hashes are others
        )

    def _decode(self, lines: Numbers, columns: Columns, odd: _Odd) -> None:
        """The entries of these lines."""
        begins, ends = columns.begins[lines].tolist(), columns.ends[lines].tolist()
        for at, begin, end in zip(lines.tolist(), begins, ends, strict=True):
            for entry in odd.decode(odd.line + at, begin, end):
                odd.places.append(at)
                odd.entries.append(entry)
                number = self._number(entry.run_id)
                if not (self._straight[number] and self._stays_straight(entry, number)):
                    odd.stop(number, at)
        order = sorted(range(len(odd.places)), key=odd.places.__getitem__)
        odd.places, odd.entries = [odd.places[at] for at in order], [odd.entries[at] for at in order]

    def _stays_straight(self, entry: Entry, number: int) -> bool:
        return (
            entry.time is not None
            and not entry.number
            and entry.export_name == self._exports[number]
            and not isinstance(entry.event, ev.RunCompleted)
        )

    def _in_order(self, columns: Columns, run: Numbers, regular: Flags, odd: _Odd) -> Lines:
        """Regular lines and odd ones; the numbers of these are those behind the entries that wait."""
        of_odd = np.array(odd.places, np.int64)
        if np.array_equal(of_odd, np.flatnonzero(~regular)):  # nearly always each line says one thing
            lines, is_odd, which = lines_of(columns, run, None, odd.line), of_odd, np.arange(len(of_odd))
        else:
            those = np.flatnonzero(regular)
            places = np.concatenate((those, of_odd))
            order = np.argsort(places, kind="stable")
            lines, is_odd = lines_of(columns, run, places[order], odd.line), np.flatnonzero(order >= len(those))
            which = order[is_odd] - len(those)
        times = [NEVER if entry.time is None else entry.time for entry in odd.entries]
        lines.run[is_odd] = np.array([self._number_of[entry.run_id] for entry in odd.entries], np.int32)[which]
        lines.kind[is_odd] = ODD
        lines.time[is_odd] = np.array(times, np.int64)[which]
        lines.chunk[is_odd] = len(self.entries) + which
        lines.name[is_odd] = np.array([_file_of(entry.event) for entry in odd.entries], np.uint64)[which]
        return lines

    def _late(self, lines: Lines, odd: _Odd) -> list[int]:
        """The regular lines that cannot wait as such, for what stands in front of them; their runs stop there."""
        order = by_run(lines.run)
        run, time, line = lines.run[order], lines.time[order], odd.line
        before = np.empty(len(order), np.int64)
        before[1:] = time[:-1]
        begins = begins_of(run)
        before[begins] = self._latest[run[begins]]
        wrong = order[(time < before) | ((lines.kind[order] == ODD) & (time == before))]
        if (time == before).any():
            wrong = np.concatenate((wrong, may_repeat(self._last, lines, self._before, self._latest)))
        for number, place in zip(lines.run[wrong].tolist(), (lines.line[wrong] - line).tolist(), strict=True):
            odd.stop(number, place)
        if not odd.stops:
            return []
        limit = np.full(len(self.run_ids), _LAST, np.int64)
        limit[list(odd.stops)] = list(odd.stops.values())
        late = (lines.kind != ODD) & (lines.line - line >= limit[lines.run])
        found: list[int] = (lines.line[late] - line).tolist()
        return found

    def _wait(self, lines: Lines) -> None:
        self.count += len(lines.run)
        self._before, self._last = self._latest.copy(), [lines]
        self._latest[lines.run] = lines.time  # of several of one run the last one stays
        self._parts.append(lines)

    def take(self) -> Lines:
        """All that waits."""
        self.count = 0
        self._taking, self._unsure = self._taking | self._unsure, set()
        return joined(self._parts)

    def put_back(self, lines: Lines) -> None:
        """These go on waiting, in front of what comes."""
        self._parts.insert(0, lines)
        self.count += len(lines.run)

    def look_again(self) -> None:
        """Something else was taken in; nothing waits."""
        self._unsure |= {number for number, name in enumerate(self._exports) if name is not None}
        self._last = []
        self._taking, self._unsure = self._unsure, set()
        self.is_taken()

    def is_taken(self) -> None:
        """All of it is in the runs."""
        for number in self._taking - self._unsure:  # of the others more is waiting
            self._look(number)
        self._taking = set()


def _file_of(event: ev.Event) -> int:
    name = event.file_name if isinstance(event, ev.FileWritten | ev.ChunkCompleted) else None
    return 0 if name is None else hash_of(name)
