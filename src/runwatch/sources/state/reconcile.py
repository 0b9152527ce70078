"""A run's journal and what the tables said of it, as one log.

The journal's entries as they stand, in their order; of those made from tables
only what has no counterpart, each where its time is (ARCHITECTURE.md). A chunk
that the journal never saw begin completed when the tables say: the journal of
parallel workers stamps all of those in one burst at the end. Where the two
differ on a check, the table's end stands behind the journal's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import orjson
from msgspec.structs import replace

from runwatch.sources.state.rows import File, Journal, Metrics
from runwatch.sources.state.said import JOURNAL, TABLES, Said, moments, utc

FAILED_QUALITY = "quality checks failed (the state database keeps no more)"


def entries_of(journal: Journal) -> list[Said] | None:
    """The journal's entries; None where its text is no journal."""
    try:
        entries = orjson.loads(journal.journal_json)["entries"]
    except (ValueError, KeyError, TypeError):
        return None
    return [_entry(entry) for entry in entries] if isinstance(entries, list) else None


def _entry(entry: Any) -> Said:
    """What is no event is taken over as it stands: a line like any other, which is a problem."""
    event = entry.get("event") if isinstance(entry, dict) else entry
    if not isinstance(entry, dict) or not isinstance(event, dict) or len(event) != 1:
        return Said("", None, None, JOURNAL, entry if isinstance(entry, dict) else {"event": event})
    ((kind, fields),) = event.items()
    at = entry.get("recorded_at")
    known = {"event", "recorded_at"} if isinstance(at, str) else {"event"}
    others = {key: value for key, value in entry.items() if key not in known}
    return Said(kind, fields, at if isinstance(at, str) else None, JOURNAL, others or None)


def reconciled(
    journal: Sequence[Said], tables: Sequence[Said], files: Sequence[File], end: Metrics | None
) -> list[Said]:
    """Both together. `files` are the run's rows of `file_log`, `end` its last row of `export_metrics`."""
    own, times = _told_by(journal), _times(tables, files)
    known = [_at_its_time(said, own, times) for said in journal]
    more = [timed for timed in zip(moments(tables), tables, strict=True) if not own.has(timed[1])]
    moved = [said for said in known if said.origin == TABLES]
    kept = [said for said in known if said.origin == JOURNAL]
    between = sorted([*more, *zip(moments(moved), moved, strict=True)], key=itemgetter(0))
    return _merged(kept, between) + (checks(journal, end) if end is not None else [])


class _Own:
    """What the journal says, to be looked up."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.completed: set[str] = set()
        self.count: Counter[tuple[str, Any]] = Counter()
        self.told: Counter[tuple[str, Any]] = Counter()

    def has(self, said: Said) -> bool:
        """Whether an entry made from tables is in the journal too: the same variant and chunk for the same time, a
        completion or a file by its file's name; a failure where the journal saw that attempt begin; any end.
        """
        match said.kind:
            case "FileWritten":
                return said.file in self.files
            case "ChunkCompleted" if said.file is not None:
                return said.file in self.completed
            case "ChunkFailed" if said.fields["attempt"] <= self.count["ChunkStarted", said.chunk]:
                return True
            case "RunCompleted":
                return self.count["RunCompleted", None] > 0
            case "ChunkStarted" | "ChunkCompleted" | "ChunkFailed":
                key = (said.kind, said.chunk)
                self.told[key] += 1
                return self.told[key] <= self.count[key]
        return False


def _told_by(journal: Sequence[Said]) -> _Own:
    own = _Own()
    for said in journal:
        own.count[said.kind, said.chunk] += 1
        if said.file is not None:
            (own.completed if said.kind == "ChunkCompleted" else own.files).add(said.file)
    return own


def _times(tables: Sequence[Said], files: Sequence[File]) -> dict[object, str]:
    """When a file was written, and when a chunk without one was done."""
    times: dict[object, str] = {file.file_name: file.created_at for file in files}
    for said in tables:
        if said.kind == "ChunkCompleted" and said.at is not None:
            times[said.file or (said.chunk,)] = said.at
    return times


def _at_its_time(said: Said, own: _Own, times: dict[object, str]) -> Said:
    """A completion of which the tables know better when it was."""
    if said.kind != "ChunkCompleted" or own.count["ChunkStarted", said.chunk]:
        return said
    at = utc(times.get(said.file or (said.chunk,)))
    return said if at is None else replace(said, at=at, origin=TABLES)


def _merged(kept: Sequence[Said], between: Sequence[tuple[int, Said]]) -> list[Said]:
    """The first in their order; the others, which are in order of their moments, between them."""
    merged: list[Said] = []
    latest, at = -1, 0
    for said in kept:
        moment = said.moment
        latest = latest if moment is None else max(latest, moment)
        while at < len(between) and between[at][0] < latest:
            merged.append(between[at][1])
            at += 1
        merged.append(said)
    return merged + [said for _, said in between[at:]]


def _is_partial(journal: Sequence[Said]) -> bool:
    """Whether files came after the last validation that the journal knows of."""
    last = max((number for number, said in enumerate(journal) if said.kind == "ValidationResult"), default=-1)
    return any(said.file is not None for said in journal[last + 1 :])


def checks(journal: Sequence[Said], end: Metrics) -> list[Said]:
    """The real ends of the checks, where the journal says something else or nothing.

    `validated` is 0 also where a run failed before all of it was checked; rivet itself says FAIL then.
    """
    said, at = [], utc(end.run_at)
    last = {one.kind: one.fields for one in journal if isinstance(one.fields, dict)}
    passed = last.get("ValidationResult", {}).get("passed")
    if end.validated is not None and (end.validated != passed or _is_partial(journal)):
        said.append(Said("ValidationResult", {"passed": end.validated}, at))
    if end.reconciled is not None and end.source_count is not None:
        found = last.get("ReconciliationResult")
        if found is None or found.get("matched") != end.reconciled or found.get("source_count") != end.source_count:
            fields = {"source_count": end.source_count, "exported_rows": end.total_rows, "matched": end.reconciled}
            said.append(Said("ReconciliationResult", fields, at))
    if end.quality_passed is False and not any(_is_failed_quality(one) for one in journal):
        said.append(Said("QualityIssue", {"severity": "FAIL", "message": FAILED_QUALITY}, at))
    return said


def _is_failed_quality(said: Said) -> bool:
    return said.kind == "QualityIssue" and isinstance(said.fields, dict) and said.fields.get("severity") == "FAIL"
