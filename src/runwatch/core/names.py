"""Distinct texts as numbers, without the texts.

A run can name a million files. What counts is which of them are the same; the
name itself stands in the log, and is read there when someone wants to see it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from operator import mul

from runwatch.core.empty import longer
from runwatch.core.text import safe

_FEW = 8
"""Texts that are found without a table."""
_AHEAD = 4
"""Names that move into the next table for each new one: so it is whole when it is needed."""
_SMALL = 1 << 10
"""Places of a table that grows at once to four times as many: it would be made anew too often."""
LARGE = 1 << 14
"""Places of a table that takes long to be made anew, some milliseconds."""
_LONG = 4_096
"""Characters of a text that is surely not cut."""


_NO_TABLE = array("I")
"""Shared by all that know few texts."""


WORDS = 64
"""Of four bytes, in a text that is hashed as it is."""
SEED = hash("a seed that nobody knows") % 2**64
"""Another one in each process: no log can be made so that its names fall together. One that hashes for this one has
been given it before it imports what does that (`session/second_process.py`).
"""
_BIG = 2**64
_UPPER, _LOWER = 2**64 - 2**32, 2**32 - 1


@cache
def keys_of(seed: int) -> tuple[int, ...]:
    """Two random numbers of 64 bits for each word and for the length, 128 bits apart: one sum does for both.

    The generator is SplitMix64 (Steele, Lea and Flood, 2014).
    """
    numbers = []
    for _ in range(2 * WORDS + 2):
        seed = (seed + 0x9E3779B97F4A7C15) % _BIG
        number = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 % _BIG
        number = (number ^ number >> 27) * 0x94D049BB133111EB % _BIG
        numbers.append(number ^ number >> 31)
    return tuple(first | second << 128 for first, second in zip(numbers[::2], numbers[1::2], strict=True))


def hash_of(text: str, seed: int = SEED) -> int:
    """64 bits, of which each half is the upper half of a sum of products (multilinear hashing after Carter and Wegman):
    two texts have the same in one case of 2^64, whatever they are. None has 0. What makes no difference on the screen
    makes none here.
    """
    if len(text) > _LONG or not text.isprintable():
        text = safe(text)
    data = text.encode()
    if len(data) > 4 * WORDS:
        import hashlib  # hardly ever

        data = hashlib.blake2b(data).digest()
    keys, size = keys_of(seed), len(data)
    words = memoryview(data + bytes(-size % 4)).cast("I")
    total: int = sum(map(mul, keys, words), size * keys[WORDS])
    return (total & _UPPER | total >> 160 & _LOWER) or 1


class Names:
    """Texts → 0, 1, 2… in the order in which they were first heard of. Open addressing, half full at most.

    Two texts are the same where their hashes are: among a million that is an error in one of millions of logs. Python's
    own hash would be cheaper, but it is another one in each process, and what is known of a log is kept for the next
    (`core/kept.py`): the seed with it.
    """

    __slots__ = ("_latest", "_latest_number", "_moved", "_next", "hashes", "mask", "seed", "table", "tabled")

    def __init__(self) -> None:
        self.hashes = array("Q")
        """By number."""
        self.tabled = 0
        """Hashes, the first so many, that are in the table if there is one; the others were known to be new."""
        self.table = _NO_TABLE
        """Number + 1 by the low bits of its hash, or behind that where they are taken."""
        self.mask = -1
        """-1 while there is no table."""
        self._next = _NO_TABLE
        """The table of twice the size that will take its place, made bit by bit: of a million names that takes a third
        of a second. Empty until this one, if it is large, is three eighths full.
        """
        self._moved = 0
        """How many names it has."""
        self.seed = SEED
        self._latest: str | None = None
        self._latest_number = -1

    def __len__(self) -> int:
        return len(self.hashes)

    def let_go(self) -> None:
        """Forget what can be made again, but have all in the table that whoever asks next would wait for."""
        self._next, self._moved = _NO_TABLE, 0
        if len(self.hashes) - self.tabled > LARGE:
            self.catch_up()

    def number(self, text: str) -> int:
        """Its number, a new one for a new text."""
        if text == self._latest:
            return self._latest_number
        number = self.find(self.hash_of(text))
        self._latest, self._latest_number = text, number
        return number

    def hash_of(self, text: str) -> int:
        """What stands for a text here."""
        return hash_of(text, self.seed)

    def add_unseen(self, values: memoryview) -> None:
        """Number hashes that are all new (64 bits each), which whoever adds them knows."""
        self.hashes = longer(self.hashes, array("Q", values.tobytes()))

    def catch_up(self) -> None:
        """Put those into the table that are not in it yet."""
        first, count = self.tabled, len(self.hashes)
        if first < count:
            self.tabled = count
            if count * 2 > self.mask and count > _FEW:
                size = 1 << (2 * count).bit_length()
                self.table, self.mask, first = array("I", bytes(4 * size)), size - 1, 0
                self.let_go()
            if self.mask >= 0:
                put_all(self.table, self.hashes[first:], first)

    def find(self, value: int) -> int:
        """The number of a hash, a new one for a new one."""
        if self.tabled < len(self.hashes):
            self.catch_up()
        table, mask, hashes = self.table, self.mask, self.hashes
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
        self.tabled = len(hashes)
        if mask >= 0:
            table[slot] = self.tabled
        self.make_room(1)
        return self.tabled - 1

    def add_new(self, values: Sequence[int]) -> bool:
        """Number several hashes, if each is a new one; if not, nothing has happened."""
        self._latest = None
        self.catch_up()
        self.make_room(len(values))
        table, mask, hashes = self.table, self.mask, self.hashes
        first = len(hashes)
        if mask < 0:
            known = {*hashes, *values}
            if len(known) < first + len(values):
                return False
            hashes.extend(values)
            self.tabled = len(hashes)
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
        self.tabled = len(hashes)
        return True

    def make_room(self, more: int) -> None:
        """For so many more names; for a few without a table."""
        count = len(self.hashes) + more
        if count <= _FEW:
            return
        if self.mask >= LARGE and count * 8 > self.mask * 3:
            self._build(more * _AHEAD)
        while count * 2 > self.mask:
            self._build(len(self.hashes))
            self.table, self.mask = self._next, len(self._next) - 1
            self.let_go()

    def _build(self, more: int) -> None:
        """So many more names into the next table."""
        size = max(4 * _FEW, (self.mask + 1) * (4 if self.mask < _SMALL else 2))
        if not self._next:
            self._next = array("I", bytes(4 * size))
        moved = self._moved
        self._moved = min(moved + more, len(self.hashes))
        put_all(self._next, self.hashes[moved : self._moved], moved)


def put_each(table: array[int], hashes: array[int], first: int) -> None:
    """Put these into a table; none of them is there, and they are numbered from `first` on."""
    mask = len(table) - 1
    for number, value in enumerate(hashes, first + 1):
        slot = value & mask
        while table[slot]:
            slot = (slot + 1) & mask
        table[slot] = number


put_all: Callable[[array[int], array[int], int], None] = put_each
"""The same of any number of them; `core/bulk/` puts a way here that takes less time for many."""
