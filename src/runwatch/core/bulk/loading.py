"""A long log by numpy: its lines wait, and are taken into the runs many at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from runwatch.core.bulk.batch import Taken, take_in
from runwatch.core.bulk.bloom import NamesSeen
from runwatch.core.bulk.decoder import Decoded, decoded
from runwatch.core.bulk.heads import Heads
from runwatch.core.bulk.waiting import Waiting
from runwatch.core.gathering import Decode
from runwatch.core.names import LARGE
from runwatch.core.places import Segment
from runwatch.core.runs import Runs

GATHERED = 500_000
"""Lines that wait to be taken in, at most: steps that take all of them at once last some 30 ms;"""
OF_A_RUN = 20_000
"""and so many of a run, on average: of few runs no more than that is gained by waiting."""
PART, A_RUN = 10_000, 100
"""Lines taken in between two pauses, some 5 ms; each run among them costs as much as so many lines more."""


class Bulk:
    """Lines of one log; they are in the runs after `settling`."""

    def __init__(self, segment: Segment, runs: Runs, decode: Decode, *, is_alone: bool = False) -> None:
        """`is_alone`: no keys wait meanwhile."""
        self._runs, self._decode, self._heads = runs, decode, Heads()
        self._waiting, self._seen = Waiting(segment, runs), NamesSeen()
        self._most_names = sys.maxsize if is_alone else LARGE
        """Whoever waits for keys needs the table of a long run whole when the next line comes."""
        self._batch: Iterator[int] | None = None
        """What is being taken in: whoever abandons that goes on later."""

    @property
    def count(self) -> int:
        """Lines that wait; 1 at least while some are being taken in."""
        return self._waiting.count or int(self._batch is not None)

    @property
    def is_full(self) -> bool:
        """It is time for `settling`."""
        return self._waiting.count > min(GATHERED, OF_A_RUN * len(self._waiting.run_ids))

    @property
    def has_room(self) -> bool:
        """More may be fed although some are being taken in."""
        return self._batch is not None and not self.is_full

    def feed(self, blocks: Sequence[bytes], line: int, offset: int) -> int | None:
        """Let whole lines wait, the first of which has this number; how many of them were as most are.

        None, and nothing has happened, where those were too few: all are to be taken in by another way.
        """
        return self.wait(decoded(blocks, self._heads), line, offset)

    def wait(self, block: Decoded, line: int, offset: int) -> int | None:
        """The same, of lines that somebody else has read, and mostly decoded."""
        if block.columns is None:
            block = decoded([block.data[block.begin : block.end]], self._heads)
        return self._waiting.feed(block, line, offset, self._decode)

    def look_again(self) -> None:
        """Other lines were taken in by another way."""
        self._waiting.look_again()

    def settling(self, arrived: int | None, *, is_all: bool) -> Iterator[None]:
        """As `Gathering.settling`."""
        yield from self._take(arrived)
        if self._waiting.count:
            taken = Taken(self._waiting, self._runs, self._seen, is_all, self._most_names)
            self._batch = take_in(taken, arrived)
            yield from self._take(arrived)

    def _take(self, arrived: int | None) -> Iterator[None]:
        """What is left of the batch."""
        taken = 0
        for lines in self._batch or ():
            taken += lines + A_RUN
            if taken >= PART:
                self._runs.revision += 1
                taken = 0
                yield
        if self._batch is not None:
            self._batch = None
            for number, entry in self._waiting.held_up():
                self._runs.feed(entry, self._waiting.segment, number, -1, arrived)
            self._waiting.is_taken()
        self._runs.revision += 1
