"""Which of four forms a chunk map takes, and what its rows are: pure.

Lanes while there is a row for each chunk and their starts are known, spaced
cells, packed cells, and for any number more one cell for many.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from runwatch.ui.line import Bit, Line
from runwatch.ui.widgets.axis import axis
from runwatch.ui.widgets.chunk_cells import (
    HALF_FAILED,
    INDEX_WIDTH,
    grouped,
    index_cells,
    legend,
    packed_rows,
    per_row,
    spaced_rows,
    worst_position,
)
from runwatch.ui.widgets.lanes import LaneRow, lane_rows

LANES_FROM = 56
"""Narrower than this a lane has no room."""
SPACED_ROWS = 2


class Form(StrEnum):
    NONE = ""
    LANES = "lanes"
    SPACED = "spaced"
    PACKED = "packed"
    DENSITY = "density"


class ChunkMapView(Struct, frozen=True):
    """What a map shows. Equal views draw the same."""

    states: bytes = b""
    """One state of `chunk_cells` a chunk; pending ones only where the total is known."""
    indexes: Sequence[int] = ()
    """The chunks' own numbers, as many."""
    counts: tuple[tuple[int, int], ...] = ()
    """State and how many, for the legend."""
    lanes: tuple[LaneRow, ...] = ()
    """All chunks, or empty: too many, or their starts are unknown."""
    start: int = 0
    end: int = 0
    """The time axis of the lanes, ns: the time bar's."""
    starts_known: bool = True


class Layout(Struct, frozen=True):
    """Rows, and which chunk stands where in them."""

    form: Form
    rows: tuple[Line, ...]
    """The map, then the legend."""
    map_rows: int = 0
    per_row: int = 1
    """Cells a row."""
    size: int = 1
    """Chunks a cell."""
    left: int = 0
    """Cells before the first one."""
    step: int = 1
    """Columns a cell."""
    chunks: int = 0
    cells: bytes = b""

    @property
    def foot(self) -> str:
        """For the border's foot: how to read the map."""
        if self.form is Form.DENSITY:
            return f"a cell is {self.size:,} chunks and shows the worst of them"
        if self.form is Form.PACKED:
            return f"one cell a chunk, {self.per_row} a row"
        if self.form is Form.SPACED:
            return f"one cell a chunk, {self.per_row} a row" if self.left else "one cell a chunk"
        return ""

    def place(self, position: int) -> tuple[int, int]:
        """Row and column of a chunk's cell."""
        row, cell = divmod(position // self.size, self.per_row)
        return row, self.left + cell * self.step

    def position(self, row: int, column: int) -> int | None:
        """The first chunk of the cell at this place; None beside the map."""
        if self.form is Form.LANES:
            return row if 0 <= row < self.chunks else None
        cell = (column - self.left) // self.step
        position = (row * self.per_row + cell) * self.size
        inside = 0 <= row < self.map_rows and column >= self.left and cell < self.per_row
        return position if inside and position < self.chunks else None


def layout(view: ChunkMapView, width: int, room: int, *, plain: bool = False) -> Layout:
    """The first form that fits into `room` rows of `width` cells, legend included where there are two."""
    count = len(view.states)
    if not count or width < 1 or room < 1:
        return Layout(Form.NONE, ())
    if view.lanes and len(view.lanes) <= room and width >= LANES_FROM:
        rows = lane_rows(view.lanes, view.start, view.end, axis(width), plain=plain)
        return Layout(Form.LANES, tuple(rows), len(rows), chunks=count, cells=view.states)
    rows_free = max(1, room - 2) if room > 3 else max(1, room - 1)
    spaced = (width + 1) // 2
    if count <= spaced * min(SPACED_ROWS, rows_free):
        return _with_legend(_spaced(view, width, spaced, plain=plain), view, width, room, plain=plain)
    return _with_legend(_packed(view, width, rows_free, plain=plain), view, width, room, plain=plain)


def _spaced(view: ChunkMapView, width: int, wide: int, *, plain: bool) -> Layout:
    """In one row; in two of a round number each, behind the first one's index, if they have room for it."""
    count = len(view.states)
    even = (width + 1 - INDEX_WIDTH) // 20 * 10
    is_even = wide < count <= even * SPACED_ROWS
    per = even if is_even else wide
    rows = spaced_rows(view.states, per, plain=plain)
    if is_even:
        rows = [(Bit(index_cells(view.indexes[n * per]), "$faint"), *row) for n, row in enumerate(rows)]
    left = INDEX_WIDTH if is_even else 0
    return Layout(Form.SPACED, tuple(rows), len(rows), per, left=left, step=2, chunks=count, cells=view.states)


def _packed(view: ChunkMapView, width: int, rows_free: int, *, plain: bool) -> Layout:
    count, wide = len(view.states), per_row(width)
    size = max(1, -(-count // (wide * rows_free)))
    cells = grouped(view.states, size)
    rows = packed_rows(cells, wide, size, view.indexes, plain=plain)
    form = Form.PACKED if size == 1 else Form.DENSITY
    return Layout(form, tuple(rows), len(rows), wide, size, INDEX_WIDTH, chunks=count, cells=cells)


def _with_legend(made: Layout, view: ChunkMapView, width: int, room: int, *, plain: bool) -> Layout:
    """The legend below, behind a blank row where there is one to spare."""
    words = legend(view.counts, made.cells, width, plain=plain, many=made.size > 1)
    left = room - made.map_rows
    blank: list[Line] = [()] if left > len(words) else []
    rows = (*made.rows, *blank, *words)[: made.map_rows + left]
    return Layout(
        made.form, rows, made.map_rows, made.per_row, made.size, made.left, made.step, made.chunks, made.cells
    )


def stands_for(view: ChunkMapView, made: Layout, position: int) -> int:
    """The chunk that is meant when the cell of this one is opened: the worst in it."""
    first = position // made.size * made.size
    return worst_position(view.states, first, min(first + made.size, len(view.states)) - 1)


def with_cursor(made: Layout, position: int) -> tuple[Line, ...]:
    """The rows with the cell of this chunk reversed; of a lane its name."""
    if made.form is Form.LANES:
        name, state, *rest = made.rows[position]
        shown = name.text.rstrip()
        blank = Bit(name.text[len(shown) :])
        line: Line = (Bit(shown, "reverse $foreground"), blank, state, *rest)
        return (*made.rows[:position], line, *made.rows[position + 1 :])
    row, column = made.place(position)
    style = "reverse $accent" if made.cells[position // made.size] == HALF_FAILED else ""
    return (*made.rows[:row], _reversed(made.rows[row], column, style), *made.rows[row + 1 :])


def _reversed(line: Line, column: int, style: str) -> Line:
    bits: list[Bit] = []
    x = 0
    for bit in line:
        at = column - x
        if 0 <= at < len(bit.text):
            cursor = Bit(bit.text[at], style or f"reverse {bit.style}".strip())
            bits += [Bit(bit.text[:at], bit.style), cursor, Bit(bit.text[at + 1 :], bit.style)]
        else:
            bits.append(bit)
        x += len(bit.text)
    return tuple(bit for bit in bits if bit.text)
