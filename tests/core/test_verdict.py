from __future__ import annotations

import pytest
from tests.core.made import (
    RUN_ID,
    T0,
    Step,
    completed,
    ended,
    entry,
    moment_of,
    ns,
    plan,
    reconciled,
    retry,
    run_of,
    seen,
    segment,
    started,
    warning,
    written,
)

from runwatch.core import events as ev
from runwatch.core.runs import Run
from runwatch.core.times import SECOND
from runwatch.core.when import Instant

SILENT: list[Step] = [(0, plan())]
"""A full run: it writes nothing before its end, so half of --stale-after is usual."""
WORKING: list[Step] = [(0, plan()), (2, started(0)), (14, completed(0))]
"""Its longest gap is 12 s, so 36 s of silence are usual."""


def verdict(steps: list[Step], now: float, stale_after: float = 1800) -> str:
    return moment_of(*steps, now=now, stale_after=stale_after).judgement.verdict


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("success", [], "succeeded"),
        ("success", [warning()], "degraded"),
        ("success", [ev.QualityIssue(severity="WARN", message="m")], "degraded"),
        ("success", [ev.SchemaChanged(added=(), removed=(), type_changed=())], "degraded"),
        ("success", [ev.QualityIssue(severity="FAIL", message="m")], "contradicted"),
        ("success", [warning(), started(0)], "contradicted"),
        ("success", [retry(), ev.ParallelismAdjusted(from_=4, to=2, reason="slow")], "succeeded"),
        ("success", [ev.PlanWarning(rule="r", message="m")], "succeeded"),
        ("failed", [warning()], "failed"),
        ("half done", [], "failed"),
        ("", [], "failed"),
        ("SUCCESS", [], "failed"),
        ("skipped", [warning(), started(0)], "skipped"),
    ],
)
def test_the_outcome_and_the_facts_make_the_verdict(status: str, more: list[ev.Event], expected: str) -> None:
    """The status is one witness: of success alone it is asked what contradicts or degrades it."""
    steps: list[Step] = [(0, plan()), *((number, event) for number, event in enumerate(more, 1)), (9, ended(status))]
    assert verdict(steps, 10) == expected
    assert verdict(steps, 10**6) == expected


def test_the_last_outcome_counts() -> None:
    """And two with different status contradict each other, which counts beside success."""
    assert verdict([(0, plan()), (1, ended("success")), (2, ended("failed"))], 3) == "failed"
    assert verdict([(0, plan()), (1, ended("failed")), (2, ended("success"))], 3) == "contradicted"
    assert verdict([(0, plan()), (1, ended("success")), (2, ended("success"))], 3) == "succeeded"


def test_the_last_result_of_a_check_counts() -> None:
    """A validation that failed and then passed has passed."""
    results = [ev.ValidationResult(passed=passed) for passed in (False, True)]
    assert verdict([(0, plan()), (1, results[0]), (2, results[1]), (3, ended())], 3) == "succeeded"
    assert verdict([(0, plan()), (1, results[1]), (2, results[0]), (3, ended())], 3) == "contradicted"
    counts = [(1, reconciled(5, 0)), (2, reconciled(0, 0))]
    assert verdict([(0, plan()), *counts, (3, ended())], 3) == "succeeded"


@pytest.mark.parametrize(
    ("steps", "now", "stale_after", "expected"),
    [
        (SILENT, 0, 1800, "running"),
        (SILENT, 900, 1800, "running"),
        (SILENT, 900.000001, 1800, "stalled"),
        (SILENT, 1799.999999, 1800, "stalled"),
        (SILENT, 1800, 1800, "lost"),
        (SILENT, 45, 90, "running"),
        (SILENT, 45.000001, 90, "stalled"),
        (WORKING, 14 + 36, 1800, "running"),
        (WORKING, 14 + 36.000001, 1800, "stalled"),
        (WORKING, 14 + 1800, 1800, "lost"),
        (WORKING, 14 + 36, 10, "running"),
        (WORKING, 14 + 36.000001, 10, "lost"),
        ([(0, plan()), (1, started(0))], 1 + 900, 1800, "running"),
        ([(0, plan()), (1, started(0))], 1 + 900.000001, 1800, "stalled"),
        ([(0, plan()), (1.000001, started(0))], 1.000001 + 30, 1800, "running"),
        ([(0, plan()), (1.000001, started(0))], 1.000001 + 30.000001, 1800, "stalled"),
        ([(0, plan()), (9, started(0))], 9 + 30, 1800, "running"),
        ([(0, plan()), (11, started(0))], 11 + 33, 1800, "running"),
        ([(0, plan()), (11, started(0))], 11 + 33.000001, 1800, "stalled"),
        ([(0, plan()), (500, warning())], 500 + 900, 1800, "running"),
        ([*WORKING, (15, retry(15_250))], 15 + 36 + 15.25, 1800, "running"),
        ([*WORKING, (15, retry(15_250))], 15 + 36 + 15.250001, 1800, "stalled"),
        ([*SILENT, (15, retry(15_250))], 15 + 900 + 15.25, 1800, "running"),
        ([*SILENT, (15, retry(40_000)), (16, retry(0))], 16 + 900.000001, 1800, "stalled"),
        ([*WORKING, (40, ev.Progress(rows=1))], 40 + 36, 1800, "running"),
        ([*WORKING, (40, seen())], 14 + 36.000001, 1800, "stalled"),
    ],
)
def test_silence_is_judged_by_what_the_run_has_shown(
    steps: list[Step], now: float, stale_after: float, expected: str
) -> None:
    """Three longest gaps, at least 30 s; half of --stale-after where none was over a second; the backoff added."""
    assert verdict(steps, now, stale_after) == expected


def test_silence_is_never_negative() -> None:
    """A clock behind the log's makes no run silent."""
    silence = moment_of(*WORKING, now=-500).judgement.silence
    assert silence is not None
    assert silence.length == 0


def test_silence_counts_from_the_time_itself_where_the_clock_ran_backwards() -> None:
    """From the `recorded_at` of the last event, as the log has it."""
    silence = moment_of((0, plan()), (100, started(0)), (40, warning()), now=110).judgement.silence
    assert silence is not None
    assert silence.length == 70 * SECOND


def arrived(*steps: tuple[float | None, ev.Event, float], now: float) -> int | None:
    """The silence of a run of which each line came at the third figure."""
    run = Run(RUN_ID)
    for line, (seconds, event, came) in enumerate(steps, 1):
        run.feed(entry(seconds, event), segment(), line, ns(came))
    at = ns(now)
    assert at is not None
    moment = run.at(None, at, 1800 * SECOND)
    assert moment is not None
    assert moment.judgement.silence is not None
    return moment.judgement.silence.length


def test_silence_counts_from_the_arrival_of_a_line_if_that_is_shorter() -> None:
    """A log with a slow clock, or a slow shipper, is not silent."""
    assert arrived((0, plan(), 500), now=510) == 10 * SECOND
    assert arrived((505, plan(), 500), now=510) == 5 * SECOND


def test_only_what_is_new_and_the_run_s_own_ends_a_silence() -> None:
    """Neither a heartbeat nor an event delivered again lets a dead run look alive."""
    assert arrived((0, plan(), 0), (400, seen(), 400), now=500) == 500 * SECOND
    assert arrived((0, plan(), 0), (0, plan(), 400), now=500) == 500 * SECOND
    assert arrived((0, plan(), 0), (0, warning(), 400), now=500) == 100 * SECOND


@pytest.mark.parametrize(
    ("steps", "now", "expected"),
    [
        ([*WORKING, (20, seen())], 14 + 1800, "stalled"),
        ([*WORKING, (20, seen())], 14 + 10**6, "stalled"),
        ([*WORKING, (20, seen(until=1900))], 1899, "stalled"),
        ([*WORKING, (20, seen(until=1900))], 1900, "lost"),
        ([*WORKING, (20, seen(until=50))], 49, "running"),
        ([*WORKING, (20, seen(until=50))], 50, "lost"),
        ([*WORKING, (20, seen(until=50)), (50, warning())], 51, "lost"),
        ([*WORKING, (20, seen(until=50)), (51, warning())], 51, "running"),
        ([*WORKING, (20, seen(until=50)), (40, seen(until=90))], 50, "running"),
        ([*WORKING, (20, seen()), (30, seen(until=30))], 31, "lost"),
        ([*WORKING, (20, seen(until=20, superseded_by="later"))], 21, "lost"),
        ([*WORKING, (20, seen(until=20, superseded_by="later")), (21, warning())], 21, "running"),
        ([(None, plan()), (None, seen(until=50))], 60, "lost"),
        ([*WORKING, (20, ev.ProducerSeen(until="soon"))], 14 + 1800, "lost"),
        ([*WORKING, (20, seen(until=30)), (40, ended())], 60, "succeeded"),
    ],
)
def test_a_producer_seen_alive_or_gone_is_a_witness(steps: list[Step], now: float, expected: str) -> None:
    """Alive keeps a run from lost; gone is lost at once; a later event takes it back."""
    assert verdict(steps, now) == expected


def test_a_run_without_any_time_is_stalled_with_its_silence_unknown() -> None:
    """Nobody knows how long it has been silent; its end counts all the same."""
    moment = moment_of((None, plan()), (None, started(0)), now=10**6)
    assert moment.judgement.silence is not None
    assert (moment.judgement.verdict, moment.judgement.silence.length) == ("stalled", None)
    assert verdict([(None, plan()), (None, ended())], 0) == "succeeded"


def test_the_verdict_at_a_moment_is_that_of_the_moment() -> None:
    """With T the clock stands at T: what came later, and the arrival of lines, say nothing."""
    run = run_of(*WORKING, (3000, ended()))
    run.arrived = ns(5000)
    found = []
    for seconds in (13, 14 + 36, 14 + 37, 14 + 1800, 3000, 10**5):
        moment = run.at(Instant(T0 + seconds * SECOND), T0 + 10**7 * SECOND, 1800 * SECOND)
        assert moment is not None
        found.append(moment.judgement.verdict)
    assert found == ["running", "running", "stalled", "lost", "succeeded", "succeeded"]
    assert run.at(Instant(T0 - 1), T0, 1800 * SECOND) is None


def test_a_file_written_ends_a_gap_as_a_chunk_does() -> None:
    """A run that writes a file every 100 s may be silent for 300."""
    steps: list[Step] = [(0, plan()), (100, written("a"))]
    assert (verdict(steps, 400), verdict(steps, 400.000001)) == ("running", "stalled")
