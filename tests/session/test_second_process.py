"""A second process reads on and decodes: the same columns, nothing lost wherever it ends, and it is gone at the end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from benchmarks.logs import write_inter
from tests.core.made import T0, produced_lines, whole

from runwatch.core import loading
from runwatch.core.bulk import loading as in_bulk
from runwatch.core.bulk.decode import Columns
from runwatch.core.bulk.decoder import Decoded, decoded
from runwatch.core.bulk.heads import Heads
from runwatch.core.loading import Loading
from runwatch.core.runs import Runs
from runwatch.session import long_logs, second_process
from runwatch.session.clock import ManualClock
from runwatch.session.reading import _feed_next
from runwatch.session.second_process import BLOCKS, LARGEST, SecondProcess, Spawned, forked, is_possible
from runwatch.session.session import Session
from runwatch.sources.ahead import Ahead, ahead_in
from runwatch.sources.base import Block
from runwatch.sources.table import open_source, read_to_end

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is none")


class Noted(Loading):
    """What it would be fed."""

    def __init__(self) -> None:
        super().__init__(Runs())
        self.fed: list[tuple[bytes, Columns | None, list[tuple[str, str]], int, int]] = []

    def feed_decoded(self, block: Decoded, line: int, offset: int) -> None:
        columns = None if block.columns is None else Columns._make(column.copy() for column in block.columns)
        self.fed.append((block.data[block.begin : block.end], columns, [*block.heads], line, offset))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_process, "LARGE", 128 << 10)


def spawned(ahead: Ahead) -> SecondProcess:
    """One that is a program of its own, as soon as it is ready."""
    getting_ready = Spawned(ahead)
    while not getting_ready.is_ready:
        time.sleep(0.001)
    process = getting_ready.begin(ahead)
    assert process is not None
    return process


Made = Callable[[Ahead], SecondProcess]
both = pytest.mark.parametrize("made", [forked, spawned])


@contextmanager
def reading_on(path: Path, made: Made = forked) -> Iterator[SecondProcess]:
    """Behind the first block."""
    source = open_source([str(path)], poll=False, now=ManualClock(T0).now)
    first = next(iter(source.poll()))
    assert isinstance(first, Block)
    ahead = ahead_in(source, first.segment)
    assert ahead is not None
    process = made(ahead)
    try:
        yield process
    finally:
        process.end()
        source.close()


def until_it_waits(process: SecondProcess) -> None:
    while not process.is_waiting:
        time.sleep(0.001)


def keep_busy(process: SecondProcess, found: Noted) -> None:
    """Take all blocks, and never wait for one: so all are decoded."""
    until_it_waits(process)
    while process.feed_next(found):
        until_it_waits(process)


def all_of(
    path: Path, made: Made = forked, *, is_busy: bool = False
) -> list[tuple[bytes, Columns | None, list[tuple[str, str]], int, int]]:
    """Each block as it was fed."""
    found = Noted()
    with reading_on(path, made) as process:
        if is_busy:
            keep_busy(process, found)
        while _feed_next(process, found):
            pass
    return found.fed


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def same(one: Columns | None, other: Columns | None) -> None:
    assert one is not None
    assert other is not None
    for name in Columns._fields:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@both
def test_it_decodes_as_this_one_does(tmp_path: Path, made: Made) -> None:
    """Also the hashes of names are those of this process."""
    path, heads = tmp_path / "a.jsonl", Heads()
    path.write_bytes(b"".join(produced_lines(5, 9, 500)))
    found = all_of(path, made)
    assert sum(columns is not None for _, columns, *_ in found) > BLOCKS
    whole_log = path.read_bytes()
    for data, columns, known, line, offset in found:
        assert whole_log[offset : offset + len(data)] == data
        assert line == 1 + whole_log[:offset].count(b"\n")
        if columns is not None:
            same(columns, decoded([data], heads).columns)
            assert known == heads.names
    data, *_, offset = found[-1]
    assert len(whole_log) - 200_000 < offset + len(data) <= len(whole_log), "the rest is not worth it"


def test_a_file_may_have_more_than_four_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = produced_lines(1, 1, 900)
    at = next(at for at, line in enumerate(lines) if at > 1500 and b"FileWritten" in line)
    size = int(lines[at].partition(b'"bytes":')[2].partition(b",")[0])
    lines[at] = lines[at].replace(b'"bytes":%d' % size, b'"bytes":%d' % 2**40)
    path.write_bytes(b"".join(lines))
    found = [int(columns.size.max()) for _, columns, *_ in all_of(path, is_busy=True) if columns is not None]
    assert max(found) == 2**40
    assert min(found) < 2**32


@pytest.mark.parametrize("odd", [b"\0\0", b"x" * LARGEST], ids=["a hole", "a long line"])
def test_it_ends_in_front_of_what_is_more_than_lines(tmp_path: Path, odd: bytes) -> None:
    path, lines = tmp_path / "a.jsonl", produced_lines(1, 2, 1500)
    path.write_bytes(b"".join((*lines[:4000], odd, *lines[4000:])))
    before = len(b"".join(lines[:4000]))
    data, _, _, _, offset = all_of(path)[-1]
    assert before - (512 << 10) < offset + len(data) <= before


def test_of_a_block_of_too_many_lines_it_tells_only_the_bytes(tmp_path: Path) -> None:
    """And what its lines begin with: else what comes behind it would be taken for another run's."""
    path, heads, first = tmp_path / "a.jsonl", Heads(), produced_lines(1, 2, 400)
    other = [line.replace(b"orders", b"others") for line in produced_lines(2, 3, 3000)]
    path.write_bytes(b"".join((*first, b"\n" * 30_000, *other)))
    found = all_of(path, is_busy=True)[1:]
    refused = [columns is None for _, columns, *_ in found]
    assert sum(refused) == 1
    assert not any(refused[refused.index(True) + 1 :])
    for data, columns, known, *_ in found:
        mine = decoded([data], heads)
        assert known == heads.names
        if columns is not None:
            same(columns, mine.columns)
    assert len(heads.names) == 4


def test_whoever_has_nothing_else_to_do_is_sent_a_block_as_it_was_read(tmp_path: Path) -> None:
    """The first one; and one behind the block that was waited for, never two."""
    path, found = tmp_path / "a.jsonl", Noted()
    path.write_bytes(b"".join(produced_lines(5, 9, 900)))
    with reading_on(path) as process:
        until_it_waits(process)
        assert process.feed_next(found)
        os.kill(process.pid, signal.SIGSTOP)
        try:
            while process.is_waiting and process.feed_next(found):
                pass
            before = len(found.fed)
            process._pipe.send_bytes(second_process._WANTED)
        finally:
            os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.3)  # that a block is free again is not the next that it hears, wherever it was stopped
        keep_busy(process, found)
    as_read = [at for at, (_, columns, *_) in enumerate(found.fed) if columns is None]
    assert as_read[0] == 0
    assert len(as_read) == 2
    assert before < as_read[1] <= before + 2 < len(found.fed)


def test_what_comes_behind_the_first_look_is_left_to_this_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = produced_lines(1, 2, 1500)
    path.write_bytes(b"".join(lines[:3000]))
    found = Noted()
    source = open_source([str(path)], poll=False, now=ManualClock(T0).now)
    coming = iter(source.poll())
    first = next(coming)
    with path.open("ab") as log:
        log.write(b"".join(lines[3000:]))
    ahead = ahead_in(source, first.segment)
    assert ahead is not None
    process = forked(ahead)
    while _feed_next(process, found):
        pass
    process.end()
    assert sum(len(data) for data, *_ in found.fed) <= len(b"".join(lines[:3000]))
    source.rescan()
    rest = [item for items in (coming, source.poll()) for item in items if isinstance(item, Block)]
    said = [first.data, *(data for data, *_ in found.fed), *(block.data for block in rest)]  # type: ignore[union-attr]
    assert b"".join(said) == b"".join(lines)
    assert {block.arrived for block in rest} == {True}
    source.close()


@both
def test_it_is_gone_at_the_end(tmp_path: Path, made: Made) -> None:
    path, before = tmp_path / "a.jsonl", children()
    path.write_bytes(b"".join(produced_lines(1, 2, 3000)))
    with reading_on(path, made):
        assert len(children()) == len(before) + 1
    assert children() == before


@both
def test_it_ends_where_its_parent_is_killed(tmp_path: Path, made: Made) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(produced_lines(1, 2, 20_000)))
    script = (
        "from tests.session.test_second_process import *\n"
        f"with reading_on(Path({str(path)!r}), {made.__name__}):\n print(*children(), flush=True)\n input()"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert int(parent.stdout.readline())
    parent.kill()
    assert parent.communicate(timeout=20)[0] == ""  # both had it open, and nobody has it now


# ------------------------------------------------------------------------------------------------------- whole logs


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for short logs."""
    for module, name, value in (
        (long_logs, "LONG", 128 << 10), (long_logs, "SURELY", 0), (loading, "ENOUGH", 64 << 10),
        (loading, "LARGE", 128 << 10), (in_bulk, "OF_A_RUN", 100),
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


def watching(patch: pytest.MonkeyPatch, act: Callable[[SecondProcess, int], None] = lambda *_: None) -> list[bool]:
    """Whether a second process fed a block, each time that it was asked; `act` comes before."""
    feed_next, fed = SecondProcess.feed_next, list[bool]()

    def noted(self: SecondProcess, loading: Loading) -> bool:
        act(self, len(fed))
        fed.append(feed_next(self, loading))
        return fed[-1]

    patch.setattr(SecondProcess, "feed_next", noted)
    return fed


@pytest.mark.usefixtures("always")
def test_logs_come_to_the_same(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    fed, before = watching(monkeypatch), children()
    session = session_of(logs)
    session.read(read_to_end(session.source))
    assert sum(fed) > 10
    assert fed.count(False) >= 2, "one for each log"
    assert children() == before
    assert found_in(session) == expected(logs)


@pytest.mark.usefixtures("always")
def test_what_is_written_later_is_read_later(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that reads again and again goes on where the second process was."""
    fed, whole_log = watching(monkeypatch), logs[0].read_bytes()
    half = whole_log.index(b"\n", len(whole_log) // 2) + 100
    logs[0].write_bytes(whole_log[:half])
    session = session_of(logs[:1])
    session.read(session.source.poll())
    with logs[0].open("ab") as log:
        log.write(whole_log[half:])
    assert sum(fed) > 1
    session.source.rescan()
    session.read(session.source.poll())
    assert found_in(session) == expected(logs[:1])


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("block", [0, 1, 7])
def test_where_it_is_killed_nothing_is_lost(logs: list[Path], block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(process: SecondProcess, so_far: int) -> None:
        if so_far == block:
            os.kill(process.pid, signal.SIGKILL)
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    fed = watching(monkeypatch, kill)
    session = session_of(logs)
    session.read(read_to_end(session.source))
    assert len(fed) > block + 1
    assert found_in(session) == expected(logs)


@pytest.mark.usefixtures("always")
def test_a_file_written_anew_under_it_is_read_anew(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is where this process reads."""
    anew = logs[1].read_bytes()

    def write(_: SecondProcess, so_far: int) -> None:
        if so_far == 5:
            logs[0].write_bytes(anew)

    watching(monkeypatch, write)
    session = session_of(logs[:1])
    session.read(read_to_end(session.source))
    fresh = session_of(logs[:1])
    fresh.read(read_to_end(fresh.source))
    runs = session.runs.by_id
    assert {run_id: whole(runs[run_id]) for run_id in fresh.runs.by_id} == found_in(fresh)[0]  # type: ignore[index]


@pytest.mark.usefixtures("always")
def test_where_an_error_comes_up_it_is_ended_too(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = children()

    def fail(_: SecondProcess, so_far: int) -> None:
        if so_far == 3:
            raise KeyboardInterrupt

    watching(monkeypatch, fail)
    session = session_of(logs)
    with pytest.raises(KeyboardInterrupt):
        session.read(read_to_end(session.source))
    assert children() == before


@pytest.mark.usefixtures("always")
def test_where_there_can_be_none(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError("resource temporarily unavailable")

    fed = watching(monkeypatch)
    monkeypatch.setattr(os, "fork", refused)
    session = session_of(logs)
    session.read(read_to_end(session.source))
    assert not fed
    assert found_in(session) == expected(logs)


# ------------------------------------------------------------------------------------------------------- followed


async def followed(session: Session, told: Callable[[], None] = lambda: None) -> None:
    """Until all that was there is read, as the dashboard does it: keys come between two slices."""

    async def give_way(is_read: bool) -> None:
        if is_read:
            raise asyncio.CancelledError
        await asyncio.sleep(0)

    session.gathers = True
    with pytest.raises(asyncio.CancelledError):
        await session.follow(told, give_way)
    session.source.close()


def ready_at_once(patch: pytest.MonkeyPatch) -> None:
    """Short logs would be at their end before it is."""
    begin = Spawned.__init__

    def and_wait(self: Spawned, ahead: Ahead) -> None:
        begin(self, ahead)
        while not self.is_ready:
            time.sleep(0.001)

    patch.setattr(Spawned, "__init__", and_wait)


@pytest.mark.usefixtures("always")
async def test_logs_that_are_followed_come_to_the_same(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ready_at_once(monkeypatch)
    fed, before, heard = watching(monkeypatch), children(), list[int]()
    session = session_of(logs)
    await followed(session, lambda: heard.append(session.source.progress.bytes_read))
    assert sum(fed) > 10
    assert children() == before
    assert found_in(session) == expected(logs)
    assert heard == sorted(heard), "how far it is, is told as it goes on"
    assert len(set(heard)) > 10


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("block", [0, 1, 7])
async def test_where_it_is_killed_while_logs_are_followed_nothing_is_lost(
    logs: list[Path], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(process: SecondProcess, so_far: int) -> None:
        if so_far == block:
            os.kill(process.pid, signal.SIGKILL)

    ready_at_once(monkeypatch)
    fed = watching(monkeypatch, kill)
    session = session_of(logs)
    await followed(session)
    assert len(fed) > block
    assert found_in(session) == expected(logs)


@pytest.mark.usefixtures("always")
async def test_one_that_is_never_ready_is_ended_with_its_log(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next log has its own; when all is read none is left, though reading goes on."""
    before, made, left = children(), list[str](), list[list[str]]()
    begin = Spawned.__init__

    def noted(self: Spawned, ahead: Ahead) -> None:
        begin(self, ahead)
        made.append(ahead.segment.path)
        assert len(children()) == len(before) + 1

    async def give_way(is_read: bool) -> None:
        if is_read:
            left.append(children())
            raise asyncio.CancelledError
        await asyncio.sleep(0)

    monkeypatch.setattr(Spawned, "__init__", noted)
    monkeypatch.setattr(Spawned, "is_ready", False)
    session = session_of(logs)
    session.gathers = True
    with pytest.raises(asyncio.CancelledError):
        await session.follow(lambda: None, give_way)
    assert sorted(made) == sorted(map(str, logs))
    assert left == [before]
    assert found_in(session) == expected(logs)


@pytest.mark.usefixtures("always")
async def test_one_that_cannot_begin_is_not_tried_again(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    real = second_process._python

    def broken(*passed: int) -> subprocess.Popen[bytes]:
        tried.append(1)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "path", [])
            return real(*passed)

    ready_at_once(monkeypatch)
    monkeypatch.setattr(second_process, "_python", broken)
    before, session = children(), session_of(logs[:1])
    await followed(session)
    assert len(tried) == 1
    assert children() == before
    assert found_in(session) == expected(logs[:1])


@pytest.mark.usefixtures("always")
async def test_where_there_is_no_room_for_it(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise BlockingIOError("resource temporarily unavailable")

    fed, before = watching(monkeypatch), os.listdir("/proc/self/fd")
    monkeypatch.setattr(subprocess, "Popen", refused)
    session = session_of(logs)
    await followed(session)
    assert len(os.listdir("/proc/self/fd")) == len(before)
    assert not fed
    assert found_in(session) == expected(logs)


@pytest.mark.usefixtures("always")
async def test_it_is_ended_with_who_reads(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a log, and where it is not ready yet."""
    before, session = children(), session_of(logs)

    async def give_way(_: bool) -> None:
        if len(children()) > len(before):
            raise asyncio.CancelledError
        await asyncio.sleep(0)

    session.gathers = True
    with pytest.raises(asyncio.CancelledError):
        await session.follow(lambda: None, give_way)
    assert children() == before
    ready_at_once(monkeypatch)
    session = session_of(logs)
    watching(monkeypatch, lambda process, so_far: give_up() if so_far == 3 else None)

    def give_up() -> None:
        raise KeyboardInterrupt

    session.gathers = True
    with pytest.raises(KeyboardInterrupt):
        await session.follow()
    assert children() == before


def test_a_single_processor_keeps_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    assert is_possible()
    monkeypatch.setattr(sys, "executable", "")
    assert not is_possible(), "nobody knows where python is"
    monkeypatch.undo()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert not is_possible()
