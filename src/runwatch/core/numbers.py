"""Things numbered in the order in which they were first heard of.

An earlier state of a run shares these with a later one, of which it knows the
first so many: whichever of them goes on gives the next key the same number.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Self, overload

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


class Straight:
    """A column of whole numbers, 0 or more unless `code` says otherwise. While each is that of the one before it and
    one more, as in nearly all logs, nothing is stored.
    """

    __slots__ = ("code", "first", "stored", "straight")

    def __init__(self, first: int = 0, code: str = "I") -> None:
        """`first` is the number that is to be expected at its begin, `code` that of an array that has room for all."""
        self.first = first
        self.code = code
        self.straight = 0
        """How many there are, until they are stored."""
        self.stored: array[int] | None = None

    def append(self, number: int) -> None:
        """One more."""
        if self.stored is not None:
            self.stored.append(number)
        elif number == self.first + self.straight:
            self.straight += 1
        else:
            self._store().append(number)

    def extend(self, numbers: Sequence[int]) -> None:
        """Several more, of which each is greater than the one before it."""
        if self.stored is not None:
            self.stored.extend(numbers)
        elif numbers and numbers[0] == self.first + self.straight and numbers[-1] - numbers[0] == len(numbers) - 1:
            self.straight += len(numbers)
        else:
            self._store().extend(numbers)

    def _store(self) -> array[int]:
        self.stored = array(self.code, self._numbers)
        return self.stored

    @property
    def _numbers(self) -> range:
        return range(self.first, self.first + self.straight)

    def kept(self, places: Iterable[int]) -> Self:
        """What stands at these places, one after the other."""
        others = type(self)(self.first, self.code)
        for place in places:
            others.append(self[place])
        return others

    def __len__(self) -> int:
        return self.straight if self.stored is None else len(self.stored)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Self: ...
    def __getitem__(self, place: int | slice) -> int | Self:
        if isinstance(place, slice):
            return self._cut(place)
        if self.stored is not None:
            return self.stored[place]
        return self._numbers[place]

    def _cut(self, places: slice) -> Self:
        """The first of them; of no other slice is there a column."""
        assert places.start is None
        cut = type(self)(self.first, self.code)
        if self.stored is not None:
            cut.stored = self.stored[places]
        else:
            cut.straight = len(self._numbers[places])
        return cut

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers if self.stored is None else self.stored)

    def index(self, number: int, start: int = 0) -> int:
        """Where it stands, from `start` on. Raises ValueError where it does not."""
        if self.stored is not None:
            return self.stored.index(number, start)
        at = self._numbers.index(number)
        if at < start:
            raise ValueError(number)
        return at
