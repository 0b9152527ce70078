"""Small logs: one of a megabyte, and ten thousand of them, summed up and then watched while nothing happens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from benchmarks import sight
from benchmarks.measure import cost, in_turn, ratio, typical
from benchmarks.plan import Log, Plan, folded, python, runwatch
from benchmarks.table import Row, attempt
from benchmarks.terminal import Terminal


def summary(plan: Plan) -> Iterator[Row]:
    """The smallest useful call, against the imports it cannot do without."""
    yield attempt("`runwatch summary` of 1 MB", partial(_summary_row, plan))


def _summary_row(plan: Plan) -> Row:
    run = partial(cost, env=plan.env, limit=plan.limit)
    command = folded(plan.log("1MB"))
    ours, theirs = in_turn(15, 60, partial(run, command), partial(run, python("import orjson, click")))
    mine, yard, times = typical(ours), typical(theirs), ratio(ours, theirs)
    return Row(
        f"`runwatch summary` of {plan.log('1MB').size / 1e6:.1f} MB, whole process",
        f"{mine.cpu * 1000:.0f} ms CPU, {mine.wall * 1000:.0f} ms wall, {mine.peak:.0f} MB",
        f"import orjson, click: {yard.cpu * 1000:.0f} ms CPU, {yard.wall * 1000:.0f} ms wall",
        f"{times:.2f}× CPU, {ratio(ours, theirs, 'wall'):.2f}× wall",
        "4×",
        "2.5×",
        {"cpu": mine.cpu, "wall": mine.wall, "yardstick_cpu": yard.cpu, "cpu_ratio": times},
    )


def small_files(plan: Plan) -> Iterator[Row]:
    """Ten thousand logs, until whole."""
    yield attempt("10,000 files", partial(_files_row, plan, plan.log("10k")))


def _files_row(plan: Plan, log: Log) -> Row:
    run = partial(cost, env=plan.env, limit=plan.limit)
    cat = ["sh", "-c", f"find '{log.path}' -type f -print0 | xargs -0 cat"]
    bare = in_turn(3, plan.budget, partial(run, folded(plan.log("one"))))[0]
    ours, theirs = in_turn(plan.times, plan.budget, partial(run, folded(log)), partial(run, cat))
    mine, yard, times = typical(ours), typical(theirs), ratio(ours, theirs)
    return Row(
        f"`runwatch summary` of 10,000 files, {log.words}",
        f"{mine.cpu:.2f} s CPU, {mine.wall:.2f} s wall, {mine.peak:.0f} MB (bare {typical(bare).peak:.0f} MB)",
        f"find, cat: {yard.cpu:.2f} s CPU",
        f"{times:.1f}× CPU",
        "12×, 100 MB",
        "6×, 60 MB",
        {"cpu": mine.cpu, "wall": mine.wall, "peak": mine.peak, "cat_cpu": yard.cpu, "cpu_ratio": times},
    )


def idle(plan: Plan) -> Iterator[Row]:
    """The same files watched, and no event."""
    yield attempt("watching 10,000 files, idle", partial(_idle_row, plan, plan.log("10k")))


def _idle_row(plan: Plan, log: Log) -> Row:
    seconds = 12 if plan.quick else 60
    with Terminal(runwatch("watch", "--no-cache", log.path), plan.env, plan.home) as terminal:
        loaded = terminal.see(sight.is_whole, plan.limit, "whole list") - terminal.begun
        terminal.rest(3)
        before, begun = terminal.cpu(), time.perf_counter()
        terminal.rest(seconds)
        used = (terminal.cpu() - before) / (time.perf_counter() - begun)
    return Row(
        "watching 10,000 files, idle",
        f"{used:.2%} of a core over {seconds} s",
        f"whole at the terminal after {loaded:.2f} s",
        "",
        "1 %",
        "0.5 %",
        {"cpu_share": used, "loaded": loaded},
    )
