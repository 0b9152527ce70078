"""Where a fact stands: the file, the line, the entry.

Every figure on a screen leads to places, and each place to raw JSON. A place
names its file through a `Segment` that both the reader and the model hold, so
that a file renamed by log rotation is cited under the name it has now.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

APART = 64 << 10
"""Bytes from one line of which it is known where it begins to the next, at least."""


class Segment(Struct, eq=False):
    """One physical file of a log, as long as runwatch knows it.

    A rotated chain (`x.jsonl.1`, `x.jsonl`) is one log of several segments.
    """

    number: int
    """Unique in the session, in the order of discovery."""
    path: str
    """As the user can open it from where they stand; moves when the file is renamed."""
    chain: str
    """The log's own path, without what rotation put behind it. Ties in time are broken by it."""
    identity: str
    """The run_id of lines that carry none: the path below PATH without its endings."""
    order: float = 0.0
    """Place in the chain, oldest first."""
    document: bool = False
    """The whole file is one journal document: places in it are `file#entry`."""
    is_stored: bool = False
    """A run in a state database: places in it are `NAME#run_id#entry`, and there is no such file."""
    is_plain: bool = False
    """A line of it can be read again at little cost, so that its events need not be kept."""
    stamps: bool = False
    """It is a pipe: lines of the progress stream, which have no time, are of the time they arrive."""
    gone: str = ""
    """Empty while its bytes can be read again, else why not ("truncated", "removed")."""
    starts: Sequence[tuple[int, int]] = ()
    """(line, offset) of some lines, in their order; of a short file none."""

    def note_start(self, line: int, offset: int) -> None:
        """This line begins there. One in `APART` bytes is kept: from it the lines behind it are found."""
        last = self.starts[-1][1] if self.starts else 0
        if offset - last >= APART:
            starts = self.starts = self.starts if isinstance(self.starts, list) else list(self.starts)
            starts.append((line, offset))

    def next_start(self, line: int) -> int | None:
        """The next line of which it is known where it begins; None behind the last one."""
        at = bisect_right(self.starts, (line, 2**63))
        return self.starts[at][0] if at < len(self.starts) else None

    def stretch(self, line: int) -> tuple[int, int, int | None]:
        """The last line at or before this one of which it is known where it begins, that offset, and the next one's."""
        at = bisect_right(self.starts, (line, 2**63))
        first, offset = self.starts[at - 1] if at else (1, 0)
        return first, offset, self.starts[at][1] if at < len(self.starts) else None


class Stretch(NamedTuple):
    """Lines of a segment that stand together, as they are in its file."""

    first: int
    """The number of the first one."""
    data: bytes


class Place(NamedTuple):
    """One entry's place in a segment."""

    segment: Segment
    line: int
    """From 1; 0 where the document is the whole file."""
    entry: int = 0
    """From 1 inside a journal document, else 0."""
    offset: int = -1
    """Bytes in front of its line, after decompression; -1 where only the line is known: its source finds it."""

    @property
    def where(self) -> str:
        """`:7`, `#3` or `:7#3`: what stands behind the path."""
        if self.segment.is_stored:
            return f"#{self.line}"
        line = "" if self.segment.document else f":{self.line}"
        return f"{line}#{self.entry}" if self.entry else line

    def __str__(self) -> str:
        """`orders.jsonl:7`, as PRODUCT.md's `evidence` has it."""
        return self.segment.path + self.where
