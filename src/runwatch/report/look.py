"""How a report may look where it is going to be read."""

from __future__ import annotations

from datetime import UTC, tzinfo

from msgspec import Struct


class Look(Struct, frozen=True):
    """What the terminal, the locale and the user allow."""

    color: bool = False
    plain: bool = False
    """ASCII glyphs."""
    zone: tzinfo = UTC
    width: int = 80
