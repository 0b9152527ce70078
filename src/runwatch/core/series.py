"""Sums over time in a bounded number of buckets.

A chart needs some forty figures, whether the run has had ten events or ten
million. When the buckets run out, each two neighbours become one of twice the
width. The series is a function of what was added, in any order of time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

BUCKETS = 64
FIRST_WIDTH = 250_000_000
"""Nanoseconds of a bucket at the begin."""


class Series:
    """Amounts by time: at most `BUCKETS` buckets from the first moment on."""

    __slots__ = ("_amounts", "begin", "end", "origin", "pending", "width")

    def __init__(self) -> None:
        self.origin: int | None = None
        self.width = FIRST_WIDTH
        self._amounts: list[int | None] = []
        """By bucket; None where nothing was heard."""
        self.begin = self.end = 0
        """The bucket (ns) that `pending` falls in: what comes there is added up, and counted when the next comes."""
        self.pending = 0

    def add(self, moment: int | None, amount: int) -> None:
        """Count `amount` at `moment` (ns); a moment before the first counts at the first, an unknown one not at all."""
        if moment is None:
            return
        if self.begin <= moment < self.end:
            self.pending += amount
            return
        if self.pending:
            self._settle()
        if self.origin is None:
            self.origin = moment
        bucket = max(0, (moment - self.origin) // self.width)
        if bucket >= len(self._amounts):
            bucket = self._make_room(moment)
        self._amounts[bucket] = (self._amounts[bucket] or 0) + amount
        self.begin = self.origin + bucket * self.width
        self.end = self.begin + self.width

    def add_rising(self, moments: Sequence[int], amounts: Sequence[int] | int) -> None:
        """Count each amount (one: each time that) at its moment (ns); the moments rise, and none is unknown."""
        first, last, count = moments[0], moments[-1], len(moments)
        if self.begin <= first and last < self.end:
            self.pending += amounts * count if isinstance(amounts, int) else sum(amounts)
            return
        self._settle()
        if self.origin is None:
            self.origin = first
        self._make_room(last)
        origin, width, held, at = self.origin, self.width, self._amounts, 0
        while True:
            bucket = max(0, (moments[at] - origin) // width)
            end = origin + bucket * width + width
            stop = count if last < end else bisect_left(moments, end, at)
            more = amounts * (stop - at) if isinstance(amounts, int) else sum(amounts[at:stop])
            held[bucket] = (held[bucket] or 0) + more
            if stop == count:
                break
            at = stop
        self.begin, self.end = end - width, end

    def _make_room(self, moment: int) -> int:
        """The bucket of a moment behind all others."""
        assert self.origin is not None
        bucket, several = (moment - self.origin) // self.width, 1
        while bucket >= BUCKETS:
            bucket, several = bucket // 2, several * 2
        if several > 1:
            self._widen(several)
        missing = bucket + 1 - len(self._amounts)
        if missing > 0:
            self._amounts += [None] * missing
        return bucket

    def _settle(self) -> None:
        """Count what is pending."""
        if self.pending and self.origin is not None:
            bucket = (self.begin - self.origin) // self.width
            self._amounts[bucket] = (self._amounts[bucket] or 0) + self.pending
            self.pending = 0

    def _widen(self, several: int) -> None:
        """Each so many neighbours become one bucket."""
        self.width *= several
        held = self._amounts
        if several == 2:
            held += [None] * (len(held) % 2)
            pairs = zip(held[::2], held[1::2], strict=True)
            self._amounts = [two if one is None else one if two is None else one + two for one, two in pairs]
        else:
            self._amounts = [_sum(held[start : start + several]) for start in range(0, len(held), several)]

    def rates(self, now: int, last: int) -> tuple[float | None, ...]:
        """Amounts a second of the last `last` whole or begun buckets up to `now`; None where nothing was heard."""
        if self.origin is None or now < self.origin:
            return ()
        self._settle()
        newest = (now - self.origin) // self.width
        return tuple(self._rate(bucket, now) for bucket in range(max(0, newest - last + 1), newest + 1))

    def _rate(self, bucket: int, now: int) -> float | None:
        amount = self._amounts[bucket] if bucket < len(self._amounts) else None
        if amount is None:
            return None
        assert self.origin is not None
        begun = now - self.origin - bucket * self.width
        seconds = max(min(self.width, begun), self.width // 4) / 1e9
        return amount / seconds

    def amount_since(self, moment: int) -> int:
        """About how much was counted from `moment` on, to the bucket."""
        if self.origin is None:
            return 0
        self._settle()
        return _sum(self._amounts[max(0, (moment - self.origin) // self.width) :]) or 0


def _sum(amounts: list[int | None]) -> int | None:
    """Of those that were heard; None where none was."""
    heard = [amount for amount in amounts if amount is not None]
    return sum(heard) if heard else None
