"""How fast reading goes, and how long it will still take: from the last few seconds of it."""

from __future__ import annotations

from collections import deque

from msgspec import Struct

from runwatch.core.times import MILLISECOND, SECOND

WINDOW = 4 * SECOND
APART = 200 * MILLISECOND
"""From one sample to the next."""


class Speed(Struct, frozen=True):
    """In a second; 0 where that is not known yet."""

    size: float = 0.0
    """Bytes."""
    events: float = 0.0

    def left(self, size: int) -> int | None:
        """ns for so many bytes more; None where nobody can tell."""
        return round(size / self.size * SECOND) if self.size > 0 else None


class Pace:
    """Samples of how far reading is."""

    def __init__(self) -> None:
        self._samples: deque[tuple[int, int, int]] = deque()

    def speed(self, ticks: int, size: int, events: int) -> Speed:
        """Over the last seconds, this sample included; `ticks` are the clock's."""
        samples = self._samples
        if not samples or ticks - samples[-1][0] >= APART:
            samples.append((ticks, size, events))
            while ticks - samples[0][0] > WINDOW and len(samples) > 2:
                samples.popleft()
        since, size_then, events_then = samples[0]
        seconds = (ticks - since) / SECOND
        if ticks - since < SECOND:
            return Speed()
        return Speed(max(0, size - size_then) / seconds, max(0, events - events_then) / seconds)
