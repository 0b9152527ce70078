"""Where a fact stands: the file, the line, the entry.

Every figure on a screen leads to places, and each place to raw JSON. A place
names its file through a `Segment` that both the reader and the model hold, so
that a file renamed by log rotation is cited under the name it has now.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct


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
    gone: str = ""
    """Empty while its bytes can be read again, else why not ("truncated", "removed")."""


class Place(NamedTuple):
    """One entry's place in a segment."""

    segment: Segment
    line: int
    """From 1; 0 where the document is the whole file."""
    entry: int = 0
    """From 1 inside a journal document, else 0."""
    offset: int = 0
    """Bytes in front of its line, after decompression."""

    @property
    def where(self) -> str:
        """`:7`, `#3` or `:7#3`: what stands behind the path."""
        line = "" if self.segment.document else f":{self.line}"
        return f"{line}#{self.entry}" if self.entry else line

    def __str__(self) -> str:
        """`orders.jsonl:7`, as PRODUCT.md's `evidence` has it."""
        return self.segment.path + self.where
