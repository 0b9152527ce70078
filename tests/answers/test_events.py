"""Events in words, the fields that a filter asks of them, what it finds bit by bit, and where the next failure is."""

from __future__ import annotations

from itertools import islice

import pytest
from tests.core.bulk.driven import Driver, small_limits
from tests.core.made import (
    RUN_ID,
    completed,
    ended,
    entry,
    failed,
    feed,
    moment_of,
    plan,
    produced_lines,
    reconciled,
    retry,
    run_of,
    segment,
    started,
    warning,
    written,
)

from runwatch.answers import planned
from runwatch.answers.event_hits import Hits
from runwatch.answers.event_rows import detail_of, event_row, mark_of, still
from runwatch.answers.event_stops import degradations, failures, stops
from runwatch.answers.filters import EVENT_FIELDS, parse_filter
from runwatch.answers.view import Mark
from runwatch.core import events as ev
from runwatch.core.bulk.loading import Bulk
from runwatch.core.index import RunLog
from runwatch.core.run import NOWHERE
from runwatch.core.runs import Run

UNKNOWN = ev.Unknown(variant="LeaseLost", extra={"chunk_index": 3, "who": "node-7"})
STORY: list[tuple[float | None, ev.Event]] = [
    (0, plan(export_name="orders")),
    (1, started(0, "1", "500000")),
    (2, failed(0, "no space left on device")),
    (3, retry(1500)),
    (4, started(0)),
    (5, written("a.parquet", 500_000, 2_000_000)),
    (6, completed(0, 500_000, "a.parquet")),
    (7, completed(1, 0)),
    (8, warning("slow source")),
    (9, ev.ParallelismAdjusted(from_=4, to=3, reason="pressure")),
    (10, ev.ValidationResult(passed=False)),
    (11, reconciled(5, 4)),
    (12, UNKNOWN),
    (13, ev.Progress(chunks_done=1, rows=9)),
    (14, ended("failed", "one chunk\nnever completed")),
]


def found(text: str) -> list[int]:
    """Positions, from 0, that a filter finds in the story."""
    log = run_of(*STORY).log
    hits = Hits(parse_filter(text, EVENT_FIELDS), log)
    assert hits.examine(len(STORY), len(STORY))
    return list(hits.positions)


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("kind:FileWritten|ChunkCompleted", [5, 6, 7]),
        ("kind:filewritten", [5]),
        ("kind:fail|RETRY", [2, 3]),
        ("kind=Warning|", [8]),
        ("kind=warn|retryattempted", [3]),
        ("group:degraded", [8, 9]),
        ("chunk:0", [1, 2, 4, 6]),
        ("chunk=1|3", [7, 12]),
        ("chunk>0", [7, 12]),
        ("!chunk=? kind:chunk", [1, 2, 4, 6, 7]),
        ("rows>=500k", [5, 6]),
        ("rows=0", [7]),
        ("bytes>1M", [5]),
        ("file:PARQUET", [5, 6]),
        ("!file=?", [5, 6]),
        ("error:space", [2]),
        ("error:completed", [14]),
        ("message:slow", [8]),
        ("status:failed", [14]),
        ("attempt=1 kind:failed", [2]),
        ("n=13|1", [0, 14]),
        ("n>=12", [11, 14]),
        ("line:3", [2]),
        ("log:orders.jsonl !kind:chunk n<3", [0]),
        ("time:18:00:05", [5]),
        ("time:2026-11-23T18:00:1", [10, 11, 12, 13, 14]),
        ("node-7", [12]),
        ("lease", [12]),
        ('"no space"', [2]),
        ("failed", [2, 10, 14]),
        ("mismatched", [11]),
        ("chunk:", list(range(15))),
        ("kind:|", list(range(15))),
        ("status:nothing|?", [position for position in range(15) if position != 14]),
    ],
)
def test_what_a_filter_finds_among_events(text: str, positions: list[int]) -> None:
    assert found(text) == positions


def test_every_field_can_be_asked_for() -> None:
    for field in EVENT_FIELDS:
        assert found(f"{field}:x") is not None
        assert found(f"{field}=?") is not None


def test_an_event_is_told_in_one_line() -> None:
    log = run_of(*STORY).log
    rows = [event_row(log, position) for position in range(len(STORY))]
    assert [row.number for row in rows][-4:] == [12, None, None, 13]
    assert [(row.chunk, row.detail) for row in rows[1:5]] == [
        (0, "1 to 500,000"),
        (0, "no space left on device"),
        (None, "attempt 1 failed, waits 1.5 s: lost connection"),
        (0, "1 to 9"),
    ]
    assert rows[5].detail == "a.parquet, 500,000 rows, 2.00 MB"
    assert rows[7].detail == "0 rows, no file"
    assert rows[11].detail == "mismatched: source 5, exported 4"
    assert rows[13].detail == "1 of ? chunks, 9 rows"
    assert rows[14].detail == "failed after 5.0 s: one chunk never completed"
    assert [row.mark for row in rows[2:4]] == [Mark.FAILED, Mark.RETRY]
    assert rows[10].mark is Mark.CONTRADICTED
    assert [row.place.line for row in rows] == list(range(1, 16))


def test_every_kind_has_words_and_none_has_a_break() -> None:
    for event in [event for _, event in STORY] + [
        ev.RunStarted(destination="s3"),
        ev.RunStarted(),
        ev.ChunkPlanned(chunk_index=1, start_key="a", end_key="b"),
        ev.ProducerSeen(host="h", pid=7, until="2026-11-23T18:00:00Z", superseded_by="x"),
        ev.Progress(chunks_total=4, files=1, bytes=5),
        ev.PlanWarning(rule="r", message="m"),
        ev.QualityIssue(severity="WARN", message="m"),
        ev.SchemaChanged(added=("a",), removed=(), type_changed=()),
        ended("skipped"),
    ]:
        assert mark_of(event) in Mark
        row = event_row(run_of((0, event)).log, 0)
        assert "\n" not in row.detail
        assert row.detail or not detail_of(event)


def test_only_what_an_event_says_itself_makes_it_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten million events those of a kind are found in a column, and only of these the error is read."""
    log = run_of(*STORY).log
    looked: list[int] = []
    original = RunLog.event

    def noted(log: RunLog, position: int) -> ev.Event:
        looked.append(position)
        return original(log, position)

    monkeypatch.setattr(RunLog, "event", noted)
    for text in ("kind:Chunk", "kind=Warning|ChunkFailed", "group:degraded", "!kind:chunk n>3", "line>2", "time:18"):
        Hits(parse_filter(text, EVENT_FIELDS), log).examine(len(STORY), len(STORY))
    assert looked == []
    hits = Hits(parse_filter("space rows=? kind:failed", EVENT_FIELDS), log)
    hits.examine(len(STORY), len(STORY))
    assert (looked, list(hits.positions)) == ([2], [2])


def test_hits_are_found_bit_by_bit_and_only_new_events_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [(float(n), started(n % 3)) for n in range(100)]
    run = run_of(*steps)
    hits = Hits(parse_filter("chunk:1", EVENT_FIELDS), run.log)
    looked: list[int] = []
    original = RunLog.chunk_at

    def noted(log: RunLog, position: int) -> object:
        looked.append(position)
        return original(log, position)

    monkeypatch.setattr(RunLog, "chunk_at", noted)
    assert not hits.examine(100, 40)
    assert (list(hits.positions), hits.share(100)) == ([*range(1, 40, 3)], 0.4)
    assert hits.examine(100, 1000)
    assert looked == list(range(100))
    feed(run, segment(), (100.0, started(1)), first_line=101)
    assert hits.share(101) < 1
    assert hits.examine(101, 1000)
    assert looked == list(range(101))
    assert hits.positions[-1] == 100
    assert hits.positions.itemsize == 4


def test_hits_beyond_the_moment_shown_are_not_counted() -> None:
    hits = Hits(parse_filter("chunk:1", EVENT_FIELDS), run_of(*[(float(n), started(n % 3)) for n in range(100)]).log)
    hits.examine(100, 100)
    assert [hits.count(stop) for stop in (0, 1, 2, 5, 100)] == [0, 0, 1, 2, 33]
    assert hits.share(5) == 1
    assert (hits.next(1, 1, 5), hits.next(4, 1, 5), hits.next(4, -1, 5), hits.next(1, -1, 5)) == (4, None, 1, None)
    assert (hits.next(50, 1, 5), hits.next(50, -1, 5)) == (None, 4)
    assert (hits.nearest(0, 5), hits.nearest(2, 5), hits.nearest(99, 5), hits.nearest(0, 1)) == (0, 1, 1, -1)
    assert (hits.index_of(4), hits.index_of(5)) == (1, None)


@pytest.mark.parametrize("bulk", [None, Bulk])
def test_a_still_log_grows_with_the_other(bulk: type[Bulk] | None) -> None:
    """However its lines are taken in: a page of events holds it while the log is read."""
    lines, held = produced_lines(3, 1, 60), RunLog()
    driver = Driver([lines])
    driver.loading.bulk = bulk
    with small_limits():
        for start in range(0, len(lines), 60):
            data, offset = b"".join(lines[start : start + 60]), sum(map(len, lines[:start]))
            driver.loading.feed(data, driver.where[0], start + 1, offset, None)
            driver.loading.settle()
            (run,) = driver.runs.by_id.values()
            held = held if start else still(run.log)
            assert len(held) == len(run.log) == min(start + 60, len(lines))
            for log in (run.log, held):
                assert event_row(log, len(run.log) - 1).kind == run.log.kind_at(len(run.log) - 1)
                assert len(log.moments) == len(log.marks) == len(log.lines) == len(run.log)


def test_a_still_log_keeps_its_order_while_the_other_is_arranged_anew() -> None:
    """A file that turns up late moves the others; what is on the screen meanwhile must not fall over."""
    run = run_of(*[(float(n), started(n)) for n in range(10, 20)])
    before = still(run.log)
    feed(run, segment("a.jsonl"), *[(float(n), failed(n)) for n in range(5)])
    assert run.state.positions == 15
    assert [before.event(position).kind for position in range(10)] == ["ChunkStarted"] * 10
    assert run.log.event(0).kind == "ChunkFailed"
    run.take_out(run.log.segments.values[-1])
    assert [before.number_at(position) for position in range(10)] == list(range(1, 11))


def test_the_next_failure_is_looked_up() -> None:
    moment = moment_of(*STORY, (15, started(5)), (16, started(5)))
    assert list(stops(failures(moment), NOWHERE, 1)) == [2, 3, 14, 16]
    assert list(stops(failures(moment), 17, -1)) == [16, 14, 3, 2]
    assert list(stops(failures(moment), 3, 1)) == [14, 16]
    assert list(stops(degradations(moment), NOWHERE, 1)) == [8]
    assert list(stops(degradations(moment), 8, 1)) == []


def test_looking_for_a_failure_among_hits_has_an_end() -> None:
    moment = moment_of(*[(float(n), failed(n)) for n in range(50)])
    assert list(islice(stops(failures(moment), NOWHERE, 1), 3)) == [0, 1, 2]


def told(*steps: tuple[float, ev.Event, str]) -> RunLog:
    """A log whose entries come from somewhere."""
    run = Run(RUN_ID)
    for line, (seconds, event, origin) in enumerate(steps, 1):
        run.feed(entry(seconds, event, origin=origin), segment(), line, None)
    return run.log


def test_what_no_journal_holds_says_where_it_comes_from() -> None:
    log = told((0, plan(), "journal"), (1, failed(2, "no space"), "tables"), (2, ev.Progress(rows=9), "stream"))
    rows = [event_row(log, position) for position in range(3)]
    assert not rows[0].origin
    assert not rows[0].detail.startswith("journal")
    assert (rows[1].detail, rows[1].origin.split(":")[0]) == ("tables: no space", "tables")
    assert (rows[2].detail, rows[2].origin.split(":")[0]) == ("stream: 9 rows", "stream")
    hits = Hits(parse_filter("origin:tables", EVENT_FIELDS), log)
    assert hits.examine(3, 3)
    assert list(hits.positions) == [1]


def test_a_run_that_goes_on_with_another_says_with_which() -> None:
    begun = ev.RunStarted(destination="s3", resumes="orders_1")
    assert detail_of(begun) == "into s3 continues orders_1"
    rest = ((1, plan(resume=False)), (2, written("a", 5, 1)), (3, reconciled(9, 9)), (4, ended()))
    moment = moment_of((0, begun), *rest)
    row = next(row for row in planned.answer(moment).rows if row.label == "continues")
    assert (row.spans[0].text, row.evidence.places[0].line) == ("orders_1", 1)
    assert "reconcile_rows" not in [finding.code for finding in moment.judgement.findings]
    assert "reconcile_rows" in [finding.code for finding in moment_of(*rest).judgement.findings]
