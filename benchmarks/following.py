"""A log that grows: from a line's append to the screen, one at a time and amid 200,000 a second."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import sight, writer
from benchmarks.logs import plan_line
from benchmarks.measure import Failed, share
from benchmarks.plan import Plan, runwatch
from benchmarks.table import Row, attempt
from benchmarks.terminal import Terminal

RATE = 200_000
NEVER = 5.0
"""Seconds after which a line counts as never shown."""
ROOT = Path(__file__).resolve().parent.parent


def follow(plan: Plan) -> Iterator[Row]:
    """From a line's append to its run's name on the screen."""
    for kind in ("tenth",) if plan.quick else ("1MB", "tenth"):
        yield attempt(f"append to render, {kind}", partial(_follow_row, plan, kind))


def _follow_row(plan: Plan, kind: str) -> Row:
    """Each line begins a run of its own: the newest, so it stands at the top of the table."""
    rng, took, log = random.Random(5), [], plan.log(kind)
    times = 25 if plan.quick else 150
    command = runwatch("watch", "--no-cache", log.path)
    with Terminal(command, plan.env, plan.home) as terminal, log.path.open("ab", buffering=0) as end:
        terminal.see(sight.is_whole, plan.limit, "whole log")
        terminal.rest(1.5)
        for number in range(times):
            name = f"seen{number:04d}"
            line = plan_line(1000 + number, name, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")).encode()
            at = time.perf_counter()
            end.write(line)
            took.append((terminal.look(sight.says(name), NEVER) or at + NEVER) - at)
            terminal.rest(rng.uniform(0.05, 0.3))
    typical, high = share(took, 0.5), share(took, 0.95)
    return Row(
        f"follow, append to render, behind {log.size / 1e6:.0f} MB",
        f"p50 {typical * 1000:.0f} ms, p95 {high * 1000:.0f} ms, most {max(took) * 1000:.0f} ms",
        f"{times} appends",
        "",
        "p50 30, p95 60 ms",
        "p50 15, p95 25 ms",
        {"p50": typical, "p95": high, "most": max(took)},
    )


def torrent(plan: Plan) -> Iterator[Row]:
    """200,000 events a second from one writer: how far the screen lags behind it, and whether all of them arrive."""
    yield attempt("200,000 events/s", partial(_torrent_row, plan))


def _torrent_row(plan: Plan) -> Row:
    log, seconds = plan.home / "torrent.jsonl", 10 if plan.quick else 30
    log.write_text(writer.first_line(), encoding="utf-8")
    with Terminal(runwatch("watch", "--no-cache", log), plan.env, plan.home) as terminal:
        terminal.see(sight.is_whole, plan.limit, "whole log")
        terminal.rest(1)
        cpu, begun = terminal.cpu(), time.perf_counter()
        seen, said = _watched(terminal, log, seconds)
        ended = time.perf_counter()
        used = (terminal.cpu() - cpu) / (ended - begun)
        events = said["events"] + 1  # the plan before it
        terminal.press(sight.EVENTS)
        arrived = terminal.look(sight.has_events(events), 20)
        peak = terminal.peak()
    log.unlink()
    lags = [(at or ended) - begun for at, begun in zip(seen, said["marks"], strict=False)]
    high, unseen = share(lags, 0.95), seen.count(None)
    rest = f"all {events:,} on the screen" if arrived else f"NOT all {events:,} on the screen 20 s later"
    return Row(
        f"{RATE:,} events/s from one writer for {seconds} s: lag on the screen",
        f"p50 {share(lags, 0.5) * 1000:.0f} ms, p95 {high * 1000:.0f} ms, most {max(lags) * 1000:.0f} ms"
        + (f", or more: {unseen} of {len(lags)} lines were never seen" if unseen else ""),
        f"achieved {said['rate']:,.0f}/s; {rest}; {used:.0%} of a core, {peak:.0f} MB",
        "",
        "500 ms",
        "100 ms",
        {
            "p50": share(lags, 0.5),
            "p95": high,
            "most": max(lags),
            "rate": said["rate"],
            "writer_cpu": said["cpu"] / said["seconds"],
            "whole": float(bool(arrived)),
        },
    )


def _watched(terminal: Terminal, log: Path, seconds: float) -> tuple[list[float | None], dict[str, Any]]:
    """When each of the writer's marks was seen, None for those not there some seconds after it; and what it says."""
    command = [sys.executable, "-m", "benchmarks.writer", str(log), str(RATE), str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    end = time.perf_counter() + seconds + NEVER
    try:
        numbers = range(1, int(seconds * writer.MARKS))
        seen = [terminal.look(sight.says(writer.mark(each)), end - time.perf_counter()) for each in numbers]
        said, _ = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        raise Failed("the writer had no end, killed") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        raise Failed(f"the writer ended with {process.returncode}")
    return seen, json.loads(said)
