"""Who is seen to work on the runs that are going on."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterable, Sequence

from runwatch.core.times import format_time
from runwatch.sources.state.database import Lease
from runwatch.sources.state.rows import Status
from runwatch.sources.state.said import Said, utc

PROGRAM = "rivet"
_PID = re.compile(r"_(\d+)$")


class Producers:
    """The processes of this host that write, as long as they live; elsewhere leases tell."""

    def __init__(self, now: Callable[[], int], *, is_here: bool, lives: Callable[[int], bool] | None = None) -> None:
        """`lives` says whether a process id is one of rivet's; else the system is asked."""
        self._now = now
        self._is_here = is_here
        self._lives = lives or is_rivet
        self._alive: dict[str, Said] = {}
        self._gone: dict[str, Said] = {}
        self._over: dict[tuple[str, str | None], Said] = {}

    def look(self, running: Iterable[Status]) -> None:
        """Note who lives. Before the tables are read: whoever is gone by now has said there all that he had to say."""
        for status in running if self._is_here else ():
            pid = pid_of(status.run_id)
            if pid is None or status.run_id in self._gone:
                continue
            if self._lives(pid):
                if status.run_id not in self._alive:
                    self._alive[status.run_id] = self._seen(socket.gethostname(), pid, None)
            elif status.run_id in self._alive:
                self._gone[status.run_id] = self._seen(socket.gethostname(), pid, format_time(self._now()))

    def of(self, status: Status, later: Status | None, leases: Sequence[Lease], has_end: bool) -> Said | None:
        """What is known of a run's producer; `later` is the export's next run."""
        if status.status != "running":
            if has_end or status.status in ("failed", "skipped"):
                return None
            by = later.run_id if later else None
            at = utc(status.finished_at) or format_time(self._now())
            seen = Said("ProducerSeen", {"host": None, "pid": None, "until": at, "superseded_by": by}, at)
            return self._over.setdefault((status.run_id, by), seen)
        pid = pid_of(status.run_id)
        for lease in leases:
            if lease.pid == pid and lease.export_name in (None, status.export_name):
                return self._seen(lease.host, lease.pid, lease.expires_at)
        return self._gone.get(status.run_id) or self._alive.get(status.run_id)

    @property
    def is_watching(self) -> bool:
        """There is a process that may vanish without a word."""
        return len(self._alive) > len(self._gone)

    def forget(self, run_id: str) -> None:
        """It has ended."""
        self._alive.pop(run_id, None)
        self._gone.pop(run_id, None)
        for key in [key for key in self._over if key[0] == run_id]:
            del self._over[key]

    def _seen(self, host: str, pid: int, until: str | None) -> Said:
        fields = {"host": host, "pid": pid, "until": until, "superseded_by": None}
        return Said("ProducerSeen", fields, format_time(self._now()))


def pid_of(run_id: str) -> int | None:
    """The process that a run_id names at its end."""
    found = _PID.search(run_id)
    return int(found.group(1)) if found else None


def is_rivet(pid: int) -> bool:
    """Whether this process is there, and is rivet: numbers are given again."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass
    except (OSError, OverflowError):
        return False
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return PROGRAM in file.read()
    except OSError:
        return PROGRAM in _ps(pid)


def _ps(pid: int) -> str:
    """The program's name where there is no /proc."""
    try:
        command = ["ps", "-o", "comm=", "-p", str(pid)]
        asked = subprocess.run(command, capture_output=True, check=False, text=True, timeout=2)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout
