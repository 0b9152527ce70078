"""A journal and what the tables said: one log, nothing twice, nothing lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runwatch.sources.state.reconcile import FAILED_QUALITY, checks, entries_of, reconciled
from runwatch.sources.state.rows import File, Journal, Metrics
from runwatch.sources.state.said import JOURNAL, TABLES, Said, in_order, moments, utc


def at(second: int) -> str:
    return f"2026-11-24T06:00:{second:02d}.5Z"


def said(kind: str, second: int | None, origin: str = TABLES, **fields: Any) -> Said:
    return Said(kind, fields, None if second is None else at(second), origin)


def told(kind: str, second: int | None, **fields: Any) -> Said:
    """By the journal."""
    return said(kind, second, JOURNAL, **fields)


def started(second: int, chunk: int = 0) -> dict[str, Any]:
    return {"kind": "ChunkStarted", "second": second, "chunk_index": chunk}


def completed(second: int, name: str | None = "x", chunk: int = 0) -> dict[str, Any]:
    return {"kind": "ChunkCompleted", "second": second, "chunk_index": chunk, "rows": 3, "file_name": name}


def failed(second: int | None, attempt: int = 1, chunk: int = 0) -> dict[str, Any]:
    return {"kind": "ChunkFailed", "second": second, "chunk_index": chunk, "error": "no", "attempt": attempt}


def end(status: str = "success", **values: Any) -> Metrics:
    given: dict[str, Any] = dict.fromkeys(Metrics.__struct_fields__) | {
        "run_id": "a", "id": 1, "run_at": at(50), "status": status, "total_rows": 3,
    } | values  # fmt: skip
    return Metrics(**given)


def shown(log: list[Said]) -> list[str]:
    return [f"{one.kind} {one.origin}" for one in log]


def test_what_both_say_is_the_journals() -> None:
    both = [started(1), failed(2), started(3), completed(4)]
    journal = [told(**each) for each in both]
    assert reconciled(journal, [said(**each) for each in both], [], None) == journal


def test_of_attempts_the_tables_add_those_that_the_journal_lacks() -> None:
    journal = [told(**started(1)), told(**completed(9))]
    tables = [said(**started(1)), said(**failed(2)), said(**started(3)), said(**completed(9))]
    assert shown(reconciled(journal, tables, [], None)) == [
        "ChunkStarted journal", "ChunkStarted tables", "ChunkCompleted journal",
    ]  # fmt: skip


def test_where_the_journal_never_saw_a_chunk_begin_the_tables_know_all_but_the_completion() -> None:
    journal = [told(**completed(40, "x")), told(**completed(40, "y", 1)), told("RunCompleted", 41)]
    attempts = [said(**started(1)), said(**failed(2)), said(**started(3))]
    tables = [*attempts, said(**completed(4)), said(**completed(6, "y", 1))]
    log = reconciled(journal, tables, [File("a", 1, "x", 3, 3, at(4)), File("a", 2, "y", 3, 3, at(5))], None)
    assert [(one.kind, one.at and one.at[17:19], one.origin) for one in log] == [
        ("ChunkStarted", "01", TABLES), ("ChunkFailed", "02", TABLES), ("ChunkStarted", "03", TABLES),
        ("ChunkCompleted", "04", TABLES), ("ChunkCompleted", "06", TABLES), ("RunCompleted", "41", JOURNAL),
    ]  # fmt: skip


def test_a_failure_without_a_time_stays_in_front_of_what_followed_it() -> None:
    journal = [told("PlanResolved", 0), told(**completed(40)), told("RunCompleted", 41)]
    tables = [said(**failed(None)), said(**completed(4)), said(**started(5, 1))]
    log = reconciled(journal, tables, [], None)
    kinds = ["PlanResolved", "ChunkFailed", "ChunkCompleted", "ChunkStarted", "RunCompleted"]
    assert [one.kind for one in log] == kinds


def test_an_empty_chunk_that_only_one_of_them_knows_is_completed_once() -> None:
    (only,) = reconciled([], [said(**completed(4, None))], [], None)
    assert only.origin == TABLES
    journal = [told(**started(1)), told(**completed(4, None))]
    assert reconciled(journal, [said(**completed(5, None))], [], None) == journal


def test_files_that_only_the_tables_know_bring_their_bytes() -> None:
    journal = [told("FileWritten", 3, file_name="x", rows=1, bytes=7, part_index=0)]
    tables = [said("FileWritten", 3, file_name=name, rows=1, bytes=7, part_index=0) for name in "xy"]
    assert [one.file for one in reconciled(journal, tables, [], None)] == ["x", "y"]


def test_the_journals_order_stays_though_its_times_run_backwards() -> None:
    journal = [told("A", 5), told("B", 3), told("C", None), told("D", 9)]
    log = reconciled(journal, [said("X", 4), said("Y", 7)], [], None)
    assert [one.kind for one in log] == ["X", "A", "B", "C", "Y", "D"]


MISMATCH = told("ReconciliationResult", 1, source_count=4, matched=False)


@pytest.mark.parametrize(
    ("journal", "values", "expected"),
    [
        ([], {}, []),
        ([], {"validated": True}, [{"passed": True}]),
        ([told("ValidationResult", 1, passed=True)], {"validated": True}, []),
        ([told("ValidationResult", 1, passed=True), told(**completed(2))], {"validated": True}, [{"passed": True}]),
        ([told("ValidationResult", 1, passed=True)], {"validated": False}, [{"passed": False}]),
        ([told("ValidationResult", 1, passed=True)], {"validated": False, "status": "failed"}, [{"passed": False}]),
        ([], {"validated": False, "status": "failed"}, [{"passed": False}]),
        ([], {"reconciled": True}, []),
        ([], {"reconciled": False, "source_count": 4}, [{"source_count": 4, "exported_rows": 3, "matched": False}]),
        ([MISMATCH], {"reconciled": False, "source_count": 4}, []),
        ([], {"quality_passed": False}, [{"severity": "FAIL", "message": FAILED_QUALITY}]),
        ([told("QualityIssue", 1, severity="FAIL")], {"quality_passed": False}, []),
        ([told("QualityIssue", 1, severity="WARN")], {"quality_passed": True}, []),
        ([Said("ValidationResult", None), Said("QualityIssue", 7)], {"validated": True}, [{"passed": True}]),
    ],
)  # fmt: skip
def test_a_check_is_told_where_its_real_end_says_more(
    journal: list[Said], values: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    found = checks(journal, end(**values))
    assert [one.fields for one in found] == expected
    assert all((one.at, one.origin) == (at(50), TABLES) for one in found)


def test_a_journals_entry_is_told_as_it_stands() -> None:
    entry = {"recorded_at": at(1), "event": {"ChunkStarted": {"chunk_index": 0, "new": [1]}}, "more": 7}
    (one,) = entries_of(Journal("a", "orders", None, json.dumps({"entries": [entry]}))) or []
    assert json.loads(one.line("a", "orders")) == {"run_id": "a", "export_name": "orders"} | entry


@pytest.mark.parametrize("entry", [7, None, "x", [], {"event": 7}, {"event": {}}, {"event": {"A": 1, "B": 2}}, {}])
def test_what_is_no_entry_is_told_as_a_line_that_is_a_problem(entry: Any) -> None:
    (one,) = entries_of(Journal("a", "orders", None, json.dumps({"entries": [entry]}))) or []
    line = json.loads(one.line("a", "orders"))
    assert line | (entry if isinstance(entry, dict) else {"event": entry}) == line
    assert (one.moment, one.chunk, one.file) == (None, None, None)


@pytest.mark.parametrize("text", ["", "x", "7", "[]", "{}", '{"entries": {}}', '{"entries": null}', '{"entries": "x"}'])
def test_what_is_no_journal_is_none(text: str) -> None:
    assert entries_of(Journal("a", "orders", None, text)) is None


def test_a_journal_without_entries_is_one() -> None:
    assert entries_of(Journal("a", "orders", None, '{"entries": []}')) == []


def test_what_has_no_time_stands_with_the_next_that_has_one() -> None:
    log = [said("A", 5), said("B", None), said("C", 3), said("D", None)]
    assert [one.kind for one in in_order(log)] == ["B", "C", "A", "D"]
    assert moments([said("A", None)]) == [-1]


def test_times_are_written_as_the_journal_writes_them() -> None:
    assert [utc(text) for text in ("1+00:00", "1Z", "1+01:00", "", None)] == ["1Z", "1Z", "1+01:00", "", None]
