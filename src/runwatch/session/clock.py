"""Where `now` comes from. This is the only file that asks the machine for the time."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time in nanoseconds since 1970, UTC."""

    def now(self) -> int:
        """The present moment of whoever uses this clock."""
        ...

    def ticks(self) -> int:
        """Nanoseconds since some moment; unlike `now` it is never set."""
        ...


class LiveClock:
    """The machine's own time."""

    def now(self) -> int:
        """The present moment."""
        return time.time_ns()

    def ticks(self) -> int:
        """The machine's steady count."""
        return time.monotonic_ns()


class ManualClock:
    """A time that stands still until it is told to move: for tests and screenshots."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        """The moment it was set to."""
        return self._now

    def ticks(self) -> int:
        """The same: nobody sets this clock."""
        return self._now

    def advance(self, length: int) -> None:
        """Move on by `length` ns."""
        self._now += length
