"""The glyphs of this terminal: what `answers.glyphs` has, ASCII where that is asked for."""

from __future__ import annotations

from runwatch.answers import glyphs as table
from runwatch.answers.glyphs import ATTENTION, CHUNK_WORDS, MARKS, ONE_CELL, VERDICTS, plain
from runwatch.answers.view import Mark
from runwatch.ui.plain import is_plain

__all__ = ["ATTENTION", "CHUNK_WORDS", "MARKS", "ONE_CELL", "VERDICTS", "glyph", "plain", "shown"]


def glyph(mark: Mark) -> str:
    """The one cell that stands for this meaning on this terminal."""
    return table.glyph(mark, plain=is_plain())


def shown(text: str) -> str:
    """Our own words as this terminal can show them."""
    return plain(text) if is_plain() else text
