"""`make bench`: one table, each row a ratio against a yardstick of the same run.

`QUICK=1` takes under two minutes. Machines are noisy: believe the ratios.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.logs import write, write_many

QUICK = bool(os.environ.get("QUICK"))
EVENTS = 100_000 if QUICK else 500_000
FILES = 2_000 if QUICK else 10_000
PAIRS = 5 if QUICK else 15

Row = tuple[str, str, str]


def child(what: str, path: Path) -> dict[str, float]:
    """One measurement in its own process."""
    command = [sys.executable, "-m", "benchmarks.child", what, str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def cpu_of(*command: str) -> float:
    """CPU seconds of a whole process, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def folding(directory: Path) -> list[Row]:
    """A whole log, against orjson.loads of each of its lines; pairs in turn, medians."""
    log = write(directory / "one.jsonl", EVENTS)
    pairs = [(child("fold", log), child("yardstick", log)) for _ in range(3)]
    cpu = statistics.median(fold["cpu"] for fold, _ in pairs)
    ratio = statistics.median(fold["cpu"] / yard["cpu"] for fold, yard in pairs)
    peak = statistics.median(fold["peak"] for fold, _ in pairs) - child("bare", log)["peak"]
    size = log.stat().st_size / 1e6
    return [
        (
            f"fold of {EVENTS:,} events, {size:.0f} MB, CPU",
            f"{ratio:.1f} × orjson.loads",
            f"{cpu / EVENTS * 1e6:.1f} µs an event",
        ),
        ("its peak memory, over the bare program", f"{peak / EVENTS * 1e6:.0f} MB a million events", f"{peak:.0f} MB"),
    ]


def starting(directory: Path) -> Row:
    """The whole process on a small log, against an interpreter that imports the same two packages."""
    log = write(directory / "small.jsonl", 4_600)
    pairs = [
        (
            cpu_of(sys.executable, "-m", "runwatch", "summary", str(log)),
            cpu_of(sys.executable, "-c", "import orjson, click"),
        )
        for _ in range(PAIRS)
    ]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    mine = statistics.median(ours for ours, _ in pairs)
    size = log.stat().st_size / 1e6
    what = f"runwatch summary of {size:.1f} MB, whole process, CPU"
    return (what, f"{ratio:.1f} × python importing orjson, click", f"{mine:.2f} s")


def many_files(directory: Path) -> list[Row]:
    """A directory of small logs: read once, against cat; then watched while nothing happens."""
    logs = write_many(directory / "many", FILES)
    ours = cpu_of(sys.executable, "-m", "runwatch", "summary", str(logs))
    cat = cpu_of("sh", "-c", f"cat {logs}/*.jsonl > /dev/null")
    share = child("idle", logs)["share"]
    return [
        (f"runwatch summary of {FILES:,} files, CPU", f"{ours / cat:.0f} × cat", f"{ours:.1f} s"),
        (f"watching {FILES:,} files, nothing happens", f"{share * 100:.2f} % of a core", ""),
    ]


def following(directory: Path) -> Row:
    """From an append to the repaint that shows it, through notifications, decode, fold and the app's tick."""
    found = child("follow", directory / "follow.jsonl")
    return ("append to screen", f"p50 {found['p50']:.0f} ms, p95 {found['p95']:.0f} ms", "must be under 200 ms")


def main() -> None:
    """Measure all, print one table."""
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}, load {load:.1f}\n")
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        rows = [*folding(directory), starting(directory), *many_files(directory), following(directory)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
