"""Who is seen to work on a run: a process of this host, a lease, or nobody any more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.sources.state.tables import Rivet, kinds, watching

from runwatch.sources.state import producers
from runwatch.sources.state.database import Lease
from runwatch.sources.state.producers import Producers, is_rivet, pid_of
from runwatch.sources.state.rows import Status
from runwatch.sources.state.said import Said

NOW = 1_795_500_000 * 10**9
AT = "2026-11-24T06:00:00.000000000Z"


def status(name: str = "running", run_id: str = "orders_7", finished_at: str | None = None) -> Status:
    return Status(run_id, "orders", None, name, "2026-11-24T05:00:00+00:00", finished_at)


def fields(said: Said | None) -> dict[str, Any]:
    assert said is not None
    found: dict[str, Any] = said.fields
    return found


def test_a_process_that_lives_is_seen_and_then_seen_gone() -> None:
    alive = {7}
    who = Producers(lambda: NOW, is_here=True, lives=alive.__contains__)
    who.look([status()])
    assert who.is_watching
    seen = fields(who.of(status(), None, (), has_end=False))
    assert (seen["pid"], seen["until"]) == (7, None)
    alive.clear()
    for _ in range(2):
        who.look([status()])
        assert fields(who.of(status(), None, (), has_end=False))["until"] == AT
    assert not who.is_watching


def test_a_process_that_was_never_seen_says_nothing_by_its_absence() -> None:
    who = Producers(lambda: NOW, is_here=True, lives=lambda pid: False)
    who.look([status()])
    assert who.of(status(), None, (), has_end=False) is None


def test_a_number_given_again_does_not_bring_a_process_back() -> None:
    alive = {7}
    who = Producers(lambda: NOW, is_here=True, lives=alive.__contains__)
    for pids in ({7}, set(), {7}):
        alive.clear()
        alive.update(pids)
        who.look([status()])
    assert fields(who.of(status(), None, (), has_end=False))["until"] == AT


def test_processes_elsewhere_are_not_asked_for() -> None:
    who = Producers(lambda: NOW, is_here=False, lives=lambda pid: True)
    who.look([status()])
    assert who.of(status(), None, (), has_end=False) is None


@pytest.mark.parametrize(
    ("lease", "counts"),
    [
        (Lease("far", 7, AT, "orders"), True), (Lease("far", 7, AT), True),
        (Lease("far", 7, AT, "users"), False), (Lease("far", 8, AT, "orders"), False),
    ],
)  # fmt: skip
def test_a_lease_of_the_runs_process_and_export_counts(lease: Lease, counts: bool) -> None:
    who = Producers(lambda: NOW, is_here=False)
    seen = who.of(status(), None, (lease,), has_end=False)
    assert (seen is not None) is counts
    if seen is not None:
        assert fields(seen) == {"host": "far", "pid": 7, "until": AT, "superseded_by": None}


def test_an_interrupted_run_is_gone_since_then_and_names_the_later_one() -> None:
    who = Producers(lambda: NOW, is_here=True, lives=lambda pid: True)
    gone = status("interrupted", finished_at="2026-11-24T05:30:00+00:00")
    seen = who.of(gone, status(run_id="orders_8"), (), has_end=False)
    assert fields(seen) == {"host": None, "pid": None, "until": "2026-11-24T05:30:00Z", "superseded_by": "orders_8"}
    assert seen == who.of(gone, status(run_id="orders_8"), (), has_end=False)


@pytest.mark.parametrize(("name", "has_end"), [("success", True), ("failed", False), ("skipped", False)])
def test_of_a_run_that_has_an_end_nothing_is_said(name: str, has_end: bool) -> None:
    assert Producers(lambda: NOW, is_here=True).of(status(name), None, (), has_end=has_end) is None


def test_a_run_that_has_ended_is_forgotten() -> None:
    who = Producers(lambda: NOW, is_here=True, lives=lambda pid: True)
    who.look([status()])
    who.forget("orders_7")
    assert not who.is_watching
    who.forget("orders_7")


@pytest.mark.parametrize(("run_id", "pid"), [("orders_20261125T215601.511_17", 17), ("orders", None), ("7", None)])
def test_the_process_stands_at_the_end_of_a_run_id(run_id: str, pid: int | None) -> None:
    assert pid_of(run_id) == pid


def test_what_is_no_rivet_is_none() -> None:
    for pid in (os.getpid(), 2**22 + 1, 2**70):
        assert not is_rivet(pid)


def test_a_process_of_that_name_is_rivet_until_it_ends(tmp_path: Path) -> None:
    program = tmp_path / "rivet"
    program.symlink_to("/bin/sh")
    process = subprocess.Popen(
        [program, "-c", "echo; read x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, executable=str(program)
    )
    assert process.stdout is not None
    process.stdout.readline()
    assert is_rivet(process.pid)
    process.communicate(b"\n", timeout=20)
    assert not is_rivet(process.pid)


def test_where_there_is_no_proc_ps_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        asked.append((command, options["timeout"]))
        return subprocess.CompletedProcess(command, 0, "/usr/bin/rivet\n")

    def no_proc(*given: Any, **more: Any) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(producers, "open", no_proc, raising=False)
    monkeypatch.setattr(subprocess, "run", run)
    assert is_rivet(os.getpid())
    assert asked == [(["ps", "-o", "comm=", "-p", str(os.getpid())], 2)]
    monkeypatch.setattr(subprocess, "run", no_proc)
    assert not is_rivet(os.getpid())
    assert sys.platform


def test_a_process_that_vanishes_is_told_though_the_tables_do_not_change() -> None:
    """It is looked for before the tables are read: who is gone by then has said there all that he had to say."""
    rivet = Rivet()
    alive = {4_000_000}
    watcher = watching(rivet, alive.__contains__)
    work = rivet.begin()
    watcher.look()
    watcher.look()
    assert watcher.reader.is_waiting
    assert kinds(watcher.logs[work.run_id], "ProducerSeen")[-1]["until"] is None
    alive.clear()
    watcher.look()
    assert kinds(watcher.logs[work.run_id], "ProducerSeen")[-1]["until"] is not None
    assert watcher.look() == []


def test_a_lease_that_is_renewed_is_told_each_time() -> None:
    rivet = Rivet()
    watcher = watching(rivet)
    database: Any = watcher.reader._database
    work = rivet.begin()
    for second in range(3):
        database.leases = (Lease("far", 4_000_000, f"2026-11-24T06:00:0{second}Z", "orders"),)
        watcher.look()
        watcher.look()
    assert [seen["until"][-3:] for seen in kinds(watcher.logs[work.run_id], "ProducerSeen")] == ["00Z", "01Z", "02Z"]
