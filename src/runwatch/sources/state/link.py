"""The one connection to a PostgreSQL: made when it is needed, and again, ever less often, where it was lost."""

from __future__ import annotations

import contextlib
import os
import socket
from time import monotonic
from typing import Any

import psycopg

from runwatch.sources.state.address import Address
from runwatch.sources.state.database import Unreadable
from runwatch.sources.state.refusals import failure, refusal

Connection = psycopg.Connection[tuple[Any, ...]]
FIRST, LONGEST = 0.5, 30.0
"""Seconds after the first failure, and at most. In between they double."""
LONGEST_INSIDE = 5.0
"""At most where the server is there and a statement failed: a lock, a timeout."""


class Link:
    """Used by one thread at a time, but for `retry_now` and `interrupt`."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._failures = 0
        self._next = 0.0
        self._why = ""

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    @property
    def due(self) -> float:
        """Seconds until it may be used again; none where nothing is wrong."""
        return max(0.0, self._next - monotonic())

    def open(self) -> Connection:
        """The connection. Raises `Unreadable` where there is none, and at once while it is too early to try again."""
        if self.due:
            raise Unreadable(self._why)
        if self._connection is None:
            try:
                self._connection = self._address.connect()
            except (psycopg.Error, OSError, ValueError) as error:
                raise self._failed(refusal(error, self._address), LONGEST) from None
        return self._connection

    def failed(self, error: Exception) -> Unreadable:
        """What to raise for a statement that failed; a connection that broke is let go of."""
        broken = self._connection is None or self._connection.closed
        if broken:
            self.drop()
        return self._failed(failure(error, self._address), LONGEST if broken else LONGEST_INSIDE)

    def worked(self) -> None:
        """Nothing is wrong any more."""
        self._failures = 0

    def retry_now(self) -> None:
        """Not to wait any longer for the next attempt."""
        self._next = 0.0

    def interrupt(self) -> None:
        """End what another thread waits for: to it the connection is lost."""
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                connection.close()

    def _failed(self, why: str, longest: float) -> Unreadable:
        self._why = why
        self._next = monotonic() + min(FIRST * 2**self._failures, longest)
        self._failures = min(self._failures + 1, 10)
        return Unreadable(why)
