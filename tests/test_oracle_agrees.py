"""The program against the oracle: two readings of PRODUCT.md, made apart, must say the same of any log."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
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
    timed_beginnings,
    written,
)

NOW = 2 * 10**18
"""2033: every run made up here has been silent for years, whatever day it is."""

FEW = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


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


@FEW
@given(logs())
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


@FEW
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


@FEW
@given(logs(), st.integers(1, 14))
def test_any_event_number_of_any_log_is_as_the_oracle_has_it(made: Logs, event: int) -> None:
    """`#n` is the state after the first n events of each run, and not of their equals in time."""
    expected = summarise(made, NOW, event=event)
    with written(made) as paths:
        assert_same(run_summary(paths, "--at", f"#{event}"), expected)


# -------------------------------------------------------------------------------------------------------- properties


@FEW
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


@FEW
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(made: Logs, random: Any) -> None:
    """Runs in several files are merged by moment and path, not by who was named first."""
    with written(made) as paths:
        first = timeless(run_summary(paths))
        random.shuffle(paths)
        assert timeless(run_summary(paths)) == first


@FEW
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
