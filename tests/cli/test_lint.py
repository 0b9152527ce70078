"""`runwatch lint`: every line that could not be used and every event that is not known, with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.calling import SAMPLES, call, ended, line, log


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_problem_and_unknown_event_is_told_with_file_and_line() -> None:
    missing = {"PlanWarning": {"rule": "r"}}
    log(Path("b.jsonl"), line(ended()), "nonsense", line({"Teleported": {}}))
    log(Path("a.jsonl"), line(missing))
    result = call("lint", "b.jsonl", "a.jsonl")
    assert result.stdout.splitlines() == [
        "a.jsonl:1: PlanWarning.message: missing",
        "b.jsonl:2: not JSON: expecting value at column 1",
        "b.jsonl:3: unknown event Teleported",
    ]
    assert result.stderr == "2 logs, 2 events, 2 problems, 1 unknown event\n"
    assert result.exit_code == 1


def test_clean_logs_say_so_on_stderr_only() -> None:
    log(Path("a.jsonl"), line(ended()))
    result = call("lint", "a.jsonl")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "1 log, 1 event, no problems\n")


def test_a_directory_of_documents_holds_logs() -> None:
    """rivet's journals, as they come: one is whole, one has an entry that nobody can use."""
    entry = {"recorded_at": "2026-11-23T18:00:00Z", "event": ended()}
    log(Path("a.json"), json.dumps({"run_id": "r", "entries": [entry]}))
    result = call("lint", ".")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "1 log, 1 event, no problems\n")
    log(Path("b.json"), json.dumps({"run_id": "q", "entries": [entry, {"event": 5}]}))
    result = call("lint", ".")
    assert (result.exit_code, result.stdout) == (1, "./b.json:1: entry 2: event: expected an object, found 5\n")
    assert result.stderr == "2 logs, 2 events, 1 problem\n"


def test_of_a_document_the_line_and_the_entry_are_told() -> None:
    entries = [{"event": ended()}, {"event": {"Teleported": {}}}, {"event": {"Warning": {}}}]
    log(Path("a.jsonl"), line(ended()), json.dumps({"run_id": "r", "entries": entries}))
    assert call("lint", "a.jsonl").stdout.splitlines() == [
        "a.jsonl:2: entry 2: unknown event Teleported",
        "a.jsonl:2: entry 3: Warning.context: missing",
    ]


def test_all_problems_are_listed_however_many_there_are() -> None:
    """The summary keeps the first; a check must not."""
    log(Path("a.jsonl"), *["x"] * 10_050)
    assert len(call("lint", "a.jsonl").stdout.splitlines()) == 10_050


def test_a_name_with_a_line_break_takes_one_line() -> None:
    """One problem a line, or nobody can count them."""
    log(Path("a.jsonl"), line({"Tele\nported\x1b": {}}))
    assert call("lint", "a.jsonl").stdout == "a.jsonl:1: unknown event Tele ported␛\n"


def test_where_no_log_is_nothing_can_be_called_clean(tmp_path: Path) -> None:
    result = call("lint", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no runs in" in result.stderr


def test_the_samples_have_the_problems_that_their_readme_tells_of() -> None:
    found = [each.split(": ")[0].rpartition(":")[2] for each in call("lint", SAMPLES).stdout.splitlines()]
    assert found == ["2", "4", "5", "7", "8", "10"]
