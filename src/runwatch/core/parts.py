"""What the attempts at chunks delivered: their parts, as columns, and which of them were written twice."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

from runwatch.core.empty import NOTHING, own
from runwatch.core.files import Files, alone
from runwatch.core.numbers import NONE
from runwatch.core.steps import Steps, Threes

NOWHERE = NONE
"""Stands in a column of positions, or of rows of another, for "not known"."""


class Parts:
    """A row a part; those of one slot are chained, the newest first."""

    __slots__ = (
        "_delivered_twice", "_unsure", "_written_twice", "last_part", "part_attempt", "part_before", "part_file",
        "part_position", "part_rows", "parts_without_file"
    )  # fmt: skip

    def __init__(self) -> None:
        self.last_part: array[int] | None = None
        """By slot, up to the last one that has any; None while each part is of the slot of its own number."""
        self.part_before: Mapping[int, int] = NOTHING
        """By part, where its slot has several."""
        self.part_attempt = Steps()
        self.part_file = Steps()
        self.part_rows: Mapping[int, int] = NOTHING
        """Of parts without a file, unless they have none."""
        self.part_position = Threes()
        self.parts_without_file = 0
        self._written_twice: Mapping[int, None] = NOTHING
        self._delivered_twice: Mapping[int, None] = NOTHING
        """Slots with parts of several attempts."""
        self._unsure: Mapping[int, None] = NOTHING
        """Those of them to be looked at before it is said which were written twice."""

    def add_part(self, slot: int, attempt: int, file_row: int, rows: int, position: int) -> None:
        """An attempt delivered a part; `file_row` NOWHERE: rows without a file."""
        part = len(self.part_file)
        before = self.last_part_of(slot)
        if before != NOWHERE:
            parts = self.part_before = own(self.part_before)
            parts[part] = before
            if slot in self._delivered_twice or self.part_attempt[before] != attempt:
                self._delivered_twice, self._unsure = twice, unsure = own(self._delivered_twice), own(self._unsure)
                twice[slot] = unsure[slot] = None
        if file_row == NOWHERE:
            self.parts_without_file += 1
            if rows:
                nameless = self.part_rows = own(self.part_rows)
                nameless[part] = rows
        self.part_attempt.append(attempt)
        self.part_file.append(file_row)
        self.part_position.append(position)
        if self.last_part is not None or part != slot:
            self._parted(slot, part)[slot] = part

    def last_part_of(self, slot: int) -> int:
        """The newest part of a slot; NOWHERE while it has none."""
        if self.last_part is None:
            return slot if slot < len(self.part_position) else NOWHERE
        return self.last_part[slot] if slot < len(self.last_part) else NOWHERE

    def add_last_parts(self, slot: int, count: int) -> None:
        """So many parts, of which there is no more known yet, are of the slots from this one on."""
        part = len(self.part_position)
        if self.last_part is not None or part != slot:
            self._parted(slot + count - 1, part)[slot:] = array("i", range(part, part + count))

    def _parted(self, slot: int, part: int) -> array[int]:
        """The column of last parts as far as this slot; up to `part` they may have been of their own slots so far."""
        if self.last_part is None:
            self.last_part = array("i", range(part))
        if slot >= len(self.last_part):
            self.last_part.extend([NOWHERE] * (slot + 1 - len(self.last_part)))
        return self.last_part

    @property
    def written_twice(self) -> list[int]:
        """Slots with two attempts that each left a file the other does not have."""
        if self._unsure:
            twice = self._written_twice = own(self._written_twice)
            for slot in self._unsure:
                if self.parts_alone(slot):
                    twice[slot] = None
                else:
                    twice.pop(slot, None)
            self._unsure = NOTHING
        return sorted(self._written_twice)

    def parts_alone(self, slot: int) -> set[int]:
        """Parts of attempts of which each left a file that the other does not have."""
        files: dict[int, set[int]] = {}
        for part in self.parts(slot):
            if self.part_file[part] != NOWHERE:
                files.setdefault(self.part_attempt[part], set()).add(self.part_file[part])
        found = alone(files)
        return {part for part in self.parts(slot) if (self.part_attempt[part], self.part_file[part]) in found}

    def parts(self, slot: int) -> Iterator[int]:
        """Rows of its parts, the newest first."""
        part = self.last_part_of(slot)
        while part != NOWHERE:
            yield part
            part = self.part_before.get(part, NOWHERE)

    def rows(self, slot: int, files: Files) -> int:
        """The sum over its parts: distinct files, and rows without one."""
        seen: set[int] = set()
        total = 0
        for part in self.parts(slot):
            file_row = self.part_file[part]
            if file_row == NOWHERE:
                total += self.part_rows.get(part, 0)
            elif file_row not in seen:
                seen.add(file_row)
                total += files.told(file_row)[0]
        return total
