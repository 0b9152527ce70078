"""When a run's lines came, where we watched them come; to the second, and the longer ago the coarser."""

from __future__ import annotations

from array import array
from bisect import bisect_right

from runwatch.core.times import SECOND

MOST = 4096
"""Arrivals kept of one run; every second one of the older half then goes."""


class Arrivals:
    """Times in ns, the clock's."""

    def __init__(self) -> None:
        self._times = array("q")
        self._latest: int | None = None

    def note(self, time: int) -> None:
        """Something new came."""
        self._latest = time
        if not self._times or time - self._times[-1] >= SECOND:
            self._times.append(time)
            if len(self._times) > MOST:
                del self._times[1 : MOST // 2 : 2]

    def until(self, moment: int) -> int | None:
        """The last one that is not after this moment."""
        if self._latest is not None and self._latest <= moment:
            return self._latest
        number = bisect_right(self._times, moment)
        return self._times[number - 1] if number else None


NO_ARRIVALS = Arrivals()
"""Shared by all runs of which nothing came while we watched; nobody notes anything in it."""
