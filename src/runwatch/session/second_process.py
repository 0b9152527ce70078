"""Another process, which decodes blocks while this one takes in those before them.

The two have some memory in common: there the one puts the bytes of a block, and
the other the columns that `core/bulk/decode.py` makes of them. What is sent is
only where. Should the other one die, the blocks that it had are taken in line by
line, and so is nothing lost.
"""

from __future__ import annotations

import contextlib
import mmap
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection

import numpy as np

from runwatch.core.bulk.block import PAD, Column
from runwatch.core.bulk.decode import Columns, decode_bulk
from runwatch.core.bulk.decoder import Decoded
from runwatch.core.bulk.heads import Heads

BLOCKS = 3
"""For so many there is room: one is filled, one decoded, one taken in."""
LARGEST = 2 << 20
"""Bytes of a block; a larger one has a line as large as that."""
SHORTEST = 100
"""Bytes of a line on average at least: where they are shorter, too few are as most are."""
_NARROW = [np.dtype(form) for form in ("u1", "i4", "i8", "u4", "u4", "u4", "u8", "i4", "i4")]
"""Of `Columns`."""
_WIDE = [np.dtype(form) for form in ("u1", "i4", "i8", "u4", "u4", "i8", "u8", "i4", "i4")]
_LINES = LARGEST // SHORTEST
_DATA = LARGEST + mmap.PAGESIZE
_ROOM = _DATA + _LINES * sum(form.itemsize for form in _WIDE) + mmap.PAGESIZE

Answer = tuple[int | None, bool, list[tuple[str, str]]]
"""How many lines, None where they are too many; whether a size needs eight bytes; heads that are new."""


def is_possible() -> bool:
    """There is a second processor, and nothing that a fork would tear apart."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


class SecondProcess:
    """A `Decoder`; it is to be ended."""

    most = BLOCKS

    def __init__(self) -> None:
        """Raises `OSError` where there can be none."""
        self.heads: list[tuple[str, str]] = []
        self._memory = mmap.mmap(-1, BLOCKS * _ROOM)
        fork = multiprocessing.get_context("fork")
        self._pipe, other = fork.Pipe()
        self._process = fork.Process(target=_serve, args=(other, self._pipe, self._memory), daemon=True)
        self._process.start()
        other.close()
        self._count = 0
        """Blocks so far."""
        self._coming: deque[tuple[int, int]] = deque()
        """Where those begin and end that are being decoded."""

    def begin(self, heads: Heads) -> None:
        """What comes is of a log of which so much is known."""
        self.heads = [*heads.names]
        self._send(heads)

    def put(self, blocks: Sequence[bytes]) -> bool:
        if sum(map(len, blocks)) >= LARGEST:
            return False
        begin = end = self._count % BLOCKS * _ROOM
        self._count += 1
        for data in (*blocks, b"" if blocks[-1].endswith(b"\n") else b"\n"):
            self._memory[end : end + len(data)] = data
            end += len(data)
        self._memory[end : end + len(PAD)] = PAD
        self._coming.append((begin, end))
        self._send((begin, end + len(PAD)))
        return True

    @property
    def is_done(self) -> bool:
        return self._pipe.poll()

    def get(self) -> Decoded:
        begin, end = self._coming.popleft()
        try:
            answer: Answer = self._pipe.recv()
        except (EOFError, OSError):  # it has died
            answer = None, False, []
        count, is_wide, heads = answer
        self.heads += heads
        if count is None:
            return Decoded(self._memory, begin, end, None)
        return Decoded(self._memory, begin, end, Columns._make(_columns(self._memory, begin, count, is_wide)))

    def _send(self, what: Heads | tuple[int, int]) -> None:
        with contextlib.suppress(OSError):  # it has died: `get` will say so
            self._pipe.send(what)

    def end(self) -> None:
        """Its time is that of this process from then on."""
        self._pipe.close()
        self._process.join()


def _columns(memory: mmap.mmap, begin: int, count: int, is_wide: bool) -> Iterator[Column]:
    at = begin + _DATA
    for form in _WIDE if is_wide else _NARROW:
        yield np.frombuffer(memory, form, count, at)
        at += -(-form.itemsize * count // 8) * 8


def _serve(pipe: Connection, other: Connection, memory: mmap.mmap) -> None:
    """The other process, until this one closes the pipe, or has died."""
    other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the other one to answer
    heads = Heads()
    with contextlib.suppress(EOFError, OSError):
        while True:
            asked = pipe.recv()
            if isinstance(asked, Heads):
                heads = asked
            else:
                pipe.send(_decoded(memory, asked, heads))


def _decoded(memory: mmap.mmap, where: tuple[int, int], heads: Heads) -> Answer:
    (begin, end), known = where, len(heads.names)
    columns = decode_bulk(memory[begin:end], heads)
    count = len(columns.kind)
    if count > _LINES:
        return None, False, heads.names[known:]
    is_wide = int(columns.size.max(initial=0)) >= 2**32
    for there, column in zip(_columns(memory, begin, count, is_wide), columns, strict=True):
        there[:] = column
    return count, is_wide, heads.names[known:]
