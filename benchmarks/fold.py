"""A whole log read, decoded, folded and judged, beside a parser that does nothing else, and beside what a user has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial

from benchmarks.measure import Cost, Costs, Failed, cost, in_turn, ratio, typical
from benchmarks.others import lnav_env, lnav_loaded
from benchmarks.plan import Log, Plan, folded, python
from benchmarks.table import Row, attempt

YARDSTICK = """
import orjson, sys
with open(sys.argv[1], "rb", buffering=1 << 17) as log:
    for line in log:
        orjson.loads(line)
"""
LIMITS = {"huge": ("2.2× CPU", "1.6× CPU"), "inter": ("2.6× CPU", "2.0× CPU")}
JQ_TENTH = 10


def fold(plan: Plan) -> Iterator[Row]:
    """`runwatch summary` of a gigabyte: CPU, wall and memory; lnav, jq."""
    for kind in plan.kinds:
        log = plan.log(kind)
        run = partial(cost, env=plan.env, limit=plan.limit)
        works = [partial(run, folded(log)), partial(run, python(YARDSTICK, log.path))]
        bare = in_turn(3, plan.budget, partial(run, folded(plan.log("one"))))[0]
        lnavs = partial(lnav_loaded, plan, log), partial(_lnav, plan, log)
        ours, yard, loaded, bare_lnav = in_turn(plan.times, plan.budget, *works, *lnavs)
        yield attempt(f"fold of `{kind}`", partial(_fold_row, kind, log, ours, yard))
        yield attempt(f"peak memory, `{kind}`", partial(_memory_row, kind, log, ours, bare))
        yield attempt(f"`{kind}`: lnav", partial(_lnav_row, kind, ours, loaded, "lnav at a terminal", ("0.8×", "0.5×")))
        yield attempt(f"`{kind}`: lnav -n", partial(_lnav_row, kind, ours, bare_lnav, "lnav -n, without one"))
        yield attempt(f"`{kind}`: jq", partial(_jq_row, plan, kind, ours))


def _fold_row(kind: str, log: Log, ours: Costs, yard: Costs) -> Row:
    mine, theirs = typical(ours), typical(yard)
    cpu, wall = ratio(ours, yard), ratio(ours, yard, "wall")
    return Row(
        f"fold of `{kind}`, {log.words}",
        f"{mine.cpu:.2f} s CPU, {mine.wall:.2f} s wall, {mine.cpu / log.events * 1e6:.2f} µs/event",
        f"orjson.loads of every line: {theirs.cpu:.2f} s CPU, {theirs.cpu / log.events * 1e6:.2f} µs/event",
        f"{cpu:.2f}× CPU, {wall:.2f}× wall",
        *LIMITS[kind],
        {"cpu": mine.cpu, "wall": mine.wall, "yardstick_cpu": theirs.cpu, "cpu_ratio": cpu, "wall_ratio": wall},
    )


def _memory_row(kind: str, log: Log, ours: Costs, bare: Costs) -> Row:
    """Bare is the same command on a log of one chunk: all that is imported, nothing that is kept."""
    peak, empty = typical(ours).peak, typical(bare).peak
    each = (peak - empty) / log.events * 1e6
    return Row(
        f"peak memory over the bare program, `{kind}`",
        f"{each:.0f} MB a million events",
        f"{peak:.0f} MB; bare, the same command on a log of one chunk: {empty:.0f} MB",
        "",
        "50 MB",
        "30 MB",
        {"mb_per_million": each, "peak": peak, "bare": empty},
    )


def _lnav_row(kind: str, ours: Costs, lnav: Costs, how: str, limits: tuple[str, str] = ("", "")) -> Row:
    mine, theirs = typical(ours), typical(lnav)
    times = ratio(ours, lnav, "wall")
    return Row(
        f"`{kind}` loaded, wall, beside {how}",
        f"{mine.wall:.2f} s, {mine.peak:.0f} MB",
        f"with a format for these events: {theirs.wall:.2f} s, {theirs.peak:.0f} MB",
        f"{times:.2f}×",
        limits[0],
        limits[1],
        {"wall": mine.wall, "lnav_wall": theirs.wall, "ratio": times},
    )


def _lnav(plan: Plan, log: Log) -> Cost:
    """It loads without a screen, which flatters it, and writes nothing."""
    env = lnav_env(plan)
    return cost(["lnav", "-n", "-q", "-c", ":goto 0", str(log.path)], env, plan.limit)


def _jq_row(plan: Plan, kind: str, ours: Costs) -> Row:
    """It is slow: it gets a tenth, and its time is multiplied."""
    if not shutil.which("jq"):
        raise Failed("jq is not installed")
    log = plan.log(kind)
    part = plan.home / "tenth-for-jq.jsonl"
    with log.path.open("rb") as whole, part.open("wb") as tenth:
        while tenth.tell() < log.size // JQ_TENTH:
            tenth.write(whole.readline())
    theirs = cost(["jq", "-c", ".", str(part)], plan.env, plan.limit)
    part.unlink()
    mine, wall = typical(ours), theirs.wall * JQ_TENTH
    return Row(
        f"`{kind}`, wall, beside jq",
        f"{mine.wall:.2f} s",
        f"`jq -c .` of a tenth, once, times ten: {wall:.1f} s",
        f"{mine.wall / wall:.2f}×",
        figures={"wall": mine.wall, "jq_wall": wall},
    )
