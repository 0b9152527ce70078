"""A project's state database as runwatch sees it: while runs go on, and afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from click.testing import CliRunner
from tests.real.rivet import Project, Row, TookTooLong

from runwatch.core.chunks import STATE_NAMES
from runwatch.core.runs import Moment
from runwatch.report.json import document
from runwatch.report.summary import summary_of
from runwatch.session.clock import LiveClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source

RANKS = {"pending": 0, "running": 1, "interrupted": 1, "failed": 2, "completed": 2}
"""How far a chunk is."""


class Watch:
    """A session on a project's state, which looks when it is told to."""

    def __init__(self, path: str) -> None:
        clock = LiveClock()
        self.source = open_source([path], now=clock.now)
        self.session = Session(self.source, clock)

    def close(self) -> None:
        self.source.close()

    def look(self) -> None:
        """Take in what has been read since."""
        self.session.read(self.source.poll())

    def until(self, true: Callable[[], Any], what: str, limit: float = 30.0) -> None:
        """Look until something is so."""
        end = time.monotonic() + limit
        self.look()
        while not true():
            if time.monotonic() > end:
                raise TookTooLong(f"{what}: not seen within {limit:g} s; {self.verdicts()}")
            time.sleep(0.01)
            self.look()

    def run(self, export: str = "orders") -> Moment | None:
        """The newest run of an export."""
        return next((moment for moment in self.session.moments() if moment.export == export), None)

    def verdicts(self) -> list[str]:
        """Of all runs, oldest first."""
        return [moment.judgement.verdict for moment in reversed(self.session.moments())]

    def chunks(self, export: str = "orders") -> dict[int, str]:
        """Each chunk's state, in the newest run of an export."""
        run = self.run(export)
        if run is None:
            return {}
        chunks = run.state.chunks
        return {index: STATE_NAMES[state] for index, state in zip(chunks.indexes, chunks.states, strict=True)}

    def document(self) -> Row:
        """What `runwatch summary` would say now."""
        return document(summary_of(self.session))


def tasks(project: Project) -> dict[int, str]:
    """The same as rivet's tables have it now."""
    rows = project.rows("SELECT chunk_index, status FROM chunk_task ORDER BY chunk_index")
    return {row["chunk_index"]: row["status"] for row in rows}


def invoked(*arguments: str) -> str:
    """What a runwatch command says on stdout."""
    from runwatch.cli import main

    return CliRunner().invoke(main, [*arguments, "--no-cache"]).stdout


def summarised(*paths: str) -> dict[str, Row]:
    """`runwatch summary --format json` of these PATHs: their runs, by run_id."""
    return {run["run_id"]: run for run in json.loads(invoked("summary", *paths, "--format", "json"))["runs"]}
