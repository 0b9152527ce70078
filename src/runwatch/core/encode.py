"""An entry as one line of a log."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from runwatch.core.events import Entry, Event, Unknown
from runwatch.core.times import format_time


def fields_of(event: Event) -> dict[str, Any]:
    """The event's own fields under the log's names, defaults filled in, then any others as the log had them."""
    plain: dict[str, Any] = msgspec.to_builtins(event)
    extra = plain.pop("extra", None)
    if isinstance(event, Unknown):
        plain = {}
    if extra:
        plain.update(extra)
    return plain


def encode(entry: Entry) -> bytes:
    """One line, without its newline, in the form of EVENTS.md."""
    line: dict[str, Any] = {"run_id": entry.run_id}
    if entry.export_name is not None:
        line["export_name"] = entry.export_name
    line["recorded_at"] = None if entry.time is None else format_time(entry.time, entry.digits)
    line["event"] = {entry.event.kind: fields_of(entry.event)}
    if entry.origin != "journal":
        line["origin"] = entry.origin
    return orjson.dumps(line)
