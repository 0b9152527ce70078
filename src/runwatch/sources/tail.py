"""One file being followed: how far we are, and by what we know it again.

Only `read` moves it, and it moves wholly before anything is given away: a
reader that stops in between neither loses a line nor gets one twice.
"""

from __future__ import annotations

import os

from msgspec import Struct, field

from runwatch.core.places import Segment
from runwatch.sources.base import Block, Fault, Item
from runwatch.sources.lines import Lines, LineSplitter, Piece
from runwatch.sources.names import Rank
from runwatch.sources.reader import PRINT, Content, FileId, Packed, Plain, Print, print_of

BLOCK = 128 << 10
"""Bytes read at once."""

ROOM = 16 << 10
"""Bytes asked for at least: no more than a block costs to make room for, of ten thousand small files."""

FIRST = 256

NOTHING: Print = print_of(b"")


class Changed(Exception):
    """The bytes we have read are no longer there: the file was truncated or written anew."""


class Tail(Struct, eq=False):
    """A segment, and the file that holds it now."""

    segment: Segment
    chain: str
    path: str
    """Absolute, to open it by."""
    file: FileId
    rank: Rank
    packed: str
    arrived_from: int
    """Bytes behind this one were not there at the first look."""
    size: int = 0
    """On disk, when we last looked."""
    mtime: int = 0
    checked: tuple[int, int] = (-1, -1)
    """Size and time with which it was last found to hold what we have read."""
    position: int = 0
    """Bytes read, after decompression."""
    taken: int = 0
    """Bytes read, on disk."""
    head: Print = NOTHING
    trail: Print = NOTHING
    first: bytes = b""
    """The very first bytes themselves: a copy can be shorter than `head`."""
    lines: LineSplitter = field(default_factory=LineSplitter)
    written: int = 0
    """Behind NULs that were read: a byte that is none. -1 where there are only NULs up to the end."""
    is_pouring: bool = False
    """More comes at once than there was room for: it is written to fast."""
    complaint: str = ""
    """What was said about it last: a fault is told once."""
    cut: bool = False
    """Only a shorter copy is left of what we have read."""
    real: str = ""
    """Where it stands if `path` is a link to it."""
    real_shown: str = ""

    @property
    def behind(self) -> int:
        """Bytes on disk that were not read yet."""
        return 0 if self.cut else max(0, self.size - self.taken)

    def go_on(self, position: int, line: int, first: bytes, before: bytes) -> None:
        """Read from there on, where this line begins. `first` and `before` are the ends of what stands before."""
        self.position = self.taken = position
        self.head, self.trail, self.first = print_of(first), print_of(before), first[:FIRST]
        self.lines.go_on(line, position)

    def is_held_by(self, held: Content) -> bool:
        """Whether the bytes we have read are there, and where we read them."""
        return self.starts(held) and self._precedes(held)

    def starts(self, held: Content) -> bool:
        """Whether the first bytes are those we have read."""
        length = self.head[0]
        return not length or print_of(held.read(0, length)) == self.head

    def _precedes(self, held: Content) -> bool:
        length = self.trail[0]
        return print_of(held.read(self.position - length, length)) == self.trail

    def read(self, held: Content) -> tuple[list[Item], bool]:
        """The lines of the next bytes, and whether there may be more behind them.

        Raises `Changed` where the bytes in front of them are not those read before.
        """
        self.written = max(0, self.written)
        data, more = self._next(held)
        if not data:
            return [], False
        before = self._before(held)
        self._move(before, data)
        self.taken = self.position if held.taken is None else held.taken
        return [self._item(piece) for piece in self.lines.feed(data)], more

    def _next(self, held: Content) -> tuple[bytes, bool]:
        """The next bytes, none at the end of what there is; and whether there may be more.

        What was there at the first look and what came later are never given together. Of a plain file more is
        asked for than there should be: where less comes that is the end, and need not be read for.
        """
        most = self.arrived_from - self.position if self.position < self.arrived_from else BLOCK
        if not isinstance(held, Plain):
            data = held.read(self.position, min(BLOCK, most))
            return data, bool(data)
        room = BLOCK if self.is_pouring else ROOM
        asked = min(BLOCK, most + 1, max(self.size - self.position + 1, room))
        data = held.read(self.position, asked)
        self.is_pouring = len(data) == asked == room or (self.is_pouring and len(data) > ROOM)
        more = len(data) == asked or self.position + len(data) < self.size
        data = data[:most]
        if data.endswith(b"\0"):
            return self._written(held, data), True
        return data, more

    def _written(self, held: Plain, data: bytes) -> bytes:
        """Without NULs at the end of the file: room that its writer took in advance, and may fill."""
        if self.position + len(data) <= self.written:
            return data
        if written := data.rstrip(b"\0"):
            return written
        self.written = held.written_from(self.position)
        return data if self.written >= 0 else b""

    @property
    def has_room(self) -> bool:
        """The file ends in NULs, not read: they can be written over without a change of size or time."""
        return self.written < 0

    def last_line(self) -> list[Item]:
        """At the end of what there is: a last line without its newline, if it is whole."""
        return [self._item(piece) for piece in self.lines.flush()]

    def cut_off(self) -> list[Item]:
        """Where the log goes on in another file: a last line without its end, told once."""
        return [self._item(piece) for piece in self.lines.cut_off()]

    def _before(self, held: Content) -> bytes:
        """The bytes in front of the position. A stream cannot have changed behind our back: it is not read again."""
        length = self.trail[0]
        if not length or isinstance(held, Packed):
            return b""
        before = held.read(self.position - length, length)
        if print_of(before) != self.trail:
            raise Changed(self.path)
        return before

    def _move(self, before: bytes, data: bytes) -> None:
        if self.head[0] < PRINT and len(before) == self.position:
            self.head = print_of((before + data[:PRINT])[:PRINT])
        elif self.position == 0:
            self.head = print_of(data[:PRINT])
        if len(self.first) < FIRST:
            self.first = (self.first + data[:FIRST])[:FIRST]
        self.position += len(data)
        if self.position == self.head[0]:  # a short file, wholly read
            self.trail = self.head
        else:
            self.trail = print_of(data[-PRINT:] if len(data) >= PRINT else (before + data)[-PRINT:])

    def _item(self, piece: Piece) -> Item:
        if isinstance(piece, Lines):
            arrived = self.position > self.arrived_from
            return Block(self.segment, piece.data, piece.line, piece.offset, arrived)
        return Fault(self.segment, piece.line, piece.offset, piece.reason)


def reason_of(error: OSError) -> str:
    """`permission denied`: what the system says, in its words."""
    return (os.strerror(error.errno) if error.errno else str(error) or type(error).__name__).lower()
