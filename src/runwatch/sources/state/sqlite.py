"""A state database in a file, read so that whoever writes to it does not feel it.

EVENTS.md: with a `-wal` beside it, somebody writes, or was killed: open `mode=ro`,
read, close. Without one nobody writes: open `immutable`, which creates no files,
and if one appeared meanwhile, or the file has changed, all of it is read again.
A `-wal` without its `-shm` is nobody's: that is read from a copy (`aside.py`).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from runwatch.sources.cache import cache_directory
from runwatch.sources.state.aside import Aside
from runwatch.sources.state.database import MISSING, Disturbed, Stirred, Tables, Unreadable
from runwatch.sources.state.fit import text_of

NAME = ".rivet_state.db"
PERIOD = 0.1
"""Seconds between two looks at the file's size and times."""
QUIET, UNREST = 0.05, 0.3
"""Seconds without a write until it is read, and the most that are waited for them. rivet's last write comes just before
it ends, and it cannot remove the log beside a file that is being read then.
"""
_BUSY = 0.25
_SINCE = "SELECT rowid, run_id FROM run_status WHERE rowid >= ? ORDER BY rowid"

Stamp = tuple[tuple[int, int, int], ...]


class SqliteTables:
    """One reading."""

    mark = "?"
    version_table = "schema_version"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._columns: dict[str, frozenset[str]] = {}

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise Unreadable(_why(error)) from None

    def columns(self, table: str) -> frozenset[str]:
        if table not in self._columns:
            found = self.rows("SELECT name FROM pragma_table_info(?)", (table,))
            self._columns[table] = frozenset(name for (name,) in found)
        return self._columns[table]


class SqliteDatabase:
    """`.rivet_state.db`, wherever it is and whether it is there yet."""

    is_here = True

    def __init__(self, path: str, name: str) -> None:
        """`name` is how the user knows the file at `path`."""
        self.name = name
        self._path = path
        self._closed = False
        self._news = threading.Event()
        self._seen: Stamp = ()
        self._aside = Aside(cache_directory)
        self._lock = threading.Lock()
        self._last: tuple[Any, ...] | None = None
        """(rowid, run_id) of the row of `run_status` that came last, and of which file."""
        self._row: tuple[Any, ...] | None = None

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        before = self._seen = self._stamp()
        if not before:
            raise Unreadable(_why_not_there(self._path))
        has_log, has_index = os.path.exists(self._path + "-wal"), os.path.exists(self._path + "-shm")
        is_shared = (has_log and has_index) or os.path.exists(self._path + "-journal")
        try:
            with self._connection(before, is_shared=is_shared, has_log=has_log) as connection:
                tables = SqliteTables(connection)
                tables.rows("BEGIN")
                yield tables
        except sqlite3.Error as error:
            self._check(before, is_shared)
            raise Unreadable(_why(error)) from None
        except Unreadable:
            self._check(before, is_shared)
            raise
        self._check(before, is_shared)
        self._last = self._row

    def _check(self, before: Stamp, is_shared: bool) -> None:
        """Where SQLite itself does not see to it that what was read is of one instant."""
        if not is_shared and self._stamp() != before:
            raise Disturbed("it was written to meanwhile")

    @contextmanager
    def _connection(self, stamp: Stamp, *, is_shared: bool, has_log: bool) -> Iterator[sqlite3.Connection]:
        if not stamp[0][1]:  # SQLite would take the log beside an empty file away
            connection = _connect(":memory:", "mode=memory")
        elif is_shared:
            connection = _connect(self._path, "mode=ro")
        elif has_log:
            with self._lock:
                yield self._copy(stamp)
            return
        else:
            connection = _connect(self._path, "mode=ro&immutable=1")
        try:
            yield connection
        finally:
            connection.close()

    def _copy(self, stamp: Stamp) -> sqlite3.Connection:
        try:
            connection = self._aside.open(self._path, stamp, _connect)
        except OSError as error:
            raise Unreadable(f"it cannot be copied to be read: {error.strerror}") from None
        connection.rollback()
        return connection

    def stirred(self, tables: Tables, known: Sequence[str]) -> Stirred:
        """Rows are numbered as they come, those that are written anew too: those behind the last one are new, as long
        as that is where it was.
        """
        if "run_id" not in tables.columns("run_status"):
            return Stirred(())
        file, last = self._seen[0][0], self._last
        is_anew = last is not None and last[2] != file
        found = tables.rows(_SINCE, (last[0] if last and not is_anew else -1,))
        if last and not is_anew and (not found or found[0] != last[:2]):  # not the rows that it was
            is_anew, found = True, tables.rows(_SINCE, (-1,))
        self._row = (*found[-1], file) if found else None  # it counts when the reading has held
        return Stirred(tuple(run_id for _, run_id in found), is_anew=is_anew)

    def wait(self, seconds: float) -> bool:
        stirs = False
        for _ in range(round(seconds / PERIOD)):
            stirs = self._stamp() != self._seen
            if stirs or self._news.wait(PERIOD):
                break
        if stirs:
            self._wait_until_quiet()
        stirs = stirs or self._news.is_set()
        self._news.clear()
        return stirs and not self._closed

    def _wait_until_quiet(self) -> None:
        stamp = self._stamp()
        for _ in range(round(UNREST / QUIET)):
            before = stamp
            if self._news.wait(QUIET) or (stamp := self._stamp()) == before:
                return

    def hurry(self) -> None:
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()
        with self._lock:
            self._aside.close()

    @property
    def size(self) -> int:
        """Bytes, the log beside it included."""
        return sum(part[1] for part in self._stamp())

    def _stamp(self) -> Stamp:
        """Inode, size and time of the file and of the log beside it; nothing where there is no file."""
        stamp = []
        for path in (self._path, self._path + "-wal"):
            try:
                status = os.stat(path)
            except OSError:
                continue
            stamp.append((status.st_ino, status.st_size, status.st_mtime_ns))
        return tuple(stamp)


def _connect(path: str, how: str) -> sqlite3.Connection:
    """Whatever its name is, and whatever its texts are."""
    address = f"file://{quote(os.fsencode(os.path.abspath(path)))}?{how}"
    connection = sqlite3.connect(address, uri=True, timeout=_BUSY, isolation_level=None, check_same_thread=False)
    connection.text_factory = text_of
    return connection


def _why_not_there(path: str) -> str:
    """What stands behind a shut door may well exist."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        return f"it cannot be reached: {error.strerror}"
    return MISSING


def _why(error: sqlite3.Error) -> str:
    text = str(error)
    if "unable to open" in text:
        return "it cannot be opened; check its permissions, and those of its -wal and -shm"
    if "locked" in text or "busy" in text:
        return "it is locked"
    if "not a database" in text:
        return "it is no SQLite database"
    return text
