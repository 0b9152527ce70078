"""The fields of an event, as a filter asks for them: made when they are asked for, and only those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runwatch.core import events as ev
from runwatch.core.index import UNNUMBERED, RunLog
from runwatch.core.times import format_time


class EventFields:
    """One event of a run's log after the other: `at` moves on. Of ten million none is kept.

    Where it stands and what kind it is are looked up; the event itself only if what it says is asked for.
    """

    __slots__ = ("_log", "_made", "_position")

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._position = 0
        self._made: ev.Event | None = None

    def at(self, position: int) -> EventFields:
        """These fields, of the event there."""
        self._position = position
        self._made = None
        return self

    @property
    def _event(self) -> ev.Event:
        if self._made is None:
            self._made = self._log.event(self._position)
        return self._made

    def get(self, name: str, /) -> object:
        """A field of the event; None where it has none of that name."""
        if name == "error":
            return _error(self._event) if self._log.kind_at(self._position) in _HAVE_AN_ERROR else None
        attribute = _OF_NAME.get(name)
        if attribute is not None:
            return self._attribute(attribute)
        match name:
            case "kind":
                return self._log.kind_at(self._position)
            case "group":
                return self._log.group_at(self._position)
            case "chunk":
                return self._log.chunk_at(self._position)
            case "origin":
                return self._log.origin(self._position)
            case "n":
                is_numbered = self._log.group_at(self._position) not in UNNUMBERED
                return self._log.number_at(self._position) if is_numbered else None
            case "time":
                moment = self._log.moment(self._position)
                return None if moment is None else format_time(moment, 9)
        place = self._log.place(self._position)
        if name == "log":
            return place.segment.path
        return None if place.segment.document or name != "line" else place.line

    def _attribute(self, name: str) -> object:
        """What the event has under that name; of most it is known without reading them again."""
        if name not in _HAVE.get(self._log.kind_at(self._position), (name,)):
            return None
        if name in ("rows", "bytes") and (told := self._log.told_at(self._position)) is not None:
            return told[name == "bytes"]
        return getattr(self._event, name, None)

    def values(self) -> Iterator[object]:
        """Every text that the event holds, and the words that are shown for what is no text."""
        yield self._log.kind_at(self._position)
        event = self._event
        for name in event.__struct_fields__:
            yield from _texts(getattr(event, name))
        if isinstance(event, ev.ValidationResult):
            yield "passed" if event.passed else "failed"
        elif isinstance(event, ev.ReconciliationResult):
            yield "matched" if is_equal(event) else "mismatched"


def is_equal(event: ev.ReconciliationResult) -> bool:
    """The source's rows and the exported ones are the same, and the log says so."""
    return event.matched and event.source_count == event.exported_rows


def _error(event: ev.Event) -> object:
    match event:
        case ev.ChunkFailed():
            return event.error
        case ev.RunCompleted():
            return event.error_message
        case ev.RetryAttempted():
            return event.reason
    return None


def _texts(value: Any) -> Iterator[object]:
    """Every text inside a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


_HAVE_AN_ERROR = ("ChunkFailed", "RunCompleted", "RetryAttempted")
_HAVE = {kind.__name__: kind.__struct_fields__ for kind in ev.VARIANTS}
_OF_NAME: Mapping[str, str] = {
    "rows": "rows",
    "bytes": "bytes",
    "file": "file_name",
    "message": "message",
    "status": "status",
    "attempt": "attempt",
}
