"""A state database to keep: real runs of one night, without a trace of the machine that they were made on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.real import scenarios
from tests.real.rivet import Project, copy_state

SOURCE = "postgres://db.example.org:5432/shop"
FOLDER = "/srv/exports"


def _export(name: str, size: int, **more: Any) -> dict[str, Any]:
    """A checkpointed export of a table of this name into a folder of its own."""
    query = scenarios.slowly(0.005, name)
    if "dividing" in more:
        query = query.replace("t.note,", f"t.note, 100 / ({more.pop('dividing')} - t.id) AS share,")
    own = {"name": name, "destination": {"type": "local", "path": f"./out/{name}"}}
    return scenarios.checkpointed(query, size, **more) | own


def night(project: Project) -> list[int]:
    """Five exports of one config: what is hidden, what went wrong, and what is as it should be.

    `events` is well, `customers` misses a part, `orders` hides a failure, `invoices` is killed and resumed;
    `payments` is killed, and nobody came back to it.
    """
    for name in ("orders", "invoices", "customers", "events", "payments"):
        scenarios.orders(project, 6_000, name)
    project.write(
        _export("events", 500),
        _export("customers", 1_000),
        _export("orders", 1_000, dividing=2_500),
        _export("invoices", 1_000, parallel=1),
        _export("payments", 1_000),
    )
    codes = [project.run("--export", "events", *scenarios.CHECKED)]
    with project.running("--export", "customers", *scenarios.CHECKED) as run:
        scenarios.vanish(project, run, "customers")
    codes += [run.wait(), project.run("--export", "orders", *scenarios.CHECKED)]
    codes.append(_killed(project, "invoices"))
    codes.append(project.run("--export", "invoices", "--resume", *scenarios.CHECKED))
    codes.append(_killed(project, "payments"))
    return codes


def _killed(project: Project, name: str) -> int:
    with project.running("--export", name, *scenarios.CHECKED) as run:
        tasks = f"SELECT 1 FROM chunk_task JOIN chunk_run USING (run_id) WHERE export_name = '{name}'"
        for status in ("completed", "running"):
            scenarios.until(run, project, f"{tasks} AND chunk_task.status = '{status}'")
        run.kill()
    return run.wait()


def neutral(project: Project) -> dict[str, str]:
    """What a state says of the machine, and what is to stand there instead."""
    socket = quote(str(project.database.socket), safe="")
    found = {str(project.folder.resolve()): FOLDER, str(project.folder): FOLDER}
    for spelled in (socket, socket.lower()):
        for scheme in ("postgres", "postgresql"):
            found[f"{scheme}://{spelled}:5432/{project.database.name}"] = SOURCE
    return found


def keep(project: Project, to: Path) -> None:
    """The project's state as one small file, in rivet's form, with neutral names for the machine's own."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.unlink(missing_ok=True)
    copy_state(project.state_file, to)
    with closing(sqlite3.connect(to, isolation_level=None)) as state:
        for table, column in _texts(state):
            for own, other in neutral(project).items():
                state.execute(f'UPDATE "{table}" SET "{column}" = replace("{column}", ?, ?)', (own, other))
            state.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" LIKE ?', (SERVER, '{"engine"%'))
        state.execute("PRAGMA page_size = 1024")
        state.execute("VACUUM")
        state.execute("PRAGMA journal_mode = WAL")  # as rivet leaves it; with no connection left there is no -wal


SERVER = '{"engine":"postgres","version":"PostgreSQL 18.4","time_zone":"UTC"}'
"""In place of what the server says of itself: how and where it was built."""


def _texts(state: sqlite3.Connection) -> list[tuple[str, str]]:
    """(table, column) of each column that can hold a text."""
    tables = [name for (name,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [
        (table, column)
        for table in tables
        if not table.startswith("sqlite_")
        for _, column, kind, *_ in state.execute(f'PRAGMA table_info("{table}")')
        if kind.upper() == "TEXT"
    ]


def texts_of(file: Path) -> list[str]:
    """Every text in a state database, journals included."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as state:
        return [
            text
            for table, column in _texts(state)
            for (text,) in state.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
        ]
