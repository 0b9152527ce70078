from __future__ import annotations

from typing import Any

import pytest
from tests.core.made import (
    RUN_ID,
    T0,
    Step,
    completed,
    ended,
    entry,
    failed,
    feed,
    plan,
    retry,
    run_of,
    segment,
    started,
    warning,
    written,
)

from runwatch.core import events as ev
from runwatch.core.findings import findings
from runwatch.core.fold import _FOLDS
from runwatch.core.index import RunLog
from runwatch.core.run import COMPLETED, NOWHERE, STATE_NAMES, Chunks
from runwatch.core.runs import Run
from runwatch.core.times import SECOND
from runwatch.core.verdict import judge


def attempts(*steps: ev.Event, chunk: int = 0) -> list[tuple[int, int, str, tuple[int, ...]]]:
    """(start, end, outcome, parts) of each attempt of a chunk; positions count from 0."""
    chunks = run_of(*enumerate(steps)).state.chunks
    return [
        (attempt.start, attempt.end, STATE_NAMES[attempt.outcome], attempt.parts)
        for attempt in chunks.attempts(chunks.slot_of[chunk])
    ]


def rows_of(run: Run, chunk: int = 0) -> int:
    chunks = run.state.chunks
    return chunks.rows(chunks.slot_of[chunk], run.state.files)


def states(run: Run) -> dict[str, int]:
    counts = run.state.chunks.counts
    return {name: count for name, count in zip(STATE_NAMES, counts, strict=True) if count}


def test_every_variant_has_a_handler() -> None:
    """The fold is total: whoever adds a variant must say what it does."""
    assert set(_FOLDS) == {*ev.VARIANTS, *ev.SOURCE_VARIANTS}


def test_an_attempt_goes_from_its_start_to_its_end() -> None:
    """`ChunkStarted` opens one, `ChunkCompleted` and `ChunkFailed` end it."""
    assert attempts(started(0)) == [(0, NOWHERE, "running", ())]
    assert attempts(started(0), completed(0)) == [(0, 1, "completed", (1,))]
    assert attempts(started(0), failed(0)) == [(0, 1, "failed", ())]


def test_an_end_without_a_start_is_an_attempt_of_unknown_start() -> None:
    """Parallel runs write no starts: shown as unknown, never as 0."""
    assert attempts(completed(0)) == [(NOWHERE, 0, "completed", (0,))]
    assert attempts(failed(0), failed(0)) == [(NOWHERE, 0, "failed", ()), (NOWHERE, 1, "failed", ())]


def test_a_start_interrupts_the_attempt_before_it() -> None:
    """An open one before it was interrupted."""
    assert attempts(started(0), started(0)) == [(0, 1, "interrupted", ()), (1, NOWHERE, "running", ())]


def test_a_retry_and_the_end_of_the_run_interrupt_every_open_attempt() -> None:
    """And no other: what has ended stays as it ended."""
    events = [started(0), started(1), completed(1), retry(), started(0), ended("failed")]
    assert attempts(*events) == [(0, 3, "interrupted", ()), (4, 5, "interrupted", ())]
    assert attempts(*events, chunk=1) == [(1, 2, "completed", (2,))]


def test_a_further_part_opens_no_attempt_and_moves_the_end() -> None:
    """With file rotation one chunk gives several completions."""
    assert attempts(started(0), completed(0, 5, "a"), completed(0, 6, "b")) == [(0, 2, "completed", (1, 2))]
    assert attempts(completed(0, 5, "a"), completed(0, 6, "b")) == [(NOWHERE, 1, "completed", (0, 1))]


def test_a_completion_behind_a_failure_is_a_new_attempt() -> None:
    """The failed one has ended: this one's start is unknown."""
    assert attempts(started(0), failed(0), completed(0)) == [(0, 1, "failed", ()), (NOWHERE, 2, "completed", (2,))]


def test_recovered_is_a_completed_chunk_with_a_broken_attempt_before() -> None:
    """Failed or interrupted before, completed now; not while it is tried again."""
    run = run_of(*enumerate([started(0), failed(0), started(0), completed(0), started(1), started(1), completed(1)]))
    assert (states(run), list(run.state.chunks.recovered)) == ({"completed": 2}, [0, 1])
    again = run_of(*enumerate([started(0), failed(0), started(0), completed(0), started(0)]))
    assert (states(again), list(again.state.chunks.recovered)) == ({"running": 1}, [])
    clean = run_of(*enumerate([started(0), completed(0), completed(0)]))
    assert clean.state.chunks.recovered == {}


def test_a_planned_chunk_is_pending_until_it_begins() -> None:
    """Only a source that knows the plan can tell."""
    planned = [ev.ChunkPlanned(chunk_index=chunk, start_key="1", end_key="2") for chunk in (0, 1, 1)]
    run = run_of(*enumerate([*planned, started(1)]))
    assert (states(run), len(run.state.chunks.planned), run.state.events) == ({"pending": 1, "running": 1}, 2, 1)


@pytest.mark.parametrize(
    ("events", "rows"),
    [
        ([completed(0, 5, "a"), completed(0, 6, "b")], 11),
        ([completed(0, 5, "a"), completed(0, 5, "a")], 5),
        ([completed(0, 0), completed(0, 7)], 7),
        ([completed(0, 5, "a"), written("a", 8)], 8),
        ([written("a", 8), completed(0, 5, "a")], 8),
        ([written("a", 8), written("a", 9), completed(0, 5, "a")], 8),
        ([completed(0, 5, "a"), completed(0, 6, "a")], 5),
        ([completed(0, 5, "a"), failed(0), completed(0, 6, "b")], 11),
        ([started(0)], 0),
    ],
)
def test_the_rows_of_a_chunk_are_the_sum_over_its_parts(events: list[ev.Event], rows: int) -> None:
    """A part is one file, or rows without one; of two row counts the first FileWritten's counts, else the first."""
    steps = [warning("first"), started(0), *events]
    assert rows_of(run_of(*enumerate(steps))) == rows


def test_the_files_of_a_run_are_its_distinct_names() -> None:
    """Rows over names and over parts without one; bytes are the sum of those known."""
    run = run_of(
        *enumerate(
            [completed(0, 5, "a"), written("a", 5, 70), completed(1, 6, "b"), completed(2, 3), written("c", 1, 0)]
        )
    )
    files = run.state.files
    assert (len(files), files.total_rows + run.state.nameless_rows) == (3, 15)
    assert (files.total_bytes, files.with_bytes) == (70, 2)


def codes(*events: ev.Event) -> dict[str, Any]:
    """The contradictions of a run that says success behind these events, with their positions."""
    run = run_of(*enumerate([plan(), *events, ended()]))
    found = findings(run.state, run.log)
    return {finding.code: finding.positions for finding in found if finding.severity == "contradiction"}


@pytest.mark.parametrize(
    ("events", "positions"),
    [
        ([completed(0, 5, "a"), failed(0), completed(0, 5, "b")], (1, 3)),
        ([completed(0, 5, "a"), failed(0), completed(0, 5, "a")], None),
        ([completed(0, 5, "a"), failed(0), completed(0, 5, "a"), completed(0, 5, "b")], None),
        ([completed(0, 5, "a"), failed(0), completed(0, 5, "b"), completed(0, 5, "a")], None),
        ([completed(0, 5, "a"), completed(0, 5, "b"), failed(0), completed(0, 5, "a"), completed(0, 5, "c")], (2, 5)),
        ([completed(0, 5, "a"), completed(0, 5, "b")], None),
        ([completed(0, 5, "a"), failed(0), completed(0, 5)], None),
        ([failed(0), completed(0, 5, "a")], None),
        ([completed(0, 5, "a"), completed(1, 5, "b")], None),
    ],
)
def test_written_twice_is_two_attempts_each_with_a_file_of_its_own(
    events: list[ev.Event], positions: tuple[int, ...] | None
) -> None:
    """One that only adds to what the other left wrote nothing twice, at whatever moment one looks."""
    assert codes(*events).get("chunk_written_twice") == positions
    run = Run(RUN_ID)
    for line, event in enumerate([plan(), *events, ended()], 1):
        run.feed(entry(line, event), segment(), line, None)
        findings(run.state, run.log)
    found = {finding.code: finding.positions for finding in findings(run.state, run.log)}
    assert found.get("chunk_written_twice") == positions


def test_the_longest_gap_is_one_that_ended_in_work() -> None:
    """Gaps that ended in a file or a chunk count, others do not; ProducerSeen ends and begins none."""
    run = run_of(
        (0, plan()), (60, warning()), (64, started(0)), (65, ev.ProducerSeen()), (70, written("a")), (200, ended())
    )
    assert run.state.longest_gap == 6 * SECOND


def big_run(chunks: int) -> Run:
    steps: list[Step] = [(0, plan())]
    for chunk in range(chunks):
        steps += [(chunk + 1, started(chunk)), (chunk + 1.5, completed(chunk, 5, f"f{chunk}"))]
    return run_of(*steps)


def test_a_run_of_two_hundred_thousand_events_is_folded() -> None:
    """Each event costs the same, however many came before."""
    run = big_run(100_000)
    assert (run.state.events, run.state.files.total_rows, run.state.chunks.counts[COMPLETED]) == (
        200_001,
        500_000,
        100_000,
    )


def test_judging_walks_nothing_that_grows_with_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict of a run at rest is asked each second: it may not look at each chunk."""
    run = big_run(2000)
    run.feed(entry(9000, ended()), segment(), 9000, None)
    walked: list[str] = []
    looked_up: list[int] = []
    for name in ("parts", "attempts", "rows", "slot"):
        monkeypatch.setattr(Chunks, name, lambda *given, name=name: walked.append(name))
    event = RunLog.event

    def counted(log: RunLog, position: int) -> ev.Event:
        looked_up.append(position)
        return event(log, position)

    monkeypatch.setattr(RunLog, "event", counted)
    judgement = judge(run.state, run.log, T0 + 9000 * SECOND, 1800 * SECOND)
    assert judgement.verdict == "succeeded"
    assert walked == []
    assert len(looked_up) < 30


def test_a_name_given_by_the_line_wins_over_the_plan_and_the_id() -> None:
    """From the line, else from PlanResolved, else from run_id, else unknown."""
    named = Run("orders_20261123T180000.000_7")
    named.feed(entry(0, plan(export_name="planned")), segment(), 1, None)
    assert named.export_of(named.state) == "planned"
    named.feed(entry(1, warning(), export_name="told"), segment(), 2, None)
    assert named.export_of(named.state) == "told"
    assert run_of((0, warning())).export_of(run_of((0, warning())).state) == "orders"
    assert Run("x").export_of(Run("x").state) == "unknown"
    assert Run("a__2024-02_20261123T180000.000_7").export_of(Run("x").state) == "a__2024-02"


def test_a_chunk_tried_thousands_of_times_is_not_gone_through_each_time() -> None:
    """Else a log with one chunk, again and again, would hang us."""

    class Counted(dict):  # type: ignore[type-arg]
        """Counts how often an attempt is looked at."""

        looks = 0

        def get(self, *key: Any) -> Any:
            Counted.looks += 1
            return super().get(*key)

    run = Run(RUN_ID)
    run.state_so_far.chunks.attempt_before = Counted()
    cycles = [event for number in range(2000) for event in (started(0), completed(0, 1, f"f{number}"))]
    feed(run, segment(), *enumerate(cycles))
    chunks = run.state.chunks
    assert (run.state.files.total_rows, chunks.longest) == (2000, 3999 * SECOND)
    assert Counted.looks == 0
    assert len(chunks.parts_alone(0)) == 2000
