"""Blocks of lines into runs, by whichever way costs least.

Of a long log many blocks at once by numpy (`core/bulk/`), if nearly all lines are
as most are; else line by line (`core/gathering.py`). Both know lines whose events
they need not make, and both come to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from runwatch.core.decode import decode_line
from runwatch.core.events import Entry, Problem
from runwatch.core.gathering import Decode, Gathering
from runwatch.core.line import decode_one
from runwatch.core.places import Segment
from runwatch.core.runs import Runs
from runwatch.core.short_logs import SHORT, TOGETHER, ShortLogs
from runwatch.core.stream import Stream

if TYPE_CHECKING:
    from runwatch.core.bulk.decoder import Decoded
    from runwatch.core.bulk.loading import Bulk

LARGE, ENOUGH = 3 << 19, 128 << 10
"""Bytes that are decoded in bulk: of more they leave the nearest cache, of fewer each step costs more than it does."""
SKIPPED, MOST_SKIPPED = 8, 1024
"""Blocks that go the other way at once after one in which too few lines were as most are: twice as many each time."""


class Loading:
    """Takes blocks; what it has gathered is in the runs after `settle`."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self.entries = 0
        """Taken so far, repeats and unknown ones included."""
        self.streams: dict[str, Stream] = {}
        """The progress streams, by log."""
        self.bulk: Callable[[Segment, Runs, Decode], Bulk] | None = None
        """What takes long logs; None while its import is not worth it."""
        self.is_regular = False
        """The last lines went in bulk: so more may be taken at once, and others may decode what follows."""
        self._stream = Stream()
        self._streaming: Segment | None = None
        """The log that it is of."""
        self._segment: Segment | None = None
        self._arrived: int | None = None
        self._gathering: Gathering | None = None
        self._bulk: Bulk | None = None
        self._is_by_line = False
        """The last lines went that way: the other has to look at their runs again."""
        self._skipped, self._patience = 0, SKIPPED
        """Blocks that go the other way at once."""
        self._blocks: list[bytes] = []
        """They stand one behind the other, and wait to be decoded at once."""
        self._size = 0
        """Their bytes."""
        self._line, self._offset = 1, 0
        """Where they begin."""
        self._short = ShortLogs()

    def feed(self, data: bytes, segment: Segment, line: int, offset: int, arrived: int | None) -> None:
        """Take in a block of whole lines, the first of which is number `line`.

        `arrived` (ns, the clock's) where it came while we watched, else None.
        """
        is_other = segment is not self._segment or (arrived is None) != (self._arrived is None)
        if is_other and (arrived is not None or not self._is_put_off()):
            self.settle()
        if segment is not self._segment:
            self._segment = segment
            self._bulk, self.is_regular, self._skipped, self._patience = None, False, 0, SKIPPED
            self._gathering = Gathering(self.runs, segment, partial(self._decode, segment))
        self._arrived = arrived
        if self._blocks and offset != self._offset + self._size:
            self.decode()
        if not self._blocks:
            self._line, self._offset = line, offset
        self._blocks.append(data)
        self._size += len(data)
        enough = LARGE if self.is_regular else SHORT if self.bulk is None else ENOUGH
        if self._size >= enough or self._skipped or not data.endswith(b"\n"):
            self.decode()

    def _is_put_off(self) -> bool:
        """Whether this log is short enough to wait for others."""
        segment, gathering = self._segment, self._gathering
        if (
            segment is None or gathering is None or not segment.is_plain or self.runs.again is None
            or self._arrived is not None or self._bulk is not None or gathering.count or not 0 < self._size < SHORT
        ):  # fmt: skip
            return False
        self._short.put(gathering, b"".join(self._blocks), self._line, self._offset)
        self._blocks, self._size = [], 0
        if len(self._short) >= TOGETHER:
            self._take_short()
        return True

    def _take_short(self) -> None:
        if self._short:
            taken = self._short.take()  # the long way counts its entries itself
            self.entries += taken

    def feed_document(self, data: bytes, segment: Segment, arrived: int | None) -> None:
        """Take in a whole document."""
        self.settle()
        for decoded in decode_line(data, segment.identity):
            self.entries += 1
            self.runs.feed(decoded, segment, 1, 0, arrived)

    def decode(self) -> None:
        """Decode the blocks that wait for it."""
        self._take_short()
        if not self._blocks:
            return
        blocks, size, self._blocks, self._size = self._blocks, self._size, [], 0
        segment, gathering = self._segment, self._gathering
        assert segment is not None
        assert gathering is not None
        if not segment.is_plain or self.runs.again is None:
            for number, line, offset in _lines(b"".join(blocks), self._line, self._offset):
                gathering.feed_line(line, number, offset)
            return
        bulk = self._bulk_for(size, segment)
        if bulk is None or not self._is_taken(bulk.feed(blocks, self._line, self._offset)):
            self._decode_by_line(b"".join(blocks), self._line, self._offset)

    def feed_decoded(self, block: Decoded, line: int, offset: int) -> None:
        """As `feed`, of lines of the log fed last that were decoded elsewhere; they were not watched coming."""
        self.decode()
        assert self._segment is not None
        bulk = self._bulk_for(block.end - block.begin, self._segment)
        if bulk is None or not self._is_taken(bulk.wait(block, line, offset)):
            self._decode_by_line(block.data[block.begin : block.end], line, offset)

    def _bulk_for(self, size: int, segment: Segment) -> Bulk | None:
        """What takes the next block, None where it goes line by line. Few bytes are taken only where others wait there,
        for to take all those in at once takes long.
        """
        if self.bulk is None or (size < ENOUGH and (self._bulk is None or not self._bulk.count)):
            return None
        if self._skipped:
            self._skipped -= 1
            return None
        if self._bulk is None:
            self._bulk = self.bulk(segment, self.runs, partial(self._decode, segment))
        if self._is_by_line:
            if self._gathering is not None and self._gathering.count:
                return None  # not before these are taken in: `is_full` says so
            self._bulk.look_again()
            self._is_by_line = False
        return self._bulk

    def _is_taken(self, lines: int | None) -> bool:
        """Note how many of a block were taken in bulk, None where it has to go line by line."""
        self.is_regular = lines is not None
        if lines is None:
            self._skipped, self._patience = self._patience, min(2 * self._patience, MOST_SKIPPED)
            return False
        self.entries += lines
        self._patience = SKIPPED
        return True

    def _decode_by_line(self, data: bytes, line: int, offset: int) -> None:
        assert self._gathering is not None
        for _ in self._bulk.settling(self._arrived, is_all=True) if self._bulk else ():
            pass
        self._is_by_line = True
        taken = self._gathering.feed(data, line, offset, self._arrived)  # it counts some of them itself
        self.entries += taken

    def _decode(self, segment: Segment, data: bytes, line: int, offset: int) -> Sequence[Entry]:
        """The long way of one line."""
        if segment is not self._streaming:
            self._streaming, self._stream = segment, self.streams.get(segment.chain) or Stream()
        entries = []
        stamp = self._arrived if segment.stamps else None
        for decoded in decode_one(data, segment.identity, self._stream, stamp):
            self.entries += 1
            if isinstance(decoded, Problem):
                self.runs.feed(decoded, segment, line, offset, self._arrived)
            else:
                entries.append(decoded)
        if self._stream.is_told:
            self.streams[segment.chain] = self._stream
        return entries

    @property
    def is_full(self) -> bool:
        """It is time for `settling`."""
        if self._bulk is not None and self._bulk.count:
            return self._bulk.is_full
        gathering = self._gathering
        return gathering is not None and (gathering.is_full(self.entries) or (self._turns and gathering.count > 0))

    @property
    def _turns(self) -> bool:
        """The next lines may go in bulk: then all in front of them are taken in first, with pauses."""
        return self.bulk is not None and self._is_by_line and not self._skipped

    @property
    def has_room(self) -> bool:
        """`feed_decoded` may be called although `settling` is not at its end."""
        return self._bulk is not None and self._bulk.has_room

    def settle(self) -> None:
        """Take in all that was gathered."""
        for _ in self.settling(is_all=True):
            pass

    def settling(self, *, is_all: bool = False) -> Iterator[None]:
        """Take in what was gathered, with a pause now and then; but, unless `is_all`, not the chunks at the end of what
        a run said that are not done: those are taken whole.
        """
        self.decode()
        for way in (self._bulk, self._gathering):
            if way is not None and way.count:
                yield from way.settling(self._arrived, is_all=is_all or self._turns)


def _lines(data: bytes, number: int, offset: int) -> Iterator[tuple[int, bytes, int]]:
    for line in data.removesuffix(b"\n").split(b"\n"):
        yield number, line, offset
        number, offset = number + 1, offset + len(line) + 1
