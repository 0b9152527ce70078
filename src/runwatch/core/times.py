"""RFC 3339 to nanoseconds and back, with the digits that the log wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
_RANGE = (-(2**63), 2**63 - 1)


@lru_cache(maxsize=4096)
def _minute(year: int, month: int, day: int, hour: int, minute: int) -> int:
    """Seconds from 1970 to the begin of a minute, UTC."""
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


@lru_cache(maxsize=4096)
def _begin_of(prefix: str) -> int | None:
    """Seconds from 1970 to the minute of `2026-11-23T18:14:`, UTC; None if it is not of that form."""
    found = parse_time(prefix + "00Z")
    return None if found is None or found[0] > _RANGE[1] - 60 * SECOND else found[0] // SECOND


def parse_time(text: str) -> tuple[int, int] | None:
    """(nanoseconds since 1970 in UTC, fractional digits written), or None if `text` is no such time.

    A time that 64 bits of nanoseconds cannot hold (before 1678, after 2261, so also
    the zero time some producers write) counts as unknown. Digits beyond the ninth are cut.
    """
    if len(text) == 30 and text[29] == "Z" and text[19] == ".":  # what rivet writes, and so nearly every line
        begin, within, nanos = _begin_of(text[:17]), text[17:19], text[20:29]
        if begin is not None and within < "60" and within.isdecimal() and nanos.isdecimal() and text.isascii():
            return (begin + int(within)) * SECOND + int(nanos), 9
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, _zulu, sign, off_hours, off_minutes = match.groups()[6:]
    if second > 60:  # 60 is a leap second
        return None
    try:
        seconds = _minute(year, month, day, hour, minute) + second
    except ValueError:
        return None
    if sign is not None:
        if int(off_hours) > 23 or int(off_minutes) > 59:
            return None
        offset = int(off_hours) * 3600 + int(off_minutes) * 60
        seconds += -offset if sign == "+" else offset
    digits = (fraction or "")[:9]
    time = seconds * SECOND + int(digits.ljust(9, "0") or 0)
    if not _RANGE[0] <= time <= _RANGE[1]:
        return None
    return time, len(digits)


def format_time(time: int, digits: int = 9) -> str:
    """`time` (ns since 1970) as RFC 3339 in UTC with that many fractional digits."""
    seconds, fraction = divmod(time, SECOND)
    stamp = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]  # strftime takes three times as long
    return f"{stamp}.{fraction:09d}"[: 20 + digits if digits else 19] + "Z"


def digits_of(time: int) -> int:
    """The fewest of 0, 3, 6, 9 digits that hold `time` exactly."""
    for digits, unit in ((0, SECOND), (3, MILLISECOND), (6, 1000)):
        if time % unit == 0:
            return digits
    return 9
