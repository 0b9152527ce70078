"""Knowing bytes again: in a file under another name, in a copy, in a compressed one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from runwatch.sources.found import Found
from runwatch.sources.reader import PRINT, Content, FileId, Print, content, open_same, print_of, unpacked_size
from runwatch.sources.tail import NOTHING, Tail


@contextmanager
def opened(path: str, file: FileId, packed: str) -> Iterator[Content]:
    """A file's bytes, for a moment. Raises `OSError`."""
    descriptor = open_same(path, file)
    try:
        yield content(descriptor, packed)
    finally:
        os.close(descriptor)


def is_as_read(tail: Tail, found: Found) -> bool:
    """Whether what we have read of it still stands in the tail's own file."""
    if not tail.position:  # nothing to know it by; rotation makes names older, so a newer one is another file's
        return found.name.rank <= tail.rank and found.name.packed == tail.packed
    if (found.size, found.mtime) == tail.checked or tail.cut:
        return True
    if not tail.packed and found.size < tail.position:
        return False
    try:
        with opened(found.path, found.file, tail.packed) as held:
            return tail.starts(held) if tail.packed else tail.is_held_by(held)
    except OSError:
        return True  # nobody can say; reading it will


def goes_on_in(tail: Tail, found: Found, start: bytes) -> bool:
    """Whether what we have read stands in this other file: a copy of the tail's, plain or compressed.

    `start` are the first bytes of the tail's file, read or not, where it is still open.
    A copy made by copytruncate can be shorter than what we read of the original.
    """
    if not tail.position and not start:
        return False
    try:
        with opened(found.path, found.file, found.name.packed) as held:
            if not found.name.packed and found.size < tail.position:
                return found.name.rank < tail.rank and _is_shorter_copy(tail, held)
            if not tail.starts(held) or held.read(0, len(start)) != start:
                return False
            return bool(found.name.packed) or tail.is_held_by(held)
    except OSError:
        return False


def _is_shorter_copy(tail: Tail, held: Content) -> bool:
    first = held.read(0, PRINT)
    return bool(first) and _begins_as(tail, first)


def _begins_as(tail: Tail, first: bytes) -> bool:
    if len(first) >= tail.head[0]:
        return print_of(first[: tail.head[0]]) == tail.head
    return first[: len(tail.first)] == tail.first[: len(first)]


def contradicts(found: Found, tail: Tail) -> bool:
    """Whether this file, once taken for a copy of the tail's, begins with other bytes than we have read since."""
    try:
        with opened(found.path, found.file, found.name.packed) as held:
            return not _begins_as(tail, held.read(0, PRINT))
    except OSError:
        return False


def holds_nothing(found: Found) -> bool:
    """Whether there is nothing in it, or nothing that could be unpacked so far."""
    try:
        with opened(found.path, found.file, found.name.packed) as held:
            return not held.read(0, 1)
    except OSError:
        return False


def repeats(found: Found, tail: Tail) -> bool:
    """Whether this file holds what the tail's file begins with: a copy, finished or in the making."""
    packed = found.name.packed
    if not packed and found.size > tail.size:
        return False
    try:
        with opened(found.path, found.file, packed) as copy, opened(tail.path, tail.file, tail.packed) as original:
            first = copy.read(0, PRINT)
            if original.read(0, len(first)) != first:
                return False
            if packed or tail.packed:
                return True
            end = max(0, found.size - PRINT)
            last = copy.read(end, PRINT)
            return original.read(end, len(last)) == last
    except OSError:
        return False


def is_read_out(tail: Tail, found: Found) -> bool:
    """Whether a compressed copy holds just as much as we have read, by what it says of itself."""
    try:
        with opened(found.path, found.file, "") as raw:
            return unpacked_size(raw, found.name.packed, found.size) == tail.position & 0xFFFFFFFF
    except OSError:
        return False


def first_print(found: Found) -> Print:
    """By what a copy that lacks the end of what we read is known from now on."""
    try:
        with opened(found.path, found.file, "") as held:
            return print_of(held.read(0, PRINT))
    except OSError:
        return NOTHING
