"""Any legal history of a rivet's tables, and what it must have come to."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

from tests.session.scripted import ScriptedSource, block
from tests.sources.state.tables import MOST, Rivet, Work, kinds

from runwatch.report.json import document
from runwatch.report.summary import summary_of
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session

JSON = dict[str, Any]
Look = Callable[[], object]


def happen(rivet: Rivet, rng: random.Random, look: Look) -> None:
    """One to four runs; `look` is called between any two of rivet's transactions."""
    for _ in range(rng.randint(1, 4)):
        export = rng.choice(["orders", "orders", "users"])
        work = rivet.begin(export, chunks=rng.choice([0, 1, 3, 3, 5]), parallel=rng.random() < 0.5)
        look()
        kind = _chunks if work.tasks("pending", "running", "completed", "failed") else _whole_run
        kind(work, rng, look)


def _whole_run(work: Work, rng: random.Random, look: Look) -> None:
    for number in range(rng.randint(0, 2)):
        if rng.random() < 0.15:
            return
        work.file(f"{work.run_id}_{number}.csv", rng.randint(1, 50), is_told=True)
        look()
    if rng.random() < 0.85:
        _end(work, rng, look, rng.choice(["success", "success", "failed", "skipped"]))


def _chunks(work: Work, rng: random.Random, look: Look) -> None:
    workers = rng.randint(1, 3) if work.parallel else 1
    while True:
        todo = [(index, tries) for index, tries, status in work.tasks("pending", "failed") if tries < MOST]
        running = work.tasks("running")
        if rng.random() < 0.04:
            return  # killed
        if todo and len(running) < workers:
            work.claim(rng.choice(todo)[0])
        elif running:
            _go_on(work, rng, *rng.choice(running)[:2])
        else:
            break
        look()
    _end(work, rng, look, "failed" if work.tasks("failed") else "success")


def _go_on(work: Work, rng: random.Random, index: int, attempt: int) -> None:
    match rng.choice(["complete", "complete", "parts", "empty", "fail", "fail for good"]):
        case "complete":
            work.complete(index, rng.randint(1, 50))
        case "parts":
            work.complete(index, *(rng.randint(1, 50) for _ in range(rng.randint(2, 3))))
        case "empty":
            work.complete(index)
        case "fail":
            work.fail(index, f"chunk {index}, attempt {attempt} of {work.run_id}")
        case _:
            work.fail(index, f"chunk {index}, attempt {attempt} of {work.run_id}", for_good=rng.random() < 0.3)


def _end(work: Work, rng: random.Random, look: Look, status: str) -> None:
    matched = rng.choice([None, True, False])
    values: JSON = {} if status == "skipped" else {
        "validated": rng.choice([None, 0, 1]),
        "reconciled": matched,
        "source_count": None if matched is None else work.rows + (not matched),
        "quality_passed": rng.choice([None, None, 1, 0 if status == "failed" else 1]),
    }  # fmt: skip
    if rng.random() < 0.05:
        return
    work.journal(status)
    look()
    if rng.random() < 0.05:
        return
    work.status(status)
    look()
    if rng.random() < 0.95:
        work.result(status, **values)
        look()


def folded(logs: Iterable[list[JSON]], now: int) -> dict[str, JSON]:
    """The summary of each run, of a log each."""
    polls = [block(*log) for log in logs if log]
    session = Session(ScriptedSource(polls), ManualClock(now))
    session.read(session.source.poll())
    assert session.runs.problems == []
    summary = json.loads(json.dumps(document(summary_of(session))))
    return {run["run_id"]: run for run in summary["runs"]}


def come_to(run: JSON, log: list[JSON]) -> JSON:
    """What does not depend on when one looked."""
    happened, succeeded = dict(run["happened"]), run["succeeded"]
    for name in ("chunk_failures", "failures_recorded"):
        happened.pop(name)
    happened["chunks"] = {name: n for name, n in happened["chunks"].items() if name not in {"recovered", "seen"}}
    return {
        "verdict": run["verdict"], "outcome": run["outcome"], "happened": happened, "succeeded": succeeded,
        "plan": run["planned"], "quality": run["degraded"]["quality"],
        "findings": sorted(found["code"] for found in run["findings"] if found["code"] != "time_unknown"),
        "parts": sorted((f["chunk_index"], f["file_name"] or "", f["rows"]) for f in kinds(log, "ChunkCompleted")),
        "files": sorted((f["file_name"], f["rows"], f["bytes"]) for f in kinds(log, "FileWritten")),
    }  # fmt: skip
