"""What it is measured on, and whether anything else runs there."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

BUSY = 0.1
"""Part of the machine that others may use before we say so."""
COMPILED = ("runwatch", "textual", "rich", "click", "watchfiles", "numpy")


def machine() -> str:
    """Model, cores, versions, date."""
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else model
    parts = [model, f"{os.cpu_count()} cores", platform.system(), f"CPython {platform.python_version()}"]
    parts += [f"{name} {version(name)}" for name in ("textual", "orjson", "msgspec", "numpy")]
    return ", ".join([*parts, time.strftime("%Y-%m-%d %H:%M")])


def load() -> str:
    """What others do to it just now; empty if little."""
    share = _busy(1.0)
    average = os.getloadavg()[0]
    if share < BUSY and average < BUSY * (os.cpu_count() or 1) * 3:
        return ""
    return f"Something else loads this machine: {share:.0%} of it busy, load {average:.1f}. Seconds are too high."


def _busy(seconds: float) -> float:
    """Part of all cores that is used while we sleep."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return os.getloadavg()[0] / (os.cpu_count() or 1)
    before = _jiffies(stat)
    time.sleep(seconds)
    after = _jiffies(stat)
    total = sum(after) - sum(before)
    waiting = sum(after[3:5]) - sum(before[3:5])
    return 1 - waiting / max(1, total)


def _jiffies(stat: Path) -> list[int]:
    return [int(number) for number in stat.read_text().splitlines()[0].split()[1:9]]


def compile_first() -> None:
    """An import without its .pyc takes two or three times as long; PYTHONDONTWRITEBYTECODE may have kept them away."""
    for name in COMPILED:
        spec = find_spec(name)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            # not in this process: what it has held counts as held by whatever it starts
            subprocess.run([sys.executable, "-m", "compileall", "-qq", place], check=False)
