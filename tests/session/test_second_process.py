"""A second process decodes: the same columns, nothing lost where it dies, and it is gone at the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from benchmarks.logs import write_inter
from tests.core.made import T0, produced_lines, whole

from runwatch.core import loading
from runwatch.core.bulk import loading as in_bulk
from runwatch.core.bulk.decode import Columns
from runwatch.core.bulk.decoder import Here
from runwatch.core.bulk.heads import Heads
from runwatch.session import long_logs, second_process
from runwatch.session.clock import ManualClock
from runwatch.session.second_process import BLOCKS, LARGEST, SecondProcess, is_possible
from runwatch.session.session import Session
from runwatch.sources.table import open_source, read_to_end

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is none")


@pytest.fixture
def second() -> Iterator[SecondProcess]:
    process = SecondProcess()
    process.begin(Heads())
    yield process
    process.end()


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def same(one: Columns | None, other: Columns | None) -> None:
    assert one is not None
    assert other is not None
    for name in Columns._fields:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_it_decodes_as_this_one_does(second: SecondProcess) -> None:
    lines, here = produced_lines(5, 9, 300), Here()
    blocks = [b"".join(lines[at : at + 700]) for at in range(0, len(lines), 700)]
    for at in range(0, len(blocks), BLOCKS):
        for block in blocks[at : at + BLOCKS]:
            assert second.put([block[:1000], block[1000:]])
        for block in blocks[at : at + BLOCKS]:
            here.put([block])
            mine, its = second.get(), here.get()
            assert mine.data[mine.begin : mine.end] == block == its.data[its.begin : its.end]
            same(mine.columns, its.columns)
            assert list(second.heads) == list(here.heads)


def test_it_goes_on_with_what_is_known_of_another_log(second: SecondProcess) -> None:
    first, other, here = produced_lines(1, 2, 20), produced_lines(2, 2, 20), Here()
    second.put([b"".join(first)])
    second.get()
    here.put([b"".join(other)])
    here.get()
    second.begin(here.known)
    for known in (here, second):
        known.put([b"".join(first + other)])
    same(second.get().columns, here.get().columns)
    assert list(second.heads) == list(here.heads)


def test_a_last_line_needs_no_newline(second: SecondProcess) -> None:
    line = produced_lines(1, 1, 1)[1].removesuffix(b"\n")
    second.put([line])
    found = second.get()
    assert found.data[found.begin : found.end] == line + b"\n"
    assert found.columns is not None
    assert len(found.columns.kind) == 1


def test_a_file_may_have_more_than_four_gigabytes(second: SecondProcess) -> None:
    line = next(line for line in produced_lines(1, 1, 9) if b"FileWritten" in line)
    size = int(line.partition(b'"bytes":')[2].partition(b",")[0])
    second.put([line, line.replace(b'"bytes":%d' % size, b'"bytes":%d' % 2**40)])
    columns = second.get().columns
    assert columns is not None
    assert columns.size.tolist() == [size, 2**40]


def test_what_it_has_no_room_for(second: SecondProcess) -> None:
    assert not second.put([b"x" * LARGEST])
    assert second.put([b"\n" * (LARGEST - 2)])
    found = second.get()
    assert found.columns is None
    assert found.data[found.begin : found.end] == b"\n" * (LARGEST - 2)


def test_what_lines_begin_with_is_known_also_of_a_block_of_too_many(second: SecondProcess) -> None:
    """Else what comes behind it would be taken for another run's."""
    crowded, here = b"\n" * 30_000 + b"".join(produced_lines(1, 2, 20)), Here()
    for block in (crowded, b"".join(produced_lines(2, 3, 20))):
        for decoder in (here, second):
            decoder.put([block])
        mine, its = second.get(), here.get()
        assert list(second.heads) == list(here.heads)
        assert (mine.columns is None) == (block is crowded)
        if mine.columns is not None:
            same(mine.columns, its.columns)
    assert len(second.heads) >= 2


def test_it_is_gone_at_the_end() -> None:
    before = children()
    process = SecondProcess()
    assert len(children()) == len(before) + 1
    process.end()
    assert children() == before


def test_it_ends_where_its_parent_is_killed() -> None:
    script = "from tests.session.test_second_process import *\nSecondProcess()\nprint(*children(), flush=True)\ninput()"
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert int(parent.stdout.readline())
    parent.kill()
    assert parent.communicate(timeout=20)[0] == ""  # both had it open, and nobody has it now


# ------------------------------------------------------------------------------------------------------- whole logs


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for short logs, and for many runs."""
    for module, name, value in (
        (long_logs, "LONG", 128 << 10), (long_logs, "SURELY", 0), (loading, "ENOUGH", 64 << 10),
        (loading, "LARGE", 128 << 10), (in_bulk, "SHARED", 10), (in_bulk, "OF_A_RUN", 100),
        (loading, "SKIPPED", 1),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(second_process, "is_possible", lambda: True)


@pytest.fixture
def logs(tmp_path: Path) -> list[Path]:
    """Two of two megabytes each, with something odd in the second."""
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path, chunks in zip(paths, (600, 700), strict=True):
        write_inter(path, 5, chunks)
    other_runs = re.sub(rb'("run_id":"[^"]*)_1', rb"\1_2", paths[1].read_bytes())
    lines = other_runs.splitlines(keepends=True)
    for at in (3000, 3001, 5000):
        lines[at] = b"what is that?\r\n"
    lines[6000:6400] = [line.replace(b'":', b'": ') for line in lines[6000:6400]]
    paths[1].write_bytes(b"".join(lines))
    return paths


def session_of(paths: list[Path]) -> Session:
    clock = ManualClock(T0)
    return Session(open_source([*map(str, paths)], poll=False, now=clock.now), clock)


def found_in(session: Session) -> object:
    states = {run_id: whole(run) for run_id, run in session.runs.by_id.items()}
    problems = sorted((str(where), why) for where, why in session.runs.problems)
    return states, problems, session.events_read


def expected(paths: list[Path]) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_logs, "LONG", 1 << 40)
        patch.setattr(long_logs, "SURELY", 1 << 40)
        session = session_of(paths)
        session.read(read_to_end(session.source))
        return found_in(session)


def counted(patch: pytest.MonkeyPatch) -> list[int]:
    """Blocks that a second process was given."""
    put, sizes = SecondProcess.put, []

    def noted(self: SecondProcess, blocks: list[bytes]) -> bool:
        sizes.append(sum(map(len, blocks)))
        return put(self, blocks)

    patch.setattr(SecondProcess, "put", noted)
    return sizes


@pytest.mark.usefixtures("always")
def test_logs_come_to_the_same(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, before = counted(monkeypatch), children()
    session = session_of(logs)
    session.read(read_to_end(session.source))
    assert sum(sizes) > 2 << 20
    assert children() == before
    assert found_in(session) == expected(logs)


@pytest.mark.usefixtures("always")
def test_what_is_written_later_is_read_later(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that reads again and again has a second process each time that it is worth it."""
    sizes, whole_log = counted(monkeypatch), logs[0].read_bytes()
    half = whole_log.index(b"\n", len(whole_log) // 2) + 1
    logs[0].write_bytes(whole_log[:half])
    session = session_of(logs[:1])
    session.read(session.source.poll())
    with logs[0].open("ab") as log:
        log.write(whole_log[half:])
    first = sum(sizes)
    session.source.rescan()
    session.read(session.source.poll())
    assert 0 < first < sum(sizes)
    assert found_in(session) == expected(logs[:1])


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("block", [1, 2, 7])
def test_where_it_is_killed_nothing_is_lost(logs: list[Path], block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    put, sizes = SecondProcess.put, []

    def noted(self: SecondProcess, blocks: list[bytes]) -> bool:
        sizes.append(len(blocks))
        if len(sizes) == block:
            assert self._process.pid is not None
            os.kill(self._process.pid, signal.SIGKILL)
        return put(self, blocks)

    monkeypatch.setattr(SecondProcess, "put", noted)
    session = session_of(logs)
    session.read(read_to_end(session.source))
    assert len(sizes) >= block
    assert found_in(session) == expected(logs)


@pytest.mark.usefixtures("always")
def test_where_there_can_be_none(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError("resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    session = session_of(logs)
    session.read(read_to_end(session.source))
    assert found_in(session) == expected(logs)


def test_other_threads_and_a_single_processor_keep_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr("threading.active_count", lambda: 1)
    assert is_possible()
    monkeypatch.setattr("threading.active_count", lambda: 2)
    assert not is_possible()
    monkeypatch.setattr("threading.active_count", lambda: 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert not is_possible()
