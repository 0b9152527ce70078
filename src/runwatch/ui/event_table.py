"""The list of events: its columns, and its rows, made one by one from positions in the log."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import tzinfo

from msgspec import Struct
from rich.cells import cell_len

from runwatch.answers import units
from runwatch.answers.event_hits import Hits
from runwatch.answers.event_rows import EventRow, event_row
from runwatch.answers.evidence import cite
from runwatch.answers.glyphs import MARKS
from runwatch.answers.view import Mark, Tone
from runwatch.core.index import RunLog
from runwatch.core.places import Place
from runwatch.ui.line import Bit, Line, ellipsis
from runwatch.ui.plain import is_plain
from runwatch.ui.safe import bit, mark_bit, style
from runwatch.ui.widgets.table import TINY, Column, Table

_LOUD = (Mark.FAILED, Mark.CONTRADICTED, Mark.DEGRADED)
"""Kinds that are written in their mark's colour."""


def columns(width: int) -> tuple[Column, ...]:
    """Number, time, mark, kind, chunk, detail, place; a tiny terminal has time, mark and words."""
    hit = Column("hit", "", 1, sortable=False)
    mark = Column("mark", "", 1, gap=1, sortable=False)
    if width < TINY:
        words = Column("words", "", 0, gap=1, rest=True, sortable=False)
        return (hit, Column("time", "", 12, sortable=False), mark, words)
    roomy = width >= 100
    return (
        hit,
        Column("number", "#", 10 if roomy else 6, "right", sortable=False),
        Column("time", "time", 12, gap=2 if roomy else 1, sortable=False),
        mark,
        Column("kind", "event", 20 if roomy else 15, gap=1, sortable=False),
        Column("chunk", "chunk", 9 if roomy else 5, "right", gap=1, sortable=False),
        Column("detail", "detail", 0, gap=3 if roomy else 2, rest=True, sortable=False),
        Column("place", "line", width // 6 if width >= 160 else 9 if roomy else 8, "right", gap=1, sortable=False),
    )


class Window(Struct, frozen=True):
    """The part of a log that is listed."""

    log: RunLog
    """One that stays in its order."""
    stop: int
    """Nothing from this position on is known at the moment shown."""
    hits: Hits | None = None
    """What a filter found so far; None without a filter."""
    count: int = 0
    """How many of them stand before `stop`."""
    share: float = 1.0
    """How much of it the filter has looked at."""
    in_context: bool = False
    """Everything is listed, the hits among it."""
    bookmarks: tuple[int, ...] = ()
    """Positions that the user has marked."""

    @property
    def is_narrowed(self) -> bool:
        """Only hits are listed."""
        return self.hits is not None and not self.in_context


class EventRows:
    """Events as the table asks for them; the key of a row is its position."""

    def __init__(self, window: Window, zone: tzinfo) -> None:
        self.window = window
        self.zone = zone
        self._made: tuple[int, EventRow | None] = (-1, None)

    @property
    def count(self) -> int:
        """How many are listed."""
        return self.window.count if self.window.is_narrowed else self.window.stop

    def key(self, index: int) -> Hashable:
        """The position in the run's order."""
        window = self.window
        return window.hits.positions[index] if window.hits is not None and not window.in_context else index

    def index_of(self, key: Hashable) -> int | None:
        """Where that position is listed."""
        if not isinstance(key, int) or not 0 <= key < self.window.stop:
            return None
        hits = self.window.hits
        return hits.index_of(key) if hits is not None and not self.window.in_context else key

    def row(self, index: int) -> EventRow:
        """The event, kept until another is asked for: its cells come one after the other."""
        position = self.key(index)
        assert isinstance(position, int)
        if self._made[0] != position:
            self._made = (position, event_row(self.window.log, position))
        assert self._made[1] is not None
        return self._made[1]

    def cell(self, index: int, column: str, width: int) -> Line:
        """One cell of one event; in context hits are marked and bold, and all else recedes."""
        row = self.row(index)
        if column == "hit" and row.position in self.window.bookmarks:
            return (mark_bit(Mark.BOOKMARK),)
        line = event_cell(row, column, width, self.zone)
        hits = self.window.hits
        if hits is None or not self.window.in_context:
            return line
        if hits.index_of(row.position) is None:
            return tuple(Bit(each.text, "$faint" if "$faint" in each.style else "$muted") for each in line)
        if column == "hit":
            return (Bit(">" if is_plain() else "›", "bold $foreground"),)
        return tuple(Bit(each.text, each.style if "bold" in each.style else f"bold {each.style}") for each in line)


def event_cell(row: EventRow, column: str, width: int, zone: tzinfo) -> Line:
    """One cell of one event, without a filter."""
    match column:
        case "hit":
            return ()
        case "number":
            return (_number(row, width),)
        case "time":
            time = units.UNKNOWN if row.time is None else units.clock(row.time, zone, milliseconds=width >= 12)
            return (bit(time, Tone.MUTED),)
        case "mark":
            return (mark_bit(row.mark),)
        case "kind":
            return (_kind(row),)
        case "chunk":
            return (_chunk(row, width),)
        case "detail":
            return (bit(row.detail, Tone.MUTED),)
        case "words":
            chunk = f" {row.chunk:,}" if row.chunk is not None else ""
            return (_kind(row), bit(f"{chunk}  {row.detail}", Tone.MUTED))
    return (bit(_where(row.place, width), Tone.MUTED),)


def _number(row: EventRow, width: int) -> Bit:
    """Whole, also where the commas have no room; rounded where not even that has."""
    if row.number is None:
        return bit(units.NOT_APPLICABLE, Tone.FAINT)
    forms = (units.count(row.number), str(row.number), units.short(row.number))
    return bit(next((text for text in forms if len(text) <= width), forms[-1]), Tone.MUTED)


def _chunk(row: EventRow, width: int) -> Bit:
    text = "" if row.chunk is None else units.count(row.chunk)
    return bit(text if len(text) <= width else units.short(row.chunk or 0))


def _where(place: Place, width: int) -> str:
    """With the file's name where it has room; of a line's number the end says most."""
    for text in (cite((place,)), place.where):
        if cell_len(text) <= width:
            return text
    end = ellipsis()
    return end + place.where[len(end) - width :]


def _kind(row: EventRow) -> Bit:
    loud = row.mark in _LOUD
    return Bit(bit(row.kind).text, style(MARKS[row.mark].tone if loud else Tone.INK, bold=loud))


class EventTable(Table):
    """The list itself; while a filter is typed its cursor stays as near as it can to where it was."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(columns(100), id=id, classes=classes)
        self.home: int | None = None
        """The position that the cursor belongs to; None once the user has moved it."""

    def show_window(self, window: Window, zone: tzinfo) -> None:
        """These events; the cursor on its event, or near its home."""
        rows = EventRows(window, zone)
        self.show_cells(rows)
        if self.home is not None and not self.follow and rows.count:
            hits = window.hits if window.is_narrowed else None
            self.move_to(self.home if hits is None else hits.nearest(self.home, window.stop))

    def by_hand(self, index: int) -> None:
        """The user moves: it is at home nowhere."""
        self.home = None
        super().by_hand(index)

    def go_to(self, position: int) -> None:
        """The cursor on this event, its neighbours above and below it."""
        self.home, self.follow = None, ""
        index = self.rows.index_of(position)
        if index is not None:
            top, room = self.scroll_offset.y, self.row_room
            if not top < index < top + room - 1:
                self.scroll_to(y=max(0, index - room // 2), animate=False, force=True)
            self.move_to(index)

    @property
    def position(self) -> int:
        """Where the selected event stands; -1 in an empty list."""
        return self.selected_key if isinstance(self.selected_key, int) else -1
