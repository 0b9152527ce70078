"""A reader and a rivet at work: whatever moments it looks at, it comes to know the same."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.state.histories import come_to, folded, happen
from tests.sources.state.tables import BEGIN, SCHEMA, Rivet, kinds, watching

from runwatch.sources.state.database import Disturbed
from runwatch.sources.state.fetch import TABLES

JSON = dict[str, Any]
SEEDS = st.integers(0, 2**32)
CHECKS = ("ValidationResult", "ReconciliationResult", "QualityIssue")
OFTEN = st.sampled_from([0.05, 0.3, 0.7, 1.0])


class Watched:
    """A history that somebody looked at now and then, and somebody else only when it was over."""

    def __init__(self, seed: int, often: float) -> None:
        self.rivet = Rivet()
        self.live, self.cold = watching(self.rivet), watching(self.rivet)
        self.failures: list[tuple[str, str]] = []
        """What was seen to fail, and whose it was."""
        moments = random.Random(~seed)
        happen(self.rivet, random.Random(seed), lambda: self.look() if moments.random() < often else None)
        for _ in range(22):  # until the ends are whole, or given up
            self.look()
            self.cold.look()
        self.runs = folded(self.live.logs.values(), self.rivet.time)

    def look(self) -> None:
        for told in self.live.look():
            log = self.live.logs[told.run_id]
            self.failures += [(told.run_id, failed["error"]) for failed in kinds(log, "ChunkFailed")]

    @property
    def journals(self) -> dict[str, list[JSON]]:
        """Of those runs that have stored one."""
        stored = {run_id for (run_id,) in self.rivet.execute("SELECT run_id FROM run_journal")}
        return {work.run_id: work.entries for work in self.rivet.runs if work.run_id in stored}


def entries_of(log: list[JSON]) -> list[JSON]:
    return [{key: line[key] for key in ("recorded_at", "event")} for line in log if line.get("origin") is None]


@given(SEEDS, OFTEN)
def test_whenever_one_looks_a_run_comes_to_the_same(seed: int, often: float) -> None:
    watched = Watched(seed, often)
    cold = folded(watched.cold.logs.values(), watched.rivet.time)
    assert watched.live.faults == watched.cold.faults == []
    assert sorted(watched.runs) == sorted(cold) == sorted(work.run_id for work in watched.rivet.runs)
    for run_id, run in watched.runs.items():
        if run_id in watched.journals:
            log = watched.live.logs[run_id]
            assert come_to(run, log) == come_to(cold[run_id], watched.cold.logs[run_id])


@given(SEEDS, OFTEN)
def test_nothing_is_counted_twice_and_no_failure_that_was_seen_is_lost(seed: int, often: float) -> None:
    watched = Watched(seed, often)
    for run_id, log in watched.live.logs.items():
        names = [(fields["chunk_index"], fields["file_name"]) for fields in kinds(log, "ChunkCompleted")]
        assert len(names) == len(set(names))
        assert len(kinds(log, "RunCompleted")) <= 1
        files = [fields["file_name"] for fields in kinds(log, "FileWritten")]
        assert len(files) == len(set(files))
        errors = [fields["error"] for fields in kinds(log, "ChunkFailed") if "attempt" in fields["error"]]
        assert len(errors) == len(set(errors))
        assert all(error.endswith(run_id) for error in errors)
    for run_id, error in watched.failures:
        if "attempt" in error:
            assert error in [fields["error"] for fields in kinds(watched.live.logs[run_id], "ChunkFailed")]


@given(SEEDS, OFTEN)
def test_attempts_are_those_that_were_made_at_most(seed: int, often: float) -> None:
    """As many starts, and as many failures, as rivet had; never one more."""
    watched = Watched(seed, often)
    for work in watched.rivet.runs:
        log = watched.live.logs[work.run_id]
        begun = Counter(fields["chunk_index"] for fields in kinds(log, "ChunkStarted"))
        failed = Counter(fields["chunk_index"] for fields in kinds(log, "ChunkFailed"))
        for index in begun | failed:
            starts, failures = work.tries.get(index, (0, 0))
            assert begun[index] <= starts
            assert failed[index] <= failures


@given(SEEDS, OFTEN)
def test_the_journal_stands_as_it_is(seed: int, often: float) -> None:
    """All but completions of chunks that it never saw begin: those stand where the tables have them."""
    watched = Watched(seed, often)
    for run_id, entries in watched.journals.items():
        log = watched.live.logs[run_id]
        begun = {fields["chunk_index"] for entry in entries for fields in kinds([entry], "ChunkStarted")}
        moved = [fields for fields in kinds(entries, "ChunkCompleted") if fields["chunk_index"] not in begun]
        stay = [entry for entry in entries if not any(fields in moved for fields in kinds([entry], "ChunkCompleted"))]
        assert entries_of(log) == stay
        tables = kinds([line for line in log if line.get("origin") == "tables"], "ChunkCompleted")
        assert all(fields in tables for fields in moved)


@given(SEEDS, OFTEN)
def test_where_the_tables_add_nothing_the_run_is_what_its_journal_says(seed: int, often: float) -> None:
    """Whole exports: they have no chunks. What only a source knows, and checks that the journal lacks, are left out."""
    watched = Watched(seed, often)
    whole = {work.run_id for work in watched.rivet.runs if not work.tries and work.owner == work.run_id}
    for run_id in whole & watched.journals.keys():
        lines = [line for line in watched.live.logs[run_id] if line.get("origin") is None]
        named = {"run_id": run_id, "export_name": run_id.split("_")[0]}
        journal = [named | entry for entry in watched.journals[run_id]]
        assert lines == journal
        more = [line for line in watched.live.logs[run_id] if not kinds([line], *CHECKS)]
        (told,), (said,) = folded([more], BEGIN).values(), folded([journal], BEGIN).values()
        same = ("verdict", "events", "planned", "happened", "degraded", "succeeded", "outcome", "failed_chunks")
        assert {key: told[key] for key in same} == {key: said[key] for key in same}


@given(SEEDS, OFTEN)
def test_a_look_that_finds_nothing_new_tells_nothing(seed: int, often: float) -> None:
    watched = Watched(seed, often)
    before = watched.live.reader.is_active
    assert watched.live.look() == []
    assert watched.live.reader.is_active is before


@given(SEEDS, OFTEN)
def test_a_reading_that_was_disturbed_is_as_if_it_had_not_been(seed: int, often: float) -> None:
    """Nothing was told of it, and nothing is lost by it."""
    class Disturbing(Watched):
        def look(self) -> None:
            database: Any = self.live.reader._database
            database.disturbs = [Disturbed()]
            super().look()
            database.disturbs.clear()
            super().look()

    watched, calm = Disturbing(seed, often), Watched(seed, often)
    assert watched.live.logs == calm.live.logs


# ------------------------------------------------------------------------------------------------ one thing at a time


def log_of(rivet: Rivet, run: int = 0) -> list[JSON]:
    """What somebody who looks now for the first time hears of a run."""
    watcher = watching(rivet)
    watcher.look()
    return watcher.logs.get(rivet.runs[run].run_id, [])


def test_an_attempt_seen_live_and_told_by_the_journal_is_one() -> None:
    rivet = Rivet()
    watcher = watching(rivet)
    work = rivet.begin(chunks=1)
    claim, fail, complete = partial(work.claim, 0), partial(work.fail, 0, "lost"), partial(work.complete, 0, 5)
    for step in (claim, fail, claim, complete, work.end):
        step()
        watcher.look()
    log = watcher.logs[work.run_id]
    assert [next(iter(line["event"])) for line in log if "Chunk" in next(iter(line["event"]))] == [
        "ChunkPlanned", "ChunkStarted", "ChunkFailed", "ChunkStarted", "ChunkCompleted",
    ]  # fmt: skip
    assert entries_of(log) == work.entries


def test_a_watcher_who_comes_late_says_that_an_attempt_failed_of_which_only_the_number_is_left() -> None:
    rivet = Rivet()
    work = rivet.begin(chunks=1, parallel=True)
    work.claim(0)
    work.fail(0, "lost")
    work.claim(0)
    work.complete(0, 5)
    (failed,) = kinds(log_of(rivet), "ChunkFailed")
    assert failed == {"chunk_index": 0, "error": "(the state database does not keep why)", "attempt": 1}
    work.end()
    kept = [next(iter(line["event"])) for line in log_of(rivet)]
    assert kept.index("ChunkFailed") < kept.index("ChunkCompleted")  # else the chunk would end as failed


def test_a_permanent_failure_is_one_attempt_though_the_table_says_four() -> None:
    rivet = Rivet()
    watcher = watching(rivet)
    work = rivet.begin(chunks=1)
    work.claim(0)
    watcher.look()
    work.fail(0, "division by zero", for_good=True)
    work.end("failed")
    for _ in range(2):
        watcher.look()
    for log in (watcher.logs[work.run_id], log_of(rivet)):
        assert kinds(log, "ChunkFailed") == [{"chunk_index": 0, "error": "division by zero", "attempt": 1}]


def test_an_empty_chunk_is_completed_without_a_file() -> None:
    rivet = Rivet()
    work = rivet.begin(chunks=2, parallel=True)
    for index in range(2):
        work.claim(index)
    work.complete(0)
    work.complete(1, 3)
    work.end()
    completed = [(c["chunk_index"], c["rows"], c["file_name"] is None) for c in kinds(log_of(rivet), "ChunkCompleted")]
    assert sorted(completed) == [(0, 0, True), (1, 3, False)]


def test_a_burst_of_completions_stands_where_the_tables_have_it() -> None:
    """Parallel workers' journals stamp them all at the end."""
    rivet = Rivet()
    work = rivet.begin(chunks=1, parallel=True)
    work.claim(0)
    work.complete(0, 3, 4)
    ((done,),) = rivet.execute("SELECT updated_at FROM chunk_task")
    work.end()
    completed = [line for line in log_of(rivet) if "ChunkCompleted" in line["event"]]
    assert [line["recorded_at"] for line in completed] == [done.replace("+00:00", "Z")] * 2
    assert [line["origin"] for line in completed] == ["tables"] * 2


def test_the_crashed_run_is_lost_and_names_the_one_that_goes_on() -> None:
    """It is said to go on only when it really does; then the first gets nothing of what the second does."""
    rivet = Rivet()
    watcher = watching(rivet)
    first = rivet.begin(chunks=3)
    first.claim(0)
    first.complete(0, 5)
    first.claim(1)
    watcher.look()
    second = rivet.begin(chunks=3)
    watcher.look()
    second.claim(1)
    second.complete(1, 7)
    watcher.look()
    assert kinds(watcher.logs[second.run_id], "RunStarted")[-1]["resumes"] == first.run_id
    assert kinds(watcher.logs[first.run_id], "ProducerSeen")[-1]["superseded_by"] == second.run_id
    assert [progress["rows"] for progress in kinds(watcher.logs[first.run_id], "Progress")] == [5]
    second.claim(2)
    second.complete(2, 9)
    second.end()
    for _ in range(3):
        watcher.look()
    runs = folded(watcher.logs.values(), rivet.time)
    assert [(runs[work.run_id]["verdict"], runs[work.run_id]["happened"]["rows"]) for work in rivet.runs] == [
        ("lost", 5), ("succeeded", 16),
    ]  # fmt: skip
    assert not kinds(watcher.logs[second.run_id], "ChunkFailed")


def test_a_run_of_its_own_kind_takes_up_nothing_though_chunks_wait() -> None:
    """A whole export behind a failed one with chunks: its files are its own."""
    rivet = Rivet()
    watcher = watching(rivet)
    first = rivet.begin(chunks=1)
    first.claim(0)
    first.fail(0, "no", for_good=True)
    first.end("failed")
    second = rivet.begin()
    watcher.look()
    second.file("whole.csv", 8, is_told=True)
    watcher.look()
    log = watcher.logs[second.run_id]
    assert kinds(log, "RunStarted") == [{"destination": "file:///out"}]
    assert [fields["file_name"] for fields in kinds(log, "FileWritten")] == ["whole.csv"]
    assert kinds(log, "Progress")[-1]["rows"] == 8
    assert not kinds(log, "ChunkPlanned", "ChunkFailed")


def test_two_resumes_in_a_row_each_have_what_they_did() -> None:
    rivet = Rivet()
    for index in range(3):
        work = rivet.begin(chunks=3)
        work.claim(index)
        work.complete(index, index + 1)
    rivet.runs[-1].end()
    for number in range(3):
        log = log_of(rivet, number)
        assert [fields["chunk_index"] for fields in kinds(log, "ChunkCompleted")] == [number]
        (begun,) = kinds(log, "RunStarted")
        assert begun.get("resumes") == (rivet.runs[0].run_id if number else None)
        assert [fields["status"] for fields in kinds(log, "RunCompleted")] == ["success"] * (number == 2)


def test_a_run_that_failed_without_a_journal_has_the_end_that_the_tables_say() -> None:
    rivet = Rivet()
    work = rivet.begin()
    work.status("failed")
    work.result("failed", error_message="no space", duration_ms=7)
    assert kinds(log_of(rivet), "RunCompleted") == [{"status": "failed", "error_message": "no space", "duration_ms": 7}]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"entries": 7}', "{}", "\x00"])
def test_a_journal_that_is_none_is_a_fault_and_the_tables_lines_stay(text: str) -> None:
    rivet = Rivet()
    watcher = watching(rivet)
    work = rivet.begin(chunks=1)
    work.claim(0)
    watcher.look()
    before = list(watcher.logs[work.run_id])
    work.journal(text=text)
    work.status()
    work.result()
    for _ in range(3):
        watcher.look()
    assert watcher.faults == [(work.run_id, "the journal is no JSON document of entries")]
    assert watcher.logs[work.run_id][: len(before)] == before
    assert kinds(watcher.logs[work.run_id], "RunCompleted")[0]["status"] == "success"


@pytest.mark.parametrize(
    "entry",
    [
        7, None, "x", [], {}, {"event": 7}, {"event": {}}, {"event": {"A": 1, "B": 2}},
        {"event": {"ChunkCompleted": 7}},
        {"event": {"ChunkFailed": {"chunk_index": [1], "file_name": {"a": 1}}}}, {"recorded_at": 7, "event": {"X": {}}},
        {"event": {"ValidationResult": None}}, {"event": {"QualityIssue": "FAIL"}},
        {"event": {"ReconciliationResult": []}},
    ],
)  # fmt: skip
def test_whatever_stands_in_a_journal_is_told_or_a_problem(entry: Any) -> None:
    rivet = Rivet()
    work = rivet.begin()
    warning = {"event": {"Warning": {"context": "c", "message": "m"}}}
    work.journal(text=json.dumps({"entries": [*work.entries, entry, warning]}))
    work.status()
    work.result(validated=1, reconciled=1, source_count=1, quality_passed=0)
    watcher = watching(rivet)
    watcher.look()
    assert watcher.faults == []
    log = watcher.logs[work.run_id]
    assert len(kinds(log, "PlanResolved")) == 1
    assert len(kinds(log, "Warning")) == 1
    assert len(entries_in(log)) == 3


def entries_in(log: list[JSON]) -> list[JSON]:
    return [line for line in log if line.get("origin") != "tables"]


def test_an_entry_nested_beyond_measure_is_said_to_be_and_the_others_are_read() -> None:
    rivet = Rivet()
    deep, well = rivet.begin("deep"), rivet.begin("well")
    deep.journal(text='{"entries":[{"event":{"X":' + "[" * 500 + "]" * 500 + "}}]}")
    for work in (deep, well):
        work.status()
    watcher = watching(rivet)
    watcher.look()
    watcher.look()
    assert well.run_id in watcher.logs
    ((run_id, fault),) = watcher.faults
    assert run_id == ""
    assert fault.startswith(f"{deep.run_id} cannot be told: ")


def test_an_end_that_comes_in_three_steps_is_told_anew_once_for_each_that_says_more() -> None:
    rivet = Rivet()
    watcher = watching(rivet)
    work = rivet.begin()
    watcher.look()
    told = []
    steps: list[Callable[[], object]] = [work.journal, work.status, partial(work.result, validated=0), list, list]
    for step in steps:
        step()
        told.append([each.is_anew for each in watcher.look()])
    assert told == [[True], [], [True], [], []]
    assert kinds(watcher.logs[work.run_id], "ValidationResult") == [{"passed": False}]
    assert not watcher.reader.is_active


def test_a_clock_that_was_set_back_hides_no_chunk_once_the_run_has_ended() -> None:
    """A look asks only for what changed since a little before the last; at the end all of it is read once more."""
    rivet = Rivet()
    watcher = watching(rivet)
    work = rivet.begin(chunks=2, parallel=True)
    work.claim(0)
    watcher.look()
    rivet.time -= 3600 * 10**9
    work.claim(1)
    work.complete(1)
    work.complete(0, 5)
    watcher.look()
    rivet.time += 3600 * 10**9
    work.end()
    watcher.look()
    done = [fields["chunk_index"] for fields in kinds(watcher.logs[work.run_id], "ChunkCompleted")]
    assert sorted(done) == [0, 1]


def test_what_a_run_resumes_during_the_first_look_is_its_own() -> None:
    rivet = Rivet()
    first = rivet.begin(chunks=2)
    first.claim(0)
    first.complete(0, 5)

    def resume() -> None:
        second = rivet.begin(chunks=2)
        second.claim(1)
        second.complete(1, 7)

    watcher = watching(rivet)
    database: Any = watcher.reader._database
    database.before = {2: resume}  # at first it asks which runs there are, then what they hold
    watcher.look()
    chunks = [kinds(watcher.logs[work.run_id], "ChunkCompleted")[0]["chunk_index"] for work in rivet.runs]
    assert chunks == [0, 1]
    assert len(kinds(watcher.logs[first.run_id], "ChunkCompleted")) == 1


def test_journals_that_come_where_nothing_else_of_a_run_is_stored_are_told() -> None:
    rivet = Rivet()
    rivet.execute("DROP TABLE run_status")
    watcher = watching(rivet)
    watcher.look()
    insert = "INSERT INTO run_journal VALUES ('orders_7', 'orders', ?, ?)"
    rivet.execute(insert, rivet.now, json.dumps({"entries": [{"event": {"RunCompleted": {"status": "success"}}}]}))
    watcher.look()
    assert kinds(watcher.logs["orders_7"], "RunCompleted") == [{"status": "success"}]
    assert watcher.look() == []


def test_a_run_of_which_only_the_journal_is_left_is_told() -> None:
    rivet = Rivet()
    work = rivet.begin()
    work.end()
    rivet.execute("DELETE FROM run_status")
    assert entries_of(log_of(rivet)) == work.entries


def test_a_run_that_is_not_stored_any_more_is_given_up_and_heard_again_when_it_comes_back() -> None:
    rivet = Rivet()
    watcher = watching(rivet)
    work = rivet.begin()
    watcher.look()
    rows = rivet.execute("SELECT * FROM run_status")
    rivet.execute("DELETE FROM run_status")
    watcher.look()
    assert not watcher.reader.is_active
    rivet.execute("INSERT INTO run_status VALUES (?, ?, ?, ?, ?, ?)", *rows[0])
    work.end()
    watcher.look()
    assert kinds(watcher.logs[work.run_id], "RunCompleted")[0]["status"] == "success"


@pytest.mark.parametrize("table", list(TABLES.values()))
def test_without_one_of_the_tables_the_others_are_read(table: str) -> None:
    rivet = Rivet()
    work = rivet.begin(chunks=1)
    work.claim(0)
    work.complete(0, 5)
    work.end()
    rivet.execute(f"DROP TABLE {table}")
    rivet.execute("UPDATE schema_version SET version = 20")
    watcher = watching(rivet)
    watcher.look()
    watcher.look()
    assert watcher.reader.word == (
        f"state schema 20 is older than 38, the one known: what it shares with it is read; {table} cannot be read"
    )
    assert watcher.faults == []
    assert kinds(watcher.logs[work.run_id], "ChunkCompleted")[0]["rows"] == 5


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("run_status", "prefix"), ("run_status", "started_at"), ("run_status", "finished_at"),
        ("chunk_run", "updated_at"), ("chunk_task", "last_error"), ("file_log", "bytes"),
        ("export_metrics", "validated"), ("export_metrics", "reconciled"),
        ("run_journal", "finished_at"), ("run_journal", "export_name"),
    ],
)  # fmt: skip
def test_a_column_that_an_older_rivet_did_not_have_is_unknown(table: str, column: str) -> None:
    rivet = Rivet()
    work = rivet.begin(chunks=1)
    work.claim(0)
    work.complete(0, 5)
    work.end()
    rivet.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    watcher = watching(rivet)
    watcher.look()
    assert watcher.faults == []
    assert kinds(watcher.logs[work.run_id], "RunCompleted")[0]["status"] == "success"


VALUES = [None, "x", b"\xff\xfe", -7, 2**62, 1.5, "", "y" * 200_000]
COLUMNS = [
    (table, column)
    for table, column in (
        (found.group(1), name)
        for found in re.finditer(r"CREATE TABLE (\w+) \(([^;]+)\);", SCHEMA)
        for name in re.findall(r"(\w+) (?:TEXT|INTEGER)", found.group(2))
    )
    if column != "id"
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_whatever_stands_in_a_column_the_other_runs_are_told(table: str, column: str) -> None:
    """SQLite keeps anything anywhere. It is tolerated, or said; and no look ever fails."""
    for value in VALUES:
        rivet = Rivet()
        strange, well = rivet.begin("strange", chunks=1), rivet.begin("well", chunks=1)
        watchers = [watching(rivet)]
        watchers[0].look()
        for work in (strange, well):
            work.claim(0)
            work.complete(0, 5)
        where = "" if table == "schema_version" else " WHERE run_id LIKE 'strange%'"
        rivet.execute(f"UPDATE {table} SET {column} = ?{where}", value)
        watchers.append(watching(rivet))
        for watcher in watchers:
            watcher.look()
            watcher.look()
            assert kinds(watcher.logs[well.run_id], "ChunkCompleted")[0]["rows"] == 5
        well.end()
        for watcher in watchers:
            watcher.look()
            assert kinds(watcher.logs[well.run_id], "RunCompleted")[0]["status"] == "success"


def test_a_row_that_tells_nothing_is_said_once() -> None:
    rivet = Rivet()
    work = rivet.begin(chunks=1)
    rivet.execute("UPDATE chunk_task SET updated_at = NULL")
    watcher = watching(rivet)
    for _ in range(3):
        watcher.look()
    fault = f"chunk_task, a row of {work.run_id}: updated_at: expected a text, found NULL"
    assert watcher.faults == [("", fault)]


def test_a_file_with_no_tables_yet_says_so_and_nothing_else() -> None:
    rivet = Rivet()
    for (table,) in rivet.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        rivet.execute(f"DROP TABLE {table}")
    watcher = watching(rivet)
    watcher.look()
    assert (watcher.logs, watcher.reader.word, watcher.reader.is_whole) == (
        {},
        "rivet has made no tables there yet",
        True,
    )


def test_stored_runs_are_told_newest_first_and_each_part_is_one_reading() -> None:
    rivet = Rivet()
    for _ in range(60):
        rivet.begin().end()
    rivet.time += 60 * 10**9
    watcher = watching(rivet)
    watcher.look()
    assert list(watcher.logs) == [work.run_id for work in reversed(rivet.runs)]
    assert not any(told.arrived for told in watcher.told)
    assert not watcher.reader.is_active
