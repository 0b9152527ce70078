"""Lines decoded one by one, gathered by run, and taken into the runs many at once.

Most lines of a log are one of three variants, of a run that is known, and stand
behind all that their run said before. They are decoded by their types
(`core/wire.py`), gathered by run with what else it says, and taken in many at once
(`core/stretch.py`): runs that are interleaved line by line would else fetch another
run's memory for each of them. What is of another form, or may have come before,
goes through `core/decode.py` and `Run.feed`, in its place among those of its run.
The two ways come to the same, which tests/core/test_loading.py and test_stretch.py
hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from operator import lt
from typing import Any

from msgspec import UNSET

from runwatch.core import events as ev
from runwatch.core.events import Entry
from runwatch.core.index import NEVER
from runwatch.core.places import Segment
from runwatch.core.runs import Runs
from runwatch.core.stretch import RARE, Said, take
from runwatch.core.text import safe
from runwatch.core.wire import Completed, Line, Started, Typed, Written, decode_lines, rare_in, times_of

GATHERED, SHARE = 30_000, 64
"""Lines that wait to be taken in, at most: so many, or of a longer log one in 64,"""
OF_A_RUN = 1_000
"""and so many of a run, on average: of few runs no more than that is gained by waiting."""
AHEAD = 1_000
"""Lines of a run that are looked at before some of them are taken in."""
PART, A_RUN = 1_500, 15
"""Lines taken in between two pauses, some 5 ms; each run among them costs as much as so many lines more."""

FREQUENT = ev.ChunkStarted, ev.FileWritten, ev.ChunkCompleted
Ties = set[tuple[Any, ...]]
"""What was said at one time, as far as that tells what can be no repeat of it."""


Decode = Callable[[bytes, int, int], Sequence[Entry]]
"""What a line says, which has this number and begins at this offset, as `core/decode.py` has it."""


class Gathering:
    """Lines of one log; they are in the runs after `settling`."""

    def __init__(self, runs: Runs, segment: Segment, decode: Decode) -> None:
        self.count = 0
        """Lines that wait."""
        self._runs, self.segment, self._decode = runs, segment, decode
        self._gathered: dict[str, list[Any]] = {}
        """By run the export its lines name, then for each line its time, its number and what it says."""
        self._digits = 9
        """Of the times of what was gathered."""
        self._ties: dict[str, tuple[int, Ties]] = {}
        """Of runs whose last moment several share: how many rows it had, and what was said at that moment."""

    def is_full(self, entries: int) -> bool:
        """It is time for `settling`, where so many entries were taken so far."""
        runs = len(self._gathered)
        return self.count > min(max(GATHERED, entries // SHARE, 4 * runs), OF_A_RUN * runs)

    def feed(self, data: bytes, line: int, offset: int, arrived: int | None) -> int:
        """Gather whole lines, the first of which has this number; how many of them `decode` was not asked for."""
        lines = data.removesuffix(b"\n").split(b"\n")
        items = decode_lines(lines)
        times, digits = times_of(items, self._digits)
        return self.gather(Typed(lines, items, times, digits), line, offset, arrived)

    def gather(self, typed: Typed, line: int, offset: int, arrived: int | None) -> int:
        """The same of lines that are decoded as far as they can be by their types."""
        lines, items, times, digits = typed
        if digits != self._digits:
            for _ in self.settling(arrived, is_all=True):
                pass
            self._digits = digits
        gathered, identity, passed, odd, rare = self._gathered, self.segment.identity, 0, 0, 0
        for index, (item, time) in enumerate(zip(items, times, strict=True)):
            if type(item) is Line:
                box = item.event
                it: Any = box.ChunkStarted
                if it is UNSET:
                    it = box.FileWritten or box.ChunkCompleted
                    more: object = box.FileWritten and box.ChunkCompleted
                else:
                    more = box.FileWritten or box.ChunkCompleted
                if it and not (more or box.RunCompleted or box.PlanResolved):
                    own = gathered.get(identity if item.run_id is None else item.run_id)
                    if own is not None and own[0] == item.export_name:
                        own += (time, line + index, it)
                        continue
            entry = rare_in(item, identity, (time, digits))
            if entry is not None:
                self._gather(entry, line + index, is_rare=type(entry.event) in RARE)
                rare += 1
                continue
            offset += sum(map(len, lines[passed:index])) + index - passed
            passed = index
            odd += 1
            self.feed_line(lines[index], line + index, offset)
        self.count += len(items) - odd - rare
        return len(items) - odd

    def feed_line(self, data: bytes, line: int, offset: int) -> None:
        """The long way."""
        for entry in self._decode(data, line, offset):
            self._gather(entry, line)

    def _gather(self, entry: Entry, line: int, *, is_rare: bool = False) -> None:
        own = self._gathered.get(entry.run_id)
        if own is None:
            own = self._gathered[entry.run_id] = [entry.export_name]
        own += (entry.time, line, entry.event) if is_rare and entry.export_name == own[0] else (NEVER, line, entry)
        self.count += 1

    def settling(self, arrived: int | None, *, is_all: bool) -> Iterator[None]:
        """Take in what was gathered, with a pause now and then; but, unless `is_all`, not the chunks at the end of what
        a run said that are not done: those are taken whole. `arrived`: when it came, if we watched it (ns).
        """
        runs, taken = self._runs, 0
        for run_id, own in self._gathered.items() if self.count else ():
            while lines := (len(own) - 1) // 3 - (0 if is_all else _undone(own)):
                lines = min(lines, PART)
                runs.changed[run_id] = None
                for _ in self._steps(run_id, own, 1 + 3 * lines, arrived):
                    pass
                self.count -= lines
                taken += lines + A_RUN
                if taken >= PART:
                    runs.revision += 1
                    taken = 0
                    yield
        runs.revision += 1

    def each_run(self) -> Iterator[tuple[str, Iterator[None]]]:
        """All that each run said, to be taken in step by step by the caller."""
        for run_id, own in self._gathered.items():
            self._runs.changed[run_id] = None
            yield run_id, self._steps(run_id, own, len(own), None)
        self.count = 0
        self._runs.revision += 1

    def _steps(self, run_id: str, own: list[Any], stop: int, arrived: int | None) -> Iterator[None]:
        """What one run said, up to there, with a pause behind each step; nothing of it is left."""
        name, times, lines, said = own[0], own[1:stop:3], own[2:stop:3], own[3:stop:3]
        del own[1:stop]
        segment, runs = self.segment, self._runs
        at, count, run = 0, len(times), runs.by_id.get(run_id)
        rows, ties = self._ties.pop(run_id, (0, None))
        if run is None or rows != len(run.log):
            ties = None
        if run is None and name is not None and times[0] != NEVER:
            run = runs.begin(run_id, segment, name, times[0])
            yield
        while at < count:
            if run is not None and run.straight is segment and run.named == name:
                stop, ties = _rising(times, said, at, run.log.placing.latest, ties)
                if stop > at:
                    whole = at == 0 and stop == count
                    part = (times, lines, said) if whole else (times[at:stop], lines[at:stop], said[at:stop])
                    at += yield from take(run, part, self._digits)
                    if arrived is not None:
                        run.note_arrival(arrived)
                    yield
                    continue
            entry = said[at] if times[at] == NEVER else entry_of(run_id, name, times[at], said[at], self._digits)
            ties = _tied(entry, NEVER if run is None else run.log.placing.latest, ties)
            runs.feed(entry, segment, lines[at], -1, arrived)
            run, at = runs.by_id.get(run_id), at + 1
            yield
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
        if time < latest or (time == latest and (type(said[at]) in RARE or (at == start and ties is None))):
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
    if time < latest or isinstance(entry.event, FREQUENT):
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
        case _:
            event = said
    return Entry(run_id=run_id, event=event, export_name=export_name, time=time, digits=digits)
