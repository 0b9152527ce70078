"""A PostgreSQL of one's own, on a unix socket in a short temporary folder."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

KEEPER = Path(__file__).with_name("keeper.py")
START_LIMIT = 120.0
STOP_LIMIT = 60.0
ROOM = 2 << 30
"""Bytes that several servers may take."""


@dataclass
class Server:
    """A running server; a database for each who asks."""

    socket: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _emptied: dict[str, Database] = field(default_factory=dict)

    def database(self, name: str = "db") -> Database:
        """A new, empty database."""
        fresh = f"{name}_{next(self._numbers)}"
        Database(self.socket, "postgres").run(f'CREATE DATABASE "{fresh}"')
        return Database(self.socket, fresh)

    def emptied(self, name: str) -> Database:
        """The database of this name, made at first and emptied from then on: a new one costs three hundred files."""
        database = self._emptied.get(name)
        if database is None:
            database = self._emptied[name] = self.database(name)
            return database
        others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() "
        database.run(f"{others} AND pid <> pg_backend_pid()", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        return database


@dataclass(frozen=True)
class Database:
    """One database: its address, and statements that cannot take for ever."""

    socket: Path
    name: str

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{quote(str(self.socket), safe='')}/{self.name}"

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that commits each statement."""
        connection = psycopg.connect(
            host=str(self.socket), user="postgres", dbname=self.name, autocommit=True,
            connect_timeout=10, options="-c statement_timeout=60000", application_name="scenario",
        )  # fmt: skip
        with connection:
            yield connection

    def run(self, *statements: str) -> None:
        with self.connected() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connected() as connection:
            return connection.execute(query.encode()).fetchall()

    def busy(self, like: str) -> list[int]:
        """The process ids of the backends in the middle of a statement like this, but for our own."""
        found = self.rows(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
            f"AND application_name <> 'scenario' AND query LIKE '{like}'"
        )
        return [pid for (pid,) in found]

    def terminate(self, like: str) -> int:
        """End every backend in the middle of a statement like this; how many there were."""
        pids = self.busy(like)
        for pid in pids:
            self.run(f"SELECT pg_terminate_backend({pid})")
        return len(pids)


def roomy() -> str:
    """Where files are cheap: in memory, if there is room for them. A short path: a socket's has 107 bytes at most."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
        return str(memory)
    return "/tmp"


@contextmanager
def running(programs: Path | None = None, *settings: str) -> Iterator[Server]:
    """A server, ended with its files at the end, whatever happens meanwhile; of these programs, if not of ours."""
    folder = Path(tempfile.mkdtemp(prefix="rw-", dir=roomy()))
    folder.chmod(0o755)  # as root the server is run by another user
    run_in = folder / "run"
    run_in.mkdir()
    keeper = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(KEEPER), str(folder), str(programs or ""), *settings],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env=os.environ | {"XDG_RUNTIME_DIR": str(run_in)},
    )  # fmt: skip
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    assert keeper.stderr is not None
    try:
        ready, _, _ = select.select([keeper.stdout], [], [], START_LIMIT)
        line = keeper.stdout.readline() if ready else b""
        if not line.startswith(b"ready"):
            keeper.kill()
            raise RuntimeError(f"PostgreSQL did not start: {keeper.stderr.read().decode(errors='replace')[-2000:]}")
        server = Server(folder / "pg")
        Database(server.socket, "postgres").run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server
    finally:
        keeper.stdin.close()
        try:
            keeper.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait(STOP_LIMIT)
        keeper.stdout.close()
        keeper.stderr.close()
