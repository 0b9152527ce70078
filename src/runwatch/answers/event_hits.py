"""Which events of a run a filter finds, looked for bit by bit.

A log can hold ten million events, so nobody waits for all of them: `examine`
takes a few at a time and goes on where it stopped. A hit costs four bytes.
What was examined is never looked at again, until the log stands in another order.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

from runwatch.answers.event_fields import EventFields
from runwatch.answers.event_sieve import Sieve
from runwatch.answers.filters import Filter
from runwatch.core.index import RunLog

SIEVED = 10
"""Events that take as long as one stretch that is passed over."""


class Hits:
    """The positions that a filter finds in one log, in the order of the log."""

    def __init__(self, wanted: Filter, log: RunLog) -> None:
        self.wanted = wanted
        self.positions = array("I")
        self.examined = 0
        """So many positions are looked at, from the first."""
        self._fields, self._sieve = EventFields(log), Sieve(wanted.words, log)
        self._likely: Sequence[int] = ()
        """Positions to be looked at,"""
        self._next = self._until = 0
        """the next of these, and as far as they reach."""

    def examine(self, stop: int, most: int) -> bool:
        """Look at `most` further positions before `stop`, or at more that take no longer; True if none is left."""
        matches, fields, found = self.wanted.matches, self._fields, self.positions
        while most > 0 and self.examined < stop:
            if self.examined >= self._until:
                self._until, self._likely = self._sieve.likely(self.examined, stop)
                self._next = 0
                most -= SIEVED if len(self._likely) < self._until - self.examined else 0
            end = min(self._until, stop)
            while most > 0 and self._next < len(self._likely) and (position := self._likely[self._next]) < end:
                if matches(fields.at(position)):
                    found.append(position)
                self._next, self.examined = self._next + 1, position + 1
                most -= 1
            if self._next == len(self._likely) or self._likely[self._next] >= end:
                self.examined = end
        return self.examined >= stop

    def count(self, stop: int) -> int:
        """How many stand before this position."""
        return bisect_left(self.positions, stop)

    def index_of(self, position: int) -> int | None:
        """Which hit this position is, from 0; None if it is none."""
        index = bisect_left(self.positions, position)
        return index if index < len(self.positions) and self.positions[index] == position else None

    def share(self, stop: int) -> float:
        """How much of what is shown was looked at."""
        return 1.0 if self.examined >= stop else self.examined / stop

    def nearest(self, position: int, stop: int) -> int:
        """The hit at or behind a position, else the last before it; -1 while there is none."""
        count = self.count(stop)
        return min(bisect_left(self.positions, position, 0, count), count - 1)

    def next(self, position: int, step: int, stop: int) -> int | None:
        """The hit behind a position, or before it; None at the end."""
        count = self.count(stop)
        index = bisect_left(self.positions, position + (step > 0), 0, count) - (step < 0)
        return self.positions[index] if 0 <= index < count else None
