"""Going on with a log where an earlier session left it.

A log is the one that was left only if nothing of it contradicts that: the same
files in the same order, none shorter than it was read, their first bytes and
those in front of where reading stopped as they were. What is changed between
these by somebody who leaves size and time as they were cannot be known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from runwatch.core.places import Segment
from runwatch.sources.base import Source
from runwatch.sources.chain import Chain
from runwatch.sources.known import opened
from runwatch.sources.reader import PRINT, Content, FileId
from runwatch.sources.tail import Tail


class Mark(Struct, frozen=True):
    """How far a file was read, and by what it is known again."""

    file: FileId
    size: int
    mtime: int
    position: int
    """Bytes up to the end of the last whole line."""
    line: int
    """Number of the line that begins there."""
    first: bytes
    """Of the first bytes, a hash."""
    before: bytes
    """Of those in front of the position."""


class Log(Struct, frozen=True, eq=False):
    """One log, all of it in plain files."""

    path: str
    """Absolute, without what rotation put behind it."""
    identity: str
    segments: tuple[Segment, ...]
    size: int
    read: int
    """Bytes of it that are read."""


@runtime_checkable
class Resumable(Protocol):
    """A source whose logs can be gone on with."""

    on_first_look: Callable[[], None] | None
    """Called when it is known which logs there are, before the first of them is read."""

    @property
    def logs(self) -> Logs:
        """Those there are."""
        ...


def resumable_in(source: Source) -> Resumable | None:
    """The source itself, or that part of several whose logs can be gone on with."""
    parts: Sequence[Source] = getattr(source, "sources", (source,))
    return next((part for part in parts if isinstance(part, Resumable)), None)


class Logs:
    """The logs of a source, and how far each is read."""

    def __init__(self, chains: dict[str, Chain]) -> None:
        self._chains = chains

    def large(self, size: int) -> list[Log]:
        """Those of at least so many bytes, where nothing is compressed."""
        return [
            Log(chain.key, chain.identity, tuple(tail.segment for tail in tails), bytes_in, sum(t.taken for t in tails))
            for chain in self._chains.values()
            if (tails := chain.tails)
            and (bytes_in := sum(tail.size for tail in tails)) >= size
            and not any(tail.packed for tail in tails)
        ]

    def marks(self, log: Log) -> list[Mark] | None:
        """How far it is read; None where that is not as simple as a line's end in each file."""
        chain = self._chains[log.path]
        if chain.ended or chain.copies:
            return None
        try:
            marks = [_mark_of(tail) for tail in chain.tails]
        except OSError:
            return None
        found = [mark for mark in marks if mark is not None]
        return found if len(found) == len(marks) else None

    def go_on(self, log: Log, marks: Sequence[Mark]) -> list[Callable[[], None]] | None:
        """What makes each file be read from its mark on; None where one of them is not the file that was read."""
        tails = self._chains[log.path].tails
        if len(tails) < len(marks):
            return None
        steps = []
        for tail, mark in zip(tails, marks, strict=False):
            step = _step(tail, mark)
            if step is None:
                return None
            steps.append(step)
        return steps


def _mark_of(tail: Tail) -> Mark | None:
    rest = tail.lines.rest()
    if tail.cut or tail.complaint or tail.segment.gone or rest is None:
        return None
    line, position = rest
    with opened(tail.path, tail.file, "") as held:
        if not tail.is_held_by(held):
            return None
        first, before = _around(held, position)
    return Mark(tail.file, tail.size, tail.mtime, position, line, _hash(first), _hash(before))


def _step(tail: Tail, mark: Mark) -> Callable[[], None] | None:
    as_it_was = (tail.size, tail.mtime) == (mark.size, mark.mtime)
    if tail.file != mark.file or tail.position or not (as_it_was or tail.size > mark.size):
        return None
    try:
        with opened(tail.path, tail.file, "") as held:
            first, before = _around(held, mark.position)
    except OSError:
        return None
    if (_hash(first), _hash(before)) != (mark.first, mark.before):
        return None
    return lambda: tail.go_on(mark.position, mark.line, first, before)


def _around(held: Content, position: int) -> tuple[bytes, bytes]:
    """The first bytes, and those in front of a position."""
    length = min(PRINT, position)
    return held.read(0, length), held.read(position - length, length)


def _hash(data: bytes) -> bytes:
    from hashlib import blake2b  # only who has large logs needs it

    return blake2b(data, digest_size=16).digest()
