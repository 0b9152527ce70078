"""What is known of an entry without reading it again, in sixteen bits: kind, digits, origin, and where its event is."""

from __future__ import annotations

from functools import cache

from runwatch.core import events as ev

KINDS: tuple[type[ev.Event], ...] = (*ev.VARIANTS, *ev.SOURCE_VARIANTS, ev.Unknown)
NUMBER_OF = {kind: number for number, kind in enumerate(KINDS)}
NAMES = tuple(kind.__name__ for kind in KINDS)
GROUPS = tuple(kind.group for kind in KINDS)
ORIGINS = ("journal", "tables", "stream")

FILE_WRITTEN = NUMBER_OF[ev.FileWritten]
CHUNK_STARTED = NUMBER_OF[ev.ChunkStarted]
CHUNK_COMPLETED = NUMBER_OF[ev.ChunkCompleted]
RUN_COMPLETED = NUMBER_OF[ev.RunCompleted]
PRODUCER_SEEN = NUMBER_OF[ev.ProducerSeen]
UNKNOWN = NUMBER_OF[ev.Unknown]
FIRST_SOURCE = NUMBER_OF[ev.RunStarted]
"""From here on events have no number."""

PLACE_OF = {CHUNK_STARTED: 0, FILE_WRITTEN: 1, CHUNK_COMPLETED: 2}
"""Of the kinds that have facts (`core/facts.py`): in which order they come where all goes well."""

NEVER = -(2**63)
"""Stands in a column of times for "unknown"."""

KIND = 0b11111
DIGITS = 5
"""Bits behind which the digits stand."""
ORIGIN = 9
FACT = 1 << 11
"""The event is not kept: what counts of it stands in columns, the rest in the log."""


@cache
def mark_of(kind: int, digits: int, origin: str, fact: bool) -> int:
    """The sixteen bits."""
    return kind | digits << DIGITS | ORIGINS.index(origin) << ORIGIN | (FACT if fact else 0)


def digits_in(mark: int) -> int:
    """The fractional digits the log wrote."""
    return mark >> DIGITS & 15


def origin_in(mark: int) -> str:
    """`journal`, `tables` or `stream`."""
    return ORIGINS[mark >> ORIGIN & 3]


FREQUENT = {
    digits: tuple(mark_of(kind, digits, "journal", True) for kind in (CHUNK_STARTED, FILE_WRITTEN, CHUNK_COMPLETED))
    for digits in (3, 6, 9)
}
"""ChunkStarted, FileWritten and ChunkCompleted of a journal, by the digits of their times."""
