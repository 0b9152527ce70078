"""One run of the demo, told from its plan to its outcome.

The order of events, the errors and the names of files are those of rivet's
journals. What only a live source can know (the chunks planned, bytes, leases,
totals) stands in source events, as in a recorded log.
"""

from __future__ import annotations

from random import Random

from msgspec import Struct

from runwatch.core.events import (
    ChunkCompleted,
    Entry,
    FileWritten,
    ParallelismAdjusted,
    PlanResolved,
    ProducerSeen,
    Progress,
    ReconciliationResult,
    RetryAttempted,
    RunCompleted,
    RunStarted,
    ValidationResult,
)
from runwatch.core.times import format_time
from runwatch.sources.demo.chunks import Workers
from runwatch.sources.demo.pen import Pen
from runwatch.sources.demo.terms import FOREVER, Export, Fate, error_of

LEASE, HEARTBEAT = 40.0, 10.0
BACKED_OFF, EASED = "source pressure rising: backed off", "source pressure eased: recovered"


class Told(Struct, frozen=True):
    """A run's entries in the order of their times, and the seconds from its begin to its end."""

    entries: list[Entry]
    seconds: float


def tell(export: Export, fate: Fate, begin_ns: int, rng: Random, *, pace: float = 1.0, observed: bool = False) -> Told:
    """All that one run says. An observed one also says what a live source would know of it."""
    pen = Pen(export, begin_ns, rng, pace)
    pen.say(0.0, _plan(export, fate))
    if fate.refused or fate.skipped:
        _end(pen, fate, [])
    else:
        workers = Workers(pen, fate, observed=observed)
        {"chunked": _by_chunks, "keyset": _by_pages}.get(export.strategy, _at_once)(pen, fate, workers)
        _watch(pen, fate)
        if observed and export.strategy == "chunked":
            pen.say(0.02, RunStarted(destination=export.destination), "tables")
            _progress(pen, fate)
        _check(pen, fate, workers.given_up)
        _end(pen, fate, workers.given_up)
    return Told(pen.entries(fate.killed_at), min(pen.last, fate.killed_at))


def _plan(export: Export, fate: Fate) -> PlanResolved:
    return PlanResolved(
        export_name=export.name,
        base_query=f"SELECT * FROM {export.name}",  # noqa: S608 - it is shown, never run
        strategy=export.strategy,
        format=export.format,
        compression="none" if export.format == "csv" else "zstd",
        destination_type=export.destination,
        tuning_profile="balanced (default)",
        batch_size=10_000,
        validate=export.checks,
        reconcile=export.checks and fate.resumed_at == 0,
        resume=fate.resumed_at > 0,
        chunk_key="id" if export.strategy in ("chunked", "keyset") else None,
        resumable=export.strategy == "chunked",
    )


def _by_chunks(pen: Pen, fate: Fate, workers: Workers) -> None:
    """Key ranges by several workers, begun again after each export-level retry."""
    at = 0.05
    todo = workers.plan(at)
    if fate.schema:
        pen.say(at, fate.schema)
    for number, seconds in enumerate(fate.retries, 1):
        todo = workers.work(todo, at, at + seconds)
        at = _retry(pen, fate, number, at + seconds)
    if not fate.exhausted:
        workers.work(todo, at, FOREVER)


def _by_pages(pen: Pen, fate: Fate, _workers: Workers) -> None:
    """Keyset pages, one after another: they never start, they are only done."""
    at = _retries(pen, fate)
    for page in range(0 if fate.exhausted else pen.export.pieces):
        at += pen.duration(at)
        rows = pen.export.rows // pen.export.pieces
        pen.deliver(rows)
        pen.say(at, ChunkCompleted(chunk_index=page, rows=rows, file_name=pen.page_file(page)))


def _at_once(pen: Pen, fate: Fate, _workers: Workers) -> None:
    """One query: silence until its files are there, all together."""
    at = _retries(pen, fate)
    if fate.exhausted:
        return
    at += pen.duration(at) * pen.export.pieces
    rows = pen.export.rows // pen.export.pieces
    for part, name in enumerate(pen.part_files(pen.export.pieces)):
        pen.say(at, FileWritten(file_name=name, rows=rows, bytes=pen.deliver(rows), part_index=part))
        at += 0.002
    if fate.schema:
        pen.say(at + 0.006, fate.schema)


def _retries(pen: Pen, fate: Fate) -> float:
    """All export-level retries of a run that keeps nothing of what it had; returns when it begins anew."""
    at = 0.05
    for number, seconds in enumerate(fate.retries, 1):
        at = _retry(pen, fate, number, at + seconds)
    return at


def _retry(pen: Pen, fate: Fate, number: int, at: float) -> float:
    """Written before the sleep; returns when that is over."""
    backoff = 15.0 + 0.25 * number
    pen.say(at, RetryAttempted(attempt=number, reason=fate.error, backoff_ms=pen.milliseconds(backoff)))
    pen.last = at + backoff
    return at + backoff


def _watch(pen: Pen, fate: Fate) -> None:
    """What others saw of the run: the governor's moves and the lease."""
    end, permits = pen.last, pen.export.workers
    for second, count in fate.governor:
        if second < end:
            reason = BACKED_OFF if count < permits else EASED
            pen.say(second, ParallelismAdjusted(from_=permits, to=count, reason=reason))
            permits = count
    for beat in range(int(end / HEARTBEAT) if fate.leased else 0):
        at = beat * HEARTBEAT + 0.1
        until = format_time(pen.time(at + LEASE), 6)
        pen.say(at, ProducerSeen(host="exports-1", pid=pen.pid, until=until), "tables")


def _progress(pen: Pen, fate: Fate) -> None:
    """How far the run is, at its begin and at every fourth chunk."""
    done = sorted((at, event.rows) for at, event in pen.said() if isinstance(event, ChunkCompleted))
    total, rows = pen.export.pieces - fate.resumed_at, 0
    pen.say(0.05, Progress(chunks_total=total, chunks_done=0), "tables")
    for count, (at, more) in enumerate(done, 1):
        rows += more
        if count % 4 == 0:
            pen.say(at, Progress(chunks_total=total, chunks_done=count, rows=rows), "tables")


def _check(pen: Pen, fate: Fate, given_up: list[int]) -> None:
    """Quality, then validation and reconciliation where they were asked for and the run came so far."""
    at = pen.last
    for issue in fate.quality:
        pen.say(at + 0.005, issue)
    if not pen.export.checks or error_of(pen.export, fate, given_up):
        return
    pen.say(at + 0.011, ValidationResult(passed=True))
    if fate.resumed_at == 0:
        found = pen.rows + fate.missing_rows
        matched = found == pen.rows
        pen.say(at + 0.08, ReconciliationResult(source_count=found, exported_rows=pen.rows, matched=matched))


def _end(pen: Pen, fate: Fate, given_up: list[int]) -> None:
    at = pen.last + 0.1
    error = error_of(pen.export, fate, given_up)
    status = "skipped" if fate.skipped else "failed" if error else "success"
    pen.say(at, RunCompleted(status=status, error_message=error, duration_ms=pen.milliseconds(at)))
