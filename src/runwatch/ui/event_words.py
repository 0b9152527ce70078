"""One event in full, below the list: its kind, its time, each of its fields."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from typing import Any

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.event_rows import EventRow
from runwatch.answers.view import Tone
from runwatch.core.events import Event
from runwatch.core.times import SECOND
from runwatch.ui.line import Bit, Line, fit, spread
from runwatch.ui.safe import bit, line_text, mark_bit, wrapped

LABEL = 17
SHOWN = 4096
"""Characters of one field that are laid out."""


class EventWords(Struct, frozen=True):
    """What is told of it."""

    row: EventRow
    event: Event
    zone: tzinfo

    def lines(self, width: int) -> tuple[Line, ...]:
        """All of it at this width."""
        label = min(LABEL, max(0, width // 3))
        fields = [(name, getattr(self.event, name)) for name in self.event.__struct_fields__ if name != "extra"]
        more = getattr(self.event, "extra", None) or {}
        lines = [self._head(width)]
        if self.row.origin:
            lines += _field("origin", self.row.origin, label, width)
        for name, value in (*fields, *more.items()):
            lines += _field(name.rstrip("_"), value, label, width)
        return tuple(lines)

    def _head(self, width: int) -> Line:
        mark = (mark_bit(self.row.mark), Bit(" ")) if self.row.mark else ()
        return spread((*mark, bit(self.row.kind, bold=True)), (bit(self._when(), Tone.MUTED),), width)

    def _when(self) -> str:
        time = self.row.time
        if time is None:
            return "its time is unknown"
        day = datetime.fromtimestamp(time // SECOND, self.zone)
        clock = units.clock(time, self.zone, milliseconds=True)
        return f"{day.day} {day.strftime('%b %Y')} {clock} {day.strftime('%Z')}"


def _field(name: str, value: Any, label: int, width: int) -> list[Line]:
    """`error   no space left`: the value below itself where it is long."""
    text, tone = _value(value)
    rows = wrapped(text, max(1, width - label), tone)
    front: Line = (bit(fit(line_text(name), max(0, label - 1)), Tone.MUTED), Bit(" "))
    blank: Line = (Bit(" " * label),)
    lines: list[Line] = [(*(blank if number else front), *row) for number, row in enumerate(rows)]
    if len(text) < _length(value):
        lines.append((*blank, bit(f"cut here; v shows all {_length(value):,} characters", Tone.DEGRADED)))
    return lines


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str) else 0


def _value(value: Any) -> tuple[str, Tone]:
    """The value in words: what is empty says so, a structure as JSON."""
    if value is None:
        return "not said", Tone.MUTED
    if isinstance(value, bool):
        return "yes" if value else "no", Tone.INK
    if isinstance(value, int):
        return units.count(value), Tone.INK
    if isinstance(value, str):
        return (value[:SHOWN], Tone.INK) if value.strip() else ('""', Tone.MUTED)
    if not value:
        return "none", Tone.MUTED
    return json.dumps(value, ensure_ascii=False, default=str)[:SHOWN], Tone.INK
