"""Another process, which reads a log on and decodes it while this one takes in what came before.

The two have some memory in common: there the other one puts the bytes of a block,
and the columns that `core/bulk/decode.py` makes of them. What is sent is only
where, and how far reading is then. So where the other one ends, at the end of the
file or because it was killed, this one goes on from there, and nothing is lost.

Where this one has nothing left to do, it is sent the next block as it was read: to
decode it is what it can do while the other one decodes the one behind it.

It is a fork, which is there at once; but where there are threads a fork would have
only one of them and the locks of all, so there it is a program of its own.
"""

from __future__ import annotations

import contextlib
import gc
import mmap
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np

from runwatch.core import names
from runwatch.core.bulk.block import Column
from runwatch.core.bulk.decode import Columns
from runwatch.core.bulk.decoder import Decoded, decoded_in
from runwatch.core.bulk.heads import Heads
from runwatch.core.loading import LARGE, Loading
from runwatch.session.heap import keep_memory
from runwatch.sources.ahead import Ahead, Reached
from runwatch.sources.base import Block
from runwatch.sources.reader import Plain

BLOCKS = 3
"""For so many there is room."""
LARGEST = 2 << 20
"""Bytes of a block; one with a line as large as that is left to the first process."""
SHORTEST = 100
"""Bytes of a line on average at least: where they are shorter, too few are as most are."""
_NARROW = [np.dtype(form) for form in ("u1", "i4", "i8", "u4", "u4", "u4", "u8", "i4", "i4")]
"""Of `Columns`."""
_WIDE = [np.dtype(form) for form in ("u1", "i4", "i8", "u4", "u4", "i8", "u8", "i4", "i4")]
_LINES = LARGEST // SHORTEST
_DATA = LARGEST + mmap.PAGESIZE
_ROOM = _DATA + _LINES * sum(form.itemsize for form in _WIDE) + mmap.PAGESIZE

_FREE, _WANTED, _READY = b"free", b"wanted", b"ready"
"""What the first process says: a block's memory is free again, it waits for the next one. What a spawned one says."""
_SEED = "RUNWATCH_SEED"
NICE = 5
"""Whoever shows what was read, and reads keys, comes first."""


class Told(NamedTuple):
    """What the other process says of a block; the rest stands in the memory."""

    size: int
    """Its bytes."""
    lines: int | None
    """None where it is not decoded: those are too many, or the first process has nothing else to do."""
    is_wide: bool
    """A size needs eight bytes."""
    heads: list[tuple[str, str]]
    """Those that are new."""
    starts: list[tuple[int, int]]
    """Where what was read at once begins: the number of its first line, and the bytes in front."""
    reached: Reached


def is_possible() -> bool:
    """There is a second processor, and what this needs of the system."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and bool(sys.executable)


class Other(NamedTuple):
    """The other process, and what the two have in common."""

    pid: int
    pipe: Connection
    memory: mmap.mmap
    end: Callable[[], object]
    """Returns once it is gone; the pipe is closed by then."""


def forked(ahead: Ahead) -> SecondProcess:
    """One that reads at once. Raises `OSError` where there can be none."""
    fork = multiprocessing.get_context("fork")
    memory, (pipe, other) = mmap.mmap(-1, BLOCKS * _ROOM), fork.Pipe()
    process = fork.Process(target=_forked, args=(other, pipe, memory, ahead), daemon=True)
    try:
        process.start()
    except OSError:
        pipe.close()
        raise
    finally:
        other.close()
    assert process.pid is not None
    return SecondProcess(ahead, Other(process.pid, pipe, memory, process.join))


class Spawned:
    """One that gets ready while this process reads on: it has its own python to begin, and imports to do."""

    def __init__(self, ahead: Ahead) -> None:
        """For this log. Raises `OSError` where there can be none."""
        self.segment = ahead.segment
        held, (pipe, other) = os.memfd_create("runwatch"), multiprocessing.Pipe()
        try:
            os.ftruncate(held, BLOCKS * _ROOM)
            memory, process = mmap.mmap(held, BLOCKS * _ROOM), _python(other.fileno(), held, ahead.descriptor)
        except OSError:
            pipe.close()
            raise
        finally:
            other.close()
            os.close(held)

        def end() -> None:
            process.kill()
            process.wait()

        self._other = Other(process.pid, pipe, memory, end)

    @property
    def is_ready(self) -> bool:
        """It waits to be told from where on it is to read, or it has ended."""
        return self._other.pipe.poll()

    def begin(self, ahead: Ahead) -> SecondProcess | None:
        """It reads its log from there on; None where it has ended."""
        try:
            self._other.pipe.recv_bytes()
            self._other.pipe.send(ahead.tail)
        except (EOFError, OSError):
            self.end()
            return None
        return SecondProcess(ahead, self._other)

    def end(self) -> None:
        """It is not needed."""
        self._other.pipe.close()
        self._other.end()


def _python(*passed: int) -> subprocess.Popen[bytes]:
    """Another python that serves with these descriptors; what it hashes, and how much at once, is as it is here."""
    code = (
        f"import os, sys; sys.path[:] = {sys.path!r}; from runwatch.core import names; "
        f"names.SEED = int(os.environ[{_SEED!r}]); from {__name__} import serve; serve({LARGE}, *{passed!r})"
    )
    return subprocess.Popen(  # noqa: S603 - python, and our own words
        [sys.executable, "-c", code],
        pass_fds=passed,
        env={"OPENBLAS_NUM_THREADS": "1", **os.environ, _SEED: str(names.SEED)},  # not for all to see among arguments
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class SecondProcess:
    """Reads on in one log; it is to be ended."""

    def __init__(self, ahead: Ahead, other: Other) -> None:
        self._ahead = ahead
        self._heads: list[tuple[str, str]] = []
        self.pid, self._pipe, self._memory, self._end = other
        self._count = 0
        """Blocks so far."""

    @property
    def held(self) -> int:
        """The descriptor on which blocks come."""
        return self._pipe.fileno()

    @property
    def is_waiting(self) -> bool:
        """There is a block to be fed, or no more will come."""
        return self._pipe.poll()

    def ask(self) -> None:
        """Have the next block sent as it was read, if it is not there yet."""
        if not self._pipe.poll():
            with contextlib.suppress(OSError):  # it has ended
                self._pipe.send_bytes(_WANTED)

    def feed_next(self, loading: Loading) -> bool:
        """Feed the next block, waited for; false where there is none."""
        try:
            told: Told = self._pipe.recv()
        except (EOFError, OSError):  # it has ended, or died
            return False
        begin = self._count % BLOCKS * _ROOM
        self._count += 1
        self._heads += told.heads
        for line, offset in told.starts:
            self._ahead.segment.note_start(line, offset)
        end, columns = begin + told.size, None
        if told.lines is not None:
            columns = Columns._make(_columns(self._memory, begin, told.lines, told.is_wide))
        loading.feed_decoded(Decoded(self._memory, begin, end, columns, self._heads), *told.starts[0])
        self._ahead.go_on(told.reached)
        with contextlib.suppress(OSError):  # it has ended
            self._pipe.send_bytes(_FREE)
        return True

    def end(self) -> None:
        """Its time is that of this process from then on."""
        self._pipe.close()
        self._end()


def _columns(memory: mmap.mmap, begin: int, count: int, is_wide: bool) -> Iterator[Column]:
    at = begin + _DATA
    for form in _WIDE if is_wide else _NARROW:
        yield np.frombuffer(memory, form, count, at)
        at += -(-form.itemsize * count // 8) * 8


def _forked(pipe: Connection, other: Connection, memory: mmap.mmap, ahead: Ahead) -> None:
    other.close()
    _serve(LARGE, pipe, memory, ahead)


def serve(enough: int, pipe_held: int, memory_held: int, log_held: int) -> None:
    """The whole of a spawned process: so many bytes are decoded at once, the others are descriptors."""
    os.nice(NICE)
    keep_memory()
    with contextlib.suppress(EOFError, OSError), Connection(pipe_held) as pipe:
        pipe.send_bytes(_READY)
        _serve(enough, pipe, mmap.mmap(memory_held, BLOCKS * _ROOM), Ahead(pipe.recv(), Plain(log_held)))


def _serve(enough: int, pipe: Connection, memory: mmap.mmap, ahead: Ahead) -> None:
    """The other process, to the end of what can be read, or until this one closes the pipe, or has died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the other one to answer
    gc.disable()  # it would look through all that this one has, and have pages of its own then
    heads, free, is_wanted = Heads(), 0, True
    with contextlib.suppress(EOFError, OSError):
        for number, blocks in enumerate(_together(ahead, enough)):
            while number - free >= BLOCKS:
                free += pipe.recv_bytes() == _FREE
            begin, reached = number % BLOCKS * _ROOM, ahead.reached
            if is_wanted:
                pipe.send(_read(memory, begin, blocks, reached))
                is_wanted = False
                continue
            told = _told(memory, begin, blocks, reached, heads)
            while pipe.poll():
                is_free = pipe.recv_bytes() == _FREE
                free, is_wanted = free + is_free, not is_free
            pipe.send(told)


def _together(ahead: Ahead, enough: int) -> Iterator[list[Block]]:
    """As much as is decoded at once. What is less, at the end, is left to the first process."""
    blocks: list[Block] = []
    size = 0
    for more in ahead.read():
        blocks += more
        size += sum(len(block.data) for block in more)
        if size >= LARGEST:
            return
        if size >= enough:
            yield blocks
            blocks, size = [], 0


def _read(memory: mmap.mmap, begin: int, blocks: list[Block], reached: Reached) -> Told:
    end = begin
    for block in blocks:
        memory[end : end + len(block.data)] = block.data
        end += len(block.data)
    return Told(end - begin, None, False, [], _starts(blocks), reached)


def _starts(blocks: list[Block]) -> list[tuple[int, int]]:
    return [(block.line, block.offset) for block in blocks]


def _told(memory: mmap.mmap, begin: int, blocks: list[Block], reached: Reached, heads: Heads) -> Told:
    known = len(heads.names)
    with memoryview(memory) as whole, whole[begin : begin + _DATA] as room:
        end, columns = decoded_in(room, [block.data for block in blocks], heads)
    lines, is_wide = len(columns.kind), int(columns.size.max(initial=0)) >= 2**32
    has_room = lines <= _LINES
    for there, column in zip(_columns(memory, begin, lines, is_wide), columns, strict=True) if has_room else ():
        there[:] = column
    return Told(end, lines if has_room else None, is_wide, heads.names[known:], _starts(blocks), reached)
