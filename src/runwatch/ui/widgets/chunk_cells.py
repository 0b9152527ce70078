"""Chunks as cells: one a chunk, or one for many that shows the worst of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from runwatch.ui.line import Bit, Line, fit
from runwatch.ui.widgets.drawn import joined

PENDING, RUNNING, COMPLETED, FAILED, INTERRUPTED, RECOVERED = range(6)
"""What a byte of a map's states means."""
PARTLY, HALF_FAILED = 6, 7
"""Only in a cell of many: some completed and some not begun; at least half failed."""

INDEX_WIDTH = 7
ROUND = (100, 50, 20, 10)
"""Cells a row, so that a chunk can be found by counting."""


class CellLook(Struct, frozen=True):
    """How a state is drawn, and its word in the legend."""

    glyph: str
    plain: str
    style: str
    word: str


LOOKS: tuple[CellLook, ...] = (
    CellLook("·", ".", "$faint", "pending"),
    CellLook("◧", ">", "bold $v-running", "running"),
    CellLook("■", "=", "$calm", "completed"),
    CellLook("✗", "X", "bold $v-failed", "failed"),
    CellLook("□", "!", "bold $v-degraded", "interrupted"),
    CellLook("◆", "R", "bold $v-degraded", "recovered"),
    CellLook("▪", ":", "$calm", "partly done"),
    CellLook("✗", "X", "bold reverse $v-failed", "at least half failed"),
)
LEGEND = (COMPLETED, RECOVERED, FAILED, INTERRUPTED, RUNNING, PENDING)


def cell(state: int, *, plain: bool) -> Bit:
    """One chunk, or one cell of many."""
    look = LOOKS[state]
    return Bit(look.plain if plain else look.glyph, look.style)


def worst(states: bytes) -> int:
    """What a cell for all these chunks shows. A single failed one shows, whatever the others are."""
    failed = states.count(FAILED)
    if failed:
        return HALF_FAILED if failed * 2 >= len(states) else FAILED
    if INTERRUPTED in states:
        return INTERRUPTED
    if RUNNING in states:
        return RUNNING
    pending = states.count(PENDING)
    if pending:
        return PENDING if pending == len(states) else PARTLY
    return RECOVERED if states.count(RECOVERED) * 10 >= len(states) else COMPLETED


def worst_position(states: bytes, first: int, last: int) -> int:
    """The chunk that a cell of many stands for: the first in its worst state."""
    piece = states[first : last + 1]
    for state in (FAILED, INTERRUPTED, RUNNING, RECOVERED, PENDING):
        found = piece.find(state)
        if found >= 0:
            return first + found
    return first


def grouped(states: bytes, size: int) -> bytes:
    """One state a cell, each for `size` chunks."""
    if size == 1:
        return states
    return bytes(worst(states[start : start + size]) for start in range(0, len(states), size))


def spaced_rows(cells: bytes, per_row: int, *, plain: bool) -> list[Line]:
    """A blank between any two."""
    rows = []
    for start in range(0, len(cells), per_row):
        bits: list[Bit] = []
        for state in cells[start : start + per_row]:
            bits += [cell(state, plain=plain), Bit(" ")]
        rows.append(tuple(bits[:-1]))
    return rows


def packed_rows(cells: bytes, per_row: int, size: int, indexes: Sequence[int], *, plain: bool) -> list[Line]:
    """Cells side by side behind the first one's index."""
    rows = []
    for start in range(0, len(cells), per_row):
        row = joined([cell(state, plain=plain) for state in cells[start : start + per_row]])
        rows.append((Bit(index_cells(indexes[start * size]), "$faint"), *row))
    return rows


def index_cells(index: int) -> str:
    """What stands in front of a row: the index of its first chunk."""
    return fit(short_index(index), INDEX_WIDTH)


def per_row(width: int) -> int:
    """A round number of packed cells that fits, at least one."""
    room = width - INDEX_WIDTH
    return next((number for number in ROUND if number <= room), max(1, room))


def legend(counts: Sequence[tuple[int, int]], cells: bytes, width: int, *, plain: bool, many: bool) -> list[Line]:
    """Glyph, count, word for each state present, in as many rows as they need."""
    entries = [_legend_entry(state, dict(counts)[state], cells, plain=plain, many=many) for state in LEGEND
               if dict(counts).get(state)]  # fmt: skip
    if many and HALF_FAILED in cells:
        entries.append((cell(HALF_FAILED, plain=plain), Bit(" "), Bit(LOOKS[HALF_FAILED].word, "$muted")))
    if many and PARTLY in cells:
        entries.append((cell(PARTLY, plain=plain), Bit(" "), Bit(LOOKS[PARTLY].word, "$muted")))
    return flowed(entries, width)


def _legend_entry(state: int, count: int, cells: bytes, *, plain: bool, many: bool) -> Line:
    words = LOOKS[state].word
    if many and state == FAILED:
        holding = cells.count(FAILED) + cells.count(HALF_FAILED)
        words += f", in {holding:,} cell{'s' if holding != 1 else ''}"
    return (cell(state, plain=plain), Bit(" "), Bit(f"{count:,}", "$foreground"), Bit(" "), Bit(words, "$muted"))


def flowed(entries: Sequence[Line], width: int, gap: int = 3) -> list[Line]:
    """Entries in rows of at most `width` cells, `gap` blanks apart."""
    rows: list[Line] = []
    room = 0
    for entry in entries:
        wide = sum(len(bit.text) for bit in entry)
        if rows and wide + gap <= room:
            rows[-1] = (*rows[-1], Bit(" " * gap), *entry)
            room -= wide + gap
        else:
            rows.append(entry)
            room = width - wide
    return rows


def short_index(index: int) -> str:
    """At most six cells: `9999`, `333k`, `1.2M`."""
    if index < 10_000:
        return str(index)
    if index < 1_000_000:
        return f"{index // 1000}k"
    return f"{index / 1e6:.1f}M" if index < 100_000_000 else f"{index / 1e9:.1f}G"
