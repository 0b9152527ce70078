"""rivet's state, with the tables and columns that we rely on, and a rivet that writes them as the real one was seen to.

A `Rivet` keeps the tables in memory or in a file. Each thing it does moves its clock by a little over a millisecond,
so that no two rows have one time. What it does for a run goes into that run's journal too, which is stored at the end.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runwatch.core.times import format_time
from runwatch.sources.state.database import Database, Disturbed, Lease, Stirred, Tables
from runwatch.sources.state.reader import Reader
from runwatch.sources.state.source import StateSource
from runwatch.sources.state.sqlite import SqliteDatabase, SqliteTables
from runwatch.sources.state.story import Told

JSON = dict[str, Any]
BEGIN = 1_795_500_000 * 10**9
"""ns; when a rivet's clock begins."""
STEP = 1_234_567
SCHEMA = """
CREATE TABLE schema_version (version INTEGER);
INSERT INTO schema_version VALUES (38);
CREATE TABLE run_status (run_id TEXT PRIMARY KEY, export_name TEXT, prefix TEXT, status TEXT, started_at TEXT,
    finished_at TEXT);
CREATE TABLE chunk_run (run_id TEXT PRIMARY KEY, export_name TEXT, status TEXT, created_at TEXT, updated_at TEXT);
CREATE TABLE chunk_task (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT, chunk_index INTEGER, start_key TEXT,
    end_key TEXT, status TEXT, attempts INTEGER, last_error TEXT, rows_written INTEGER, file_name TEXT,
    updated_at TEXT, UNIQUE(run_id, chunk_index));
CREATE TABLE file_log (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT, file_name TEXT, row_count INTEGER,
    bytes INTEGER, created_at TEXT);
CREATE TABLE export_metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT, run_at TEXT, status TEXT,
    error_message TEXT, total_rows INTEGER, files_produced INTEGER, bytes_written INTEGER, duration_ms INTEGER,
    validated INTEGER, reconciled INTEGER, source_count INTEGER, quality_passed INTEGER);
CREATE TABLE run_journal (run_id TEXT PRIMARY KEY, export_name TEXT, finished_at TEXT, journal_json TEXT);
"""
MOST = 4
"""`max_chunk_attempts`."""


class Rivet:
    """The producer. Everything it does is a transaction of its own, as in the real one."""

    def __init__(self, path: Path | str = ":memory:", *, wal: bool = True) -> None:
        self.path = str(path)
        self.connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        if wal and path != ":memory:":
            self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")
        self.time = BEGIN
        self.runs: list[Work] = []

    @property
    def now(self) -> str:
        """The next moment, as the tables write it."""
        self.time += STEP
        return format_time(self.time).removesuffix("Z") + "+00:00"

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, values).fetchall()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """One transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        yield
        self.connection.execute("COMMIT")

    def begin(self, export: str = "orders", *, chunks: int = 0, parallel: bool = False) -> Work:
        """A run starts: a full one, or one with so many chunks and checkpoints; it goes on with what is left over."""
        now = self.now
        work = Work(self, f"{export}_{len(self.runs)}_{4_000_000 + len(self.runs)}", export, parallel=parallel)
        work.started_at = now
        with self.at_once():
            for (older,) in self.execute(
                "SELECT run_id FROM run_status WHERE export_name = ? AND status = 'running'", export
            ):
                gone = "UPDATE run_status SET status = 'interrupted', finished_at = ? WHERE run_id = ?"
                self.execute(gone, now, older)
                owner = next(run.owner for run in self.runs if run.run_id == older)
                self.execute(
                    "UPDATE export_metrics SET status = 'interrupted' WHERE run_id = ? AND status = 'running'", owner
                )
            self.execute(
                "INSERT INTO run_status VALUES (?, ?, 'file:///out', 'running', ?, NULL)", work.run_id, export, now
            )
        self.runs.append(work)
        if chunks:
            work.plan(chunks)
        work.write("PlanResolved", **PLAN, export_name=export, resume=work.owner != work.run_id, chunk_key="id")
        return work

    def close(self) -> None:
        self.connection.close()


PLAN: JSON = {
    "base_query": "SELECT * FROM orders", "strategy": "chunked", "format": "csv", "compression": "none",
    "destination_type": "local", "tuning_profile": "balanced (default)", "batch_size": 1000, "validate": True,
    "reconcile": True,
}  # fmt: skip


@dataclass
class Work:
    """One run of it."""

    rivet: Rivet
    run_id: str
    export: str
    parallel: bool = False
    started_at: str = ""
    owner: str = ""
    """Whose rows its chunks and files have."""
    entries: list[JSON] = field(default_factory=list)
    """Of its journal."""
    at_end: list[JSON] = field(default_factory=list)
    """What the journal of parallel workers gets in one burst."""
    files: int = 0
    rows: int = 0
    tries: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of each chunk, how often it was begun and how often that failed."""

    def __post_init__(self) -> None:
        self.owner = self.owner or self.run_id

    def write(self, kind: str, **fields: Any) -> None:
        at = self.rivet.now.removesuffix("+00:00") + "Z"
        self.entries.append({"recorded_at": at, "event": {kind: fields}})

    def plan(self, chunks: int) -> None:
        rivet, waiting = self.rivet, "export_name = ? AND status = 'in_progress'"
        for (owner,) in rivet.execute(f"SELECT run_id FROM chunk_run WHERE {waiting}", self.export):
            self.owner = owner
            reset = "UPDATE chunk_task SET status = 'pending', updated_at = ? WHERE run_id = ? AND status = 'running'"
            rivet.execute(reset, rivet.now, owner)
            return
        with rivet.at_once():
            now = rivet.now
            insert = "INSERT INTO chunk_run VALUES (?, ?, 'in_progress', ?, ?)"
            rivet.execute(insert, self.run_id, self.export, now, now)
            for index in range(chunks):
                rivet.execute(
                    "INSERT INTO chunk_task (run_id, chunk_index, start_key, end_key, status, attempts, updated_at)"
                    " VALUES (?, ?, ?, ?, 'pending', 0, ?)",
                    self.run_id, index, str(index * 100), str(index * 100 + 99), now,
                )  # fmt: skip

    def tasks(self, *states: str) -> list[tuple[int, int, str]]:
        """(index, attempts, status) of the chunks that are in one of these."""
        rows = self.rivet.execute("SELECT chunk_index, attempts, status FROM chunk_task WHERE run_id = ?", self.owner)
        return [row for row in rows if row[2] in states]

    def _set(self, index: int, **values: Any) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        update = f"UPDATE chunk_task SET {columns}, updated_at = ? WHERE run_id = ? AND chunk_index = ?"
        self.rivet.execute(update, *values.values(), self.rivet.now, self.owner, index)

    def claim(self, index: int) -> None:
        """A worker takes a chunk."""
        ((attempts,),) = self.rivet.execute(
            "SELECT attempts FROM chunk_task WHERE run_id = ? AND chunk_index = ?", self.owner, index
        )
        self._set(index, status="running", attempts=attempts + 1)
        starts, failures = self.tries.get(index, (0, 0))
        self.tries[index] = (starts + 1, failures)
        if not self.parallel:
            self.write("ChunkStarted", chunk_index=index, start_key=str(index * 100), end_key=str(index * 100 + 99))

    def fail(self, index: int, error: str, *, for_good: bool = False) -> None:
        """The attempt fails; for good: `attempts` is at the most at once."""
        values = {"attempts": MOST} if for_good else {}
        self._set(index, status="failed", last_error=error, **values)
        starts, failures = self.tries[index]
        self.tries[index] = (starts, failures + 1)
        if not self.parallel:
            self.write("ChunkFailed", chunk_index=index, error=error, attempt=1)

    def complete(self, index: int, *parts: int) -> None:
        """It is done, with so many rows in each of its files; without any it was empty."""
        name, completions = f"{self.export}_chunk{index}_{len(self.rivet.runs)}", []
        names = [f"{name}_p{n}.csv" for n in range(len(parts))] if len(parts) > 1 else [f"{name}.csv"] * len(parts)
        for file, rows in zip(names, parts, strict=True):
            completions.append({"chunk_index": index, "rows": rows, "file_name": file})
            if not self.parallel:
                self.write("ChunkCompleted", **completions[-1])
            self.file(file, rows)
        first = names[0] if names else None
        self._set(index, status="completed", last_error=None, rows_written=sum(parts), file_name=first)
        if self.parallel:
            self.at_end += completions
        elif not parts:
            self.write("ChunkCompleted", chunk_index=index, rows=0, file_name=None)

    def file(self, name: str, rows: int, *, is_told: bool = False) -> None:
        """A file is written; of a full run the journal tells that."""
        rivet = self.rivet
        if is_told:
            self.write("FileWritten", file_name=name, rows=rows, bytes=rows * 7, part_index=self.files)
        self.files, self.rows, now = self.files + 1, self.rows + rows, rivet.now
        rivet.execute(
            "INSERT INTO file_log (run_id, file_name, row_count, bytes, created_at) VALUES (?, ?, ?, ?, ?)",
            self.owner, name, rows, rows * 7, now,
        )  # fmt: skip
        with rivet.at_once():
            rivet.execute("DELETE FROM export_metrics WHERE run_id = ? AND status = 'running'", self.owner)
            self.metrics("running", duration_ms=0)

    def metrics(self, status: str, **values: Any) -> None:
        """A row of `export_metrics`."""
        values = {
            "run_id": self.owner, "run_at": self.rivet.now, "status": status, "total_rows": self.rows,
            "files_produced": self.files, "bytes_written": self.rows * 7,
        } | values  # fmt: skip
        marks = ", ".join("?" * len(values))
        self.rivet.execute(f"INSERT INTO export_metrics ({', '.join(values)}) VALUES ({marks})", *values.values())

    def journal(self, status: str = "success", error: str | None = None, text: str | None = None) -> None:
        """The first transaction of the end."""
        for completion in self.at_end:
            self.write("ChunkCompleted", **completion)
        self.at_end = []
        self.write("RunCompleted", status=status, error_message=error, duration_ms=1000)
        if text is None:
            text = json.dumps({"run_id": self.run_id, "export_name": self.export, "entries": self.entries})
        insert = "INSERT INTO run_journal VALUES (?, ?, ?, ?)"
        self.rivet.execute(insert, self.run_id, self.export, self.rivet.now, text)

    def status(self, status: str = "success") -> None:
        """The second."""
        now = self.rivet.now
        with self.rivet.at_once():
            for run_id in {self.owner if status == "success" else self.run_id, self.run_id}:
                update = "UPDATE run_status SET status = ?, finished_at = ? WHERE run_id = ?"
                self.rivet.execute(update, status, now, run_id)
            if status == "success":
                done = "UPDATE chunk_run SET status = 'completed', updated_at = ? WHERE run_id = ?"
                self.rivet.execute(done, now, self.owner)

    def result(self, status: str = "success", **values: Any) -> None:
        """The third."""
        values = {"duration_ms": 1000} | values
        with self.rivet.at_once():
            self.rivet.execute("DELETE FROM export_metrics WHERE run_id = ? AND status = 'running'", self.owner)
            self.metrics(status, **values)

    def end(self, status: str = "success", **values: Any) -> None:
        """All three."""
        self.journal(status)
        self.status(status)
        self.result(status, **values)


class MemoryDatabase:
    """A rivet's tables, read over its own connection: no files, and a look is quick."""

    name = "memory"
    is_here = True
    size = 1000

    def __init__(self, rivet: Rivet) -> None:
        self.rivet = rivet
        self.leases: tuple[Lease, ...] = ()
        self.looks = 0
        self.disturbs: list[Exception] = []
        """Raised at the ends of the next readings."""
        self.before: dict[int, Callable[[], object]] = {}
        """What happens right before the so manieth look."""

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        self.looks += 1
        self.before.get(self.looks, list)()
        yield SqliteTables(self.rivet.connection)
        if self.disturbs:
            raise self.disturbs.pop(0)

    def stirred(self, tables: Tables, known: Sequence[str]) -> Stirred:
        if not tables.columns("run_status"):
            return Stirred(())
        return Stirred(tuple(run_id for (run_id,) in tables.rows("SELECT run_id FROM run_status")), self.leases)

    def wait(self, seconds: float) -> bool:
        return False

    def hurry(self) -> None:
        pass

    def close(self) -> None:
        pass


class Watcher:
    """A reader, and each run's log as it stands."""

    def __init__(self, database: Database, now: Callable[[], int], lives: Callable[[int], bool] | None = None) -> None:
        self.reader = Reader(database, now, lives or (lambda pid: False))
        self.logs: dict[str, list[JSON]] = {}
        self.faults: list[tuple[str, str]] = []
        self.told: list[Told] = []

    def look(self) -> list[Told]:
        """What one look brought."""
        told: list[Told] = []
        with suppress(Disturbed):
            for part in self.reader.look():
                told += part
        for each in told:
            if each.fault:
                self.faults.append((each.run_id, each.fault))
            log = self.logs.setdefault(each.run_id, [])
            if each.is_anew:
                log.clear()
            log += map(json.loads, each.lines)
        self.told += told
        return told


def watching(rivet: Rivet, lives: Callable[[int], bool] | None = None) -> Watcher:
    """Somebody who looks when he is told to."""
    return Watcher(MemoryDatabase(rivet), lambda: rivet.time, lives)


def kinds(log: Sequence[JSON], *wanted: str) -> list[JSON]:
    """The fields of these events, with the kind's name where several are asked for."""
    events = [line["event"] for line in log if isinstance(line.get("event"), dict)]
    found = [(kind, fields) for event in events for kind, fields in event.items() if kind in wanted]
    return [fields if len(wanted) == 1 else {kind: fields} for kind, fields in found]


def source_of(path: Path, cache: Path, *, now: Callable[[], int] = lambda: BEGIN) -> StateSource:
    """The source that reads this file."""
    return StateSource(
        SqliteDatabase(str(path), path.name), numbers=iter(range(10**6)), now=now, cache=str(cache),
        lives=lambda pid: False,
    )  # fmt: skip
