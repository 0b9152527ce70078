"""Pipes: read ahead by a thread, kept in a spool."""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sources.seen import Seen

from runwatch.core.events import ChunkStarted
from runwatch.core.places import Place
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.spool import Spool
from runwatch.sources.stdin import StreamSource
from runwatch.sources.table import open_source, read_to_end


class Pipe:
    """Stdin, and the other end of it."""

    def __init__(self, cache: Path) -> None:
        read, self.write_end = os.pipe()
        self.source = StreamSource(read, "-", "stdin", cache=str(cache))
        self.seen = Seen(self.source)

    def write(self, data: bytes) -> None:
        os.write(self.write_end, data)

    def end(self) -> None:
        os.close(self.write_end)
        self.write_end = -1

    def close(self) -> None:
        self.source.close()
        if self.write_end >= 0:
            self.end()


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    pipe = Pipe(tmp_path / "cache")
    yield pipe
    pipe.close()


async def test_lines_come_as_they_are_written(pipe: Pipe) -> None:
    pipe.write(b'{"n":1}\n{"n"')
    await asyncio.wait_for(pipe.source.changed(), 5)
    assert pipe.seen.poll() == [b'{"n":1}']
    pipe.write(b":2}\n")
    await asyncio.wait_for(pipe.source.changed(), 5)
    assert pipe.seen.poll() == [b'{"n":2}']
    assert [str(line.place) for line in pipe.seen.lines] == ["-:1", "-:2"]
    assert all(line.arrived for line in pipe.seen.lines)
    assert pipe.seen.open_again() == 2
    assert pipe.source.progress.bytes_total is None
    assert pipe.source.progress.bytes_read == 16


async def test_news_wake_the_waiting_at_once(pipe: Pipe) -> None:
    waiting = asyncio.ensure_future(pipe.source.changed())
    await asyncio.sleep(0)
    begun = time.monotonic()
    pipe.write(b"1\n")
    await waiting
    assert time.monotonic() - begun < 1
    assert pipe.seen.poll() == [b"1"]


async def test_the_end_is_said_and_the_last_line_given(pipe: Pipe) -> None:
    pipe.write(b'1\n{"n":2}')
    pipe.end()
    while not pipe.source.progress.ended:
        await pipe.source.changed()
        pipe.seen.poll()
    assert pipe.seen.texts == [b"1", b'{"n":2}']
    assert pipe.seen.poll() == []


def test_a_reader_who_reads_once_reads_to_the_end(pipe: Pipe) -> None:
    lines = [b'{"n":%d}' % n for n in range(200_000)]

    def produce() -> None:
        with os.fdopen(pipe.write_end, "wb") as end:
            pipe.write_end = -1
            end.write(b"\n".join(lines))

    producer = threading.Thread(target=produce)
    producer.start()
    pipe.seen.take(read_to_end(pipe.source))
    producer.join()
    assert pipe.seen.texts == lines
    assert pipe.source.line_at(pipe.seen.lines[123_456].place) == lines[123_456]


def test_a_slow_reader_holds_the_producer_back(pipe: Pipe) -> None:
    """What nobody has asked for yet stays in the pipe, not in memory."""
    os.set_blocking(pipe.write_end, False)
    list(pipe.source.poll())
    written = 0
    still = 0
    while still < 20 and written < 64 << 20:
        try:
            written += os.write(pipe.write_end, b"x" * 65536)
            still = 0
        except BlockingIOError:
            still += 1
            time.sleep(0.01)
    assert written < 8 << 20


def test_closing_ends_the_thread_though_nothing_comes(pipe: Pipe) -> None:
    list(pipe.source.poll())
    begun = time.monotonic()
    pipe.source.close()
    pipe.source.close()
    assert time.monotonic() - begun < 1
    assert "runwatch-stdin" not in [thread.name for thread in threading.enumerate()]


def test_a_named_pipe_is_a_path_too(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    source = open_source(["pipe"], cwd=str(tmp_path))
    assert isinstance(source, StreamSource)
    with (tmp_path / "pipe").open("wb") as end:
        end.write(b"1\n")
    seen = Seen(source)
    seen.take(read_to_end(source))
    assert [(line.text, str(line.place)) for line in seen.lines] == [(b"1", "pipe:1")]
    source.close()


# ------------------------------------------------------------------------------------------------------------- spool


def test_a_spool_is_for_the_user_alone_and_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "cache"))
    spool.write(b"secret")
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "cache").iterdir()) == []
    assert spool.read(2, 3) == b"cre"
    assert spool.read(6, 3) == b""
    assert spool.notice == ""
    spool.close()


def test_without_a_cache_it_stays_in_memory_then_goes_to_a_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = str(tmp_path / "file" / "cache")
    spool = Spool(cache, most_in_memory=10)
    assert spool.notice == f"{cache} cannot be written: what comes in is kept in memory"
    spool.write(b"0123456")
    spool.write(b"789abc")
    assert spool.notice == f"{cache} cannot be written: what comes in is kept in a temporary file"
    spool.write(b"def")
    assert b"".join(spool.read(n, 1) for n in range(20)) == b"0123456789abcdef"
    assert spool.read(5, 100) == b"56"
    assert spool.read(7, 100) == b"789abcdef"
    spool.close()


def test_a_temporary_file_never_stands_where_we_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own choice, where no other directory can be written, is the working directory: that of the logs."""
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "file"))
    tried: list[str] = []

    def refuse(**asked: str) -> tuple[int, str]:
        tried.append(asked["dir"])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    spool = Spool(str(tmp_path / "cache"), most_in_memory=0)
    spool.write(b"some")
    assert spool.notice == "nothing can be written: lines that come in now cannot be shown again"
    assert tried == [str(tmp_path / "cache"), str(tmp_path / "file"), "/tmp", "/var/tmp"]
    spool.close()


def test_a_full_disk_loses_no_line_only_the_second_look_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(str(tmp_path), most_in_memory=0)
    spool.write(b"before")
    kept = [spool.keeps]

    def full(descriptor: int, data: bytes, position: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    spool.write(b"lost")
    assert spool.notice == "nothing can be written: lines that come in now cannot be shown again"
    kept.append(spool.keeps)
    assert kept == [True, False]
    assert (spool.read(0, 100), spool.read(6, 100), spool.size) == (b"before", b"", 10)
    spool.close()


def test_events_whose_lines_cannot_be_kept_are_kept_themselves(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody could say what they were."""
    session = Session(pipe.source, ManualClock(0))
    said = b'{"run_id":"r","recorded_at":"2026-11-23T18:14:51.05553136%dZ","event":{"ChunkStarted":%s}}\n'
    keys = b'{"chunk_index":%d,"start_key":"1","end_key":"2"}'
    for number in range(6):
        if number == 3:
            monkeypatch.setattr(Spool, "keeps", False)
        pipe.write(said % (number, keys % number))
        asyncio.run(asyncio.wait_for(pipe.source.changed(), 5))
        session.read(pipe.source.poll())
    log = session.runs.by_id["r"].log
    assert sorted(log.kept) == [3, 4, 5]
    assert [log.event(position) for position in range(6)] == [
        ChunkStarted(chunk_index=number, start_key="1", end_key="2") for number in range(6)
    ]


def test_a_place_of_another_source_opens_to_nothing(pipe: Pipe, tmp_path: Path) -> None:
    other = StreamSource(os.open(os.devnull, os.O_RDONLY), "-", "stdin", cache=str(tmp_path))
    assert pipe.source.line_at(Place(other._segment, 1)) is None
    other.close()
