"""The vocabulary: what a producer can say, as frozen types.

Fourteen variants in five groups, and four more that only a live source knows.
The fields, their types and defaults are those of the event log's
specification; `SPEC` reads them off the classes, so that decoding, encoding,
the JSON Schema and the documentation can never disagree with them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct


class Event(Struct, frozen=True, gc=False):
    """One fact. `extra` holds fields that the vocabulary does not know, as the log has them."""

    group: ClassVar[str] = ""

    @property
    def kind(self) -> str:
        """The variant's name, as the log spells it."""
        return type(self).__name__


class PlanResolved(Event, frozen=True, gc=False, kw_only=True):
    """What the run set out to do."""

    group: ClassVar[str] = "planned"
    export_name: str
    base_query: str
    strategy: str
    format: str
    compression: str
    destination_type: str
    tuning_profile: str
    batch_size: int
    """Rows a fetch."""
    validate: bool
    reconcile: bool
    resume: bool
    """The run continues an earlier one: its log holds only the remaining chunks."""
    chunk_key: str | None = None
    resumable: bool = False
    row_hash: dict[str, Any] | None = None
    """`{column, covered, render}`."""
    extra: dict[str, Any] | None = None


class PlanWarning(Event, frozen=True, gc=False, kw_only=True):
    """Something the producer disliked in its configuration. It degrades nothing."""

    group: ClassVar[str] = "planned"
    rule: str
    message: str
    extra: dict[str, Any] | None = None


class FileWritten(Event, frozen=True, gc=False, kw_only=True):
    """One file is at its destination."""

    group: ClassVar[str] = "happened"
    file_name: str
    rows: int
    bytes: int
    """On disk."""
    part_index: int
    """From 0."""
    extra: dict[str, Any] | None = None


class ChunkStarted(Event, frozen=True, gc=False, kw_only=True):
    """An attempt at a chunk began. Both bounds are inclusive."""

    group: ClassVar[str] = "happened"
    chunk_index: int
    """From 0."""
    start_key: str
    end_key: str
    extra: dict[str, Any] | None = None


class ChunkCompleted(Event, frozen=True, gc=False, kw_only=True):
    """One part of a chunk is done; with file rotation there are several a chunk."""

    group: ClassVar[str] = "happened"
    chunk_index: int
    rows: int
    file_name: str | None = None
    """None where there were 0 rows."""
    extra: dict[str, Any] | None = None


class ChunkFailed(Event, frozen=True, gc=False, kw_only=True):
    """An attempt failed. `attempt` was 1 in 104 of 104 journals' failures: attempts are counted, not read."""

    group: ClassVar[str] = "happened"
    chunk_index: int
    error: str
    attempt: int
    extra: dict[str, Any] | None = None


class RetryAttempted(Event, frozen=True, gc=False, kw_only=True):
    """The whole export is tried again; written before the sleep, and it names no chunk."""

    group: ClassVar[str] = "happened"
    attempt: int
    """From 1."""
    reason: str
    backoff_ms: int
    extra: dict[str, Any] | None = None


class QualityIssue(Event, frozen=True, gc=False, kw_only=True):
    """A quality check did not hold; `severity` is FAIL or WARN."""

    group: ClassVar[str] = "degraded"
    severity: str
    message: str
    extra: dict[str, Any] | None = None


class SchemaChanged(Event, frozen=True, gc=False, kw_only=True):
    """The source's columns differ from what they were."""

    group: ClassVar[str] = "degraded"
    added: tuple[str, ...]
    """`name (type)`."""
    removed: tuple[str, ...]
    type_changed: tuple[tuple[str, str, str], ...]
    """(column, old type, new type)."""
    extra: dict[str, Any] | None = None


class Warning(Event, frozen=True, gc=False, kw_only=True):  # noqa: A001 - the producer's own name for it
    """The producer's own warning while it ran."""

    group: ClassVar[str] = "degraded"
    context: str
    message: str
    extra: dict[str, Any] | None = None


class ParallelismAdjusted(Event, frozen=True, gc=False, kw_only=True, rename={"from_": "from"}):
    """The governor changed the number of permits. It does not degrade a run."""

    group: ClassVar[str] = "degraded"
    from_: int
    to: int
    reason: str
    extra: dict[str, Any] | None = None


class ValidationResult(Event, frozen=True, gc=False, kw_only=True):
    """Covers what was written before it, which is often the first chunk only."""

    group: ClassVar[str] = "succeeded"
    passed: bool
    extra: dict[str, Any] | None = None


class ReconciliationResult(Event, frozen=True, gc=False, kw_only=True):
    """The source's rows counted against the exported ones."""

    group: ClassVar[str] = "succeeded"
    source_count: int
    exported_rows: int
    matched: bool
    extra: dict[str, Any] | None = None


class RunCompleted(Event, frozen=True, gc=False, kw_only=True):
    """The producer's own word on the end; the verdict is ours."""

    group: ClassVar[str] = "outcome"
    status: str
    """`success`, `failed`, `skipped`; any other is kept."""
    error_message: str | None = None
    """Can have many lines."""
    duration_ms: int
    extra: dict[str, Any] | None = None


class RunStarted(Event, frozen=True, gc=False, kw_only=True):
    """A live source saw the run begin."""

    group: ClassVar[str] = "source"
    destination: str | None = None
    resumes: str | None = None
    """The run whose chunks it goes on with."""
    extra: dict[str, Any] | None = None


class ChunkPlanned(Event, frozen=True, gc=False, kw_only=True):
    """A live source knows of a chunk that nobody has begun."""

    group: ClassVar[str] = "source"
    chunk_index: int
    start_key: str
    end_key: str
    extra: dict[str, Any] | None = None


class Progress(Event, frozen=True, gc=False, kw_only=True):
    """Totals that a live source knows; each None if unknown."""

    group: ClassVar[str] = "source"
    chunks_total: int | None = None
    chunks_done: int | None = None
    rows: int | None = None
    files: int | None = None
    bytes: int | None = None
    extra: dict[str, Any] | None = None


class ProducerSeen(Event, frozen=True, gc=False, kw_only=True):
    """The producer is alive up to `until`; None holds until told otherwise."""

    group: ClassVar[str] = "source"
    host: str | None = None
    pid: int | None = None
    until: str | None = None
    """RFC 3339: a lease's expiry, or when the process was found gone."""
    superseded_by: str | None = None
    extra: dict[str, Any] | None = None


class Unknown(Event, frozen=True, gc=False, kw_only=True):
    """A variant this version does not know: counted, shown, harmless."""

    group: ClassVar[str] = "unknown"
    variant: str
    extra: dict[str, Any] | None = None

    @property
    def kind(self) -> str:
        """The name that the log gives."""
        return self.variant


VARIANTS: tuple[type[Event], ...] = (
    PlanResolved, PlanWarning,
    FileWritten, ChunkStarted, ChunkCompleted, ChunkFailed, RetryAttempted,
    QualityIssue, SchemaChanged, Warning, ParallelismAdjusted,
    ValidationResult, ReconciliationResult,
    RunCompleted,
)  # fmt: skip
SOURCE_VARIANTS: tuple[type[Event], ...] = (RunStarted, ChunkPlanned, Progress, ProducerSeen)
GROUPS = ("planned", "happened", "degraded", "succeeded", "outcome", "source")


def chunk_of(event: Event) -> object:
    """The chunk that an event names, also one of a kind that nobody knows; None where it names none."""
    if isinstance(event, Unknown):
        return (event.extra or {}).get("chunk_index")
    return getattr(event, "chunk_index", None)


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """An event with its time and its run, as one line (or one document's entry) has it."""

    run_id: str
    event: Event
    export_name: str | None = None
    time: int | None = None
    """Nanoseconds since 1970, UTC; None where the log does not say or cannot be understood."""
    digits: int = 0
    """Fractional digits the log wrote: times are shown with the log's own."""
    origin: str = "journal"
    """`journal`, `tables` (a state database knew it) or `stream` (stamped on arrival)."""
    number: int = 0
    """From 1 inside a journal document, else 0."""


class Problem(Struct, frozen=True, gc=False):
    """A line (or a document's entry) that could not be used, and why."""

    reason: str
    number: int = 0
    """From 1 inside a journal document, else 0."""
