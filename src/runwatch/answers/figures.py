"""The numbers of a run at a moment, before they become words.

Panes, tables and the JSON summary all take them from here, so that they can
never disagree. What nobody knows is None, never 0.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from runwatch.core import events as ev
from runwatch.core.findings import last_told, plan_of, progress_of, rows_of
from runwatch.core.places import Place
from runwatch.core.run import COMPLETED, FAILED, INTERRUPTED, NOWHERE, PENDING, RUNNING
from runwatch.core.runs import Moment
from runwatch.core.times import MILLISECOND, format_time
from runwatch.core.when import ends


class ChunkCounts(Struct, frozen=True):
    """Chunks by state; `completed` includes `recovered`, `seen` are those with an attempt."""

    seen: int
    pending: int
    running: int
    completed: int
    failed: int
    interrupted: int
    recovered: int


class Happened(Struct, frozen=True):
    """What was done, as PRODUCT.md's `happened` has it."""

    chunks: ChunkCounts
    chunk_failures: int
    failures_recorded: bool | None
    retries: int
    backoff_ms: int
    files: int | None
    rows: int | None
    bytes: int | None
    files_without_bytes: int


class Reconciliation(Struct, frozen=True):
    """The source's count against the exported one."""

    state: Literal["matched", "mismatched", "not_reported", "not_asked", "unknown"]
    source_count: int | None = None
    exported_rows: int | None = None

    @property
    def delta(self) -> int | None:
        """Exported minus source; None where either is unknown."""
        if self.source_count is None or self.exported_rows is None:
            return None
        return self.exported_rows - self.source_count


def chunk_counts(moment: Moment) -> ChunkCounts:
    """In a lost run an open attempt counts as interrupted, until a later event takes it back."""
    counts = list(moment.state.chunks.counts)
    if moment.judgement.verdict == "lost":
        counts[INTERRUPTED] += counts[RUNNING]
        counts[RUNNING] = 0
    return ChunkCounts(
        seen=sum(counts) - counts[PENDING],
        pending=counts[PENDING],
        running=counts[RUNNING],
        completed=counts[COMPLETED],
        failed=counts[FAILED],
        interrupted=counts[INTERRUPTED],
        recovered=len(moment.state.chunks.recovered),
    )


def happened(moment: Moment) -> Happened:
    """The figures of `happened`; files, rows and bytes None where nothing in the log could have told."""
    state = moment.state
    files, size, unsized = _files(moment)
    return Happened(
        chunks=chunk_counts(moment),
        chunk_failures=len(state.failures),
        failures_recorded=_failures_recorded(moment),
        retries=len(state.retries),
        backoff_ms=state.backoff_ms,
        files=files,
        rows=rows_of(state, moment.log),
        bytes=size,
        files_without_bytes=unsized,
    )


def _files(moment: Moment) -> tuple[int | None, int | None, int]:
    """(files, bytes, files whose bytes are unknown)."""
    state = moment.state
    if state.is_written:
        known = state.files
        count = len(known)
        return count, known.total_bytes if known.with_bytes else None, count - known.with_bytes
    progress = progress_of(state, moment.log)
    if progress is not None:
        return progress.files, progress.bytes, 0
    return (0 if state.plan != NOWHERE else None), None, 0


def _failures_recorded(moment: Moment) -> bool | None:
    """True where failures would be in the log, False where the producer does not write them, None without chunks."""
    chunks = moment.state.chunks
    if not chunks.attempt_start:
        return None
    return bool(moment.state.failures or chunks.starts) and not chunks.completed_without_start


def chunks_total(moment: Moment) -> int | None:
    """What Progress last said, else the chunks planned one by one, else unknown."""
    state = moment.state
    return state.chunks_total if state.chunks_total is not None else len(state.chunks.planned) or None


def chunks_done(moment: Moment) -> int | None:
    """Chunks seen completed; where none was seen at all, as many as Progress told of; None where nobody did."""
    counts = chunk_counts(moment)
    return counts.completed if counts.seen else last_told(moment.state, moment.log, "chunks_done")


def validation(moment: Moment) -> str:
    """`passed`, `passed_partly`, `failed`, `not_reported`, `not_asked` or `unknown`."""
    state = moment.state
    if state.validation != NOWHERE:
        result = moment.log.event(state.validation)
        assert isinstance(result, ev.ValidationResult)
        if not result.passed:
            return "failed"
        return "passed_partly" if state.files_named(state.validated)[0] else "passed"
    plan = plan_of(state, moment.log)
    if plan is None:
        return "unknown"
    return "not_reported" if plan.validate else "not_asked"


def reconciliation(moment: Moment) -> Reconciliation:
    """`matched` only where the log says so and the counts are equal."""
    state = moment.state
    if state.reconciliation != NOWHERE:
        result = moment.log.event(state.reconciliation)
        assert isinstance(result, ev.ReconciliationResult)
        equal = result.matched and result.source_count == result.exported_rows
        return Reconciliation("matched" if equal else "mismatched", result.source_count, result.exported_rows)
    plan = plan_of(state, moment.log)
    if plan is None:
        return Reconciliation("unknown")
    return Reconciliation("not_reported" if plan.reconcile else "not_asked")


def outcome(moment: Moment) -> ev.RunCompleted | None:
    """The last RunCompleted, or None while there is none."""
    state = moment.state
    found = moment.log.event(state.outcome) if state.outcome != NOWHERE else None
    assert found is None or isinstance(found, ev.RunCompleted)
    return found


def started_at(moment: Moment) -> int | None:
    """The first event's moment, ns; None where the run has no time."""
    return moment.log.moment(ends(moment.state)[0])


def last_event_at(moment: Moment) -> int | None:
    """The last event's moment, ns; None where the run has no time."""
    return moment.log.moment(ends(moment.state)[1])


def duration_ms(moment: Moment) -> int | None:
    """The outcome's, else last minus first; None where either time is unknown."""
    end = outcome(moment)
    if end is not None:
        return end.duration_ms
    start, last = started_at(moment), last_event_at(moment)
    return None if start is None or last is None or last < start else (last - start) // MILLISECOND


def lasted(moment: Moment, start: int, end: int) -> int | None:
    """ns between two positions by the events' own times; None where either is unknown, or it would be negative."""
    if NOWHERE in (start, end):
        return None
    began, ended = moment.log.time(start), moment.log.time(end)
    return None if began is None or ended is None or ended < began else ended - began


def stamp(moment: Moment, position: int) -> str | None:
    """A position's moment as RFC 3339 in UTC with the log's digits; None where unknown."""
    if position == NOWHERE:
        return None
    time = moment.log.moment(position)
    return None if time is None else format_time(time, moment.log.digits_at(position))


def places(moment: Moment, positions: tuple[int, ...]) -> tuple[Place, ...]:
    """The places of positions, those unknown left out."""
    return tuple(moment.log.place(position) for position in positions if position != NOWHERE)
