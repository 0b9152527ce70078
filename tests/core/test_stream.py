"""rivet's progress stream: what each line stands for, and which run it is of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runwatch.core.decode import decode_line
from runwatch.core.encode import encode
from runwatch.core.events import Entry, Problem, Progress, RunCompleted, RunStarted
from runwatch.core.line import decode_one
from runwatch.core.stream import Stream, is_told
from runwatch.core.times import SECOND

STARTED = {"type": "started", "export_name": "orders", "run_id": "orders_1", "mode": "chunked", "batch_size": 10}
INIT = {"type": "progress_init", "export_name": "orders", "total_chunks": 20}
PROGRESS = {"type": "progress", "export_name": "orders", "chunks_done": 3, "rows": 30500}
FINISHED = {
    "type": "finished", "export_name": "orders", "run_id": "orders_1", "status": "failed", "total_rows": 40,
    "files_produced": 2, "bytes_written": 70, "duration_ms": 49, "peak_rss_mb": 50, "error_message": "no space",
}  # fmt: skip


def said(*lines: dict[str, Any], arrived: int | None = None) -> list[Entry | Problem]:
    stream = Stream()
    return [each for line in lines for each in decode_one(json.dumps(line).encode(), "file", stream, arrived)]


def entries(*lines: dict[str, Any], arrived: int | None = None) -> list[Entry]:
    found = said(*lines, arrived=arrived)
    assert all(isinstance(each, Entry) for each in found), found
    return [each for each in found if isinstance(each, Entry)]


def test_each_line_stands_for_events_of_the_vocabulary() -> None:
    found = entries(STARTED, INIT, PROGRESS, FINISHED)
    assert [entry.event for entry in found] == [
        RunStarted(extra={"mode": "chunked", "batch_size": 10}),
        Progress(chunks_total=20),
        Progress(chunks_done=3, rows=30500),
        Progress(rows=40, files=2, bytes=70),
        RunCompleted(status="failed", error_message="no space", duration_ms=49, extra={"peak_rss_mb": 50}),
    ]
    assert {(entry.run_id, entry.export_name, entry.origin, entry.time) for entry in found} == {
        ("orders_1", "orders", "stream", None)
    }
    assert [entry.number for entry in found] == [0, 0, 0, 1, 2]


def test_a_line_that_arrives_has_that_time_and_no_two_have_the_same() -> None:
    found = entries(STARTED, INIT, PROGRESS, PROGRESS, FINISHED, arrived=7 * SECOND)
    assert [entry.time for entry in found] == [7 * SECOND + number for number in range(6)]
    assert {entry.digits for entry in found} == {9}


def test_what_it_says_can_be_written_as_a_line_and_says_the_same() -> None:
    for entry in entries(STARTED, INIT, PROGRESS, FINISHED, arrived=7 * SECOND):
        (again,) = decode_line(encode(entry), "other")
        assert isinstance(again, Entry)
        assert (again.run_id, again.time, again.event, again.origin) == (
            entry.run_id, entry.time, entry.event, "stream"
        )  # fmt: skip


def test_progress_is_of_the_run_of_its_export_that_started_last() -> None:
    later, other = STARTED | {"run_id": "orders_2"}, STARTED | {"export_name": "users", "run_id": "users_1"}
    found = entries(STARTED, other, PROGRESS, later, PROGRESS, PROGRESS | {"export_name": "users"})
    assert [entry.run_id for entry in found] == ["orders_1", "users_1", "orders_1", "orders_2", "orders_2", "users_1"]


@pytest.mark.parametrize("line", [INIT, PROGRESS])
def test_progress_that_nothing_started_before_is_a_problem_and_no_run(line: dict[str, Any]) -> None:
    (problem,) = said(line)
    assert isinstance(problem, Problem)
    assert 'no "started" was seen' in problem.reason


def test_what_finished_needs_no_start() -> None:
    assert [entry.run_id for entry in entries(FINISHED)] == ["orders_1", "orders_1"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (STARTED | {"run_id": None}, "started: no run_id"),
        ({key: value for key, value in FINISHED.items() if key != "run_id"}, "finished: no run_id"),
        ({key: value for key, value in FINISHED.items() if key != "status"}, "RunCompleted.status: missing"),
        (FINISHED | {"total_rows": "4"}, 'Progress.rows: expected a number, found "4"'),
        (STARTED | {"export_name": 7}, "export_name: expected a text, found 7"),
        (PROGRESS | {"export_name": [7]}, 'progress of an export that no "started" was seen of'),
    ],
)
def test_a_line_that_is_not_as_it_must_be_is_one_problem(line: dict[str, Any], reason: str) -> None:
    (problem,) = said(line)
    assert isinstance(problem, Problem)
    assert problem.reason.startswith(reason)


@pytest.mark.parametrize(
    "line",
    [
        {"type": "progress", "run_id": "orders_1", "chunks_done": 3},
        {"type": "progress", "run_id": "orders_1", "export_name": "orders", "chunks_done": 3, "rows": 1},
        {"type": "progress", "recorded_at": "2026-11-23T18:00:00Z", "export_name": "orders", "chunks_done": 3},
        {"type": "progress", "event": {"progress": {"chunks_done": 3}}, "export_name": "orders"},
        {"type": "progress", "chunks_done": 3},
    ],
)
def test_our_own_progress_is_told_apart(line: dict[str, Any]) -> None:
    assert not is_told(line)
    (entry,) = entries(line)
    assert isinstance(entry.event, Progress)
    assert (entry.event.chunks_done, entry.origin) == (3, "journal")


@pytest.mark.parametrize("kind", [None, 3, [], {}, "Started", "other"])
def test_other_types_are_none_of_the_stream(kind: object) -> None:
    assert not is_told({"type": kind, "export_name": "orders", "run_id": "orders_1"})
