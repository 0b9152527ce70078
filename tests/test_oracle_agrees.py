"""The program against the oracle: two readings of PRODUCT.md, made apart, must say the same of any log."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from tests.oracle import STALE_AFTER, Time, read_time, summarise
from tests.strategies import (
    BEGIN,
    JSON,
    MINUTE,
    SECOND,
    Logs,
    invoke,
    logs,
    moments,
    of_contract,
    rfc3339,
    run_summary,
    silences,
    timed_beginnings,
    written,
)

NOW = 2 * 10**18
"""2033: every run made up here has been silent for years, whatever day it is."""


def tried(times: int) -> settings:
    """The same examples everywhere, so that what passed here passes in CI."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=times, derandomize=True, deadline=None, database=None, suppress_health_check=slow)


def alone(*events: JSON) -> Logs:
    """One run, a second between its events."""
    run = {"run_id": "orders", "export_name": "orders"}
    return {
        "a.jsonl": [
            run | {"recorded_at": rfc3339(BEGIN + number * SECOND, 9, 0), "event": event}
            for number, event in enumerate(events)
        ]
    }


SUCCESS = {"RunCompleted": {"status": "success", "duration_ms": 7}}


def completed(rows: int, file_name: str | None) -> JSON:
    return {"ChunkCompleted": {"chunk_index": 0, "rows": rows, "file_name": file_name}}


def started(chunk: int) -> JSON:
    return {"ChunkStarted": {"chunk_index": chunk, "start_key": "1", "end_key": "2"}}


def planned(chunk: int) -> JSON:
    return {"ChunkPlanned": {"chunk_index": chunk, "start_key": "1", "end_key": "2"}}


def file_written(rows: int) -> JSON:
    return {"FileWritten": {"file_name": "f", "rows": rows, "bytes": rows, "part_index": 0}}


def times(made: Logs) -> list[int]:
    """Every time that a log tells."""
    told = [read_time(line.get("recorded_at")) for lines in made.values() for line in lines]
    return [time.ns for time in told if time is not None]


def some_moment(made: Logs, choice: tuple[int, int]) -> int:
    """T for `--at`: a line's time and a distance from it."""
    number, distance = choice
    known = times(made) or [BEGIN]
    return known[number % len(known)] + distance


def exit_code(runs: list[JSON]) -> int:
    """What `summary` exits with."""
    verdicts = {run["verdict"] for run in runs}
    for code, bad in ((1, {"failed", "lost"}), (3, {"contradicted"}), (4, {"running", "stalled"})):
        if verdicts & bad:
            return code
    return 0 if verdicts else 2


def comparable(run: JSON) -> JSON:
    """A run with `at.time` as an instant: how many digits it has is nobody's business."""
    at = run["at"]
    time = read_time(at["time"]) if at else None
    return run | {"at": at and {"time": time.ns if isinstance(time, Time) else None, "event": at["event"]}}


def assert_same(said: JSON, expected: list[JSON]) -> None:
    """The same runs in the same order, and a reason for every verdict."""
    runs = [comparable(of_contract(run, wanted)) for run, wanted in pairs(said["runs"], expected)]
    assert runs == [comparable(run) for run in expected]
    for run in said["runs"]:
        assert run["reasons"]
        assert all(isinstance(reason, str) and reason for reason in run["reasons"])
        assert all(finding["message"] for finding in run["findings"])


def pairs(runs: list[JSON], expected: list[JSON]) -> list[tuple[JSON, JSON]]:
    assert [run["run_id"] for run in runs] == [run["run_id"] for run in expected]
    return [
        (run | {"findings": [without(finding, "message") for finding in run["findings"]]}, wanted)
        for run, wanted in zip(runs, expected, strict=True)
    ]


def without(value: JSON, *keys: str) -> JSON:
    return {key: item for key, item in value.items() if key not in keys}


def timeless(value: JSON) -> JSON:
    return without(value, "generated_at")


# ------------------------------------------------------------------------------------------------------ differential


@tried(120)
@given(logs())
@example(alone(completed(5, "f"), file_written(10), file_written(20), SUCCESS))
@example(alone(started(0), completed(5, "f"), started(0), completed(5, "g"), completed(5, "f"), SUCCESS))
@example(alone(started(0), completed(5, "f"), started(0), completed(5, "g"), SUCCESS))
@example(alone(completed(5, None), completed(5, None), completed(0, None), SUCCESS))
@example(alone(planned(3), SUCCESS))
@example(alone(planned(3), {"ChunkFailed": {"chunk_index": 3, "error": "no start was seen", "attempt": 1}}))
@example(alone(SUCCESS, *(started(number) for number in range(25))))
def test_any_log_is_summed_up_as_the_oracle_does(made: Logs) -> None:
    """The state of a run is the fold of its events, in the order of the model, whatever they are."""
    expected = summarise(made, NOW)
    assume(expected)
    with written(made) as paths:
        said = run_summary(paths)
        assert_same(said, expected)
        assert invoke(paths).exit_code == exit_code(expected)
    assert said["schema"] == "runwatch.summary/1"
    assert said["problems"] == []
    totals = said["totals"]
    assert (totals["runs"], totals["problems"]) == (len(expected), 0)
    assert totals["events"] == sum(run["events"] for run in expected)
    assert totals["verdicts"] == Counter(run["verdict"] for run in expected)


@pytest.mark.parametrize("timeless", ["a.jsonl", "c.jsonl"])
@pytest.mark.parametrize("before", [0, 1])
def test_a_file_without_times_begins_when_its_run_does(timeless: str, before: int) -> None:
    """Only a run without any time belongs to every T: with a time anywhere, each of its entries has a moment."""
    timed = alone(SUCCESS)["a.jsonl"]
    made = {timeless: [without(line, "recorded_at") for line in alone(started(1))["a.jsonl"]], "b.jsonl": timed}
    with written(made) as paths:
        assert_same(run_summary(paths), summarise(made, NOW))
        at = BEGIN - before
        assert_same(run_summary(paths, "--at", rfc3339(at, 9, 0)), summarise(made, NOW, at=at))


@tried(120)
@given(logs(), moments, st.sampled_from([("30m", STALE_AFTER), ("90s", 90 * SECOND), ("1h30m", 90 * MINUTE)]))
def test_any_moment_of_any_log_is_as_the_oracle_has_it(
    made: Logs, choice: tuple[int, int], stale: tuple[str, int]
) -> None:
    """The state at T is the fold of the events whose moment is not after T, and now is T."""
    at = some_moment(made, choice)
    expected = summarise(made, NOW, at=at, stale_after=stale[1])
    with written(made) as paths:
        options = ("--at", rfc3339(at, 9, 0), "--stale-after", stale[0])
        assert_same(run_summary(paths, *options), expected)
        assert invoke(paths, *options).exit_code == exit_code(expected)


@tried(300)
@example((alone(started(0), completed(5, "f"))["a.jsonl"], BEGIN + 31 * SECOND + 1), ("90s", 90 * SECOND))
@given(silences(), st.sampled_from([("30m", STALE_AFTER), ("90s", 90 * SECOND)]))
def test_silence_means_what_the_oracle_says(quiet: tuple[list[JSON], int], stale: tuple[str, int]) -> None:
    """Running, stalled, lost: by what is usual, `--stale-after`, the last backoff and what was seen of the producer."""
    lines, at = quiet
    expected = summarise({"a.jsonl": lines}, NOW, at=at, stale_after=stale[1])
    with written({"a.jsonl": lines}) as paths:
        assert_same(run_summary(paths, "--at", rfc3339(at, 9, 0), "--stale-after", stale[0]), expected)


@tried(80)
@given(logs(), st.integers(1, 14))
def test_any_event_number_of_any_log_is_as_the_oracle_has_it(made: Logs, event: int) -> None:
    """`#n` is the state after the first n events of each run, and not of their equals in time."""
    expected = summarise(made, NOW, event=event)
    with written(made) as paths:
        assert_same(run_summary(paths, "--at", f"#{event}"), expected)


# -------------------------------------------------------------------------------------------------------- properties


@tried(50)
@given(timed_beginnings(), st.integers(1, 30))
def test_what_comes_later_does_not_change_what_was(lines: list[JSON], length: int) -> None:
    """`#n` of a log says what it said when the log was no longer than that."""
    beginning = lines[:length]
    (run,) = summarise({"a.jsonl": beginning}, NOW)
    option = ("--at", f"#{run['events']}")
    with written({"a.jsonl": beginning}) as paths:
        before = run_summary(paths, *option)
    with written({"a.jsonl": lines}) as paths:
        after = run_summary(paths, *option)
    assert after["runs"] == before["runs"]


@tried(50)
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(made: Logs, random: Any) -> None:
    """Runs in several files are merged by moment and path, not by who was named first."""
    with written(made) as paths:
        first = timeless(run_summary(paths))
        random.shuffle(paths)
        assert timeless(run_summary(paths)) == first


@tried(50)
@given(logs())
def test_a_log_that_is_delivered_twice_says_nothing_new(made: Logs) -> None:
    """An event with a time is folded once, however often it comes; only `repeats` tells."""
    known = [line for lines in made.values() for line in lines if read_time(line.get("recorded_at")) is not None]
    assume(summarise(made, NOW))
    with written(made) as paths:
        once = run_summary(paths)
    twice = made | {"z.jsonl": known}
    with written(twice) as paths:
        again = run_summary(paths)
    counted = Counter(line["run_id"] for line in known)
    for run in again["runs"]:
        run["repeats"] -= counted[run["run_id"]]
    assert again["runs"] == once["runs"]


# --------------------------------------------------------------------------------------------------- the oracle alone


@pytest.mark.parametrize("text", ["2026-11-23T18:14:51Z", "2026-11-23T18:14:51.055Z", "1969-12-31T23:59:59.000000001Z"])
def test_the_oracle_writes_times_with_the_digits_it_read(text: str) -> None:
    """Digits are the log's, so a cut time never looks exact."""
    assert str(read_time(text)) == text


def test_the_oracle_takes_json_apart_without_changing_it() -> None:
    """It is given parsed lines by reference, and must not write into them."""
    line = {"run_id": "r", "export_name": "e", "event": {"RunCompleted": {"status": "success", "duration_ms": 1}}}
    before = json.dumps(line)
    summarise({"a.jsonl": [line]}, NOW)
    assert json.dumps(line) == before
