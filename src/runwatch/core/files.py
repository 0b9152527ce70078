"""The files of a run: their names, rows and bytes, and where each was named."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from runwatch.core.numbers import NONE, Slots

LARGEST = 2**63 - 1
"""Bytes of one file that a column holds."""
ATTEMPTS_COMPARED = 64
"""Attempts of one chunk with files of their own: of more, the newest 64 are held against the others."""


Before = tuple[int, int, int, int]
"""(rows, size, whether a FileWritten gave the rows, last naming) of a file."""


class Files:
    """The distinct files of a run. Where two row counts differ, FileWritten's first counts."""

    __slots__ = (
        "before", "between", "disputed", "first_naming", "is_written", "last_naming", "row_of", "rows", "settled",
        "sizes", "total_bytes", "total_rows", "with_bytes"
    )  # fmt: skip

    def __init__(self) -> None:
        self.row_of = Slots()
        """By the number of its name (`core/facts.py`)."""
        self.rows = array("Q")
        self.sizes = array("q")
        """Bytes, -1 where unknown."""
        self.is_written = bytearray()
        """1 where a FileWritten gave the rows."""
        self.total_rows = 0
        self.total_bytes = 0
        self.with_bytes = 0
        self.disputed: dict[int, None] = {}
        """Files with two row counts."""
        self.first_naming = array("i")
        self.last_naming = array("i")
        self.between: dict[int, tuple[int, ...]] = {}
        """Where else a file was named, of those named more than twice."""
        self.settled = 0
        """Rows below it are noted in `before` when they change; `core/checkpoints.py`."""
        self.before: dict[int, Before] = {}

    def name(self, file: int, rows: int, size: int, position: int, is_written: bool) -> int:
        """A file was named; its row in these columns. `size` -1: unknown."""
        row = self.row_of.find(file)
        if row == NONE:
            row = self.row_of.add(file)
            self.rows.append(rows)
            self.sizes.append(min(size, LARGEST))
            self.first_naming.append(position)
            self.last_naming.append(position)
            self.is_written.append(is_written)
            self.total_rows += rows
            if size >= 0:
                self.total_bytes += size
                self.with_bytes += 1
            return row
        if row < self.settled:
            self.note(row)
        last = self.last_naming[row]
        if last != self.first_naming[row]:
            self.between[row] = (*self.between.get(row, ()), last)
        self.last_naming[row] = position
        if self.rows[row] != rows:
            self.disputed[row] = None
        if is_written and not self.is_written[row]:
            self.total_rows += rows - self.rows[row]
            self.rows[row] = rows
            self.is_written[row] = 1
        if size >= 0 and self.sizes[row] < 0:
            self.sizes[row] = min(size, LARGEST)
            self.total_bytes += size
            self.with_bytes += 1
        return row

    def note(self, row: int) -> None:
        """Remember what a row said at the last checkpoint."""
        if row not in self.before:
            self.before[row] = (self.rows[row], self.sizes[row], self.is_written[row], self.last_naming[row])

    def put_back(self, row: int, before: Before) -> None:
        """What a row said then."""
        self.rows[row], self.sizes[row], self.is_written[row], self.last_naming[row] = before

    def namings(self, row: int) -> list[int]:
        """Where a file was named, in the order of the log."""
        first, last = self.first_naming[row], self.last_naming[row]
        return [first, *self.between.get(row, ()), last] if last != first else [first]


def alone(files: Mapping[int, set[int]]) -> set[tuple[int, int]]:
    """(attempt, file) for each file that another attempt does not have, where that one has a file this one lacks."""
    others = list({frozenset(some): None for some in files.values()})[:ATTEMPTS_COMPARED]
    found: set[tuple[int, int]] = set()
    for attempt, mine in files.items():
        known: set[int] = set()
        for other in others:
            known |= mine - other if other - mine else set()
            if known == mine:
                break
        found.update((attempt, file) for file in known)
    return found
