"""Any moment: what a seek costs beside folding, and whether recorded time keeps time."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from functools import partial

from benchmarks.logs import write_huge
from benchmarks.measure import Failed, share
from benchmarks.plan import Plan, python
from benchmarks.table import Row, attempt

SEEKS = """
import json, random, sys, time
from runwatch.core.fold import fold
from runwatch.core.run import RunState
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source

session = Session(open_source([sys.argv[1]]), ManualClock(0))
session.read(session.source.poll())
(run,) = session.runs.all()
count, chance = len(run.log.order), random.Random(4)
folds, seeks = [], []

def took(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun

for _ in range(int(sys.argv[2])):
    at = chance.randrange(count - 10_000)
    state = run.state_at(at)
    folds.append(took(lambda: fold(state, run.log, at + 10_000)))
    run.checkpoints._shown = None  # what was folded on is no longer the state at `at`
    seeks.append(took(lambda: run.state_at(chance.randrange(count))))
print(json.dumps([count, folds, seeks]))
"""
DRIFT = """
import sys, time
from runwatch.session.clock import LiveClock
from runwatch.session.playhead import Playhead

head, length = Playhead(LiveClock(), recorded=True, rate=1), float(sys.argv[1])
head.set_span(0, 10**18)
head.play()
began, shown = time.perf_counter(), head.now()
while time.perf_counter() - began < length:
    time.sleep(0.1)  # a screen asks ten times a second
    head.now()
print((head.now() - shown) / 1e9 - (time.perf_counter() - began))
"""


def seek(plan: Plan) -> Iterator[Row]:
    """A random moment of one long run, against folding 10,000 events of it."""
    yield attempt("a seek to a random moment", partial(_seek_row, plan))


def _seek_row(plan: Plan) -> Row:
    log = plan.home / "seek.jsonl"
    write_huge(log, 60_000 if plan.quick else 330_000)
    count, folds, seeks = json.loads(_said(plan, SEEKS, log, 40 if plan.quick else 100))
    log.unlink()
    yard, typical, worst = share(folds, 0.5), share(seeks, 0.5), max(seeks)
    return Row(
        f"a seek to a random moment of {count:,} events",
        f"p50 {typical * 1000:.0f} ms, most {worst * 1000:.0f} ms",
        f"fold of 10,000 events: {yard * 1000:.0f} ms",
        f"p50 {typical / yard:.1f}×, most {worst / yard:.1f}×",
        "3×",
        "",
        {"p50": typical, "most": worst, "fold": yard},
    )


def drift(plan: Plan) -> Iterator[Row]:
    """Recorded time at ×1 beside the machine's own."""
    yield attempt("recorded time at ×1", partial(_drift_row, plan))


def _drift_row(plan: Plan) -> Row:
    length = 5 if plan.quick else 60
    apart = float(_said(plan, DRIFT, length)) * 1000 * 60 / length
    what, measured = "recorded time at ×1, drift", f"{apart:+.1f} ms a minute"
    return Row(what, measured, f"the machine's own time, {length} s", "", "50 ms a minute", "", {"drift": apart})


def _said(plan: Plan, code: str, *arguments: object) -> str:
    try:
        ran = subprocess.run(
            python(code, *arguments), env=plan.env, capture_output=True, text=True, check=False, timeout=plan.limit
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"no end after {plan.limit:.0f} s, killed") from None
    if ran.returncode:
        raise Failed(ran.stderr[-200:])
    return ran.stdout
