"""A source, a clock and the runs, together.

A session drives its source through decoding into the runs, in slices short
enough for the keys, and answers for any moment: `moments()` is all that the
screens and the reports ever ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from runwatch.core.decode import decode_block, decode_line
from runwatch.core.places import Place
from runwatch.core.runs import Moment, Run, Runs
from runwatch.core.times import SECOND
from runwatch.core.when import When, ends
from runwatch.session.clock import Clock
from runwatch.sources.base import Block, Document, Fault, Item, Source

if TYPE_CHECKING:
    import asyncio

STALE_AFTER = 30 * 60 * SECOND


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for, beyond the paths."""

    stale_after: int = STALE_AFTER
    """ns of silence from which a run without an outcome can be lost."""
    zone: tzinfo = field(default=UTC)
    run_id: str | None = None
    export: str | None = None
    last: int | None = None
    """Only the newest so many runs of each export."""


class Session:
    """Reads, keeps what was read, and answers for a moment."""

    def __init__(self, source: Source, clock: Clock, options: Options | None = None) -> None:
        self.source = source
        self.clock = clock
        self.options = options or Options()
        self.runs = Runs()
        self.is_whole = False
        """The first look is done: what was there at the start has been read."""
        self.when: When | None = None
        """The moment shown; None is now."""
        self.events_read = 0
        """Entries fed so far, repeats and unknown ones included."""
        self._moments: dict[str, tuple[Any, Moment | None]] = {}
        self._listed: tuple[Any, list[Moment]] = (None, [])
        self._rate = _Rate()
        self._again: asyncio.Event | None = None

    @property
    def revision(self) -> int:
        """Moves when anything was read."""
        return self.runs.revision + self.is_whole

    def take(self, item: Item) -> None:
        """Feed one item of the source to the runs."""
        arrived = self.clock.now() if getattr(item, "arrived", False) else None
        segment = item.segment
        match item:
            case Block():
                for line, offset, decoded in decode_block(item.data, segment.identity):
                    self.events_read += 1
                    self.runs.feed(decoded, segment, item.line + line, item.offset + offset, arrived)
            case Document():
                self.runs.take_out(segment)  # what an earlier reading of it said, if there was one
                for decoded in decode_line(item.data, segment.identity):
                    self.events_read += 1
                    self.runs.feed(decoded, segment, 1, 0, arrived)
            case Fault():
                where = segment.path if item.line is None else Place(segment, item.line, 0, item.offset)
                self.runs.report(where, item.reason)

    def read(self, items: Iterable[Item]) -> None:
        """Take everything `items` has, at once."""
        for item in items:
            self.take(item)
        self.is_whole = True

    async def follow(self) -> None:
        """Read for ever: whatever is new, then wait until something changed. Ends when the source has ended."""
        import asyncio  # only whoever follows pays for it: it costs a plain summary 40 ms

        self._again = asyncio.Event()
        while True:
            for item in self.source.poll():
                self.take(item)
                await asyncio.sleep(0)  # keys and drawing come first
            self.is_whole = True
            if self.source.progress.ended:
                return
            await self._something_new(self._again)

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

    def rate(self) -> float:
        """Entries a second over the last few seconds of watching."""
        return self._rate.over(self.clock.now(), self.events_read)

    def now(self) -> int:
        """The clock's present moment, ns."""
        return self.clock.now()

    def moment(self, run_id: str) -> Moment | None:
        """One run at the moment shown; None if it is unknown or had not begun."""
        run = self.runs.by_id.get(run_id)
        return None if run is None else self._moment(run)

    def moments(self) -> list[Moment]:
        """All runs at the moment shown, newest start first, then by run_id. One not begun by then is left out.

        The same list as long as no run in it is another: whoever made something of it can keep that.
        """
        key = (self.runs.revision, self.when, self.is_whole)
        if key != self._listed[0]:
            found = [moment for run in self.runs.all() if (moment := self._moment(run)) is not None]
            self._listed = (key, sorted(found, key=_newest_first))
        elif any(self.moment(moment.run_id) is not moment for moment in self._listed[1] if _is_silent(moment)):
            found = [self.moment(kept.run_id) or kept if _is_silent(kept) else kept for kept in self._listed[1]]
            self._listed = (key, found)  # time alone changes no order
        return self._listed[1]

    def selected(self) -> list[Moment]:
        """Those of `moments()` that the options ask for."""
        options, moments = self.options, self.moments()
        if (options.run_id, options.export, options.last) == (None, None, None):
            return moments
        return list(self._select(moments))

    def _select(self, moments: list[Moment]) -> Iterable[Moment]:
        options = self.options
        seen: dict[str, int] = {}
        for moment in moments:
            seen[moment.export] = seen.get(moment.export, 0) + 1
            if (
                options.run_id in (None, moment.run_id)
                and options.export in (None, moment.export)
                and (options.last is None or seen[moment.export] <= options.last)
            ):
                yield moment

    def _moment(self, run: Run) -> Moment | None:
        """Kept until the run moves; while it has not ended, also until the second does."""
        now = self.now()
        key: tuple[Any, ...] = (run.revision, self.when, self.is_whole)
        kept = self._moments.get(run.run_id)
        if kept is not None and kept[0] in (key, (*key, now // SECOND)):
            return kept[1]
        moment = run.at(self.when, now, self.options.stale_after, is_reading=not self.is_whole)
        if moment is not None and _is_silent(moment) and self.when is None:
            key = (*key, now // SECOND)
        self._moments[run.run_id] = (key, moment)
        return moment


def _is_silent(moment: Moment) -> bool:
    """It has not ended, so time alone can change its verdict."""
    return moment.judgement.silence is not None


def _newest_first(moment: Moment) -> tuple[int, str]:
    state, log = moment.state, moment.log
    started = log.moments[ends(state)[0]]
    return -started, moment.run_id


class _Rate:
    """How fast a number grows, from samples a second apart; the last five count."""

    def __init__(self) -> None:
        self._samples: list[tuple[int, int]] = []

    def over(self, now: int, number: int) -> float:
        """Growth a second."""
        if not self._samples or now - self._samples[-1][0] >= SECOND:
            self._samples = [*self._samples[-5:], (now, number)]
        since, before = self._samples[0]
        return (number - before) / ((now - since) / SECOND) if now > since else 0.0
