"""Logs made up by hypothesis, and the program run on them.

The logs are valid line for line and wild otherwise: runs that share files, files that share runs, times that run
backwards or are missing, events delivered twice, outcomes in the middle. All values come from small sets, so that
chunks, files and instants meet often.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner, Result
from hypothesis import strategies as st

from runwatch.cli import main

JSON = dict[str, Any]
Logs = dict[str, list[JSON]]

MS = 10**6
SECOND = 10**9
MINUTE = 60 * SECOND
BEGIN = 1_591_000_000 * SECOND + 123_456_789
"""A moment in 2020, long past: whatever has no outcome has been silent for years."""

FILES = ("a.jsonl", "b.ndjson", "sub/c.jsonl")

# ------------------------------------------------------------------------------------------------- the program, run


def invoke(paths: Sequence[str], *options: str) -> Result:
    """`runwatch summary --format json` in this process."""
    return CliRunner().invoke(main, ["summary", "--format", "json", "--no-cache", *options, *paths])


def run_summary(paths: Sequence[str], *options: str) -> JSON:
    """What the summary says, whatever its exit code."""
    result = invoke(paths, *options)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    try:
        summary = json.loads(result.stdout)
    except ValueError:
        raise AssertionError(f"exit {result.exit_code}: {result.output}") from None
    assert isinstance(summary, dict)
    return summary


@contextmanager
def written(logs: Logs) -> Iterator[list[str]]:
    """The logs as files in the working directory, so that places are the same everywhere; their paths."""
    with TemporaryDirectory() as folder, chdir(folder):
        for path, lines in logs.items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        yield list(logs)


EVENTS_OWN = {"plan", "outcome", "warnings", "quality", "schema_changes", "parallelism"}


def of_contract(said: Any, expected: Any) -> Any:
    """What was said, without keys that were not expected: new ones may come, but not among an event's own fields."""
    if isinstance(said, dict) and isinstance(expected, dict):
        return {k: v if k in EVENTS_OWN else of_contract(v, expected[k]) for k, v in said.items() if k in expected}
    if isinstance(said, list) and isinstance(expected, list) and len(said) == len(expected):
        return [of_contract(one, other) for one, other in zip(said, expected, strict=True)]
    return said


# ------------------------------------------------------------------------------------------------------------ events

texts = st.sampled_from(["", "plain", "two\nlines", "error: ünïcode × 55.6", '"quoted" \\ and {"not": "json"}'])
rows = st.sampled_from([0, 5, 5, 10])
counts = st.sampled_from([0, 5, 10, 15, 20])
maybe_counts = st.none() | counts
chunk_indexes = st.integers(0, 2)
file_names = st.sampled_from([f"orders-{number}.parquet" for number in range(3)])
keys = st.sampled_from(["1", "250000", "a key"])
flags = st.booleans()
milliseconds = st.sampled_from([0, 500, 15_250, 40_000])
extras: st.SearchStrategy[JSON] = st.just({}) | st.just({"noted": [1, 2.5, None, {"deep": True}]})


def fields(required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[JSON]:
    """Fields of an event, now and then with one more than the vocabulary knows."""
    own = st.fixed_dictionaries(required, optional=optional)
    return st.tuples(own, extras).map(lambda pair: pair[0] | pair[1])


def instants(*offsets: int) -> st.SearchStrategy[str]:
    return st.sampled_from([rfc3339(BEGIN + offset, 9, 0) for offset in offsets])


def rfc3339(ns: int, digits: int, offset_minutes: int) -> str:
    """An instant as a log writes it, cut to this many fractional digits."""
    whole, fraction = divmod(ns, SECOND)
    zone = timezone(timedelta(minutes=offset_minutes))
    clock = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=whole)).astimezone(zone)
    sign, minutes = ("-", -offset_minutes) if offset_minutes < 0 else ("+", offset_minutes)
    suffix = f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" if offset_minutes else "Z"
    return clock.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction:09d}"[: digits + 1] if digits else "") + suffix


def variants() -> dict[str, st.SearchStrategy[JSON]]:
    """Fields for each of the eighteen variants, and for one that nobody knows."""
    chunk = {"chunk_index": chunk_indexes}
    span = {"start_key": keys, "end_key": keys}
    plan: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(
        ["export_name", "base_query", "strategy", "format", "compression", "destination_type", "tuning_profile"],
        st.just("orders"),
    )
    rarely = st.sampled_from([False, False, True])
    plan |= {"batch_size": counts, "validate": flags, "reconcile": flags, "resume": rarely}
    row_hash = st.none() | st.just({"column": "h", "covered": True, "render": "xxh3"})
    progress = dict.fromkeys(["chunks_total", "chunks_done", "rows", "files", "bytes"], maybe_counts)
    outcome = {"status": st.sampled_from(["success", "success", "success", "failed", "skipped", "half done"])}
    seen = {"host": st.just("host"), "pid": st.just(7), "superseded_by": st.none() | st.just("orders_later")}
    until = st.none() | instants(0, SECOND, MINUTE, 40 * MINUTE)
    return {
        "PlanResolved": fields(plan, chunk_key=st.none() | keys, resumable=flags, row_hash=row_hash),
        "PlanWarning": fields({"rule": texts, "message": texts}),
        "FileWritten": fields({"file_name": file_names, "rows": rows, "bytes": counts, "part_index": chunk_indexes}),
        "ChunkStarted": fields(chunk | span),
        "ChunkCompleted": fields(chunk | {"rows": rows}, file_name=st.none() | file_names),
        "ChunkFailed": fields(chunk | {"error": texts, "attempt": st.just(1)}),
        "RetryAttempted": fields({"attempt": chunk_indexes, "reason": texts, "backoff_ms": milliseconds}),
        "QualityIssue": fields({"severity": st.sampled_from(["FAIL", "WARN"]), "message": texts}),
        "SchemaChanged": st.just({"added": ["d (Float64)"], "removed": ["a"], "type_changed": [["c", "Int", "Utf8"]]}),
        "Warning": fields({"context": texts, "message": texts}),
        "ParallelismAdjusted": fields({"from": counts, "to": counts, "reason": texts}),
        "ValidationResult": fields({"passed": flags}),
        "ReconciliationResult": fields({"source_count": counts, "exported_rows": counts, "matched": flags}),
        "RunCompleted": fields(outcome | {"duration_ms": milliseconds}, error_message=st.none() | texts),
        "RunStarted": fields({"destination": texts, "resumes": st.none() | texts}),
        "ChunkPlanned": fields(chunk | span),
        "Progress": fields(progress),
        "ProducerSeen": fields(seen | {"until": until}),
        "ChunkTeleported": st.just({"chunk_index": 1, "file_name": "orders-0.parquet", "rows": 99, "why": None}),
    }


def tagged(name: str, own: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    """An event in the externally tagged form."""
    return own.map(lambda given: {name: given})


EVENTS = {name: tagged(name, own) for name, own in variants().items()}

TOGETHER = [
    ["ChunkStarted", "ChunkCompleted"],
    ["ChunkStarted", "ChunkStarted", "ChunkCompleted", "ChunkCompleted", "ChunkFailed", "RetryAttempted"],
    ["ChunkPlanned", "ChunkStarted", "ChunkCompleted", "ChunkCompleted", "RunCompleted"],
    ["ChunkCompleted", "FileWritten", "RunCompleted"],
    ["PlanResolved", "FileWritten", "ValidationResult", "ReconciliationResult", "RunCompleted"],
    ["PlanResolved", "QualityIssue", "SchemaChanged", "Warning", "ParallelismAdjusted", "RunCompleted"],
    ["PlanResolved", "ChunkPlanned", "Progress", "ProducerSeen", "ChunkStarted", "ChunkCompleted"],
]
"""Variants that say more beside one another."""

# -------------------------------------------------------------------------------------------------------------- logs


@dataclass(frozen=True)
class Line:
    """A line before it is written: `ns` is where the log's clock stood, `time` how it is told."""

    run: int
    file: int
    event: JSON
    ns: int
    time: tuple[int, int] | str | None
    origin: str | None

    def as_json(self) -> JSON:
        line: JSON = {"run_id": f"orders{self.run}_20200601T082640.123_{self.run}", "export_name": f"orders{self.run}"}
        if self.time != "missing":
            told = rfc3339(self.ns, *self.time) if isinstance(self.time, tuple) else self.time
            line["recorded_at"] = told
        if self.origin is not None:
            line["origin"] = self.origin
        return line | {"event": self.event}


onward = st.sampled_from([0, 1, 700, MS, 300 * MS, SECOND, SECOND + 1, 2 * SECOND, 12 * SECOND, 11 * MINUTE])
back = st.sampled_from([-1, -500 * MS, -SECOND, -SECOND - 1, -3 * SECOND, -90 * SECOND])
precise = st.just((9, 0))
coarse = st.tuples(st.sampled_from([0, 3, 6, 9]), st.sampled_from([0, 120, -330]))
missing = st.sampled_from([None, "missing", "soon"])
origins = st.sampled_from([None, None, None, "journal", "tables", "stream"])


@st.composite
def lines(draw: st.DrawFn, *, runs: int, files: int) -> list[Line]:
    """Lines in the order of writing, some of them earlier ones again.

    Each log has a handful of variants and manners only: logs with everything in them are all alike.
    """
    names = draw(st.sampled_from(TOGETHER)) + draw(st.lists(st.sampled_from(list(EVENTS)), max_size=4))
    steps = draw(st.sampled_from([onward, onward | onward | back, onward | back]))
    told = draw(st.sampled_from([precise, precise | coarse, precise | precise | missing, precise | coarse | missing]))
    new = st.tuples(
        st.integers(0, runs - 1),
        st.integers(0, files - 1),
        st.sampled_from(names).flatmap(EVENTS.__getitem__),
        steps,
        told,
        origins,
    )
    again = st.tuples(st.integers(0, 50), st.integers(0, files - 1), flags)
    kinds = draw(st.sampled_from([new, new | new | new | again]))
    size = draw(st.sampled_from([1, 4, 9, 14, 24]))
    made: list[Line] = []
    clock = BEGIN
    for step in [draw(new), *draw(st.lists(kinds, min_size=size, max_size=size))]:
        if len(step) == 6:
            run, file, event, moved, time, origin = step
            clock += moved
            made.append(Line(run, file, event, clock, time, origin))
        else:
            earlier, file, elsewhere = step
            line = made[earlier % len(made)]
            made.append(replace(line, file=file, time=(9, 120) if elsewhere and line.time == (9, 0) else line.time))
    return made


@st.composite
def logs(draw: st.DrawFn) -> Logs:
    """One to three runs in one to three files."""
    found: Logs = {}
    for line in draw(lines(runs=draw(st.integers(1, 3)), files=draw(st.integers(1, 3)))):
        found.setdefault(FILES[line.file], []).append(line.as_json())
    return found


@st.composite
def timed_beginnings(draw: st.DrawFn) -> list[JSON]:
    """One run in one file, of which the first line has a time and is an event."""
    first = {"PlanWarning": {"rule": "first", "message": "here it begins"}}
    beginning = Line(0, 0, first, BEGIN, (9, 0), None)
    return [line.as_json() for line in [beginning, *draw(lines(runs=1, files=1))]]


@st.composite
def silences(draw: st.DrawFn) -> tuple[list[JSON], int]:
    """A run without an outcome, and a T at or beside one of the lengths at which its silence changes its meaning.

    These are 30 s, three times its pace, `--stale-after` 90s or 30m and half of that, each with or without a backoff.
    """
    pace = draw(st.sampled_from([MS, SECOND, SECOND + 1, 12 * SECOND, 11 * MINUTE]))
    pairs = [("ChunkStarted", "ChunkCompleted"), ("FileWritten", "Progress"), ("ChunkFailed", "RetryAttempted")]
    names = draw(st.sampled_from(pairs))
    event = st.sampled_from(names).flatmap(EVENTS.__getitem__)
    made: list[Line] = []
    clock = BEGIN
    for happened, moved in draw(st.lists(st.tuples(event, st.sampled_from([MS, pace])), min_size=1, max_size=5)):
        clock += moved
        made.append(Line(0, 0, happened, clock, (9, 0), None))
    length = draw(st.sampled_from([30 * SECOND, 3 * pace, 45 * SECOND, 90 * SECOND, 15 * MINUTE, 30 * MINUTE]))
    backoff = draw(st.just(0) | milliseconds) * MS if "RetryAttempted" in names else 0
    at = clock + length + backoff + draw(st.sampled_from([-1, 0, 1]))
    if draw(flags):
        until = draw(st.none() | st.sampled_from([at - 1, at, at + 1, clock - 1, clock, BEGIN]))
        seen = {"host": "host", "pid": 7, "superseded_by": None, "until": until and rfc3339(until, 9, 0)}
        place = draw(st.integers(0, len(made)))
        when = made[max(place - 1, 0)].ns
        made.insert(place, Line(0, 0, {"ProducerSeen": seen}, when, (9, 0), None))
    return [line.as_json() for line in made], at


moments = st.tuples(
    st.integers(0, 30),
    st.sampled_from([
        0, -1, 1, SECOND, 30 * SECOND, 30 * SECOND + 1, 45 * SECOND, 46 * SECOND, 15 * MINUTE, 15 * MINUTE + 1,
        30 * MINUTE - 1, 30 * MINUTE, 34 * MINUTE, 120 * MINUTE,
    ]),
)  # fmt: skip
"""Which line's time to take, and how far from it."""
