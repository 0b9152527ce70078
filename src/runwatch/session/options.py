"""What the user asked for, beyond the paths."""

from __future__ import annotations

from datetime import UTC, tzinfo

from msgspec import Struct

from runwatch.core.times import SECOND

STALE_AFTER = 30 * 60 * SECOND


class Options(Struct, frozen=True):
    """The same for every command and screen."""

    stale_after: int = STALE_AFTER
    """ns of silence from which a run without an outcome can be lost."""
    zone: tzinfo = UTC
    run_id: str | None = None
    export: str | None = None
    last: int | None = None
    """Only the newest so many runs of each export."""
