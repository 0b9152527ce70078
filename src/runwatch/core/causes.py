"""Why attempts failed: errors with their varying parts masked, and how often each was seen."""

from __future__ import annotations

from array import array

from runwatch.core.numbers import Numbers


class Causes:
    """Failures by masked error. Numbers and counts, so that a moment of them is cheap to keep."""

    __slots__ = ("counts", "number_of")

    def __init__(self) -> None:
        self.number_of = Numbers()
        self.counts = array("I")

    def __len__(self) -> int:
        """How many different ones there were."""
        return len(self.counts)

    def add(self, cause: str) -> None:
        """It was seen once more."""
        number = self.number_of.get(cause)
        if number is None:
            number = self.number_of.add(cause)
            self.counts.append(0)
        self.counts[number] += 1

    def count(self, cause: str) -> int:
        """How often it was seen."""
        number = self.number_of.get(cause)
        return 0 if number is None else self.counts[number]


NO_CAUSES = Causes()
"""Shared by all runs without a failure; nobody adds to it."""
