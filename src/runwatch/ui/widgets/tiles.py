"""Counts with a glyph and a word: in two lines, or in one where height is short."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from runwatch.ui.line import Bit, Line, fit_line, width_of
from runwatch.ui.widgets.drawn import Drawn

TINY = 60


class Tile(Struct, frozen=True):
    """One count. `style` is a theme variable's: `$v-failed`."""

    glyph: str
    word: str
    count: int
    style: str


def tiles_two(tiles: Sequence[Tile], width: int) -> tuple[Line, Line]:
    """Glyph and count above, the word below, in equal columns; a zero is faint, not hidden."""
    pitch = max(8, (width - 4) // max(1, len(tiles)))
    above: list[Bit] = [Bit("  ")]
    below: list[Bit] = [Bit("  ")]
    for tile in tiles:
        above += fit_line((Bit(f"{tile.glyph} {tile.count:,}", _style(tile)),), pitch)
        below += fit_line((Bit(tile.word, "$muted" if tile.count else "$faint"),), pitch)
    return fit_line(tuple(above), width), fit_line(tuple(below), width)


def tiles_one(tiles: Sequence[Tile], width: int, total: str = "") -> Line:
    """`✗ 4   ≠ 1 …   43 runs`; without blanks, and without zeros, below 60 columns."""
    tiny = width < TINY
    bits: list[Bit] = [Bit(" ")]
    for tile in tiles:
        if tile.count or not tiny:
            text = f"{tile.glyph}{tile.count:,}" if tiny else f"{tile.glyph} {tile.count:,}"
            bits += [Bit(text, _style(tile)), Bit(" " if tiny else "   ")]
    line = tuple(bits)
    if total and width_of(line) + len(total) + 2 <= width:
        line = (*line, Bit(f" {total}" if not tiny else total, "$muted"))
    return fit_line(line, width)


def _style(tile: Tile) -> str:
    return f"bold {tile.style}" if tile.count else "$faint"


class Tiles(Drawn):
    """The counts as a widget; `lean` puts them in one line."""

    DEFAULT_CSS = """
    Tiles { height: auto; width: 1fr; }
    """
    tiles: tuple[Tile, ...] = ()
    total = ""
    lean = False
    instead: tuple[Line, ...] = ()

    def show(self, tiles: Sequence[Tile], total: str = "", *, lean: bool | None = None) -> None:
        """Draw these; nothing happens if they are what is drawn already."""
        lean = self.lean if lean is None else lean
        wanted = (tuple(tiles), total, lean)
        if self.instead or wanted != (self.tiles, self.total, self.lean):
            self.instead = ()
            self.tiles, self.total, self.lean = wanted
            self.redraw()

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Draw these instead, until there are counts to show."""
        if lines != self.instead:
            self.instead = lines
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        if self.instead:
            return self.instead
        if self.lean or width < TINY:
            return (tiles_one(self.tiles, width, self.total),)
        return tiles_two(self.tiles, width)
