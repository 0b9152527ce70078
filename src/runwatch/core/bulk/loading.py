"""A long log by numpy: its lines wait, and are taken into the runs many at once."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from runwatch.core.bulk.batch import Batch
from runwatch.core.bulk.bloom import NamesSeen
from runwatch.core.bulk.decoder import Decoded, Decoder, Here
from runwatch.core.bulk.heads import Heads
from runwatch.core.bulk.waiting import Waiting
from runwatch.core.events import Entry
from runwatch.core.gathering import Decode
from runwatch.core.names import LARGE
from runwatch.core.places import Segment
from runwatch.core.runs import Runs

GATHERED = 150_000
"""Lines that wait to be taken in, at most, where keys wait meanwhile: some steps take all of them at once;"""
GATHERED_ALONE = 600_000
"""the same where nothing else waits."""
OF_A_RUN = 20_000
"""So many of a run, on average: of few runs no more than that is gained by waiting."""
PART, A_RUN = 10_000, 100
"""Lines taken in between two pauses, some 5 ms; each run among them costs as much as so many lines more."""
SHARED = 1000
"""Lines of a run to be taken in at once, on average, from which on another process decodes: of fewer, to take them in
is most of the work, and what the two say to each other costs more than it gains.
"""

Elsewhere = Callable[[Heads], Decoder | None]
"""Who goes on decoding, where that is possible, knowing what lines began with so far."""
Piece = tuple[bytes, int, int]
"""Lines, the number of the first one, and where it begins."""


class Outcome(NamedTuple):
    """Of decoding blocks."""

    taken: int
    """Lines that were as most are."""
    otherwise: Sequence[Piece]
    """To be taken in by another way, after all that waits: too few of them were."""


class Bulk:
    """Lines of one log; they are in the runs after `settling`."""

    def __init__(
        self,
        segment: Segment,
        runs: Runs,
        decode: Decode,
        *,
        is_alone: bool = False,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """`is_alone`: no keys wait meanwhile. `elsewhere` is asked for who is to decode a log of few runs."""
        self._runs, self._decode, self._elsewhere = runs, decode, elsewhere
        self._decoder: Decoder = Here()
        self._most = GATHERED_ALONE if is_alone else GATHERED
        self._waiting, self._seen = Waiting(segment, runs), NamesSeen()
        self._most_names = sys.maxsize if is_alone else LARGE
        """Whoever waits for keys needs the table of a long run whole when the next line comes."""
        self._coming: deque[tuple[int, int]] = deque()
        """Blocks that are being decoded: the number of their first lines, and where these begin."""
        self._batch: Iterator[int] | None = None
        """What is being taken in: whoever abandons that goes on later."""

    @property
    def count(self) -> int:
        """Lines that wait; 1 at least while some are being taken in, or decoded."""
        return self._waiting.count or int(self._batch is not None or bool(self._coming))

    @property
    def is_full(self) -> bool:
        """It is time for `settling`."""
        return self._waiting.count > min(self._most, OF_A_RUN * len(self._waiting.run_ids))

    @property
    def has_room(self) -> bool:
        """More may be fed although a batch is being taken in, to be decoded elsewhere meanwhile."""
        is_elsewhere = not isinstance(self._decoder, Here)
        return is_elsewhere and self._batch is not None and len(self._coming) < self._decoder.most and not self.is_full

    def feed(self, blocks: Sequence[bytes], line: int, offset: int) -> Outcome:
        """Let whole lines wait, the first of which has this number: these, or such as were fed before."""
        most = self._decoder.most - 1
        taken, otherwise = self.decoded(most)
        if not otherwise and self._decoder.put(blocks):
            self._coming.append((line, offset))
            more, otherwise = self.decoded(most)
            return Outcome(taken + more, otherwise)
        more, others = self.decoded()
        return Outcome(taken + more, [*otherwise, *others, (b"".join(blocks), line, offset)])

    def decoded(self, left: int = 0) -> Outcome:
        """Let all lines wait that were fed before, but for so many blocks that are still being decoded."""
        taken = 0
        while len(self._coming) > left or (self._coming and self._decoder.is_done):
            block = self._decoder.get()
            line, offset = self._coming.popleft()
            lines = self._wait(block, line, offset)
            if lines is None:
                return Outcome(taken, [(block.data[block.begin : block.end], line, offset), *self._given_back()])
            taken += lines
        return Outcome(taken, ())

    def _wait(self, block: Decoded, line: int, offset: int) -> int | None:
        data, begin, _, columns = block

        def decode(number: int, first: int, last: int) -> Sequence[Entry]:
            return self._decode(data[begin + first : begin + last], number, offset + first)

        return None if columns is None else self._waiting.feed(columns, self._decoder.heads, line, decode)

    def _given_back(self) -> Iterator[Piece]:
        while self._coming:
            data, begin, end, _ = self._decoder.get()
            yield data[begin:end], *self._coming.popleft()

    def look_again(self) -> None:
        """Other lines were taken in by another way."""
        self._waiting.look_again()

    def settling(self, arrived: int | None, *, is_all: bool) -> Iterator[None]:
        """As `Gathering.settling`; what is still being decoded is not meant."""
        yield from self._take(arrived)
        self._share()
        if self._waiting.count:
            batch = Batch(self._waiting, self._runs, self._seen, is_all=is_all, most_names=self._most_names)
            self._batch = batch.taking(arrived)
            yield from self._take(arrived)

    def _share(self) -> None:
        """Let another process decode from now on, if that is worth it."""
        decoder = self._decoder
        if self._elsewhere and isinstance(decoder, Here) and self._waiting.count > SHARED * len(self._waiting.run_ids):
            self._decoder = self._elsewhere(decoder.known) or decoder

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
            self._waiting.is_taken()
        self._runs.revision += 1
