"""What a source is: a place that lines come from.

`poll` is the truth: it reads all that is new, without waiting, and can be called
at any time. `changed` is a hint: it returns when a poll may find more. Whoever
loses a hint loses nothing but time: of very many files those that no hint named
are looked at once a minute (`looks.py`), or when `rescan` was called.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from msgspec import Struct

from runwatch.core.places import Place, Segment, Stretch


class WrongPath(Exception):
    """A PATH that cannot be read, whatever comes; the text says why and what to do, and holds no password."""


class Block(Struct, frozen=True):
    """Several whole lines of one segment."""

    segment: Segment
    data: bytes
    """Whole lines, b"\\n" between them; the last may lack its own if it is whole JSON.

    A carriage return in front of a newline is a blank here, so that a position in `data` is one in the file.
    """
    line: int
    """The first line's number, from 1."""
    offset: int
    """Bytes in front of the first line, after decompression."""
    arrived: bool
    """It came while we watched: it was not there at the first look."""
    instead_of: Segment | None = None
    """What that segment said counts no longer: this one begins to say it anew."""


class Document(Struct, frozen=True):
    """A file that holds one journal document. A later one of the same segment replaces it."""

    segment: Segment
    data: bytes
    arrived: bool


class Fault(Struct, frozen=True):
    """A file, or a line of it, that could not be read."""

    segment: Segment
    line: int | None
    """None where it is the whole file."""
    offset: int
    reason: str


Item = Block | Document | Fault


class Ending(Struct, frozen=True):
    """The last whole lines of a long log that is still to be read."""

    segment: Segment
    data: bytes


class Progress(Struct):
    """How far reading is, for the header. Bytes are those on disk (compressed where they are)."""

    files: int = 0
    bytes_total: int | None = 0
    """None where nobody knows (stdin)."""
    bytes_read: int = 0
    behind: int = 0
    """Bytes seen but not read yet."""
    notices: tuple[str, ...] = ()
    """What the header must say: "polling: …", "x.jsonl was removed; what was read stays"."""
    waiting: tuple[str, ...] = ()
    """Paths that do not exist yet."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """Directories that cannot be listed, and PATHs that are no file; with the reason. The notices have them too."""
    is_partial: bool = False
    """What was there at the first look was not all given yet, though a poll has ended."""
    ended: bool = False
    """Nothing more can come (stdin closed)."""


class Source(Protocol):
    """One kind of place. Nothing watched is ever written to."""

    @property
    def label(self) -> str:
        """How the header calls it: `./events/`, `stdin`, `3 paths`. Never with a password."""
        ...

    @property
    def progress(self) -> Progress:
        """How far reading is."""
        ...

    def poll(self) -> Iterator[Item]:
        """All that is new since the last poll, newest files first, each line once.

        Blocks are 64-256 KiB at most (one longer line apart), so that the caller can
        pause between them; a poll abandoned half way goes on at the next.
        """
        ...

    async def changed(self) -> None:
        """Return when a poll may find more; at the latest after the slow scan's period."""
        ...

    def rescan(self) -> None:
        """Let the next poll look at everything, whatever the hints say."""
        ...

    def line_at(self, place: Place) -> bytes | None:
        """The line itself, without its newline, or None where its bytes are gone."""
        ...

    def close(self) -> None:
        """Let go of descriptors, watches and tasks."""
        ...


@runtime_checkable
class Stretching(Protocol):
    """A source that can give many lines for little more than one."""

    def stretch_at(self, place: Place) -> Stretch | None:
        """The lines about this one, None where they cannot be had so: of a log that grows the last ones never."""
        ...


@runtime_checkable
class Waiting(Protocol):
    """A source that can say, by blocking, whether there is more to come for a reader who reads once."""

    def wait_for_more(self) -> bool:
        """Block until there may be more; false where one poll has read all."""
        ...


@runtime_checkable
class Foreseeing(Protocol):
    """A source that can tell how its long logs end before it reads them."""

    def endings(self) -> Iterator[Ending]:
        """Of the newest logs, before the first poll; to that it makes no difference."""
        ...
