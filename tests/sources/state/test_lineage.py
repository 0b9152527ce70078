"""Which run goes on with which, and whose rows are whose."""

from __future__ import annotations

from runwatch.sources.state.lineage import Lineage, end_of
from runwatch.sources.state.rows import ChunkRun, Metrics, Status
from runwatch.sources.state.telling import Window


def at(minute: int) -> str:
    return f"2026-11-24T06:{minute:02d}:00.5+00:00"


def status(run_id: str, minute: int | None, name: str = "running", export: str = "orders") -> Status:
    return Status(run_id, export, None, name, None if minute is None else at(minute), None)


def chunks(run_id: str, minute: int, name: str = "in_progress", updated: int | None = None) -> ChunkRun:
    return ChunkRun(run_id, "orders", name, at(minute), at(minute if updated is None else updated))


def metrics(number: int, minute: int, name: str = "success") -> Metrics:
    return Metrics("a", number, at(minute), name, None, 1, 1, 1, 1, None, None, None, None)


def lineage(*statuses: Status, chunk_runs: tuple[ChunkRun, ...] = ()) -> Lineage:
    found = Lineage()
    found.learn(statuses, chunk_runs)
    return found


def test_a_run_without_chunks_has_its_own_rows() -> None:
    known = lineage(status("a", 1), status("b", 5))
    assert known.window("b") == Window("b")
    assert known.window("a") == Window("a")


def test_a_run_behind_open_chunks_goes_on_with_them_from_its_start() -> None:
    known = lineage(status("a", 1), status("b", 5), chunk_runs=(chunks("a", 2),))
    assert known.window("a") == Window("a", "", at(5))
    assert known.window("b") == Window("a", at(5), "")
    assert (known.planned_at("b"), known.planned_at("a")) == (at(2), at(2))


def test_it_does_so_though_the_chunks_are_done_by_now() -> None:
    known = lineage(status("a", 1), status("b", 5), status("c", 9), chunk_runs=(chunks("a", 2, "completed", 7),))
    assert known.owner("b") == "a"
    assert known.owner("c") == "c"
    assert known.window("b") == Window("a", at(5), "")


def test_chunks_that_were_done_before_are_left_alone() -> None:
    known = lineage(status("a", 1), status("b", 5), chunk_runs=(chunks("a", 2, "completed", 3),))
    assert known.owner("b") == "b"
    assert known.window("a") == Window("a")


def test_three_in_a_row_share_the_rows_of_the_first() -> None:
    known = lineage(status("a", 1), status("b", 5), status("c", 9), chunk_runs=(chunks("a", 2),))
    assert [known.window(each) for each in "abc"] == [
        Window("a", "", at(5)), Window("a", at(5), at(9)), Window("a", at(9), ""),
    ]  # fmt: skip


def test_one_with_rows_of_its_own_stands_between_them_without_part_in_it() -> None:
    known = lineage(status("a", 1), status("b", 5), status("c", 9), chunk_runs=(chunks("a", 2),))
    known.note_own("b")
    assert [known.window(each) for each in "abc"] == [Window("a", "", at(9)), Window("b"), Window("a", at(9), "")]


def test_one_that_plans_anew_has_its_own() -> None:
    known = lineage(status("a", 1), status("b", 5), chunk_runs=(chunks("a", 2), chunks("b", 6)))
    assert [known.window(each) for each in "ab"] == [Window("a"), Window("b")]


def test_another_export_has_nothing_to_do_with_it() -> None:
    known = lineage(status("a", 1), status("b", 5, export="users"), chunk_runs=(chunks("a", 2),))
    assert known.owner("b") == "b"
    assert known.later("a") is None


def test_a_run_without_a_start_is_its_own() -> None:
    known = lineage(status("a", 1), status("b", None), chunk_runs=(chunks("a", 2),))
    assert known.owner("b") == "b"
    assert known.newest_first() == ["a", "b"]


def test_a_start_that_comes_or_changes_moves_the_run() -> None:
    known = lineage(status("a", 1), status("b", None))
    assert known.later("a") is None
    known.learn([status("b", 5)], [])
    assert known.later("a") == status("b", 5)
    known.learn([status("b", 0)], [])
    assert (known.later("a"), known.later("b")) == (None, status("a", 1))
    assert known.newest_first() == ["a", "b"]


def test_a_run_that_is_forgotten_and_another_in_its_place_leave_no_trace_of_it() -> None:
    known = lineage(status("a", 1), status("b", 5))
    assert known.newest_first() == ["b", "a"]
    known.forget("b")
    known.learn([status("c", 7)], [])
    assert known.newest_first() == ["c", "a"]
    assert known.later("a") == status("c", 7)


def test_chunks_that_wait_are_asked_for_again_until_they_are_done() -> None:
    known = lineage(status("a", 1), chunk_runs=(chunks("a", 2),))
    assert known.going_on(["orders", "users"]) == ["a"]
    known.learn([], [chunks("a", 2, "completed", 3)])
    assert known.going_on(["orders"]) == []


def test_the_end_of_a_run_is_the_last_that_says_one_within_its_window() -> None:
    ends = [metrics(1, 0), metrics(2, 2, "interrupted"), metrics(3, 3, "failed"), metrics(4, 4), metrics(5, 8)]
    ends.append(metrics(9, 3, "running"))
    assert end_of(status("a", 1), Window("a", "", at(5)), ends) == ends[3]
    assert end_of(status("b", 5), Window("a", at(5), ""), ends) == ends[4]
    assert end_of(status("c", 9), Window("c"), ends) is None
