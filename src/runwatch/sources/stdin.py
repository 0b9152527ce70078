"""Lines from a pipe: stdin, or a named one.

A pipe can be read once and only by waiting, so a thread reads it, as far ahead
as a small queue allows, and all it brings goes to a spool: then a line can be
shown again as if it stood in a file.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import select
import threading
from collections.abc import Iterator
from queue import Empty, Full, Queue

from runwatch.core.places import Place, Segment
from runwatch.sources.again import Entries, Stretches
from runwatch.sources.base import Block, Fault, Item, Progress
from runwatch.sources.cache import cache_directory
from runwatch.sources.lines import Lines, LineSplitter, Piece
from runwatch.sources.news import News
from runwatch.sources.spool import Spool

_READ = 64 << 10
_AHEAD = 64  # reads, 4 MiB
_PERIOD = 1.5


class StreamSource:
    """Lines from a descriptor, until it is closed at the other end."""

    def __init__(self, descriptor: int, path: str, label: str, *, cache: str = "", number: int = 0) -> None:
        """`descriptor` is ours from now on. `cache`: where the spool goes, else the user's cache directory."""
        self.label = label
        self.progress = Progress(files=1, bytes_total=None)
        identity = os.path.basename(path) if path != "-" else "stdin"
        self._segment = Segment(number, path, path, identity, is_plain=True, stamps=True)
        self._spool = Spool(cache or cache_directory())
        self._lines = LineSplitter()
        self._entries = Entries()
        self._stretches = Stretches()
        self._queue: Queue[bytes] = Queue(_AHEAD)
        self._ready: list[Item] = []
        self._reader = _Reader(descriptor, self._queue)
        self._notify()

    def poll(self) -> Iterator[Item]:
        self._reader.start()
        yield from self._give()
        for _ in range(self._queue.qsize()):
            self._take()
            yield from self._give()
        if self._queue.empty() and not self.progress.ended:
            self._keep(self._lines.flush())
            yield from self._give()

    async def changed(self) -> None:
        self._reader.start()
        if self.progress.ended:
            await asyncio.sleep(_PERIOD)
        elif self._queue.empty() and not self._ready:
            await self._reader.news(_PERIOD)

    def rescan(self) -> None:
        """A pipe cannot be looked at twice."""

    def wait_for_more(self) -> bool:
        """Block until more has come; false where nothing more can."""
        if self.progress.ended:
            return False
        self._reader.start()
        self._reader.has_news.wait()
        self._reader.has_news.clear()
        return True

    def line_at(self, place: Place) -> bytes | None:
        if place.segment is not self._segment:
            return None
        if not place.entry:
            return self._stretches.line(self._spool, place)
        return self._entries.json(place.line, place.entry, lambda: self._stretches.line(self._spool, place))

    def close(self) -> None:
        self._reader.close()
        self._spool.close()

    def _take(self) -> None:
        try:
            data = self._queue.get_nowait()
        except Empty:
            return
        if data:
            self._spool.write(data)
            self._segment.is_plain = self._spool.keeps
            self._notify()
            self.progress.bytes_read += len(data)
            self._keep(self._lines.feed(data))
        else:
            self._keep(self._lines.flush())
            self.progress.ended = True

    def _keep(self, pieces: list[Piece]) -> None:
        self._ready += [self._item(piece) for piece in pieces]

    def _give(self) -> Iterator[Item]:
        while self._ready:
            yield self._ready.pop(0)

    def _item(self, piece: Piece) -> Item:
        if isinstance(piece, Lines):
            return Block(self._segment, piece.data, piece.line, piece.offset, arrived=True)
        return Fault(self._segment, piece.line, piece.offset, piece.reason)

    def _notify(self) -> None:
        if self._spool.notice:
            self.progress.notices = (self._spool.notice,)


class _Reader:
    """The thread that waits for the pipe."""

    def __init__(self, descriptor: int, queue: Queue[bytes]) -> None:
        self.has_news = threading.Event()
        self._descriptor = descriptor
        self._queue = queue
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="runwatch-stdin", daemon=True)
        self._closed = threading.Event()
        self._news = News()

    def start(self) -> None:
        if self._thread.ident is None and not self._closed.is_set():
            self._thread.start()

    async def news(self, seconds: float) -> None:
        """Return when something has come, or the time is over."""
        await self._news.come(seconds, lambda: not self._queue.empty())

    def close(self) -> None:
        """End the thread, wherever it waits."""
        if self._closed.is_set():
            return
        self._closed.set()
        os.write(self._wake_write, b"x")
        if self._thread.ident is None:
            os.close(self._descriptor)
        else:
            self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _run(self) -> None:
        data = b"?"
        while data and not self._closed.is_set():
            data = self._read()
            while not self._closed.is_set() and not self._put(data):
                pass
        os.close(self._descriptor)

    def _read(self) -> bytes:
        """What has come; empty at the end, also where reading fails for good."""
        waiting = select.poll()
        waiting.register(self._descriptor, select.POLLIN)
        waiting.register(self._wake_read, select.POLLIN)
        waiting.poll()
        if self._closed.is_set():
            return b""
        try:
            return os.read(self._descriptor, _READ)
        except BlockingIOError:
            return self._read()
        except OSError:
            return b""

    def _put(self, data: bytes) -> bool:
        try:
            self._queue.put(data, timeout=0.2)
        except Full:
            return False
        self.has_news.set()
        self._news.tell()
        return True


def open_stdin(numbers: Iterator[int] | None = None) -> StreamSource:
    """Our own stdin, under a descriptor of its own: a user interface may put the terminal in its place."""
    try:
        descriptor = os.dup(0)
    except OSError:
        raise OSError("stdin is closed") from None
    return StreamSource(descriptor, "-", "stdin", number=next(numbers or itertools.count()))


def open_pipe(path: str, cwd: str = "", numbers: Iterator[int] | None = None) -> StreamSource:
    """A named pipe, also the shell's `<(command)`."""
    descriptor = os.open(os.path.join(cwd, path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    return StreamSource(descriptor, path, path, number=next(numbers or itertools.count()))
