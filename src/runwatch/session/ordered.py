"""Keys in order, however many: any of them is put in, taken out or counted to without moving all the others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, overload

BLOCK = 512
"""Keys that stand together at most; an insertion moves no more than these."""


class Ordered:
    """Keys that differ, smallest first, in blocks."""

    def __init__(self) -> None:
        self._blocks: list[list[Any]] = []
        self._lasts: list[Any] = []
        """The greatest key of each block."""
        self._starts: list[int] | None = None
        """How many keys stand before each block; None until somebody asks again."""
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        for block in self._blocks:
            yield from block

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        if not 0 <= index < self._count:
            raise IndexError(index)
        starts = self._known_starts()
        at = bisect_right(starts, index) - 1
        return self._blocks[at][index - starts[at]]

    def add(self, key: Any) -> None:
        """Put it where it belongs."""
        self._count += 1
        self._starts = None
        if not self._blocks:
            self._blocks, self._lasts = [[key]], [key]
            return
        at = min(bisect_left(self._lasts, key), len(self._lasts) - 1)
        block = self._blocks[at]
        insort(block, key)
        if len(block) > BLOCK:
            half = len(block) // 2
            self._blocks[at : at + 1] = [block[:half], block[half:]]
            self._lasts[at : at + 1] = [block[half - 1], block[-1]]
        else:
            self._lasts[at] = block[-1]

    def remove(self, key: Any) -> None:
        """Take it out; it must be there."""
        at = bisect_left(self._lasts, key)
        block = self._blocks[at]
        del block[bisect_left(block, key)]
        self._count -= 1
        self._starts = None
        if block:
            self._lasts[at] = block[-1]
        else:
            del self._blocks[at], self._lasts[at]

    def index(self, key: Any) -> int:
        """How many stand before it."""
        at = bisect_left(self._lasts, key)
        if at == len(self._blocks):
            return self._count
        return self._known_starts()[at] + bisect_left(self._blocks[at], key)

    def _known_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = list(accumulate(map(len, self._blocks), initial=0))[:-1]
        return self._starts
