"""Telling a file that is still being written from one that is broken."""

from __future__ import annotations

import time

APART = 0.2
"""Seconds between two looks that count as two: a poll right behind a poll sees nothing new."""


class Patience:
    """Remembers unfinished files, and says when waiting for more of them is over."""

    def __init__(self) -> None:
        self._seen: dict[object, tuple[int, float]] = {}

    def is_over(self, file: object, size: int) -> bool:
        """Whether an unfinished file has kept its size for two looks."""
        now = time.monotonic()
        before = self._seen.get(file)
        if before is None or before[0] != size:
            self._seen[file] = (size, now)
            return False
        return now - before[1] >= APART

    def end(self, file: object) -> None:
        """It is finished, given up or gone."""
        self._seen.pop(file, None)

    @property
    def is_waiting(self) -> bool:
        """Whether a further look may find more, or find a file broken."""
        return bool(self._seen)
