"""What the reader asks of a place that tables stand in, SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from msgspec import Struct

KNOWN_VERSION = 38
"""Of rivet's state schema: the one that this was made for (rivet 0.32.2)."""

MISSING = "there is no such file yet"
"""Why a database cannot be read that is not there."""


class Unreadable(Exception):
    """The tables cannot be read now; the text says why, in a user's words and without any password."""


class Disturbed(Unreadable):
    """Somebody wrote to it meanwhile, so that what was read may be neither the old nor the new."""


class Tables(Protocol):
    """The tables, open for one reading: all of its answers are of one instant."""

    mark: str
    """What stands for a value in a statement: `?` or `%s`."""
    version_table: str
    """Which table says of which version they are."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a SELECT. Raises `Unreadable`."""
        ...

    def columns(self, table: str) -> frozenset[str]:
        """The names of a table's columns; empty where there is no such table."""
        ...


class Lease(Struct, frozen=True):
    """Somebody works on an export: a row of `state_lease`, which only PostgreSQL has rows in."""

    host: str
    pid: int
    expires_at: str
    """RFC 3339, UTC."""
    export_name: str | None = None
    """The export it is for, where its key says so: in containers all hosts' processes may have one number."""


class Stirred(Struct, frozen=True):
    """What may have changed among the runs since the last look."""

    run_ids: tuple[str, ...]
    """Runs that were not known. The reader asks for their rows itself."""
    leases: tuple[Lease, ...] = ()
    is_anew: bool = False
    """These are not the tables that were read before: somebody has put others in their place."""


class Database(Protocol):
    """A place that tables stand in. Used by one thread at a time, except `close` and `hurry`."""

    name: str
    """As evidence and header name it: the path as it was given, or the address without its password."""
    is_here: bool
    """Those who write to it are processes of this host, or of nobody that we could ask for."""

    def reading(self) -> AbstractContextManager[Tables]:
        """Open it for a short reading. Raises `Unreadable`, also in the midst: then all of it is read again."""
        ...

    @property
    def size(self) -> int:
        """Bytes it takes; 0 where nobody knows."""
        ...

    def stirred(self, tables: Tables, known: Sequence[str]) -> Stirred:
        """What is new among the runs. `known` are the run_ids known so far, the newest start first; cheap, however
        many they are.
        """
        ...

    def wait(self, seconds: float) -> bool:
        """Block until something may have changed; false where nothing did in so many seconds, or it was closed."""
        ...

    def hurry(self) -> None:
        """End a `wait` at once."""
        ...

    def close(self) -> None:
        """Let go of everything; ends a `wait`."""
        ...
