"""`runwatch` called on a database, as a user does: what it prints, and how it exits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sources.state.tables import Rivet


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a rivet has run: one run ended well, one is contradicted, one was killed."""
    rivet = Rivet(tmp_path / ".rivet_state.db")
    rivet.begin("well").end()
    bad = rivet.begin("bad")
    bad.file("bad.csv", 5, is_told=True)
    bad.end(validated=0)
    lost = rivet.begin("lost", chunks=2)
    lost.claim(0)
    rivet.begin("lost")
    rivet.close()
    (tmp_path / "rivet.yaml").write_text("exports: []\n", encoding="utf-8")
    return tmp_path


def runwatch(place: Path, *arguments: str | bytes) -> subprocess.CompletedProcess[str]:
    known = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR"}}
    environment = {**known, "XDG_CACHE_HOME": str(place / "cache"), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "runwatch", *arguments], cwd=place, env=environment, check=False, capture_output=True,
        encoding="utf-8", errors="surrogateescape", stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("path", [".rivet_state.db", "rivet.yaml", "."])
def test_a_summary_of_a_database_is_that_of_its_runs(place: Path, path: str) -> None:
    asked = runwatch(place, "summary", "--format", "json", path)
    runs = {run["export_name"]: run for run in json.loads(asked.stdout)["runs"] if run["export_name"] != "lost"}
    assert (asked.returncode, asked.stderr) == (1, "")
    assert {name: run["verdict"] for name, run in runs.items()} == {"well": "succeeded", "bad": "contradicted"}
    ((place_of_it,),) = [found["evidence"] for found in runs["bad"]["findings"] if found["code"] == "validation_failed"]
    assert place_of_it.partition("#")[2].startswith("bad_1_")
    assert sorted(path.name for path in place.iterdir()) == [".rivet_state.db", "cache", "rivet.yaml"]


def test_events_lint_and_watch_without_a_terminal_read_it_too(place: Path) -> None:
    events = runwatch(place, "events", ".", "--kind", "ValidationResult")
    assert [json.loads(line)["origin"] for line in events.stdout.splitlines()] == ["tables"]
    assert events.returncode == 0
    lint = runwatch(place, "lint", ".rivet_state.db")
    assert (lint.returncode, lint.stdout) == (0, "")
    watch = runwatch(place, "rivet.yaml")
    assert watch.returncode == 1
    assert "bad" in watch.stdout


@pytest.mark.parametrize("command", ["summary", "events", "lint"])
@pytest.mark.parametrize("path", [".rivet_state.db", "rivet.yaml"])
def test_one_that_is_not_there_is_said_to_be_in_one_line(tmp_path: Path, command: str, path: str) -> None:
    (tmp_path / "rivet.yaml").touch()
    asked = runwatch(tmp_path, command, path)
    assert (asked.returncode, asked.stdout) == (2, "")
    (said,) = asked.stderr.splitlines()
    assert said.startswith("runwatch: there is no .rivet_state.db: rivet makes it at its first run")


@pytest.mark.parametrize("path", [".", ".rivet_state.db"])
def test_one_that_cannot_be_read_is_a_problem_of_its_own(tmp_path: Path, path: str) -> None:
    (tmp_path / ".rivet_state.db").write_bytes(b"SQLite format 3\0, no more")
    lint = runwatch(tmp_path, "lint", path)
    assert lint.returncode == 1
    assert lint.stdout.endswith(".rivet_state.db: cannot read: it is no SQLite database\n")
    assert runwatch(tmp_path, "summary", path).returncode == 2


def test_one_without_a_run_says_that_there_is_none(tmp_path: Path) -> None:
    (tmp_path / ".rivet_state.db").touch()
    asked = runwatch(tmp_path, "events", ".")
    assert (asked.returncode, asked.stdout) == (2, "")
    (said,) = asked.stderr.splitlines()
    assert said.startswith("runwatch: no runs in .; ")


def test_a_newer_schema_is_said_once_and_read(place: Path) -> None:
    rivet = Rivet(place / "newer.db")
    rivet.execute("UPDATE schema_version SET version = 99")
    rivet.begin().end()
    rivet.close()
    asked = runwatch(place, "summary", "newer.db")
    assert asked.returncode == 0
    (said,) = asked.stderr.splitlines()
    assert said.endswith("state schema 99 is newer than 38, the one known: what it shares with it is read")


@pytest.mark.parametrize("name", ["a?b #%20", b"\xff\xfe"])
def test_any_directory_is_found(place: Path, name: str | bytes) -> None:
    directory = place / os.fsdecode(name)
    directory.mkdir()
    os.rename(place / ".rivet_state.db", directory / ".rivet_state.db")
    asked = runwatch(place, "summary", "--format", "json", os.fsencode(name))
    assert asked.returncode == 1
    assert len(json.loads(asked.stdout)["runs"]) == 4


def test_rows_that_tell_nothing_are_problems_and_the_others_are_read(place: Path) -> None:
    rivet = Rivet(place / "odd.db")
    rivet.begin("odd", chunks=1)
    rivet.begin("well").end()
    rivet.execute("UPDATE chunk_task SET chunk_index = 'x'")
    rivet.close()
    lint = runwatch(place, "lint", "odd.db")
    (said,) = lint.stdout.splitlines()
    assert said.startswith("odd.db: chunk_task, a row of odd_0_")
    assert said.endswith(": chunk_index: expected a whole number, found something else")
    assert lint.returncode == 1
