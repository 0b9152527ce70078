"""Durations as a user writes them."""

from __future__ import annotations

import re
from decimal import Decimal

from runwatch.core.times import SECOND

_UNITS = {"d": 86400 * SECOND, "h": 3600 * SECOND, "m": 60 * SECOND, "s": SECOND, "ms": 1_000_000}
LONGEST = 2**63 - 1
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[dhms]))+", re.ASCII)
_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])", re.ASCII)


def parse_duration(text: str) -> int:
    """Nanoseconds of `90s`, `10m`, `2h`, `1d`, `1h30m`. ValueError for anything else."""
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is no duration; write 90s, 10m, 2h, 1d or 1h30m")
    length = sum((Decimal(number) * _UNITS[unit] for number, unit in _PIECE.findall(text)), Decimal(0))
    if length > LONGEST:
        raise ValueError(f"{text!r} is too long; 292 years are the most")
    return round(length)
