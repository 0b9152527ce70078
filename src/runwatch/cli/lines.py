"""Matches as lines of JSON: each as it stands in its log, its controls escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import orjson

from runwatch.cli.matching import Match
from runwatch.core.encode import encode
from runwatch.core.events import Entry
from runwatch.core.stream import is_told
from runwatch.core.text import escape_controls
from runwatch.sources.base import Source

TOGETHER = 8192
"""Lines fetched at once."""
_BLANKS = {ord("\t"): " ", ord("\r"): " "}


class Lines:
    """Fetches the lines of matches from their source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.gone = 0
        """Lines whose bytes could not be read again: told from memory, in the form of EVENTS.md."""

    def of(self, matches: Iterable[Match]) -> Iterator[bytes]:
        """Blocks of lines, in the order of the matches.

        They are fetched in the order of their files: going back in a compressed one means to begin again.
        """
        matches = iter(matches)
        while block := list(islice(matches, TOGETHER)):
            by_file = sorted(range(len(block)), key=lambda number: block[number][1:5])
            lines = {number: self._line(block[number]) for number in by_file}
            yield b"".join(lines[number] for number in range(len(block)))

    def _line(self, match: Match) -> bytes:
        raw = self._source.line_at(match.place)
        if raw is not None and match.moment.log.origin(match.position) == "stream" and _is_told(raw):
            return encode(entry_of(match)) + b"\n"  # the line itself says neither when, nor mostly of which run it is
        if raw is None:
            self.gone += 1
            return encode(entry_of(match)) + b"\n"
        if match.place.entry:
            raw = _whole(raw, entry_of(match))
        text = raw.decode("utf-8", "replace").translate(_BLANKS).strip()  # outside of texts only blanks can be raw
        return escape_controls(text).encode() + b"\n"


def _is_told(raw: bytes) -> bool:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:  # somebody wrote over it
        return False
    return isinstance(value, dict) and is_told(value)


def _whole(own: bytes, entry: Entry) -> bytes:
    """A document's entry as a line of its own, with the run and the export that it had from the document."""
    given = orjson.loads(own)
    if not isinstance(given, dict):  # the document was replaced since it was read
        return encode(entry)
    around = {"run_id": entry.run_id, "export_name": entry.export_name}
    return orjson.dumps(around | {key: value for key, value in given.items() if key not in around or value is not None})


def entry_of(match: Match) -> Entry:
    """The whole entry, with the run and the export that its document gave it."""
    moment, log = match.moment, match.moment.log
    row = log.order[match.position]
    return Entry(
        run_id=match.run_id,
        export_name=log.names.at(row) or moment.export,
        time=log.time(match.position),
        digits=log.digits_of(row),
        event=match.event,
        origin=log.origin(match.position),
    )
