"""What the frequent events of a run say, as columns; their texts stay in the log.

A million of them take some fourteen megabytes here, and some four hundred as
objects.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import repeat
from typing import Generic, TypeVar

from runwatch.core import events as ev
from runwatch.core.marks import CHUNK_COMPLETED, FILE_WRITTEN
from runwatch.core.names import Names

LARGEST = 2**32 - 1
"""Of an index or a row count in these columns; an event with a larger one is kept as it is."""
LARGEST_SIZE = 2**62
NO_FILE = LARGEST
Value = TypeVar("Value")


class Stretches(Generic[Value]):
    """A column of which long stretches are the same."""

    __slots__ = ("starts", "values")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.values: list[Value] = []

    def note(self, row: int, value: Value) -> None:
        """This row has that value; rows come in their order."""
        if not self.values or self.values[-1] is not value:
            self.starts.append(row)
            self.values.append(value)

    def at(self, row: int) -> Value:
        """What a row has."""
        return self.values[bisect_right(self.starts, row) - 1]

    def each(self, rows: int) -> Iterable[Value]:
        """The values of the first `rows` rows."""
        ends = [*self.starts[1:], rows] if self.starts else []
        for start, end, value in zip(self.starts, ends, self.values, strict=True):
            yield from repeat(value, end - start)


class Facts:
    """A row's argument is the chunk of a ChunkStarted, or the row of the others in their own columns."""

    __slots__ = (
        "completed_chunk", "completed_file", "completed_rows", "names", "written_bytes", "written_file", "written_rows"
    )  # fmt: skip

    def __init__(self) -> None:
        self.names = Names()
        """Of files. Their numbers stand for them in all columns."""
        self.completed_chunk = array("I")
        self.completed_rows = array("I")
        self.completed_file = array("I")
        """`NO_FILE` where there is none."""
        self.written_file = array("I")
        self.written_rows = array("I")
        self.written_bytes = array("Q")

    def take(self, event: ev.Event) -> int | None:
        """The argument of an event that can stand here; None for all others."""
        match event:
            case ev.ChunkStarted() if event.chunk_index <= LARGEST:
                return event.chunk_index
            case ev.FileWritten() if event.rows <= LARGEST and event.bytes <= LARGEST_SIZE:
                return self.written(self.file(event.file_name), event.rows, event.bytes)
            case ev.ChunkCompleted() if event.chunk_index <= LARGEST and event.rows <= LARGEST:
                return self.completed(event.chunk_index, event.rows, self.file(event.file_name))
        return None

    def file(self, name: str | None) -> int:
        """Its number; `NO_FILE` without a name."""
        return NO_FILE if name is None else self.names.number(name)

    def written(self, file: int, rows: int, size: int) -> int:
        """A FileWritten; its argument."""
        self.written_file.append(file)
        self.written_rows.append(rows)
        self.written_bytes.append(size)
        return len(self.written_rows) - 1

    def completed(self, chunk: int, rows: int, file: int) -> int:
        """A ChunkCompleted; its argument."""
        self.completed_chunk.append(chunk)
        self.completed_rows.append(rows)
        self.completed_file.append(file)
        return len(self.completed_rows) - 1

    def of_written(self, argument: int) -> tuple[int, int, int]:
        """(file, rows, bytes)."""
        return self.written_file[argument], self.written_rows[argument], self.written_bytes[argument]

    def of_completed(self, argument: int) -> tuple[int, int, int]:
        """(chunk, rows, file or `NO_FILE`)."""
        return self.completed_chunk[argument], self.completed_rows[argument], self.completed_file[argument]

    def of(self, kind: int, argument: int) -> tuple[int, ...]:
        """All that these columns say of an event of that kind."""
        if kind == FILE_WRITTEN:
            return self.of_written(argument)
        return self.of_completed(argument) if kind == CHUNK_COMPLETED else (argument,)

    def of_event(self, event: ev.Event) -> tuple[int, ...] | None:
        """The same of an event that is kept; None where these columns have none of its kind."""
        match event:
            case ev.ChunkStarted():
                return (event.chunk_index,)
            case ev.FileWritten():
                return self.file(event.file_name), event.rows, event.bytes
            case ev.ChunkCompleted():
                return event.chunk_index, event.rows, self.file(event.file_name)
        return None
