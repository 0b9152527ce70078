"""The entries of one run in the order of arrival, a row each, as compact columns.

Of the frequent events only what counts is kept (`core/facts.py`); the event
itself is read again in its log when someone wants to see it. All others, and
those of a log that cannot be read again, are kept as they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import overload

from runwatch.core import marks
from runwatch.core.again import Again, from_facts
from runwatch.core.empty import NOTHING, own
from runwatch.core.events import Entry, Event, chunk_of
from runwatch.core.facts import Facts, Stretches, Value
from runwatch.core.marks import NEVER, PLACE_OF
from runwatch.core.places import Place, Segment, Stretch
from runwatch.core.steps import Counts


class Rows:
    """What each row says, when, and where it stands."""

    __slots__ = (
        "_about", "_again", "facts", "kept", "lines", "marks", "names", "numbers", "segments", "times"
    )  # fmt: skip

    def __init__(self, again: Again | None = None) -> None:
        """`again` reads an event in its log; without it all events are kept."""
        self.times = array("q")
        """These two grow in place: who holds a log still (`answers/event_rows.py`) has them too."""
        self.marks = array("H")
        """`core/marks.py`."""
        self._about = Counts()
        """Three times what `argument` says, one, and which of the three frequent kinds it is: mostly that rises by one,
        also behind the plan that a run begins with.
        """
        self.lines = Counts()
        self.facts = Facts()
        self.kept: dict[int, Event] = {}
        self.segments: Stretches[Segment] = Stretches()
        self.names: Stretches[str | None] = Stretches()
        """The export each entry names."""
        self.numbers: Mapping[int, int] = NOTHING
        """Of entries inside a journal document."""
        self._again = again

    def __len__(self) -> int:
        """Rows, repeats included."""
        return len(self.times)

    def add(self, entry: Entry, segment: Segment, line: int) -> int:
        """One more; its kind."""
        row, event, argument = len(self.times), entry.event, None
        kind = marks.NUMBER_OF[type(event)]
        if kind in PLACE_OF:
            if self._again is not None and segment.is_plain and not entry.number:
                argument = self.facts.take(event, row)
            if argument is None:
                self.facts.note(event)
        self.times.append(NEVER if entry.time is None else entry.time)
        self.marks.append(marks.mark_of(kind, entry.digits, entry.origin, argument is not None))
        if argument is None:
            self.keep(row, event)
        else:
            self.note_argument(argument, PLACE_OF[kind])
        self.lines.append(line)
        self.segments.note(row, segment)
        self.names.note(row, self._same_name(entry.export_name))
        if entry.number:
            numbers = self.numbers = own(self.numbers)
            numbers[row] = entry.number
        return kind

    def _same_name(self, name: str | None) -> str | None:
        """The very object noted last where it says the same."""
        values = self.names.values
        return values[-1] if values and values[-1] == name else name

    def drop(self, segment: Segment) -> None:
        """Forget what one segment said; the rows behind it move up."""
        rows = len(self.times)
        segments, names = list(self.segments.each(rows)), list(self.names.each(rows))
        keep = [row for row, there in enumerate(segments) if there is not segment]
        self.lines = self.lines.kept(keep)
        self._about = self._about.kept(keep)
        for name in ("times", "marks"):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, (column[row] for row in keep)))
        self.segments, self.names = Stretches(), Stretches()
        for row, before in enumerate(keep):
            self.segments.note(row, segments[before])
            self.names.note(row, names[before])
        self.kept, self.numbers = _moved(self.kept, keep), _moved(self.numbers, keep)
        self.facts.told = _moved(self.facts.told, keep)

    def keep(self, row: int, event: Event) -> None:
        """What a row says, all else of which is in its columns: one that is kept."""
        self.kept[row] = event
        self._about.append_any()

    def note_argument(self, argument: int, place: int) -> None:
        """What the next row's event is about; `place`: of its kind among the frequent ones."""
        self._about.append(1 + 3 * argument + place)

    def note_arguments(self, chunk: int, file: int, completed: int, count: int) -> None:
        """The same of so many chunks begun, written and done in turn; each of them is one further in all three."""
        if chunk == file == completed:
            self._about.extend_from(1 + 3 * chunk, 3 * count)
            return
        arguments = [0] * (3 * count)
        for place, argument in enumerate((chunk, file, completed)):
            arguments[place::3] = range(1 + 3 * argument + place, 1 + 3 * (argument + count) + place, 3)
        self._about.extend_any(arguments)

    def note_again(self, chunk: int, count: int, rows: Sequence[int]) -> None:
        """The same where all three have the chunk's number, and in so many rows two are of an attempt that failed: they
        end in front of each of `rows`, counted from the next one on.
        """
        self._about.extend_bent(1 + 3 * chunk, count, rows, -2)

    def argument(self, row: int) -> int:
        """What a frequent event is about (`core/facts.py`); nothing that counts for others."""
        return (self._about[row] - 1) // 3

    def kind_of(self, row: int) -> str:
        """The variant of a row."""
        number = self.marks[row] & marks.KIND
        return self.kept[row].kind if number == marks.UNKNOWN else marks.NAMES[number]

    def stretch_of(self, row: int) -> Stretch | None:
        """The lines of its log that stand about its own; None where they cannot be had."""
        return None if self._again is None else self._again.stretch(self.place_of(row))

    def told_of(self, row: int) -> tuple[int, int | None] | None:
        """Rows, and bytes where it tells them, of a file or chunk that need not be read again for it; else None."""
        mark = self.marks[row]
        if not mark & marks.FACT or mark & marks.KIND == marks.CHUNK_STARTED:
            return None
        _, *told = self.facts.of(mark & marks.KIND, row, self.argument(row))
        return (told[0], told[1]) if mark & marks.KIND == marks.FILE_WRITTEN else (told[0], None)

    def event_of(self, row: int) -> Event:
        """What a row says."""
        return self._read(row) or from_facts(self.facts, self.marks[row], row, self.argument(row))

    def _read(self, row: int) -> Event | None:
        """What it says, None where its bytes are gone."""
        event = self.kept.get(row)
        if event is not None:
            return event
        assert self._again is not None
        event = self._again.event(self.place_of(row))
        return event if event is not None and self._may_be(row, event) else None

    def _may_be(self, row: int, event: Event) -> bool:
        """Whether what stands there now can be what was read: somebody may have written over it."""
        kind = self.marks[row] & marks.KIND
        if marks.NUMBER_OF[type(event)] != kind:
            return False
        facts, its = self.facts.of(kind, row, self.argument(row)), self.facts.of_event(event)
        return facts == its

    def chunk_of(self, row: int) -> object:
        """The chunk that a row names, also one of a kind that nobody knows; None where it names none."""
        mark, argument = self.marks[row], self.argument(row)
        if not mark & marks.FACT:
            return chunk_of(self.kept[row])
        if mark & marks.KIND == marks.CHUNK_STARTED:
            return argument
        return self.facts.completed_chunk[argument] if mark & marks.KIND == marks.CHUNK_COMPLETED else None

    def is_same(self, row: int, other: int, event: Event | None = None) -> bool:
        """Whether two rows say the same; of what is gone the facts must do. `event` is the first one's."""
        if not self.is_like(row, other):
            return False
        mine, its = event or self._read(row), self._read(other)
        return mine is None or its is None or mine == its

    def is_like(self, row: int, other: int) -> bool:
        """Whether two rows say the same, as far as that is known without reading them again."""
        mine, its = self.marks[row], self.marks[other]
        if mine & marks.KIND != its & marks.KIND:
            return False
        if not mine & its & marks.FACT:
            return True
        kind = mine & marks.KIND
        return self.facts.of(kind, row, self.argument(row)) == self.facts.of(kind, other, self.argument(other))

    def digits_of(self, row: int) -> int:
        """The fractional digits its time was written with."""
        return marks.digits_in(self.marks[row])

    def place_of(self, row: int) -> Place:
        """Where it stands."""
        return Place(self.segments.at(row), self.lines[row], self.numbers.get(row, 0))

    def row_at(self, place: Place) -> int | None:
        """The row of the entry that stands there; None where none of this run does."""
        row = -1
        while True:
            try:
                row = self.lines.index(place.line, row + 1)
            except ValueError:
                return None
            if self.segments.at(row) is place.segment and self.numbers.get(row, 0) == place.entry:
                return row


def _moved(by_row: Mapping[int, Value], keep: Sequence[int]) -> dict[int, Value]:
    """What is left where these rows are kept, by the rows that they become."""
    return {row: by_row[before] for row, before in enumerate(keep) if before in by_row}


class Events(Sequence[Event]):
    """The events of a log by row. Another object once a segment was taken out: then rows are others."""

    __slots__ = ("_log",)

    def __init__(self, log: Rows) -> None:
        self._log = log

    def __len__(self) -> int:
        return len(self._log.times)

    @overload
    def __getitem__(self, row: int) -> Event: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Event]: ...
    def __getitem__(self, row: int | slice) -> Event | Sequence[Event]:
        if isinstance(row, slice):
            return [self._log.event_of(one) for one in range(*row.indices(len(self)))]
        return self._log.event_of(row if row >= 0 else row + len(self))
