"""A PostgreSQL as a place that tables stand in, against a real one."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

pytest.importorskip("psycopg")

from tests.sources.state.explained import Explained
from tests.sources.state.server import Server, connected
from tests.sources.state.stored import (
    NOW,
    Amount,
    add,
    definitions,
    fill_postgres,
    finished,
    insert,
    run_id_of,
    running,
)

from runwatch.sources.state import link, newcomers, postgres
from runwatch.sources.state.database import Database, Lease, Unreadable
from runwatch.sources.state.postgres import PostgresDatabase
from runwatch.sources.state.reader import Reader

LIMIT = 60.0
"""Seconds after which what is waited for will not come."""


@contextmanager
def opened(address: str) -> Iterator[PostgresDatabase]:
    with closing(PostgresDatabase(address)) as database:
        yield database


COUNT = "SELECT count(*) FROM run_status"


def read(database: Database, statement: str = COUNT) -> list[tuple[Any, ...]]:
    with database.reading() as tables:
        return tables.rows(statement)


def why(database: Database, statement: str = COUNT) -> str:
    """Why it cannot be read."""
    with pytest.raises(Unreadable) as caught:
        read(database, statement)
    error = caught.value
    assert error.__suppress_context__ or error.__context__ is None  # a traceback would quote what libpq says
    return str(error)


def found(database: Database, known: list[str]) -> list[str]:
    """New runs, which are known from now on."""
    with database.reading() as tables:
        new = list(database.stirred(tables, known).run_ids)
    known[:0] = new
    return new


@pytest.fixture
def state(server: Server) -> str:
    """The address of a state with three runs that ended, and one that runs."""
    address = server.database()
    fill_postgres(address, Amount(3, running=1))
    return address


# ------------------------------------------------------------------------------------------------------------- reading


def test_a_reading_sees_one_instant(state: str) -> None:
    """What is committed meanwhile is seen by the next."""
    with opened(state) as database, connected(state) as other:
        with database.reading() as tables:
            before = tables.rows("SELECT count(*) FROM run_status")
            add(other, finished("late", NOW, random.Random(2)))
            assert tables.rows("SELECT count(*) FROM run_status") == before == [(4,)]
        assert read(database) == [(5,)]


def test_nothing_can_be_written(state: str) -> None:
    with opened(state) as database:
        for statement in ("DELETE FROM run_status RETURNING run_id", "CREATE TABLE mine (x int)"):
            assert "read-only transaction" in why(database, statement)
            database.hurry()
        assert read(database) == [(4,)]


def test_there_is_one_connection_that_says_whose_it_is_and_holds_nothing_while_it_waits(state: str) -> None:
    query = "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'runwatch'"
    with opened(state) as database, connected(state) as other:
        for _ in range(3):
            read(database)
            database.wait(0.01)
        assert other.execute(query).fetchall() == [("idle",)]
        database.close()
        deadline = time.monotonic() + LIMIT
        while other.execute(query).fetchall() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert other.execute(query).fetchall() == []


def test_tables_stand_in_public_whatever_the_search_path_of_the_user(state: str, server: Server) -> None:
    server.run("CREATE SCHEMA other", "CREATE TABLE other.run_status (x int)", address=state)
    with opened(f"{state}?options=-csearch_path%3Dother") as database:
        assert read(database) == [(4,)]


def test_columns_are_those_of_now(state: str, server: Server) -> None:
    """A later rivet adds some; a table that is not there has none."""
    with opened(state) as database:
        with database.reading() as tables:
            assert {"run_id", "status", "prefix"} <= tables.columns("run_status")
            assert tables.columns("export_harm") == frozenset()
        server.run("CREATE TABLE export_harm (id bigint)", address=state)
        with database.reading() as tables:
            assert tables.columns("export_harm") == {"id"}


def test_values_go_beside_the_statement(state: str) -> None:
    with opened(state) as database, database.reading() as tables:
        assert tables.rows(f"SELECT {tables.mark}::text", ["'; DROP TABLE run_status --"])[0][0].startswith("';")


# ---------------------------------------------------------------------------------------------------- what goes wrong


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements are given up at once."""
    assert postgres.BEGIN.count(b"= '5s'") == postgres.BEGIN.count(b"= '2s'") == 1
    hasty = postgres.BEGIN.replace(b"= '5s'", b"= '400ms'").replace(b"= '2s'", b"= '200ms'")
    monkeypatch.setattr(postgres, "BEGIN", hasty)


@pytest.mark.usefixtures("impatient")
def test_a_locked_table_ends_in_words_and_is_read_when_it_is_free(state: str) -> None:
    with opened(state) as database, connected(state) as other:
        with other.transaction():
            other.execute("LOCK TABLE run_status IN ACCESS EXCLUSIVE MODE")
            assert why(database) == "a table is locked by somebody else"
        assert database.wait(LIMIT)
        assert read(database) == [(4,)]


@pytest.mark.usefixtures("impatient")
def test_a_statement_that_takes_too_long_is_ended(state: str) -> None:
    with opened(state) as database:
        assert "took longer than five seconds" in why(database, "SELECT pg_sleep(60)")
        assert database.wait(LIMIT)
        assert read(database) == [(4,)]


def test_a_server_that_ends_and_comes_again_is_read_again(state: str, server: Server) -> None:
    """Nothing is lost: what was written meanwhile is found, though no look saw it come."""
    known: list[str] = []
    with opened(state) as database:
        assert len(found(database, known)) == 4
        server.stop()
        assert database.wait(LIMIT)
        assert "server" in why(database)
        server.start()
        with connected(state) as other:
            add(other, running("orders", NOW + timedelta(hours=2), random.Random(3), "other", pid=77))
        deadline = time.monotonic() + LIMIT
        new: list[str] = []
        while not new and time.monotonic() < deadline:
            if database.wait(LIMIT):
                with suppress(Unreadable):  # it is starting
                    new = found(database, known)
        assert new == [run_id_of("orders", NOW + timedelta(hours=2), 77)]


def test_a_connection_that_is_ended_in_the_midst_is_made_again(state: str) -> None:
    with opened(state) as database, connected(state) as other:
        with database.reading() as tables:
            ((pid,),) = tables.rows("SELECT pg_backend_pid()")
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
            with pytest.raises(Unreadable, match="the server was shut down"):
                tables.rows("SELECT pg_sleep(30)")
        assert database.wait(LIMIT)
        assert read(database) == [(4,)]


def test_attempts_come_ever_less_often_and_not_at_all_before_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(link, "monotonic", lambda: now)
    tried: list[float] = []

    def connect() -> link.Connection:
        tried.append(now)
        raise OSError("connection refused")

    with opened("postgresql://u@%2Fnowhere/x") as database:
        monkeypatch.setattr(database._link._address, "connect", connect)
        while now < 1200:
            assert why(database) == "no server listens there"
            now += 0.25
    apart = [after - before for before, after in pairwise(tried)]
    assert apart == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30]


def test_whoever_asks_does_not_wait_for_the_next_attempt(server: Server) -> None:
    with opened(server.address("later")) as database:
        for _ in range(8):
            assert why(database) == "the server has no database later"
        server.run("CREATE DATABASE later")
        database.hurry()
        assert read(database, "SELECT 1") == [(1,)]


def test_tables_may_come_later(server: Server) -> None:
    """rivet makes them when it runs first. Until then the server is not told to look for them again and again."""
    address, known = server.database(), list[str]()
    with opened(address) as database, connected(address) as other:
        assert found(database, known) == []
        database.wait(0.1)
        assert not database.wait(0.5)
        for statement in definitions(sqlite=False):
            other.execute(statement.encode())
        add(other, running("orders", NOW, random.Random(1)))
        assert database.wait(LIMIT)
        assert len(found(database, known)) == 1


def test_what_is_wrong_at_the_door_is_said_in_words(server: Server) -> None:
    server.guard("guarded", "s3cret@x")
    place = server.address("postgres", user="guarded")
    with_password = place.replace("guarded@", "guarded:wr0ng%40x@")
    for address, words in (
        (with_password, "does not take the password of guarded"),
        (place, "asks for a password"),
        (server.address("nope"), "no database nope"),
        (server.address(user="nobody"), "does not let nobody in"),
        ("postgresql://u:s3cret@127.0.0.1:1/x", "no server listens there"),
        ("postgresql://u:s3cret@%2Fnowhere/x", "no server listens there"),
        ("postgresql://u:s3cret@nohost.invalid/x", "no host nohost.invalid"),
        ("postgresql://u:s3cret@127.0.0.1:1/x?sslmode=s3cret", "a parameter in the address"),
        ("postgresql:///x?service=s3cret&password=s3cret", "no service of that name"),
    ):
        with opened(address) as database:
            assert words in why(database)
    with opened(place.replace("guarded@", "guarded:s3cret%40x@")) as database:
        assert read(database, "SELECT current_user::text") == [("guarded",)]
        assert "GRANT SELECT" in why(database, "SELECT rolpassword FROM pg_authid")


# ------------------------------------------------------------------------------------------------------------- waiting


def test_waiting_ends_when_something_is_committed_and_not_before(state: str) -> None:
    with opened(state) as database, connected(state) as other:
        read(database)
        database.wait(0.01)
        assert not database.wait(1)
        other.execute("UPDATE chunk_task SET attempts = attempts + 1")
        assert database.wait(LIMIT)
        assert not database.wait(0.5)


@pytest.mark.parametrize(("end", "may_have_changed"), [("hurry", True), ("close", False)])
def test_waiting_is_ended_from_outside(state: str, end: str, may_have_changed: bool) -> None:
    with opened(state) as database:
        read(database)
        while database.wait(0.01):
            pass
        said: list[bool] = []
        thread = threading.Thread(target=lambda: said.append(database.wait(LIMIT)))
        thread.start()
        getattr(database, end)()
        thread.join(LIMIT)
        assert said == [may_have_changed]


def test_closing_does_not_wait_for_a_statement(state: str) -> None:
    """Whoever presses q is not kept by a server that takes its time."""
    with opened(state) as database:
        said: list[str] = []
        with connected(state) as other:
            thread = threading.Thread(target=lambda: said.append(why(database, "SELECT pg_sleep(60)")))
            thread.start()
            deadline = time.monotonic() + LIMIT
            while time.monotonic() < deadline:
                if other.execute("SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'").fetchall():
                    break
            database.close()
            thread.join(LIMIT)
        assert said == ["the connection to the server was lost"]


# ------------------------------------------------------------------------------------------------------------ new runs


def test_no_look_reads_a_big_table_from_end_to_end(
    many: str, explained: Callable[[Any], Explained], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ten thousand runs and fresh statistics, also where a scan from export to export is due."""
    monkeypatch.setattr(newcomers, "SKIPPED_EVERY", 0.0)
    database, known = explained(PostgresDatabase(many)), list[str]()
    assert len(found(database, known)) >= 10_020
    assert database.whole  # the first look is at all of them
    database.whole.clear()
    assert found(database, known) == []
    assert any("RECURSIVE" in statement for statement in database.statements)
    assert any("unnest" in statement for statement in database.statements)
    assert database.whole == []


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(minutes=5)], ids=["on time", "five minutes behind"])
def test_a_new_run_is_found_among_ten_thousand(many: str, behind: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its export's range alone, also from a host whose clock is behind."""
    monkeypatch.setattr(newcomers, "SKIPPED_EVERY", LIMIT)
    known: list[str] = []
    with opened(many) as database, connected(many) as other:
        assert len(found(database, known)) >= 10_020
        rows = running("orders", NOW - behind, random.Random(4), host="other", pid=int(behind.total_seconds()) + 1)
        add(other, {table: rows[table] for table in ("run_status",)})
        assert found(database, known) == [rows["run_status"][0]["run_id"]]
        assert found(database, known) == []


def test_a_clock_that_is_ahead_hides_no_run_of_the_others(state: str) -> None:
    known: list[str] = []
    with opened(state) as database, connected(state) as other:
        now = datetime.now(UTC)
        add(other, finished("orders", now + timedelta(days=300), random.Random(5)))
        assert len(found(database, known)) == 5
        add(other, finished("orders", now, random.Random(6)))
        assert len(found(database, known)) == 1


NAMES = ["brand_new", "orders_2026", "orders_202611", "order", "Orders", "zürich", "a__2026-12"]


@pytest.mark.parametrize("name", NAMES)
def test_a_new_export_is_found_whatever_its_name(state: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one whose name begins as another's run_ids do, and which writes to the same place."""
    monkeypatch.setattr(newcomers, "SKIPPED_EVERY", 0.0)
    known: list[str] = []
    with opened(state) as database, connected(state) as other:
        found(database, known)
        rows = [finished(name, NOW + timedelta(hours=hours), random.Random(hours)) for hours in (1, 2)]
        for some in rows:
            add(other, some)
        assert found(database, known) == [some["run_status"][0]["run_id"] for some in reversed(rows)]


def test_an_export_that_somebody_works_on_is_found_at_once(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "SKIPPED_EVERY", LIMIT)
    known: list[str] = []
    with opened(state) as database, connected(state) as other:
        found(database, known)
        add(other, running("brand_new", NOW, random.Random(7)))
        assert len(found(database, known)) == 1


def test_a_scan_that_was_left_out_is_made_up_for_though_nothing_changes_any_more(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newcomers, "SKIPPED_EVERY", 1.0)
    known: list[str] = []
    with opened(state) as database, connected(state) as other:
        found(database, known)
        add(other, finished("brand_new", NOW, random.Random(8)))
        new: list[str] = []
        deadline = time.monotonic() + LIMIT
        while not new and time.monotonic() < deadline:
            if database.wait(LIMIT):
                new = found(database, known)
        assert len(new) == 1


def test_run_ids_of_no_usual_form_are_found_by_the_complete_look(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "COMPLETE_EVERY", 0.0)
    known: list[str] = []
    with opened(state) as database, connected(state) as other:
        found(database, known)
        row = finished("odd", NOW, random.Random(9))["run_status"][0]
        for run_id in ("by hand", "orders", "orders_", "x_99999999T999999.000_1"):
            add(other, {"run_status": [row | {"run_id": run_id}]})
        assert sorted(found(database, known)) == sorted(["by hand", "orders", "orders_", "x_99999999T999999.000_1"])


def test_runs_are_told_until_they_are_known(state: str) -> None:
    """A reader that could not read their rows asks again."""
    with opened(state) as database:
        first = found(database, [])
        assert found(database, []) == first
        assert found(database, first[1:]) == first[:1]


def test_leases_tell_who_works_on_what_and_until_when(state: str) -> None:
    with opened(state) as database, connected(state) as other:
        other.execute("DELETE FROM state_lease")
        until = datetime(2026, 11, 25, 13, 0, 30, 250_000, tzinfo=UTC)
        for key, holder in (
            ("chunk-run:orders@f786255dfe78a5c6", "a.host:with:colons:13105:1795643411755720651"),
            ("something else", "of no form"),
        ):
            other.execute("INSERT INTO state_lease VALUES (%s, %s, %s)", [key, holder, until])
        with database.reading() as tables:
            leases = database.stirred(tables, []).leases
    assert leases == (Lease("a.host:with:colons", 13105, "2026-11-25T13:00:30.250000Z", "orders"),)


# ------------------------------------------------------------------------------------------------------- with a reader


def test_an_empty_database_is_said_to_have_no_tables_yet(server: Server) -> None:
    with opened(server.database()) as database:
        reader = Reader(database, lambda: 0)
        assert list(reader.look()) == [[]]
        assert reader.word == "rivet has made no tables there yet"


def test_the_version_of_the_tables_is_read(state: str, server: Server) -> None:
    server.run("UPDATE rivet_schema_version SET version = 99", address=state)
    with opened(state) as database:
        reader = Reader(database, lambda: 0)
        list(reader.look())
        assert "state schema 99 is newer" in reader.word


def test_the_reader_asks_for_nothing_that_grows_with_what_is_stored(
    many: str, explained: Callable[[Any], Explained]
) -> None:
    """Behind the first statements, which are about all runs, each finds its rows by an index."""
    database = explained(PostgresDatabase(many))
    reader = Reader(database, lambda: 0)
    database.is_on = False
    assert sum(len(part) for part in reader.look()) > 10_000
    database.is_on = True
    with connected(many) as other:
        add(other, running("stock", NOW, random.Random(11), host="reader"))
    told = [one.run_id for part in reader.look() for one in part]
    assert run_id_of("stock", NOW, 20_000) in told
    assert len(set(database.statements)) > 10
    assert database.whole == []


def test_a_run_that_goes_on_is_told_as_it_does(state: str) -> None:
    """Its chunk, its file and its lease; a file of a run that has ended is nobody's news."""
    with opened(state) as database, connected(state) as other:
        reader = Reader(database, lambda: 0)
        for _ in range(2):
            list(reader.look())
        ((run_id,),) = other.execute("SELECT run_id FROM run_status WHERE status = 'running'").fetchall()
        ((index,),) = other.execute("SELECT min(chunk_index) FROM chunk_task WHERE status = 'running'").fetchall()
        at = "2099-01-01T00:00:00.000000000+00:00"
        other.execute(
            "UPDATE chunk_task SET status = 'completed', rows_written = 7, file_name = 'new', updated_at = %s "
            "WHERE run_id = %s AND chunk_index = %s",
            [at, run_id, index],
        )
        for whose in (run_id, "orders_20200101T000000.000_1"):
            row = {"run_id": whose, "export_name": "orders", "file_name": "new", "row_count": 7, "bytes": 70}
            insert(other, "file_log", [row | {"format": "parquet", "compression": None, "created_at": at}])
        lines = [line for part in reader.look() for told in part for line in told.lines]
    events = [next(iter(json.loads(line)["event"].items())) for line in lines]
    assert [fields["file_name"] for kind, fields in events if kind == "FileWritten"] == ["new"]
    assert ("ChunkCompleted", {"chunk_index": index, "rows": 7, "file_name": "new"}) in events
