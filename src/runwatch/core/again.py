"""An event read again in its log."""

from __future__ import annotations

from collections.abc import Callable

from runwatch.core import events as ev
from runwatch.core.decode import decode_line
from runwatch.core.facts import NO_FILE, Facts
from runwatch.core.marks import CHUNK_STARTED, FILE_WRITTEN, KIND
from runwatch.core.places import Place, Stretch

KEPT = 2_000
"""Events read lately: a screen shows the same ones again and again."""
GONE = "(its bytes are gone)"
"""Stands for a text that only the log had."""


ReadStretch = Callable[[Place], Stretch | None]


class Again:
    """Reads lines by their places."""

    def __init__(self, read: Callable[[Place], bytes | None], stretch: ReadStretch | None = None) -> None:
        """`read` gives a line without its newline, None where its bytes are gone; `stretch` those about it, where that
        costs little more.
        """
        self._read = read
        self.stretch = stretch or (lambda _: None)
        self._kept: dict[tuple[int, int], ev.Event] = {}

    def event(self, place: Place) -> ev.Event | None:
        """The event that stands there; None where its bytes are gone."""
        key = (place.segment.number, place.line)
        event = self._kept.get(key)
        if event is None:
            line = self._read(place)
            if line is None:
                return None
            entries = [entry for entry in decode_line(line, place.segment.identity) if isinstance(entry, ev.Entry)]
            if not entries:
                return None
            if len(self._kept) >= KEPT:
                self._kept.clear()
            event = self._kept[key] = entries[0].event
        return event


def from_facts(facts: Facts, mark: int, row: int, argument: int) -> ev.Event:
    """What is left of an event whose line cannot be read any more."""
    kind = mark & KIND
    if kind == CHUNK_STARTED:
        return ev.ChunkStarted(chunk_index=argument, start_key=GONE, end_key=GONE)
    if kind == FILE_WRITTEN:
        _, rows, size = facts.of_written(row, argument)
        return ev.FileWritten(file_name=GONE, rows=rows, bytes=size, part_index=0)
    chunk, rows, file = facts.of_completed(row, argument)
    return ev.ChunkCompleted(chunk_index=chunk, rows=rows, file_name=None if file == NO_FILE else GONE)
