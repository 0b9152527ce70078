"""Forty journals of the real producer, in every form a log can have, against what was worked out from them.

`data/expected.json` comes from the oracle, `data/expected_by_hand.json` from jq and from reading; `data/journals/`
holds the journals as rivet stored them.
"""

from __future__ import annotations

import json
from contextlib import chdir
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from tests.data.make_expected import expected
from tests.strategies import JSON, MINUTE, SECOND, Logs, invoke, of_contract, rfc3339, run_summary, written

DATA = Path(__file__).resolve().parent / "data"
EXPECTED: dict[str, JSON] = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
BY_HAND: dict[str, JSON] = json.loads((DATA / "expected_by_hand.json").read_text(encoding="utf-8"))
JOURNALS = sorted(EXPECTED)


# --------------------------------------------------------------------------------------------------------- the forms


def journal(name: str) -> JSON:
    document = json.loads((DATA / "journals" / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def lines_of(name: str) -> list[JSON]:
    """A journal flattened: one line an entry, each with its run."""
    document = journal(name)
    run = {"run_id": document["run_id"], "export_name": document["export_name"]}
    return [run | entry for entry in document["entries"]]


def placed(value: Any, place: dict[int, str]) -> Any:
    """The expected, with each entry number in `evidence` replaced by where that entry stands."""
    if isinstance(value, dict):
        return {
            key: [place[number] for number in item] if key == "evidence" else placed(item, place)
            for key, item in value.items()
        }
    return [placed(item, place) for item in value] if isinstance(value, list) else value


def said_of(run: JSON, expected: JSON) -> Any:
    """What the program says of a run, without its texts and without keys that came to the contract later."""
    assert run["reasons"]
    assert all(finding.pop("message") for finding in run["findings"])
    return of_contract(run, expected)


def assert_alone(summary: JSON, expected: JSON) -> None:
    """This run and nothing else was read, and all of it."""
    (run,) = summary["runs"]
    assert said_of(run, expected) == expected
    assert summary["schema"] == "runwatch.summary/1"
    assert summary["problems"] == []
    totals = {"runs": 1, "events": run["events"], "problems": 0, "unknown_events": 0, "verdicts": {run["verdict"]: 1}}
    assert of_contract(summary["totals"], totals) == totals


@pytest.mark.parametrize("name", JOURNALS)
def test_a_journal_is_summed_up_from_its_document(name: str) -> None:
    """A document that is the whole file: evidence is `file#entry`."""
    path = f"journals/{name}.json"
    place = {number: f"{path}#{number}" for number in range(1, EXPECTED[name]["events"] + 1)}
    with chdir(DATA):
        assert_alone(run_summary([path]), placed(EXPECTED[name], place))


@pytest.mark.parametrize("name", JOURNALS)
def test_a_journal_is_summed_up_from_its_lines(name: str) -> None:
    """One line an entry: evidence is `file:line`."""
    place = {number: f"{name}.jsonl:{number}" for number in range(1, EXPECTED[name]["events"] + 1)}
    with written({f"{name}.jsonl": lines_of(name)}) as paths:
        assert_alone(run_summary(paths), placed(EXPECTED[name], place))


def test_forty_journals_in_turn_in_one_log_are_told_apart() -> None:
    """A line belongs to the run it names, whoever wrote the line before it; runs stand newest start first."""
    places: dict[str, dict[int, str]] = {name: {} for name in JOURNALS}
    log: list[JSON] = []
    for number, turn in enumerate(zip_longest(*map(lines_of, JOURNALS)), 1):
        for name, line in zip(JOURNALS, turn, strict=True):
            if line is not None:
                log.append(line)
                places[name][number] = f"all.jsonl:{len(log)}"
    expected = [placed(EXPECTED[name], places[name]) for name in JOURNALS]
    expected.sort(key=lambda run: (run["started_at"], run["run_id"]), reverse=True)
    with written({"all.jsonl": log}) as paths:
        summary = run_summary(paths)
    assert [run["run_id"] for run in summary["runs"]] == [run["run_id"] for run in expected]
    assert [said_of(run, wanted) for run, wanted in zip(summary["runs"], expected, strict=True)] == expected
    assert summary["totals"]["events"] == len(log)


def test_a_directory_of_forty_journals_holds_forty_runs() -> None:
    """A directory is read recursively, and a `.json` in it if it holds a journal."""
    with chdir(DATA):
        summary = run_summary(["journals"])
    verdicts: dict[str, int] = {}
    for run in EXPECTED.values():
        verdicts[run["verdict"]] = verdicts.get(run["verdict"], 0) + 1
    assert len(summary["runs"]) == len(JOURNALS) == 40
    assert summary["totals"]["verdicts"] == verdicts
    assert summary["problems"] == []


# ------------------------------------------------------------------------------------------------------ the expected


def in_hand(run: JSON) -> JSON:
    """The figures of expected.json that were also worked out by hand."""
    happened, checks = run["happened"], run["succeeded"]
    return {
        "events": run["events"],
        "verdict": run["verdict"],
        "status": run["outcome"]["status"],
        "chunks": {key: happened["chunks"][key] for key in ("completed", "failed", "interrupted", "recovered")},
        "files": happened["files"],
        "rows": happened["rows"],
        "bytes": happened["bytes"],
        "validation": checks["validation"],
        "reconciliation": checks["reconciliation"]["state"],
        "findings": [finding["code"] for finding in run["findings"]],
    }


def test_the_oracle_and_the_hand_agree_on_every_journal() -> None:
    """The expected values have two sources, neither of them the program."""
    assert {name: in_hand(run) for name, run in EXPECTED.items()} == BY_HAND


@pytest.mark.parametrize("name", [name for name in JOURNALS if name != "many_chunks_par"])
def test_the_expected_values_are_what_the_oracle_says(name: str) -> None:
    """`data/expected.json` is made, not edited; the one with 2 500 chunks takes the oracle half a minute."""
    assert expected(DATA / "journals" / f"{name}.json") == EXPECTED[name]


# -------------------------------------------------------------------------------------------------------- the stories


def test_a_success_whose_rows_did_not_reconcile_is_contradicted() -> None:
    """The producer printed success for 400 000 of 400 777 rows; the verdict is ours to give."""
    with chdir(DATA):
        (run,) = run_summary(["journals/reconcile_mismatch_full_insert.json"])["runs"]
    assert (run["outcome"]["status"], run["verdict"]) == ("success", "contradicted")
    assert run["succeeded"]["reconciliation"] == {
        "state": "mismatched", "source_count": 400_777, "exported_rows": 400_000, "delta": -777,
    }  # fmt: skip
    (finding,) = run["findings"]
    assert (finding["code"], finding["severity"]) == ("reconcile_mismatch", "contradiction")
    assert finding["evidence"] == ["journals/reconcile_mismatch_full_insert.json#4"]


def test_a_run_that_failed_its_quality_checks_is_failed() -> None:
    """`quality_fail` is a contradiction only beside status success; here the status says it already."""
    with chdir(DATA):
        (run,) = run_summary(["journals/quality_fail.json"])["runs"]
    assert run["verdict"] == "failed"
    assert [issue["severity"] for issue in run["degraded"]["quality"]] == ["FAIL", "FAIL"]
    assert run["findings"] == []


def test_a_resumed_run_is_not_contradicted_by_the_rows_it_did_not_write_itself() -> None:
    """A resumed run's journal holds only the remaining chunks: 1.5 of 2 million rows are no mistake."""
    lines = lines_of("kill9_ckpt_seq")
    with chdir(DATA):
        (run,) = run_summary(["journals/kill9_ckpt_seq.json"])["runs"]
    assert (run["verdict"], run["happened"]["rows"]) == ("succeeded", 1_500_000)
    total = {"source_count": 2_000_000, "exported_rows": 2_000_000, "matched": True}
    result = lines[-1] | {"event": {"ReconciliationResult": total}}
    with written({"resumed.jsonl": [*lines[:-1], result, lines[-1]]}) as paths:
        (reconciled,) = run_summary(paths)["runs"]
    assert reconciled["succeeded"]["reconciliation"]["state"] == "matched"
    assert (reconciled["verdict"], reconciled["findings"]) == ("succeeded", [])


CUT = 1_795_456_957_011_268_812
"""The last event of `chunked_seq` cut behind five: 2026-11-23T18:02:37.011268812Z, chunk 1 starting.

The longest gap that ended in progress is the 2.27 s of chunk 0, so 30 s are usual.
"""


def cut_log() -> Logs:
    return {"cut.jsonl": lines_of("chunked_seq")[:5]}


@pytest.mark.parametrize(
    ("silent", "verdict", "code"),
    [
        (0, "running", 4),
        (30 * SECOND, "running", 4),
        (30 * SECOND + 1, "stalled", 4),
        (30 * MINUTE - 1, "stalled", 4),
        (30 * MINUTE, "lost", 1),
        (24 * 60 * MINUTE, "lost", 1),
    ],
)
def test_a_log_cut_in_the_middle_is_lost_when_it_has_been_silent_for_long(silent: int, verdict: str, code: int) -> None:
    """A dead run does not go on looking alive: running, then stalled, then from `--stale-after` on lost."""
    with written(cut_log()) as paths:
        option = ("--at", rfc3339(CUT + silent, 9, 0))
        (run,) = run_summary(paths, *option)["runs"]
        assert run["last_event_at"] == "2026-11-23T18:02:37.011268812Z"
        assert (run["verdict"], invoke(paths, *option).exit_code) == (verdict, code)
    states = {key: run["happened"]["chunks"][key] for key in ("running", "completed", "interrupted")}
    lost = verdict == "lost"
    assert states == {"running": 0 if lost else 1, "completed": 1, "interrupted": 1 if lost else 0}
    assert [chunk["attempts"][0]["ended_at"] for chunk in run["failed_chunks"]] == ([None] if lost else [])


def test_stale_after_says_when_a_silent_run_is_lost() -> None:
    """`--stale-after 90s`: lost at 90 seconds of silence and not before."""
    verdicts = []
    with written(cut_log()) as paths:
        for silent in (90 * SECOND - 1, 90 * SECOND):
            options = ("--at", rfc3339(CUT + silent, 9, 0), "--stale-after", "90s")
            verdicts += [run["verdict"] for run in run_summary(paths, *options)["runs"]]
    assert verdicts == ["stalled", "lost"]


def test_a_full_run_may_be_silent_for_half_of_stale_after() -> None:
    """Healthy full runs write nothing between the plan and the end."""
    lines = lines_of("full_orders_rotated")[:1]
    plan = 1_795_456_939_066_827_154
    verdicts = []
    with written({"full.jsonl": lines}) as paths:
        for silent in (15 * MINUTE, 15 * MINUTE + 1, 30 * MINUTE):
            runs = run_summary(paths, "--at", rfc3339(plan + silent, 9, 0))["runs"]
            verdicts += [run["verdict"] for run in runs]
    assert verdicts == ["running", "stalled", "lost"]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["chunked_seq"], 0),
        (["chunked_seq", "quality_warn", "empty_full_skip"], 0),
        (["fail_bad_query"], 1),
        (["chunked_seq", "fail_bad_query", "reconcile_mismatch_full_insert"], 1),
        (["reconcile_mismatch_full_insert"], 3),
        (["reconcile_mismatch_full_insert", "quality_warn", "chunked_seq"], 3),
    ],
)
def test_the_exit_code_names_the_worst_verdict(names: list[str], code: int) -> None:
    """0 all ended well, 1 failed or lost, 3 contradicted: scripts rely on it."""
    with chdir(DATA):
        assert invoke([f"journals/{name}.json" for name in names]).exit_code == code


def test_a_running_run_is_seen_in_the_exit_code_only_beside_good_ones() -> None:
    """4 is for what is not over; a contradiction (3) or a failure (1) beside it is told first."""
    at = ("--at", "2026-11-23T18:20:00Z")
    running = lines_of("chunked_seq")[0] | {"recorded_at": "2026-11-23T18:19:59Z", "run_id": "still_on"}
    codes = []
    for other in ("chunked_par", "reconcile_mismatch_full_insert", "fail_bad_query"):
        with written({"on.jsonl": [running], "over.jsonl": lines_of(other)}) as paths:
            codes.append(invoke(paths, *at).exit_code)
    assert codes == [4, 3, 1]


def test_degraded_runs_fail_only_who_asks_for_it() -> None:
    """`--fail-on degraded` turns 0 into 1, for degraded runs alone."""
    with chdir(DATA):
        asked = [
            invoke([f"journals/{name}.json"], "--fail-on", "degraded").exit_code
            for name in ("quality_warn", "chunked_seq", "empty_full_skip")
        ]
    assert asked == [1, 0, 0]


def test_before_the_first_run_began_there_is_nothing() -> None:
    """The JSON is still written, with no runs, and the exit code is 2."""
    with chdir(DATA):
        path, option = ["journals/chunked_seq.json"], ("--at", "2026-11-23T18:00:00Z")
        assert run_summary(path, *option)["runs"] == []
        assert invoke(path, *option).exit_code == 2
