"""What stands behind each figure of each pane: worked out from the journals' own JSON, not from the program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.answers.test_answers import JOURNALS, STALE_AFTER, journal
from tests.core.made import completed, ended, failed, moment_of, plan, started

from runwatch.answers.behind import NAMED
from runwatch.answers.event_hits import Hits
from runwatch.answers.filters import EVENT_FIELDS, parse_filter
from runwatch.answers.run import run_view
from runwatch.answers.view import Row
from runwatch.core import events as ev
from runwatch.core.runs import Moment

Entries = list[tuple[int, str, dict[str, Any]]]
"""(number from 1, kind, fields) of each entry of a journal."""


def entries(path: Path) -> Entries:
    document = json.loads(path.read_text(encoding="utf-8"))
    found = []
    for number, entry in enumerate(document["entries"], 1):
        ((kind, fields),) = entry["event"].items()
        found.append((number, kind, fields))
    return found


def numbers(told: Entries, *kinds: str) -> list[int]:
    return [number for number, kind, _ in told if kind in kinds]


def selected(moment: Moment, row: Row) -> list[int]:
    """Numbers, from 1, of the events that enter leads to: those its filter finds, or the one place."""
    if not row.query:
        return [place.entry or place.line for place in row.evidence.places]
    hits = Hits(parse_filter(row.query, EVENT_FIELDS), moment.log)
    assert hits.examine(moment.state.positions, moment.state.positions)
    assert len(hits.positions) > 1, "one event is opened, not listed"
    return [position + 1 for position in hits.positions]


# ------------------------------------------------------------------------------------------- what the journal says


def expected(told: Entries, pane: str) -> Iterator[tuple[str, list[int]]]:
    """(label, numbers) of each row of a pane, in its order."""
    match pane:
        case "Planned":
            yield from of_planned(told)
        case "Happened":
            yield from of_happened(told)
        case "Degraded":
            for label, kind in (
                ("quality", "QualityIssue"),
                ("schema", "SchemaChanged"),
                ("warnings", "Warning"),
                ("permits", "ParallelismAdjusted"),
            ):
                yield from one_each(label, numbers(told, kind)[::-1]) or [(label, [])]
        case _:
            yield from of_succeeded(told)


def one_each(label: str, each: list[int]) -> list[tuple[str, list[int]]]:
    return [("" if index else label, [number]) for index, number in enumerate(each)]


def of_planned(told: Entries) -> Iterator[tuple[str, list[int]]]:
    plans = [(number, fields) for number, kind, fields in told if kind == "PlanResolved"][:1]
    is_chunked = bool(plans and plans[0][1].get("chunk_key")) or bool(numbers(told, "ChunkStarted", "ChunkCompleted"))
    where = [number for number, _ in plans]
    labels = ("query", "chunks", "batch", "checks", "resumable") if plans else ("chunks",)
    for label in labels:
        yield label, [] if label == "chunks" and (is_chunked or not plans) else where
    yield from one_each("warnings", numbers(told, "PlanWarning"))


def of_happened(told: Entries) -> Iterator[tuple[str, list[int]]]:
    failures = numbers(told, "ChunkFailed")
    if numbers(told, "ChunkStarted", "ChunkCompleted", "ChunkFailed"):
        yield "chunks", numbers(told, "ChunkCompleted", "ChunkFailed")
        yield "attempts", failures or numbers(told, "ChunkStarted") or numbers(told, "ChunkCompleted")
    yield "rows", numbers(told, "FileWritten", "ChunkCompleted")
    yield "files", [number for number, _, fields in told if fields.get("file_name") is not None]
    yield "retries", numbers(told, "RetryAttempted")


def of_succeeded(told: Entries) -> Iterator[tuple[str, list[int]]]:
    outcome = numbers(told, "RunCompleted")[-1:]
    where = numbers(told, "PlanResolved")[:1]
    yield "outcome", outcome
    yield "validation", numbers(told, "ValidationResult")[-1:] or where
    checks = [(number, fields) for number, kind, fields in told if kind == "ReconciliationResult"][-1:]
    yield "reconciliation", [number for number, _ in checks] or where
    for number, fields in checks:
        if not fields["matched"] or fields["source_count"] != fields["exported_rows"]:
            yield "", [number]
            yield "", [number]
    done = {fields["chunk_index"] for _, kind, fields in told if kind == "ChunkCompleted"}
    last_failures = {fields["chunk_index"]: number for number, kind, fields in told if kind == "ChunkFailed"}
    unresolved = [number for index, number in last_failures.items() if index not in done]
    yield "chunks", sorted(unresolved) or numbers(told, "ChunkCompleted")
    error = next((fields.get("error_message") for number, kind, fields in told if [number] == outcome), None)
    for index, _ in enumerate((error or "").strip().split("\n") if error else []):
        yield "" if index else "error", outcome


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
def test_every_figure_of_every_pane_leads_to_exactly_the_events_it_rests_on(path: Path) -> None:
    run, told = journal(path), entries(path)
    moment = run.at(None, run.log.moments[-1] + 10**9, STALE_AFTER)
    assert moment is not None
    for answer in run_view(moment).answers:
        found = [(row.label, selected(moment, row)) for row in answer.rows]
        assert found == list(expected(told, answer.name)), answer.name
        for row in answer.rows:
            assert_counts(row, told)


def assert_counts(row: Row, told: Entries) -> None:
    """The figure itself is the number of those events, or of what they name."""
    words = [span.text for span in row.spans]
    match row.label:
        case "retries":
            assert words[0] == f"{len(numbers(told, 'RetryAttempted')):,}"
        case "attempts" if numbers(told, "ChunkFailed"):
            assert words[1] == f"{len(numbers(told, 'ChunkFailed')):,} failed"
        case "attempts" if numbers(told, "ChunkStarted"):
            assert words[0] == f"{len(numbers(told, 'ChunkStarted')):,}"
        case "files" if words[0] != "unknown":
            names = {fields["file_name"] for _, _, fields in told if fields.get("file_name") is not None}
            assert words[0] == f"{len(names):,}"
        case "chunks" if row.query == "kind=ChunkCompleted" and "of unknown" in words[0]:
            done = {fields["chunk_index"] for _, kind, fields in told if kind == "ChunkCompleted"}
            assert words[0].startswith(f"{len(done):,} ")


# ----------------------------------------------------------------------------------------- what no journal has


def row_of(moment: Moment, pane: int, label: str) -> Row:
    return next(row for row in run_view(moment).answers[pane].rows if row.label == label)


def interrupted_run(chunks: int, *more: Any) -> Moment:
    """So many chunks fail, the first recovers, the last is cut off by the end."""
    steps: list[Any] = [(0, plan())]
    for index in range(chunks):
        steps += [(index + 1, started(index)), (index + 1.5, failed(index))]
    steps += [(chunks + 1, started(0)), (chunks + 2, completed(0)), (chunks + 3, started(chunks))]
    return moment_of(*steps, (chunks + 4, ended("failed")), *more)


def test_of_several_chunks_that_never_completed_the_recovered_ones_are_left_out() -> None:
    moment = interrupted_run(3)
    row = row_of(moment, 3, "chunks")
    assert row.query == "kind=ChunkStarted|ChunkFailed chunk=1|2|3"
    assert [span.text for span in row.spans] == ["2 of 4 failed, 1 interrupted"]
    assert selected(moment, row) == [4, 5, 6, 7, 10]
    chunks = row_of(moment, 1, "chunks")
    assert chunks.query == "kind=ChunkStarted|ChunkCompleted|ChunkFailed"
    assert selected(moment, chunks) == list(range(2, 11))


def test_very_many_chunks_are_not_named_one_by_one() -> None:
    assert "chunk=" in row_of(interrupted_run(NAMED), 3, "chunks").query
    assert row_of(interrupted_run(NAMED + 1), 3, "chunks").query == "kind=ChunkStarted|ChunkFailed"


def test_what_a_source_told_is_found_too() -> None:
    """The total is Progress's last word on it; pending chunks were planned one by one, open ones began."""
    told = ev.Progress(chunks_total=5, rows=7, files=1)
    moment = moment_of((0, plan()), (1, told), (2, ev.Progress(rows=9)), (3, started(0)), (4, started(1)))
    assert selected(moment, row_of(moment, 0, "chunks")) == [2]
    assert selected(moment, row_of(moment, 1, "rows")) == [3]
    under_way = row_of(moment, 3, "chunks")
    assert under_way.query == "kind=ChunkStarted chunk=0|1"
    assert selected(moment, under_way) == [4, 5]
    chunks = [(n, ev.ChunkPlanned(chunk_index=n, start_key="1", end_key="2")) for n in range(3)]
    moment = moment_of(*chunks, (4, started(0)))
    assert selected(moment, row_of(moment, 0, "chunks")) == [1, 2, 3]
    assert selected(moment, row_of(moment, 3, "chunks")) == [1, 2, 3, 4]


def test_a_lost_run_leads_to_where_its_open_attempts_began() -> None:
    moment = moment_of((0, plan()), (1, started(0)), (2, started(1)), now=10_000)
    assert moment.judgement.verdict == "lost"
    row = row_of(moment, 3, "chunks")
    assert selected(moment, row) == [2, 3]
    assert not row_of(moment, 3, "outcome").evidence.places


def test_a_list_that_is_cut_leads_to_all_of_it() -> None:
    issues = [(n, ev.QualityIssue(severity="WARN", message=f"m{n}")) for n in range(201)]
    warnings = [(n, ev.PlanWarning(rule="r", message=f"m{n}")) for n in range(201)]
    moment = moment_of(*issues)
    last = run_view(moment).answers[2].rows[200]
    assert last.spans[0].text == "newest 200 of 201 shown"
    assert len(selected(moment, last)) == 201
    moment = moment_of((0, plan()), *warnings)
    last = run_view(moment).answers[0].rows[-1]
    assert last.spans[0].text == "first 200 of 201 shown"
    assert len(selected(moment, last)) == 201


def test_a_warning_is_not_a_plan_warning() -> None:
    """A filter behind a figure asks for whole kinds."""
    moment = moment_of((0, ev.PlanWarning(rule="r", message="m")), (1, ev.Warning(context="c", message="m")))
    hits = Hits(parse_filter("kind=Warning", EVENT_FIELDS), moment.log)
    hits.examine(2, 2)
    assert list(hits.positions) == [1]
