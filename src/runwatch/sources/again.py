"""A line read once more, when someone wants to see it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import orjson

from runwatch.core.places import Place, Segment, Stretch
from runwatch.core.stream import SAID_AT_MOST, is_told
from runwatch.sources.lines import LONGEST_LINE, is_whole_json
from runwatch.sources.reader import Content, FileId, Packed, Plain, content, open_same
from runwatch.sources.tail import Tail

_FIRST_READ = 4096
_STRETCH = 256 << 10
STRETCHES = 8
"""Stretches of lines that stay at hand."""
BOM = b"\xef\xbb\xbf"


class Again:
    """Opens places to their lines.

    The file read last stays open: whoever looks at one line of a compressed log
    looks at its neighbours next.
    """

    def __init__(self, tails: dict[Segment, Tail]) -> None:
        self._tails = tails
        self._entries = Entries()
        self._lines = Stretches()
        self._open: tuple[FileId, int, Plain | Packed] | None = None
        self._lock = threading.Lock()  # a screen looks while a thread reads

    def line_at(self, place: Place) -> bytes | None:
        """The line, or the entry of a document in it; None where its bytes are gone."""
        tail = self._tails.get(place.segment)
        if tail is None or place.segment.gone:
            return None
        with self._lock:
            if not place.entry and (line := self._lines.at_hand(place)) is not None:
                return line
            try:
                held = self._content(tail)
                if not tail.starts(held):
                    return None
                if not place.entry:
                    return self._lines.line(held, place)
                key = (place.segment.number, place.line)
                return self._entries.json(key, place.entry, lambda: self._lines.line(held, place))
            except OSError:
                return None

    def stretch_at(self, place: Place) -> Stretch | None:
        """Whole lines of a plain file about this one, up to the next of which it is known where it begins."""
        tail = self._tails.get(place.segment)
        first, offset, end = place.segment.stretch(place.line)
        if tail is None or tail.packed or place.segment.gone or end is None:
            return None
        with self._lock:
            try:
                held = self._content(tail)
                data = held.read(offset, end - offset) if tail.starts(held) else b""
            except OSError:
                return None
        return Stretch(first, data[:-1]) if len(data) == end - offset and data.endswith(b"\n") else None

    def close(self) -> None:
        if self._open is not None:
            os.close(self._open[1])
            self._open = None

    def _content(self, tail: Tail) -> Content:
        if self._open is not None and self._open[0] == tail.file and self._is_there(tail):
            return self._open[2]
        self.close()
        descriptor = open_same(tail.path, tail.file)
        self._open = (tail.file, descriptor, content(descriptor, tail.packed))
        return self._open[2]

    @staticmethod
    def _is_there(tail: Tail) -> bool:
        status = os.stat(tail.path)
        return (status.st_dev, status.st_ino) == tail.file


def line_in(held: Content, offset: int) -> bytes | None:
    """The line that begins there, without its newline."""
    line = bytearray()
    size = _FIRST_READ
    while len(line) <= LONGEST_LINE + 1:
        data = held.read(offset + len(line), size)
        if not data:
            return bytes(line).rstrip(b"\r") if is_whole_json(line) else None
        end = data.find(b"\n")
        if end >= 0:
            line += data[:end]
            return bytes(line).removesuffix(b"\r")
        line += data
        size = min(size * 4, 1 << 20)
    return None


class Stretches:
    """Lines of which only the number is known; those read last stay at hand: a list shows many of one stretch."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], list[bytes]] = {}

    def line(self, held: Content, place: Place) -> bytes | None:
        """A line without its newline; None where there is none."""
        if place.offset >= 0:
            return line_in(held, place.offset)
        line = self.at_hand(place)
        if line is None:
            first, offset, end = place.segment.stretch(place.line)
            if len(self._kept) >= STRETCHES:
                del self._kept[next(iter(self._kept))]
            self._kept[place.segment.number, offset] = lines_in(held, offset, end, place.line - first + 1)
            line = self.at_hand(place)
        return line

    def at_hand(self, place: Place) -> bytes | None:
        """The same, of what was read lately."""
        first, offset, _ = place.segment.stretch(place.line)
        lines = self._kept.get((place.segment.number, offset), ()) if place.offset < 0 else ()
        if place.line - first >= len(lines):
            return None
        line = lines[place.line - first].lstrip(b"\0").removesuffix(b"\r")
        return line.removeprefix(BOM) if place.line == 1 else line


def lines_in(held: Content, offset: int, end: int | None, count: int) -> list[bytes]:
    """At least `count` lines from there on, not beyond `end`; without one that has no end yet and may go on."""
    data = bytearray()
    while True:
        size = _STRETCH if end is None else min(_STRETCH, end - offset - len(data))
        more = held.read(offset + len(data), size)
        data += more
        if not more or len(data) == (end or -1) - offset or data.count(b"\n") >= count:
            break
    lines = bytes(data).split(b"\n")
    if not is_whole_json(lines[-1]):
        lines.pop()
    return lines


class Entries:
    """The entries of the document opened last: whoever looks at one looks at its neighbours next."""

    def __init__(self) -> None:
        self._key: object = None
        self._entries: list[Any] = []

    def json(self, key: object, number: int, read: Callable[[], bytes | None]) -> bytes | None:
        """One entry's own JSON; `key` is the document, which `read` gets where it is another than the last."""
        if key != self._key:
            self._key, self._entries = None, []  # what is not needed any more makes room first
            self._entries = _entries_in(read() or b"")
            self._key = key
        if not 0 < number <= len(self._entries):
            return None
        return orjson.dumps(self._entries[number - 1])


def _entries_in(document: bytes) -> list[Any]:
    try:
        value = orjson.loads(document)
    except orjson.JSONDecodeError:
        return []
    if isinstance(value, dict) and is_told(value):
        return [value] * SAID_AT_MOST
    entries = value.get("entries") if isinstance(value, dict) else None
    return entries if isinstance(entries, list) else []
