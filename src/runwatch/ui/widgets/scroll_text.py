"""Text of any length in a box: laid out once for each width, drawn by the line, scrolled by the keys."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from runwatch.ui.keys import bindings
from runwatch.ui.line import Bit, Line, spread, to_strip
from runwatch.ui.plain import is_plain

_TOO_NARROW_TO_SAY = 20


class Words(Protocol):
    """What is shown; equal ones look equal, and are laid out once."""

    def lines(self, width: int) -> tuple[Line, ...]:
        """All of it at this width."""


class NoWords:
    """Nothing yet."""

    def lines(self, width: int) -> tuple[Line, ...]:
        return ()


class ScrollText(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines that scroll; no cursor."""

    ALLOW_SELECT = False
    BINDINGS = bindings("scroll")
    DEFAULT_CSS = """
    ScrollText { overflow-x: hidden; scrollbar-size: 0 0; background: transparent; height: 1fr; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self.words: Words = NoWords()
        self._topic: Hashable = None
        self._made_for: tuple[int, bool] | None = None
        self._made: tuple[Line, ...] = ()

    def show(self, words: Words, topic: Hashable = None) -> None:
        """Draw these; another topic begins at its top, the same one stays where it was scrolled to."""
        if topic != self._topic:
            self._topic = topic
            self.scroll_to(y=0, animate=False, force=True)
        if words == self.words:
            return
        self.words = words
        before = len(self._made)
        self._made_for = None
        self._measure()
        self.refresh(layout=len(self._made) != before and bool(self.styles.auto_dimensions))

    def made(self, width: int) -> tuple[Line, ...]:
        """The lines at this width, made at most once."""
        wanted = (width, is_plain())
        if self._made_for != wanted:
            self._made, self._made_for = (self.words.lines(width) if width > 0 else ()), wanted
        return self._made

    @property
    def hidden_below(self) -> int:
        """Lines that scrolling down would still show."""
        return max(0, len(self.made(self.size.width)) - self.scroll_offset.y - self.size.height)

    def _measure(self) -> None:
        width = self.size.width
        self.virtual_size = Size(width, len(self.made(width)))

    def on_resize(self) -> None:
        self._measure()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.made(width))

    def render_line(self, y: int) -> Strip:
        """One line of those in view; the last says how many more there are."""
        width, lines = self.size.width, self.made(self.size.width)
        at = y + self.scroll_offset.y
        line = lines[at] if at < len(lines) else ()
        if y == self.size.height - 1 and self.hidden_below and width >= _TOO_NARROW_TO_SAY:
            mark = "v" if is_plain() else "▼"
            line = spread(line, (Bit(f"{mark} {self.hidden_below:,} more", "$muted"),), width)
        return to_strip(line, self.visual_style, width)

    def _scroll(self, lines: int) -> None:
        self.scroll_relative(y=lines, animate=False, force=True)

    def action_cursor_down(self) -> None:
        self._scroll(1)

    def action_cursor_up(self) -> None:
        self._scroll(-1)

    def action_half_down(self) -> None:
        self._scroll(max(1, self.size.height // 2))

    def action_half_up(self) -> None:
        self._scroll(-max(1, self.size.height // 2))

    def action_page_down(self) -> None:
        self._scroll(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        self._scroll(-max(1, self.size.height - 1))

    def action_first(self) -> None:
        self.scroll_to(y=0, animate=False, force=True)

    def action_last(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
