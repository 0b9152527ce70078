"""Text laid out by cells: cut, padded, aligned, wrapped.

A line is a tuple of bits, a bit is text and a style. A style is a Textual
style string that names theme variables (`"bold $v-failed"`), so a line can
be made without an app, compared, and drawn under any theme. Nothing here is
ever read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from runwatch.ui.plain import is_plain


class Bit(NamedTuple):
    """Some text in one style."""

    text: str
    style: str = ""


Line = tuple[Bit, ...]


def ellipsis() -> str:
    """What a cut text ends in."""
    return ".." if is_plain() else "…"


def width_of(line: Line) -> int:
    """Cells, not characters."""
    return sum([cell_len(bit.text) for bit in line])


def cut(text: str, width: int) -> str:
    """At most `width` cells of this text; a cut one ends in `…`."""
    if cell_len(text) <= width:
        return text
    end = ellipsis()
    if width <= len(end):
        return end[:width] if width > 0 else ""
    room = width - len(end)
    head = text[:room] if text[: room + 1].isascii() else set_cell_size(text, room)  # that looks at all of the text
    return head.rstrip() + end


def fit(text: str, width: int, align: str = "left") -> str:
    """Exactly `width` cells of this text: cut, or padded on the side `align` leaves."""
    shown = cut(text, width)
    blank = " " * (width - cell_len(shown))
    return blank + shown if align == "right" else shown + blank


def cut_line(line: Line, width: int) -> Line:
    """At most `width` cells of this line; a cut one ends in `…`."""
    if width_of(line) <= width:
        return line
    kept: list[Bit] = []
    for bit in line:
        taken = cell_len(bit.text)
        if taken > width or (taken == width and bit is not line[-1]):
            return (*kept, Bit(cut(bit.text + " …", width), bit.style))
        kept.append(bit)
        width -= taken
    return tuple(kept)


def underlined(line: Line, first: int, behind: int) -> Line:
    """The same with the bits that begin in these cells underlined."""
    at, bits = 0, []
    for bit in line:
        bits.append(Bit(bit.text, f"{bit.style} underline".strip()) if first <= at < behind else bit)
        at += cell_len(bit.text)
    return tuple(bits)


def fit_line(line: Line, width: int, align: str = "left") -> Line:
    """Exactly `width` cells of this line."""
    missing = width - width_of(line)
    if missing < 0:
        line = cut_line(line, width)
        missing = width - width_of(line)
    if not missing:
        return line
    blank = Bit(" " * missing)
    return (blank, *line) if align == "right" else (*line, blank)


def spread(left: Line, right: Line, width: int, gap: int = 2) -> Line:
    """Left and right ends of one row; where both do not fit the left is cut."""
    kept = cut_line(right, width)
    room = width - width_of(kept)
    if not kept:
        return fit_line(left, width)
    return (*fit_line(left, max(0, room - gap)), Bit(" " * min(gap, max(0, room))), *kept)


def wrap(text: str, width: int) -> list[str]:
    """Rows of at most `width` cells, the text's own line breaks kept, words whole where they fit."""
    if width < 1:
        return []
    return [row for line in text.split("\n") for row in _wrap_line(line, width)]


def _wrap_line(text: str, width: int) -> list[str]:
    rows: list[str] = []
    row = ""
    for word in text.split(" "):
        joined = f"{row} {word}" if row else word
        if cell_len(joined) <= width:
            row = joined
            continue
        if row:
            rows.append(row)
        pieces = chop_cells(word, width) or [""]
        rows.extend(pieces[:-1])
        row = pieces[-1]
    rows.append(row)
    return rows


def to_content(*lines: Line) -> Content:
    """Content for a Static; resolved when drawn, so that it follows the theme."""
    parts: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        if number:
            parts.append(("\n", ""))
        parts.extend((bit.text, bit.style) for bit in line if bit.text)
    return Content.assemble(*parts)


def to_segments(line: Iterable[Bit], base: Style) -> list[Segment]:
    """Segments for `render_line`, over the style of the widget beneath."""
    return [Segment(bit.text, _painted(base, _parsed(bit.style))) for bit in line if bit.text]


def to_strip(line: Line, base: Style, width: int) -> Strip:
    """A strip of exactly `width` cells."""
    strip = Strip(to_segments(line, base), width_of(line))
    return strip.adjust_cell_length(width, base.rich_style)


def _parsed(style: str) -> Style:
    """Parsed against the theme shown now; the stylesheet caches it and forgets with the theme."""
    return Style.parse(style) if style else Style.null()


@lru_cache(maxsize=4096)
def _painted(base: Style, over: Style) -> RichStyle:
    return (base + over).rich_style
