"""Blocks of lines into runs, by whichever way costs least.

Of a long log many blocks at once by numpy (`core/bulk/`), if nearly all lines are
as most are; else line by line (`core/gathering.py`). Both know lines whose events
they need not make, and both come to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from runwatch.core.blocks import decode_block
from runwatch.core.decode import decode_line
from runwatch.core.events import Entry, Problem
from runwatch.core.gathering import Decode, Gathering
from runwatch.core.places import Segment
from runwatch.core.runs import Runs
from runwatch.core.stream import Stream

if TYPE_CHECKING:
    from runwatch.core.bulk.loading import Bulk

LARGE, ENOUGH = 3 << 19, 128 << 10
"""Bytes that are decoded in bulk: of more they leave the nearest cache, of fewer each step costs more than it does."""
SHORT, TOGETHER = 16 << 10, 64
"""Bytes of a log that waits for others as short as it is, and so many of them: one step of all and then the next costs
a quarter less than all steps of one, for what a step needs is in the nearest cache then.
"""
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
        self._stream = Stream()
        self._segment: Segment | None = None
        self._arrived: int | None = None
        self._gathering: Gathering | None = None
        self._bulk: Bulk | None = None
        self._is_by_line = False
        """The last lines went that way: the other has to look at their runs again."""
        self._is_regular = False
        """The last ones went that way: so more of them may be taken at once."""
        self._skipped, self._patience = 0, SKIPPED
        """Blocks that go the other way at once."""
        self._blocks: list[bytes] = []
        """They stand one behind the other, and wait to be decoded at once."""
        self._size = 0
        """Their bytes."""
        self._line, self._offset = 1, 0
        """Where they begin."""
        self._short: list[tuple[Gathering, bytes, int, int]] = []
        """Whole logs that wait to be decoded, with their bytes and where these begin."""

    def feed(self, data: bytes, segment: Segment, line: int, offset: int, arrived: int | None) -> None:
        """Take in a block of whole lines, the first of which is number `line`.

        `arrived` (ns, the clock's) where it came while we watched, else None.
        """
        is_other = segment is not self._segment or (arrived is None) != (self._arrived is None)
        if is_other and (arrived is not None or not self._is_put_off()):
            self.settle()
        if segment is not self._segment:
            self._turn_to(segment)
            self._bulk, self._is_regular = None, False
            self._skipped, self._patience = 0, SKIPPED
            self._gathering = Gathering(self.runs, segment, self._decode)
        self._arrived = arrived
        if self._blocks and offset != self._offset + self._size:
            self.decode()
        if not self._blocks:
            self._line, self._offset = line, offset
        self._blocks.append(data)
        self._size += len(data)
        enough = LARGE if self._is_regular else SHORT if self.bulk is None else ENOUGH
        if self._size >= enough or self._skipped or not data.endswith(b"\n"):
            self.decode()

    def _turn_to(self, segment: Segment) -> None:
        self._segment = segment
        self._stream = self.streams.get(segment.chain) or Stream()

    def _is_put_off(self) -> bool:
        """Whether this log is short enough to wait for others."""
        segment, gathering = self._segment, self._gathering
        if (
            segment is None
            or gathering is None
            or not segment.is_plain
            or self.runs.again is None
            or self._arrived is not None
            or self._bulk is not None
            or gathering.count
            or not 0 < self._size < SHORT
        ):
            return False
        self._short.append((gathering, b"".join(self._blocks), self._line, self._offset))
        self._blocks, self._size = [], 0
        if len(self._short) >= TOGETHER:
            self._take_short()
        return True

    def _take_short(self) -> None:
        """Decode the logs that wait, then take in what they say."""
        short, self._short, current = self._short, [], self._segment
        for gathering, data, line, offset in short:
            self._turn_to(gathering.segment)
            taken = gathering.feed(data, line, offset, None)
            self.entries += taken
        runs: dict[str, Iterator[None]] = {}
        for gathering, *_ in short:
            for run_id, steps in gathering.each_run():
                if run_id in runs:  # several of them speak of it: first all that the first one says
                    _in_step(runs.values())
                    runs.clear()
                runs[run_id] = steps
        _in_step(runs.values())
        if short and current is not None:
            self._turn_to(current)

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
            data = b"".join(blocks)
            for number, line, offset in _lines(data, self._line, self._offset):
                gathering.feed_line(line, number, offset)
        elif not self._decode_in_bulk(blocks, size, segment):
            self._settle(self._bulk)
            taken = gathering.feed(b"".join(blocks), self._line, self._offset, self._arrived)
            self.entries += taken
            self._is_by_line = True

    def _decode_in_bulk(self, blocks: Sequence[bytes], size: int, segment: Segment) -> bool:
        """Whether they were; few bytes only where others wait there, for to take all those in at once takes long."""
        if self.bulk is None or (size < ENOUGH and (self._bulk is None or not self._bulk.count)):
            return False
        if self._skipped:
            self._skipped -= 1
            return False
        if self._bulk is None:
            self._bulk = self.bulk(segment, self.runs, self._decode)
        if self._is_by_line:
            if self._gathering is not None and self._gathering.count:
                return False  # not before these are taken in: `is_full` says so
            self._bulk.look_again()
            self._is_by_line = False
        taken = self._bulk.feed(blocks, self._line, self._offset)
        self._is_regular = taken is not None
        if taken is None:
            self._skipped, self._patience = self._patience, min(2 * self._patience, MOST_SKIPPED)
            return False
        self._patience = SKIPPED
        self.entries += taken
        return True

    def _decode(self, data: bytes, line: int, offset: int) -> Sequence[Entry]:
        """The long way of one line."""
        segment, entries = self._segment, []
        assert segment is not None
        stamp = self._arrived if segment.stamps else None
        for _, within, decoded in decode_block(data, segment.identity, self._stream, stamp):
            self.entries += 1
            if isinstance(decoded, Problem):
                self.runs.feed(decoded, segment, line, offset + within, self._arrived)
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

    def _settle(self, way: Bulk | Gathering | None) -> None:
        if way is not None and way.count:
            for _ in way.settling(self._arrived, is_all=True):
                pass


def _in_step(several: Iterable[Iterator[None]]) -> None:
    """The first step of each, then the second of each, and so on."""
    left = list(several)
    while left:
        left = [steps for steps in left if next(steps, False) is None]


def _lines(data: bytes, number: int, offset: int) -> Iterator[tuple[int, bytes, int]]:
    for line in data.removesuffix(b"\n").split(b"\n"):
        yield number, line, offset
        number, offset = number + 1, offset + len(line) + 1
