"""Lines of one log that wait to be taken in, as columns, and what must be known of their runs to let them wait.

A line waits as numbers alone, without its texts. So it must be certain beforehand
that it will stand behind all that its run said (`known.py`), and repeats none of
it: whatever is not later than the line in front of it, or may come after the end
of its run, is decoded at once as `core/decode.py` does, and waits as the entry that it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from runwatch.core import events as ev
from runwatch.core.bulk.block import Flags, Numbers
from runwatch.core.bulk.decode import DIGITS, FARTHEST, ODD, Columns
from runwatch.core.bulk.decoder import Decoded
from runwatch.core.bulk.known import KnownRuns
from runwatch.core.bulk.lines import EASY, Lines, begins_of, by_run, joined, lines_of
from runwatch.core.bulk.repeats import may_repeat
from runwatch.core.events import Entry
from runwatch.core.gathering import Decode
from runwatch.core.index import UNNUMBERED
from runwatch.core.line import event_of
from runwatch.core.marks import NEVER
from runwatch.core.names import hash_of
from runwatch.core.places import Segment
from runwatch.core.runs import Runs

_EASY = frozenset(kind for kind in ev.VARIANTS if kind.group not in UNNUMBERED) - {
    ev.ChunkStarted, ev.FileWritten, ev.ChunkCompleted, ev.RunCompleted
}  # fmt: skip
"""Of these nothing needs to be looked for in their run but that they are later; others go as any line does."""
REGULAR = 0.9
"""Of a block so many lines at least are to be taken in this way; of fewer the other way costs less."""
_LAST = 2**62


class _Odd:
    """Lines of a block that are decoded as any other is."""

    def __init__(self, block: Decoded, line: int, offset: int, decode: Decode) -> None:
        self.line = line
        """The number of the block's first line."""
        self.by_event = 0
        """How many were decoded by their event alone."""
        self._block, self._offset, self._decode = block, offset, decode
        self.places: list[int] = []
        """Lines in front of each in the block."""
        self.entries: list[Entry] = []
        self.stops: dict[int, int] = {}
        """By run the place from which on all its lines are to be decoded so."""
        self.firsts: dict[int, int] = {}
        """By run, where nobody has heard of it, the place of its first line in the block;"""
        self.begun: set[int] = set()
        """those of which a line follows that it begins with."""

    def decode(self, columns: Columns, lines: Numbers) -> Iterator[tuple[int, Sequence[Entry]]]:
        """The entries of each of these, in front of which stand so many in the block."""
        values = (column[lines].tolist() for column in (columns.begins, columns.ends, columns.head, columns.chunk))
        kinds, times = columns.kind[lines].tolist(), columns.time[lines].tolist()
        data, start, heads = self._block.data, self._block.begin, self._block.heads
        for at, kind, time, begin, end, head, within in zip(lines.tolist(), kinds, times, *values, strict=True):
            if kind == ODD and head >= 0:
                event = event_of(data[start + begin + within : start + end - 1])
                if event is not None:
                    self.by_event += 1
                    run_id, export_name = heads[head]
                    yield at, (Entry(run_id=run_id, event=event, export_name=export_name, time=time, digits=DIGITS),)
                    continue
            yield at, self._decode(data[start + begin : start + end], self.line + at, self._offset + begin)

    def stop(self, run: int, place: int) -> None:
        """From there on, at the latest."""
        self.stops[run] = min(place, self.stops.get(run, place))


class Waiting:
    """Those of one log."""

    def __init__(self, segment: Segment, runs: Runs) -> None:
        self.segment = segment
        self.entries: list[Entry] = []
        """Those of `ODD` and `EASY` lines."""
        self.count = 0
        """Lines that wait."""
        self._known = KnownRuns(segment, runs)
        self._parts: list[Lines] = []
        self._last: list[Lines] = []
        """Those of the block before this one, if there was one."""

    @property
    def run_ids(self) -> list[str]:
        """Of the runs of all lines so far, by number."""
        return self._known.run_ids

    def feed(self, block: Decoded, line: int, offset: int, decode: Decode) -> int | None:
        """Let the lines of a block wait, the first of which has this number, and so many bytes in front of it; how many
        `decode` has not seen.

        None, and nothing has happened, where too few are as most are.
        """
        columns, known = block.columns, self._known
        assert columns is not None
        kind, count = columns.kind, len(columns.kind)
        known.meet(block.heads)
        if not len(known.run_of):
            return None
        run = np.where(kind == ODD, -1, known.run_of[columns.head])
        regular = (run >= 0) & (known.straight[run] | known.fresh[run])
        if np.count_nonzero(regular) < REGULAR * count:
            return None
        odd = _Odd(block, line, offset, decode)
        if known.fresh.any():
            odd.firsts = self._firsts(columns)
            regular[[*odd.firsts.values()]] = False
        self._decode(np.flatnonzero(~regular), columns, odd)
        for number in odd.firsts.keys() - odd.begun:  # what stands first is no entry of it
            known.fresh[number] = False
            odd.stop(number, 0)
        lines = self._in_order(columns, run, regular, odd)
        while late := self._late(lines, odd):
            regular[late] = False
            self._decode(np.array(late), columns, odd)
            lines = self._in_order(columns, run, regular, odd)
        for at, entry, row in zip(odd.places, odd.entries, np.flatnonzero(lines.kind == ODD).tolist(), strict=True):
            number = known.number(entry.run_id)
            is_late = at >= odd.stops.get(number, _LAST) or abs(entry.time or 0) >= FARTHEST
            if number in odd.begun:
                odd.begun.remove(number)
            elif type(entry.event) in _EASY and known.straight[number] and not is_late:
                lines.kind[row] = EASY
        self.entries += odd.entries
        self._wait(lines)
        known.doubt(odd.stops)
        return int(np.count_nonzero(regular)) + odd.by_event

    def _firsts(self, columns: Columns) -> dict[int, int]:
        """Of each run that nobody has heard of its first line in a block."""
        known = self._known
        run = np.where(columns.head < 0, -1, known.run_of[columns.head])
        those = np.flatnonzero((run >= 0) & known.fresh[run])
        numbers, firsts = np.unique(run[those], return_index=True)
        return dict(zip(numbers.tolist(), those[firsts].tolist(), strict=True))

    def _decode(self, lines: Numbers, columns: Columns, odd: _Odd) -> None:
        """The entries of these lines."""
        for at, entries in odd.decode(columns, lines):
            for entry in entries:
                odd.places.append(at)
                odd.entries.append(entry)
                number = self._known.number(entry.run_id)
                if self._known.fresh[number] and at <= odd.firsts.get(number, at):
                    odd.begun.add(number)
                    is_straight = self._known.begins(entry, number)
                else:
                    is_straight = self._known.stays_straight(entry, number)
                if not is_straight:
                    odd.stop(number, at)
        order = sorted(range(len(odd.places)), key=odd.places.__getitem__)
        odd.places, odd.entries = [odd.places[at] for at in order], [odd.entries[at] for at in order]

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
        lines.run[is_odd] = np.array([self._known.number(entry.run_id) for entry in odd.entries], np.int32)[which]
        lines.kind[is_odd] = ODD
        lines.time[is_odd] = np.array(times, np.int64)[which]
        lines.chunk[is_odd] = len(self.entries) + which
        lines.name[is_odd] = np.array([_file_of(entry.event) for entry in odd.entries], np.uint64)[which]
        return lines

    def _late(self, lines: Lines, odd: _Odd) -> list[int]:
        """The regular lines that cannot wait as such, for what stands in front of them; their runs stop there."""
        line = odd.line
        if not self._rise(lines.time):
            wrong = self._wrong(lines)
            for number, place in zip(lines.run[wrong].tolist(), (lines.line[wrong] - line).tolist(), strict=True):
                odd.stop(number, place)
        if not odd.stops:
            return []
        limit = np.full(len(self.run_ids), _LAST, np.int64)
        limit[list(odd.stops)] = list(odd.stops.values())
        late = (lines.kind != ODD) & (lines.line - line >= limit[lines.run])
        found: list[int] = (lines.line[late] - line).tolist()
        return found

    def _rise(self, time: Numbers) -> bool:
        """Whether each is later than the one in front of it, whosever that is: the lines of most logs are."""
        newest = self._known.latest.max()
        return bool((time[:1] > newest).all() and (time[1:] > time[:-1]).all())

    def _wrong(self, lines: Lines) -> Numbers:
        """Those that are not later than the one of their run in front of them."""
        order, known = by_run(lines.run), self._known
        run, time = lines.run[order], lines.time[order]
        before = np.empty(len(order), np.int64)
        before[1:] = time[:-1]
        begins = begins_of(run)
        before[begins] = known.latest[run[begins]]
        wrong: Numbers = order[(time < before) | ((lines.kind[order] == ODD) & (time == before))]
        if (time == before).any():
            wrong = np.concatenate((wrong, may_repeat(self._last, lines, known.before, known.latest)))
        return wrong

    def _wait(self, lines: Lines) -> None:
        self.count += len(lines.run)
        known = self._known
        known.before, self._last = known.latest.copy(), [lines]
        known.latest[lines.run] = lines.time  # of several of one run the last one stays
        self._parts.append(lines)

    def take(self) -> Lines:
        """All that waits."""
        self.count = 0
        self._known.take()
        return joined(self._parts)

    def put_back(self, lines: Lines) -> None:
        """These go on waiting, in front of what comes."""
        self._parts.insert(0, lines)
        self.count += len(lines.run)

    def look_again(self) -> None:
        """Something else was taken in; nothing waits."""
        self._last = []
        self._known.look_again()

    def held_up(self) -> list[tuple[int, Entry]]:
        """What was taken is in the runs, but lines that came meanwhile keep some of these from being looked at: those
        lines, by number, which wait no more. As nobody was sure of their runs, all were decoded.
        """
        numbers, found = self._known.held_up(), list[tuple[int, int]]()
        for at, lines in enumerate(self._parts if numbers else ()):
            those = np.isin(lines.run, numbers)
            found += zip(lines.line[those].tolist(), lines.chunk[those].tolist(), strict=True)
            self._parts[at] = lines.of(~those)
        self.count -= len(found)
        return [(line, self.entries[at]) for line, at in found]

    def is_taken(self) -> None:
        """All of it is in the runs, and what was `held_up` too."""
        self._known.is_taken()


def _file_of(event: ev.Event) -> int:
    name = event.file_name if isinstance(event, ev.FileWritten | ev.ChunkCompleted) else None
    return 0 if name is None else hash_of(name)
