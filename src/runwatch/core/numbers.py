"""Things numbered in the order in which they were first heard of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Self, TypeVar

Key = TypeVar("Key", int, str)


class Numbers(Generic[Key]):
    """Key → number, from 0.

    An earlier state of a run shares these with a later one, of which it knows the
    first so many: whichever of them goes on gives the next key the same number.
    """

    __slots__ = ("_number_of", "count")

    def __init__(self, number_of: dict[Key, int] | None = None, count: int = 0) -> None:
        self._number_of: dict[Key, int] = {} if number_of is None else number_of
        self.count = count

    def get(self, key: Key) -> int | None:
        """Its number, None where it has none yet."""
        number = self._number_of.get(key)
        return None if number is None or number >= self.count else number

    def __getitem__(self, key: Key) -> int:
        """Its number; KeyError where it has none yet."""
        number = self._number_of[key]
        if number >= self.count:
            raise KeyError(key)
        return number

    def add(self, key: Key) -> int:
        """The next number, for a key that has none yet."""
        number = self._number_of[key] = self.count
        self.count += 1
        return number

    def __iter__(self) -> Iterator[Key]:
        """The keys, in the order of their numbers."""
        return (key for key, number in self._number_of.items() if number < self.count)

    def cut(self, count: int) -> Self:
        """The first `count` of them."""
        return type(self)(self._number_of, count)
