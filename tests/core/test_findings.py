from __future__ import annotations

import pytest
from tests.core.made import (
    RUN_ID,
    Step,
    completed,
    ended,
    entry,
    failed,
    feed,
    plan,
    reconciled,
    run_of,
    segment,
    started,
    warning,
    written,
)

from runwatch.core import events as ev
from runwatch.core.findings import EVIDENCE_AT_MOST, Finding, findings
from runwatch.core.runs import Run

FAIL, WARN = (ev.QualityIssue(severity=severity, message="m") for severity in ("FAIL", "WARN"))
PASSED, NOT_PASSED = (ev.ValidationResult(passed=passed) for passed in (True, False))
PLANNED = ev.ChunkPlanned(chunk_index=0, start_key="1", end_key="2")


def found(run: Run) -> dict[str, Finding]:
    return {finding.code: finding for finding in findings(run.state, run.log)}


def steps(*events: ev.Event) -> list[Step]:
    return list(enumerate(events))


CASES: dict[str, tuple[list[Step], tuple[int, ...], list[list[Step]]]] = {
    # code: a log that has it, its evidence, logs that nearly have it
    "reconcile_mismatch": (
        steps(plan(), reconciled(5, 4), ended()),
        (1,),
        [steps(plan(), reconciled(0, 0), ended()), steps(plan(), reconciled(5, 4), reconciled(0, 0), ended())],
    ),
    "reconcile_rows": (
        steps(plan(), written("a", 5), reconciled(4, 4), ended()),
        (2,),
        [
            steps(plan(), written("a", 5), reconciled(5, 5), ended()),
            steps(plan(resume=True), written("a", 5), reconciled(4, 4), ended()),
            steps(reconciled(4, 4), ended()),
        ],
    ),
    "validation_failed": (steps(plan(), NOT_PASSED, ended()), (1,), [steps(plan(), NOT_PASSED, PASSED, ended())]),
    "quality_fail": (
        steps(plan(), WARN, FAIL, FAIL, ended()),
        (2, 3),
        [steps(plan(), WARN, ended()), steps(plan(), FAIL, ended("failed")), steps(plan(), FAIL)],
    ),
    "chunk_unresolved": (
        steps(plan(), started(0), failed(0), completed(1), ended()),
        (1, 2),
        [
            steps(plan(), started(0), failed(0), completed(0), ended()),
            steps(plan(), started(0), failed(0), ended("failed")),
        ],
    ),
    "chunk_written_twice": (
        steps(plan(), completed(0, 1, "a"), failed(0), completed(0, 1, "b"), ended()),
        (1, 3),
        [steps(plan(), completed(0, 1, "a"), failed(0), completed(0, 1, "a"), ended())],
    ),
    "rows_disagree": (
        steps(plan(), completed(0, 5, "a"), warning(), written("a", 5), written("a", 6), ended()),
        (1, 3, 4),
        [steps(plan(), completed(0, 5, "a"), written("a", 5), written("b", 6), ended())],
    ),
    "after_end": (
        steps(plan(), ended(), warning(), completed(0), ended()),
        (2, 3),
        [
            steps(plan(), warning(), ended(), ended()),
            [(0, plan()), (5, ended()), (5, warning()), (4, warning("late"))],
            [(0, plan()), (5, ended()), (6, ev.Progress(rows=3))],
        ],
    ),
    "check_not_reported": (
        steps(plan(validate=True), ended()),
        (0,),
        [
            steps(plan(), ended()),
            steps(plan(validate=True), PASSED, ended()),
            steps(plan(reconcile=True), reconciled(0, 0), ended()),
            steps(plan(reconcile=True), ended("failed")),
            steps(plan(reconcile=True)),
        ],
    ),
    "validation_partial": (
        steps(plan(), written("a"), PASSED, written("b"), completed(0, 1, "c"), ended()),
        (2, 3, 4),
        [
            steps(plan(), written("a"), PASSED, ended()),
            steps(plan(), PASSED, completed(0, 0), ended()),
            steps(plan(), PASSED, written("a"), PASSED, ended()),
            steps(plan(), PASSED, written("a"), ended("failed")),
        ],
    ),
    "clock_backwards": (
        [(0, plan()), (5, warning()), (3.9, warning()), (6, ended())],
        (2,),
        [[(0, plan()), (5, warning()), (4, warning()), (6, ended())]],
    ),
    "no_plan": (steps(warning(), ended()), (), [steps(plan(), ended())]),
    "time_unknown": ([(0, plan()), (None, warning()), (1, ended())], (1,), [steps(plan(), warning(), ended())]),
}
CONTRADICTIONS = list(CASES)[:8]


@pytest.mark.parametrize("code", CASES)
def test_each_finding_has_a_log_that_has_it_and_some_that_nearly_have_it(code: str) -> None:
    """One finding a code, its evidence in the order of the log; codes never change their meaning."""
    has, evidence, nearly = CASES[code]
    finding = found(run_of(*has))[code]
    assert finding.severity == ("contradiction" if code in CONTRADICTIONS else "gap")
    assert finding.positions == evidence
    for log in nearly:
        assert code not in found(run_of(*log))


def test_a_reconciliation_that_does_not_match_is_a_mismatch_with_equal_counts_too() -> None:
    """Not matched, or matched with unequal counts."""
    assert "reconcile_mismatch" in found(run_of(*steps(plan(), reconciled(0, 0, matched=False))))


def test_rows_are_compared_with_progress_where_nothing_was_written() -> None:
    """A run with no FileWritten and no ChunkCompleted takes its rows from its last Progress."""
    wrong, right = (steps(ev.Progress(rows=rows), reconciled(4, 4), ended()) for rows in (5, 4))
    assert "reconcile_rows" in found(run_of(*wrong))
    assert "reconcile_rows" not in found(run_of(*right))
    assert "reconcile_rows" not in found(run_of(*steps(plan(), ev.Progress(), reconciled(4, 4), ended())))


def test_a_planned_chunk_that_never_began_is_unresolved_beside_success() -> None:
    """A chunk whose state is not completed; the evidence is its planning."""
    assert found(run_of(*steps(plan(), PLANNED, ended())))["chunk_unresolved"].positions == (1,)


def test_what_a_table_knew_later_is_not_after_the_end() -> None:
    """Entries of origin tables are apart; one without a time is behind the end."""
    late = [(0.0, plan(), "journal"), (5.0, ended(), "journal")]
    for seconds, origin, is_found in ((9.0, "tables", False), (9.0, "stream", True), (None, "journal", True)):
        run = Run(RUN_ID)
        for line, (at, event, came_from) in enumerate([*late, (seconds, written("a"), origin)], 1):
            run.feed(entry(at, event, origin=came_from), segment(), line, None)
        assert ("after_end" in found(run)) is is_found


def test_two_outcomes_of_different_status_contradict_each_other() -> None:
    """Both are the evidence."""
    assert found(run_of(*steps(plan(), ended(), ended("failed"))))["after_end"].positions == (1, 2)


def test_findings_are_listed_for_every_verdict() -> None:
    """They change it only beside success."""
    for end in ([], [(9.0, ended("failed"))], [(9.0, ended("skipped"))]):
        codes = found(run_of((0, reconciled(5, 4)), (1, NOT_PASSED), (2, written("a", 1)), (3, written("a", 2)), *end))
        assert list(codes) == ["reconcile_mismatch", "reconcile_rows", "validation_failed", "rows_disagree", "no_plan"]


def test_a_finding_names_at_most_twenty_places_and_how_many_there_are() -> None:
    """What is capped is said to be."""
    finding = found(run_of((0, plan()), *((None, warning()) for _ in range(50))))["time_unknown"]
    assert (finding.positions, finding.facts["places"]) == (tuple(range(1, EVIDENCE_AT_MOST + 1)), 50)


def test_two_files_of_one_run_have_clocks_of_their_own() -> None:
    """The clock ran backwards only within one file."""
    run = Run(RUN_ID)
    feed(run, segment("a.jsonl"), (0, plan()), (50, warning()))
    feed(run, segment("b.jsonl"), (10, started(0)), (20, completed(0)))
    assert "clock_backwards" not in found(run)
