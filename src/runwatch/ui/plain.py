"""Whether this terminal is shown ASCII only, decided in one place.

One process draws on one terminal, so this is one switch for all. What is
laid out asks it (`..` takes two cells); what was laid out before it moved,
and what Textual draws itself, is caught by a filter on the finished lines.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_switch = {"plain": False}


def is_plain() -> bool:
    """Whether glyphs are shown in ASCII now."""
    return _switch["plain"]


def use_plain(on: bool) -> None:
    """Turn plain glyphs on or off for the whole process."""
    _switch["plain"] = on


class PlainGlyphs(LineFilter):
    """Every finished line in ASCII, cell for cell, borders and scrollbars too."""

    def __init__(self, stand_ins: Mapping[str, str]) -> None:
        """`stand_ins` maps a glyph to one of the same width."""
        super().__init__()
        self._table = str.maketrans(dict(stand_ins))

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same cells with our glyphs replaced."""
        table = self._table
        return [
            segment if segment.text.isascii() else Segment(segment.text.translate(table), segment.style)
            for segment in segments
        ]
