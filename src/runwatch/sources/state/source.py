"""A state database as a source: a thread reads it, what it tells goes to a spool, and each run is a log of its own."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections.abc import Callable, Iterator
from queue import Full, Queue

from msgspec import Struct, field

from runwatch.core.places import Place, Segment
from runwatch.sources.base import Block, Fault, Item, Progress
from runwatch.sources.cache import cache_directory
from runwatch.sources.news import News
from runwatch.sources.spool import Spool
from runwatch.sources.state.database import MISSING, Database, Disturbed, Unreadable
from runwatch.sources.state.reader import Reader
from runwatch.sources.state.story import Told

PERIOD = 1.5
"""Seconds that a database is asked whether anything stirs,"""
SOON = 0.4
"""and where something is expected though nothing does."""
LEAST = 0.2
"""Seconds between two looks: if it is being read when rivet ends, rivet cannot remove the log beside it."""
SELDOM = 8
"""Periods without anything new after which everything is looked at all the same."""
LET_GO = 1.0
"""Seconds that the thread has to end. It holds nothing that would keep the program."""
PATIENCE = 10
"""Times that a look is begun anew as somebody writes, before that is said."""
AHEAD = 16
"""Parts that are read ahead of whoever takes them."""
BLOCK = 128 << 10
"""Bytes of lines that are given at once, and one line more."""


class _Log(Struct, eq=False):
    """One run's lines in the spool."""

    segment: Segment
    starts: array[int] = field(default_factory=lambda: array("q"))
    """Where each of its lines begins in the spool, and how long it is."""
    size: int = 0
    """Bytes of all of them with their newlines."""


class StateSource:
    """What a state database tells, as it comes."""

    def __init__(
        self,
        database: Database,
        *,
        numbers: Iterator[int],
        now: Callable[[], int],
        cache: str = "",
        lives: Callable[[int], bool] | None = None,
    ) -> None:
        """`numbers` of segments; `now` in ns since 1970; `cache`: where the spool goes, else the user's cache;
        `lives` says whether a process is rivet's.
        """
        self.label = database.name
        self.progress = Progress(is_partial=True)
        self._database = database
        self._reader = Reader(database, now, lives)
        self._numbers = numbers
        self._spool = Spool(cache or cache_directory())
        self._logs: dict[str, _Log] = {}
        self._by_segment: dict[Segment, _Log] = {}
        self._queue: Queue[list[Told]] = Queue(AHEAD)
        self._news = News()
        self._has_news = threading.Event()
        self._closed = threading.Event()
        self._giving: Iterator[Item] = iter(())
        """What was taken from the queue and not given yet."""
        self._whole = Segment(next(numbers), database.name, database.name, database.name, is_stored=True)
        """What is wrong with no run of it in particular is said of this."""
        self._fault = ""
        self._disturbed = 0
        self._looks = 0
        """How often all was read; or could not be."""
        self._thread = threading.Thread(target=self._run, name="runwatch-state", daemon=True)

    def poll(self) -> Iterator[Item]:
        self._start()
        looks = self._looks
        parts = self._queue.qsize()
        while True:
            while (item := next(self._giving, None)) is not None:  # a poll that was left goes on where it was
                yield item
            if not parts or self._queue.empty():
                break
            parts -= 1
            self._giving = self._items(self._queue.get_nowait())
            self._note()
        self._note(is_partial=looks == 0)

    async def changed(self) -> None:
        self._start()
        if self._closed.is_set():
            await asyncio.sleep(PERIOD)
        await self._news.come(PERIOD, self._is_behind)

    def _is_behind(self) -> bool:
        """Something was read that was not given, be it that all was."""
        return not self._queue.empty() or (self.progress.is_partial and self._looks > 0)

    def wait_for_more(self) -> bool:
        """Block until more has come; false once all that is stored was given."""
        self._start()
        while self._queue.empty() and not (self._looks or self._closed.is_set()):
            self._has_news.wait(PERIOD)
            self._has_news.clear()
        has_more = not self._queue.empty()
        self._note(is_partial=has_more)
        return has_more

    def rescan(self) -> None:
        self._database.hurry()

    def line_at(self, place: Place) -> bytes | None:
        log = self._by_segment.get(place.segment)
        if log is None or not 0 < place.line <= len(log.starts) // 2:
            return None
        start, size = log.starts[2 * place.line - 2 : 2 * place.line]
        line = self._spool.read(start, size)
        return line if len(line) == size else None

    def close(self) -> None:
        self._closed.set()
        self._database.close()
        if self._thread.ident is not None:
            self._thread.join(LET_GO)  # it may be waiting for a server that does not answer
        self._spool.close()

    def _start(self) -> None:
        if self._thread.ident is None and not self._closed.is_set():
            self._thread.start()

    def _items(self, part: list[Told]) -> Iterator[Item]:
        for told in part:
            if told.run_id:
                yield from self._items_of(told)
            else:
                yield Fault(self._whole, None, 0, told.fault)

    def _items_of(self, told: Told) -> Iterator[Item]:
        log, old = self._logs.get(told.run_id), None
        if log is None or told.is_anew:
            if log is not None:
                old = log.segment
                old.gone = "told anew"
                del self._by_segment[old]
            log = self._logs[told.run_id] = self._log(told.run_id)
        if told.fault:
            yield Fault(log.segment, None, 0, told.fault)
        lines: list[bytes] = []
        size = 0
        for line in told.lines:
            lines.append(line)
            size += len(line) + 1
            if size >= BLOCK:
                yield self._block(log, lines, told.arrived, old)
                lines, size, old = [], 0, None
        if lines:
            yield self._block(log, lines, told.arrived, old)

    def _log(self, run_id: str) -> _Log:
        path = f"{self._database.name}#{run_id}"
        log = _Log(Segment(next(self._numbers), path, path, run_id, is_plain=self._spool.keeps, is_stored=True))
        self._by_segment[log.segment] = log
        return log

    def _block(self, log: _Log, lines: list[bytes], arrived: bool, instead_of: Segment | None) -> Block:
        data = b"\n".join(lines) + b"\n"
        at, line, offset = self._spool.size, len(log.starts) // 2 + 1, log.size
        for text in lines:
            log.starts.extend((at, len(text)))
            at += len(text) + 1
        log.size += len(data)
        self._spool.write(data)
        return Block(log.segment, data, line, offset, arrived, instead_of)

    def _note(self, *, is_partial: bool = True) -> None:
        reader, progress, fault = self._reader, self.progress, self._fault
        progress.is_partial = progress.is_partial and is_partial
        progress.files = len(self._logs)
        progress.bytes_total = self._database.size
        progress.bytes_read = round(progress.bytes_total * reader.share)
        progress.waiting = (self.label,) if fault and not self._logs and not reader.known else ()
        progress.unreadable = ((self.label, fault),) if fault else ()
        told = f"cannot read {self.label}: {fault}" if fault and fault != MISSING else ""  # it is waited for
        progress.notices = tuple(filter(None, (told, reader.word, self._spool.notice)))

    def _run(self) -> None:
        """Look, give, rest; until it is closed."""
        while not self._closed.is_set():
            fault = self._look()
            if fault is None:
                self._closed.wait(LEAST)
                continue
            self._fault = fault
            self._looks += 1
            self._tell()
            self._rest()

    def _look(self) -> str | None:
        """Give all that is new; what kept us from it, "" if nothing did, None where another look is worth it."""
        try:
            for part in self._reader.look():
                self._put(part)
                if self._closed.is_set():
                    break
        except Disturbed as disturbed:
            self._disturbed += 1
            return None if self._disturbed < PATIENCE else str(disturbed)
        except Unreadable as error:
            return str(error)
        except Exception as error:  # whoever waits for us must hear of it, whatever it is
            return f"{type(error).__name__}: {error}"
        self._disturbed = 0
        return ""

    def _rest(self) -> None:
        """Until there may be something new; at least a little while, so that nobody feels us."""
        self._closed.wait(LEAST)
        for _ in range(SELDOM):
            soon = self._reader.is_waiting or bool(self._fault)
            seconds = SOON if self._reader.is_active else PERIOD
            if self._closed.is_set() or self._database.wait(seconds) or soon:
                return

    def _put(self, part: list[Told]) -> None:
        while part and not self._closed.is_set():
            try:
                self._queue.put(part, timeout=0.2)
            except Full:
                continue
            self._tell()
            return

    def _tell(self) -> None:
        self._has_news.set()
        self._news.tell()
