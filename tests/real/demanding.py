"""Plays that ask for more than a server that is simply there: pressure on it, its log of changes, a full disk.

Each may not come about, and then says so: the journal that was there before is kept.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from tests.real import scenarios
from tests.real.postgres import running
from tests.real.rivet import LIMIT, Invocation, Project

TRIES = 3
PRESSED = 6.0
"""Seconds after which pressure that the governor has not answered is taken off all the same."""
EASED = 3.5
"""Seconds without pressure: it looks every two or so."""
REASONS = {"source pressure rising: backed off", "source pressure eased: recovered"}
DEBIAN = Path("/usr/lib/postgresql")
PLUGIN = "test_decoding.so"
"""What rivet reads a PostgreSQL's changes with; the server of the other plays comes without."""

ROOM = "64k"
"""For two files of the play with a full disk, and not for three."""
MOUNT = f'mount -t tmpfs -o size={ROOM} tmpfs "$0" && exec "$@"'


class NotMadeError(Exception):
    """What a play was to show did not come about here, and that is nobody's mistake."""


def governor(project: Project) -> None:
    """Three workers on keyset pages, of which the governor takes some away while the server writes checkpoints."""
    scenarios.orders(project, 12_000)
    project.database.run("CREATE TABLE busy (id int)")
    tuning = {"adaptive": True, "min_parallel": 1, "batch_size": 100, "throttle_ms": 300}  # slow by waiting
    export = {"name": "orders", "table": "orders", "mode": "chunked", "chunk_by_key": "id", "chunk_size": 500}
    project.write(export | {"parallel": 3, "tuning": tuning})
    for _ in range(TRIES):
        for file in project.folder.glob(f"{project.state_file.name}*"):
            file.unlink()  # only the run that shows it is to be there
        _under_pressure(project)
        moves = [fields["reason"] for name, fields in project.events() if name == "ParallelismAdjusted"]
        if set(moves) >= REASONS:
            return
    raise NotMadeError(f"the governor did not both back off and recover in any of {TRIES} runs")


def _under_pressure(project: Project) -> None:
    """A run during which checkpoints are asked for until the governor backs off, and then for a while none."""
    limit = time.monotonic() + LIMIT
    with project.running() as run, project.database.connected() as connection:
        while _lasts(run, limit):
            moves, end = run.said().count("backed off"), time.monotonic() + PRESSED
            while _lasts(run, end) and run.said().count("backed off") == moves:
                connection.execute(b"INSERT INTO busy VALUES (1)")
                connection.execute(b"CHECKPOINT")
                time.sleep(0.1)
            end = time.monotonic() + EASED
            while _lasts(run, end):
                time.sleep(0.05)


def _lasts(run: Invocation, end: float) -> bool:
    """The run goes on, and it is not yet so late."""
    return run.going and time.monotonic() < end


def cdc(project: Project) -> None:
    """Change data of one table: a run that makes the slot, one that finds 748 changes.

    It takes a PostgreSQL that is installed on this machine, started for it alone.
    """
    found = sorted(DEBIAN.glob(f"*/lib/{PLUGIN}"), key=lambda plugin: float(plugin.parts[-3]))
    if not found:
        raise NotMadeError(f"no PostgreSQL with {PLUGIN} in {DEBIAN}")
    with running(found[-1].parents[1] / "bin", "wal_level = logical") as server:
        project.database = server.database()
        project.database.run("CREATE TABLE cdc_t (id bigint PRIMARY KEY, note text)")
        how = {"slot": "rivet_cdc", "checkpoint": "./cdc.position"}
        project.write({"name": "cdc_t", "table": "cdc_t", "mode": "cdc", "cdc": how})
        project.run()
        project.database.run(
            "INSERT INTO cdc_t SELECT g, md5(g::text) FROM generate_series(1, 500) g",
            "UPDATE cdc_t SET note = 'changed' WHERE id <= 200",
            "DELETE FROM cdc_t WHERE id > 452",
        )
        project.run()


def disk_full(project: Project) -> None:
    """A hundred chunks in a row, of which two find room: the folder that they go to is a small disk for rivet alone."""
    scenarios.orders(project, 100_000)
    project.write(scenarios.checkpointed("SELECT * FROM orders", parallel=1))
    project.out.mkdir()
    user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    project.through = ("unshare", *user, "--mount", "sh", "-c", MOUNT, str(project.out))
    try:
        subprocess.run([*project.through, "true"], check=True, capture_output=True, timeout=10)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotMadeError(f"no disk of one's own: {error}") from error
    project.run()
