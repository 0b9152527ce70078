"""How a report may look where it is going to be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo


@dataclass(frozen=True, slots=True)
class Look:
    """What the terminal, the locale and the user allow."""

    color: bool = False
    plain: bool = False
    """ASCII glyphs."""
    zone: tzinfo = field(default=UTC)
    width: int = 80
