"""rivet's progress stream, as the real producer printed it (tests/data/stream), from the pipe to the answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import example, given
from hypothesis import strategies as st
from tests.cli.calling import NOW, call

from runwatch.answers.reasons import reasons
from runwatch.core.events import Progress, RunCompleted
from runwatch.core.places import Segment
from runwatch.report.json import document
from runwatch.report.summary import summary_of
from runwatch.session import store
from runwatch.session.clock import ManualClock
from runwatch.session.session import STAMPED, Session
from runwatch.sources.base import Block
from runwatch.sources.lines import Lines, LineSplitter
from runwatch.sources.stdin import StreamSource
from runwatch.sources.table import read_to_end

STREAMS = Path(__file__).parent / "data" / "stream"
ALL = sorted(STREAMS.glob("*.jsonl"))
PARALLEL = (STREAMS / "parallel.jsonl").read_bytes()
PIPE = Segment(0, "-", "-", "stdin", is_plain=True, stamps=True)


def session_of(pieces: list[bytes], tmp_path: Path) -> Session:
    """What a session knows that got these pieces, one after the other."""
    read, end = os.pipe()
    os.close(end)
    session = Session(StreamSource(read, "-", "stdin", cache=str(tmp_path)), ManualClock(NOW))
    splitter = LineSplitter()
    segment = Segment(0, "-", "-", "stdin", is_plain=True, stamps=True)
    for found in [*map(splitter.feed, pieces), splitter.flush()]:
        for piece in found:
            assert isinstance(piece, Lines)
            session.take(Block(segment, piece.data, piece.line, piece.offset, arrived=True))
    session.source.close()
    return session


def piped(data: bytes, *arguments: str) -> Result:
    """`… | runwatch ARGUMENTS -`; the data fits into the pipe."""
    read, end = os.pipe()
    os.write(end, data)
    os.close(end)
    try:
        return call(*arguments, f"/dev/fd/{read}")
    finally:
        os.close(read)


def summary_in(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document(summary_of(session)), default=str))
    return found


@pytest.fixture(scope="session")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return summary_in(session_of([PARALLEL], tmp_path_factory.mktemp("cache")))


@given(st.lists(st.integers(0, len(PARALLEL)), max_size=30).map(sorted))
@example(list(range(0, len(PARALLEL), 7)))
def test_however_the_bytes_are_cut_the_runs_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, at_once: dict[str, Any], cuts: list[int]
) -> None:
    edges = [0, *cuts, len(PARALLEL)]
    pieces = [PARALLEL[start:end] for start, end in pairwise(edges)]
    assert summary_in(session_of(pieces, tmp_path_factory.mktemp("cache"))) == at_once


@pytest.mark.parametrize("path", ALL, ids=[path.stem for path in ALL])
def test_every_figure_is_the_one_that_rivet_told_last(path: Path) -> None:
    told = [json.loads(line) for line in path.read_bytes().splitlines()]
    ends = {line["run_id"]: line for line in told if line["type"] == "finished"}
    totals = {line["export_name"]: line["total_chunks"] for line in told if line["type"] == "progress_init"}
    done = piped(path.read_bytes(), "summary", "--format", "json")
    found = {run["run_id"]: run for run in json.loads(done.stdout)["runs"]}
    assert found.keys() == ends.keys()
    for run_id, end in ends.items():
        run = found[run_id]
        happened, outcome = run["happened"], run["outcome"]
        assert (happened["rows"], happened["files"], happened["bytes"]) == (
            end["total_rows"], end["files_produced"], end["bytes_written"]
        )  # fmt: skip
        assert (outcome["status"], outcome["error_message"]) == (end["status"], end["error_message"])
        assert outcome["peak_rss_mb"] == end["peak_rss_mb"]
        assert run["duration_ms"] == end["duration_ms"]
        assert run["planned"]["chunks_total"] == totals.get(end["export_name"])
        assert run["verdict"] == {"success": "succeeded"}.get(end["status"], end["status"])
        assert run["repeats"] == 0
        assert not [finding for finding in run["findings"] if finding["severity"] == "contradiction"]


def test_it_is_said_where_the_times_come_from() -> None:
    assert STAMPED in piped(PARALLEL, "summary").stderr
    assert STAMPED not in piped(PARALLEL.replace(b'"type"', b'"kind"'), "summary").stderr


def test_in_a_file_the_times_are_unknown_and_everything_else_is_the_same() -> None:
    through_pipe = json.loads(piped(PARALLEL, "summary", "--format", "json").stdout)
    filed = call("summary", "--format", "json", STREAMS / "parallel.jsonl")
    assert STAMPED not in filed.stderr
    of_file = {run["run_id"]: run for run in json.loads(filed.stdout)["runs"]}
    for run in through_pipe["runs"]:
        same = of_file[run["run_id"]]
        assert (same["happened"], same["outcome"], same["verdict"]) == (run["happened"], run["outcome"], run["verdict"])
        assert same["started_at"] is None
        assert "time_unknown" in {finding["code"] for finding in same["findings"]}


def test_while_it_runs_chunks_rows_speed_and_what_is_left_are_known(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    read, end = os.pipe()
    os.close(end)
    session = Session(StreamSource(read, "-", "stdin", cache=str(tmp_path)), clock)
    lines = (STREAMS / "orders.jsonl").read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines[:12], 1):
        session.take(Block(PIPE, line, number, 0, arrived=True))
        clock.advance(1_000_000_000)
    session.is_whole = True
    (run,) = summary_of(session).runs
    assert run.judgement.verdict == "running"
    assert first_reason(session) == "10 of 20 chunks after 12.0 s, about 12 s left"
    session.source.close()


def first_reason(session: Session) -> str:
    (moment,) = session.moments()
    return reasons(moment)[0].text


def test_a_stream_that_breaks_off_leaves_a_run_that_goes_on_as_far_as_is_known() -> None:
    half = b"".join((STREAMS / "orders.jsonl").read_bytes().splitlines(keepends=True)[:9])
    (run,) = json.loads(piped(half, "summary", "--format", "json").stdout)["runs"]
    assert (run["verdict"], run["happened"]["rows"], run["planned"]["chunks_total"]) == ("running", 70500, 20)


def test_every_line_can_be_shown_again(tmp_path: Path) -> None:
    session = session_of_pipe(tmp_path)
    own = PARALLEL.splitlines()
    for run in session.runs.all():
        for position in range(len(run.order)):
            place = run.log.place(position)
            line = session.source.line_at(place)
            assert line is not None
            assert json.loads(line) == json.loads(own[place.line - 1])
            assert session.runs.find(place) == (run.run_id, position)
    session.source.close()


def session_of_pipe(tmp_path: Path) -> Session:
    read, end = os.pipe()
    with open(end, "wb") as writer:
        writer.write(PARALLEL)
    session = Session(StreamSource(read, "-", "stdin", cache=str(tmp_path)), ManualClock(NOW))
    session.read(read_to_end(session.source))
    return session


def test_events_are_printed_so_that_they_can_be_read_again() -> None:
    printed = piped(PARALLEL, "events").stdout.encode()
    again = piped(printed, "summary", "--format", "json")
    assert STAMPED not in again.stderr
    first = json.loads(piped(PARALLEL, "summary", "--format", "json").stdout)
    assert [run["happened"] for run in json.loads(again.stdout)["runs"]] == [run["happened"] for run in first["runs"]]


def test_of_a_file_events_are_printed_with_their_run(tmp_path: Path) -> None:
    printed = [json.loads(line) for line in call("events", STREAMS / "orders.jsonl").stdout.splitlines()]
    assert {entry["run_id"] for entry in printed} == {"orders_20261125T215024.628_13443"}
    assert [next(iter(entry["event"])) for entry in printed[-2:]] == [Progress.__name__, RunCompleted.__name__]


def test_what_else_rivet_prints_there_is_a_problem_line_by_line() -> None:
    """Its human words go to stderr; whoever joins the two, or asks for --json on stdout, is told so."""
    mixed = PARALLEL + b"-- orders ---------\n  status:  success\n"
    found = json.loads(piped(mixed, "summary", "--format", "json").stdout)
    assert (found["totals"]["runs"], found["totals"]["problems"]) == (4, 2)


def test_a_real_pipe_is_followed_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "runwatch", "summary", "--format", "json", str(pipe)]
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    with pipe.open("wb", buffering=0) as writer:
        for at in range(0, len(PARALLEL), 900):
            writer.write(PARALLEL[at : at + 900])
    out, said = reader.communicate(timeout=60)
    assert reader.returncode == 1, said
    assert STAMPED in said.decode()
    assert json.loads(out)["totals"]["verdicts"] == {"failed": 2, "succeeded": 2}


def test_a_rotated_stream_goes_on_with_the_runs_of_its_older_part(tmp_path: Path) -> None:
    lines = PARALLEL.splitlines(keepends=True)
    (tmp_path / "x.jsonl.1").write_bytes(b"".join(lines[:12]))
    (tmp_path / "x.jsonl").write_bytes(b"".join(lines[12:]))
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "x.jsonl").write_bytes(PARALLEL)
    rotated, whole = (call("summary", "--format", "json", path) for path in (tmp_path / "x*", tmp_path / "whole"))
    assert json.loads(rotated.stdout)["totals"] == json.loads(whole.stdout)["totals"]
    assert json.loads(rotated.stdout)["totals"]["problems"] == 0


def test_a_stream_is_read_anew_since_its_lines_rest_on_those_in_front_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LEAST", 1)
    monkeypatch.setattr(store, "OF_A_RUN", 1)
    path = tmp_path / "x.jsonl"
    env: dict[str, str | None] = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    lines = PARALLEL.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:12]))
    call("summary", path, env=env)
    path.write_bytes(PARALLEL)
    found = json.loads(call("summary", "--format", "json", path, env=env).stdout)
    assert (found["totals"]["problems"], found["totals"]["verdicts"]) == (0, {"failed": 2, "succeeded": 2})
