"""Programs started, and what they cost: the system's own figures of that one process, and of those it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

LOOK = 0.1
"""Seconds between two looks at the memory of processes that it has started."""


_STARTER = """
import os, sys, time
begun = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - begun
told = os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss
os.write(int(sys.argv[1]), " ".join(map(str, told)).encode())
"""
"""A small process that starts the program: the system counts what its parent held at that moment as the program's."""
UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024
"""Of the greatest resident memory that the system tells, in a MB."""


class Failed(Exception):
    """There is no figure, and why."""


@dataclass(frozen=True)
class Cost:
    """What one run of a program took."""

    wall: float
    cpu: float
    peak: float
    """MB; where there were several processes, of all of them at once."""


Costs = list[Cost] | Failed


def cost(command: Sequence[str], env: Mapping[str, str], limit: float) -> Cost:
    """Run it to its end; its output goes nowhere. After `limit` seconds it is killed, and that is said."""
    begun = time.perf_counter()
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-ISc", _STARTER, str(writer), *command],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=[writer],
    )
    os.close(writer)
    late = threading.Timer(limit, end, [process])
    family = _Family(process.pid)
    late.start()
    try:
        assert process.stderr is not None
        with process.stderr as said:
            errors = said.read()
        with open(reader) as told:
            figures = told.read().split()
        process.wait()
    finally:
        late.cancel()
        family.stop()
        if process.returncode is None:
            end(process)
            process.wait()
    code = int(figures[0]) if figures else process.returncode
    _judge(command, code, errors.decode(errors="replace"), time.perf_counter() - begun >= limit, limit)
    _, wall, cpu, peak = map(float, figures)
    return Cost(wall, cpu, max(peak / UNIT, family.peak))


def end(process: subprocess.Popen[bytes]) -> None:
    """At once, with all that it started: it has a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _judge(command: Sequence[str], code: int, errors: str, was_late: bool, limit: float) -> None:
    """An exit code is an answer (`summary` has five); a signal or a traceback is none."""
    name = " ".join(part for part in command[:6] if "\n" not in part)[-80:]
    if was_late:
        raise Failed(f"`{name}` had no end after {limit:.0f} s, killed")
    if code < 0 or code > 4 or "Traceback" in errors:
        raise Failed(f"`{name}` ended with {code}: {errors[-160:]}")


class _Family:
    """What a process and its children hold together: nobody but we can add that up, and only while they live."""

    def __init__(self, starter: int) -> None:
        self.peak = 0.0
        self._children = Path(f"/proc/{starter}/task/{starter}/children")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        if self._children.exists():
            self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(LOOK):
            try:
                for pid in self._children.read_text().split():
                    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                    if children:
                        self.peak = max(self.peak, sum(map(_share, [pid, *children])) / 1024)
            except (OSError, ValueError):  # it, or a child, has gone
                continue


def _share(pid: str) -> int:
    """KB that are this process's own, and its part of what it shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def rounds(times: int, budget: float) -> Iterator[int]:
    """So many, but none begins after `budget` seconds: a slow program must not make a slow bench."""
    begun = time.perf_counter()
    for number in range(times):
        if number and time.perf_counter() - begun > budget:
            return
        yield number


def in_turn(times: int, budget: float, *works: Callable[[], Cost]) -> list[Costs]:
    """Each of them so many times, in turn, so that the machine's moods fall on all. One that fails rests then."""
    found: list[Costs] = [[] for _ in works]
    for _ in rounds(times, budget):
        for at, work in enumerate(works):
            costs = found[at]
            if isinstance(costs, list):
                try:
                    costs.append(work())
                except Failed as error:
                    found[at] = error
    return found


def typical(costs: Costs) -> Cost:
    """The median of each figure; raises what kept it from being measured."""
    if isinstance(costs, Failed):
        raise costs
    return Cost(*(median(getattr(each, name) for each in costs) for name in ("wall", "cpu", "peak")))


def ratio(ours: Costs, theirs: Costs, name: str = "cpu") -> float:
    """The median over the pairs."""
    if isinstance(ours, Failed):
        raise ours
    if isinstance(theirs, Failed):
        raise theirs
    pairs = zip(ours, theirs, strict=True)
    return float(median(getattr(one, name) / max(getattr(other, name), 1e-6) for one, other in pairs))


def share(values: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]
