"""rivet as a process: a config, runs that cannot outlive their limit, and what rivet knows afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.real.postgres import Database

RIVET = Path(sys.executable).with_name("rivet")
LIMIT = 120.0
"""No run takes longer than this: one that does is killed, and the test fails."""
Row = dict[str, Any]


class TookTooLong(AssertionError):
    """What was waited for did not come."""


def wait_until(true: Callable[[], Any], what: str, limit: float = LIMIT, pause: float = 0.002) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + limit
    while not true():
        if time.monotonic() > end:
            raise TookTooLong(f"{what}: not within {limit:g} s")
        time.sleep(pause)


@dataclass
class Invocation:
    """One `rivet run`, in a process group of its own."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def going(self) -> bool:
        return self.process.poll() is None

    def wait(self, limit: float = LIMIT) -> int:
        """Its exit code; killed if it takes longer."""
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TookTooLong(f"rivet: not within {limit:g} s\n{self.said()}") from None

    def until(self, true: Callable[[], Any], what: str) -> None:
        """Wait for something that must come before rivet ends."""
        wait_until(lambda: true() or not self.going, what)
        if not self.going and not true():
            raise TookTooLong(f"{what}: rivet had ended before\n{self.said()}")

    def kill(self) -> None:
        """SIGKILL to the whole group, and wait until it is gone."""
        if self.going:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def said(self) -> str:
        return self.output.read_text(errors="replace")


@dataclass
class Project:
    """A folder with a rivet.yaml, and the database that it reads."""

    folder: Path
    database: Database
    state: Database | None = None
    """Where the state is kept, if not in `.rivet_state.db` beside the config."""
    around: Callable[[Project], AbstractContextManager[Any]] = lambda _: nullcontext()
    """What is entered around each of its runs: whoever takes snapshots, or watches."""
    through: tuple[str, ...] = ()
    """A command that becomes rivet's, by `exec`: what prepares the place that it runs in."""
    _started: list[Invocation] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "rivet.yaml"

    @property
    def state_file(self) -> Path:
        return self.folder / ".rivet_state.db"

    @property
    def watched(self) -> str:
        """The PATH that runwatch is given for it."""
        return self.state.url if self.state else str(self.state_file)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def write(self, *exports: Row) -> None:
        """The config; JSON is YAML too."""
        source = {"type": "postgres", "url": self.database.url, "tls": {"mode": "disable"}}
        usual = {"format": "parquet", "destination": {"type": "local", "path": "./out"}}
        self.folder.mkdir(parents=True, exist_ok=True)
        config = {"source": source, "exports": [usual | export for export in exports]}
        self.config.write_text(json.dumps(config, indent=2))

    @contextmanager
    def running(self, *options: str) -> Iterator[Invocation]:
        """`rivet run` with these options, over at the end of the block."""
        output = self.folder / f"said-{len(self._started) + 1}.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RIVET_")}
        if self.state:
            environment["RIVET_STATE_URL"] = f"{self.state.url}?sslmode=disable"
        with output.open("wb") as said:
            process = subprocess.Popen(
                [*self.through, str(RIVET), "run", "--config", self.config.name, *options],
                cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=said,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        invocation = Invocation(process, output)
        self._started.append(invocation)
        try:
            with self.around(self):
                yield invocation
                invocation.wait()
        finally:
            invocation.kill()

    def run(self, *options: str) -> int:
        """`rivet run` to its end; its exit code."""
        with self.running(*options) as invocation:
            return invocation.wait()

    def said(self) -> str:
        """What rivet said, in all its runs."""
        return "\n".join(invocation.said() for invocation in self._started)

    def rows(self, query: str) -> list[Row]:
        """What the state's tables say now, each row by the names of its columns; [] while they are not there."""
        if self.state:
            return self._rows_of_postgres(query)
        if not self.state_file.exists():
            return []
        with reading(self.state_file) as connection:
            connection.row_factory = sqlite3.Row
            try:
                return [dict(row) for row in connection.execute(query)]
            except sqlite3.OperationalError:
                return []

    def _rows_of_postgres(self, query: str) -> list[Row]:
        from psycopg.errors import UndefinedTable

        assert self.state is not None
        with self.state.connected() as connection:
            try:
                found = connection.execute(query.encode())
            except UndefinedTable:
                return []
            assert found.description is not None
            names = [column.name for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found]

    def journals(self) -> list[Row]:
        """Every journal that was stored, oldest first."""
        stored = self.rows("SELECT journal_json FROM run_journal ORDER BY finished_at")
        return [json.loads(row["journal_json"]) for row in stored]

    def events(self, number: int = -1) -> list[tuple[str, Row]]:
        """A journal's events, each with its variant's name; of the newest one if none is named."""
        return [next(iter(entry["event"].items())) for entry in self.journals()[number]["entries"]]

    def metrics(self) -> list[Row]:
        return self.rows("SELECT * FROM export_metrics ORDER BY id")

    def keep_state(self, into: Path) -> None:
        """A copy of the database as rivet left it, one file without a -wal, and of the config."""
        into.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.config, into / "rivet.yaml")
        if not self.state:
            copy_state(self.state_file, into / ".rivet_state.db")


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that leaves no file behind: without a -wal nobody writes."""
    how = "mode=ro" if Path(f"{file}-wal").exists() else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"file:{file}?{how}", uri=True, timeout=5)) as connection:
        yield connection


def copy_state(file: Path, to: Path) -> None:
    """A consistent copy of a state database, made by reading alone."""
    with reading(file) as connection, closing(sqlite3.connect(to)) as copy:
        copy.execute("PRAGMA synchronous=OFF")
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # so that it is one file, also when it is read
