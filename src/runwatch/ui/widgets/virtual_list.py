"""A list of any length: only the lines on the screen are ever made.

The rows stay with their owner; the list asks for those it shows. A million
rows cost what forty do. The selection stays on its row, by key, however the
rows around it come and go.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, Protocol

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from runwatch.ui.keys import bindings
from runwatch.ui.line import Bit, Line, fit_line, to_strip
from runwatch.ui.plain import is_plain
from runwatch.ui.widgets.changed_lines import ChangedLines
from runwatch.ui.widgets.moves import Moves
from runwatch.ui.widgets.row_strips import Look, RowStrips

Follow = Literal["", "first", "last"]


class Rows(Protocol):
    """What a list shows. Cheap to ask: it is asked for each visible row at each change."""

    @property
    def count(self) -> int:
        """How many rows there are."""

    def line(self, index: int, width: int) -> Line:
        """One row, at most `width` cells; anything longer is cut."""

    def key(self, index: int) -> Hashable:
        """What the row is, wherever it stands."""

    def index_of(self, key: Hashable) -> int | None:
        """Where that row stands now; None if it is gone."""


class NoRows:
    """Nothing yet."""

    count = 0

    def line(self, index: int, width: int) -> Line:
        raise IndexError(index, width)

    def key(self, index: int) -> Hashable:
        raise IndexError(index)

    def index_of(self, key: Hashable) -> int | None:
        return None


class VirtualList(ChangedLines, Moves, ScrollView, can_focus=True, inherit_bindings=False):
    """Rows with a cursor: `▌` and, while it has the focus, a background.

    Give it rows with `show(rows)`, and again whenever they changed.
    """

    ALLOW_SELECT = False
    BINDINGS = bindings("list")
    DEFAULT_CSS = """
    VirtualList {
        overflow-x: hidden;
        scrollbar-size: 0 0;
        height: 1fr;
        background: transparent;
    }
    """

    class Moved(Message):
        """Something happened to one row."""

        def __init__(self, rows: VirtualList, index: int, key: Hashable) -> None:
            super().__init__()
            self.list = rows
            self.index = index
            self.key = key

        @property
        def control(self) -> VirtualList:
            return self.list

    class Highlighted(Moved):
        """The cursor is on another row than before."""

    class Selected(Moved):
        """The row was opened: enter, or two clicks."""

    def __init__(self, rows: Rows | None = None, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self.rows: Rows = rows or NoRows()
        self.cursor = 0 if self.rows.count else -1
        """The selected row, -1 in an empty list."""
        self.follow: Follow = ""
        """Keep the cursor on the first or last row as rows come; any move by hand ends it."""
        self.empty: tuple[Line, ...] = ()
        """Shown in place of rows while there are none: what is true, and what to do."""
        self._key: Hashable = self.rows.key(0) if self.rows.count else None
        self._strips = RowStrips()

    @property
    def selected_key(self) -> Hashable:
        """The key of the row under the cursor; None in an empty list."""
        return self._key if self.cursor >= 0 else None

    def show(self, rows: Rows) -> None:
        """Rows that may have changed; the cursor stays on its row, and that row on its line."""
        self.rows = rows
        self._strips.rows_changed()
        before = self.cursor
        after = self._settled(before)
        self.virtual_size = Size(self.size.width, rows.count + self.head_height)
        if before > 0 and after > 0 and self.scroll_offset.y:
            self.scroll_to(y=self.scroll_offset.y + after - before, animate=False, force=True)
        self._place(after)
        self.refresh_changed()

    def show_empty(self, *lines: Line) -> None:
        """What stands here while there are no rows."""
        if lines != self.empty:
            self.empty = lines
            self.refresh()

    def _settled(self, before: int) -> int:
        """Where the cursor belongs among the rows as they are now."""
        last = self.rows.count - 1
        if last < 0 or self.follow == "last":
            return last
        if self.follow == "first" or before < 0:
            return 0
        found = self.rows.index_of(self._key)
        return min(before, last) if found is None else found

    def move_to(self, index: int) -> None:
        """Put the cursor on this row, or the nearest there is, and bring it into view."""
        if self.rows.count:
            self._place(max(0, min(index, self.rows.count - 1)))

    def move_to_key(self, key: Hashable) -> bool:
        """Put the cursor on the row with this key; False if it is not here."""
        index = self.rows.index_of(key)
        if index is not None:
            self._place(index)
        return index is not None

    def _place(self, index: int) -> None:
        old, old_key = self.cursor, self._key
        self.cursor = index
        self._key = self.rows.key(index) if index >= 0 else None
        self._bring_into_view(index)
        if index != old:
            self._refresh_row(old)
            self._refresh_row(index)
        if self._key != old_key:
            self.post_message(self.Highlighted(self, index, self._key))

    def _bring_into_view(self, index: int) -> None:
        top, room = self.scroll_offset.y, self.row_room
        if index < 0 or room < 1:
            return
        if index < top:
            self.scroll_to(y=index, animate=False, force=True)
        elif index >= top + room:
            self.scroll_to(y=index - room + 1, animate=False, force=True)

    def by_hand(self, index: int) -> None:
        """The user moves: following ends."""
        self.follow = ""
        self.move_to(index)

    def last(self) -> int:
        return self.rows.count - 1

    def page(self) -> int:
        return self.row_room

    def action_open(self) -> None:
        if self.cursor >= 0:
            self.post_message(self.Selected(self, self.cursor, self._key))

    def on_click(self, event: events.Click) -> None:
        """One click moves, two open."""
        place = event.get_content_offset(self)
        if place is None:
            return
        if place.y < self.head_height:
            self.head_clicked(place.x)
            return
        index = place.y - self.head_height + self.scroll_offset.y
        if index < self.rows.count:
            self.by_hand(index)
            if event.chain == 2:
                self.action_open()

    @property
    def head_height(self) -> int:
        """Lines above the rows that do not scroll."""
        return 0

    def head(self, width: int) -> Line:
        """The line above the rows, where `head_height` is 1."""
        return ()

    def head_clicked(self, x: int) -> None:
        """The head was clicked at this cell."""

    @property
    def row_room(self) -> int:
        """How many rows fit."""
        return max(0, self.size.height - self.head_height)

    @property
    def shown(self) -> tuple[int, int]:
        """First and last row on the screen, counted from 1: "showing 1–20 of 43"."""
        first = self.scroll_offset.y
        last = min(self.rows.count, first + self.row_room)
        return (first + 1, last) if last else (0, 0)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, self.rows.count + self.head_height)
        self._bring_into_view(self.cursor)

    def on_focus(self) -> None:
        self._refresh_row(self.cursor)

    def on_blur(self) -> None:
        self._refresh_row(self.cursor)

    def _refresh_row(self, index: int) -> None:
        y = index - self.scroll_offset.y + self.head_height
        if index >= 0 and self.head_height <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def line_at(self, y: int) -> Strip:
        """The head, a row, or nothing."""
        width = self.size.width
        if y < self.head_height:
            return to_strip(fit_line((Bit(" "), *self.head(width - 1)), width), self.visual_style, width)
        index = y - self.head_height + self.scroll_offset.y
        if index < self.rows.count:
            return self._row_strip(index, width)
        line = () if self.rows.count else next(iter(self.empty[index : index + 1]), ())
        return to_strip(fit_line(line, width), self.visual_style, width)

    def _row_strip(self, index: int, width: int) -> Strip:
        """One row, made only if neither its place nor its words are known."""
        selected = index == self.cursor
        colourless = self.app.console.color_system is None
        focused = selected and self.has_focus
        look = Look(width, selected, focused, is_plain(), self.app.theme, self.visual_style, colourless)
        return self._strips.strip(index, look, self.rows)
