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
"""Keys less far behind the first than this, or than twice their number, are looked up in an array."""


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

    __slots__ = ("far", "first", "near", "straight")

    def __init__(self) -> None:
        self.first = 0
        """The key that came first: of a log whose begin is gone, or a run that goes on with another, any."""
        self.straight = 0
        """Keys that came one after the other from there on: the number of each is how far behind the first it is."""
        self.near: Sequence[int] = ()
        """Numbers by how far a key is behind the first."""
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
        behind = key - known.first
        if 0 <= behind < known.straight:
            number = behind
        elif 0 <= behind < len(known.near):
            number = known.near[behind]
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
        if number == 0 == known.straight:
            known.first = key
        behind = key - known.first
        if behind == number == known.straight:
            known.straight += 1
        elif not 0 <= behind < known.straight:
            self._note(key, number)
        return number

    def _note(self, key: int, number: int) -> None:
        known = self.known
        if not isinstance(known.near, array) or not isinstance(known.far, dict):
            known.near, known.far = array("i"), {}
        near, first = known.near, known.first
        behind = key - first
        if 0 <= behind < len(near):
            near[behind] = number
        elif 0 <= behind < max(_NEAR, 2 * number):
            near.extend([NONE] * (behind + 1 + behind // 8 - len(near)))
            near[behind] = number
            for one in [one for one in known.far if 0 <= one - first < len(near)] if known.far else ():
                near[one - first] = known.far.pop(one)  # far when it came, and now within reach
        else:
            known.far[key] = number

    def cut(self, count: int) -> Self:
        """The first `count` of them."""
        return type(self)(self.known, count)
