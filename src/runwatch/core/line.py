"""Lines of a log, each decoded as if it stood alone.

A job that runs every night plans the same every night, and what a line says of one run many lines say of others: an
event that was decoded lately is not decoded again, it is the same object.
"""

from __future__ import annotations

from typing import Protocol

import orjson
from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from runwatch.core.decode import Decoded, Unfit, decode_line, event_in, shared
from runwatch.core.events import Entry, Event
from runwatch.core.stream import Stream
from runwatch.core.text import safe
from runwatch.core.times import parse_time

REMEMBERED, LONGEST = 200, 4096
"""So many events, of at most so many bytes."""


class Named(Protocol):
    """What a line has beside its event."""

    recorded_at: str
    run_id: str | None
    export_name: str | None


class Envelope(Struct, gc=False, forbid_unknown_fields=True):
    """A line of the form the producer writes; whatever else one is, `core/decode.py` says."""

    event: Raw
    recorded_at: str
    run_id: str | None = None
    export_name: str | None = None


decode_envelope = Decoder(Envelope).decode
"""Raises `DecodeError` or `UnicodeDecodeError`."""
_lately: dict[bytes, Event] = {}
"""By their bytes: equal ones say the same wherever they stand."""


def decode_one(
    line: bytes, identity: str, stream: Stream | None = None, arrived: int | None = None
) -> list[Decoded]:
    """What a line says.

    `identity` is the run_id of one that carries none. A blank line says nothing. `stream` knows what the lines in
    front of it said, `arrived` (ns) is its time if it has none.
    """
    try:
        said = decode_envelope(line)
    except (DecodeError, UnicodeDecodeError):
        return decode_line(line, identity, stream, arrived)
    entry = entry_in(said, identity, parse_time(said.recorded_at) or (None, 0))
    return decode_line(line, identity) if entry is None else [entry]


def entry_in(said: Envelope, identity: str, time: tuple[int | None, int]) -> Entry | None:
    """The same as `core/decode.py` makes of its line; None where that has to be asked. `time`: with its digits."""
    return entry_with(event_of(bytes(said.event)), said, identity, time)


def entry_with(event: Event | None, said: Named, identity: str, time: tuple[int | None, int]) -> Entry | None:
    """The same of an event that is decoded already, None if it could not be."""
    run_id, export_name = said.run_id, said.export_name
    if event is None or not f"{said.recorded_at}{run_id}{export_name}".isprintable():
        return None
    return Entry(
        run_id=identity if run_id is None else shared(safe(run_id)),
        event=event,
        export_name=None if export_name is None else shared(safe(export_name)),
        time=time[0],
        digits=time[1],
    )


def event_of(written: bytes) -> Event | None:
    """What stands behind the key `event`; None where that is no JSON, or does not fit."""
    event = _lately.get(written)
    if event is not None:
        return event
    try:
        event = event_in(orjson.loads(written))
    except (Unfit, orjson.JSONDecodeError):
        return None
    if len(written) <= LONGEST:
        if len(_lately) >= REMEMBERED:
            _lately.clear()
        _lately[written] = event
    return event
