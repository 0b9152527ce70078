"""The logs of the benchmarks: always the same, and such that nothing in them is a problem."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

from benchmarks.logs import write_huge, write_inter, write_small_files
from benchmarks.writer import chunks, first_line, mark

from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source


def read(path: Path) -> Session:
    session = Session(open_source([str(path)]), ManualClock(0))
    session.read(session.source.poll())
    return session


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Who repeats a measurement measures the same."""
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    write_huge(one, 300)
    write_huge(other, 300)
    assert one.read_bytes() == other.read_bytes()


def test_one_run_has_trouble_and_recovers(tmp_path: Path) -> None:
    """All 4 frequent variants and the rare ones; as many events as were promised, about 217 bytes each."""
    log = tmp_path / "huge.jsonl"
    count = write_huge(log, 5000)
    session = read(log)
    (run,) = session.runs.all()
    lines = log.read_text(encoding="utf-8").splitlines()
    variants = {variant for line in lines for variant in json.loads(line)["event"]}
    assert session.runs.problem_count == 0
    assert count == len(lines) == run.state.events
    assert {"PlanResolved", "ChunkStarted", "ChunkFailed", "RetryAttempted", "Warning", "RunCompleted"} < variants
    assert 200 < log.stat().st_size / count < 240


def test_many_runs_are_interleaved(tmp_path: Path) -> None:
    """A reader that hopes for the next line to be of the same run as the last is wrong."""
    log = tmp_path / "inter.jsonl"
    count = write_inter(log, 200, 5)
    session = read(log)
    names = [json.loads(line)["run_id"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert session.runs.problem_count == 0
    assert len(session.runs.by_id) == 200
    assert count == len(names)
    assert sum(one == other for one, other in itertools.pairwise(names)) < count / 20


def test_small_files_are_a_run_each(tmp_path: Path) -> None:
    write_small_files(tmp_path, 120)
    assert len(list(tmp_path.rglob("*.jsonl"))) == len(read(tmp_path).runs.by_id) == 120


def test_the_writer_never_says_the_same_twice(tmp_path: Path) -> None:
    """Repeats would be dropped, and the fold would have an easy time."""
    log = tmp_path / "torrent.jsonl"
    log.write_bytes(first_line().encode() + chunks(0, 40) + chunks(40, 100))
    (run,) = read(log).runs.all()
    assert run.state.events == 301
    assert mark(1) != mark(2)
