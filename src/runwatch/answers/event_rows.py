"""An event of a run's log in words: what the list of events shows of it, and its place."""

from __future__ import annotations

import copy

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.chunk import key_words
from runwatch.answers.degraded import permit_words, quality_words, schema_words, warning_words
from runwatch.answers.event_fields import is_equal
from runwatch.answers.planned import plan_words
from runwatch.answers.view import Mark
from runwatch.core import events as ev
from runwatch.core.index import UNNUMBERED, RunLog
from runwatch.core.places import Place
from runwatch.core.times import MILLISECOND

_LONGEST = 400
"""Characters of a detail: more than any terminal has columns."""


class EventRow(Struct, frozen=True):
    """One event, as a line of a list."""

    position: int
    number: int | None
    """The n of `#n`; None for what has no number."""
    time: int | None
    """Its moment, ns."""
    mark: Mark
    kind: str
    chunk: int | None
    detail: str
    place: Place
    origin: str = ""
    """Where it comes from, in words; nothing to say of what the producer's journal holds."""


def still(log: RunLog) -> RunLog:
    """The log as it stands: it grows at its end, but stays in this order when the other is arranged anew."""
    return copy.copy(log)


def event_row(log: RunLog, position: int) -> EventRow:
    """The event at a position of the order."""
    event = log.event(position)
    chunk = ev.chunk_of(event)
    return EventRow(
        position=position,
        number=None if event.group in UNNUMBERED else log.number_at(position),
        time=log.moment(position),
        mark=mark_of(event),
        kind=event.kind,
        chunk=chunk if isinstance(chunk, int) else None,
        detail=with_origin(log, position, units.one_line(detail_of(event)[:_LONGEST])),
        place=log.place(position),
        origin=ORIGINS.get(log.origin(position), ""),
    )


ORIGINS = {
    "tables": "tables: read in the producer's state database",
    "stream": "stream: timed when its line arrived",
}
"""What is said of an entry that no journal holds."""


def with_origin(log: RunLog, position: int, detail: str) -> str:
    """The words on an event, behind where it comes from if that is not the producer's journal."""
    origin = log.origin(position)
    return detail if origin not in ORIGINS else f"{origin}: {detail}" if detail else origin


_MARKS: dict[type[ev.Event], Mark] = {
    ev.FileWritten: Mark.PARTLY,
    ev.ChunkCompleted: Mark.COMPLETED,
    ev.ChunkFailed: Mark.FAILED,
    ev.RetryAttempted: Mark.RETRY,
    ev.QualityIssue: Mark.DEGRADED,
    ev.SchemaChanged: Mark.DEGRADED,
    ev.Warning: Mark.DEGRADED,
}


def mark_of(event: ev.Event) -> Mark:
    """What it means, as the notable events and the chunk map have it; none for what only goes on."""
    match event:
        case ev.ValidationResult():
            return Mark.SUCCEEDED if event.passed else Mark.CONTRADICTED
        case ev.ReconciliationResult():
            return Mark.SUCCEEDED if is_equal(event) else Mark.CONTRADICTED
        case ev.RunCompleted():
            return {"success": Mark.SUCCEEDED, "skipped": Mark.SKIPPED}.get(event.status, Mark.FAILED)
    return _MARKS.get(type(event), Mark.NONE)


def detail_of(event: ev.Event) -> str:
    """What it says beyond its kind and its chunk."""
    match event:
        case ev.PlanResolved():
            return plan_words(event)
        case ev.PlanWarning():
            return f"{event.rule}: {event.message}"
        case ev.FileWritten():
            return f"{event.file_name}, {units.plural(event.rows, 'row')}, {units.size(event.bytes)}"
        case ev.ChunkStarted() | ev.ChunkPlanned():
            return f"{key_words(event.start_key)} to {key_words(event.end_key)}"
        case ev.ChunkCompleted():
            return units.plural(event.rows, "row") + (f" in {event.file_name}" if event.file_name else ", no file")
        case ev.ChunkFailed():
            return event.error
        case ev.RetryAttempted():
            wait = units.duration(event.backoff_ms * MILLISECOND)
            return f"attempt {event.attempt:,} failed, waits {wait}: {event.reason}"
    return _of_the_rest(event)


def _of_the_rest(event: ev.Event) -> str:
    match event:
        case ev.QualityIssue():
            return quality_words(event)
        case ev.SchemaChanged():
            return schema_words(event)
        case ev.Warning():
            return warning_words(event)
        case ev.ParallelismAdjusted():
            return permit_words(event)
        case ev.ValidationResult():
            return "passed" if event.passed else "failed"
        case ev.ReconciliationResult():
            counts = f"source {event.source_count:,}, exported {event.exported_rows:,}"
            return f"{'matched' if is_equal(event) else 'mismatched'}: {counts}"
        case ev.RunCompleted():
            words = f"{event.status} after {units.duration(event.duration_ms * MILLISECOND)}"
            return f"{words}: {event.error_message}" if event.error_message else words
    return _of_a_source(event)


def _of_a_source(event: ev.Event) -> str:
    match event:
        case ev.RunStarted():
            into = f"into {event.destination}" if event.destination else ""
            return " ".join(filter(None, (into, f"continues {event.resumes}" if event.resumes else "")))
        case ev.Progress():
            return _progress(event)
        case ev.ProducerSeen():
            return _producer(event)
    return "a kind that is not known; v shows all of it"


def _progress(event: ev.Progress) -> str:
    done, total = event.chunks_done, event.chunks_total
    parts = []
    if done is not None or total is not None:
        of = [units.UNKNOWN if number is None else units.count(number) for number in (done, total)]
        parts.append(f"{of[0]} of {of[1]} chunks")
    parts += [units.plural(event.rows, "row")] if event.rows is not None else []
    parts += [units.plural(event.files, "file")] if event.files is not None else []
    parts += [units.size(event.bytes)] if event.bytes is not None else []
    return ", ".join(parts)


def _producer(event: ev.ProducerSeen) -> str:
    parts = [f"process {event.pid}" if event.pid is not None else ""]
    parts.append(f"on {event.host}" if event.host else "")
    parts.append(f"until {event.until}" if event.until else "")
    parts.append(f"superseded by {event.superseded_by}" if event.superseded_by else "")
    return " ".join(part for part in parts if part)
