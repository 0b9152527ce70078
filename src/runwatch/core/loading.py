"""Blocks of lines into runs, the frequent lines by the shortest way.

Most lines of a log are one of three variants, of a run that is known, and stand
behind all that their run said before. They are decoded by their types
(`core/wire.py`), gathered by run, and taken in many at once (`core/stretch.py`):
runs that are interleaved line by line would else fetch another run's memory for
each of them. Every other line goes through `core/decode.py` and `Run.feed`, in
its place among those of its run. The two ways come to the same, which
tests/core/test_loading.py holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from operator import lt
from typing import Any

from msgspec import UNSET

from runwatch.core import events as ev
from runwatch.core.blocks import decode_block
from runwatch.core.decode import decode_line
from runwatch.core.events import Entry, Problem
from runwatch.core.index import NEVER
from runwatch.core.places import Segment
from runwatch.core.runs import Runs
from runwatch.core.stream import Stream
from runwatch.core.stretch import Said, take
from runwatch.core.text import safe
from runwatch.core.wire import Completed, Started, Written, decode_lines, times_of

GATHERED, SHARE = 30_000, 64
"""Lines that wait to be taken in, at most: so many, or of a longer log one in 64,"""
OF_A_RUN = 1_000
"""and so many of a run, on average: of few runs no more than that is gained by waiting."""
AHEAD = 1_000
"""Lines of a run that are looked at before some of them are taken in."""
PART, A_RUN = 1_500, 15
"""Lines taken in between two pauses, some 5 ms; each run among them costs as much as so many lines more."""

Ties = set[tuple[Any, ...]]
"""What was said at one time, as far as that tells what can be no repeat of it."""


class Loading:
    """Takes blocks; what it has gathered is in the runs after `settle`."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self.entries = 0
        """Taken so far, repeats and unknown ones included."""
        self.streams: dict[str, Stream] = {}
        """The progress streams, by log."""
        self._stream = Stream()
        self._segment: Segment | None = None
        self._arrived: int | None = None
        self._gathered: dict[str, list[Any]] = {}
        """By run the export its lines name, then for each line its time, its number and what it says."""
        self._waiting = 0
        self._digits = 9
        """Of the times of what was gathered."""
        self._ties: dict[str, tuple[int, Ties]] = {}
        """Of runs whose last moment several share: how many rows it had, and what was said at that moment."""

    def feed(self, data: bytes, segment: Segment, line: int, offset: int, arrived: int | None) -> None:
        """Take in a block of whole lines, the first of which is number `line`.

        `arrived` (ns, the clock's) where it came while we watched, else None.
        """
        if segment is not self._segment or (arrived is None) != (self._arrived is None):
            self.settle()
        if segment is not self._segment:
            self._gathered, self._ties, self._segment = {}, {}, segment
            self._stream = self.streams.get(segment.chain) or Stream()
        self._arrived = arrived
        if segment.is_plain and self.runs.again is not None:
            self._gather(segment, data.removesuffix(b"\n").split(b"\n"), line, offset)
        else:
            self._gather_by_line(segment, data, line, offset)

    @property
    def is_full(self) -> bool:
        """It is time for `settling`."""
        runs = len(self._gathered)
        return self._waiting > min(max(GATHERED, self.entries // SHARE, 4 * runs), OF_A_RUN * runs)

    def feed_document(self, data: bytes, segment: Segment, arrived: int | None) -> None:
        """Take in a whole document."""
        self.settle()
        for decoded in decode_line(data, segment.identity):
            self.entries += 1
            self.runs.feed(decoded, segment, 1, 0, arrived)

    def _gather(self, segment: Segment, lines: list[bytes], line: int, offset: int) -> None:
        items = decode_lines(lines)
        times, digits = times_of(items, self._digits)
        if digits != self._digits:
            self.settle()
            self._digits = digits
        gathered, identity, passed, odd = self._gathered, segment.identity, 0, 0
        for index, (item, time) in enumerate(zip(items, times, strict=True)):
            run_id, event = item.run_id, item.event
            own = gathered.get(identity if run_id is None else run_id)
            it: Any = event.ChunkStarted
            if it is UNSET:
                it = event.FileWritten or event.ChunkCompleted
                more: object = event.FileWritten and event.ChunkCompleted
            else:
                more = event.FileWritten or event.ChunkCompleted
            if more or not it or own is None or own[0] != item.export_name:
                offset += sum(map(len, lines[passed:index])) + index - passed
                passed = index
                odd += 1
                self._gather_by_line(segment, lines[index], line + index, offset)
            else:
                own += (time, line + index, it)
        self._waiting += len(items) - odd
        self.entries += len(items) - odd

    def _gather_by_line(self, segment: Segment, data: bytes, line: int, offset: int) -> None:
        """The long way."""
        stamp = self._arrived if segment.stamps else None
        for number, within, decoded in decode_block(data, segment.identity, self._stream, stamp):
            self.entries += 1
            if isinstance(decoded, Problem):
                self.runs.feed(decoded, segment, line + number, offset + within, self._arrived)
                continue
            own = self._gathered.get(decoded.run_id)
            if own is None:
                own = self._gathered[decoded.run_id] = [decoded.export_name]
            own += (NEVER, line + number, decoded)
            self._waiting += 1
        if self._stream.is_told:
            self.streams[segment.chain] = self._stream

    def settle(self) -> None:
        """Take in all that was gathered."""
        for _ in self._parts(is_all=True) if self._waiting else ():
            pass

    def settling(self, *, is_all: bool = False) -> Iterator[None]:
        """Take in what was gathered, with a pause now and then; but, unless `is_all`, not the chunks at the end of what
        a run said that are not done: those are taken whole.
        """
        if self._waiting:
            yield from self._parts(is_all=is_all)

    def _parts(self, *, is_all: bool) -> Iterator[None]:
        segment, taken = self._segment, 0
        assert segment is not None
        for run_id, own in self._gathered.items():
            while lines := (len(own) - 1) // 3 - (0 if is_all else _undone(own)):
                lines = min(lines, PART)
                self.runs.changed[run_id] = None
                self._settle(segment, run_id, own, 1 + 3 * lines)
                self._waiting -= lines
                taken += lines + A_RUN
                if taken >= PART:
                    self.runs.revision += 1
                    taken = 0
                    yield
        self.runs.revision += 1

    def _settle(self, segment: Segment, run_id: str, own: list[Any], stop: int) -> None:
        """What one run said, up to there; nothing of it is left."""
        name, times, lines, said = own[0], own[1:stop:3], own[2:stop:3], own[3:stop:3]
        del own[1:stop]
        at, count, run = 0, len(times), self.runs.by_id.get(run_id)
        rows, ties = self._ties.pop(run_id, (0, None))
        if run is None or rows != len(run.log):
            ties = None
        while at < count:
            if run is not None and run.straight is segment and run.named == name:
                stop, ties = _rising(times, said, at, run.log.placing.latest, ties)
                if stop > at:
                    whole = at == 0 and stop == count
                    part = (times, lines, said) if whole else (times[at:stop], lines[at:stop], said[at:stop])
                    take(run, *part, self._digits)
                    at = stop
                    if self._arrived is not None:
                        run.note_arrival(self._arrived)
                    continue
            entry = said[at] if times[at] == NEVER else entry_of(run_id, name, times[at], said[at], self._digits)
            ties = _tied(entry, NEVER if run is None else run.log.placing.latest, ties)
            self.runs.feed(entry, segment, lines[at], -1, self._arrived)
            run, at = self.runs.by_id.get(run_id), at + 1
        if run is not None and ties is not None:
            self._ties[run_id] = len(run.log), ties


def _undone(own: Sequence[Any]) -> int:
    """How many of the last lines are the first two, or the first, of three."""
    if len(own) < 2:
        return 0
    if type(own[-1]) is Started:
        return 1
    return 2 if type(own[-1]) is Written and len(own) > 4 and type(own[-4]) is Started else 0


def _rising(
    times: Sequence[int], said: Sequence[Any], start: int, latest: int, ties: Ties | None
) -> tuple[int, Ties | None]:
    """Where the first one stands that may have come before: it is earlier than the one in front of it, or is like one
    of the same time. `ties` is all that was said at the `latest` time so far, None where nobody knows.

    Beside it what was said at the last time in front of there, None where that was not looked at.
    """
    stop = min(len(times), start + AHEAD)
    if times[start] > latest:
        with suppress(ValueError):
            stop = times.index(NEVER, start, stop)
        coming = times[start:stop]
        if all(map(lt, coming, coming[1:])):
            return stop, None
    equals = set() if ties is None else ties
    for at in range(start, stop):
        time = times[at]
        if time < latest or (at == start and time == latest and ties is None):
            return at, equals if at > start else ties
        like = _like(said[at])
        if time > latest:
            latest, equals = time, {like}
        elif like in equals:
            return at, equals
        else:
            equals.add(like)
    return stop, equals


def _tied(entry: Entry, latest: int, ties: Ties | None) -> Ties | None:
    """The `ties` behind an entry that goes the long way; one of a frequent variant may be told by other texts there."""
    time = NEVER if entry.time is None else entry.time
    if time < latest or isinstance(entry.event, ev.ChunkStarted | ev.FileWritten | ev.ChunkCompleted):
        return None
    return set() if time > latest else ties


def _like(said: Any) -> tuple[Any, ...]:
    """The same for equal ones."""
    if type(said) is Written:
        return Written, said.file_name, said.part_index
    return type(said), getattr(said, "chunk_index", None), getattr(said, "file_name", None)


def entry_of(run_id: str, export_name: str | None, time: int, said: Said, digits: int) -> Entry:
    """The same as `core/decode.py` makes of its line."""
    event: ev.Event
    match said:
        case Started():
            event = ev.ChunkStarted(
                chunk_index=said.chunk_index, start_key=safe(said.start_key), end_key=safe(said.end_key)
            )
        case Written():
            event = ev.FileWritten(
                file_name=safe(said.file_name), rows=said.rows, bytes=said.bytes, part_index=said.part_index
            )
        case Completed():
            name = None if said.file_name is None else safe(said.file_name)
            event = ev.ChunkCompleted(chunk_index=said.chunk_index, rows=said.rows, file_name=name)
    return Entry(run_id=run_id, event=event, export_name=export_name, time=time, digits=digits)
