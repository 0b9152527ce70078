"""What is exported, and what can befall a run of it."""

from __future__ import annotations

from msgspec import Struct, field

from runwatch.core.events import QualityIssue, SchemaChanged

TERMINATED = "db error: FATAL: terminating connection due to administrator command"
DISK_FULL = "No space left on device (os error 28)"
ATTEMPTS = 3
"""A chunk that failed so often is given up."""
FOREVER = float("inf")


class Export(Struct, frozen=True, kw_only=True):
    """What is exported, and at what speed."""

    name: str
    strategy: str
    rows: int
    pieces: int
    """Chunks, pages or files."""
    seconds: float
    """What one piece takes, about."""
    workers: int = 1
    format: str = "parquet"
    destination: str = "s3"
    checks: bool = True
    """Validated and reconciled."""
    sparse: bool = False
    """Two key ranges of three hold no rows."""


class Fate(Struct, frozen=True, kw_only=True):
    """What befalls one run. Without any of it the run goes well. Seconds count from the run's begin."""

    failing: dict[int, int] = field(default_factory=dict)
    """How many attempts at these chunks fail; from ATTEMPTS on, the run does."""
    error: str = TERMINATED
    retries: tuple[float, ...] = ()
    """Seconds of work before each export-level retry."""
    exhausted: bool = False
    """The last retry does not help either."""
    quality: tuple[QualityIssue, ...] = ()
    schema: SchemaChanged | None = None
    governor: tuple[tuple[float, int], ...] = ()
    """(second, permits from then on)."""
    missing_rows: int = 0
    """Rows that the source has and the export has not."""
    resumed_at: int = 0
    """The first chunk that is left, of a run that resumes another."""
    killed_at: float = FOREVER
    leased: bool = False
    """Somebody vouches for the producer, as PostgreSQL's `state_lease` does."""
    refused: str = ""
    """Why the run ends before it began."""
    skipped: bool = False


FINE = Fate()


def error_of(export: Export, fate: Fate, given_up: list[int]) -> str | None:
    """What a run fails of, in rivet's words; None where it does not."""
    issues = [issue.message for issue in fate.quality if issue.severity == "FAIL"]
    if given_up:
        causes = "\n".join(f"chunk {index}: {fate.error}" for index in sorted(given_up))
        again = f"--config rivet.yaml --export {export.name}"
        return (
            f"{len(given_up)} chunk task(s) of export '{export.name}' not completed; fix the cause, then "
            f"`rivet run {again} --resume`, or inspect `rivet state chunks {again}`: "
            f"export '{export.name}': chunk checkpoint errors:\n{causes}"
        )
    if issues:
        causes = "".join(f"\n  - {issue}" for issue in issues)
        return (
            f"export '{export.name}': {len(issues)} quality check(s) failed:{causes}\n"
            "  Fix the source data, or adjust the thresholds under `quality:` in your config."
        )
    return fate.refused or (fate.error if fate.exhausted else None)
