"""rivet's tables in a PostgreSQL, where many hosts write into one state database.

One connection, and a transaction for each reading: read-only, of one instant,
its statements limited in time, ended before anybody waits. Between readings
the server is asked for one number only, its snapshot: while that is the same
nothing was committed, and there is nothing to read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from runwatch.sources.state.address import Address
from runwatch.sources.state.database import Lease, Stirred, Tables, Unreadable
from runwatch.sources.state.link import Connection, Link
from runwatch.sources.state.newcomers import Newcomers

PERIOD = 0.25
"""Seconds between two looks at the snapshot: what has changed is seen within half a second."""

# All of it ends with the transaction, so that a pooler can give the session to others. Indexes are used even where the
# server knows no figures of the tables yet, and it does not compile what it takes for expensive.
BEGIN = b"""
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = public;
SET LOCAL statement_timeout = '5s';
SET LOCAL lock_timeout = '2s';
SET LOCAL idle_in_transaction_session_timeout = '30s';
SET LOCAL enable_seqscan = off;
SET LOCAL jit = off
"""
# A standby has no snapshots of its own that would tell; there whatever changes is replayed.
MARK = b"""
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text ELSE pg_current_snapshot()::text END
"""
COLUMNS = b"""
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('public.' || %s) AND attnum > 0 AND NOT attisdropped
"""
LEASES = """
SELECT lease_key, holder, to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM state_lease
"""
WRONG = (psycopg.Error, OSError, UnicodeError)


class PostgresTables:
    """The tables during one reading."""

    mark = "%s"
    version_table = "rivet_schema_version"

    def __init__(self, link: Link, connection: Connection, columns: dict[str, frozenset[str]]) -> None:
        self._link = link
        self._connection = connection
        self._columns = columns

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a SELECT. Raises `Unreadable`."""
        return self._rows(statement.encode(), values)

    def columns(self, table: str) -> frozenset[str]:
        """The names of a table's columns. A table that is not there is asked for again."""
        found = self._columns.get(table)
        if found is None:
            found = frozenset(str(name) for (name,) in self._rows(COLUMNS, [table]))
            if found:
                self._columns[table] = found
        return found

    def _rows(self, statement: bytes, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values or None).fetchall()
        except WRONG as error:
            self._columns.clear()  # they may have been altered
            raise self._link.failed(error) from None


class PostgresDatabase:
    """`postgresql://…` as a place that tables stand in."""

    is_here = False
    size = 0

    def __init__(self, path: str) -> None:
        """Raises `WrongPath`."""
        address = Address(path)
        self.name = address.label
        self._link = Link(address)
        self._columns: dict[str, frozenset[str]] = {}
        self._newcomers = Newcomers()
        self._mark: object = None
        self._in_use = threading.Lock()
        self._woken = threading.Event()
        self._closed = threading.Event()

    def __repr__(self) -> str:
        return f"PostgresDatabase({self.name})"

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        """A transaction that sees one instant. Raises `Unreadable`."""
        with self._used():
            connection = self._open()
            try:
                yield self._begun(connection)
                self._link.worked()
            except Unreadable:
                self._mark = None  # what it was about is still to be read
                raise
            finally:
                self._end(connection)

    def stirred(self, tables: Tables, known: Sequence[str]) -> Stirred:
        """New runs, by ranges of the primary key, and who works."""
        if "run_id" not in tables.columns("run_status"):
            return Stirred(())
        rows = tables.rows(LEASES) if tables.columns("state_lease") else []
        leases = tuple(filter(None, (_lease(*map(str, row)) for row in rows)))
        found = self._newcomers.find(tables, known, [lease.export_name for lease in leases if lease.export_name])
        return Stirred(tuple(found), leases)

    def wait(self, seconds: float) -> bool:
        """Until something was committed, or the connection may be tried again."""
        end = time.monotonic() + seconds
        while not self._closed.is_set():
            left = end - time.monotonic()
            if self._woken.wait(max(0.0, min(left, max(PERIOD, self._link.due)))):
                self._woken.clear()
                return not self._closed.is_set()
            with self._used():
                if not self._closed.is_set() and self._has_moved():
                    return True
            if left <= PERIOD:
                return False
        return False

    def hurry(self) -> None:
        """Look, and try to connect, now."""
        self._link.retry_now()
        self._woken.set()

    def close(self) -> None:
        """Let go of the connection; while it is in use, whoever uses it does, which is now at an end."""
        self._closed.set()
        self._woken.set()
        if not self._let_go():
            self._link.interrupt()

    def _has_moved(self) -> bool:
        """Whether to read: something was committed, or was lost, or may be there again."""
        if not self._link.is_open or self._link.due:
            return not self._link.due
        try:
            mark = self._link.open().execute(MARK).fetchone()
        except psycopg.errors.UndefinedFunction:  # before PostgreSQL 13
            return True
        except WRONG as error:
            self._link.failed(error)
            return True
        moved, self._mark = mark != self._mark, mark
        return moved or self._newcomers.is_owing

    def _open(self) -> Connection:
        if self._closed.is_set():
            raise Unreadable("it is closed")
        if not self._link.is_open:
            self._columns.clear()
        return self._link.open()

    def _begun(self, connection: Connection) -> PostgresTables:
        try:
            connection.execute(BEGIN)
        except WRONG as error:
            raise self._link.failed(error) from None
        return PostgresTables(self._link, connection, self._columns)

    def _end(self, connection: Connection) -> None:
        try:
            if not connection.closed:
                connection.execute(b"ROLLBACK")
        except WRONG as error:
            self._link.failed(error)

    @contextmanager
    def _used(self) -> Iterator[None]:
        with self._in_use:
            yield
        if self._closed.is_set():
            self._let_go()

    def _let_go(self) -> bool:
        is_free = self._in_use.acquire(blocking=False)
        if is_free:
            try:
                self._link.drop()
            finally:
                self._in_use.release()
        return is_free


def _lease(key: str, holder: str, until: str) -> Lease | None:
    """Of `chunk-run:orders@hash` and `host:pid:ns`; a host's name can have colons."""
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    export = key.partition(":")[2].rpartition("@")[0]
    return Lease(host, int(rest), until, export) if rest.isdecimal() else None
