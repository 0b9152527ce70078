"""The state as it was during a run: a series of copies, made by reading alone."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.real.rivet import Project, copy_state

TABLES = ("run_status", "chunk_run", "chunk_task", "file_log", "export_metrics", "run_journal", "state_lease")


def dumped(project: Project) -> str:
    """What the tables say, as JSON."""
    tables = {table: project.rows(f"SELECT * FROM {table}") for table in TABLES}
    return json.dumps(tables, indent=1, default=str)


def _take(project: Project, into: Path, over: threading.Event, every: float) -> None:
    number, before = len([*into.glob("live-*")]), b""
    while True:
        last = over.is_set()
        name = f"live-{number + 1:04}"
        try:
            if project.state:
                path = into / f"{name}.json"
                path.write_text(dumped(project))
            elif project.state_file.exists():
                path = into / f"{name}.db"
                copy_state(project.state_file, path)
            else:
                path = into / "none"
                path.touch()
        except sqlite3.Error:
            path = into / f"{name}.db"
            path.touch()
        now = path.read_bytes()
        if now in (b"", before):
            path.unlink()
        else:
            number, before = number + 1, now
            with (into / "times.txt").open("a") as times:
                times.write(f"{path.name} {time.time():.3f}\n")
        if last:
            return
        over.wait(every)


def series(into: Path, every: float = 0.02) -> Callable[[Project], AbstractContextManager[None]]:
    """`live-0001.db`, … in this folder: what is different from the one before. For `Project.around`."""

    @contextmanager
    def around(project: Project) -> Iterator[None]:
        into.mkdir(parents=True, exist_ok=True)
        over = threading.Event()
        thread = threading.Thread(target=_take, args=(project, into, over, every), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(30)

    return around
