"""A state database in a file, read so that whoever writes to it does not feel it.

EVENTS.md: with a `-wal` beside it, somebody writes, or was killed: open `mode=ro`,
read, close. Without one nobody writes: open `immutable`, which creates no files,
and if one appeared meanwhile, or the file has changed, all of it is read again.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from runwatch.sources.state.database import Disturbed, Stirred, Tables, Unreadable

NAME = ".rivet_state.db"
PERIOD = 0.1
"""Seconds between two looks at the file's size and times."""
_BUSY = 0.25

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
        self._last_row = self._row = -1

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        before = self._stamp()
        if not before:
            raise Unreadable("there is no such file yet")
        has_log = os.path.exists(self._path + "-wal")
        how = "mode=ro" if has_log else "mode=ro&immutable=1"
        try:
            address = f"file:{quote(self._path)}?{how}"
            connection = sqlite3.connect(address, uri=True, timeout=_BUSY, isolation_level=None)
        except sqlite3.Error as error:
            raise Unreadable(_why(error)) from None
        try:
            tables = SqliteTables(connection)
            tables.rows("BEGIN")
            yield tables
        finally:
            connection.close()
        if not has_log and self._stamp() != before:
            raise Disturbed("it was written to meanwhile")
        self._seen = before
        self._last_row = max(self._last_row, self._row)

    def stirred(self, tables: Tables, known: Sequence[str]) -> Stirred:
        """Rows are numbered as they come, those that are written anew too."""
        if "run_id" not in tables.columns("run_status"):
            return Stirred(())
        found = tables.rows("SELECT rowid, run_id FROM run_status WHERE rowid > ? ORDER BY rowid", (self._last_row,))
        self._row = max((row for row, _ in found), default=-1)  # it counts when the reading has held
        return Stirred(tuple(run_id for _, run_id in found))

    def wait(self, seconds: float) -> bool:
        stirs = False
        for _ in range(round(seconds / PERIOD)):
            stirs = self._stamp() != self._seen
            if stirs or self._news.wait(PERIOD):
                break
        stirs = stirs or self._news.is_set()
        self._news.clear()
        return stirs and not self._closed

    def hurry(self) -> None:
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()

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


def _why(error: sqlite3.Error) -> str:
    text = str(error)
    if "unable to open" in text:
        return "it cannot be opened; check its permissions, and those of its -wal and -shm"
    if "locked" in text or "busy" in text:
        return "it is locked"
    if "not a database" in text:
        return "it is no SQLite database"
    return text
