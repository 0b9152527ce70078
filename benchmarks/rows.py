"""What is measured: one function a row or a group of them."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.logs import MadeRun, write_one_run, write_runs, write_small_files
from benchmarks.measure import Terminal, cost, pairs, share, typical

YARDSTICK = "import orjson,sys\nfor line in open(sys.argv[1],'rb'): orjson.loads(line)"
FOLD = """
import sys
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source
session = Session(open_source([sys.argv[1]]), ManualClock(0))
session.read(session.source.poll())
assert session.runs.problem_count == 0, session.runs.problems[:1]
session.moments()
"""


class Row(NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""


@dataclass(frozen=True)
class Plan:
    """How much of it."""

    quick: bool
    home: Path

    @property
    def log_mb(self) -> int:
        return 20 if self.quick else 200

    @property
    def files(self) -> int:
        return 10_000

    @property
    def times(self) -> int:
        return 3 if self.quick else 7


def python(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def runwatch(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "runwatch", *map(str, arguments)]


def fold(plan: Plan) -> Iterator[Row]:
    """Reading, decoding, folding and judging a log, against orjson.loads of each of its lines."""
    for name, make in (("many runs", write_runs), ("one run", write_one_run)):
        log = plan.home / f"{name.replace(' ', '-')}.jsonl"
        events = make(log, plan.log_mb << 20)
        ours, theirs, ratio = pairs(python(FOLD, log), python(YARDSTICK, log), plan.times)
        size = f"{log.stat().st_size / 1e6:.0f} MB, {events:,} events"
        per = f"{ours.cpu / events * 1e6:.1f} µs/event, {ours.cpu:.2f} s CPU, {ours.peak:.0f} MB"
        yard = f"{theirs.cpu / events * 1e6:.1f} µs/event, {theirs.peak:.0f} MB"
        yield Row(f"fold of {name}, {size}", per, f"orjson.loads: {yard}", f"{ratio:.1f}×")


def summary(plan: Plan) -> Iterator[Row]:
    """The smallest useful call, against the imports it cannot do without."""
    log = plan.home / "small.jsonl"
    write_runs(log, 1 << 20)
    ours, theirs, ratio = pairs(runwatch("summary", log), python("import orjson, click"), plan.times * 3)
    yield Row(
        "`runwatch summary` of 1 MB",
        f"{ours.cpu * 1000:.0f} ms CPU, {ours.wall * 1000:.0f} ms, {ours.peak:.0f} MB",
        f"import orjson, click: {theirs.cpu * 1000:.0f} ms CPU",
        f"{ratio:.1f}×",
    )


def small_files(plan: Plan) -> Iterator[Row]:
    """Ten thousand logs, summed up and watched."""
    folder = plan.home / "ten-thousand"
    events = write_small_files(folder, plan.files)
    cat = [*("sh", "-c"), f"find {folder} -type f -print0 | xargs -0 cat"]
    ours, theirs, ratio = pairs(runwatch("summary", folder), cat, max(2, plan.times // 2))
    yield Row(
        f"`runwatch summary` of {plan.files:,} files, {events:,} events",
        f"{ours.cpu:.2f} s CPU, {ours.wall:.2f} s, {ours.peak:.0f} MB",
        f"cat: {theirs.cpu:.2f} s CPU",
        f"{ratio:.1f}×",
    )
    yield from idle(plan, folder)


def idle(plan: Plan, folder: Path) -> Iterator[Row]:
    """CPU while nothing happens, all files read."""
    seconds = 8 if plan.quick else 30
    with Terminal([str(folder)], plan.home) as terminal:
        loaded = terminal.wait_for("live", 120)
        terminal.wait(lambda: False, 3)
        before, begun = terminal.cpu(), time.perf_counter()
        terminal.wait(lambda: False, seconds)
        used = (terminal.cpu() - before) / (time.perf_counter() - begun)
    took = "never loaded" if loaded is None else f"loaded after {loaded:.1f} s"
    yield Row(f"watching {plan.files:,} files, idle", f"{used:.1%} of a core", took)


def follow(plan: Plan) -> Iterator[Row]:
    """From a line's append to its run's name on the terminal; the promise is under 200 ms."""
    rng = random.Random(5)
    for name, before in (("a short log", 1 << 20), ("a long log", plan.log_mb << 20)):
        log = plan.home / f"follow-{name.split()[1]}.jsonl"
        write_runs(log, before)
        took = []
        with Terminal([log.name], plan.home) as terminal, log.open("a", encoding="utf-8") as end:
            terminal.wait_for("live", 60)
            terminal.wait(lambda: False, 1.5)
            for number in range(25 if plan.quick else 100):
                export = f"seen{number:04d}"
                line = next(MadeRun(10**6 + number, 1, rng, export).lines())
                end.write(line)
                end.flush()
                took.append(terminal.wait_for(export, 5) or 5.0)
                terminal.wait(lambda: False, rng.uniform(0.05, 0.4))
        yield Row(
            f"append → render, {name} ({before / 1e6:.0f} MB before)",
            f"p50 {share(took, 0.5) * 1000:.0f} ms, p95 {share(took, 0.95) * 1000:.0f} ms",
            "promised: under 200 ms",
        )


def keys_while_reading(plan: Plan) -> Iterator[Row]:
    """From a key to what it shows, while a long log is read."""
    log = plan.home / "many-runs.jsonl"
    took = []
    with Terminal([log.name], plan.home) as terminal:
        first = terminal.wait_for("so far", 60)
        for _ in range(40):
            terminal.press("?")
            took.append(terminal.wait_for("esc closes", 10) or 10.0)
            terminal.press("\x1b")
            if terminal.wait_for(" so far", 1.0) is None:
                break
    yield Row(
        "a key while a long log is read",
        f"p50 {share(took, 0.5) * 1000:.0f} ms, most {max(took) * 1000:.0f} ms ({len(took)} keys)",
        "reading was never seen" if first is None else f"first content after {first:.2f} s",
    )


def start(plan: Plan) -> Iterator[Row]:
    """To the first picture, against the import that all of it stands on."""
    log = plan.home / "small.jsonl"
    took = []
    for _ in range(plan.times):
        begun = time.perf_counter()
        with Terminal([log.name], plan.home) as terminal:
            terminal.wait_for("Runs", 30)
            took.append(time.perf_counter() - begun)
    bare = typical([cost(python("import textual.app")) for _ in range(plan.times)])
    yield Row(
        "the dashboard's first picture, 1 MB",
        f"{share(took, 0.5) * 1000:.0f} ms",
        f"import textual.app: {bare.wall * 1000:.0f} ms",
        f"{share(took, 0.5) / bare.wall:.1f}×",
    )

