"""A file read on by another process than the one that follows it, which then goes on from there.

The other one has the file's tail as it was, and reads by the same steps. What it
sends is how far it came, so that nothing is read twice, and what a tail is known
again by stays what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from msgspec import Struct

from runwatch.core.places import Segment
from runwatch.sources.base import Block, Source
from runwatch.sources.lines import LineSplitter
from runwatch.sources.reader import Plain, Print
from runwatch.sources.tail import Changed, Tail


class Reached(Struct, frozen=True):
    """All that reading moves in a tail, under the same names."""

    position: int
    taken: int
    head: Print
    trail: Print
    first: bytes
    written: int
    is_pouring: bool
    lines: LineSplitter


class Ahead:
    """A plain file from where its tail stands on."""

    def __init__(self, tail: Tail, held: Plain, note: Callable[[Segment, int, int], None] = lambda *_: None) -> None:
        """`note` is told how far it came: of how many bytes on disk how many are read."""
        self.segment, self.tail = tail.segment, tail
        self._held, self._note = held, note

    @property
    def descriptor(self) -> int:
        """Of the file."""
        return self._held.descriptor

    @property
    def left(self) -> int:
        """Bytes that are still to be read."""
        return self.tail.behind

    def read(self) -> Iterator[list[Block]]:
        """What each step gives: for the other process.

        It ends in front of whatever is more than lines, one behind the other, that were there at the first look.
        """
        tail, end = self.tail, None
        while tail.position < tail.arrived_from:
            try:
                items, more = tail.read(self._held)
            except (Changed, OSError):  # whoever goes on finds it too
                return
            blocks = []
            for item in items:
                if not isinstance(item, Block) or item.offset != (item.offset if end is None else end):
                    return
                blocks.append(item)
                end = item.offset + len(item.data)
            yield blocks
            if not more:
                return

    @property
    def reached(self) -> Reached:
        """How far that has come; it is to be sent before the next step."""
        return Reached(*(getattr(self.tail, name) for name in Reached.__struct_fields__))

    def go_on(self, reached: Reached) -> None:
        """Let the tail be as if this process had read so far."""
        for name in Reached.__struct_fields__:
            setattr(self.tail, name, getattr(reached, name))
        self._note(self.segment, self.tail.size, self.tail.taken)


@runtime_checkable
class ReadingAhead(Protocol):
    """A source whose files can be read on elsewhere."""

    def ahead(self, segment: Segment) -> Ahead | None:
        """What is being read, None where it cannot be read on so just now."""
        ...


def ahead_in(source: Source, segment: Segment) -> Ahead | None:
    """Of the source itself, or of the one of several that reads this."""
    parts: tuple[Source, ...] = getattr(source, "sources", (source,))
    found = (part.ahead(segment) for part in parts if isinstance(part, ReadingAhead))
    return next((ahead for ahead in found if ahead is not None), None)
