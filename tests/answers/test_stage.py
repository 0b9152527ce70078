from __future__ import annotations

import pytest
from hypothesis import given
from tests.core.made import (
    STALE_AFTER,
    T0,
    Step,
    completed,
    ended,
    failed,
    feed,
    moment_of,
    ns,
    plan,
    retry,
    run_of,
    runs_of,
    segment,
    started,
    warning,
)
from tests.strategies import Logs, logs

from runwatch.answers.estimate import chunk_duration, median_duration, rate_of, time_left
from runwatch.answers.failure_stops import FailureStop, failure_stop, recoveries
from runwatch.answers.lanes import STATES
from runwatch.answers.notable import LISTED, failures_of, fold_equals, notables
from runwatch.answers.overview import failures, run_row
from runwatch.answers.reasons import reasons
from runwatch.answers.stage import LANES_AT_MOST, stage
from runwatch.answers.view import Mark
from runwatch.core import events as ev
from runwatch.core.index import RunLog
from runwatch.core.runs import Moment, Run
from runwatch.core.times import SECOND
from runwatch.core.when import Instant, Number


def planned(*chunks: int) -> list[Step]:
    return [(0, ev.ChunkPlanned(chunk_index=chunk, start_key="1", end_key="2")) for chunk in chunks]


def test_the_states_stand_by_index_and_agree_with_the_counts() -> None:
    """One byte a chunk in the order of the indexes, whatever order the log has."""
    steps: list[Step] = [
        (0, plan()),
        *planned(4, 3, 2, 1, 0),
        (1, started(3)),
        (2, failed(3)),
        (3, started(3)),
        (4, completed(3)),
        (5, started(1)),
        (6, failed(1)),
        (7, started(0)),
        (8, completed(2)),
    ]
    view = stage(moment_of(*steps))
    assert list(view.indexes) == [0, 1, 2, 3, 4]
    assert [STATES[state] for state in view.states] == [
        Mark.CHUNK_RUNNING,
        Mark.FAILED,
        Mark.COMPLETED,
        Mark.RECOVERED,
        Mark.PENDING,
    ]
    assert dict(view.counts) == dict.fromkeys(
        [Mark.CHUNK_RUNNING, Mark.FAILED, Mark.COMPLETED, Mark.RECOVERED, Mark.PENDING], 1
    )
    assert (view.total_known, view.starts_known, view.lanes) == (True, False, ())


def test_chunks_that_only_the_total_tells_of_are_pending() -> None:
    """Progress says how many there are; the log says of which something is known."""
    view = stage(moment_of((0, plan()), (1, ev.Progress(chunks_total=5)), (2, completed(3))))
    assert [STATES[state] for state in view.states] == [Mark.PENDING] * 3 + [Mark.COMPLETED, Mark.PENDING]
    view = stage(moment_of((0, plan()), (1, ev.Progress(chunks_total=3)), (2, completed(0)), (3, started(1))))
    assert [STATES[state] for state in view.states] == [Mark.COMPLETED, Mark.CHUNK_RUNNING, Mark.PENDING]
    assert view.indexes == range(3)


def test_an_index_beyond_the_total_is_drawn_by_what_is_known() -> None:
    """A log that contradicts itself is shown as it is."""
    view = stage(moment_of((0, plan()), (1, ev.Progress(chunks_total=2)), (2, completed(2**63)), (3, completed(7))))
    assert list(view.indexes) == [7, 2**63]
    assert list(view.states) == [STATES.index(Mark.COMPLETED)] * 2


def test_in_a_lost_run_what_was_under_way_is_interrupted() -> None:
    """Its end unknown, until a later event takes it back."""
    steps: list[Step] = [(0, plan()), (1, started(0))]
    running, lost = moment_of(*steps, now=2), moment_of(*steps, now=4000)
    assert [stage(moment).counts for moment in (running, lost)] == [
        ((Mark.CHUNK_RUNNING, 1),),
        ((Mark.INTERRUPTED, 1),),
    ]
    assert [stage(moment).lanes[0].spans[0].outcome for moment in (running, lost)] == ["running", "interrupted"]
    assert stage(lost).lanes[0].spans[0].end is None
    assert [failures(moment) for moment in (running, lost)] == [0, 1]


def test_a_million_chunks_are_a_million_bytes() -> None:
    """What grows is columns, not objects."""
    view = stage(moment_of((0, plan()), (1, ev.Progress(chunks_total=1_000_000)), (2, completed(999_999))))
    assert (len(view.states), len(view.indexes), view.lanes) == (1_000_000, 1_000_000, ())
    assert dict(view.counts) == {Mark.COMPLETED: 1, Mark.PENDING: 999_999}
    beyond = stage(moment_of((0, plan()), (1, ev.Progress(chunks_total=10**15)), (2, completed(4))))
    assert (list(beyond.indexes), beyond.total_known) == ([4], True)


def test_lanes_are_drawn_for_few_chunks_of_which_every_start_is_known() -> None:
    """Unknown is shown as unknown: without starts there is nothing to draw from."""
    few: list[Step] = [(number, started(number)) for number in range(LANES_AT_MOST)]
    lanes = stage(moment_of(*few)).lanes
    assert [lane.chunk_index for lane in lanes] == list(range(LANES_AT_MOST))
    assert stage(moment_of(*few, (99, started(LANES_AT_MOST)))).lanes == ()
    assert stage(moment_of((0, started(0)), (1, completed(1)))).lanes == ()
    (lane,) = stage(moment_of((0, started(0)), (2, failed(0)), (3, started(0)), (5.5, completed(0, 1500)))).lanes
    assert [(span.start, span.end, span.outcome) for span in lane.spans] == [
        (ns(0), ns(2), "failed"),
        (ns(3), ns(5.5), "completed"),
    ]
    assert (lane.state, lane.rows, lane.took, lane.attempts) == (Mark.RECOVERED, "1.50k", "5.5 s", 2)


@pytest.mark.parametrize(
    ("steps", "now", "axis", "tail"),
    [
        ([(0, plan()), (9, ended())], 500, (0, 9, 9), "took 5.0 s"),
        ([(0, plan()), (5, warning())], 20, (0, 20, 20), "so far 20.0 s"),
        ([(0, plan()), (5, warning())], 5 + 901, (0, 906, 906), "silent 15m01s"),
        ([(0, plan()), (5, warning())], 5 + 1800, (0, 5, 5), "silent 30m00s"),
        ([(0, plan()), (5, warning())], 3, (0, 5, 5), "so far 3.0 s"),
        ([(None, plan())], 3, None, "silence unknown"),
    ],
)
def test_the_axis_goes_from_the_start_to_the_end_that_is_known(
    steps: list[Step], now: float, axis: tuple[float, float, float] | None, tail: str
) -> None:
    """The outcome, the moment shown, or of a lost run its last event."""
    view = stage(moment_of(*steps, now=now))
    found = (view.start, view.now, view.end)
    assert found == ((None,) * 3 if axis is None else tuple(map(ns, axis)))
    assert (view.tail, view.estimated) == (tail, False)


def test_time_left_needs_a_total_and_three_chunks() -> None:
    """Chunks a second so far, times those left; anything less is not told."""
    done: list[Step] = [(0, plan()), *((number * 10, completed(number - 1)) for number in (1, 2, 3))]
    total = ev.Progress(chunks_total=6)
    assert time_left(moment_of((0, total), *done, now=30)) == 30 * SECOND
    assert time_left(moment_of(*done, now=30)) is None
    assert time_left(moment_of((0, total), *done[:-1], now=30)) is None
    assert time_left(moment_of((0, total), *done, (30, ended()), now=30)) is None
    view = stage(moment_of((0, total), *done, now=30))
    assert (view.end, view.estimated) == (ns(60), True)


def test_a_duration_comes_from_the_events_own_times() -> None:
    """Unknown where one is unknown, or where it would be negative."""
    known = moment_of((0, plan()), (1, started(0)), (4, completed(0)))
    backwards = moment_of((0, plan()), (5, started(0)), (4, completed(0)))
    timeless = moment_of((0, plan()), (5, started(0)), (None, completed(0)))
    unseen = moment_of((0, plan()), (5, completed(0)))
    assert [chunk_duration(moment, 0) for moment in (known, backwards, timeless, unseen)] == [
        3 * SECOND,
        None,
        None,
        None,
    ]
    assert median_duration(known) is None
    steps: list[Step] = []
    for chunk, took in enumerate((1, 2, 9)):
        steps += [(chunk * 10, started(chunk)), (chunk * 10 + took, completed(chunk))]
    assert median_duration(moment_of(*steps)) == 2 * SECOND
    assert stage(moment_of(*steps)).remark == "slowest chunk 2, 4.5 × the median of 2.0 s"


def test_a_rate_is_not_told_from_one_file() -> None:
    """One sample says nothing about speed while the run goes on."""
    one: list[Step] = [(0, plan()), (10, completed(0, 500, "a"))]
    assert rate_of(moment_of(*one)) is None
    assert rate_of(moment_of(*one, (20, completed(1, 500, "b")))) == 50
    assert rate_of(moment_of(*one, (20, ended()))) == 100  # the outcome's own 5 s
    assert rate_of(moment_of((None, plan()), (None, completed(0, 500, "a")), now=0)) is None


# ------------------------------------------------------------------------------------------------------------ notable


def told(*steps: Step, fold: bool = False) -> list[tuple[str, str]]:
    found = notables(moment_of(*steps))
    return [(notable.what, notable.detail) for notable in (fold_equals(found) if fold else found)]


def test_what_is_notable_stands_in_the_order_of_the_log() -> None:
    """Failed and interrupted attempts, recoveries, retries, degradations, checks, the outcome."""
    result = ev.ReconciliationResult(source_count=5, exported_rows=4, matched=False)
    assert told(
        (0, plan()),
        (1, started(0)),
        (2, failed(0, "boom 1")),
        (3, started(0)),
        (4, failed(0, "boom 2")),
        (5, started(0)),
        (6, retry(15_250)),
        (7, started(0)),
        (8, completed(0, 7)),
        (9, warning()),
        (10, result),
        (11, ended("failed", "why")),
    ) == [
        ("chunk 0 failed", "boom 1"),
        ("chunk 0 failed again", "the same error"),
        ("chunk 0 interrupted", "by the retry of the export: lost connection"),
        ("retry", "waits 15.2 s: lost connection"),
        ("chunk 0 recovered", "7 rows on the fourth attempt"),
        ("warning", "source: slow"),
        ("rows mismatched", "source 5, exported 4"),
        ("run failed", "why"),
    ]


def walked(moment: Moment) -> list[FailureStop]:
    """From failure to failure, from the beginning."""
    found: list[FailureStop] = []
    while (stop := failure_stop(moment, found[-1].position if found else -1, 1)) is not None:
        found.append(stop)
    return found


@given(logs())
def test_a_walk_finds_what_the_list_has(made: Logs) -> None:
    """Looked up in columns or put into words one by one: the same places, the same attempts."""
    for run in runs_of(made).all():
        moment = run.at(None, 2**62, 1)
        assert moment is not None
        listed = [found for found in notables(moment, None) if found.mark in (Mark.FAILED, Mark.INTERRUPTED)]
        here = {(found.position, found.chunk_index, found.attempt) for found in listed}
        stops = walked(moment)
        opened = set(moment.state.chunks.open) if moment.judgement.verdict == "lost" else set()
        assert {stop.position for stop in stops} >= {position for position, *_ in here}
        for stop in stops:
            slot = None if stop.chunk_index is None else moment.state.chunks.slot_of[stop.chunk_index]
            assert (stop.position, stop.chunk_index, stop.attempt) in here or slot in opened
        back = failure_stop(moment, moment.state.positions, -1)
        assert (None if back is None else back.position) == (stops[-1].position if stops else None)
        told = {found.position for found in notables(moment, None) if found.mark is Mark.RECOVERED}
        assert set(recoveries(moment)) == told


def test_a_list_that_is_cut_says_so() -> None:
    """A run of very many failures or warnings is drawn as fast as any other, and none of them can seem to be all."""
    count = LISTED + 2
    broken = moment_of(*((chunk, failed(chunk, "boom")) for chunk in range(count)), (count, ended("failed")))
    warned = moment_of(*((second, warning()) for second in range(count)))
    whole = moment_of(*((second, warning()) for second in range(LISTED)))
    assert [found.what for found in notables(broken)[-3:]] == [
        f"chunk {LISTED - 1} failed",
        "run failed",
        "not all are listed",
    ]
    assert len(notables(broken)) == len(notables(warned)) + 1 == LISTED + 2
    assert notables(warned)[-1].detail == "of broken attempts, retries and each kind of degradation the first 500"
    assert {found.what for found in notables(whole)} == {"warning"}
    assert [stop.chunk_index for stop in walked(broken)] == [*range(count), None]


def test_only_what_broke_before_can_recover() -> None:
    """A chunk that completed, and broke only when it was tried again, recovered once."""
    steps: list[Step] = [
        (1, started(0)),
        (2, completed(0)),
        (3, started(0)),
        (4, failed(0)),
        (5, started(0)),
        (6, completed(0)),
    ]
    assert [what for what, _ in told(*steps)] == ["chunk 0 failed", "chunk 0 recovered"]


def test_three_failures_of_one_cause_in_a_row_are_told_in_two_lines() -> None:
    """The first, and one line for the others; two stay two, and another cause begins anew."""
    three: list[Step] = [(number, failed(number, f"timeout after {number} s")) for number in (1, 2, 3)]
    assert told(*three, fold=True) == [
        ("chunk 1 failed", "timeout after 1 s"),
        ("2 more failed", "the same error, chunks 2 and 3"),
    ]
    assert len(told(*three[:2], fold=True)) == 2
    other: list[Step] = [(1, failed(1, "refused")), *three[1:]]
    assert len(told(*other, fold=True)) == 3


def test_the_same_error_again_is_that_chunk_s_own() -> None:
    """Three chunks that each fail again as they failed before have not failed alike."""
    errors = ("refused", "timeout", "no space")
    steps: list[Step] = [(chunk, failed(chunk, error)) for chunk, error in enumerate(errors)]
    steps += [(chunk + 5, failed(chunk, error)) for chunk, error in enumerate(errors)]
    assert len(told(*steps, fold=True)) == 6


def test_failures_are_counted_as_failures() -> None:
    """Failed and interrupted attempts, not the good ones of the same chunk; a failed run has its outcome."""
    moment = moment_of(
        (0, plan()), (1, started(0)), (2, failed(0)), (3, started(0)), (4, started(0)), (5, completed(0))
    )
    assert failures(moment) == run_row(moment).failures == len(list(failures_of(moment))) == 2
    assert failures(moment_of((0, plan()), (1, ended("failed")))) == 1
    assert failures(moment_of((0, plan()), (1, ended()))) == 0


def test_what_failed_is_told_before_what_the_log_leaves_out() -> None:
    """A run without a plan: that is a gap, and three failed chunks are news."""
    moment = moment_of(*((number, failed(number, "deadlock")) for number in (1, 2, 3)))
    _, second, third = reasons(moment)
    assert second.text.startswith("3 failures, 1 cause")
    assert third.code == "no_plan"


def test_a_failure_far_behind_those_listed_still_has_its_mark() -> None:
    """1,500 failures in the first minute, one an hour later: the bar shows it, and stays short."""
    early = [(n * 0.04, failed(n)) for n in range(1500)]
    found = stage(moment_of((0, plan()), *early, (3600, failed(1500)), (3601, ended("failed")))).marks
    late = [mark for mark in found if mark.mark is Mark.FAILED and mark.time >= T0 + 3600 * SECOND]
    assert sorted(mark.time for mark in late) == [T0 + 3600 * SECOND, T0 + 3601 * SECOND]
    assert len(found) < 1000 + 480


def test_a_bookmarked_event_has_a_mark_and_a_line_of_its_own() -> None:
    """Also one that nothing else makes notable, and one among equals that would be folded."""
    steps: list[Step] = [(0, plan())]
    for chunk in range(5):
        steps += [(2 * chunk + 1, started(chunk)), (2 * chunk + 2, failed(chunk))]
    moment = moment_of(*steps)
    assert [notable.what for notable in stage(moment).notables] == ["chunk 0 failed", "4 more failed"]
    told = stage(moment, bookmarks=(1, 6)).notables
    assert [(notable.what, notable.bookmarked) for notable in told] == [
        ("bookmark", True), ("chunk 0 failed", False), ("chunk 1 failed", False), ("chunk 2 failed", True),
        ("chunk 3 failed", False), ("chunk 4 failed", False),
    ]  # fmt: skip
    assert told[0].detail == "ChunkStarted 0"
    marks = [mark for mark in stage(moment, bookmarks=(1, 6)).marks if mark.mark is Mark.BOOKMARK]
    assert [mark.time for mark in marks] == [moment.log.moment(1), moment.log.moment(6)]


def test_what_was_heard_later_makes_no_estimate_for_an_earlier_moment() -> None:
    """The axis of a run that goes on ends with what was read of it, whenever one stands on it."""
    planned_run = [(0, plan()), *planned(*range(10))]
    steps = [*planned_run, *((n + 1, started(n)) for n in range(4)), *((n + 1.5, completed(n)) for n in range(4))]
    run = run_of(*sorted(steps, key=lambda step: step[0] or 0))
    whole = run.at(None, ns(5) or 0, STALE_AFTER)
    earlier = run.at(Instant(ns(3) or 0), 0, STALE_AFTER)
    assert whole is not None
    assert earlier is not None
    view = stage(earlier, whole)
    assert (view.start, view.now, view.end, view.estimated) == (ns(0), ns(3), ns(4.5), False)
    assert view.tail == "+3.0 s of 4.5 s"


def test_what_was_said_of_a_chunk_is_said_once_until_something_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is made ten times a second; each failure in it may have to be read again from the log."""
    place = segment()
    run = feed(Run("r"), place, *((chunk, failed(chunk, "boom")) for chunk in range(20)))
    moment = run.at(None, 0, 1)
    assert moment is not None
    first = notables(moment)
    asked: list[int] = []
    event = RunLog.event

    def noted(log: RunLog, position: int) -> ev.Event:
        asked.append(position)
        return event(log, position)

    monkeypatch.setattr(RunLog, "event", noted)
    assert notables(moment) == first
    assert asked == []
    place.path = "orders.jsonl.1"
    assert notables(moment)[0].evidence.text == "orders.jsonl.1:1"
    feed(run, place, (30, started(7)), (31, completed(7)), first_line=21)
    later = run.at(None, 0, 1)
    assert later is not None
    asked.clear()
    assert [found.what for found in notables(later)][-1] == "chunk 7 recovered"
    assert asked == [7], "the failure; a chunk that is done need not be read again to say so"


def test_what_was_said_of_an_event_is_said_once_and_an_earlier_moment_has_the_first_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = segment()
    run = feed(Run("r"), place, *((at, warning()) for at in range(20)))
    asked: list[int] = []
    event = RunLog.event

    def noted(log: RunLog, position: int) -> ev.Event:
        asked.append(position)
        return event(log, position)

    monkeypatch.setattr(RunLog, "event", noted)

    def positions(moment: Moment | None) -> list[int]:
        assert moment is not None
        return [found.position for found in notables(moment)]

    assert positions(run.at(None, 0, 1)) == asked == list(range(20))
    feed(run, place, (30, warning()), first_line=21)
    assert positions(run.at(None, 0, 1)) == list(range(21))
    assert asked == list(range(21))
    assert positions(run.at(Number(7), 0, 1)) == list(range(7))
    assert asked == list(range(21))


@given(logs())
def test_the_legend_counts_the_cells(made: Logs) -> None:
    for run in runs_of(made).all():
        for now in (0, 2**62):
            moment = run.at(None, now, 1)
            assert moment is not None
            drawn = stage(moment)
            counted = {mark: drawn.states.count(STATES.index(mark)) for mark in STATES}
            assert dict(drawn.counts) == {mark: number for mark, number in counted.items() if number}
