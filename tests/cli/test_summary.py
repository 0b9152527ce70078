"""`runwatch summary`: its JSON, its exit codes, and what it says when it cannot say anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.calling import (
    NOW,
    SAMPLES,
    WARNED,
    call,
    completed,
    ended,
    failed,
    line,
    log,
    started,
    summary,
    time_of,
)

from runwatch.cli.codes import exit_code

# ------------------------------------------------------------------------------------------------------------ the JSON


def test_keys_stand_in_the_order_of_the_contract(tmp_path: Path) -> None:
    """Scripts and diffs rely on it."""
    reply = summary(log(tmp_path / "a.jsonl", line(failed()), line(ended("failed"), second=1)))
    assert list(reply) == ["schema", "generated_at", "totals", "runs", "problems"]
    assert list(reply["totals"]) == ["runs", "events", "problems", "unknown_events", "verdicts"]
    (run,) = reply["runs"]
    assert list(run) == [
        "run_id", "export_name", "verdict", "reasons", "started_at", "last_event_at", "ended_at", "duration_ms",
        "events", "repeats", "at", "planned", "happened", "degraded", "succeeded", "outcome", "findings",
        "failed_chunks",
    ]  # fmt: skip
    assert list(run["happened"]) == [
        "chunks", "chunk_failures", "failures_recorded", "retries", "backoff_ms", "files", "rows", "bytes",
        "files_without_bytes",
    ]  # fmt: skip
    (chunk,) = run["failed_chunks"]
    assert list(chunk) == ["chunk_index", "state", "start_key", "end_key", "rows", "attempts"]
    assert list(chunk["attempts"][0]) == ["number", "started_at", "ended_at", "outcome", "error", "evidence"]


def test_every_attempt_at_a_chunk_is_told_with_its_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure, an interruption by a retry of the whole export, then two parts."""
    monkeypatch.chdir(tmp_path)
    retry = {"RetryAttempted": {"attempt": 1, "reason": "lost", "backoff_ms": 10}}
    events = [started(7), failed(7, "cut"), started(7), retry, started(7), completed(7, 10, "a"), completed(7, 5, "b")]
    log(Path("a.jsonl"), *[line(event, second=number) for number, event in enumerate(events)])
    (chunk,) = summary("a.jsonl")["runs"][0]["failed_chunks"]
    assert (chunk["chunk_index"], chunk["state"], chunk["rows"]) == (7, "completed", 15)
    assert [chunk["start_key"], chunk["end_key"]] == ["1", "500"]
    at = "2026-11-23T18:00:0{}.000Z".format
    assert chunk["attempts"] == [
        {"number": 1, "started_at": at(0), "ended_at": at(1), "outcome": "failed", "error": "cut",
         "evidence": ["a.jsonl:1", "a.jsonl:2"]},
        {"number": 2, "started_at": at(2), "ended_at": at(3), "outcome": "interrupted", "error": None,
         "evidence": ["a.jsonl:3", "a.jsonl:4"]},
        {"number": 3, "started_at": at(4), "ended_at": at(6), "outcome": "completed", "error": None,
         "evidence": ["a.jsonl:5", "a.jsonl:6", "a.jsonl:7"]},
    ]  # fmt: skip


def test_an_attempt_under_way_in_a_lost_run_is_interrupted_with_no_end(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", line(started(3)))
    (run,) = summary(path)["runs"]
    assert run["verdict"] == "lost"
    (attempt,) = run["failed_chunks"][0]["attempts"]
    assert (attempt["outcome"], attempt["ended_at"], len(attempt["evidence"])) == ("interrupted", None, 1)
    (run,) = summary(path, now=time_of("2026-11-23T18:00:05Z"))["runs"]
    assert (run["verdict"], run["failed_chunks"]) == ("running", [])


def test_totals_count_all_that_was_read_whatever_was_asked_for(tmp_path: Path) -> None:
    lines = [line(ended(), run="a"), "nonsense", line({"Teleported": {}}, run="a", second=2)]
    lines += [line(started(), run="b", export="users"), line(ended(), run="b", second=1)]
    reply = summary(log(tmp_path / "a.jsonl", *lines), "--export", "orders")
    assert [run["run_id"] for run in reply["runs"]] == ["a"]
    verdicts = {"contradicted": 1, "succeeded": 1}
    assert reply["totals"] == {"runs": 2, "events": 3, "problems": 1, "unknown_events": 1, "verdicts": verdicts}


def test_an_unknown_event_delivered_again_is_a_repeat_and_counted_once(tmp_path: Path) -> None:
    """As any other; without a time two equal ones are two."""
    odd = {"Teleported": {"to": "x"}}
    path = log(tmp_path / "a.jsonl", line(started()), line(odd, second=1), line(odd, second=1), line(odd, second=None),
               line(odd, second=None))  # fmt: skip
    found = summary(path)
    assert (found["totals"]["unknown_events"], found["runs"][0]["repeats"]) == (3, 1)


def test_problems_are_the_first_hundred_by_path_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is in totals."""
    monkeypatch.chdir(tmp_path)
    log(Path("b.jsonl"), *["x"] * 99)
    log(Path("a.jsonl"), line(ended()), "x", "x")
    reply = summary("b.jsonl", "a.jsonl")
    assert reply["totals"]["problems"] == 101
    found = [(problem["path"], problem["line"]) for problem in reply["problems"]]
    assert found == [("a.jsonl", 2), ("a.jsonl", 3), *(("b.jsonl", number) for number in range(1, 99))]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that even root cannot read is Linux's")
def test_a_path_that_cannot_be_read_is_a_problem_among_the_others(tmp_path: Path) -> None:
    """Permissions would not stop root, who may run this; nobody can read the begin of /proc/self/mem."""
    found = summary(log(tmp_path / "a.jsonl", line(ended())), "/proc/self/mem")
    reason = "cannot read: input/output error"
    assert [run["verdict"] for run in found["runs"]] == ["succeeded"]
    assert found["problems"] == [{"path": "/proc/self/mem", "line": None, "reason": reason}]
    result = call("summary", "/proc/self/mem", "--format", "json")
    assert (result.exit_code, json.loads(result.stdout)["runs"]) == (2, [])
    assert result.stderr == f"runwatch: no runs in /proc/self/mem; /proc/self/mem: {reason}\n"


def test_generated_at_is_the_clocks(tmp_path: Path) -> None:
    reply = summary(log(tmp_path / "a.jsonl", line(ended())))
    assert reply["generated_at"] == "2026-11-24T00:00:00.000000000Z"


def test_a_sum_beyond_64_bits_is_still_a_number(tmp_path: Path) -> None:
    """No log may make the summary fail."""
    rows = 2**64 - 1
    path = log(tmp_path / "a.jsonl", line(completed(0, rows, "a")), line(completed(1, rows, "b"), second=1))
    assert summary(path)["runs"][0]["happened"]["rows"] == 2 * rows


# --------------------------------------------------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ({"succeeded", "degraded", "skipped"}, 0),
        ({"succeeded", "failed", "contradicted", "running"}, 1),
        ({"lost", "contradicted"}, 1),
        (set(), 2),
        ({"contradicted", "stalled", "degraded"}, 3),
        ({"stalled", "succeeded"}, 4),
        ({"running"}, 4),
    ],
)
def test_the_first_row_of_the_table_that_holds_is_the_exit_code(verdicts: set[str], code: int) -> None:
    assert exit_code(verdicts) == code


def test_degraded_runs_fail_where_that_is_asked_for(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", line(WARNED), line(ended(), second=1))
    assert call("summary", path).exit_code == 0
    assert call("summary", path, "--fail-on", "degraded").exit_code == 1


def test_the_exit_code_judges_the_runs_that_were_asked_for() -> None:
    """The folder has failed runs, but not of this export."""
    assert call("summary", SAMPLES).exit_code == 1
    assert call("summary", SAMPLES, "--export", "live").exit_code == 3
    assert call("summary", SAMPLES, "--export", "users").exit_code == 0
    assert call("summary", SAMPLES, "--run", "orders_20261123T180258.515_9378").exit_code == 1


def test_only_the_newest_runs_of_each_export_are_judged() -> None:
    reply = summary(SAMPLES / "orders-retries.jsonl", SAMPLES / "users-csv-crlf.jsonl", "--last", "1")
    newest = ["users_20261123T181545.204_20031", "orders_20261123T181033.743_13448"]
    assert [run["run_id"] for run in reply["runs"]] == newest


def test_where_no_run_is_the_json_is_written_all_the_same(tmp_path: Path) -> None:
    result = call("summary", tmp_path, "--format", "json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["runs"] == []
    assert result.stderr.count("\n") == 1
    assert "no runs in" in result.stderr


def test_where_no_run_is_left_the_json_is_written_all_the_same(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", line(ended()))
    for option in (("--run", "other"), ("--at", "2020-01-01T00:00:00Z")):
        result = call("summary", path, "--format", "json", *option)
        assert result.exit_code == 2
        assert json.loads(result.stdout)["totals"]["runs"] == 1
        assert result.stderr.startswith("runwatch: 1 run in ")
        assert result.stderr.count("\n") == 1


# ---------------------------------------------------------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("when", "time", "event"),
    [
        ("2026-11-23T18:00:10Z", "2026-11-23T18:00:10Z", 2),
        ("2026-11-23T20:00:10+02:00", "2026-11-23T18:00:10Z", 2),
        ("18:00", "2026-11-23T18:00:59.999999999Z", 5),
        ("18:00:20", "2026-11-23T18:00:20Z", 3),
        ("+25s", "2026-11-23T18:00:25Z", 3),
        ("-15s", "2026-11-23T18:00:25Z", 3),
        ("50%", "2026-11-23T18:00:20Z", 3),
        ("4", "2026-11-23T18:00:30.000Z", 4),
        ("#4", "2026-11-23T18:00:30.000Z", 4),
        ("99", "2026-11-23T18:00:40.000Z", 5),
    ],
)
def test_a_moment_can_be_named_in_every_form(tmp_path: Path, when: str, time: str, event: int) -> None:
    """Five events, ten seconds apart, from 18:00."""
    path = log(tmp_path / "a.jsonl", *[line(WARNED | {}, second=10 * n, n=n) for n in range(5)])
    (run,) = summary(path, "--at", when)["runs"]
    assert time_of(run["at"]["time"]) == time_of(time)
    assert (run["at"]["event"], run["events"]) == (event, event)


def test_repeats_at_a_moment_are_those_delivered_by_then(tmp_path: Path) -> None:
    """The second event comes again behind the third."""
    lines = [line(started()), line(failed(), second=1), line(ended("failed"), second=2), line(failed(), second=1)]
    path = log(tmp_path / "a.jsonl", *lines)
    assert [summary(path, "--at", f"#{n}")["runs"][0]["repeats"] for n in (1, 2, 3)] == [0, 0, 0]
    assert summary(path, "--at", "+1500ms")["runs"][0]["repeats"] == 0
    assert summary(path, "--at", "+2s")["runs"][0]["repeats"] == 1
    assert summary(path)["runs"][0]["repeats"] == 1


@pytest.mark.parametrize("when", ["soon", "+5", "25:00", "120", "-", "+99999999999999d", "2026-13-01 10:00", "5x%"])
def test_a_moment_that_is_none_takes_one_line(tmp_path: Path, when: str) -> None:
    """Whatever is written, there is never a traceback."""
    result = call("summary", log(tmp_path / "a.jsonl", line(ended())), "--at", when, "--format", "json")
    if when == "120":
        assert result.exit_code == 0
    else:
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert any(word in result.stderr for word in ("; write ", "is no time", "is too long"))


def test_stale_after_says_from_when_on_a_silent_run_is_lost(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", line(started()))
    ten_minutes_later = time_of("2026-11-23T18:10:00Z")
    assert call("summary", path, now=ten_minutes_later).exit_code == 4
    assert call("summary", path, "--stale-after", "10m", now=ten_minutes_later).exit_code == 1
    assert call("summary", path, "--stale-after", "1h30m", now=ten_minutes_later).exit_code == 4


@pytest.mark.parametrize("length", ["5", "soon", "0s", "9999999999d", "-5m"])
def test_a_duration_that_is_none_takes_one_line(length: str) -> None:
    result = call("summary", SAMPLES, "--stale-after", length)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "write 90s, 10m, 2h, 1d or 1h30m" in result.stderr or "is too long" in result.stderr


# ---------------------------------------------------------------------------------------------------------------- looks


def test_ascii_is_wanted_by_option_or_by_the_locale() -> None:
    """Everything in these logs is ASCII, so all that is printed must be."""
    path = SAMPLES / "live-contradicted.jsonl"
    assert "≠ CONTRADICTED" in call("summary", path).stdout
    assert call("summary", path, "--ascii").stdout.isascii()
    assert "# CONTRADICTED" in call("summary", path, "--ascii").stdout


def test_times_are_utc_or_local(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    path = SAMPLES / "live-contradicted.jsonl"
    try:
        assert "18:09:15" in call("summary", path).stdout
        local = call("summary", path, "--local").stdout
        assert "23:39:15" in local
        assert "times in IST" in " ".join(local.split())  # a long path wraps the line
        assert summary(path, "--local", "--at", "23:39")["runs"][0]["at"]["time"] == "2026-11-23T18:09:59.999999999Z"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_now_is_the_clocks() -> None:
    """A log without an end is judged by the time that is passed in."""
    path = SAMPLES / "orders-killed.jsonl"
    assert summary(path)["runs"][0]["verdict"] == "lost"
    assert summary(path, now=NOW - 6 * 3600 * 10**9)["runs"][0]["verdict"] == "running"
