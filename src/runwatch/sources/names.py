"""What a log's file name says: which log, how old a part of it, how it is packed.

`orders.jsonl.2.gz` is a part of `orders.jsonl`, older than `orders.jsonl.1`,
and compressed. The rules are those of EVENTS.md and of logrotate.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

Rank = tuple[int, int, int, int]
"""Sorts the parts of one log, oldest first."""

BARE: Rank = (2, 0, 0, 0)

_ROTATION = r"(?:[-.](?P<date>\d{8})(?:[-.](?P<second>\d{1,12}))?)?(?:\.(?P<number>\d{1,7}))?"
_PACKED = r"(?:\.(?P<packed>gz|zst))?"
_LOG = re.compile(rf"(?P<stem>.+\.(?:jsonl|ndjson)){_ROTATION}{_PACKED}", re.DOTALL)
_ANY = re.compile(rf"(?P<stem>.+?){_ROTATION}{_PACKED}", re.DOTALL)
_PLAIN = (".jsonl", ".ndjson")
_ENDINGS = (*_PLAIN, ".json")


class LogName(NamedTuple):
    """A file's name, taken apart."""

    stem: str
    """The log's own name, without what rotation and compression put behind it."""
    rank: Rank
    packed: str
    """`gz`, `zst`, or nothing."""


def log_name(name: str) -> LogName | None:
    """The parts of a name that is a log's in a directory, else None."""
    if name.endswith(_PLAIN):  # most are, and nothing is behind it then
        return LogName(name, BARE, "") if name not in _PLAIN else None
    return _rotated(name)


def any_name(name: str) -> LogName:
    """The parts of any name: a file given by name is read whatever its ending."""
    return LogName(name, BARE, "") if name.endswith(_PLAIN) else _rotated(name) or _other(name)


def without_ending(path: str) -> str:
    """`a/orders` for `a/orders.jsonl`: the log's identity."""
    for ending in _ENDINGS:
        if path.endswith(ending) and len(path) > len(ending):
            return path[: -len(ending)]
    return path


@lru_cache(maxsize=4096)
def _rotated(name: str) -> LogName | None:
    match = _LOG.fullmatch(name)
    return _parts(match) if match else None


@lru_cache(maxsize=4096)
def _other(name: str) -> LogName:
    match = _ANY.fullmatch(name)
    return _parts(match) if match else LogName(name, BARE, "")


def _parts(match: re.Match[str]) -> LogName:
    return LogName(match["stem"], _rank(match["date"], match["second"], match["number"]), match["packed"] or "")


def _rank(date: str | None, second: str | None, number: str | None) -> Rank:
    """Dates ascend, numbers descend (`.9` is older than `.1`), the bare name is the newest."""
    if date:
        return (0, int(date), int(second or 0), -int(number or 0))
    if number:
        return (1, -int(number), 0, 0)
    return BARE
