"""A virtual list with columns: which are shown, how wide, and what stands above them.

Columns never change with the values in them; only the width of the terminal
decides.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal, Protocol

from msgspec import Struct
from textual.message import Message

from runwatch.ui.line import Bit, Line, fit_line
from runwatch.ui.plain import is_plain
from runwatch.ui.widgets.virtual_list import VirtualList

TINY = 60
"""Columns of terminal below which the tiny widths hold."""
LEAST = 4
"""A column that gives way keeps this much."""


class Column(Struct, frozen=True):
    """One column, in cells."""

    id: str
    head: str
    width: int
    align: Literal["left", "right"] = "left"
    gap: int = 0
    """Blank cells before it."""
    from_width: int = 0
    """Dropped when the table is narrower, its box included."""
    tiny: int = 0
    """Its width below 60 columns; 0: the same."""
    most: int = 0
    """Takes what is left over, up to this, and gives where too little is left; 0: does neither."""
    rest: bool = False
    """Takes everything that is left over."""
    covered_by: str = ""
    """Has no head of its own while that column is shown."""
    sortable: bool = True


class Placed(Struct, frozen=True):
    """A column as it is drawn at one width."""

    column: Column
    start: int
    width: int
    head: str


def lay_out(columns: tuple[Column, ...], room: int, terminal: int) -> tuple[Placed, ...]:
    """Places the columns that a terminal of this width shows into `room` cells."""
    kept = [column for column in columns if terminal >= column.from_width]
    widths = {column.id: column.tiny if column.tiny and terminal < TINY else column.width for column in kept}
    left = room - sum(widths[column.id] + column.gap for column in kept)
    elastic = next((column for column in kept if column.most), None)
    rest = next((column for column in kept if column.rest), None)
    if rest is not None and left > 0:
        widths[rest.id] += left
    elif elastic is not None:
        widths[elastic.id] = max(LEAST, min(widths[elastic.id] + left, elastic.most))
    placed: list[Placed] = []
    x = 0
    for column in kept:
        x += column.gap
        head = "" if column.covered_by in widths else column.head
        placed.append(Placed(column, x, widths[column.id], head))
        x += widths[column.id]
    return tuple(placed)


class TableRows(Protocol):
    """Rows that are asked for one cell at a time."""

    @property
    def count(self) -> int:
        """How many rows there are."""

    def cell(self, index: int, column: str, width: int) -> Line:
        """One cell, at most `width` cells wide; anything longer is cut."""

    def key(self, index: int) -> Hashable:
        """What the row is, wherever it stands."""

    def index_of(self, key: Hashable) -> int | None:
        """Where that row stands now; None if it is gone."""


class _CellRows:
    """Cells joined into lines, for the list."""

    def __init__(self, table: Table, rows: TableRows) -> None:
        self._table = table
        self._rows = rows

    @property
    def count(self) -> int:
        return self._rows.count

    def line(self, index: int, width: int) -> Line:
        bits: list[Bit] = []
        x = 0
        for placed in self._table.placed(width):
            if placed.start > x:
                bits.append(Bit(" " * (placed.start - x)))
            cell = self._rows.cell(index, placed.column.id, placed.width)
            bits.extend(fit_line(cell, placed.width, placed.column.align))
            x = placed.start + placed.width
        return tuple(bits)

    def sign(self, index: int) -> Hashable:
        """What the rows say it is, with the width that decides about the columns."""
        sign_of = getattr(self._rows, "sign", None)
        sign = None if sign_of is None else sign_of(index)
        return None if sign is None else (sign, self._table.outer_size.width)

    def key(self, index: int) -> Hashable:
        return self._rows.key(index)

    def index_of(self, key: Hashable) -> int | None:
        return self._rows.index_of(key)


class Table(VirtualList):
    """A virtual list with a head; the sorted column's is in ink and says which way."""

    class HeadClicked(Message):
        """A column's head was clicked: sort by it."""

        def __init__(self, table: Table, column: str) -> None:
            super().__init__()
            self.table = table
            self.column = column

        @property
        def control(self) -> Table:
            return self.table

    def __init__(self, columns: Sequence[Column], *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.sorted_by = ""
        self.descending = True
        self._placed_for: tuple[int, int] | None = None
        self._placed: tuple[Placed, ...] = ()

    def show_cells(self, rows: TableRows) -> None:
        """Rows that may have changed; the cursor stays on its row."""
        self.show(_CellRows(self, rows))

    def show_sorting(self, column: str, *, descending: bool) -> None:
        """Which head is in ink. Sorting itself is the owner's."""
        if (column, descending) != (self.sorted_by, self.descending):
            self.sorted_by, self.descending = column, descending
            self.refresh()

    def placed(self, room: int) -> tuple[Placed, ...]:
        """The columns as they stand now; `room` is without the marker."""
        wanted = (room, self.outer_size.width)
        if self._placed_for != wanted:
            self._placed, self._placed_for = lay_out(self.columns, *wanted), wanted
        return self._placed

    @property
    def shown_columns(self) -> frozenset[str]:
        """Those that this width has room for."""
        return frozenset(placed.column.id for placed in self.placed(self.size.width - 1))

    def _headed(self, placed: Placed) -> tuple[str, ...]:
        """The columns that this head stands over."""
        return (placed.column.id, *(each.id for each in self.columns if each.covered_by == placed.column.id))

    @property
    def head_height(self) -> int:
        """No head below 60 columns: every line counts there."""
        return 0 if self.outer_size.width < TINY else 1

    def head(self, width: int) -> Line:
        bits: list[Bit] = []
        x = 0
        for placed in self.placed(width):
            bits.append(Bit(" " * (placed.start - x)))
            bits.extend(fit_line((self._head_of(placed),), placed.width, placed.column.align))
            x = placed.start + placed.width
        return tuple(bits)

    def _head_of(self, placed: Placed) -> Bit:
        head = placed.head
        if not head or self.sorted_by not in self._headed(placed):
            return Bit(head, "$faint")
        arrow = ("v" if self.descending else "^") if is_plain() else ("▼" if self.descending else "▲")
        blank = " " if len(head) + 2 <= placed.width else ""
        return Bit(f"{head[: placed.width - 1]}{blank}{arrow}", "$foreground")

    def head_clicked(self, x: int) -> None:
        for placed in self.placed(self.size.width - 1):
            if placed.start <= x - 1 < placed.start + placed.width:
                sortable = {column.id for column in self.columns if column.sortable}
                for name in sortable.intersection(self._headed(placed)):
                    self.post_message(self.HeadClicked(self, name))
