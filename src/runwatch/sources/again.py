"""A line read once more, when someone wants to see it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import orjson

from runwatch.core.places import Place, Segment
from runwatch.sources.lines import LONGEST_LINE, is_whole_json
from runwatch.sources.reader import Content, FileId, Packed, Plain, content, open_same
from runwatch.sources.tail import Tail

_FIRST_READ = 4096


class Again:
    """Opens places to their lines.

    The file read last stays open: whoever looks at one line of a compressed log
    looks at its neighbours next.
    """

    def __init__(self, tails: dict[Segment, Tail]) -> None:
        self._tails = tails
        self._entries = Entries()
        self._open: tuple[FileId, int, Plain | Packed] | None = None
        self._lock = threading.Lock()  # a screen looks while a thread reads

    def line_at(self, place: Place) -> bytes | None:
        """The line, or the entry of a document in it; None where its bytes are gone."""
        tail = self._tails.get(place.segment)
        if tail is None or place.segment.gone:
            return None
        with self._lock:
            try:
                held = self._content(tail)
                if not tail.starts(held):
                    return None
                if not place.entry:
                    return line_in(held, place.offset)
                key = (place.segment.number, place.offset)
                return self._entries.json(key, place.entry, lambda: line_in(held, place.offset))
            except OSError:
                return None

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
        entries = orjson.loads(document)["entries"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return []
    return entries if isinstance(entries, list) else []
