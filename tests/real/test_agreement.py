"""What the state database comes to is what the journal comes to, or the tables know better and each entry says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.real import scenarios
from tests.real.rivet import Project, Row
from tests.real.watching import invoked, summarised

pytestmark = pytest.mark.real
slow = pytest.mark.slow

SAME = (
    "export_name", "started_at", "ended_at", "duration_ms", "repeats", "planned.plan", "planned.warnings",
    "happened.files", "happened.rows", "happened.retries", "happened.backoff_ms", "happened.chunks.completed",
    "happened.chunks.recovered", "degraded", "succeeded.reconciliation", "outcome",
)  # fmt: skip
"""Of a run in the summary: what both know, and know alike."""


def at(run: Row, dotted: str) -> Any:
    found: Any = run
    for key in dotted.split("."):
        found = found[key]
    return found


def codes(run: Row) -> set[str]:
    return {finding["code"] for finding in run["findings"]}


def journals_in(folder: Path, project: Project) -> list[str]:
    """Each journal as a document of its own; their paths."""
    folder.mkdir()
    for number, journal in enumerate(project.journals()):
        (folder / f"{number}.json").write_text(json.dumps(journal))
    return [str(path) for path in sorted(folder.iterdir())]


def check_better(told: Row, journal: Row, project: Project) -> None:
    """Where they differ, the tables have what accounts for it."""
    run_id, names = told["run_id"], [f"'{name}'" for name in files_of(project, told["run_id"])]
    (size,) = project.rows(f"SELECT sum(bytes) AS bytes FROM file_log WHERE file_name IN ({', '.join(names)})")
    assert told["happened"]["bytes"] == (int(size["bytes"]) if size["bytes"] is not None else None)
    assert told["happened"]["files_without_bytes"] == 0
    hidden = told["happened"]["chunk_failures"] - journal["happened"]["chunk_failures"]
    failed = project.rows(f"SELECT 1 FROM chunk_task WHERE status = 'failed' AND run_id = '{run_id}'")
    assert hidden == max(0, len(failed) - journal["happened"]["chunk_failures"])
    assert told["happened"]["chunks"]["failed"] == len(failed)
    validated = project.metrics()[-1]["validated"] if run_id == project.journals()[-1]["run_id"] else None
    if validated is None:
        assert told["succeeded"]["validation"] == journal["succeeded"]["validation"]
    else:
        assert told["succeeded"]["validation"] == ("passed" if validated else "failed")
    more = {"validation_failed"} if validated is not None and not validated else set()
    assert codes(told) == codes(journal) - {"validation_partial"} | more
    is_worse = more and told["outcome"]["status"] == "success"
    assert told["verdict"] == ("contradicted" if is_worse else journal["verdict"])


def files_of(project: Project, run_id: str) -> list[str]:
    """The files that a run's journal names."""
    (journal,) = (found for found in project.journals() if found["run_id"] == run_id)
    events = [event for entry in journal["entries"] for event in entry["event"].values()]
    return list(dict.fromkeys(event["file_name"] for event in events if event.get("file_name"))) or [""]


def check_origins(project: Project) -> None:
    """No entry of a journal is missing, and what is in no journal says that it is from the tables."""
    told: dict[str, list[Row]] = {}
    for line in invoked("events", project.watched).splitlines():
        entry = json.loads(line)
        told.setdefault(entry["run_id"], []).append(entry)
    for journal in project.journals():
        entries, events = told[journal["run_id"]], [entry["event"] for entry in journal["entries"]]
        assert [event for event in events if event not in [entry["event"] for entry in entries]] == []
        own = [entry["event"] for entry in entries if entry.get("origin", "journal") == "journal"]
        assert [event for event in own if event not in events] == []
        assert {entry.get("origin", "journal") for entry in entries} <= {"journal", "tables"}


def check(project: Project, folder: Path) -> None:
    told, journals = summarised(project.watched), summarised(*journals_in(folder, project))
    assert journals
    for run_id, journal in journals.items():
        for key in SAME:
            assert at(told[run_id], key) == at(journal, key), (run_id, key)
        check_better(told[run_id], journal, project)
    for run_id in set(told) - set(journals):  # of a run without a journal nobody else can tell
        assert told[run_id]["verdict"] in ("lost", "running")
    check_origins(project)


def test_the_tables_know_a_hidden_failure_and_all_else_agrees(project: Project, tmp_path: Path) -> None:
    scenarios.failing_chunk(project)
    check(project, tmp_path / "journals")
    (run,) = summarised(project.watched).values()
    assert [chunk["chunk_index"] for chunk in run["failed_chunks"]] == [2]


ENDING = sorted(name for name in scenarios.SCENARIOS if name != "killed" and not name.endswith("_terminated"))
"""Scenarios with a journal, but for those that take a quarter of a minute."""


@slow
@pytest.mark.parametrize("name", ENDING)
def test_the_tables_agree_with_the_journal_or_know_better(name: str, project: Project, tmp_path: Path) -> None:
    scenarios.SCENARIOS[name](project)
    check(project, tmp_path / "journals")


IN_POSTGRES = ["checkpoint_parallel", "failing_chunk", "full", "killed_and_resumed", "killed_full", "part_vanished"]


@slow
@pytest.mark.parametrize("name", IN_POSTGRES)
def test_so_do_they_in_postgres(name: str, in_postgres: Project, tmp_path: Path) -> None:
    scenarios.SCENARIOS[name](in_postgres)
    check(in_postgres, tmp_path / "journals")
