"""A gigabyte opened at a terminal: when it shows something, when it is whole, what its keys feel like meanwhile."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from benchmarks import sight
from benchmarks.logs import EXPORTS
from benchmarks.measure import Failed, rounds, share
from benchmarks.plan import Log, Plan, python, runwatch
from benchmarks.table import Row, attempt
from benchmarks.terminal import Terminal

BARE = f"""
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static({sight.BARE!r})
Bare().run()
"""
KEY_LIMIT = 5.0
"""Seconds after which a key counts as never answered."""


def opening(plan: Plan) -> Iterator[Row]:
    """First content, loaded, and opened again, beside a bare Textual app."""
    for kind in plan.opened:
        log = plan.log(kind)
        yield attempt(f"first content, `{kind}`", partial(_first_row, plan, kind, log))
        yield attempt(f"loaded, `{kind}`", partial(_loaded_row, plan, kind, log))
        yield attempt(f"opened again, `{kind}`", partial(_again_row, plan, kind, log))


def _bare(plan: Plan) -> float:
    """Seconds to the first picture of an app that only says one thing."""
    with Terminal(python(BARE), plan.env, plan.home) as terminal:
        return terminal.see(sight.says(sight.BARE), 30, "bare app") - terminal.begun


def _shown(plan: Plan, log: Log, there: sight.Sight, what: str, *options: str) -> float:
    """Seconds until that is on the screen."""
    with Terminal(runwatch("watch", *options, log.path), plan.env, plan.home) as terminal:
        return terminal.see(there, plan.limit, what) - terminal.begun


def _pairs(plan: Plan, ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float, list[float]]:
    """Both medians, and the ratio of each pair; in turn."""
    both = [(ours(), theirs()) for _ in rounds(plan.times + 2, plan.budget)]
    return median(one for one, _ in both), median(other for _, other in both), [one / other for one, other in both]


def _first_row(plan: Plan, kind: str, log: Log) -> Row:
    first = partial(_shown, plan, log, sight.has_content(*EXPORTS), "first content", "--no-cache")
    ours, theirs, ratios = _pairs(plan, first, partial(_bare, plan))
    return Row(
        f"first content of `{kind}`, {log.size / 1e9:.2f} GB, at a terminal",
        f"{ours * 1000:.0f} ms",
        f"first picture of a bare Textual app: {theirs * 1000:.0f} ms",
        f"{median(ratios):.2f}×",
        "1.5×",
        "1.25×",
        {"first": ours, "bare": theirs, "ratio": median(ratios)},
    )


def _loaded_row(plan: Plan, kind: str, log: Log) -> Row:
    walls, peaks, used = [], [], []
    for _ in rounds(plan.times - 2, plan.budget):
        with Terminal(runwatch("watch", "--no-cache", log.path), plan.env, plan.home) as terminal:
            walls.append(terminal.see(sight.is_final(*EXPORTS), plan.limit, "whole log") - terminal.begun)
            peaks.append(terminal.peak())
            used.append(terminal.cpu())
    wall = median(walls)
    return Row(
        f"loaded: `{kind}` whole at a terminal",
        f"{wall:.2f} s, {median(used):.2f} s CPU, {median(peaks):.0f} MB",
        figures={"wall": wall, "cpu": median(used), "peak": median(peaks)},
    )


def _again_row(plan: Plan, kind: str, log: Log) -> Row:
    """What the first time leaves in the cache is what the others are about."""
    again = partial(_shown, plan, log, sight.is_final(*EXPORTS), "whole log")
    once = again()
    ours, theirs, _ = _pairs(plan, again, partial(_bare, plan))
    return Row(
        f"opened again: `{kind}` whole at a terminal",
        f"{ours:.2f} s (the first time {once:.2f} s)",
        f"bare Textual app: {theirs:.2f} s",
        f"bare {ours - theirs:+.2f} s",
        "bare + 0.3 s",
        "bare + 0.1 s",
        {"again": ours, "first_time": once, "bare": theirs},
    )


def keys(plan: Plan) -> Iterator[Row]:
    """Any key while a gigabyte loads: press to response."""
    for kind in plan.opened:
        yield attempt(f"a key while `{kind}` loads", partial(_keys_row, plan, kind, plan.log(kind)))


def _keys_row(plan: Plan, kind: str, log: Log) -> Row:
    """The log is opened again and again until there are enough presses."""
    took: list[float] = []
    rng, least, loads = random.Random(6), 40 if plan.quick else 200, 0
    for _ in rounds(10, plan.budget):
        loads += 1
        took += _presses(plan, log, rng, least - len(took))
        if len(took) >= least:
            break
    if not took:
        raise Failed("it was whole before a key could be pressed")
    worst = share(took, 0.99)
    return Row(
        f"a key while `{kind}` loads (help, sort, a run, its events)",
        f"p50 {share(took, 0.5) * 1000:.0f} ms, p99 {worst * 1000:.0f} ms, most {max(took) * 1000:.0f} ms",
        f"{len(took)} presses, {loads} loads",
        "",
        "p99 100 ms",
        "p99 50 ms",
        {"p50": share(took, 0.5), "p99": worst, "most": max(took), "presses": len(took)},
    )


def _presses(plan: Plan, log: Log, rng: random.Random, most: int) -> list[float]:
    """Of one load, until it is whole, or enough, or took too long. One that is answered after that does not count."""
    took: list[float] = []
    steps = [(key, seen) for there, brings, back, takes in sight.KEYS for key, seen in ((there, brings), (back, takes))]
    with Terminal(runwatch("watch", "--no-cache", log.path), plan.env, plan.home) as terminal:
        terminal.see(sight.has_content(*EXPORTS), plan.limit, "first content")
        end = time.perf_counter() + 2 * plan.budget
        while len(took) < most and time.perf_counter() < end:
            for key, seen in steps:
                terminal.rest(rng.uniform(0.03, 0.15))
                pressed = terminal.press(key)
                answered = terminal.look(seen, KEY_LIMIT)
                if sight.is_whole(terminal.screen):
                    return took
                took.append((answered or pressed + KEY_LIMIT) - pressed)
        return took
