"""What the reports promise beyond their goldens: caps that are told, and log text that is nothing but text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.calling import WARNED, call, completed, ended, failed, line, log, started

from runwatch.report.json import dumps
from runwatch.report.markdown import code, text


def test_chunks_in_the_same_state_with_the_same_error_are_told_in_one_line(tmp_path: Path) -> None:
    """Seven failed alike, one otherwise, one recovered."""
    events = [failed(index) for index in range(7)] + [failed(7, "other"), failed(8), started(8), completed(8)]
    lines = [line(event, second=number) for number, event in enumerate([*events, ended("failed")])]
    said = call("summary", log(tmp_path / "a.jsonl", *lines)).stdout
    assert "✗ 7 chunks failed: 0, 1, 2, 3, 4 and 2 more" in said
    assert "✗ chunk 7 failed" in said
    assert "◆ chunk 8 recovered, second attempt, keys 1 to 500" in said
    assert said.index("7 chunks failed") < said.index("chunk 7 failed") < said.index("chunk 8 recovered")


def test_more_groups_than_fit_are_counted(tmp_path: Path) -> None:
    lines = [line(failed(index, f"error {index}"), second=index) for index in range(11)]
    said = call("summary", log(tmp_path / "a.jsonl", *lines)).stdout
    assert "and 3 more chunks with other errors" in said


def test_more_quiet_runs_than_fit_are_counted(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", *[line(ended(), run=f"r{number:03}", second=number) for number in range(103)])
    said = call("summary", path).stdout
    assert said.startswith("nothing wrong in 103 runs\n")
    assert "the newest 100 of 103 are shown" in said
    assert said.count("succeeded") == 100
    assert "100 of 103 are shown" in call("summary", path, "--format", "markdown").stdout


def test_more_runs_that_need_attention_than_are_told_in_full_have_a_line_each(tmp_path: Path) -> None:
    """None is left out, and each says where its first reason stands."""
    lines = [line(ended("failed"), run=f"r{number:03}", second=number) for number in range(103)]
    said = call("summary", log(tmp_path / "a.jsonl", *lines)).stdout
    full, rest = said.split("3 more runs need attention; `--run ID` or `--export NAME` tells it all\n")
    assert full.count("FAILED") == full.count("  Planned ") == 100
    assert re.findall(r"^✗ failed     (r\d+): \S", rest, re.MULTILINE) == ["r002", "r001", "r000"]
    assert re.findall(r"a\.jsonl:(\d+)$", rest, re.MULTILINE) == ["3", "2", "1"]


def test_more_problems_than_fit_are_counted(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", line(ended()), *["x"] * 30)
    said = call("summary", path).stdout
    assert "30 lines could not be used" in said
    assert "first 20 of 30; `runwatch lint` lists them all" in said


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([ended()], "nothing wrong in 1 run"),
        ([ended("failed")], "the run needs attention: failed"),
        ([WARNED, ended()], "the run needs attention: degraded"),
    ],
)
def test_the_headline_says_how_many_need_attention(tmp_path: Path, events: list[object], expected: str) -> None:
    path = log(tmp_path / "a.jsonl", *[line(event, second=at) for at, event in enumerate(events)])  # type: ignore[arg-type]
    assert call("summary", path).stdout.splitlines()[0] == expected


def test_a_run_without_any_time_is_told_all_the_same(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", line(ended("failed"), second=None), line(ended(), run="b", second=None))
    for name in ("text", "markdown"):
        assert "started at an unknown time" in call("summary", path, "--format", name).stdout


def test_an_error_of_many_lines_is_told_up_to_a_limit(tmp_path: Path) -> None:
    error = "\n".join(f"cause {number}" for number in range(12))
    said = call("summary", log(tmp_path / "a.jsonl", line(ended("failed", error_message=error)))).stdout
    assert "Error      cause 0\n" in said
    assert "cause 7\n             … 4 more lines" in said


# -------------------------------------------------------------------------------------------------- text that attacks

HOSTILE = "[x](js:alert(1)) <img src=x> | @team #1 `a` **b** https://evil.example www.evil.example\n# head &amp;"


def test_log_text_means_nothing_to_markdown() -> None:
    said = text(HOSTILE)
    assert not set("[]<>|@`*\n") & set(said)
    assert "://" not in said
    assert "www." not in said
    assert text("no_such_col, 50 % of 3-4 (a.b)") == "no_such_col, 50 % of 3-4 (a.b)"


def test_a_code_span_cannot_be_ended_by_what_it_holds() -> None:
    assert code("a`b\n|c") == "`a'b ¦c`"
    assert code("") == ""


def test_a_fence_cannot_be_closed_by_what_it_holds(tmp_path: Path) -> None:
    error = "one\n```\n<script>\n````"
    path = log(tmp_path / "a.jsonl", line(ended("failed", error_message=error)))
    said = call("summary", path, "--format", "markdown").stdout
    assert "`````text\none\n```\n<script>\n````\n`````" in said


@pytest.mark.parametrize("name", ["text", "markdown", "json"])
def test_nothing_in_a_log_reaches_the_terminal_as_a_command(tmp_path: Path, name: str) -> None:
    """In no field, and under no name."""
    nasty = "\x1b]0;pwned\x07\x9b31m\u202e"
    events = [failed(0, nasty), {"QualityIssue": {"severity": "FAIL", "message": nasty}}, {nasty: {}}]
    lines = [line(event, second=at, run=f"r{nasty}", export=nasty) for at, event in enumerate(events)]
    last = line(ended(nasty, error_message=f"{nasty}\n{nasty}"), second=9, run=f"r{nasty}", export=nasty)
    said = call("summary", log(tmp_path / "a.jsonl", *lines, last), "--format", name).stdout
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
    assert "pwned" in said


def test_json_holds_what_the_strict_writer_would_refuse() -> None:
    assert dumps({"a": 2**70, "b": "\udcff"}) == '{\n  "a": 1180591620717411303424,\n  "b": "\\udcff"\n}\n'
