"""The files of a run: their names, rows and bytes, and where each was named."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from runwatch.core.empty import NOTHING, own
from runwatch.core.facts import Facts, Told
from runwatch.core.numbers import NONE, Slots
from runwatch.core.steps import Steps, Threes

ATTEMPTS_COMPARED = 64
"""Attempts of one chunk with files of their own: of more, the newest 64 are held against the others."""


Before = tuple[Told | None, int]
"""What was told of a file if that is not what was told first, and where it was named last."""


class Files:
    """The distinct files of a run. Where two row counts differ, FileWritten's first counts."""

    __slots__ = (
        "before", "between", "changed", "disputed", "facts", "first_naming", "last_naming", "numbers", "row_of",
        "settled", "total_bytes", "total_rows", "with_bytes", "written"
    )  # fmt: skip

    def __init__(self, facts: Facts | None = None) -> None:
        self.facts = facts or Facts()
        """What the log says of files, by the numbers of their names."""
        self.row_of = Slots()
        """By the number of its name."""
        self.numbers: array[int] | None = None
        """The number of each row's name; None while it is the row itself."""
        self.changed: Mapping[int, Told] = NOTHING
        """What counts of a row where it is not what was told first."""
        self.total_rows = 0
        self.total_bytes = 0
        self.with_bytes = 0
        self.disputed: Mapping[int, None] = NOTHING
        """Files with two row counts."""
        self.first_naming = Threes()
        self.last_naming = Threes()
        self.written: Steps | None = None
        """Where a FileWritten stands; None while that is where each file was named first."""
        self.between: Mapping[int, tuple[int, ...]] = NOTHING
        """Where else a file was named, of those named more than twice."""
        self.settled = 0
        """Rows below it are noted in `before` when they change; `core/checkpoints.py`."""
        self.before: Mapping[int, Before] = NOTHING

    def __len__(self) -> int:
        return len(self.first_naming)

    def told(self, row: int) -> Told:
        """Rows and bytes of a file; -1 bytes where unknown, and then no FileWritten told its rows."""
        changed = self.changed.get(row)
        if changed is not None:
            return changed
        number = row if self.numbers is None else self.numbers[row]
        return self.facts.file_rows[number], self.facts.file_sizes[number]

    def name(self, file: int, told: Told, position: int) -> int:
        """A file was named, with its rows and bytes (-1: by a ChunkCompleted); its row in these columns."""
        row = self.row_of.find(file)
        rows, size = told
        if self.written is None and (row == NONE) != (size >= 0):
            self.written = self.first_naming[:]
        if self.written is not None and size >= 0:
            self.written.append(position)
        if row == NONE:
            row = self._new(file, told, position)
            self.total_rows += rows
            if size >= 0:
                self.total_bytes += size
                self.with_bytes += 1
            return row
        if row < self.settled:
            self.note(row)
        last = self.last_naming[row]
        if last != self.first_naming[row]:
            between = self.between = own(self.between)
            between[row] = (*between.get(row, ()), last)
        self.last_naming[row] = position
        known = self.told(row)
        if known[0] != rows:
            disputed = self.disputed = own(self.disputed)
            disputed[row] = None
        if size >= 0 > known[1]:
            self.total_rows += rows - known[0]
            self.total_bytes += size
            self.with_bytes += 1
            self._change(row, told)
        return row

    def _new(self, file: int, told: Told, position: int) -> int:
        row = self.row_of.add(file)
        if self.numbers is None and file != row:
            self.numbers = array("I", range(row))
        if self.numbers is not None:
            self.numbers.append(file)
        self.first_naming.append(position)
        self.last_naming.append(position)
        if told != self.told(row):
            self._change(row, told)
        return row

    def _change(self, row: int, told: Told) -> None:
        changed = self.changed = own(self.changed)
        changed[row] = told

    def note(self, row: int) -> None:
        """Remember what a row said at the last checkpoint."""
        if row not in self.before:
            before = self.before = own(self.before)
            before[row] = (self.changed.get(row), self.last_naming[row])

    def put_back(self, row: int, before: Before) -> None:
        """What a row said then."""
        told, self.last_naming[row] = before
        if told is not None:
            self._change(row, told)
        elif row in self.changed:
            changed = self.changed = own(self.changed)
            del changed[row]

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
