"""Things numbered in the order in which they were first heard of.

An earlier state of a run shares these with a later one, of which it knows the
first so many: whichever of them goes on gives the next key the same number.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

NONE = -1
"""No number."""
_NEAR = 4096
"""Keys below this, or twice their number, are looked up in an array."""


class Numbers:
    """Text → number, from 0."""

    __slots__ = ("_number_of", "count")

    def __init__(self, number_of: dict[str, int] | None = None, count: int = 0) -> None:
        self._number_of: dict[str, int] = {} if number_of is None else number_of
        self.count = count

    def get(self, key: str) -> int | None:
        """Its number, None where it has none yet."""
        number = self._number_of.get(key)
        return None if number is None or number >= self.count else number

    def add(self, key: str) -> int:
        """The next number, for a key that has none yet."""
        number = self._number_of[key] = self.count
        self.count += 1
        return number

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order of their numbers."""
        return (key for key, number in self._number_of.items() if number < self.count)

    def cut(self, count: int) -> Self:
        """The first `count` of them."""
        return type(self)(self._number_of, count)


_NONE_FAR: Mapping[int, int] = {}


class Known:
    """What all states of a run share of whole numbers that are numbered: as little as their order allows."""

    __slots__ = ("far", "near", "straight")

    def __init__(self) -> None:
        self.straight = 0
        """Keys below this are their own numbers, as where they came one after the other."""
        self.near: Sequence[int] = ()
        self.far: Mapping[int, int] = _NONE_FAR


class Slots:
    """Whole number → number, from 0."""

    __slots__ = ("count", "known")

    def __init__(self, known: Known | None = None, count: int = 0) -> None:
        self.known = known or Known()
        self.count = count

    def find(self, key: int) -> int:
        """Its number, `NONE` where it has none yet."""
        known = self.known
        if key < known.straight:
            number = key
        elif key < len(known.near):
            number = known.near[key]
        else:
            number = known.far.get(key, NONE)
        return number if number < self.count else NONE

    def get(self, key: int) -> int | None:
        """Its number, None where it has none yet."""
        number = self.find(key)
        return None if number == NONE else number

    def __getitem__(self, key: int) -> int:
        """Its number; KeyError where it has none yet."""
        number = self.find(key)
        if number == NONE:
            raise KeyError(key)
        return number

    def add(self, key: int) -> int:
        """The next number, for a key that has none yet."""
        number = self.count
        self.count += 1
        known = self.known
        if key == number == known.straight:
            known.straight += 1
        elif key >= known.straight:
            self._note(key, number)
        return number

    def _note(self, key: int, number: int) -> None:
        known = self.known
        if not isinstance(known.near, array) or not isinstance(known.far, dict):
            known.near, known.far = array("i"), {}
        near = known.near
        if key < len(near):
            near[key] = number
        elif key < max(_NEAR, 2 * number):
            near.extend([NONE] * (key + 1 + key // 8 - len(near)))
            near[key] = number
            for one in [one for one in known.far if one < len(near)] if known.far else ():
                near[one] = known.far.pop(one)  # far when it came, and now within reach
        else:
            known.far[key] = number

    def cut(self, count: int) -> Self:
        """The first `count` of them."""
        return type(self)(self.known, count)
