"""`runwatch record`: what it writes says the same as what it was written from, and nothing is lost."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.calling import JSON, SAMPLES, WARNED, call, completed, ended, failed, line, log, started, summary

from runwatch.cli.commands import BROKEN_PIPE
from runwatch.cli.log_file import would_be_read
from runwatch.session.session import STAMPED

PROGRAM = [sys.executable, "-m", "runwatch"]
STREAM = Path(__file__).parents[1] / "data" / "stream" / "parallel.jsonl"
FULL = Path("/dev/full")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the recording goes: beside what it is made from, not below it."""
    (tmp_path / "to").mkdir()
    return tmp_path / "to" / "copy.jsonl"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


def record(source: object, copy: Path, code: int = 0) -> bytes:
    done = call("record", str(source), "-o", copy)
    assert done.exit_code == code, done.stderr
    assert done.stdout == ""
    return copy.read_bytes()


def said(path: Path) -> JSON:
    """What a summary says of the runs, but where that stands."""
    found = summary(path)
    for run in found["runs"]:
        for finding in run["findings"]:
            del finding["evidence"]
        for chunk in run["failed_chunks"]:
            for attempt in chunk["attempts"]:
                del attempt["evidence"]
    return {"totals": found["totals"], "runs": found["runs"]}


# ------------------------------------------------------------------------------------------------- what is written


PLAIN = [
    path
    for path in sorted(SAMPLES.glob("*.jsonl"))
    if b"\r" not in path.read_bytes()
    and path.read_bytes().count(b"\n") == path.read_bytes().count(b'"run_id"')
    and not path.with_name(f"{path.name}.1").exists()
]


@pytest.mark.parametrize("path", PLAIN, ids=[path.stem for path in PLAIN])
def test_a_log_whose_lines_name_their_runs_is_written_byte_for_byte(path: Path, copy: Path) -> None:
    assert record(path, copy) == path.read_bytes()


def test_most_sample_logs_are_of_that_kind() -> None:
    assert len(PLAIN) > 10


def test_a_recording_of_all_sample_runs_says_the_same_of_every_run(copy: Path) -> None:
    record(SAMPLES, copy)
    assert said(copy) == said(SAMPLES)


def test_a_recording_of_a_recording_is_the_same(copy: Path) -> None:
    first = record(SAMPLES, copy)
    assert record(copy, copy.with_name("again.jsonl")) == first


def test_a_rotated_and_packed_log_is_one_oldest_first(logs: Path, copy: Path) -> None:
    lines = [line(started(number), second=number) + "\n" for number in range(4)]
    (logs / "x.jsonl.2.gz").write_bytes(gzip.compress(lines[0].encode()))
    (logs / "x.jsonl.1").write_text(lines[1])
    (logs / "x.jsonl").write_text(lines[2] + lines[3])
    assert record(logs, copy).decode() == "".join(lines)
    assert record(logs / "x.jsonl", copy.with_name("b.jsonl")).decode() == lines[2] + lines[3]  # alone, as it is read


def test_several_logs_are_merged_by_time_then_by_path_each_in_its_order(logs: Path, copy: Path) -> None:
    first = [line(started(0), second=1), "no json", line(started(1), second=5), line(started(2), second=3)]
    second = [line(WARNED, run="b", second=1), line(WARNED, run="b", second=4), line(ended(), run="b", second=9)]
    log(logs / "a.jsonl", *first)
    log(logs / "b.jsonl", *second)
    found = record(logs, copy).decode().splitlines()
    assert found == [*first[:2], second[0], second[1], *first[2:], second[2]]


TIMES = st.lists(st.integers(0, 20), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TIMES, TIMES)
def test_a_run_in_two_files_is_the_same_run_in_one(
    tmp_path_factory: pytest.TempPathFactory, one: list[int], other: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("two")
    (folder / "logs").mkdir()
    for name, times in (("a", one), ("b", other)):
        lines = []
        for number, at in enumerate(times):
            text = f"{name}{number}"  # no repeats: they count as if not there, also for the order of what is behind
            events = [
                failed(0, text),
                completed(at % 3, name=text),
                WARNED | {"Warning": {"context": "", "message": text}},
            ]
            lines.append(line(events[(at + number) % 3], second=at))
        log(folder / "logs" / f"{name}.jsonl", *lines)
    record(folder / "logs", folder / "copy.jsonl")
    assert said(folder / "copy.jsonl") == said(folder / "logs")


def test_what_only_the_files_name_told_is_written_into_the_line(logs: Path, copy: Path) -> None:
    bare = {"recorded_at": "2026-11-23T18:00:00Z", "event": WARNED}
    log(logs / "a.jsonl", json.dumps(bare), json.dumps(bare | {"run_id": None}))
    log(logs / "b.jsonl", '  {"entries": [' + json.dumps(bare) + "]}")
    found = [json.loads(each) for each in record(logs, copy).decode().splitlines()]
    assert [entry["run_id"] for entry in found] == ["a", "a", "b"]
    assert said(copy) == said(logs)
    (raw, *_) = copy.read_text().splitlines()
    assert raw == '{"run_id":"a",' + json.dumps(bare)[1:]


def test_a_document_becomes_a_line_an_entry(logs: Path, copy: Path) -> None:
    entries: list[Any] = [
        json.loads(line(started(), second=1)),
        {"recorded_at": None, "event": WARNED},
        7,
        {"event": 1},
    ]
    for entry in entries[:2]:
        entry.pop("run_id", None)
    journal = {"run_id": "orders_1", "export_name": "orders", "entries": entries}
    (logs / "x.json").write_text(json.dumps(journal, indent=2))
    found = [json.loads(each) for each in record(logs, copy).decode().splitlines()]
    assert [entry["event"] for entry in found[:2]] == [started(), WARNED]
    assert {entry["run_id"] for entry in found[:2]} == {"orders_1"}
    assert said(copy)["totals"] == said(logs)["totals"]


def test_a_carriage_return_becomes_a_blank_and_a_missing_newline_is_added(logs: Path, copy: Path) -> None:
    (logs / "x.jsonl").write_bytes(f"{line(started())}\r\n\r\n{line(WARNED)}".encode())
    assert record(logs / "x.jsonl", copy) == f"{line(started())} \n \n{line(WARNED)}\n".encode()


def test_lines_that_are_no_events_stay_as_they_are(logs: Path, copy: Path) -> None:
    lines = ["no json", '{"a":1}', "[]", "7", "", '{"event":7}', line({"New": {"a": 1}}), '{"type":"started","a":1}']
    path = log(logs / "x.jsonl", *lines)
    assert record(path, copy) == path.read_bytes()


def test_what_cannot_be_read_is_told_and_the_rest_recorded(logs: Path, copy: Path) -> None:
    log(logs / "a.jsonl", line(started()))
    (logs / "b.json").write_text('{"run_id":"x","entries":[')
    done = call("record", logs, "-o", copy)
    assert done.exit_code == 1
    assert "b.json: not a whole JSON document" in done.stderr
    assert copy.read_text() == line(started()) + "\n"


def test_a_progress_stream_is_written_with_its_runs_and_its_times(copy: Path) -> None:
    done = run("record", "-", "-o", str(copy), stdin=STREAM.read_bytes())
    assert (done.returncode, STAMPED in done.stderr.decode()) == (0, True)
    found = [json.loads(each) for each in copy.read_bytes().splitlines()]
    assert {(entry["origin"], entry["recorded_at"] is None) for entry in found} == {("stream", False)}
    assert summary(copy)["totals"] == summary(STREAM)["totals"]
    of_file = record(STREAM, copy.with_name("file.jsonl"))
    assert {json.loads(each)["recorded_at"] for each in of_file.splitlines()} == {None}
    assert said(copy.with_name("file.jsonl")) == said(STREAM)


def test_stdout_takes_it_too(logs: Path) -> None:
    path = log(logs / "x.jsonl", line(started()))
    done = call("record", path, "-o", "-")
    assert (done.stdout, done.stderr, done.exit_code) == (path.read_text(), "", 0)


# ------------------------------------------------------------------------------------------------ what is refused


def test_a_file_that_is_there_is_not_touched(logs: Path, copy: Path) -> None:
    copy.write_text("mine")
    done = call("record", log(logs / "x.jsonl", line(started())), "-o", copy)
    assert (done.exit_code, copy.read_text()) == (2, "mine")
    assert done.stderr.startswith(f"runwatch: {copy} exists")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("logs", "logs/new.jsonl"), ("logs", "logs/a/b.txt"), (".", "logs/new.jsonl"),
        ("logs/x.jsonl", "logs/x.jsonl.1"), ("logs/x.jsonl", "logs/x.jsonl"),
        ("logs/*.jsonl", "logs/new.jsonl"), ("logs/*", "logs/a/new.jsonl"),
        ("**/*.jsonl", "logs/a/new.jsonl"), ("*", "logs/new.jsonl"), ("logs/x.jsonl", "./logs/../logs/x.jsonl.3.gz"),
    ],
)  # fmt: skip
def test_nothing_is_written_into_what_is_read(
    logs: Path, source: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(logs.parent)
    (logs / "a").mkdir()
    log(logs / "x.jsonl", line(started()))
    done = call("record", source, "-o", name)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert sorted(path.name for path in logs.iterdir()) == ["a", "x.jsonl"]


@pytest.mark.parametrize(
    ("source", "name"),
    [("logs/x.jsonl", "logs/y.jsonl"), ("logs/*.jsonl", "y.jsonl"), ("logs", "logs.jsonl"), ("-", "y.jsonl")],
)
def test_beside_it_may_be_written(source: str, name: str) -> None:
    assert not would_be_read(name, source)


def test_where_nothing_is_nothing_is_left_behind(logs: Path, copy: Path) -> None:
    done = call("record", logs, "-o", copy)
    assert (done.exit_code, copy.exists()) == (2, False)
    assert call("record", logs / "none.jsonl", "-o", copy).exit_code == 2
    assert not copy.exists()


def test_what_cannot_be_written_is_told_in_one_line(logs: Path, copy: Path) -> None:
    path = log(logs / "x.jsonl", line(started()))
    done = call("record", path, "-o", copy.parent / "none" / "copy.jsonl")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize("out", [["-o", "/dev/full"], ["-o", "-"]])
def test_a_full_disk_is_told_in_one_line(logs: Path, out: list[str]) -> None:
    path = log(logs / "x.jsonl", line(started()))
    with FULL.open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "record", str(path), *out], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"no space left on device" in done.stderr


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no other process's limits can be set here")
def test_a_disk_that_is_full_half_way_leaves_whole_lines(logs: Path, copy: Path) -> None:
    lines = [line(started(number)) for number in range(20)]
    path = log(logs / "x.jsonl", *lines)
    with running("record", "-", "-o", str(copy), stdin=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        most = len(lines[0]) * 5 // 2
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (most, most))
        assert program.stdin is not None
        assert program.stderr is not None
        program.stdin.write(f"{lines[0]}\n{lines[1]}\n".encode())
        program.stdin.flush()
        until(lambda: text_in(copy).count("\n") == 2)
        program.stdin.write(path.read_bytes())
        program.stdin.close()
        assert program.wait(timeout=30) == 2
        assert program.stderr.read().count(b"\n") == 1
    assert copy.read_text().splitlines() == lines[:2]


# ------------------------------------------------------------------------------------------------ real processes


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PROGRAM, *arguments], input=stdin, capture_output=True, check=False, timeout=60)


@contextmanager
def running(*arguments: str, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The program, ended at the latest with the test."""
    program = subprocess.Popen([*PROGRAM, *arguments], **streams)
    try:
        yield program
    finally:
        program.kill()
        program.wait()
        for stream in (program.stdin, program.stdout, program.stderr):
            if stream is not None:
                stream.close()


def until(holds: Callable[[], object]) -> None:
    late = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < late
        time.sleep(0.02)


def text_in(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_lines_of_a_pipe_are_there_as_they_come_and_stay_after_kill_9(copy: Path) -> None:
    with running("record", "-", "-o", str(copy), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        assert program.stdin is not None
        program.stdin.write(f"{line(started(0))}\n{line(started(1))}\n{line(started(2))[:40]}".encode())
        program.stdin.flush()
        until(lambda: text_in(copy).count("\n") == 2)
        program.send_signal(signal.SIGKILL)
        program.wait()
    assert copy.read_text() == f"{line(started(0))}\n{line(started(1))}\n"
    assert summary(copy)["totals"]["events"] == 2


def test_follow_goes_on_until_ctrl_c(logs: Path, copy: Path) -> None:
    path = log(logs / "x.jsonl", line(started(0)))
    with running("record", str(logs), "-o", str(copy), "--follow", stderr=subprocess.PIPE) as program:
        until(lambda: text_in(copy).count("\n") == 1)
        with path.open("a") as end:
            end.write(line(started(1)) + "\n" + line(started(2))[:30])
        log(logs / "y.jsonl", line(WARNED, run="y"))
        until(lambda: text_in(copy).count("\n") == 3)
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=30) == 130
    assert sorted(copy.read_text().splitlines()) == sorted([line(started(0)), line(started(1)), line(WARNED, run="y")])


def test_where_a_document_is_replaced_what_it_said_before_is_taken_out(logs: Path, copy: Path) -> None:
    def journal(name: str, *events: JSON) -> None:
        entries = [
            {"recorded_at": f"2026-11-23T18:00:0{number}Z", "event": event} for number, event in enumerate(events)
        ]
        (logs / "new").write_text(json.dumps({"run_id": name, "entries": entries}))
        os.replace(logs / "new", logs / f"{name}.json")

    journal("a", started(0), started(1))
    journal("b", started(0), started(1), WARNED)
    with running("record", str(logs), "-o", str(copy), "--follow", stderr=subprocess.DEVNULL) as program:
        until(lambda: text_in(copy).count("\n") == 5)
        journal("a", completed(0))
        until(lambda: "ChunkCompleted" in text_in(copy))
        log(logs / "c.jsonl", line(WARNED, run="c"))
        until(lambda: text_in(copy).count("\n") == 5)
        journal("b", WARNED)
        until(lambda: text_in(copy).count("\n") == 3)
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=30) == 130
    assert said(copy) == said(logs)
    assert os.listdir(copy.parent) == [copy.name]


def test_a_reader_that_has_gone_ends_it(logs: Path) -> None:
    path = log(logs / "x.jsonl", line(started()))
    with running("record", str(path), "-o", "-", "--follow", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline()
        program.stdout.close()
        with path.open("a") as end:
            end.write(line(started(1)) + "\n")
        assert program.wait(timeout=30) == BROKEN_PIPE
        assert program.stderr is not None
        assert program.stderr.read() == b""
