"""`runwatch events`: which events, in which order, and each line as it stands in its log."""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.calling import SAMPLES, WARNED, call, completed, ended, failed, line, log, started

from runwatch.cli import events as module
from runwatch.cli.commands import BROKEN_PIPE
from runwatch.cli.output import is_read
from runwatch.session.session import Session


def printed(*arguments: str | Path) -> list[dict[str, Any]]:
    return [json.loads(each) for each in call("events", *arguments).stdout.splitlines()]


def names(*arguments: str | Path) -> list[str]:
    return [next(iter(entry["event"])) for entry in printed(*arguments)]


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Six events, ten seconds apart: two chunks, of which one fails."""
    events = [started(0), started(1), failed(1), completed(0), WARNED, ended("failed")]
    return log(tmp_path / "orders.jsonl", *[line(event, second=10 * number) for number, event in enumerate(events)])


def test_without_a_question_every_line_is_printed_as_it_stands(orders: Path) -> None:
    assert call("events", orders).stdout == orders.read_text()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--kind", "ChunkFailed"], ["ChunkFailed"]),
        (["--kind", "chunk_failed", "--kind", "RunCompleted"], ["ChunkFailed", "RunCompleted"]),
        (["--group", "degraded"], ["Warning"]),
        (["--group", "degraded", "--kind", "ChunkFailed"], ["ChunkFailed", "Warning"]),
        (["--chunk", "1"], ["ChunkStarted", "ChunkFailed"]),
        (["--chunk", "1", "--kind", "ChunkFailed"], ["ChunkFailed"]),
        (["--since", "+40s"], ["Warning", "RunCompleted"]),
        (["--until", "+10s"], ["ChunkStarted", "ChunkStarted"]),
        (["--since", "2026-11-23T18:00:15Z", "--until", "50%"], ["ChunkFailed"]),
        (["--since", "#5"], ["Warning", "RunCompleted"]),
        (["--since", "-10s"], ["Warning", "RunCompleted"]),
        (["--since", "18:00", "--until", "18:00:00"], ["ChunkStarted"]),
        (["--since", "2026-11-23T19:00+01:00", "--until", "18:00:00"], ["ChunkStarted"]),
        (["--export", "other"], []),
    ],
)
def test_kinds_and_groups_add_up_and_everything_else_narrows(
    orders: Path, arguments: list[str], expected: list[str]
) -> None:
    assert names(orders, *arguments) == expected


def test_runs_are_merged_by_time_then_by_log_and_line(tmp_path: Path) -> None:
    one = log(tmp_path / "b.jsonl", line(started(1), run="b", second=1), line(started(3), run="b", second=3))
    two = log(tmp_path / "a.jsonl", line(started(0), run="a", second=1), line(started(2), run="a", second=2))
    assert [entry["event"]["ChunkStarted"]["chunk_index"] for entry in printed(one, two)] == [0, 1, 2, 3]


def test_repeats_are_left_out_and_unknown_and_source_events_are_not(tmp_path: Path) -> None:
    unknown, progress = {"Teleported": {"chunk_index": 4}}, {"Progress": {"rows": 1}}
    lines = [line(started()), line(started()), line(unknown, second=1), line(progress, second=2)]
    path = log(tmp_path / "a.jsonl", *lines)
    assert names(path) == ["ChunkStarted", "Teleported", "Progress"]
    assert names(path, "--group", "unknown") == names(path, "--kind", "Teleported") == ["Teleported"]
    assert names(path, "--chunk", "4") == ["Teleported"]
    assert names(path, "--group", "source") == ["Progress"]


def test_a_line_is_the_logs_own_with_its_controls_escaped(tmp_path: Path) -> None:
    """Spaces, order of keys and unknown keys stay; what could command a terminal becomes the same text escaped."""
    raw = '{"event":\t{"Warning": {"message":"\x7f\u202e\u009b", "context":"c"} } , "mine":1.50}\r'
    path = log(tmp_path / "a.jsonl", raw)
    (text,) = call("events", path).stdout.splitlines()
    assert text == r'{"event": {"Warning": {"message":"\u007f\u202e\u009b", "context":"c"} } , "mine":1.50}'
    assert json.loads(text) == json.loads(raw)


def test_an_entry_of_a_document_becomes_a_whole_line(tmp_path: Path) -> None:
    """The entry's own fields with nothing made safe, cut or filled in, and the run and the export around it."""
    long = failed(error="\x1b[31m" + "x" * 70_000)
    entries: list[dict[str, Any]] = [
        {"recorded_at": "2026-11-23T19:00:00.5+01:00", "event": WARNED, "mine": 1.5},
        {"event": long}, {"event": ended()},
        {"run_id": "q", "export_name": None, "recorded_at": None, "event": started()},
    ]  # fmt: skip
    path = tmp_path / "journal.json"
    path.write_text(json.dumps({"run_id": "r", "export_name": "orders", "entries": entries}, indent=1))
    around = {"run_id": "r", "export_name": "orders"}
    expected = [around | each for each in entries]
    expected[3]["export_name"] = "orders"
    one_line = log(tmp_path / "journal.jsonl", json.dumps(json.loads(path.read_text())))
    for given in (path, one_line):
        assert sorted(printed(given), key=str) == sorted(expected, key=str)
    assert "\x1b" not in call("events", path).stdout


def test_a_compressed_log_is_merged_by_time_too(tmp_path: Path) -> None:
    """Two runs of the same minutes, one behind the other: merged by time, but not fetched in that order."""
    lines = [line(started(number), run=run, second=number) for run in "ab" for number in range(300)]
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress("".join(f"{each}\n" for each in lines).encode()))
    found = [(entry["run_id"], entry["event"]["ChunkStarted"]["chunk_index"]) for entry in printed(path)]
    assert sorted(found) == [(run, number) for run in "ab" for number in range(300)]
    assert [number for _, number in found] == sorted(number for _, number in found)


def test_the_events_of_the_samples_are_a_log_again(tmp_path: Path) -> None:
    """What is printed can be read, and comes to the same number of events."""
    path = log(tmp_path / "all.jsonl", *call("events", SAMPLES).stdout.splitlines())
    again = call("summary", path, "--format", "json").stdout
    first = call("summary", SAMPLES, "--format", "json").stdout
    events, unknown = (json.loads(first)["totals"][key] for key in ("events", "unknown_events"))
    # bare entries take their run from their file's name, so they are another run here, with as many events
    assert [json.loads(again)["totals"][key] for key in ("events", "unknown_events")] == [events, unknown]


def test_a_name_that_nothing_answers_to_is_worth_a_word(orders: Path) -> None:
    result = call("events", orders, "--kind", "Failed")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.count("\n") == 1
    assert "Failed" in result.stderr


def test_a_group_that_is_none_is_wrong_use(orders: Path) -> None:
    """A producer may have kinds that nobody knows; the groups are ours."""
    result = call("events", orders, "--group", "bad")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "'bad' is not one of 'planned', 'happened', 'degraded', 'succeeded', 'outcome', 'source'" in result.stderr


def test_where_no_run_is_that_is_said(tmp_path: Path) -> None:
    result = call("events", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no runs in" in result.stderr


def test_following_prints_each_line_once_as_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log grows, then an older one turns up: what was printed is not printed again, though its numbers shift."""
    path = log(tmp_path / "b.jsonl", line(started(), second=10))
    steps: list[Callable[[], object]] = [
        lambda: path.write_text(path.read_text() + line(failed(), second=11) + "\n"),
        lambda: log(tmp_path / "a.jsonl", line(WARNED, second=5)),
        lambda: path.write_text(path.read_text() + line(ended("failed"), second=12) + "\n"),
    ]

    async def changed(session: Session) -> None:
        if not steps:
            raise KeyboardInterrupt
        steps.pop(0)()

    monkeypatch.setattr(module, "_changed", changed)
    result = call("events", tmp_path, "--follow")
    assert [next(iter(json.loads(each)["event"])) for each in result.stdout.splitlines()] == [
        "ChunkStarted", "ChunkFailed", "Warning", "RunCompleted",
    ]  # fmt: skip
    assert result.exit_code == 130


def test_a_repeat_that_turns_up_in_front_is_not_printed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two equal events that in the file with the earlier path counts, whichever was read first."""
    log(tmp_path / "b.jsonl", line(started(), second=10), line(failed(), second=11))
    steps: list[Callable[[], object]] = [
        lambda: log(tmp_path / "a.jsonl", line(started(), second=10), line(WARNED, second=12)),
        lambda: log(tmp_path / "c.jsonl", line(ended("failed"), second=13)),
    ]

    async def changed(session: Session) -> None:
        if not steps:
            raise KeyboardInterrupt
        steps.pop(0)()

    monkeypatch.setattr(module, "_changed", changed)
    result = call("events", tmp_path, "--follow")
    assert [next(iter(json.loads(each)["event"])) for each in result.stdout.splitlines()] == [
        "ChunkStarted", "ChunkFailed", "Warning", "RunCompleted",
    ]  # fmt: skip


def test_following_ends_when_nobody_reads_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`… --follow | head -1` does not wait for a further event to find out."""
    log(tmp_path / "a.jsonl", line(started()))
    left = [True, False]
    monkeypatch.setattr(module, "is_read", lambda: left.pop(0))

    async def changed(session: Session) -> None:
        assert left

    monkeypatch.setattr(module, "_changed", changed)
    assert call("events", tmp_path, "--follow").exit_code == BROKEN_PIPE
    assert left == []


def test_a_reader_that_has_gone_is_known_without_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    read, written = os.pipe()
    with open(written, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert is_read()
        os.close(read)
        assert not is_read()
    assert is_read()
