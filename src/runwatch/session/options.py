"""What the user asked for, beyond the paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from runwatch.core.times import SECOND

STALE_AFTER = 30 * 60 * SECOND


@dataclass(frozen=True, slots=True)
class Options:
    """The same for every command and screen."""

    stale_after: int = STALE_AFTER
    """ns of silence from which a run without an outcome can be lost."""
    zone: tzinfo = field(default=UTC)
    run_id: str | None = None
    export: str | None = None
    last: int | None = None
    """Only the newest so many runs of each export."""
