"""A source, a clock and the runs, together.

A session drives its source through decoding into the runs, in slices short
enough for the keys, and answers for any moment: `moments()` is all that the
screens and the reports ever ask.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runwatch.core.loading import Loading
from runwatch.core.places import Place, Segment
from runwatch.core.runs import Runs
from runwatch.core.times import SECOND
from runwatch.session.bookmarks import Bookmarks
from runwatch.session.clock import Clock
from runwatch.session.copies import Copies
from runwatch.session.long_logs import LongLogs
from runwatch.session.moments import Moments
from runwatch.session.options import Options
from runwatch.session.playhead import Playhead
from runwatch.session.reading import take_ahead, take_all
from runwatch.sources.base import Block, Document, Fault, Foreseeing, Item, Source, Stretching
from runwatch.sources.resume import resumable_in

if TYPE_CHECKING:
    import asyncio

    from runwatch.session.store import Store


SLICE = 0.008
"""Seconds of reading and decoding between two turns of everything else."""
BRIEF = 0.002
"""The same while keys come, and where what was read is taken in each time."""
FRESH = 0.05
"""Seconds that what comes while we watch may wait until it is taken in."""

GiveWay = Callable[[bool], Awaitable[object]]
STAMPED = "stream: times are those of arrival"


class Session(Moments):
    """Reads and keeps what was read."""

    def __init__(
        self, source: Source, clock: Clock, options: Options | None = None, playhead: Playhead | None = None
    ) -> None:
        super().__init__(_runs_of(source), playhead or Playhead(clock), options or Options())
        self.source = source
        self.clock = clock
        self.read_into(self.runs)
        self.bookmarks = Bookmarks(self.runs)
        self.copies = Copies()
        self._again: asyncio.Event | None = None
        self.gathers = False
        """Nobody waits for the first picture: what is read may be taken in seldom, much at once, which costs half."""
        self.is_brief = False
        """Slices are to be short: keys are coming."""
        self._store: Store | None = None
        self._faulty: set[Segment] = set()

    def read_into(self, runs: Runs) -> None:
        """Take everything to these runs."""
        self.runs, self._loading = runs, Loading(runs)
        self._long_logs = LongLogs(self._loading)

    def keep_in(self, directory: str) -> None:
        """Bookmarks and what is copied are kept there; before it is called, nowhere."""
        self.bookmarks.keep_in(directory)
        self.copies.keep_in(directory)

    def keep_logs_in(self, store: Store) -> None:
        """What it knows of large logs need not be read; `keep_logs` tells it what was."""
        resumable = resumable_in(self.source)
        if resumable is not None:
            self._store = store
            resumable.on_first_look = self._restore

    def _restore(self) -> None:
        resumable = resumable_in(self.source)
        if self._store is not None and resumable is not None:
            self._loading.entries += self._store.restore(resumable.logs, self.runs)

    def keep_logs(self) -> None:
        """Keep what was folded of large logs, for the next who opens them."""
        resumable = resumable_in(self.source)
        if self._store is not None and resumable is not None and self.is_whole:
            self._loading.settle()
            self._store.save(resumable.logs, self.runs, self._faulty, self._loading.streams.keys())

    @property
    def label(self) -> str:
        """What is watched, or replayed, as the header calls it."""
        return f"replay {self.source.label}" if self.playhead.is_recorded else self.source.label

    @property
    def notices(self) -> tuple[str, ...]:
        """What must be said of the source, and of what it gave."""
        stamped = any(stream.is_stamped for stream in self._loading.streams.values())
        return (*((STAMPED,) if stamped else ()), *self.source.progress.notices)  # the header has room for the last

    @property
    def revision(self) -> int:
        """Moves when anything was read."""
        return self.runs.revision + self.is_whole + len(self.foreseen)

    @property
    def events_read(self) -> int:
        """Entries fed so far, repeats and unknown ones included."""
        return self._loading.entries

    def take(self, item: Item) -> None:
        """Feed one item of the source to the runs."""
        self._take(item)
        self._loading.settle()

    def _take(self, item: Item) -> None:
        arrived = self.clock.now() if getattr(item, "arrived", False) else None
        segment = item.segment
        match item:
            case Block():
                if item.instead_of is not None:
                    self._loading.settle()
                    self.runs.take_out(item.instead_of)
                segment.note_start(item.line, item.offset)
                self._long_logs.note(len(item.data), self.source)
                self._loading.feed(item.data, segment, item.line, item.offset, arrived)
            case Document():
                self.runs.take_out(segment)  # what an earlier reading of it said, if there was one
                self._loading.feed_document(item.data, segment, arrived)
            case Fault():
                self._loading.decode()
                self._faulty.add(segment)
                where = segment.path if item.line is None else Place(segment, item.line, 0, item.offset)
                self.runs.report(where, item.reason)

    def read(self, items: Iterable[Item]) -> None:
        """Take everything `items` has, at once."""
        self._long_logs.may_wait = True
        take_all(items, self._take, self._loading, partial(self._long_logs.second, self.source))
        self._is_read()

    async def follow(self, told: Callable[[], None] = lambda: None, give_way: GiveWay | None = None) -> None:
        """Read for ever: whatever is new, then wait until something changed. Ends when the source has ended.

        `told` is called whenever something new was taken in. `give_way` is awaited after each slice, and, with True,
        before it waits for something new: whoever draws says when to go on.
        """
        import asyncio  # only whoever follows pays for it: it costs a plain summary 40 ms

        give_way = give_way or (lambda _: asyncio.sleep(0))
        self._again = asyncio.Event()
        await self._foresee(told, give_way)
        with closing(self._long_logs):
            while True:
                await self._read_on(told, give_way)
                self._is_read()
                told()
                if self.source.progress.ended:
                    return
                await give_way(True)
                await self._something_new(self._again)

    async def _read_on(self, told: Callable[[], None], give_way: GiveWay) -> None:
        """All that is new, a slice at a time: keys and drawing come first."""
        begun = settled = time.monotonic()
        for item in self.source.poll():
            self._take(item)
            if second := self._long_logs.second(self.source, item.segment):
                await take_ahead(second, self._loading, told, give_way)
            now = time.monotonic()
            if self._loading.is_full or (self.is_whole and now - settled >= FRESH):
                await self._settle(give_way, is_all=False)
                settled = now
            if now - begun >= (SLICE if self.gathers and not self.is_brief else BRIEF):
                if not self.gathers:
                    await self._settle(give_way, is_all=True)
                told()
                await give_way(False)
                begun = time.monotonic()
        await self._settle(give_way, is_all=True)

    async def _settle(self, give_way: GiveWay, *, is_all: bool) -> None:
        """Take in what was gathered: of a long log too much for one slice."""
        for _ in self._loading.settling(is_all=is_all):
            await give_way(False)

    async def _foresee(self, told: Callable[[], None], give_way: GiveWay) -> None:
        """What the ends of long logs say, before they are read."""
        if self.playhead.is_recorded or not isinstance(self.source, Foreseeing):
            return
        for ending in self.source.endings():
            self.foresee(ending.data, ending.segment.identity)
            told()
            await give_way(False)

    def look_again(self) -> None:
        """Read now, whatever the notifications say."""
        self.source.rescan()
        if self._again is not None:
            self._again.set()

    async def _something_new(self, again: asyncio.Event) -> None:
        """Until the source has a hint, or the user asks."""
        import asyncio

        waits = [asyncio.ensure_future(self.source.changed()), asyncio.ensure_future(again.wait())]
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for finished in done:
                finished.result()
        finally:
            for wait in waits:
                wait.cancel()
            again.clear()

    @property
    def shown(self) -> tuple[Any, ...]:
        """Another one whenever something else is to be shown: what was read, the moment, the second."""
        now = self.now() if self.playhead.is_playing else self.now() // SECOND
        return (self.revision, self.when, self.is_live, now, self.playhead.anchor)

    def choose(self, run_id: str | None) -> None:
        """This run alone, None for all of them; recorded time begins and ends with it."""
        self.options = replace(self.options, run_id=run_id)
        if self.playhead.is_recorded:
            self._note_span()
            self.playhead.seek(self.playhead.span[0] if self.playhead.span else self.now())

    def _is_read(self) -> None:
        """Nothing is left to read for now."""
        self._loading.settle()
        self._long_logs.close()
        self.is_whole = self.is_whole or not self.source.progress.is_partial
        if self.is_whole and self.playhead.is_recorded:
            self._note_span()

    def _note_span(self) -> None:
        span = self.span()
        if span is not None:
            self.playhead.set_span(*span)


def _runs_of(source: Source) -> Runs:
    """Runs whose events can be read again there."""
    return Runs(source.line_at, source.stretch_at if isinstance(source, Stretching) else None)
