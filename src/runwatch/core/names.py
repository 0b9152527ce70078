"""Distinct texts as numbers, without the texts.

A run can name a million files. What counts is which of them are the same; the
name itself stands in the log, and is read there when someone wants to see it.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cache

from runwatch.core.text import safe

_FEW = 8
"""Texts that are found without a table."""
_AHEAD = 4
"""Names that move into the next table for each new one: so it is whole when it is needed."""
_LONG = 4_096
"""Characters of a text that is surely not cut."""


_NO_TABLE = array("I")
"""Shared by all that know few texts."""


@cache
def _modulus() -> int:
    """A prime of 62 bits, another one in each process: no log can be made so that its names fall together."""
    number = 2**61 + hash("a seed that nobody knows") % 2**61 | 1
    while pow(2, number - 1, number) != 1:
        number += 2
    return number


class Names:
    """Texts → 0, 1, 2… in the order in which they were first heard of. Open addressing, half full at most.

    Two texts are the same where their remainders by a prime of 62 bits are: among a million that is an error in one of
    millions of logs. Python's own hash would be as good and cheaper, but it is another one in each process, and what
    is known of a log is kept for the next (`core/kept.py`): the prime with it.
    """

    __slots__ = ("_hashes", "_latest", "_latest_number", "_mask", "_modulus", "_moved", "_next", "_table")

    def __init__(self) -> None:
        self._hashes = array("q")
        self._table = _NO_TABLE
        """Number + 1 by the low bits of its hash, or behind that where they are taken."""
        self._mask = -1
        """-1 while there is no table."""
        self._next = _NO_TABLE
        """The table of twice the size that will take its place, made bit by bit: of a million names that takes a third
        of a second. Empty until this one is three eighths full.
        """
        self._moved = 0
        """How many names it has."""
        self._modulus = _modulus()
        self._latest: str | None = None
        self._latest_number = -1

    def __len__(self) -> int:
        return len(self._hashes)

    def let_go(self) -> None:
        """Forget what can be made again."""
        self._next, self._moved = _NO_TABLE, 0

    def number(self, text: str) -> int:
        """Its number, a new one for a new text. What makes no difference on the screen makes none here."""
        if text == self._latest:
            return self._latest_number
        latest = text
        if len(text) > _LONG or not text.isprintable():
            text = safe(text)
        value = (int.from_bytes(text.encode(), "little") << 64) % self._modulus  # short ones are strewn too
        number = self._find(value)
        self._latest, self._latest_number = latest, number
        return number

    def _find(self, value: int) -> int:
        """The number of a text by its remainder, a new one for a new one."""
        table, mask, hashes = self._table, self._mask, self._hashes
        slot = value & mask
        if mask < 0:
            if value in hashes:
                return hashes.index(value)
        else:
            while number := table[slot]:
                if hashes[number - 1] == value:
                    return number - 1
                slot = (slot + 1) & mask
        hashes.append(value)
        if mask >= 0:
            table[slot] = len(hashes)
        self._make_room(1)
        return len(hashes) - 1

    def add_new(self, texts: Sequence[str]) -> bool:
        """Number several, if each is a new one; if not, nothing has happened."""
        if not all(map(str.isprintable, texts)) or max(map(len, texts)) > _LONG:
            return False
        self._latest = None
        self._make_room(len(texts))
        table, mask, hashes, modulus, number_of = self._table, self._mask, self._hashes, self._modulus, int.from_bytes
        values = [(number_of(text.encode(), "little") << 64) % modulus for text in texts]
        first = len(hashes)
        if mask < 0:
            known = {*hashes, *values}
            if len(known) < first + len(values):
                return False
            hashes.extend(values)
            return True
        hashes.extend(values)
        taken: list[int] = []
        for number, value in enumerate(values, first + 1):
            slot = value & mask
            while other := table[slot]:
                if hashes[other - 1] == value:
                    for slot in taken:
                        table[slot] = 0
                    del hashes[first:]
                    return False
                slot = (slot + 1) & mask
            table[slot] = number
            taken.append(slot)
        return True

    def _make_room(self, more: int) -> None:
        """For so many more names; for a few without a table."""
        count = len(self._hashes) + more
        if count <= _FEW:
            return
        if self._mask >= 0 and count * 8 > self._mask * 3:
            self._build(more * _AHEAD)
        while count * 2 > self._mask:
            self._build(len(self._hashes))
            self._table, self._mask = self._next, len(self._next) - 1
            self.let_go()

    def _build(self, more: int) -> None:
        """So many more names into the next table."""
        size = max(4 * _FEW, (self._mask + 1) * 2)
        if not self._next:
            self._next = array("I", bytes(4 * size))
        table, mask, moved = self._next, size - 1, self._moved
        self._moved = min(moved + more, len(self._hashes))
        for number, value in enumerate(self._hashes[moved : self._moved], moved + 1):
            slot = value & mask
            while table[slot]:
                slot = (slot + 1) & mask
            table[slot] = number
