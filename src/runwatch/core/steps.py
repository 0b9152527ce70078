"""Columns of whole numbers that rise by the same step from row to row, but for a jump now and then.

Chunks that are exported one after the other say everything of themselves in the same distance: begun, written, done,
and the next one. Of such columns only the jumps are stored; of others, where workers get in each other's way, all.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import ClassVar, Self, overload

from runwatch.core.empty import longer

FEW, RARE = 16, 8
"""So many jumps are stored as such in any case, and more where there is at most one in so many rows."""


class Steps:
    """A column that grows at its end; what stands elsewhere can be changed, but then everything is stored."""

    __slots__ = ("count", "ends", "offset", "offsets", "stored")
    step: ClassVar[int] = 1
    code: ClassVar[str] = "i"
    """Of an array that has room for its numbers."""

    def __init__(self) -> None:
        self.count = 0
        """How many there are, until they are stored."""
        self.offset = 0
        """A number less its row times the step, since the last jump."""
        self.ends: Sequence[int] = ()
        self.offsets: Sequence[int] = ()
        """The row of each jump, and the offset before it."""
        self.stored: array[int] | None = None
        """All numbers, where there are too many jumps."""

    def none_yet(self) -> Self:
        """Another column of its kind; that is not its own class while it waits for what it holds (`core/late.py`)."""
        kind: type[Self] = next(kind for kind in type(self).__mro__ if kind.__module__ == __name__)
        return kind()

    def append(self, number: int) -> None:
        """One more."""
        if self.stored is None and number - self.step * self.count == self.offset:
            self.count += 1
        else:
            self.extend_from(number, 1)

    def extend_from(self, number: int, count: int) -> None:
        """So many more: this one, and behind it each a step greater than the one before it."""
        if not count:
            return
        if self.stored is None:
            rows = self.count
            offset = number - self.step * rows
            if offset == self.offset or not rows or self._jump(rows):
                self.offset, self.count = offset, rows + count
                return
        self._put(range(number, number + self.step * count, self.step))

    def extend_bent(self, number: int, count: int, bends: Sequence[int], jump: int) -> None:
        """As `extend_from`, but each of these rows of them, and what is behind it, is so much greater."""
        if not bends:
            self.extend_from(number, count)
            return
        if not bends[0]:
            number, bends = number + jump, bends[1:]
        rows, ends, offsets = self.count, self.ends, self.offsets
        jumps = len(ends) + len(bends)
        if isinstance(ends, array) and isinstance(offsets, array) and rows and (jumps < FEW or jumps < rows // RARE):
            offset = number - self.step * rows
            if offset != self.offset:
                ends.append(rows)
                offsets.append(self.offset)
            for bend in bends:
                ends.append(rows + bend)
                offsets.append(offset)
                offset += jump
            self.offset, self.count = offset, rows + count
            return
        for start, stop in pairwise((0, *bends, count)):
            self.extend_from(number, stop - start)
            number += self.step * (stop - start) + jump

    def extend(self, numbers: Sequence[int]) -> None:
        """Several more, of which each is greater than the one before it, in columns of step 1."""
        if self.stored is None and numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
            self.extend_from(numbers[0], len(numbers))
        else:
            self.extend_any(numbers)

    def extend_any(self, numbers: Sequence[int]) -> None:
        """Several more, whatever they are."""
        taken = 0
        while self.stored is None and taken < len(numbers):
            self.append(numbers[taken])
            taken += 1
        if self.stored is not None:
            self._put(numbers[taken:])

    def append_any(self) -> None:
        """One more that nobody will ask for."""
        self.append(0 if self.stored is not None else self.step * self.count + self.offset)

    def _put(self, numbers: Iterable[int]) -> None:
        """Store some more."""
        assert self.stored is not None
        if isinstance(numbers, array) and numbers.typecode == self.stored.typecode:
            self.stored = longer(self.stored, numbers)
            return
        try:
            more = array(self.stored.typecode, numbers)
        except OverflowError:
            self.stored, more = array("q", self.stored), array("q", numbers)
        self.stored = longer(self.stored, more)

    def _jump(self, rows: int) -> bool:
        """From this row on the offset is another; False where everything is stored instead."""
        ends, offsets = self.ends, self.offsets
        if len(ends) >= FEW and len(ends) >= rows // RARE:
            self._store()
            return False
        if isinstance(ends, array) and isinstance(offsets, array):
            ends.append(rows)
            offsets.append(self.offset)
        else:
            self.ends, self.offsets = array("I", (rows,)), array("q", (self.offset,))
        return True

    def _store(self) -> array[int]:
        try:
            self.stored = array(self.code, self)
        except OverflowError:
            self.stored = array("q", self)
        self.ends = self.offsets = ()
        return self.stored

    def _drop_last(self) -> None:
        self.count -= 1
        ends, offsets = self.ends, self.offsets
        if isinstance(ends, array) and isinstance(offsets, array) and ends and ends[-1] == self.count:
            ends.pop()
            self.offset = offsets.pop()

    def __setitem__(self, row: int, number: int) -> None:
        """Change one of them. That of the last row costs next to nothing."""
        if self.stored is None and row == self.count - 1:
            self._drop_last()
            self.append(number)
        else:
            stored = self._store() if self.stored is None else self.stored
            stored[row] = number

    def __len__(self) -> int:
        return self.count if self.stored is None else len(self.stored)

    @overload
    def __getitem__(self, row: int) -> int: ...
    @overload
    def __getitem__(self, row: slice) -> Self: ...
    def __getitem__(self, row: int | slice) -> int | Self:
        if isinstance(row, slice):
            return self._cut(len(range(len(self))[row]))
        if self.stored is not None:
            return self.stored[row]
        if not 0 <= row < self.count:
            if not -self.count <= row < 0:
                raise IndexError(row)
            row += self.count
        ends = self.ends
        if not ends or row >= ends[-1]:
            return self.step * row + self.offset
        return self.step * row + self.offsets[bisect_right(ends, row)]

    def _cut(self, count: int) -> Self:
        """The first so many of them; of no other slice is there a column."""
        cut = self.none_yet()
        if self.stored is not None:
            cut.stored = self.stored[:count]
            return cut
        jumps = bisect_left(self.ends, count)
        cut.count, cut.offset = count, self.offsets[jumps] if jumps < len(self.ends) else self.offset
        if jumps:
            cut.ends, cut.offsets = self.ends[:jumps], self.offsets[:jumps]
        return cut

    def pieces(self, start: int, stop: int) -> Iterator[Sequence[int]]:
        """The numbers of the rows from `start` up to `stop`, which is behind it: what rises by the step as a range."""
        if self.stored is not None:
            yield self.stored[start:stop]
            return
        step, first = self.step, bisect_right(self.ends, start)
        ends, offsets = islice(self.ends, first, None), islice(self.offsets, first, None)  # few may be asked for
        for end, offset in zip(chain(ends, (stop,)), chain(offsets, (self.offset,)), strict=True):
            yield range(step * start + offset, step * min(end, stop) + offset, step)
            if end >= stop:
                return
            start = end

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self.pieces(0, len(self)))

    def kept(self, rows: Iterable[int]) -> Self:
        """The numbers of these rows, one after the other."""
        others = self.none_yet()
        others.extend_any([self[row] for row in rows])
        return others

    def index(self, number: int, start: int = 0) -> int:
        """The row in which it stands, from `start` on. Raises ValueError where there is none."""
        if self.stored is not None:
            return self.stored.index(number, start)
        for numbers in self.pieces(start, self.count):
            if number in numbers:
                return start + numbers.index(number)
            start += len(numbers)
        raise ValueError(number)


class Threes(Steps):
    """A column of positions: nearly always a chunk says three things."""

    __slots__ = ()
    step = 3


class Counts(Steps):
    """A column of what is never negative, and may be beyond 31 bits."""

    __slots__ = ()
    code = "I"
