"""rivet runs, and runwatch watches the tables that it keeps: nothing is ahead of them, and little is behind."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.real import scenarios
from tests.real.rivet import Project
from tests.real.watching import RANKS, Watch, tasks

pytestmark = pytest.mark.real
slow = pytest.mark.slow
Sample = tuple[dict[int, str], dict[int, str], dict[int, str]]
"""Chunks in the tables before a look, as runwatch saw them then, and in the tables after it."""
BEHIND = 10
"""Chunks that the tables may be ahead of what is shown: with two workers, each 0.2 s at a chunk, that is a second."""


def followed(project: Project, watch: Watch) -> list[Sample]:
    """Twenty chunks from the first look to the last, sample by sample."""
    samples: list[Sample] = []
    with project.running(*scenarios.CHECKED) as run:
        while run.going:
            before = tasks(project)
            watch.look()
            samples.append((before, watch.chunks(), tasks(project)))
            time.sleep(0.01)
    watch.until(lambda: watch.verdicts() == ["succeeded"], "the end of the run")
    return samples


def done(chunks: dict[int, str]) -> int:
    return sum(state == "completed" for state in chunks.values())


def check_seen_as_they_go(project: Project, pause: float) -> None:
    """Order for order: a look shows no more than the tables hold just after it, and not much less than just before."""
    scenarios.twenty_chunks(project, pause)
    with closing(Watch(project.watched)) as watch:
        samples = followed(project, watch)
        for before, seen, after in samples:
            assert set(seen) in (set(), set(range(20)))  # the whole plan at once
            assert all(RANKS[state] <= RANKS[after[index]] for index, state in seen.items())
            assert done(before) - done(seen) <= BEHIND
        assert len({done(seen) for _, seen, _ in samples}) > 4  # it was seen to go on
        assert any("running" in seen.values() for _, seen, _ in samples)
        run = watch.run()
        assert run is not None
        assert set(watch.chunks().values()) == {"completed"}
        assert run.state.chunks.starts > 0  # of a parallel run: the journal alone knows no start
        (known,) = project.rows("SELECT sum(bytes) AS bytes FROM file_log")
        assert watch.document()["runs"][0]["happened"]["bytes"] == known["bytes"]
        assert watch.document()["runs"][0]["planned"]["chunks_total"] == 20


def test_chunks_are_seen_as_they_go_and_never_ahead_of_the_tables(project: Project) -> None:
    check_seen_as_they_go(project, 0.02)


@slow
def test_so_they_are_in_postgres(in_postgres: Project) -> None:
    check_seen_as_they_go(in_postgres, 0.05)


@slow
def test_a_failure_that_parallel_workers_hide_shows_while_the_run_goes_on(project: Project) -> None:
    scenarios.orders(project)
    query = scenarios.slowly(0.03).replace("t.note,", "t.note, 100 / (2500 - t.id) AS x,")
    project.write(scenarios.checkpointed(query))
    with closing(Watch(project.watched)) as watch:
        with project.running() as run:
            watch.until(lambda: watch.chunks().get(2) == "failed" or not run.going, "the failure of chunk 2")
            assert run.going
            (shown,) = watch.document()["runs"]
            assert shown["verdict"] == "running"
            (failed,) = shown["failed_chunks"]
            assert failed["attempts"][0]["error"] == "db error: ERROR: division by zero"
            assert shown["happened"]["failures_recorded"]
        watch.until(lambda: watch.verdicts() == ["failed"], "the end of the run")
        assert watch.document()["runs"][0]["happened"]["chunk_failures"] == 1


@slow
def test_a_run_that_is_killed_is_lost_and_the_one_that_resumes_it_is_another(project: Project) -> None:
    """Its process was seen to live, and then to be gone; later the tables say who took its place."""
    scenarios.twenty_chunks(project, 0.03)
    with closing(Watch(project.watched)) as watch:
        with project.running(*scenarios.CHECKED) as run:
            watch.until(lambda: done(watch.chunks()) > 1 or not run.going, "two completed chunks")
            assert run.going
            assert watch.verdicts() == ["running"]
            run.kill()
        watch.until(lambda: watch.verdicts() == ["lost"], "that it is gone")
        kept = done(watch.chunks())
        counts = watch.document()["runs"][0]["happened"]["chunks"]
        assert counts["interrupted"] > 0
        assert counts["running"] == 0
        with project.running(*scenarios.CHECKED, "--resume"):
            watch.until(lambda: watch.verdicts() == ["lost", "running"], "the run that resumes it")
        watch.until(lambda: watch.verdicts() == ["lost", "succeeded"], "its end")
        new, old = watch.document()["runs"]
        assert new["run_id"] in old["reasons"][0]
        assert new["planned"]["chunks_total"] == 20 - kept
        assert old["happened"]["chunks"]["completed"] == kept


@slow
def test_a_lease_keeps_a_run_alive_until_another_takes_it(in_postgres: Project) -> None:
    """A server can be anywhere: that a process of its number is not here says nothing."""
    project = in_postgres
    scenarios.twenty_chunks(project, 0.03)
    with closing(Watch(project.watched)) as watch:
        with project.running(*scenarios.CHECKED) as run:
            watch.until(lambda: done(watch.chunks()) > 1 or not run.going, "two completed chunks")
            assert run.going
            run.kill()
        watch.look()
        assert watch.verdicts() == ["running"]
        with project.running(*scenarios.CHECKED):
            watch.until(lambda: watch.verdicts() == ["lost", "running"], "the run that resumes it")
        watch.until(lambda: watch.verdicts() == ["lost", "succeeded"], "its end")
        new, old = watch.document()["runs"]
        assert new["run_id"] in old["reasons"][0]


@slow
def test_a_part_that_vanishes_makes_a_contradiction_at_the_end(project: Project) -> None:
    with closing(Watch(project.watched)) as watch:
        scenarios.part_vanished(project)
        watch.until(lambda: watch.verdicts() == ["contradicted"], "the table's word against the journal's")
        (run,) = watch.document()["runs"]
        assert run["succeeded"]["validation"] == "failed"
        assert [finding["code"] for finding in run["findings"]] == ["validation_failed"]


@slow
def test_two_exports_at_once_are_two_runs_at_once(project: Project) -> None:
    scenarios.orders(project)
    scenarios.orders(project, 20_000, "users")
    users = scenarios.checkpointed(scenarios.slowly(0.02, "users")) | {"name": "users"}
    users["destination"] = {"type": "local", "path": "./out-users"}
    project.write(scenarios.checkpointed(scenarios.slowly(0.02)), users)
    with closing(Watch(project.watched)) as watch:
        with project.running("--parallel-exports") as run:
            both = ("orders", "users")
            watch.until(
                lambda: all(done(watch.chunks(export)) > 2 for export in both) or not run.going, "both to go on"
            )
            assert watch.verdicts() == ["running", "running"]
        watch.until(lambda: watch.verdicts() == ["succeeded", "succeeded"], "the ends of both")


@slow
def test_what_was_watched_comes_to_what_is_read_afterwards(project: Project) -> None:
    """But for what only whoever watches knows: when its lines came, and who lived."""
    with closing(Watch(project.watched)) as watch:
        scenarios.failing_chunk(project)
        watch.until(lambda: watch.verdicts() == ["failed"], "the end of the run")
        with closing(Watch(project.watched)) as cold:
            cold.until(lambda: cold.verdicts() == ["failed"], "the same, stored")
            (watched,), (stored,) = watch.document()["runs"], cold.document()["runs"]
    for key in ("verdict", "planned", "happened", "degraded", "succeeded", "outcome", "started_at", "duration_ms"):
        assert watched[key] == stored[key], key
    assert [chunk["chunk_index"] for chunk in watched["failed_chunks"]] == [2]


@slow
def test_nothing_is_left_behind_by_who_only_looks(project: Project) -> None:
    """rivet's own log beside the database is left by rivet, if it is read just when rivet ends."""
    scenarios.twenty_chunks(project)
    with closing(Watch(project.watched)) as watch:
        followed(project, watch)
        ended = sorted(path.name for path in project.folder.iterdir())
        time.sleep(0.5)
        watch.session.look_again()
        watch.look()
    assert sorted(path.name for path in project.folder.iterdir()) == ended
    new = {name for name in ended if name.startswith(".rivet_state.db") and ".lease-" not in name}
    assert new <= {".rivet_state.db", ".rivet_state.db-wal", ".rivet_state.db-shm"}


@contextmanager
def unable_to_write() -> Iterator[None]:
    """Root may write everywhere: for once we are nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@slow
@pytest.mark.parametrize("scenario", [scenarios.killed, scenarios.failing_chunk])
def test_a_folder_that_cannot_be_written_is_read(project: Project, scenario: scenarios.Scenario) -> None:
    """A killed run's tables are all in the log beside the database, and reading that asks for a third file."""
    scenario(project)
    folder = Path(tempfile.mkdtemp(prefix="rw-ro-", dir="/tmp"))
    try:
        for file in project.folder.glob(".rivet_state.db*"):
            shutil.copy(file, folder)
        for file in (*folder.iterdir(), folder):
            file.chmod(0o555 if file == folder else 0o444)
        names = sorted(path.name for path in folder.iterdir())
        with unable_to_write(), closing(Watch(str(folder / ".rivet_state.db"))) as watch:
            watch.until(lambda: len(watch.verdicts()) == 1, "the run", limit=30)
            assert set(watch.chunks()) == set(range(8))
        assert sorted(path.name for path in folder.iterdir()) == names
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
