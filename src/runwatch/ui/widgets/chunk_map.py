"""The chunk map as a widget: a cursor on it, and what it points at told to whoever listens."""

from __future__ import annotations

from textual import events
from textual.geometry import Region
from textual.message import Message

from runwatch.ui.keys import bindings
from runwatch.ui.line import Line
from runwatch.ui.plain import is_plain
from runwatch.ui.widgets.chunk_layout import ChunkMapView, Form, Layout, layout, stands_for, with_cursor
from runwatch.ui.widgets.drawn import Drawn


class ChunkMap(Drawn, can_focus=True):
    """Give it a view with `show`, and in `room` how many rows it may take."""

    BINDINGS = bindings("map")
    DEFAULT_CSS = """
    ChunkMap { height: auto; width: 1fr; }
    """

    class Moved(Message):
        """Something happened to one cell. `position` is a place in the view's states, the worst in the cell."""

        def __init__(self, chunk_map: ChunkMap, position: int, first: int, last: int) -> None:
            super().__init__()
            self.chunk_map = chunk_map
            self.position = position
            self.first = first
            self.last = last
            self.index = chunk_map.view.indexes[position]
            """The chunk's own number."""

        @property
        def control(self) -> ChunkMap:
            return self.chunk_map

    class Highlighted(Moved):
        """The cursor is on another chunk, or back on the map."""

    class Selected(Moved):
        """The chunk was opened: enter, or a click on the cell under the cursor."""

    def __init__(self, *, room: int = 6, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self.view = ChunkMapView()
        self.room = room
        self.cursor = 0
        """A place in `view.states`."""
        self.layout_made = Layout(Form.NONE, ())

    def show(self, view: ChunkMapView, room: int | None = None) -> None:
        """Draw this; nothing happens if it is what is drawn already."""
        room = self.room if room is None else room
        if view == self.view and room == self.room:
            return
        self.view, self.room = view, room
        self.cursor = max(0, min(self.cursor, len(view.states) - 1))
        self.redraw()

    @property
    def form(self) -> Form:
        """The form at the width it has now."""
        self.made(self.size.width)
        return self.layout_made.form

    @property
    def foot(self) -> str:
        """How to read the map, for the border's foot."""
        self.made(self.size.width)
        return self.layout_made.foot

    def lines(self, width: int) -> tuple[Line, ...]:
        self.layout_made = layout(self.view, width, self.room, plain=is_plain())
        rows = self.layout_made.rows
        return with_cursor(self.layout_made, self.cursor) if self.has_focus and rows else rows

    # ------------------------------------------------------------------------------------------------------- cursor

    def move_to(self, position: int) -> None:
        """Put the cursor on this chunk, or the nearest there is."""
        if not self.view.states:
            return
        self.cursor = max(0, min(position, len(self.view.states) - 1))
        self._made_for = None
        self.refresh()
        self._tell(self.Highlighted)

    def _tell(self, message: type[Moved]) -> None:
        if not self.view.states:
            return
        size = self.layout_made.size
        first = self.cursor // size * size
        last = min(first + size, len(self.view.states)) - 1
        position = stands_for(self.view, self.layout_made, self.cursor) if size > 1 else self.cursor
        self.post_message(message(self, position, first, last))

    def _step(self, cells: int) -> None:
        size = self.layout_made.size
        target = self.cursor // size * size + cells * size
        if 0 <= target < len(self.view.states):
            self.move_to(target)

    @property
    def _row_step(self) -> int:
        return 1 if self.layout_made.form is Form.LANES else self.layout_made.per_row

    def action_cursor_left(self) -> None:
        self._step(-1)

    def action_cursor_right(self) -> None:
        self._step(1)

    def action_cursor_up(self) -> None:
        self._step(-self._row_step)

    def action_cursor_down(self) -> None:
        self._step(self._row_step)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self.view.states) - 1)

    def action_open(self) -> None:
        self._tell(self.Selected)

    def on_click(self, event: events.Click) -> None:
        """The first click moves, a second on the same cell opens."""
        place = event.get_content_offset(self)
        position = self.layout_made.position(place.y, place.x) if place is not None else None
        if position is None:
            return
        if event.chain > 1 and position == self.cursor // self.layout_made.size * self.layout_made.size:
            self.action_open()
        else:
            self.move_to(position)

    def on_focus(self) -> None:
        self.move_to(self.cursor)

    def on_blur(self) -> None:
        self._made_for = None
        self.refresh(Region(0, 0, self.size.width, self.size.height))
