"""Any moment: what a seek costs beside folding, and whether recorded time keeps time."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

from benchmarks.logs import write_one_run
from benchmarks.measure import ENVIRONMENT, share
from benchmarks.rows import Plan, Row, python

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
    run._checkpoints._shown = None  # what was folded on is no longer the state at `at`
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
    log = plan.home / "seek.jsonl"
    write_one_run(log, (50 if plan.quick else 245) << 20)
    count, folds, seeks = json.loads(_said(SEEKS, log, 40 if plan.quick else 100))
    yard, typical, worst = share(folds, 0.5), share(seeks, 0.5), max(seeks)
    yield Row(
        f"a seek to a random moment of {count:,} events",
        f"p50 {typical * 1000:.0f} ms, most {worst * 1000:.0f} ms",
        f"fold of 10,000 events: {yard * 1000:.0f} ms",
        f"p50 {typical / yard:.1f}×, most {worst / yard:.1f}×",
    )


def drift(plan: Plan) -> Iterator[Row]:
    """Recorded time at ×1 beside the machine's own."""
    length = 15 if plan.quick else 60
    apart = float(_said(DRIFT, length)) * 1000 * 60 / length
    yield Row("recorded time at ×1", f"{apart:+.1f} ms a minute", "promised: within 50 ms a minute")


def _said(code: str, *arguments: object) -> str:
    ran = subprocess.run(python(code, *arguments), env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr[-400:])
    return ran.stdout
