"""Sums over time in a bounded number of buckets.

A chart needs some forty figures, whether the run has had ten events or ten
million. When the buckets run out, each two neighbours become one of twice the
width. The series is a function of what was added, in any order of time.
"""

from __future__ import annotations

BUCKETS = 64
FIRST_WIDTH = 250_000_000
"""Nanoseconds of a bucket at the begin."""


class Series:
    """Amounts by time: at most `BUCKETS` buckets from the first moment on."""

    __slots__ = ("_amounts", "_heard", "origin", "width")

    def __init__(self) -> None:
        self.origin: int | None = None
        self.width = FIRST_WIDTH
        self._amounts: list[int] = []
        self._heard: list[bool] = []

    def add(self, moment: int | None, amount: int) -> None:
        """Count `amount` at `moment` (ns); a moment before the first counts at the first, an unknown one not at all."""
        if moment is None:
            return
        if self.origin is None:
            self.origin = moment
        bucket = max(0, (moment - self.origin) // self.width)
        while bucket >= BUCKETS:
            self._halve()
            bucket = (moment - self.origin) // self.width
        if bucket >= len(self._amounts):
            missing = bucket + 1 - len(self._amounts)
            self._amounts += [0] * missing
            self._heard += [False] * missing
        self._amounts[bucket] += amount
        self._heard[bucket] = True

    def _halve(self) -> None:
        self.width *= 2
        pairs = range(0, len(self._amounts), 2)
        self._amounts = [sum(self._amounts[start : start + 2]) for start in pairs]
        self._heard = [any(self._heard[start : start + 2]) for start in pairs]

    def rates(self, now: int, last: int) -> tuple[float | None, ...]:
        """Amounts a second of the last `last` whole or begun buckets up to `now`; None where nothing was heard."""
        if self.origin is None or now < self.origin:
            return ()
        newest = (now - self.origin) // self.width
        return tuple(self._rate(bucket, now) for bucket in range(max(0, newest - last + 1), newest + 1))

    def _rate(self, bucket: int, now: int) -> float | None:
        if bucket >= len(self._amounts) or not self._heard[bucket]:
            return None
        assert self.origin is not None
        begun = now - self.origin - bucket * self.width
        seconds = max(min(self.width, begun), self.width // 4) / 1e9
        return self._amounts[bucket] / seconds

    def amount_since(self, moment: int) -> int:
        """About how much was counted from `moment` on, to the bucket."""
        if self.origin is None:
            return 0
        return sum(self._amounts[max(0, (moment - self.origin) // self.width) :])
