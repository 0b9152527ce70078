"""A state database with many runs, made up from a seed: an SQLite file or a PostgreSQL, as rivet 0.32.2 fills them.

The tables have the columns and the indexes that a reader can rely on. Benchmarks use it too.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""By table."""

TABLES = {
    "run_status": "run_id! export_name prefix status started_at finished_at source",
    "run_journal": "run_id! export_name finished_at journal_json",
    "export_metrics": (
        "id# export_name run_at duration_ms:int total_rows:int status error_message format mode files_produced:int "
        "bytes_written:int retries:int validated:bool run_id reconciled:bool source_count:int quality_passed:bool "
        "error_class rivet_version"
    ),
    "chunk_run": "run_id! export_name plan_hash status max_chunk_attempts:int created_at updated_at source",
    "chunk_task": (
        "id# run_id chunk_index:int start_key end_key status attempts:int last_error rows_written:int file_name "
        "updated_at"
    ),
    "file_log": "id# run_id export_name file_name row_count:int bytes:int format compression created_at",
    "state_lease": "lease_key! holder expires_at:time",
}
"""Columns; `!` is a primary key of text, `#` one that counts."""
INDEXES = (
    "INDEX idx_run_status_prefix ON run_status (prefix)",
    "INDEX idx_run_journal_export ON run_journal (export_name, finished_at DESC)",
    "INDEX idx_export_metrics_export ON export_metrics (export_name, id DESC)",
    "UNIQUE INDEX export_metrics_one_running_per_run ON export_metrics (run_id) WHERE status = 'running'",
    "INDEX idx_chunk_run_export_status ON chunk_run (export_name, status)",
    "UNIQUE INDEX idx_chunk_run_one_inprogress ON chunk_run (export_name, source) WHERE status = 'in_progress'",
    "UNIQUE INDEX chunk_task_run_id_chunk_index_key ON chunk_task (run_id, chunk_index)",
    "INDEX idx_chunk_task_run_status ON chunk_task (run_id, status)",
    "INDEX idx_file_log_export ON file_log (export_name, id DESC)",
    "INDEX idx_file_log_run ON file_log (run_id, file_name)",
)
VERSION = 38
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NAMES = ("orders", "customers", "invoices", "line_items", "events", "sessions", "payments", "refunds", "stock")
EACH = 10_000


@dataclass(frozen=True)
class Amount:
    """How many runs, and until when. The newest that ended did so a minute before; those that run began before that."""

    finished: int
    running: int = 0
    exports: int = 40
    chunks: int = 20
    until: datetime = NOW
    seed: int = 1


def columns_of(table: str) -> list[str]:
    """Names only, in their order."""
    return [column.rstrip("!#").partition(":")[0] for column in TABLES[table].split()]


def stamp(at: datetime) -> str:
    """As rivet writes times into text columns."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}000+00:00"


def run_id_of(export: str, at: datetime, pid: int) -> str:
    """`orders_20261123T181451.055_19860`."""
    return f"{export}_{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}_{pid}"


def runs(amount: Amount) -> Iterator[Rows]:
    """The rows of each run, the oldest first, those still running at the end."""
    rng = random.Random(amount.seed)
    exports = [f"{NAMES[n % len(NAMES)]}{'' if n < len(NAMES) else f'__2026-{n // len(NAMES):02}'}"
               for n in range(amount.exports)]  # fmt: skip
    for number in range(amount.finished):
        at = amount.until - timedelta(minutes=5) * (amount.finished - number)
        at += timedelta(milliseconds=rng.randrange(120_000))
        yield finished(exports[number % len(exports)], at, rng, amount.chunks)
    for number in range(amount.running):
        at = amount.until - timedelta(seconds=60 + rng.randrange(100))
        export, host = exports[number % len(exports)], f"host-{number // len(exports)}"
        yield running(export, at, rng, host, pid=20_000 + number, chunks=amount.chunks)


def finished(export: str, at: datetime, rng: random.Random, chunks: int = 20) -> Rows:
    """One that ended: most well, three in a hundred not; every second one sequential, the others parallel."""
    run_id = run_id_of(export, at, 1_000 + rng.randrange(60_000))
    failed, sequential = rng.random() < 0.03, rng.random() < 0.5
    done = rng.randrange(chunks) if failed else chunks
    rows = _frame(run_id, export, at, "host-0")
    entries = [_entry(at, "PlanResolved", _plan(export))]
    for index in range(chunks):
        begun, at = at, at + timedelta(milliseconds=200 + rng.randrange(2_000))
        error = "db error: FATAL: terminating connection due to administrator command" if index == done else None
        name = None if error else f"{export}_{at:%Y%m%d_%H%M%S}_chunk{index}_{rng.getrandbits(64):016x}.parquet"
        state = "failed" if error else "completed" if index < done else "pending"
        of_chunk = name if state == "completed" else None
        rows["chunk_task"].append(_task(run_id, index, state, at, error=error, name=of_chunk))
        if state == "pending":
            continue
        if sequential:
            keys = {"start_key": str(index * EACH + 1), "end_key": str((index + 1) * EACH)}
            entries.append(_entry(begun, "ChunkStarted", {"chunk_index": index, **keys}))
        if error:
            entries.append(_entry(at, "ChunkFailed", {"chunk_index": index, "error": error, "attempt": 1}))
            continue
        entries.append(_entry(at, "ChunkCompleted", {"chunk_index": index, "rows": EACH, "file_name": name}))
        rows["file_log"].append(_file(run_id, export, str(name), at, rng))
    status = "failed" if failed else "success"
    entries.append(_entry(at, "RunCompleted", {"status": status, "error_message": None, "duration_ms": 20_000}))
    journal = {"run_id": run_id, "export_name": export, "entries": entries}
    rows["run_status"][0] |= {"status": status, "finished_at": stamp(at)}
    rows["chunk_run"][0] |= {"status": status if failed else "completed", "updated_at": stamp(at)}
    rows["run_journal"] = [{"run_id": run_id, "export_name": export, "finished_at": stamp(at),
                            "journal_json": json.dumps(journal, separators=(",", ":"))}]  # fmt: skip
    rows["export_metrics"] = [_metrics(run_id, export, at, status, done, validated=not failed)]
    return rows


def running(
    export: str, at: datetime, rng: random.Random, host: str = "host-0", *, pid: int = 20_000, chunks: int = 20
) -> Rows:
    """One that is half way, with its lease."""
    run_id = run_id_of(export, at, pid)
    rows = _frame(run_id, export, at, host)
    done = rng.randrange(1, chunks - 2)
    for index in range(chunks):
        state = "completed" if index < done else "running" if index < done + 2 else "pending"
        then = at + timedelta(seconds=2 * min(index, done))
        name = f"{export}_{then:%Y%m%d_%H%M%S}_chunk{index}_{rng.getrandbits(64):016x}.parquet"
        rows["chunk_task"].append(_task(run_id, index, state, then, name=name if state == "completed" else None))
        if state == "completed":
            rows["file_log"].append(_file(run_id, export, name, then, rng))
    then = at + timedelta(seconds=2 * done)
    rows["export_metrics"] = [_metrics(run_id, export, then, "running", done, validated=None)]
    until = at + timedelta(minutes=10)
    rows["state_lease"] = [{"lease_key": f"chunk-run:{export}@{rng.getrandbits(64):016x}",
                            "holder": f"{host}:{pid}:{rng.getrandbits(60)}", "expires_at": stamp(until)}]  # fmt: skip
    return rows


def _frame(run_id: str, export: str, at: datetime, host: str) -> Rows:
    source = f"postgres://{host}:5432/shop"
    began = {"run_id": run_id, "export_name": export, "source": source, "status": "running"}
    return {
        "run_status": [began | {"prefix": "s3://lake/raw", "started_at": stamp(at), "finished_at": None}],
        "chunk_run": [began | {"status": "in_progress", "plan_hash": "042572ffe210faa0", "max_chunk_attempts": 4,
                               "created_at": stamp(at), "updated_at": stamp(at)}],
        "chunk_task": [], "file_log": [],
    }  # fmt: skip


def _task(run_id: str, index: int, state: str, at: datetime, *, name: str | None, error: str | None = None) -> Row:
    return {
        "run_id": run_id, "chunk_index": index, "start_key": str(index * EACH + 1), "end_key": str((index + 1) * EACH),
        "status": state, "attempts": int(state != "pending"), "last_error": error,
        "rows_written": EACH if name else None, "file_name": name, "updated_at": stamp(at),
    }  # fmt: skip


def _file(run_id: str, export: str, name: str, at: datetime, rng: random.Random) -> Row:
    return {
        "run_id": run_id, "export_name": export, "file_name": name, "row_count": EACH,
        "bytes": 50_000 + rng.randrange(20_000), "format": "parquet", "compression": "zstd", "created_at": stamp(at),
    }  # fmt: skip


def _metrics(run_id: str, export: str, at: datetime, status: str, done: int, *, validated: bool | None) -> Row:
    return {
        "export_name": export, "run_at": stamp(at), "duration_ms": 20_000, "total_rows": done * EACH, "status": status,
        "error_message": None, "format": "parquet", "mode": "chunked", "files_produced": done,
        "bytes_written": done * 60_000, "retries": 0, "validated": validated, "run_id": run_id, "reconciled": None,
        "source_count": None, "quality_passed": None, "error_class": None, "rivet_version": "0.32.2",
    }  # fmt: skip


def _plan(export: str) -> Row:
    return {
        "export_name": export, "base_query": f"SELECT * FROM {export}", "strategy": "chunked", "format": "parquet",
        "compression": "zstd", "destination_type": "s3", "tuning_profile": "balanced (default)", "batch_size": EACH,
        "validate": True, "reconcile": False, "resume": False, "chunk_key": "id", "resumable": True, "row_hash": None,
    }  # fmt: skip


def _entry(at: datetime, kind: str, fields: Row) -> Row:
    return {"recorded_at": f"{at:%Y-%m-%dT%H:%M:%S.%f}000Z", "event": {kind: fields}}


# --------------------------------------------------------------------------------------------------------- into tables


def definitions(sqlite: bool) -> Iterator[str]:
    """Statements that make the tables, their indexes, and say which version of them it is."""
    kinds = {"": "TEXT", "int": "INTEGER" if sqlite else "BIGINT", "bool": "INTEGER" if sqlite else "BOOLEAN",
             "time": "TEXT" if sqlite else "TIMESTAMPTZ"}  # fmt: skip
    counting = "INTEGER PRIMARY KEY AUTOINCREMENT" if sqlite else "BIGSERIAL PRIMARY KEY"
    for table, columns in TABLES.items():
        defined = [f"{name} {kinds[kind]}" for name, _, kind in (one.partition(":") for one in columns.split())]
        keyed = [one.replace("! TEXT", " TEXT PRIMARY KEY").replace("# TEXT", f" {counting}") for one in defined]
        yield f"CREATE TABLE {table} ({', '.join(keyed)})"
    for index in INDEXES:
        yield f"CREATE {index}"
    version = "schema_version" if sqlite else "rivet_schema_version"
    yield f"CREATE TABLE {version} (version {kinds['int']} NOT NULL)"
    yield f"INSERT INTO {version} VALUES ({VERSION})"


def fill_sqlite(path: Path, amount: Amount) -> None:
    """Make the file, as rivet leaves it: in WAL mode, whole, with no `-wal` beside it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for statement in definitions(sqlite=True):
            connection.execute(statement)
        for table, rows in _together(amount):
            names = _filled(table)
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
            connection.executemany(statement, ([row[name] for name in names] for row in rows))


def fill_postgres(url: str, amount: Amount, *, analyze: bool = True) -> None:
    """Make the tables in an empty database, and fill them."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            for statement in definitions(sqlite=False):
                connection.execute(statement.encode())
            for table, rows in _together(amount):
                insert(connection, table, rows)
        if analyze:
            connection.execute("VACUUM ANALYZE")


def insert(connection: Any, table: str, rows: list[Row]) -> None:
    """Copy rows into a table of a PostgreSQL."""
    names = _filled(table)
    with connection.cursor().copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def add(connection: Any, rows: Rows) -> None:
    """A run more in a PostgreSQL."""
    with connection.transaction():
        for table, some in rows.items():
            insert(connection, table, some)


def _filled(table: str) -> list[str]:
    return [name for name in columns_of(table) if name != "id"]


def _together(amount: Amount) -> Iterator[tuple[str, list[Row]]]:
    """Five hundred runs at a time, by table."""
    waiting = runs(amount)
    while some := list(islice(waiting, 500)):
        for table in TABLES:
            if rows := [row for one in some for row in one.get(table, ())]:
                yield table, rows
