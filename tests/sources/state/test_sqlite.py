"""A state database in a file: read as it is, never touched, whatever state it was left in."""

from __future__ import annotations

import functools
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sources.state.tables import Rivet, Watcher

from runwatch.sources.state import sqlite
from runwatch.sources.state.database import Disturbed, Unreadable
from runwatch.sources.state.fetch import Fetch
from runwatch.sources.state.rows import Status
from runwatch.sources.state.sqlite import SqliteDatabase


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setattr(sqlite, "cache_directory", lambda: str(cache))
    return cache


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    place.mkdir()
    return place


@pytest.fixture
def rivet(place: Path) -> Iterator[Rivet]:
    rivet = Rivet(place / "s.db")
    yield rivet
    rivet.close()


def run_ids(database: SqliteDatabase) -> list[str]:
    with database.reading() as tables:
        return [status.run_id for status in Fetch(tables).all(Status)]


def stands(place: Path) -> dict[str, tuple[bytes, int]]:
    """All files: what is in them, and when they were written."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(place.iterdir())}


@functools.cache
def _killed() -> dict[str, bytes]:
    """A database as SIGKILL leaves it, all of it in the log beside it."""
    code = (
        "import os, signal, sys; from pathlib import Path; from tests.sources.state.tables import Rivet;"
        "rivet = Rivet(Path(sys.argv[1]) / 's.db'); rivet.execute('PRAGMA wal_autocheckpoint=0'); rivet.begin();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    with tempfile.TemporaryDirectory() as place:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code, place], check=False, timeout=60, env=environment)
        return {path.name: path.read_bytes() for path in Path(place).iterdir()}


def killed(place: Path, *ends: str) -> Path:
    """Only these of its files."""
    for end in ends:
        (place / f"s.db{end}").write_bytes(_killed()[f"s.db{end}"])
    return place / "s.db"


def test_what_is_written_is_read_while_it_is_being_written_to(rivet: Rivet) -> None:
    database = SqliteDatabase(rivet.path, "s.db")
    work = rivet.begin()
    assert run_ids(database) == [work.run_id]
    other = rivet.begin("other")
    assert run_ids(database) == [work.run_id, other.run_id]


@pytest.mark.parametrize("wal", [True, False])
def test_nothing_is_left_beside_a_database_that_nobody_writes_to(place: Path, wal: bool) -> None:
    rivet = Rivet(place / "s.db", wal=wal)
    work = rivet.begin()
    rivet.close()
    before = stands(place)
    assert list(before) == ["s.db"]
    database = SqliteDatabase(str(place / "s.db"), "s.db")
    for _ in range(3):
        assert run_ids(database) == [work.run_id]
    database.close()
    assert stands(place) == before


@pytest.mark.parametrize("ends", [("", "-wal", "-shm"), ("", "-wal")])
def test_what_a_killed_run_left_is_read_and_stays_as_it_is(place: Path, ends: tuple[str, ...], cache: Path) -> None:
    """With its index it is read in its place; without, a copy is, as SQLite would make an index there."""
    path = killed(place, *ends)
    before = stands(place)
    database = SqliteDatabase(str(path), "s.db")
    for _ in range(3):
        assert len(run_ids(database)) == 1
    database.close()
    after = stands(place)
    assert list(after) == list(before)
    assert [after[f"s.db{end}"] for end in ("", "-wal")] == [before[f"s.db{end}"] for end in ("", "-wal")]
    assert not cache.exists() or not list(cache.iterdir())


def test_a_copy_is_made_anew_only_when_the_original_has_changed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = killed(place, "", "-wal")
    copied: list[str] = []
    copy = shutil.copyfile

    def count(source: str, target: str) -> None:
        copied.append(source)
        copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", count)
    database = SqliteDatabase(str(path), "s.db")
    for _ in range(3):
        run_ids(database)
    assert len(copied) == 2
    os.utime(path)
    run_ids(database)
    assert len(copied) == 4
    database.close()


def test_where_nothing_can_be_copied_the_reason_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = killed(place, "", "-wal")

    def fail(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fail)
    with pytest.raises(Unreadable, match="cannot be copied to be read: No space left on device"):
        run_ids(SqliteDatabase(str(path), "s.db"))


@pytest.mark.parametrize("ends", [("", "-wal", "-shm"), ("", "-wal"), ("",)])
def test_a_directory_that_cannot_be_written_to_is_read(place: Path, ends: tuple[str, ...]) -> None:
    """By somebody who may not write there; who is root may, and leaves it all the same."""
    path = killed(place, *ends)
    if ends == ("",):
        rivet = Rivet(place / "other.db")
        rivet.begin()
        rivet.close()
        os.replace(place / "other.db", path)
    for each in place.iterdir():
        each.chmod(0o444)
    place.chmod(0o555)
    before = stands(place)
    try:
        assert len(run_ids(SqliteDatabase(str(path), "s.db"))) == 1
        assert list(stands(place)) == list(before)
    finally:
        place.chmod(0o755)


def test_an_empty_file_with_a_log_beside_it_keeps_its_log(place: Path) -> None:
    """SQLite would take it away."""
    path = killed(place, "", "-wal", "-shm")
    path.write_bytes(b"")
    before = stands(place)
    assert run_ids(SqliteDatabase(str(path), "s.db")) == []
    assert stands(place) == before


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
@pytest.mark.parametrize("locking", ["NORMAL", "EXCLUSIVE"])
def test_a_database_that_somebody_has_locked_is_read_or_said_to_be_locked(place: Path, mode: str, locking: str) -> None:
    rivet = Rivet(place / "s.db", wal=mode == "WAL")
    work = rivet.begin()
    rivet.execute(f"PRAGMA locking_mode={locking}")
    rivet.execute("BEGIN EXCLUSIVE")
    rivet.execute("UPDATE run_status SET prefix = 'changed'")
    database = SqliteDatabase(str(place / "s.db"), "s.db")
    try:
        assert run_ids(database) == [work.run_id]
    except Unreadable as error:
        assert str(error) == "it is locked"  # noqa: PT017 - either will do
    rivet.execute("COMMIT")
    if locking == "NORMAL":
        assert run_ids(database) == [work.run_id]
    rivet.close()
    assert run_ids(database) == [work.run_id]


def test_while_an_old_style_journal_stands_beside_it_locks_count(place: Path) -> None:
    rivet = Rivet(place / "s.db", wal=False)
    work = rivet.begin()
    (place / "s.db-journal").touch()
    database = SqliteDatabase(str(place / "s.db"), "s.db")
    assert run_ids(database) == [work.run_id]
    rivet.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unreadable, match="it is locked"):
        run_ids(database)
    rivet.execute("COMMIT")
    assert run_ids(database) == [work.run_id]
    rivet.close()


@pytest.mark.parametrize("name", ["a?b", "a#b", "50%20", "with blanks", "Größe", "new\nline", "mode=rw&x", b"\xff\xfe"])
def test_any_name_is_found(place: Path, name: str | bytes) -> None:
    directory = place / os.fsdecode(name)
    directory.mkdir()
    rivet = Rivet(directory / "s.db")
    work = rivet.begin()
    assert run_ids(SqliteDatabase(str(directory / "s.db"), "s.db")) == [work.run_id]
    rivet.close()
    assert run_ids(SqliteDatabase("/" + str(directory / "s.db"), "s.db")) == [work.run_id]
    assert [path.name for path in directory.iterdir()] == ["s.db"]
    assert len(list(place.iterdir())) == 1


@pytest.mark.parametrize(
    "data", [b"SQLite format 3\0", b"SQLite format 3\0" + b"x" * 8000, b"no database at all" * 500, b"\0" * 4096]
)
def test_garbage_is_unreadable_and_says_so(place: Path, data: bytes) -> None:
    (place / "s.db").write_bytes(data)
    before = stands(place)
    with pytest.raises(Unreadable):
        run_ids(SqliteDatabase(str(place / "s.db"), "s.db"))
    assert stands(place) == before


def test_half_of_a_database_is_unreadable_or_read_and_nothing_else(place: Path) -> None:
    rivet = Rivet(place / "s.db")
    for number in range(100):
        rivet.begin(f"e{number}")
    rivet.close()
    whole = (place / "s.db").read_bytes()
    for size in range(0, len(whole), 1500):
        (place / "s.db").write_bytes(whole[:size])
        try:
            run_ids(SqliteDatabase(str(place / "s.db"), "s.db"))
        except Unreadable as error:
            assert str(error)  # noqa: PT017 - either will do


def test_a_file_that_is_not_there_yet_is_said_to_be_so_and_noticed_when_it_comes(place: Path) -> None:
    database = SqliteDatabase(str(place / "s.db"), "s.db")
    with pytest.raises(Unreadable, match="there is no such file yet"):
        run_ids(database)
    assert not database.wait(0.1)
    rivet = Rivet(place / "s.db")
    assert database.wait(0.1)
    assert run_ids(database) == []
    rivet.close()


def test_one_that_cannot_even_be_asked_for_says_why() -> None:
    with pytest.raises(Unreadable, match="it cannot be reached: File name too long"):
        run_ids(SqliteDatabase("/" + "x" * 1000, "s.db"))


def test_a_directory_under_that_name_is_unreadable(place: Path) -> None:
    (place / "s.db").mkdir()
    with pytest.raises(Unreadable):
        run_ids(SqliteDatabase(str(place / "s.db"), "s.db"))
    assert list((place / "s.db").iterdir()) == []


def test_what_changes_while_it_is_read_without_a_lock_is_read_again(place: Path) -> None:
    rivet = Rivet(place / "s.db", wal=False)
    database = SqliteDatabase(str(place / "s.db"), "s.db")
    with pytest.raises(Disturbed), database.reading():  # noqa: PT012 - it is raised at the end
        rivet.begin()
        os.utime(place / "s.db", ns=(1, 1))
    assert len(run_ids(database)) == 1
    rivet.close()


def test_a_log_that_appears_meanwhile_is_a_disturbance(place: Path) -> None:
    Rivet(place / "s.db").close()
    database = SqliteDatabase(str(place / "s.db"), "s.db")
    with pytest.raises(Disturbed), database.reading():  # noqa: PT012 - it is raised at the end
        other = sqlite3.connect(place / "s.db", isolation_level=None)
        other.execute("UPDATE schema_version SET version = 39")
    other.close()


def test_a_torn_page_that_is_whole_at_the_next_look_is_no_fault(place: Path) -> None:
    """What SQLite says of a file that somebody is writing counts for nothing."""
    rivet = Rivet(place / "s.db", wal=False)
    database = SqliteDatabase(str(place / "s.db"), "s.db")
    with pytest.raises(Disturbed), database.reading() as tables:  # noqa: PT012 - it is raised at the end
        os.utime(place / "s.db", ns=(1, 1))
        tables.rows("SELECT * FROM nothing_like_it")
    rivet.close()


def test_texts_that_are_no_utf8_are_read(rivet: Rivet) -> None:
    rivet.begin()
    rivet.execute("UPDATE run_status SET prefix = CAST(x'61ff' AS TEXT)")
    with SqliteDatabase(rivet.path, "s.db").reading() as tables:
        assert [status.prefix for status in Fetch(tables).all(Status)] == ["a\ufffd"]


# ------------------------------------------------------------------------------------------------------ what is new


def watcher(path: Path | str) -> tuple[SqliteDatabase, Watcher]:
    database = SqliteDatabase(str(path), "s.db")
    return database, Watcher(database, lambda: 0)


def test_a_run_that_comes_is_heard(rivet: Rivet) -> None:
    _, watching = watcher(rivet.path)
    watching.look()
    first = rivet.begin()
    assert [told.run_id for told in watching.look()] == [first.run_id]
    second = rivet.begin("other")
    assert [told.run_id for told in watching.look()] == [second.run_id]
    assert watching.look() == []


def test_state_that_is_deleted_and_begun_anew_is_followed_and_what_was_told_stays(place: Path) -> None:
    rivet = Rivet(place / "s.db")
    _, watching = watcher(place / "s.db")
    old = [rivet.begin(f"old{number}") for number in range(5)]
    for work in old[:4]:
        work.file(f"{work.export}.csv", 3)
        work.end(validated=1)
    watching.look()
    rivet.close()
    for path in place.iterdir():
        path.unlink()
    rivet = Rivet(place / "s.db")
    new = rivet.begin("new")
    new.file("new.csv", 3)
    new.end(validated=1)
    watching.look()
    log = watching.logs[new.run_id]
    assert [line for line in log if "ValidationResult" in line["event"]]
    assert set(watching.logs) >= {work.run_id for work in old}
    assert not watching.reader.is_active
    rivet.close()


def test_rows_that_are_numbered_anew_hide_no_run(rivet: Rivet) -> None:
    """As VACUUM does; or the last one was deleted, and the next gets its number."""
    _, watching = watcher(rivet.path)
    runs = [rivet.begin(f"e{number}") for number in range(5)]
    watching.look()
    for work in runs[:4]:
        rivet.execute("DELETE FROM run_status WHERE run_id = ?", work.run_id)
    rivet.execute("VACUUM")
    new = rivet.begin("new")
    assert new.run_id in [told.run_id for told in watching.look()]
    rivet.execute("DELETE FROM run_status WHERE run_id = ?", new.run_id)
    newer = rivet.begin("newer")
    assert newer.run_id in [told.run_id for told in watching.look()]


def test_a_wait_ends_when_the_file_changes_is_hurried_or_closed(rivet: Rivet) -> None:
    database = SqliteDatabase(rivet.path, "s.db")
    run_ids(database)
    assert not database.wait(0.1)
    rivet.begin()
    assert database.wait(60)
    run_ids(database)
    threading.Timer(0.05, database.hurry).start()
    assert database.wait(60)
    threading.Timer(0.05, database.close).start()
    assert not database.wait(60)


def test_the_size_counts_the_log_beside_it(rivet: Rivet) -> None:
    rivet.begin()
    files = [Path(rivet.path), Path(f"{rivet.path}-wal")]
    assert SqliteDatabase(rivet.path, "s.db").size == sum(path.stat().st_size for path in files)


@pytest.mark.parametrize(("writes", "looks"), [(1, 3), (3, 5), (1000, 8)])
def test_it_is_read_once_its_writer_rests(writes: int, looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """For rivet writes last just before it ends, and cannot remove the log beside a file that is being read then. Who
    writes all the time is not waited for.
    """
    monkeypatch.setattr(sqlite, "QUIET", sqlite.QUIET / 50)
    monkeypatch.setattr(sqlite, "UNREST", sqlite.UNREST / 50)
    database, seen = SqliteDatabase("s.db", "s.db"), list[int]()

    def stamp() -> tuple[tuple[int, int, int], ...]:
        seen.append(min(len(seen), writes))
        return ((1, seen[-1], 1),)

    monkeypatch.setattr(database, "_seen", ((1, -1, 1),))
    monkeypatch.setattr(database, "_stamp", stamp)
    assert database.wait(1.0)
    assert len(seen) == looks
