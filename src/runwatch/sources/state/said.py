"""An entry that a state database gave rise to: its line, its time, and which other entry would be the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from msgspec import Struct

from runwatch.core.times import parse_time

TABLES, JOURNAL = "tables", "journal"


class Said(Struct, frozen=True):
    """One entry of a run."""

    kind: str
    fields: Any
    """The event's own fields, as they stand in the line."""
    at: str | None = None
    """RFC 3339; None where nobody knows."""
    origin: str = TABLES
    envelope: dict[str, Any] | None = None
    """What else a journal's entry holds beside its event."""

    @property
    def moment(self) -> int | None:
        """Nanoseconds since 1970; None where nobody knows."""
        return _moment(self.at) if self.at else None

    @property
    def chunk(self) -> int | None:
        """The chunk it names, if any."""
        chunk = self.fields.get("chunk_index") if isinstance(self.fields, dict) else None
        return chunk if isinstance(chunk, int) else None

    @property
    def file(self) -> str | None:
        """The file it names, if any."""
        name = self.fields.get("file_name") if isinstance(self.fields, dict) else None
        return name if isinstance(name, str) else None

    def line(self, run_id: str, export_name: str) -> bytes:
        """As one line of a log, without its newline."""
        line: dict[str, Any] = {"run_id": run_id, "export_name": export_name}
        if self.at is not None:
            line["recorded_at"] = self.at
        line["event"] = {self.kind: self.fields}
        if self.origin != JOURNAL:
            line["origin"] = self.origin
        # A copy: what orjson gives holds on to the 4 kB that it was written into.
        return bytes(memoryview(orjson.dumps(line | (self.envelope or {}))))


@lru_cache(4096)
def _moment(at: str) -> int | None:
    """Each is asked for several times while a run is put together."""
    parsed = parse_time(at)
    return parsed[0] if parsed else None


def utc(text: str | None) -> str | None:
    """rivet's tables write `+00:00` where its journals write `Z`."""
    return text.removesuffix("+00:00") + "Z" if text and text.endswith("+00:00") else text


def moments(said: Sequence[Said]) -> list[int]:
    """When each one stands (ns since 1970): one without a time with the next that has one."""
    known = [one.moment for one in said]
    following = max((moment for moment in known if moment is not None), default=-1)
    filled: list[int] = []
    for moment in reversed(known):
        following = following if moment is None else moment
        filled.append(following)
    return filled[::-1]


def in_order(said: Sequence[Said]) -> list[Said]:
    """By their times; equal ones stay as they are."""
    return [one for _, one in sorted(zip(moments(said), said, strict=True), key=itemgetter(0))]
