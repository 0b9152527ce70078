"""The database as a source: a thread reads, a poll gives, every line can be opened again, and it always ends."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.session.scripted import block
from tests.sources.seen import Seen
from tests.sources.state.histories import happen
from tests.sources.state.tables import BEGIN, Rivet, source_of

from runwatch.core.places import Place
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.base import Block, Fault, Item
from runwatch.sources.state import source as module
from runwatch.sources.state import sqlite
from runwatch.sources.state.database import Disturbed
from runwatch.sources.state.source import StateSource
from runwatch.sources.table import open_source, read_to_end


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody should have to wait for the seldom look."""
    for name, value in {"PERIOD": 0.1, "SOON": 0.1, "LEAST": 0.01}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(sqlite, "PERIOD", 0.02)
    monkeypatch.setattr(sqlite, "cache_directory", lambda: str(tmp_path / "cache"))


@pytest.fixture
def rivet(tmp_path: Path) -> Iterator[Rivet]:
    rivet = Rivet(tmp_path / "s.db")
    yield rivet
    rivet.close()


@pytest.fixture
def seen(rivet: Rivet, tmp_path: Path) -> Seen:
    return Seen(source_of(Path(rivet.path), tmp_path / "cache", now=lambda: rivet.time))


def state(seen: Seen) -> StateSource:
    assert isinstance(seen.source, StateSource)
    return seen.source


def within(seconds: float, call: Callable[[], Any]) -> Any:
    """What it returns; it fails where that takes longer."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it hangs"
    return found[0]


async def until(seen: Seen, holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        seen.poll()
        while not holds():
            await seen.source.changed()
            seen.poll()


def read(seen: Seen) -> None:
    """Once, to the end."""
    within(20, lambda: seen.take(read_to_end(seen.source)))


# --------------------------------------------------------------------------------------------------------- what comes


def test_read_once_all_runs_are_there_and_it_ends(rivet: Rivet, seen: Seen) -> None:
    for number in range(30):
        rivet.begin(f"e{number}").end()
    read(seen)
    assert len({line.segment for line in seen.lines}) == 30
    assert not seen.source.progress.is_partial
    assert (seen.source.progress.files, seen.source.progress.notices) == (30, ())
    assert seen.source.progress.bytes_read == seen.source.progress.bytes_total
    assert seen.source.progress.bytes_total
    assert seen.open_again() == len(seen.lines)


def test_a_database_without_a_run_is_whole_at_once(rivet: Rivet, seen: Seen) -> None:
    read(seen)
    assert seen.lines == []
    assert not seen.source.progress.is_partial


def test_one_that_is_unreadable_says_so_to_who_reads_once(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"no database at all" * 500)
    seen = Seen(source_of(tmp_path / "s.db", tmp_path / "cache"))
    read(seen)
    assert seen.source.progress.unreadable == (("s.db", "it is no SQLite database"),)
    assert seen.source.progress.notices == ("cannot read s.db: it is no SQLite database",)
    assert not seen.source.progress.is_partial


async def test_a_run_is_followed_to_its_end_and_told_anew_with_its_journal(rivet: Rivet, seen: Seen) -> None:
    work = rivet.begin(chunks=1)
    await until(seen, lambda: seen.lines)
    (first,) = {line.segment for line in seen.lines}
    assert (first.path, first.identity, first.is_stored) == (f"s.db#{work.run_id}", work.run_id, True)
    assert str(seen.lines[0].place) == f"s.db#{work.run_id}#1"
    work.claim(0)
    await until(seen, lambda: b"ChunkStarted" in b"".join(seen.texts))
    work.complete(0, 5)
    work.end()
    await until(seen, lambda: b"RunCompleted" in b"".join(seen.texts))
    assert first.gone
    assert seen.source.line_at(Place(first, 1)) is None
    assert seen.open_again() == len(seen.lines)
    assert [line.number for line in seen.lines] == list(range(1, len(seen.lines) + 1))


@pytest.mark.parametrize("seed", range(4))
async def test_a_rivet_at_work_is_followed_and_nothing_is_lost(
    rivet: Rivet, seen: Seen, tmp_path: Path, seed: int
) -> None:
    """In a thread of its own, as fast as it can."""
    writer = threading.Thread(target=lambda: happen(rivet, random.Random(seed), lambda: None), daemon=True)
    session = Session(seen.source, ManualClock(BEGIN))
    writer.start()
    stored = "SELECT run_id FROM run_journal"
    async with asyncio.timeout(60):
        while writer.is_alive() or {run.run_id for run in session.runs.all() if run.state.has_ended} < {
            run_id for (run_id,) in rivet.execute(stored)
        }:
            await seen.source.changed()
            session.read(seen.source.poll())
    once = Session(source_of(Path(rivet.path), tmp_path / "cache"), ManualClock(BEGIN))
    within(20, lambda: once.read(read_to_end(once.source)))
    for (run_id,) in rivet.execute(stored):
        live, cold = (each.runs.by_id[run_id].state for each in (session, once))
        assert live.files.total_rows == cold.files.total_rows
        assert live.chunks.counts == cold.chunks.counts
    assert session.runs.problems == once.runs.problems == []
    once.source.close()


async def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    seen = Seen(source_of(tmp_path / "s.db", tmp_path / "cache"))
    await until(seen, lambda: seen.source.progress.waiting == ("s.db",))
    rivet = Rivet(tmp_path / "s.db")
    rivet.begin()
    await until(seen, lambda: seen.lines and not seen.source.progress.notices)
    assert seen.source.progress.waiting == ()
    rivet.close()


async def test_a_lock_is_said_and_forgotten(tmp_path: Path) -> None:
    rivet = Rivet(tmp_path / "s.db", wal=False)
    rivet.execute("BEGIN EXCLUSIVE")
    (tmp_path / "s.db-journal").touch()  # as soon as SQLite writes
    seen = Seen(source_of(tmp_path / "s.db", tmp_path / "cache"))
    await until(seen, lambda: seen.source.progress.unreadable == (("s.db", "it is locked"),))
    rivet.execute("COMMIT")
    (tmp_path / "s.db-journal").unlink()
    rivet.begin()
    await until(seen, lambda: seen.lines and not seen.source.progress.unreadable)
    rivet.close()


def test_a_poll_that_is_left_goes_on_at_the_next(rivet: Rivet, seen: Seen) -> None:
    for number in range(60):
        rivet.begin(f"e{number}").end()
    items: list[Item] = []
    more = True
    while more:  # each poll is left behind its first item
        item = next(seen.source.poll(), None)
        items += [item] if item is not None else []
        more = item is not None or within(20, state(seen).wait_for_more)
    seen.take(items)
    assert len({line.segment for line in seen.lines}) == 60
    assert seen.open_again() == len(seen.lines)


def test_a_block_is_no_longer_than_was_promised(rivet: Rivet, seen: Seen) -> None:
    work = rivet.begin()
    for _ in range(300):
        work.write("Warning", context="c", message="m" * 2000)
    work.end()
    read(seen)
    assert len(seen.blocks) > 2
    assert all(len(block.data) <= 256 << 10 for block in seen.blocks)
    assert seen.open_again() == len(seen.lines)


def test_a_row_that_tells_nothing_is_a_problem_of_the_database(rivet: Rivet, seen: Seen) -> None:
    work = rivet.begin(chunks=1)
    rivet.execute("UPDATE chunk_task SET updated_at = NULL")
    read(seen)
    expected = f"s.db:None: chunk_task, a row of {work.run_id}: updated_at: expected a text, found NULL"
    assert seen.reasons == [expected]


def test_a_session_opens_each_line_of_a_run(rivet: Rivet, seen: Seen) -> None:
    work = rivet.begin(chunks=2)
    work.claim(0)
    work.complete(0, 5)
    session = Session(seen.source, ManualClock(BEGIN))
    within(20, lambda: session.read(read_to_end(session.source)))
    (moment,) = session.moments()
    for position in range(len(moment.log.order)):
        place = moment.log.place(position)
        assert str(place) == f"s.db#{work.run_id}#{place.line}"
        line = session.source.line_at(place)
        assert line is not None
        assert moment.log.kind_at(position).encode() in line


def test_a_journal_that_stands_in_a_log_too_counts_once(rivet: Rivet, seen: Seen) -> None:
    work = rivet.begin(chunks=2)
    for index in range(2):
        work.claim(index)
        work.complete(index, 5)
    work.end()
    session = Session(seen.source, ManualClock(BEGIN))
    within(20, lambda: session.read(read_to_end(session.source)))
    (alone,) = session.moments()
    lines = [{"run_id": work.run_id, "export_name": work.export} | entry for entry in work.entries]
    session.read([block(*lines)])
    (both,) = session.moments()
    assert both.state.events == alone.state.events
    assert both.log.repeats == len(work.entries)


# -------------------------------------------------------------------------------------------------- how much it looks


class Counting:
    """How often a source's database was opened."""

    def __init__(self, source: StateSource) -> None:
        self.looks = 0
        database = source._database
        reading = database.reading

        def count() -> Any:
            self.looks += 1
            return reading()

        database.reading = count  # type: ignore[method-assign]


def looks_while_idle(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> int:
    """Readings in as many rests as a minute has, with nothing happening; no time passes."""
    source, counting = state(seen), Counting(state(seen))
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        if sum(waited) >= 60:
            source._closed.set()
        return False

    monkeypatch.setattr(source._database, "wait", wait)
    for name, value in {"PERIOD": 1.5, "SOON": 0.4}.items():
        monkeypatch.setattr(module, name, value)
    within(20, source._run)
    return counting.looks


def test_idling_looks_seldom(rivet: Rivet, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        rivet.begin(f"e{number}").end()
    rivet.time += 60 * 10**9
    assert looks_while_idle(seen, monkeypatch) <= 10


def test_idling_beside_a_run_that_says_nothing_looks_seldom_too(
    rivet: Rivet, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    rivet.begin()
    assert looks_while_idle(seen, monkeypatch) <= 25


def test_what_cannot_be_read_is_not_tried_all_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s.db").write_bytes(b"no database at all" * 500)
    seen = Seen(source_of(tmp_path / "s.db", tmp_path / "cache"))
    assert looks_while_idle(seen, monkeypatch) <= 41


def test_garbage_that_does_not_change_is_no_news(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"no database at all" * 500)
    seen = Seen(source_of(tmp_path / "s.db", tmp_path / "cache"))
    read(seen)
    state(seen).close()
    state(seen)._database._closed = False  # type: ignore[attr-defined]
    state(seen)._database._news.clear()  # type: ignore[attr-defined]
    assert not state(seen)._database.wait(0.1)


def test_somebody_who_never_stops_writing_is_said_to(
    rivet: Rivet, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disturbed() -> Any:
        raise Disturbed("it was written to meanwhile")

    monkeypatch.setattr(state(seen)._database, "reading", disturbed)
    read(seen)
    assert seen.source.progress.unreadable == (("s.db", "it was written to meanwhile"),)


# ------------------------------------------------------------------------------------------------------------ its end


@pytest.mark.parametrize("error", [ValueError("x"), sqlite3.ProgrammingError("x"), MemoryError("x"), OSError("x")])
def test_whatever_goes_wrong_in_the_thread_is_said_and_nobody_waits_for_ever(
    rivet: Rivet, seen: Seen, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail() -> Any:
        raise error

    monkeypatch.setattr(state(seen)._reader, "look", fail)
    read(seen)
    assert seen.source.progress.unreadable == (("s.db", f"{type(error).__name__}: x"),)


def test_it_is_closed_at_any_time_and_its_thread_ends(rivet: Rivet, tmp_path: Path) -> None:
    for number in range(40):
        rivet.begin(f"e{number}").end()
    for polls in range(4):
        source = source_of(Path(rivet.path), tmp_path / "cache")
        for _ in range(polls):
            next(source.poll(), None)
        within(20, source.close)
        within(20, source.close)
        assert not source._thread.is_alive()
        assert not within(20, source.wait_for_more) or polls
        list(source.poll())


def test_it_is_closed_while_nobody_takes_what_was_read(
    rivet: Rivet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AHEAD", 1)
    for number in range(120):
        rivet.begin(f"e{number}").end()
    source = source_of(Path(rivet.path), tmp_path / "cache")
    list(source.poll())
    within(20, lambda: _until_full(source))
    within(20, source.close)
    assert not source._thread.is_alive()


def _until_full(source: StateSource) -> None:
    while not source._queue.full():
        source._has_news.wait(0.01)


def test_who_waits_for_more_is_let_go_when_it_is_closed(
    rivet: Rivet, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing was read."""
    source = state(seen)
    monkeypatch.setattr(source, "_start", lambda: None)
    source.close()
    assert within(20, source.wait_for_more) is False


async def test_waiting_for_a_change_ends_by_itself_after_it_was_closed(rivet: Rivet, seen: Seen) -> None:
    seen.poll()
    seen.source.close()
    async with asyncio.timeout(20):
        await seen.source.changed()


async def test_asked_again_it_looks_at_once(rivet: Rivet, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    await until(seen, lambda: not seen.source.progress.is_partial)
    monkeypatch.setattr(module, "PERIOD", 60)
    monkeypatch.setattr(sqlite, "PERIOD", 60)
    rivet.begin()
    seen.source.rescan()
    async with asyncio.timeout(30):
        while not seen.poll():
            seen.source.rescan()
            await asyncio.sleep(0.01)


# ----------------------------------------------------------------------------------------------------- the table of it


def test_a_path_of_each_kind_leads_to_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rivet = Rivet(tmp_path / ".rivet_state.db")
    rivet.begin()
    rivet.close()
    (tmp_path / "rivet.yaml").write_text("exports: []\n", encoding="utf-8")
    (tmp_path / "copy.sqlite").write_bytes((tmp_path / ".rivet_state.db").read_bytes())
    for path in (".rivet_state.db", "rivet.yaml", "copy.sqlite", "."):
        seen = Seen(open_source([path], cwd=str(tmp_path)))
        read(seen)
        assert len({line.segment for line in seen.lines}) == 1, path
        seen.source.close()
    seen = Seen(open_source([".rivet_state.db", "rivet.yaml"], cwd=str(tmp_path)))
    assert seen.source.label == ".rivet_state.db"


@pytest.mark.parametrize(
    "paths",
    [
        [".", ".rivet_state.db"], [".rivet_state.db", "."], [".", "./../{}/"], ["rivet.yaml", "../{}/.rivet_state.db"],
        ["link.db", ".rivet_state.db"],
    ],
)  # fmt: skip
def test_a_database_that_several_paths_lead_to_is_read_once(tmp_path: Path, paths: list[str]) -> None:
    rivet = Rivet(tmp_path / ".rivet_state.db")
    rivet.begin()
    rivet.close()
    (tmp_path / "rivet.yaml").touch()
    (tmp_path / "link.db").symlink_to(".rivet_state.db")
    seen = Seen(open_source([path.format(tmp_path.name) for path in paths], cwd=str(tmp_path)))
    read(seen)
    assert len(seen.lines) == 1


def test_two_databases_are_two_sources(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        rivet = Rivet(tmp_path / name / ".rivet_state.db")
        rivet.begin(name)
        rivet.close()
    seen = Seen(open_source(["a", "b/.rivet_state.db"], cwd=str(tmp_path)))
    read(seen)
    assert {line.segment.path.partition("#")[0] for line in seen.lines} == {"a/.rivet_state.db", "b/.rivet_state.db"}
    assert seen.open_again() == 2


def test_what_a_source_gives_is_lines_of_the_vocabulary(rivet: Rivet, seen: Seen) -> None:
    work = rivet.begin(chunks=3)
    work.claim(0)
    work.fail(0, "x")
    work.claim(0)
    work.complete(0, 5, 6)
    session = Session(seen.source, ManualClock(BEGIN))
    items = within(20, lambda: list(read_to_end(seen.source)))
    assert not any(isinstance(item, Fault) for item in items)
    assert all(isinstance(item, Block) for item in items)
    session.read(items)
    assert (session.runs.problem_count, session.runs.unknown_count) == (0, 0)
