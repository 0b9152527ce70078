"""The files of a run: their names, rows and bytes, and where each was named."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from runwatch.core.numbers import Numbers

NO_NAMING = -1
"""Ends the chain of a file's namings."""
ATTEMPTS_COMPARED = 64
"""Attempts of one chunk with files of their own: of more, the newest 64 are held against the others."""


@dataclass(slots=True)
class Files:
    """The distinct files of a run, by name. Where two row counts differ, FileWritten's first counts."""

    row_of: Numbers[str] = field(default_factory=Numbers[str])
    rows: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("q"))
    """Bytes, -1 where unknown."""
    is_written: bytearray = field(default_factory=bytearray)
    """1 where a FileWritten gave the rows."""
    total_rows: int = 0
    total_bytes: int = 0
    with_bytes: int = 0
    disputed: dict[int, None] = field(default_factory=dict)
    """Files with two row counts."""
    last_naming: array[int] = field(default_factory=lambda: array("i"))
    naming_before: array[int] = field(default_factory=lambda: array("i"))
    naming_position: array[int] = field(default_factory=lambda: array("i"))

    def name(self, name: str, rows: int, size: int, position: int, is_written: bool) -> int:
        """A file was named; its row in these columns. `size` -1: unknown."""
        row = self._name(name, rows, size, is_written)
        self.naming_before.append(self.last_naming[row])
        self.naming_position.append(position)
        self.last_naming[row] = len(self.naming_position) - 1
        return row

    def namings(self, row: int) -> list[int]:
        """Where a file was named, in the order of the log."""
        positions = []
        naming = self.last_naming[row]
        while naming != NO_NAMING:
            positions.append(self.naming_position[naming])
            naming = self.naming_before[naming]
        return positions[::-1]

    def _name(self, name: str, rows: int, size: int, is_written: bool) -> int:
        row = self.row_of.get(name)
        if row is None:
            row = self.row_of.add(name)
            self.rows.append(rows)
            self.sizes.append(-1)
            self.last_naming.append(NO_NAMING)
            self.is_written.append(is_written)
            self.total_rows += rows
            self._size(row, size)
            return row
        if self.rows[row] != rows:
            self.disputed[row] = None
        if is_written and not self.is_written[row]:
            self.total_rows += rows - self.rows[row]
            self.rows[row] = rows
            self.is_written[row] = 1
        self._size(row, size)
        return row

    def _size(self, row: int, size: int) -> None:
        if size >= 0 and self.sizes[row] < 0:
            self.sizes[row] = min(size, 2**63 - 1)
            self.total_bytes += size
            self.with_bytes += 1


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
