"""A few words in place of a page: the terminal is too small for it, or there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable

from runwatch.answers.glyphs import VERDICTS, glyph
from runwatch.ui.line import Bit, Line, cut_line, wrap
from runwatch.ui.plain import is_plain
from runwatch.ui.safe import bit, line_text
from runwatch.ui.widgets.drawn import Drawn

LEAST_WIDTH, LEAST_HEIGHT = 20, 4


def is_too_small(width: int, height: int) -> bool:
    """Nothing but the verdict has room here."""
    return width < LEAST_WIDTH or height < LEAST_HEIGHT


def small_lines(verdict: str, export: str, width: int, height: int) -> tuple[Line, ...]:
    """Says so, with the verdict; where not even that has room, the verdict and the export."""
    look = VERDICTS[verdict]
    mark = glyph(look.mark, plain=is_plain())
    rows = wrap(line_text(f"too small: {width} × {height}; the verdict is {mark} {look.word}"), width)
    name = bit(export)
    if len(rows) <= height:
        said: list[Line] = [(Bit(row, "$foreground"),) for row in rows]
        return (*said, cut_line((name,), width))[:height]
    short: Line = (Bit(f"{mark} {look.word}", f"bold ${look.tone.value}"),)
    if height == 1:
        return (cut_line((*short, Bit(" "), name), width),)
    return (cut_line(short, width), cut_line((name,), width))[:height]


class Notice(Drawn):
    """Draws what a function of its size says."""

    DEFAULT_CSS = """
    Notice { width: 1fr; height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self._words: Callable[[int, int], tuple[Line, ...]] = lambda width, height: ()

    def show(self, words: Callable[[int, int], tuple[Line, ...]]) -> None:
        """`words` is asked for the lines at a width and height."""
        self._words = words
        self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        return self._words(width, max(1, self.size.height))

    def on_resize(self) -> None:
        self.redraw()
