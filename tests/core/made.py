"""Runs made by hand: events with the second they happened in, and states as data that can be compared."""

from __future__ import annotations

import json
import random
from array import array
from itertools import chain
from typing import Any

from benchmarks.logs import BEGIN, run_lines, stamps
from tests.strategies import Logs

from runwatch.core import events as ev
from runwatch.core.checkpoints import OWN, WORKED_OUT
from runwatch.core.decode import decode_line
from runwatch.core.events import Entry, Event, Problem
from runwatch.core.facts import Facts
from runwatch.core.files import Files
from runwatch.core.growth import count
from runwatch.core.index import RunLog
from runwatch.core.numbers import Numbers, Slots
from runwatch.core.places import Segment
from runwatch.core.run import RunState
from runwatch.core.runs import Moment, Run, Runs
from runwatch.core.series import Series
from runwatch.core.steps import Steps
from runwatch.core.times import SECOND

T0 = 1_795_456_800 * SECOND
"""2026-11-23T18:00:00Z."""
STALE_AFTER = 1800 * SECOND
RUN_ID = "orders_20261123T180000.000_7"

Step = tuple[float | None, Event]
"""Seconds behind `T0`, or None where the log does not say; and what happened."""


def segment(path: str = "orders.jsonl", *, chain: str = "", order: float = 0.0, identity: str = "orders") -> Segment:
    return Segment(0, path, chain or path, identity, order)


def ns(seconds: float | None) -> int | None:
    return None if seconds is None else T0 + round(seconds * SECOND)


def entry(seconds: float | None, event: Event, **fields: Any) -> Entry:
    given: dict[str, Any] = {"run_id": RUN_ID, "time": ns(seconds), "digits": 9} | fields
    return Entry(event=event, **given)


def feed(run: Run, place: Segment, *steps: Step, first_line: int = 1) -> Run:
    for line, (seconds, event) in enumerate(steps, first_line):
        run.feed(entry(seconds, event), place, line, None)
    return run


def run_of(*steps: Step) -> Run:
    """One run in one file."""
    return feed(Run(RUN_ID), segment(), *steps)


def moment_of(*steps: Step, now: float | None = None, stale_after: float = 1800) -> Moment:
    """That run live, the clock `now` seconds behind `T0`; without it at its last time."""
    known = [seconds for seconds, _ in steps if seconds is not None]
    at = ns(max(known, default=0) if now is None else now)
    assert at is not None
    moment = run_of(*steps).at(None, at, round(stale_after * SECOND))
    assert moment is not None
    return moment


# ------------------------------------------------------------------------------------------------------ logs of several

Fed = tuple[Entry | Problem, Segment, int]


def cut_in_segments(made: Logs, parts: int) -> list[list[Fed]]:
    """Each log as up to `parts` rotated segments, oldest first: the decoded lines of each."""
    found: list[list[Fed]] = []
    for path, lines in made.items():
        size = -(-len(lines) // parts)
        for part in range(parts):
            name = path if part == parts - 1 else f"{path}.{parts - 1 - part}"
            where = segment(name, chain=path, order=float(part), identity=path)
            own = lines[part * size : (part + 1) * size]
            pairs = enumerate((json.dumps(line).encode() for line in own), 1)
            found.append([(said, where, line) for line, data in pairs for said in decode_line(data, path)])
    return [fed for fed in found if fed]


def read(fed: list[Fed], *, look_at: Any = None) -> Runs:
    """Feed in this order; `look_at()` says when somebody looks at the states in between."""
    runs = Runs()
    for said, where, line in fed:
        runs.feed(said, where, line, 0)
        if look_at is not None and look_at():
            for run in runs.by_id.values():
                assert run.state.positions == len(run.log.order)
    return runs


def produced_lines(seed: int, count: int, chunks: int) -> list[bytes]:
    """Interleaved runs as the producer writes them."""
    rng = random.Random(seed)
    stamp = stamps(BEGIN, 10**8, rng)
    live = [run_lines(number, chunks, stamp, rng) for number in range(count)]
    lines = []
    while live:
        made = rng.choice(live)
        line = next(made, None)
        if line is None:
            live.remove(made)
        else:
            lines.append(line.encode())
    return lines


# -------------------------------------------------------------------------------------------------- events in short


def runs_of(made: Logs) -> Runs:
    """What these logs say, one file after the other."""
    runs = Runs()
    for path, lines in made.items():
        for line, value in enumerate(lines, 1):
            for said in decode_line(json.dumps(value).encode(), path):
                runs.feed(said, segment(path), line, 0)
    return runs


def plan(**fields: Any) -> ev.PlanResolved:
    given = dict.fromkeys(("validate", "reconcile", "resume"), False) | dict.fromkeys(
        ("export_name", "base_query", "strategy", "format", "compression", "destination_type", "tuning_profile"), "x"
    )
    return ev.PlanResolved(**{**given, "batch_size": 1000, **fields})


def started(chunk: int, low: str = "1", high: str = "9") -> ev.ChunkStarted:
    return ev.ChunkStarted(chunk_index=chunk, start_key=low, end_key=high)


def completed(chunk: int, rows: int = 10, file: str | None = None) -> ev.ChunkCompleted:
    return ev.ChunkCompleted(chunk_index=chunk, rows=rows, file_name=file)


def failed(chunk: int, error: str = "boom") -> ev.ChunkFailed:
    return ev.ChunkFailed(chunk_index=chunk, error=error, attempt=1)


def written(file: str, rows: int = 10, size: int = 100) -> ev.FileWritten:
    return ev.FileWritten(file_name=file, rows=rows, bytes=size, part_index=0)


def retry(backoff_ms: int = 0) -> ev.RetryAttempted:
    return ev.RetryAttempted(attempt=1, reason="lost connection", backoff_ms=backoff_ms)


def ended(status: str = "success", error: str | None = None) -> ev.RunCompleted:
    return ev.RunCompleted(status=status, duration_ms=5000, error_message=error)


def warning(message: str = "slow") -> ev.Warning:
    return ev.Warning(context="source", message=message)


def reconciled(source: int, exported: int, *, matched: bool = True) -> ev.ReconciliationResult:
    return ev.ReconciliationResult(source_count=source, exported_rows=exported, matched=matched)


def seen(until: float | None = None, superseded_by: str | None = None) -> ev.ProducerSeen:
    stamp = None if until is None else f"2026-11-23T18:{int(until) // 60:02d}:{int(until) % 60:02d}Z"
    return ev.ProducerSeen(host="here", pid=7, until=stamp, superseded_by=superseded_by)


# ----------------------------------------------------------------------------------------------------- states as data


def plain(value: Any) -> Any:
    """Anything of a state as lists, dicts and numbers."""
    if isinstance(value, array | bytearray | list | tuple | Steps):
        return list(value)
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, dict):
        return [(key, plain(inner)) for key, inner in value.items()]
    if isinstance(value, Numbers):
        return list(value)
    if isinstance(value, Facts):
        return None  # of the log, not of the state
    if isinstance(value, Slots):
        return value.count  # which they are stands in `indexes`
    if isinstance(value, Series):
        value._settle()
        return [value.origin, value.width, list(value._amounts)]
    if hasattr(value, "__slots__") or hasattr(value, "__dict__"):
        slots = chain.from_iterable(getattr(kind, "__slots__", ()) for kind in type(value).__mro__)
        names = tuple(slots) or vars(value)
        own = {name: plain(getattr(value, name)) for name in names if name not in OWN}
        if isinstance(value, Files):  # in which order their names were numbered is the reader's affair
            own |= {"changed": [], "numbers": [], "told": [value.told(row) for row in range(len(value))]}
        return own | {name: sorted(own[name]) for name in WORKED_OUT & own.keys()}
    return value


def state_of(state: RunState, log: RunLog) -> Any:
    """A state as plain data; two equal ones say the same of everything."""
    count(state, log)
    assert state.chunks.written_twice is not None  # what was put off is worked out
    return plain(state)


def whole(run: Run) -> Any:
    """All that a run is: its entries in their order, where each stands, its repeats, and its state."""
    state, log = run.state, run.log
    entries = [
        (
            str(log.place(position)),
            log.moments[position],
            log.time(position),
            log.digits_at(position),
            log.event(position),
        )
        for position in range(len(log.order))
    ]
    return entries, log.repeats, state_of(state, log)
