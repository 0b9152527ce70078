"""How many lines end in some bytes."""

from __future__ import annotations

from collections.abc import Callable


def _count(data: bytes) -> int:
    return data.count(b"\n")


count: Callable[[bytes], int] = _count
"""`core/bulk/` puts a way here that takes a fifth of the time."""
