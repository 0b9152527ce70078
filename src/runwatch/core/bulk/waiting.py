"""Lines of one log that wait to be taken in, as columns, and what must be known of their runs to let them wait.

A line waits as numbers alone, without its texts. So it must be certain beforehand
that it will stand behind all that its run said, and repeats none of it: whatever
is not later than the line in front of it, or may come after the end of its run,
is decoded at once as `core/decode.py` does, and waits as the entry that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from runwatch.core import events as ev
from runwatch.core.bulk.block import Flags, Numbers, Words
from runwatch.core.bulk.decode import ODD, Columns, decode_bulk
from runwatch.core.bulk.heads import Heads
from runwatch.core.events import Entry
from runwatch.core.index import UNNUMBERED
from runwatch.core.marks import NEVER
from runwatch.core.names import SEED, hash_of
from runwatch.core.places import Segment
from runwatch.core.runs import Run, Runs

EASY = ODD + 1
"""A line that was decoded as any other is, but of which nothing needs to be looked for in its run."""
_EASY = frozenset(kind for kind in ev.VARIANTS if kind.group not in UNNUMBERED) - {
    ev.ChunkStarted, ev.FileWritten, ev.ChunkCompleted, ev.RunCompleted
}  # fmt: skip
REGULAR = 0.9
"""Of a block so many lines at least are to be taken in this way; of fewer the other way costs less."""
_LAST = 2**62

Decode = Callable[[int, int, int], Sequence[Entry]]
"""The entries of the line with that number, in those bytes of the block, as `core/decode.py` has them."""


class Lines(NamedTuple):
    """Lines that wait, in the order of the log."""

    run: NDArray[np.int32]
    """A number of `Waiting.run_ids`."""
    kind: NDArray[np.uint8]
    time: Numbers
    line: Numbers
    chunk: NDArray[np.uint32]
    """The chunk that begins or is done, the part_index of a FileWritten; of an `ODD` or `EASY` one where
    in `entries` it is.
    """
    rows: NDArray[np.uint32]
    size: Numbers
    name: Words
    """Of its file, a hash; 0 where there is none."""

    def of(self, those: Numbers | Flags | slice) -> Lines:
        """Some of them."""
        return Lines(*(column[those] for column in self))


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
        self._heads = Heads()
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
        """Runs of which that must be looked at again once all that waits is taken in."""
        self._parts: list[Lines] = []
        self._last: list[Lines] = []
        """Lines that have the latest time of their run."""

    def feed(self, data: bytes, line: int, decode: Decode) -> int | None:
        """Let the lines of a block (`Block`) wait, the first of which has this number; how many are as most are.

        None, and nothing has happened, where those are too few.
        """
        columns = decode_bulk(data, self._heads)
        self._meet()
        kind, count = columns.kind, len(columns.kind)
        if not len(self._run_of):
            return None
        run = np.where(kind == ODD, -1, self._run_of[columns.head])
        regular = (run >= 0) & self._straight[run]
        if np.count_nonzero(regular) < REGULAR * count:
            return None
        odd: list[tuple[int, Entry]] = []
        stops: dict[int, int] = {}
        self._decode(np.flatnonzero(~regular), columns, line, decode, odd, stops)
        lines = self._in_order(columns, run, regular, odd, line)
        while late := self._late(lines, stops, line):
            regular[late] = False
            self._decode(np.array(late), columns, line, decode, odd, stops)
            odd.sort(key=lambda pair: pair[0])
            lines = self._in_order(columns, run, regular, odd, line)
        for (at, entry), row in zip(odd, np.flatnonzero(lines.kind == ODD).tolist(), strict=True):
            number = self._number_of[entry.run_id]
            if self._is_easy(entry, number) and at < stops.get(number, _LAST):
                lines.kind[row] = EASY
        self.entries += [entry for _, entry in odd]
        self._wait(lines)
        if stops:
            self._straight[list(stops)] = False
            self._unsure |= stops.keys()
        return int(np.count_nonzero(regular))

    def _meet(self) -> None:
        """Number the runs of heads that are new."""
        run_of = []
        for run_id, export_name in self._heads.names[len(self._run_of) :]:
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

    def _decode(
        self, lines: Numbers, columns: Columns, line: int, decode: Decode,
        odd: list[tuple[int, Entry]], stops: dict[int, int],
    ) -> None:  # fmt: skip
        """The entries of these lines, and from which line on a run is to be decoded like them."""
        begins, ends = columns.begins[lines].tolist(), columns.ends[lines].tolist()
        for at, begin, end in zip(lines.tolist(), begins, ends, strict=True):
            for entry in decode(line + at, begin, end):
                odd.append((at, entry))
                number = self._number(entry.run_id)
                if not (self._straight[number] and self._stays_straight(entry, number)):
                    stops[number] = min(at, stops.get(number, at))

    def _is_easy(self, entry: Entry, number: int) -> bool:
        return type(entry.event) in _EASY and bool(self._straight[number])

    def _stays_straight(self, entry: Entry, number: int) -> bool:
        return (
            entry.time is not None
            and not entry.number
            and entry.export_name == self._exports[number]
            and not isinstance(entry.event, ev.RunCompleted)
        )

    def _in_order(
        self, columns: Columns, run: Numbers, regular: Flags, odd: list[tuple[int, Entry]], line: int
    ) -> Lines:
        """Regular lines and odd ones; the numbers of these are those behind the entries that wait."""
        those = np.flatnonzero(regular)
        if not odd:
            return _lines(columns, run, those, line)
        first, at = len(self.entries), np.array([place for place, _ in odd])
        order = np.argsort(np.concatenate((those, at)), kind="stable")
        is_odd = order >= len(those)
        lines = _lines(columns, run, np.concatenate((those, at))[order], line)
        which = order[is_odd] - len(those)
        lines.run[is_odd] = np.array([self._number_of[entry.run_id] for _, entry in odd])[which]
        lines.kind[is_odd] = ODD
        lines.time[is_odd] = np.array([NEVER if entry.time is None else entry.time for _, entry in odd])[which]
        lines.chunk[is_odd] = first + which
        lines.name[is_odd] = np.array([_file_of(entry.event) for _, entry in odd], np.uint64)[which]
        return lines

    def _late(self, lines: Lines, stops: dict[int, int], line: int) -> list[int]:
        """The regular lines that cannot wait as such, for what stands in front of them; `stops` has their runs then."""
        order = by_run(lines.run)
        run, time, odd = lines.run[order], lines.time[order], lines.kind[order] == ODD
        before = np.empty(len(order), np.int64)
        before[1:] = time[:-1]
        begins = begins_of(run)
        before[begins] = self._latest[run[begins]]
        wrong = order[(time < before) | (odd & (time == before))]
        if (time == before).any():
            wrong = np.concatenate((wrong, self._may_repeat(lines)))
        for number, place in zip(lines.run[wrong].tolist(), (lines.line[wrong] - line).tolist(), strict=True):
            stops[number] = min(place, stops.get(number, place))
        if not stops:
            return []
        limit = np.full(len(self.run_ids), _LAST, np.int64)
        limit[list(stops)] = list(stops.values())
        late = (lines.kind != ODD) & (lines.line - line >= limit[lines.run])
        found: list[int] = (lines.line[late] - line).tolist()
        return found

    def _may_repeat(self, lines: Lines) -> Numbers:
        """Those which may say the same as another one of their run and their time, in front of them."""
        count = len(lines.run)
        lines = _together([*self._last, lines])
        order = by_run(lines.run)
        run, time = lines.run[order], lines.time[order]
        begins = begins_of(run)
        joins = ~begins
        joins[1:] &= time[1:] == time[:-1]
        group = np.cumsum(~joins)  # of one run and one time
        unknown, odd = np.zeros((2, int(group[-1]) + 1), np.bool_)
        unknown[group[begins & (time == self._latest[run]) & (order >= len(order) - count)]] = True
        odd[group[lines.kind[order] >= ODD]] = True
        _, places = np.unique(_likes(lines.of(order)) + group.astype(np.uint64) * _FACTORS[3], return_index=True)
        repeats = np.ones(len(order), np.bool_)
        repeats[places] = False
        wrong = order[unknown[group] | (joins & (odd[group] | repeats))] - (len(order) - count)
        return wrong[wrong >= 0]

    def _wait(self, lines: Lines) -> None:
        self.count += len(lines.run)
        self._latest[lines.run] = lines.time  # of several of one run the last one stays
        self._last = [_together([each.of(each.time == self._latest[each.run]) for each in (*self._last, lines)])]
        self._parts.append(lines)

    def take(self) -> Lines:
        """All that waits, in the order of the runs: that of their first lines."""
        columns = [list(column) for column in zip(*self._parts, strict=True)]
        self._parts, self.count = [], 0
        columns.reverse()
        all_columns = []
        while columns:  # one after the other, so that never all are there twice
            all_columns.append(np.concatenate(columns.pop()))
        order = _by_first_line(all_columns[0])
        return Lines(*(_pop_in(all_columns, at, order) for at in range(len(all_columns))))

    def put_back(self, lines: Lines) -> None:
        """These go on waiting, in front of what comes."""
        self._parts, self.count = [lines], len(lines.run)

    def look_again(self) -> None:
        """Something else was taken in; nothing waits."""
        self._unsure |= {number for number, name in enumerate(self._exports) if name is not None}
        self.is_taken()

    def is_taken(self) -> None:
        """All of it is in the runs."""
        for number in self._unsure:
            self._look(number)
        self._unsure = set()


def _by_first_line(run: NDArray[np.int32]) -> Numbers:
    """The order of lines in which those of each run stand together, a run that was heard of first first."""
    count = len(run)
    first = np.full(int(run.max()) + 1, count)
    first[run[::-1]] = np.arange(count - 1, -1, -1)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return by_run(rank[run])


def _pop_in(columns: list[Any], at: int, order: Numbers) -> Any:
    column, columns[at] = columns[at], None
    return column[order]


def _file_of(event: ev.Event) -> int:
    name = event.file_name if isinstance(event, ev.FileWritten | ev.ChunkCompleted) else None
    return 0 if name is None else hash_of(name)


def _lines(columns: Columns, run: Numbers, those: Numbers, line: int) -> Lines:
    return Lines(
        run[those].astype(np.int32), columns.kind[those], columns.time[those], those + line,
        columns.chunk[those].astype(np.uint32), columns.rows[those].astype(np.uint32), columns.size[those],
        columns.name[those],
    )  # fmt: skip


def _together(parts: Sequence[Lines]) -> Lines:
    return Lines(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def by_run(run: NDArray[np.int32]) -> Numbers:
    """The order of lines in which those of each run stand together."""
    if not len(run) or int(run.max()) > 65_535:
        return np.argsort(run, kind="stable")
    return np.argsort(run.astype(np.uint16), kind="stable")  # several times as fast


def begins_of(run: NDArray[np.int32]) -> Flags:
    """Where another run begins."""
    begins = np.ones(len(run), np.bool_)
    begins[1:] = run[1:] != run[:-1]
    return begins


def _likes(lines: Lines) -> Words:
    """Another number for two that do not say the same, nearly always."""
    numbers = (lines.kind.astype(np.uint64), lines.chunk.astype(np.uint64), lines.name)
    total = np.zeros(len(lines.kind), np.uint64)
    for numbers_of, factor in zip(numbers, _FACTORS, strict=False):
        total += numbers_of * factor
    return total


_FACTORS = np.random.default_rng().integers(0, 2**63, 4, np.uint64) * np.uint64(2) + np.uint64(1)
