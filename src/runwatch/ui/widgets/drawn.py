"""A widget that draws lines made by a pure function, and makes them once."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from runwatch.ui.line import Bit, Line, to_strip
from runwatch.ui.plain import is_plain


class Drawn(Widget):
    """Draws `lines(width)`; call `redraw` when what they are made of has changed."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self._made_for: tuple[int, bool] | None = None
        self._made: tuple[Line, ...] = ()

    def lines(self, width: int) -> tuple[Line, ...]:
        """What is drawn at this width; a longer line is cut by the widget's edge."""
        return ()

    def made(self, width: int) -> tuple[Line, ...]:
        """The lines, made at most once for each width and set of glyphs."""
        wanted = (width, is_plain())
        if self._made_for != wanted:
            self._made, self._made_for = self.lines(width), wanted
        return self._made

    def redraw(self) -> None:
        """Make the lines anew; lay out again only if their number changed."""
        before = len(self._made)
        self._made_for = None
        grown = self.size.width > 0 and len(self.made(self.size.width)) != before
        self.refresh(layout=grown)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.made(width))

    def render_line(self, y: int) -> Strip:
        lines = self.made(self.size.width)
        return to_strip(lines[y] if y < len(lines) else (), self.visual_style, self.size.width)


def joined(cells: list[Bit]) -> Line:
    """Neighbouring cells of one style as one bit."""
    bits: list[Bit] = []
    for cell in cells:
        if bits and bits[-1].style == cell.style:
            bits[-1] = Bit(bits[-1].text + cell.text, cell.style)
        else:
            bits.append(cell)
    return tuple(bits)
