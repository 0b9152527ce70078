"""What the frequent events of a run say, as columns; their texts stay in the log.

As objects they would take ten times the room.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Generic, TypeVar

from runwatch.core import events as ev
from runwatch.core.empty import NOTHING, longer, own
from runwatch.core.marks import CHUNK_COMPLETED, FILE_WRITTEN
from runwatch.core.names import Names
from runwatch.core.steps import Counts

LARGEST = 2**32 - 1
"""Of an index or a row count in these columns; an event with a larger one is kept as it is."""
LARGEST_SIZE = 2**62
NO_FILE = LARGEST
Value = TypeVar("Value")


_BEGIN = (0,)


class Stretches(Generic[Value]):
    """A column of which long stretches are the same."""

    __slots__ = ("starts", "values")

    def __init__(self) -> None:
        self.starts: Sequence[int] = ()
        self.values: Sequence[Value] = ()
        """Lists once there are several."""

    def note(self, row: int, value: Value) -> None:
        """This row has that value; rows come in their order."""
        if not self.values:
            self.starts, self.values = (row,) if row else _BEGIN, (value,)
        elif self.values[-1] is not value:
            self.starts, self.values = starts, values = _list(self.starts), _list(self.values)
            starts.append(row)
            values.append(value)

    def at(self, row: int) -> Value:
        """What a row has."""
        return self.values[bisect_right(self.starts, row) - 1]

    def end(self, row: int, rows: int) -> int:
        """The first of the `rows` rows behind this one that may have another value."""
        at = bisect_right(self.starts, row)
        return self.starts[at] if at < len(self.starts) else rows

    def each(self, rows: int) -> Iterable[Value]:
        """The values of the first `rows` rows."""
        ends = [*self.starts[1:], rows] if self.starts else []
        for start, end, value in zip(self.starts, ends, self.values, strict=True):
            yield from repeat(value, end - start)


def _list(column: Sequence[Value]) -> list[Value]:
    return column if isinstance(column, list) else list(column)


Told = tuple[int, int]
"""Rows and bytes; -1 bytes where nothing told them."""


class Facts:
    """What a row's argument stands for: the chunk of a ChunkStarted, the file of a FileWritten, both of the third."""

    __slots__ = ("completed_chunk", "completed_file", "file_rows", "file_sizes", "names", "told")

    def __init__(self) -> None:
        self.names = Names()
        """Of files. Their numbers stand for them in all columns."""
        self.file_rows = array("I")
        self.file_sizes = array("i")
        """What was told of each file where it was named first; wider once one has 2 GB."""
        self.completed_chunk = Counts()
        self.completed_file = Counts()
        """`NO_FILE` where there is none."""
        self.told: Mapping[int, Told] = NOTHING
        """By row what an event told of a file, where that is not what was told first."""

    def take(self, event: ev.Event, row: int) -> int | None:
        """The argument of an event that can stand here; None for all others."""
        match event:
            case ev.ChunkStarted() if event.chunk_index <= LARGEST:
                return event.chunk_index
            case ev.FileWritten() if event.rows <= LARGEST and event.bytes <= LARGEST_SIZE:
                return self.written(row, event.file_name, event.rows, event.bytes)
            case ev.ChunkCompleted() if event.chunk_index <= LARGEST and event.rows <= LARGEST:
                return self.completed(row, event.chunk_index, event.rows, event.file_name)
        return None

    def file(self, name: str, rows: int, size: int = -1) -> int:
        """The number of a name; what is told of it counts where it is a new one."""
        file = self.names.number(name)
        if file == len(self.file_rows):
            self.tell([min(rows, LARGEST)], [min(size, LARGEST_SIZE)])
        return file

    def tell(self, rows: Sequence[int], sizes: Sequence[int]) -> None:
        """What was told of the next files."""
        self.file_rows = longer(self.file_rows, array("I", rows))
        code = self.file_sizes.typecode
        if not isinstance(sizes, array) or sizes.typecode != code:
            try:
                sizes = array(code, sizes)
            except OverflowError:
                self.file_sizes, sizes = array("q", self.file_sizes), array("q", sizes)
        self.file_sizes = longer(self.file_sizes, sizes)

    def written(self, row: int, name: str, rows: int, size: int) -> int:
        """A FileWritten; its argument."""
        return self.written_to(row, self.names.number(name), rows, size)

    def written_to(self, row: int, file: int, rows: int, size: int) -> int:
        """The same by the number of its file, which may be the next new one."""
        if file == len(self.file_rows):
            self.tell([rows], [size])
        elif (rows, size) != (self.file_rows[file], self.file_sizes[file]):
            self._note_told(row, rows, size)
        return file

    def completed(self, row: int, chunk: int, rows: int, name: str | None) -> int:
        """A ChunkCompleted; its argument."""
        return self.completed_with(row, chunk, rows, NO_FILE if name is None else self.names.number(name))

    def completed_with(self, row: int, chunk: int, rows: int, file: int) -> int:
        """The same by the number of its file, which may be the next new one."""
        if file == len(self.file_rows):
            self.tell([rows], [-1])
        elif (file == NO_FILE and rows) or (file != NO_FILE and rows != self.file_rows[file]):
            self._note_told(row, rows, -1)
        self.completed_chunk.append(chunk)
        self.completed_file.append(file)
        return len(self.completed_file) - 1

    def _note_told(self, row: int, rows: int, size: int) -> None:
        told = self.told = own(self.told)
        told[row] = (rows, size)

    def note(self, event: ev.Event) -> None:
        """Number the file of an event that is kept."""
        match event:
            case ev.FileWritten():
                self.file(event.file_name, event.rows, event.bytes)
            case ev.ChunkCompleted() if event.file_name is not None:
                self.file(event.file_name, event.rows)

    def of_written(self, row: int, file: int) -> tuple[int, int, int]:
        """(file, rows, bytes)."""
        return (file, *(self.told.get(row) or (self.file_rows[file], self.file_sizes[file])))

    def of_completed(self, row: int, argument: int) -> tuple[int, int, int]:
        """(chunk, rows, file or `NO_FILE`)."""
        file = self.completed_file[argument]
        told = self.told.get(row)
        rows = told[0] if told is not None else 0 if file == NO_FILE else self.file_rows[file]
        return self.completed_chunk[argument], rows, file

    def of(self, kind: int, row: int, argument: int) -> tuple[int, ...]:
        """All that these columns say of an event of that kind."""
        if kind == FILE_WRITTEN:
            return self.of_written(row, argument)
        return self.of_completed(row, argument) if kind == CHUNK_COMPLETED else (argument,)

    def of_event(self, event: ev.Event) -> tuple[int, ...] | None:
        """The same of an event that is kept; None where these columns have none of its kind."""
        match event:
            case ev.ChunkStarted():
                return (event.chunk_index,)
            case ev.FileWritten():
                return self.file(event.file_name, event.rows, event.bytes), event.rows, event.bytes
            case ev.ChunkCompleted():
                file = NO_FILE if event.file_name is None else self.file(event.file_name, event.rows)
                return event.chunk_index, event.rows, file
        return None
