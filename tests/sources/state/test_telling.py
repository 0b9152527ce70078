"""Rows in, events out: each once, with its time, and nothing that the tables do not say."""

from __future__ import annotations

from typing import Any

import pytest

from runwatch.sources.state.rows import File, Metrics, Status, Task
from runwatch.sources.state.said import Said
from runwatch.sources.state.telling import NOT_KEPT, Rows, Telling, Window

STATUS = Status("a", "orders", "file:///out", "running", "2026-11-24T06:00:00.5+00:00", None)
PLANNED = "2026-11-24T06:00:01.5+00:00"


def at(second: int) -> str:
    return f"2026-11-24T06:00:{second:02d}.5+00:00"


def task(status: str, attempts: int, second: int = 5, **more: Any) -> Task:
    given = {"last_error": None, "rows_written": None, "file_name": None, "chunk_index": 0} | more
    return Task("a", given["chunk_index"], "1", "9", status, attempts, given["last_error"], given["rows_written"],
                given["file_name"], at(second))  # fmt: skip


def done(rows: int, name: str | None, attempts: int = 1, second: int = 6) -> Task:
    return task("completed", attempts, second, rows_written=rows, file_name=name)


def file(name: str, rows: int, number: int = 1, second: int = 5) -> File:
    return File("a", number, name, rows, rows * 7, at(second))


def rows(*tasks: Task, files: tuple[File, ...] = (), window: Window | None = None, **more: Any) -> Rows:
    return Rows(STATUS, window or Window("a"), PLANNED, tasks, files, **more)


def told(telling: Telling, *given: Rows) -> list[tuple[str, str | None]]:
    """(kind, the second it happened) of what all of these bring."""
    return [(said.kind, said.at and said.at[17:19]) for each in given for said in telling.new(each)]


def only(said: list[Said], kind: str) -> list[dict[str, Any]]:
    return [one.fields for one in said if one.kind == kind]


def test_a_chunk_is_planned_begun_and_done_each_at_its_time() -> None:
    whole = rows(done(3, "x.csv"), files=(file("x.csv", 3),))
    assert told(Telling(), rows(task("pending", 0, 1)), rows(task("running", 1, 5)), whole) == [
        ("RunStarted", "00"), ("ChunkPlanned", "01"), ("ChunkStarted", "05"), ("FileWritten", "05"),
        ("ChunkCompleted", "06"),
    ]  # fmt: skip


def test_what_was_told_is_not_told_again() -> None:
    telling = Telling()
    whole = rows(done(3, "x.csv"), files=(file("x.csv", 3),))
    assert told(telling, whole)
    assert told(telling, whole, rows(), whole) == []


def test_a_chunk_that_was_done_before_anybody_looked_has_no_start() -> None:
    found = told(Telling(), rows(done(3, None)))
    assert [kind for kind, _ in found] == ["RunStarted", "ChunkPlanned", "ChunkCompleted"]


def test_attempts_that_nobody_saw_failed_without_a_reason_or_a_time() -> None:
    (*_, first, second, last, begun) = Telling().new(rows(task("running", 4, last_error="lost")))
    assert [(said.fields["attempt"], said.fields["error"], said.at) for said in (first, second)] == [
        (1, NOT_KEPT, None), (2, NOT_KEPT, None),
    ]  # fmt: skip
    assert (last.fields["attempt"], last.fields["error"]) == (3, "lost")
    assert begun.kind == "ChunkStarted"


@pytest.mark.parametrize("attempts", [1, 2, 4])
def test_a_failed_chunk_is_one_failure_whatever_the_number_says(attempts: int) -> None:
    telling = Telling()
    telling.new(rows(task("running", 1)))
    (failed,) = telling.new(rows(task("failed", attempts, 7, last_error="no")))
    assert failed.fields == {"chunk_index": 0, "error": "no", "attempt": 1}
    assert telling.new(rows(task("failed", attempts, 7, last_error="no"))) == []


def test_a_failure_seen_as_such_is_not_told_again_when_the_next_attempt_begins() -> None:
    telling = Telling()
    telling.new(rows(task("running", 1), ))
    telling.new(rows(task("failed", 1, 7, last_error="no")))
    assert told(telling, rows(task("running", 2, 8, last_error="no"))) == [("ChunkStarted", "08")]


def test_each_part_of_a_chunk_is_a_completion() -> None:
    files = (file("x_p0.csv", 2, 1), file("x_p1.csv", 1, 2), file("y_p0.csv", 9, 3))
    completed = only(Telling().new(rows(done(3, "x_p0.csv"), files=files)), "ChunkCompleted")
    assert [(part["file_name"], part["rows"]) for part in completed] == [("x_p0.csv", 2), ("x_p1.csv", 1)]


@pytest.mark.parametrize(
    ("name", "files"),
    [("x_p0.csv", (file("x_p0.csv", 2),)), ("x_p0.csv", ()), ("x.csv", (file("y.csv", 3),)), (None, ())],
)
def test_parts_that_do_not_add_up_are_the_one_that_the_chunk_names(name: str | None, files: tuple[File, ...]) -> None:
    completed = only(Telling().new(rows(done(3, name), files=files)), "ChunkCompleted")
    assert completed == [{"chunk_index": 0, "rows": 3, "file_name": name}]


def test_progress_is_told_when_it_moves() -> None:
    def metrics(second: int, total: int) -> Metrics:
        return Metrics("a", 1, at(second), "running", None, total, 1, 7, 0, None, None, None, None)

    telling = Telling()
    given = [rows(task("pending", 0, 1), progress=metrics(second, total)) for second, total in ((4, 1), (5, 1), (6, 2))]
    found = [telling.new(each) for each in given]
    assert [len(only(said, "Progress")) for said in found] == [1, 0, 1]
    assert only(found[2], "Progress") == [{"chunks_total": 1, "chunks_done": 0, "rows": 2, "files": 1, "bytes": 7}]


def test_a_run_without_chunks_has_no_number_of_them() -> None:
    metrics = Metrics("a", 1, at(4), "running", None, 5, None, None, 0, None, None, None, None)
    (progress,) = only(Telling().new(rows(progress=metrics)), "Progress")
    assert progress == {"chunks_total": None, "chunks_done": None, "rows": 5, "files": None, "bytes": None}


# ------------------------------------------------------------------------------------------------ rows that are shared

LATER, EARLIER = Window("a", at(10), ""), Window("a", "", at(10))


def test_a_run_that_could_go_on_with_another_is_not_said_to_until_it_does() -> None:
    telling = Telling()
    before = rows(done(3, None), task("running", 1, 7, chunk_index=1), window=LATER)
    assert only(telling.new(before), "RunStarted") == [{"destination": "file:///out"}]
    said = telling.new(rows(task("running", 2, 11, chunk_index=1), window=LATER))
    assert only(said, "RunStarted") == [{"destination": "file:///out", "resumes": "a"}]
    assert only(said, "ChunkPlanned") == [{"chunk_index": 1, "start_key": "1", "end_key": "9"}]
    assert [one.at for one in said if one.kind == "ChunkPlanned"] == [at(10).replace("+00:00", "Z")]
    assert only(said, "ChunkFailed") == []
    assert len(only(said, "ChunkStarted")) == 1


def test_a_chunk_that_was_given_back_before_it_is_taken_up_has_no_failure_in_this_run() -> None:
    """running → pending → running, as rivet does when it resumes."""
    telling = Telling()
    telling.new(rows(task("pending", 1, 11), window=LATER))
    assert [kind for kind, _ in told(telling, rows(task("running", 2, 12), window=LATER))] == ["ChunkStarted"]


def test_the_earlier_run_hears_nothing_of_what_the_later_one_does() -> None:
    telling = Telling()
    telling.new(rows(task("running", 1), window=EARLIER))
    later = rows(done(3, "x.csv", 2, 11), files=(file("x.csv", 3, 1, 11),), window=EARLIER)
    assert telling.new(later) == []
    assert telling.files == []


def test_what_another_run_left_is_dropped_once_the_rows_are_its_own() -> None:
    telling = Telling()
    telling.new(rows(done(3, None), window=LATER))
    assert told(telling, Rows(STATUS, Window("b"))) == []
