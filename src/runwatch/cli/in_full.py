"""Lines that mean the same wherever they stand: what a log's name, a document or a stream told is written into them.

A line that names its run is left as it is, byte for byte, and so is one that
is no event.
"""

from __future__ import annotations

from typing import Any

import orjson

from runwatch.core.decode import decode_line
from runwatch.core.encode import encode
from runwatch.core.events import Entry
from runwatch.core.places import Segment
from runwatch.core.stream import Stream, is_told
from runwatch.sources.base import Block, Document

_NAMED = b'{"run_id":"'


class InFull:
    """Knows what the lines in front of a line said."""

    def __init__(self) -> None:
        self._streams: dict[str, Stream] = {}

    @property
    def is_stamped(self) -> bool:
        """Some lines have the times of their arrival."""
        return any(stream.is_stamped for stream in self._streams.values())

    def text_of(self, item: Block | Document, now: int) -> bytes:
        """Whole lines; `now` (ns) is when those of a pipe arrived."""
        if isinstance(item, Document):
            return _lines_of(item)
        data = item.data if item.data.endswith(b"\n") else item.data + b"\n"
        if (b"\n" + data).count(b"\n" + _NAMED) == data.count(b"\n"):
            return data
        return b"".join(self._line(line, item.segment, now) + b"\n" for line in data[:-1].split(b"\n"))

    def _line(self, line: bytes, segment: Segment, now: int) -> bytes:
        if line.startswith(_NAMED) or not line.strip():
            return line
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            return line
        if not isinstance(value, dict):
            return line
        if is_told(value):
            return self._told(line, segment, now if segment.stamps else None)
        if value.get("run_id") is not None or not _is_event(line, segment.identity):
            return line
        if "run_id" in value:
            return orjson.dumps(value | {"run_id": segment.identity})
        return b'{"run_id":' + orjson.dumps(segment.identity) + b"," + line.lstrip()[1:]

    def _told(self, line: bytes, segment: Segment, arrived: int | None) -> bytes:
        stream = self._streams.setdefault(segment.chain, Stream())
        said = decode_line(line, segment.identity, stream, arrived)
        return b"\n".join(encode(entry) if isinstance(entry, Entry) else line for entry in said)


def _is_event(line: bytes, identity: str) -> bool:
    """A document on one line is several."""
    return any(isinstance(said, Entry) for said in decode_line(line, identity))


def _lines_of(document: Document) -> bytes:
    """A line an entry; what is no journal, or no entry, is one line that is a problem there as well."""
    value = orjson.loads(document.data)
    if not isinstance(value, dict) or not isinstance(value.get("entries"), list):
        return orjson.dumps(value) + b"\n"
    run_id = value.get("run_id")
    around = {"run_id": document.segment.identity if run_id is None else run_id}
    if value.get("export_name") is not None:
        around["export_name"] = value["export_name"]
    return b"".join(_entry(entry, around) + b"\n" for entry in value["entries"])


def _entry(entry: Any, around: dict[str, Any]) -> bytes:
    if not isinstance(entry, dict):
        return orjson.dumps(entry)
    return orjson.dumps(around | {key: value for key, value in entry.items() if key not in around or value is not None})
