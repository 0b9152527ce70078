"""The painted rows of a list, kept: a row that says the same is not painted again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple, Protocol

from textual.cache import LRUCache
from textual.strip import Strip
from textual.style import Style

from runwatch.ui.line import Bit, Line, fit_line, to_strip


class Look(NamedTuple):
    """All that a row's looks depend on, but its words."""

    width: int
    is_selected: bool
    has_focus: bool
    is_plain: bool
    theme: str
    base: Style
    is_colourless: bool


class Lines(Protocol):
    """The rows."""

    def line(self, index: int, width: int) -> Line:
        """The words of one."""


class RowStrips:
    """Strips by place, valid until the rows change; by sign and by words, valid for ever.

    Rows can have a `sign(index)`: what the words of a row follow from, where that is told sooner; or None.
    """

    def __init__(self) -> None:
        self._by_place: LRUCache[object, Strip] = LRUCache(256)
        self._by_words: LRUCache[object, Strip] = LRUCache(512)
        self._by_sign: LRUCache[object, Strip] = LRUCache(256)

    def rows_changed(self) -> None:
        """What stood where is no longer known."""
        self._by_place.clear()

    def strip(self, index: int, look: Look, rows: Lines) -> Strip:
        """The row at `index`; asked for only if its place is not known."""
        strip = self._by_place.get((index, look))
        if strip is None:
            sign_of = getattr(rows, "sign", None)
            sign: Hashable = None if sign_of is None else sign_of(index)
            strip = None if sign is None else self._by_sign.get((sign, look))
            if strip is None:
                strip = self._made(rows.line(index, look.width - 1), look)
                if sign is not None:
                    self._by_sign[(sign, look)] = strip
            self._by_place[(index, look)] = strip
        return strip

    def _made(self, line: Line, look: Look) -> Strip:
        strip = self._by_words.get((line, look))
        if strip is None:
            strip = self._by_words[(line, look)] = painted(line, look)
        return strip


def painted(line: Line, look: Look) -> Strip:
    """A row with its marker; the selected one of a focused list on its background."""
    focused = look.is_selected and look.has_focus
    glyph = ("*" if look.is_plain else "▌") if look.is_selected else " "
    marker = Bit(glyph, "$accent" if focused else "$muted")
    if look.is_selected:
        line = tuple(Bit(bit.text, bit.style.replace("$faint", "$muted")) for bit in line)
    base = look.base
    if focused:
        base += Style(reverse=True) if look.is_colourless else Style.parse("on $sel")
    return to_strip(fit_line((marker, *line), look.width), base, look.width)
