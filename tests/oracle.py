"""A second reading of PRODUCT.md, to hold the program against.

It says what `runwatch summary --format json` must say of logs that are already parsed, and knows nothing of the
program. Obvious and slow on purpose: every question scans all events again, and nothing is kept between questions.
`reasons` and the findings' `message` are free text and left out. Lines must be valid; an unknown variant may occur.

What the page leaves open, and how it is read here:

 1. A file in which a run has no time at all, though it has times elsewhere: all its entries there have the earliest
    known moment of the run.
 2. Which entry repeats which is found with moments in which the repeats count; then "as if not there": the moments of
    the others are worked out again without them. `clock_backwards` looks past them.
 3. Entries are equal if their instants, variants and fields (defaults filled in) are; digits, offset and `origin` do
    not matter. Unknown and source events can be repeats too.
 4. An unknown event tells the first or last event's moment, as it takes part in silence. `ProducerSeen` does neither
    (as for silence), unless the run has nothing else.
 5. Silence counts from the last event's `recorded_at` as it stands, even where its moment is later; from its moment
    only where the time is unknown.
 6. Gaps are differences of moments between one event and the one before it, `ProducerSeen` left out.
 7. `#n` cuts right behind the n-th event, also where n is the last: source and unknown events behind it are out. A run
    without any numbered event is left out.
 8. The last `ProducerSeen` counts. It says gone if `until` is not after now and no event's moment is after `until`;
    alive if `until` is null or after now. Gone is lost at once, also in a run without any time.
 9. `at.time` is T itself; with `#n` the moment of the n-th event.
10. Runs without a start stand behind all others.
11. Every further ChunkCompleted of a completed chunk moves its end and is evidence, also for a file already named.
12. "Completed without a start" asks each attempt, not the chunk: failed with a start, then completed without: false.
13. A chunk's keys are those of its last ChunkStarted, else of its last ChunkPlanned, else null.
14. `chunks_total` is the last Progress that says one, else the number of different planned chunks.
15. From Progress, files, rows and bytes are taken as they stand (null stays null) and `files_without_bytes` is 0.
16. Two FileWritten of one file: the first one's bytes count.
17. "A file came after it": any FileWritten, or ChunkCompleted with a file, behind the last ValidationResult, also for a
    name seen before; also where that result was a failure.
18. `reconcile_rows` compares with the run's rows wherever they come from, unless they are null.
19. `chunk_unresolved` counts pending chunks too; its evidence is the last attempt's, or the last ChunkPlanned.
20. `chunk_written_twice` has the completions of the files that the other attempt lacks as evidence.
21. `rows_disagree` has every event that names such a file as evidence.
22. `after_end` ignores unknown and source events; where the first RunCompleted has no time its moment counts. Its
    evidence is the events behind, and with different status all RunCompleted.
23. `quality_fail` has the FAIL issues as evidence, `check_not_reported` the plan, `validation_partial` the result and
    then the files, `no_plan` nothing; the others the one result they speak of.
24. `clock_backwards` compares a time with the moment before it (same file, same run); its evidence, like that of
    `time_unknown`, is the entry itself, of whatever variant.
25. Durations in milliseconds are cut, not rounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

JSON = dict[str, Any]

SECOND = 10**9
STALE_AFTER = 30 * 60 * SECOND
PLACES = 20

SOURCE_VARIANTS = {"RunStarted", "ChunkPlanned", "Progress", "ProducerSeen"}
VARIANTS = {
    "PlanResolved", "PlanWarning", "FileWritten", "ChunkStarted", "ChunkCompleted", "ChunkFailed", "RetryAttempted",
    "QualityIssue", "SchemaChanged", "Warning", "ParallelismAdjusted", "ValidationResult", "ReconciliationResult",
    "RunCompleted",
}  # fmt: skip
DEFAULTS: dict[str, JSON] = {
    "PlanResolved": {"chunk_key": None, "resumable": False, "row_hash": None},
    "ChunkCompleted": {"file_name": None},
    "RunCompleted": {"error_message": None},
    "Progress": {"chunks_total": None, "chunks_done": None, "rows": None, "files": None, "bytes": None},
    "ProducerSeen": {"until": None, "superseded_by": None},
}
SHOWS_PROGRESS = {"FileWritten", "ChunkStarted", "ChunkCompleted", "ChunkFailed"}


# ------------------------------------------------------------------------------------------------------------- times

TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Time:
    """An instant in ns since the epoch, and how many fractional digits the log gave it."""

    ns: int
    digits: int

    def __str__(self) -> str:
        whole, fraction = divmod(self.ns, SECOND)
        text = (EPOCH + timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S")
        return text + (f".{fraction:09d}"[: self.digits + 1] if self.digits else "") + "Z"


def read_time(text: object) -> Time | None:
    """The time this is, or None where it is missing or no time."""
    found = TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone == 'Z' else zone}")
    except ValueError:
        return None
    seconds = (moment - EPOCH) // timedelta(seconds=1)
    return Time(seconds * SECOND + int((fraction or "").ljust(9, "0")), len(fraction or ""))


def exact(ns: int) -> Time:
    """An instant with the fewest of 0, 3, 6 or 9 digits that hold it."""
    return Time(ns, next(digits for digits in (0, 3, 6, 9) if ns % 10 ** (9 - digits) == 0))


# ----------------------------------------------------------------------------------------------------------- entries


@dataclass
class Entry:
    """One line: an event with its time, its run and its place."""

    path: str
    line: int
    run_id: str
    export_name: str | None
    time: Time | None
    variant: str
    fields: JSON
    origin: str
    moment: Time | None = None
    is_repeat: bool = False
    goes_back: bool = False

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def is_known(self) -> bool:
        return self.variant in VARIANTS or self.variant in SOURCE_VARIANTS

    @property
    def has_number(self) -> bool:
        return self.variant in VARIANTS

    @cached_property
    def identity(self) -> tuple[int, str, str] | None:
        """Time, variant and fields; None without a time, for such an entry repeats nothing."""
        return None if self.time is None else (self.time.ns, self.variant, json.dumps(self.fields, sort_keys=True))


def entry_of(path: str, line: int, given: JSON) -> Entry:
    ((variant, fields),) = given["event"].items()
    own = dict(fields) if isinstance(fields, dict) else {"": fields}
    return Entry(
        path,
        line,
        given["run_id"],
        given.get("export_name"),
        read_time(given.get("recorded_at")),
        variant,
        DEFAULTS.get(variant, {}) | own,
        given.get("origin") or "journal",
    )


def set_moments(entries: list[Entry]) -> None:
    """`recorded_at`, or the moment before it, or the next known one; for one run in one file."""
    times = [entry.time for entry in entries if entry.time is not None]
    before: Time | None = None
    for entry in entries:
        if entry.time is not None and (before is None or entry.time.ns >= before.ns):
            before = entry.time
        entry.moment = before if before is not None or not times else times[0]


def set_repeats(entries: list[Entry]) -> None:
    """In the order of the run: whatever an earlier entry equals is delivered again."""
    for number, entry in enumerate(entries):
        earlier = [other.identity for other in entries[:number]]
        entry.is_repeat = entry.identity is not None and entry.identity in earlier


def set_goes_back(entries: list[Entry]) -> None:
    """More than a second earlier than the moment before it; for one run in one file, without its repeats."""
    for before, entry in pairwise(entries):
        if entry.time is not None and before.moment is not None:
            entry.goes_back = before.moment.ns - entry.time.ns > SECOND


def in_order(logs: dict[str, list[JSON]], run_id: str) -> list[Entry]:
    """All entries of a run, repeats marked, merged by moment with ties by path."""
    files = []
    for path, lines in logs.items():
        own = [entry_of(path, number, line) for number, line in enumerate(lines, 1) if line["run_id"] == run_id]
        set_moments(own)
        files.append(own)
    entries = [entry for own in files for entry in own]
    merge(entries)
    set_repeats(entries)
    for own in files:
        once = [entry for entry in own if not entry.is_repeat]
        set_moments(once)
        set_goes_back(once)
    merge(entries)
    return entries


def merge(entries: list[Entry]) -> None:
    """By moment, ties by path; those of a file without any time stand at the run's first moment."""
    known = [entry.moment for entry in entries if entry.moment is not None]
    if known:
        earliest = min(known, key=lambda moment: moment.ns)
        for entry in entries:
            entry.moment = entry.moment or earliest
    entries.sort(key=lambda entry: (entry.moment.ns if entry.moment else 0, entry.path, entry.line))


# ---------------------------------------------------------------------------------------------------------- attempts


@dataclass
class Attempt:
    """One try at a chunk. `ends` are the events that ended it: every part of a completed one."""

    start: Entry | None
    ends: list[Entry]
    outcome: str

    @property
    def places(self) -> list[Entry]:
        return ([self.start] if self.start else []) + self.ends

    @property
    def ended_at(self) -> Time | None:
        return self.ends[-1].moment if self.ends else None

    def files(self) -> dict[str, list[Entry]]:
        """The completions of this attempt that name a file, by its name."""
        found: dict[str, list[Entry]] = {}
        for entry in self.ends:
            if self.outcome == "completed" and entry.fields["file_name"] is not None:
                found.setdefault(entry.fields["file_name"], []).append(entry)
        return found


# --------------------------------------------------------------------------------------------------------------- run


@dataclass
class Run:
    """A run at one moment: all answers are scans over `entries`, which hold neither repeats nor what came later."""

    run_id: str
    entries: list[Entry]
    repeats: int
    now: int
    stale_after: int

    # -- looking things up

    def all(self, *variants: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.variant in variants]

    def first(self, variant: str) -> Entry | None:
        return next(iter(self.all(variant)), None)

    def last(self, variant: str) -> Entry | None:
        return next(reversed(self.all(variant)), None)

    def fields(self, variant: str) -> list[JSON]:
        return [entry.fields for entry in self.all(variant)]

    def heard(self) -> list[Entry]:
        """What the run itself said: everything but ProducerSeen, if there is anything else."""
        return [entry for entry in self.entries if entry.variant != "ProducerSeen"] or self.entries

    @property
    def plan(self) -> JSON | None:
        entry = self.first("PlanResolved")
        return entry.fields if entry else None

    @property
    def outcome(self) -> JSON | None:
        entry = self.last("RunCompleted")
        return entry.fields if entry else None

    @property
    def succeeded(self) -> bool:
        return self.outcome is not None and self.outcome["status"] == "success"

    @property
    def export_name(self) -> str:
        named = [entry.export_name for entry in self.entries if entry.export_name is not None]
        if named:
            return named[0]
        if self.plan:
            return str(self.plan["export_name"])
        parts = re.fullmatch(r"(.+)_\d{8}T\d{6}\.\d{3}_\d+", self.run_id)
        return parts[1] if parts else "unknown"

    # -- chunks

    def folded_attempts(self, chunk: int) -> list[Attempt]:
        """The attempts of a chunk, an open one `running`."""
        attempts: list[Attempt] = []
        for entry in self.entries:
            latest = attempts[-1] if attempts else None
            is_open = latest is not None and latest.outcome == "running"
            if entry.variant in {"RetryAttempted", "RunCompleted"}:
                if latest and is_open:
                    latest.outcome = "interrupted"
                    latest.ends.append(entry)
                continue
            if entry.fields.get("chunk_index") != chunk:
                continue
            if entry.variant == "ChunkStarted":
                if latest and is_open:
                    latest.outcome = "interrupted"
                    latest.ends.append(entry)
                attempts.append(Attempt(entry, [], "running"))
            elif entry.variant == "ChunkCompleted":
                if latest and latest.outcome in {"running", "completed"}:
                    latest.outcome = "completed"
                    latest.ends.append(entry)
                else:
                    attempts.append(Attempt(None, [entry], "completed"))
            elif entry.variant == "ChunkFailed":
                if latest and is_open:
                    latest.outcome = "failed"
                    latest.ends.append(entry)
                else:
                    attempts.append(Attempt(None, [entry], "failed"))
        return attempts

    def attempts(self, chunk: int) -> list[Attempt]:
        """The attempts as shown: in a lost run an open one counts as interrupted, its end unknown."""
        attempts = self.folded_attempts(chunk)
        if self.outcome is None and self.verdict() == "lost":
            for attempt in attempts:
                if attempt.outcome == "running":
                    attempt.outcome = "interrupted"
        return attempts

    def chunks(self) -> list[int]:
        """Every chunk that is planned or has an attempt."""
        named = self.all("ChunkPlanned", "ChunkStarted", "ChunkCompleted", "ChunkFailed")
        return sorted({entry.fields["chunk_index"] for entry in named})

    def state(self, chunk: int) -> str:
        attempts = self.attempts(chunk)
        return attempts[-1].outcome if attempts else "pending"

    def has_trouble(self, chunk: int) -> bool:
        return any(attempt.outcome in {"failed", "interrupted"} for attempt in self.attempts(chunk))

    def chunk_counts(self) -> JSON:
        states = [self.state(chunk) for chunk in self.chunks()]
        recovered = [chunk for chunk in self.chunks() if self.state(chunk) == "completed" and self.has_trouble(chunk)]
        return {
            "seen": len([state for state in states if state != "pending"]),
            **{state: states.count(state) for state in ("pending", "running", "completed", "failed", "interrupted")},
            "recovered": len(recovered),
        }

    def chunk_rows(self, chunk: int) -> int:
        parts = [entry for entry in self.all("ChunkCompleted") if entry.fields["chunk_index"] == chunk]
        files = {entry.fields["file_name"] for entry in parts} - {None}
        nameless: list[int] = [entry.fields["rows"] for entry in parts if entry.fields["file_name"] is None]
        return sum(self.file_rows(name) for name in files) + sum(nameless)

    def chunk_keys(self, chunk: int) -> tuple[str | None, str | None]:
        for variant in ("ChunkStarted", "ChunkPlanned"):
            for entry in reversed(self.all(variant)):
                if entry.fields["chunk_index"] == chunk:
                    return entry.fields["start_key"], entry.fields["end_key"]
        return None, None

    def failures_recorded(self) -> bool | None:
        attempts = [attempt for chunk in self.chunks() for attempt in self.folded_attempts(chunk)]
        if not attempts:
            return None
        if any(attempt.outcome == "completed" and attempt.start is None for attempt in attempts):
            return False
        return bool(self.all("ChunkStarted", "ChunkFailed"))

    def chunks_total(self) -> int | None:
        for fields in reversed(self.fields("Progress")):
            if fields["chunks_total"] is not None:
                return int(fields["chunks_total"])
        return len({fields["chunk_index"] for fields in self.fields("ChunkPlanned")}) or None

    def failed_chunks(self) -> list[JSON]:
        return [self.failed_chunk(chunk) for chunk in self.chunks() if self.has_trouble(chunk)]

    def failed_chunk(self, chunk: int) -> JSON:
        start_key, end_key = self.chunk_keys(chunk)
        return {
            "chunk_index": chunk,
            "state": self.state(chunk),
            "start_key": start_key,
            "end_key": end_key,
            "rows": self.chunk_rows(chunk),
            "attempts": [
                {
                    "number": number,
                    "started_at": text(attempt.start.moment if attempt.start else None),
                    "ended_at": text(attempt.ended_at),
                    "outcome": attempt.outcome,
                    "error": attempt.ends[-1].fields["error"] if attempt.outcome == "failed" else None,
                    "evidence": [entry.place for entry in attempt.places],
                }
                for number, attempt in enumerate(self.attempts(chunk), 1)
            ],
        }

    # -- files, rows, bytes

    def naming(self, name: str) -> list[Entry]:
        """The events that name this file."""
        return [entry for entry in self.written() if entry.fields["file_name"] == name]

    def written(self) -> list[Entry]:
        """The events that name any file."""
        return [e for e in self.all("FileWritten", "ChunkCompleted") if e.fields["file_name"] is not None]

    def file_names(self) -> list[str]:
        return sorted({entry.fields["file_name"] for entry in self.written()})

    def file_rows(self, name: str) -> int:
        events = self.naming(name)
        said = [entry for entry in events if entry.variant == "FileWritten"] or events
        return int(said[0].fields["rows"])

    def file_bytes(self, name: str) -> int | None:
        sizes: list[int] = [e.fields["bytes"] for e in self.naming(name) if e.variant == "FileWritten"]
        return sizes[0] if sizes else None

    def volume(self) -> JSON:
        progress = self.last("Progress")
        if self.all("FileWritten", "ChunkCompleted"):
            nameless = [e.fields["rows"] for e in self.all("ChunkCompleted") if e.fields["file_name"] is None]
            sizes = [self.file_bytes(name) for name in self.file_names()]
            known = [size for size in sizes if size is not None]
            return {
                "files": len(sizes),
                "rows": sum(self.file_rows(name) for name in self.file_names()) + sum(nameless),
                "bytes": sum(known) if known else None,
                "files_without_bytes": sizes.count(None),
            }
        if progress:
            return {key: progress.fields[key] for key in ("files", "rows", "bytes")} | {"files_without_bytes": 0}
        nothing = 0 if self.plan else None
        return {"files": nothing, "rows": nothing, "bytes": None, "files_without_bytes": 0}

    # -- checks

    def files_after_validation(self) -> list[Entry]:
        result = self.last("ValidationResult")
        if result is None:
            return []
        return [entry for entry in self.written() if self.entries.index(entry) > self.entries.index(result)]

    def not_there(self, check: str) -> str:
        """The word for a check without a result: `validate` or `reconcile`."""
        if self.plan is None:
            return "unknown"
        return "not_reported" if self.plan[check] else "not_asked"

    def validation(self) -> str:
        result = self.last("ValidationResult")
        if result is None:
            return self.not_there("validate")
        if not result.fields["passed"]:
            return "failed"
        return "passed_partly" if self.files_after_validation() else "passed"

    def reconciliation(self) -> JSON:
        result = self.last("ReconciliationResult")
        if result is None:
            state = self.not_there("reconcile")
            return {"state": state, "source_count": None, "exported_rows": None, "delta": None}
        source, exported = result.fields["source_count"], result.fields["exported_rows"]
        matched = result.fields["matched"] and source == exported
        return {
            "state": "matched" if matched else "mismatched",
            "source_count": source,
            "exported_rows": exported,
            "delta": exported - source,
        }

    # -- the verdict

    def silence(self) -> int | None:
        last = self.heard()[-1]
        since = last.time or last.moment
        return None if since is None else max(0, self.now - since.ns)

    def usual(self) -> int:
        heard = self.heard()
        gaps = [
            entry.moment.ns - before.moment.ns
            for before, entry in pairwise(heard)
            if entry.variant in SHOWS_PROGRESS and entry.moment is not None and before.moment is not None
        ]
        longest = max(gaps, default=0)
        limit = max(3 * longest, 30 * SECOND) if longest > SECOND else self.stale_after // 2
        retry = self.last("RetryAttempted")
        return limit + (retry.fields["backoff_ms"] * 10**6 if retry else 0)

    def producer(self) -> str:
        """`alive`, `gone`, or `unknown` where nobody said or an event came after it was said to be gone."""
        seen = self.last("ProducerSeen")
        if seen is None:
            return "unknown"
        until = read_time(seen.fields["until"])
        if until is None or until.ns > self.now:
            return "alive"
        later = [entry for entry in self.heard() if entry.variant != "ProducerSeen"]
        return "unknown" if any(e.moment is not None and e.moment.ns > until.ns for e in later) else "gone"

    def verdict(self) -> str:
        if self.outcome is None:
            silence, producer = self.silence(), self.producer()
            if producer == "gone":
                return "lost"
            if silence is None:
                return "stalled"
            if silence <= self.usual():
                return "running"
            return "lost" if silence >= self.stale_after and producer != "alive" else "stalled"
        if self.outcome["status"] == "skipped":
            return "skipped"
        if self.outcome["status"] != "success":
            return "failed"
        if any(finding["severity"] == "contradiction" for finding in self.findings()):
            return "contradicted"
        return "degraded" if self.all("QualityIssue", "SchemaChanged", "Warning") else "succeeded"

    # -- findings: each gives its evidence, or None where it is not raised

    def reconcile_mismatch(self) -> list[Entry] | None:
        result = self.last("ReconciliationResult")
        return [result] if result and self.reconciliation()["state"] == "mismatched" else None

    def reconcile_rows(self) -> list[Entry] | None:
        result, rows = self.last("ReconciliationResult"), self.volume()["rows"]
        told = any(event.variant == "RunStarted" and event.fields.get("resumes") for event in self.entries)
        resumed = told or (self.plan is not None and self.plan["resume"])
        if result is None or rows is None or resumed or result.fields["exported_rows"] == rows:
            return None
        return [result]

    def validation_failed(self) -> list[Entry] | None:
        result = self.last("ValidationResult")
        return [result] if result and not result.fields["passed"] else None

    def quality_fail(self) -> list[Entry] | None:
        issues = [entry for entry in self.all("QualityIssue") if entry.fields["severity"] == "FAIL"]
        return issues if self.succeeded and issues else None

    def chunk_unresolved(self) -> list[Entry] | None:
        unresolved = [chunk for chunk in self.chunks() if self.folded_state(chunk) != "completed"]
        if not self.succeeded or not unresolved:
            return None
        evidence = []
        for chunk in unresolved:
            attempts = self.folded_attempts(chunk)
            planned = [entry for entry in self.all("ChunkPlanned") if entry.fields["chunk_index"] == chunk][-1:]
            evidence += attempts[-1].places if attempts else planned
        return evidence

    def folded_state(self, chunk: int) -> str:
        attempts = self.folded_attempts(chunk)
        return attempts[-1].outcome if attempts else "pending"

    def chunk_written_twice(self) -> list[Entry] | None:
        evidence = []
        for chunk in self.chunks():
            files = [attempt.files() for attempt in self.folded_attempts(chunk)]
            for one in files:
                for other in files:
                    mine, theirs = one.keys() - other.keys(), other.keys() - one.keys()
                    if mine and theirs:
                        evidence += [entry for name in mine for entry in one[name]]
        return evidence or None

    def rows_disagree(self) -> list[Entry] | None:
        twofold = [n for n in self.file_names() if len({entry.fields["rows"] for entry in self.naming(n)}) > 1]
        return [entry for name in twofold for entry in self.naming(name)] or None

    def after_end(self) -> list[Entry] | None:
        ends = self.all("RunCompleted")
        if not ends:
            return None
        end = ends[0].time or ends[0].moment
        behind = [
            entry
            for entry in self.entries[self.entries.index(ends[0]) + 1 :]
            if entry.has_number
            and entry.variant != "RunCompleted"
            and entry.origin != "tables"
            and (entry.time is None or end is None or entry.time.ns > end.ns)
        ]
        if len({entry.fields["status"] for entry in ends}) > 1:
            behind += ends
        return behind or None

    def check_not_reported(self) -> list[Entry] | None:
        words = (self.validation(), self.reconciliation()["state"])
        plan = self.first("PlanResolved")
        return [plan] if plan and self.succeeded and "not_reported" in words else None

    def validation_partial(self) -> list[Entry] | None:
        result, after = self.last("ValidationResult"), self.files_after_validation()
        return [result, *after] if result and after and self.succeeded else None

    def clock_backwards(self) -> list[Entry] | None:
        return [entry for entry in self.entries if entry.goes_back] or None

    def no_plan(self) -> list[Entry] | None:
        return [] if self.plan is None else None

    def time_unknown(self) -> list[Entry] | None:
        return [entry for entry in self.entries if entry.time is None] or None

    def findings(self) -> list[JSON]:
        contradictions: list[Callable[[], list[Entry] | None]] = [
            self.reconcile_mismatch, self.reconcile_rows, self.validation_failed, self.quality_fail,
            self.chunk_unresolved, self.chunk_written_twice, self.rows_disagree, self.after_end,
        ]  # fmt: skip
        gaps: list[Callable[[], list[Entry] | None]] = [
            self.check_not_reported, self.validation_partial, self.clock_backwards, self.no_plan, self.time_unknown,
        ]  # fmt: skip
        found = []
        for severity, questions in (("contradiction", contradictions), ("gap", gaps)):
            for question in questions:
                evidence = question()
                if evidence is not None:
                    numbers = sorted({self.entries.index(entry) for entry in evidence})
                    places = [self.entries[number].place for number in numbers[:PLACES]]
                    found.append({"code": question.__name__, "severity": severity, "evidence": places})
        return found

    # -- the whole

    def summary(self, at: JSON | None) -> JSON:
        heard = self.heard()
        started, latest = heard[0].moment, heard[-1].moment
        end = self.last("RunCompleted")
        elapsed = (latest.ns - started.ns) // 10**6 if started and latest else None
        retries = self.fields("RetryAttempted")
        return {
            "run_id": self.run_id,
            "export_name": self.export_name,
            "verdict": self.verdict(),
            "started_at": text(started),
            "last_event_at": text(latest),
            "ended_at": text(end.moment if end else None),
            "duration_ms": end.fields["duration_ms"] if end else elapsed,
            "events": len([entry for entry in self.entries if entry.has_number]),
            "repeats": self.repeats,
            "at": at,
            "planned": {
                "plan": self.plan,
                "chunks_total": self.chunks_total(),
                "warnings": self.fields("PlanWarning"),
            },
            "happened": {
                "chunks": self.chunk_counts(),
                "chunk_failures": len(self.all("ChunkFailed")),
                "failures_recorded": self.failures_recorded(),
                "retries": len(retries),
                "backoff_ms": sum(fields["backoff_ms"] for fields in retries),
                **self.volume(),
            },
            "degraded": {
                "quality": self.fields("QualityIssue"),
                "schema_changes": self.fields("SchemaChanged"),
                "warnings": self.fields("Warning"),
                "parallelism": self.fields("ParallelismAdjusted"),
            },
            "succeeded": {"validation": self.validation(), "reconciliation": self.reconciliation()},
            "outcome": self.outcome,
            "findings": self.findings(),
            "failed_chunks": self.failed_chunks(),
        }


def text(time: Time | None) -> str | None:
    return None if time is None else str(time)


# ------------------------------------------------------------------------------------------------------- the summary


def cut(entries: list[Entry], at: int | None, event: int | None) -> tuple[list[Entry], Time | None]:
    """What of a run belongs to T or to its first n events, and the instant that is asked about."""
    if event is not None:
        numbered = [number for number, entry in enumerate(entries) if entry.has_number and not entry.is_repeat]
        if not numbered:
            return [], None
        last = numbered[min(event, len(numbered)) - 1]
        return entries[: last + 1], entries[last].moment
    if at is not None:
        return [entry for entry in entries if entry.moment is None or entry.moment.ns <= at], exact(at)
    return entries, None


def summarise(
    logs: dict[str, list[JSON]],
    now: int,
    at: int | None = None,
    stale_after: int = STALE_AFTER,
    event: int | None = None,
) -> list[JSON]:
    """The `runs` of the summary.

    `logs` has the parsed lines of each file. Times are ns since the epoch: `now` is the clock's, `at` the T that was
    asked for; `event` stands for `--at '#n'`.
    """
    summaries: list[tuple[int, str, JSON]] = []
    for run_id in {line["run_id"] for lines in logs.values() for line in lines}:
        entries, moment = cut(in_order(logs, run_id), at, event)
        if not any(entry.is_known for entry in entries):
            continue
        live = at is None and event is None
        folded = [entry for entry in entries if not entry.is_repeat]
        clock = now if live or moment is None else moment.ns
        run = Run(run_id, folded, len(entries) - len(folded), clock, stale_after)
        numbers = len([entry for entry in folded if entry.has_number])
        summary = run.summary(None if live else {"time": text(moment), "event": numbers})
        started = run.heard()[0].moment
        summaries.append((-started.ns if started else 1, run_id, summary))
    return [summary for _, _, summary in sorted(summaries, key=lambda found: found[:2])]
