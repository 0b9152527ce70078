"""`2026-11-23T18:14:51.123456789Z` to nanoseconds, thousands at once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from runwatch.core.bulk.block import Flags, Numbers, Words, are_digits, eight, pairs
from runwatch.core.times import SECOND, parse_time

FORM = b"0000-00-00T00:00:00.000000000Z"
MOST_DAYS = 64
"""In a block; of more the rest is decoded otherwise."""
_DAY = 86_400 * SECOND
_TWO, _BYTE = np.uint64(0xFFFF), np.uint64(0xFF)


def times_of(words: Words) -> tuple[Numbers, Flags]:
    """The times (ns since 1970) that four words each hold, and where they are such times.

    That what is no digit stands in its place (`FORM`) is the caller's to see.
    """
    date, hour, second, last = (words[:, at] for at in range(4))
    clock = (
        ((hour >> np.uint64(24)) & _TWO)
        | ((hour >> np.uint64(32)) & np.uint64(0xFFFF0000))
        | ((second & np.uint64(0xFFFF00)) << np.uint64(24))
        | np.uint64(0x3030 << 48)
    )
    nanos, nano = (second >> np.uint64(32)) | (last << np.uint64(32)), ((last >> np.uint64(32)) & _BYTE).view(np.int64)
    good = are_digits(clock) & are_digits(nanos) & (nano >= 48) & (nano <= 57)
    two = pairs(clock).view(np.int64)
    hours, minutes, seconds = two & 0xFF, (two >> 16) & 0xFF, (two >> 32) & 0xFF
    good &= (hours < 24) & (minutes < 60) & (seconds < 60)
    within = (hours * 3600 + minutes * 60 + seconds) * SECOND + eight(nanos) * 10 + (nano - 48)
    return _days(date, hour & _TWO, good) + within, good


def _days(date: Words, day: Words, good: Flags) -> Numbers:
    """ns from 1970 to the begin of each day; where it is none, `good` becomes false."""
    days = np.zeros(len(date), np.int64)
    left = np.ones(len(date), np.bool_)
    for _ in range(MOST_DAYS):
        if not left.any():
            break
        one = int(left.argmax())
        same = (date == date[one]) & (day == day[one])
        begin = _day(int(date[one]).to_bytes(8, "little") + int(day[one]).to_bytes(2, "little"))
        if begin is None:
            good &= ~same
        else:
            days[same] = begin
        left &= ~same
    good &= ~left
    return days


@lru_cache(maxsize=4096)
def _day(text: bytes) -> int | None:
    """`2026-11-23` → ns since 1970; None where it is no day, or not all of it can be told in 64 bits."""
    begin = parse_time(text.decode("latin-1") + "T00:00:00Z")
    return None if begin is None or abs(begin[0]) > 2**63 - 2 * _DAY else begin[0]
