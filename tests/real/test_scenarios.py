"""Each scenario makes what it says: held against rivet's own tables and journals.

These are also the facts about the producer that runwatch relies on (EVENTS.md, "Live sources that are not JSONL").
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.real import scenarios
from tests.real.rivet import Project, Row

pytestmark = pytest.mark.real
slow = pytest.mark.slow

FAILS, CHECKS_FAIL = 1, 3
"""rivet's exit codes: the run failed; it did not, but a check of it did."""


def names(events: list[tuple[str, Row]]) -> list[str]:
    return [name for name, _ in events]


def only(events: list[tuple[str, Row]], variant: str) -> list[Row]:
    return [fields for name, fields in events if name == variant]


def statuses(project: Project) -> list[str]:
    return [row["status"] for row in project.rows("SELECT status FROM run_status ORDER BY started_at")]


def last(project: Project, *columns: str) -> list[Any]:
    """These columns of the newest row of export_metrics."""
    metrics = project.metrics()[-1]
    return [metrics[column] for column in columns]


def tasks(project: Project) -> list[tuple[str, int]]:
    """(status, attempts) of each chunk."""
    rows = project.rows("SELECT status, attempts FROM chunk_task ORDER BY chunk_index")
    return [(row["status"], row["attempts"]) for row in rows]


@slow
def test_a_full_run_is_one_file_and_all_checks_pass(project: Project) -> None:
    assert scenarios.full(project) == [0]
    assert names(project.events()) == [
        "PlanResolved", "FileWritten", "ValidationResult", "ReconciliationResult", "RunCompleted",
    ]  # fmt: skip
    assert last(project, "status", "validated", "reconciled", "source_count") == ["success", 1, 1, 20_000]
    assert project.rows("SELECT * FROM chunk_run") == []


@slow
def test_chunks_one_after_another_start_and_complete_in_the_journal_but_are_in_no_table(project: Project) -> None:
    assert scenarios.chunked_sequential(project) == [0]
    events = project.events()
    assert [fields["chunk_index"] for fields in only(events, "ChunkStarted")] == list(range(8))
    assert [fields["chunk_index"] for fields in only(events, "ChunkCompleted")] == list(range(8))
    assert names(events)[3] == "ValidationResult"  # after the first chunk
    assert tasks(project) == []
    assert len(project.rows("SELECT * FROM file_log")) == 8


@slow
def test_checkpointed_chunks_one_after_another_are_in_both(project: Project) -> None:
    assert scenarios.checkpoint_sequential(project) == [0]
    assert len(only(project.events(), "ChunkStarted")) == 8
    assert tasks(project) == [("completed", 1)] * 8


@slow
def test_checkpointed_chunks_in_parallel_are_seen_to_start_in_the_tables_alone(project: Project) -> None:
    assert scenarios.checkpoint_parallel(project) == [0]
    assert only(project.events(), "ChunkStarted") == []
    assert len(only(project.events(), "ChunkCompleted")) == 20
    assert tasks(project) == [("completed", 1)] * 20
    assert last(project, "validated", "reconciled") == [1, 1]


@slow
def test_a_full_run_that_loses_its_connection_waits_and_says_so(project: Project) -> None:
    assert scenarios.full_terminated(project) == [0]
    (retry,) = only(project.events(), "RetryAttempted")
    assert "connection" in retry["reason"]  # terminating, or already closed: as rivet happens to notice
    assert retry["backoff_ms"] >= 1_000  # 17 s, or 2 s
    assert last(project, "retries") == [1]


@slow
@pytest.mark.parametrize("scenario", [scenarios.sequential_terminated, scenarios.parallel_terminated])
def test_a_chunk_that_loses_its_connection_is_tried_again_and_only_the_metrics_tell(
    project: Project, scenario: scenarios.Scenario
) -> None:
    assert scenario(project) == [0]
    assert {"ChunkFailed", "RetryAttempted"}.isdisjoint(names(project.events()))
    assert {attempts for _, attempts in tasks(project)} == {1}
    assert last(project, "retries") >= [1]  # each worker may have lost its own


def test_a_chunk_that_fails_in_parallel_is_in_the_tables_and_not_in_the_journal(project: Project) -> None:
    assert scenarios.failing_chunk(project) == [FAILS]
    assert "ChunkFailed" not in names(project.events())
    assert "chunk 2: db error: ERROR: division by zero" in only(project.events(), "RunCompleted")[0]["error_message"]
    (failed,) = project.rows("SELECT * FROM chunk_task WHERE status <> 'completed'")
    assert (failed["chunk_index"], failed["status"]) == (2, "failed")
    assert failed["last_error"] == "db error: ERROR: division by zero"
    assert last(project, "status", "validated", "error_class") == ["failed", None, "parallel_checkpoint"]


@slow
def test_a_chunk_that_fails_is_tried_once_though_the_tables_count_four_attempts(project: Project) -> None:
    """An error that will come again uses up all attempts at once."""
    assert scenarios.failing_chunk_sequential(project) == [FAILS]
    assert [fields["chunk_index"] for fields in only(project.events(), "ChunkFailed")] == [2]
    assert tasks(project)[2] == ("failed", 4)
    assert last(project, "status", "validated") == ["failed", 0]
    assert only(project.events(), "ValidationResult") == [{"passed": True}]


@slow
def test_a_killed_run_goes_on_running_in_the_tables(project: Project) -> None:
    assert scenarios.killed(project) == [-9]
    assert project.journals() == []
    assert statuses(project) == ["running"]
    assert last(project, "status", "total_rows") == ["running", 2_000]
    assert tasks(project)[1:4] == [("completed", 1), ("running", 1), ("pending", 0)]


def check_resumed(project: Project) -> None:
    """The earlier run's rows go on under its own name; journal and status bear a new one."""
    (journal,) = project.journals()
    old, new = (row["run_id"] for row in project.rows("SELECT run_id FROM run_status ORDER BY started_at"))
    assert journal["run_id"] == new
    assert only(project.events(), "PlanResolved")[0]["resume"] is True
    assert statuses(project) == ["success", "success"]
    assert {row["run_id"] for row in project.rows("SELECT run_id FROM chunk_task")} == {old}
    assert {row["run_id"] for row in project.rows("SELECT run_id FROM file_log")} == {old}
    assert [(row["run_id"], row["status"]) for row in project.metrics()] == [(old, "interrupted"), (old, "success")]
    assert 0 < len(only(project.events(), "ChunkCompleted")) < 8  # only what was left


def test_a_resumed_run_writes_its_chunks_under_the_killed_ones_name(project: Project) -> None:
    assert scenarios.killed_and_resumed(project) == [-9, 0]
    check_resumed(project)
    assert tasks(project)[1:4] == [("completed", 1), ("completed", 2), ("completed", 1)]


@slow
def test_so_does_one_that_resumes_in_parallel(project: Project) -> None:
    assert scenarios.killed_and_resumed_parallel(project) == [-9, 0]
    check_resumed(project)


@slow
def test_a_checkpointed_run_resumes_without_being_asked(project: Project) -> None:
    assert scenarios.killed_and_run_anew(project) == [-9, 0]
    check_resumed(project)


@slow
def test_a_killed_full_run_is_called_interrupted_by_the_next(project: Project) -> None:
    assert scenarios.killed_full(project) == [-9, 0]
    assert statuses(project) == ["interrupted", "success"]
    old, new = project.rows("SELECT * FROM run_status ORDER BY started_at")
    assert old["finished_at"] == new["started_at"]
    assert [row["run_id"] for row in project.metrics()] == [new["run_id"]]


@slow
@pytest.mark.parametrize("scenario", [scenarios.reconcile_mismatch, scenarios.reconcile_mismatch_chunked])
def test_rows_that_come_in_meanwhile_are_missing_and_the_status_is_success(
    project: Project, scenario: scenarios.Scenario
) -> None:
    assert scenario(project) == [CHECKS_FAIL]
    (result,) = only(project.events(), "ReconciliationResult")
    assert result == {"source_count": 20_777, "exported_rows": 20_000, "matched": False}
    assert only(project.events(), "RunCompleted")[0]["status"] == "success"
    assert last(project, "status", "reconciled", "validated") == ["success", 0, 1]


@slow
def test_quality_that_fails_fails_the_run(project: Project) -> None:
    assert scenarios.quality_fails(project) == [CHECKS_FAIL]
    assert "FAIL" in [fields["severity"] for fields in only(project.events(), "QualityIssue")]
    assert last(project, "status", "quality_passed") == ["failed", 0]


@slow
def test_quality_that_warns_has_passed(project: Project) -> None:
    assert scenarios.quality_warns(project) == [0]
    assert [fields["severity"] for fields in only(project.events(), "QualityIssue")] == ["WARN"]
    assert last(project, "status", "quality_passed") == ["success", 1]


@slow
def test_a_changed_schema_is_in_the_second_journal(project: Project) -> None:
    assert scenarios.schema_change(project) == [0, 0]
    assert "SchemaChanged" not in names(project.events(0))
    (change,) = only(project.events(), "SchemaChanged")
    assert change["added"] == ["e (Float64)"]
    assert change["removed"] == ["a"]
    assert [column for column, _, _ in change["type_changed"]] == ["c"]
    assert [row["schema_changed"] for row in project.metrics()] == [0, 1]


@slow
def test_two_exports_of_one_invocation_are_two_runs_of_one_process(project: Project) -> None:
    assert scenarios.two_exports_in_parallel(project) == [0]
    runs = project.rows("SELECT * FROM run_status")
    assert {row["export_name"] for row in runs} == {"orders", "users"}
    assert len({row["run_id"].rpartition("_")[2] for row in runs}) == 1
    first, second = sorted(runs, key=lambda row: str(row["started_at"]))
    assert second["started_at"] < first["finished_at"]


@slow
@pytest.mark.parametrize("scenario", [scenarios.part_vanished, scenarios.part_vanished_parallel])
def test_a_part_that_vanished_is_missed_by_the_table_and_not_by_the_journal(
    project: Project, scenario: scenarios.Scenario
) -> None:
    assert scenario(project) == [CHECKS_FAIL]
    assert only(project.events(), "ValidationResult") == [{"passed": True}]
    assert only(project.events(), "RunCompleted")[0]["status"] == "success"
    assert last(project, "status", "validated", "reconciled") == ["success", 0, 1]


@slow
def test_nothing_to_export_is_skipped(project: Project) -> None:
    assert scenarios.empty(project) == [0]
    assert names(project.events()) == ["PlanResolved", "RunCompleted"]
    assert last(project, "status", "skip_reason") == ["skipped", "source returned 0 rows"]


@slow
def test_state_in_postgres_is_the_same_tables_and_a_lease_says_who_lives(in_postgres: Project) -> None:
    project = in_postgres
    scenarios.twenty_chunks(project)
    with project.running(*scenarios.CHECKED) as run:
        run.until(lambda: project.rows("SELECT 1 FROM chunk_task WHERE status = 'completed'"), "a completed chunk")
        (lease,) = project.rows("SELECT * FROM state_lease")
        assert lease["lease_key"].startswith("chunk-run:orders@")
        assert lease["holder"].split(":")[1] == str(run.pid)
    assert tasks(project) == [("completed", 1)] * 20
    assert last(project, "status", "validated", "reconciled") == ["success", True, True]
    assert project.rows("SELECT * FROM state_lease") == []
    assert not project.state_file.exists()


@slow
def test_a_killed_run_leaves_its_lease_and_the_next_takes_it_over(in_postgres: Project) -> None:
    project = in_postgres
    assert scenarios.killed(project) == [-9]
    (lease,) = project.rows("SELECT *, expires_at > now() AS holds FROM state_lease")
    assert lease["holds"]
    assert project.run(*scenarios.CHECKED) == 0
    check_resumed(project)
    assert project.rows("SELECT * FROM state_lease") == []
