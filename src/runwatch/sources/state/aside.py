"""A copy of a database that has a log beside it and that nobody has open, to be read in its place.

SQLite cannot read such a one without making an index (`-shm`) beside it, which
it would leave there; and where it may not write, not at all. The copy has no
name for longer than it takes to open it, so that nothing stays behind.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable

from runwatch.sources.cache import make_private

BESIDE = ("", "-wal")


class Aside:
    """The last copy, as long as the original is as it was then."""

    def __init__(self, cache: Callable[[], str]) -> None:
        """`cache` is the directory it is made in; else one for temporary files."""
        self._cache = cache
        self._connection: sqlite3.Connection | None = None
        self._stamp: object = None

    def open(self, path: str, stamp: object, connect: Callable[[str, str], sqlite3.Connection]) -> sqlite3.Connection:
        """A connection to a copy, that of last time where `stamp` is the same; `connect` takes a path and the mode.
        Raises `OSError` and `sqlite3.Error`.
        """
        if self._connection is None or self._stamp != stamp:
            self.close()
            with tempfile.TemporaryDirectory(prefix="state-", dir=self._directory()) as directory:
                copy = os.path.join(directory, "copy.db")
                for end in BESIDE:
                    shutil.copyfile(path + end, copy + end)
                connection = connect(copy, "mode=rw")
                try:
                    connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
                except sqlite3.Error:
                    connection.close()
                    raise
            self._connection, self._stamp = connection, stamp
        return self._connection

    def close(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _directory(self) -> str | None:
        try:
            make_private(self._cache())
        except OSError:
            return None
        return self._cache()
