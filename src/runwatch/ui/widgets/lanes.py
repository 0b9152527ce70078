"""Chunks as lanes: their attempts on the time axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from runwatch.ui.line import Bit, Line, fit, fit_line
from runwatch.ui.widgets.axis import Axis, cell_of
from runwatch.ui.widgets.chunk_cells import cell
from runwatch.ui.widgets.drawn import joined


class LaneSpan(Struct, frozen=True):
    """One attempt: ns, and `completed`, `failed`, `interrupted` or `running`. No end: open, or not known."""

    start: int
    end: int | None
    outcome: str


class LaneRow(Struct, frozen=True):
    """One chunk: its index, a state of `chunk_cells`, its attempts, and what stands at the right."""

    index: int
    state: int
    spans: tuple[LaneSpan, ...]
    rows: str = ""
    took: str = ""
    attempts: int = 1


class _Ink(Struct, frozen=True):
    """How an outcome is drawn; the higher rank wins a cell."""

    style: str
    rank: int
    end: str
    end_plain: str
    end_style: str


_INKS = {
    "completed": _Ink("$calm", 2, "■", "=", "$calm"),
    "running": _Ink("$v-running", 4, "━", "=", "$v-running"),
    "interrupted": _Ink("$v-degraded", 6, "□", "!", "bold $v-degraded"),
    "failed": _Ink("$v-failed", 8, "✗", "X", "bold $v-failed"),
}


def lane_rows(lanes: Sequence[LaneRow], start: int, end: int, columns: Axis, *, plain: bool) -> list[Line]:
    """One row a lane, in the columns of the time bar."""
    word = "chunk " if all(len(f"chunk {lane.index}") + 2 <= columns.label for lane in lanes) else ""
    label = max((len(f"{word}{lane.index}") for lane in lanes), default=0)
    return [_row(lane, word, label, (start, end), columns, plain=plain) for lane in lanes]


def _row(lane: LaneRow, word: str, label: int, span: tuple[int, int], columns: Axis, *, plain: bool) -> Line:
    name = fit(f"{word}{lane.index}", label)
    tries = "attempts" if columns.tail > 17 else "tries"
    behind = columns.end + columns.tail + 1
    attempts = f"{lane.attempts} {tries}" if lane.attempts > 1 else ""
    return (
        Bit(f"{name} ", "$muted"),
        cell(lane.state, plain=plain),
        Bit(" " * max(1, columns.start - label - 2)),
        *joined(_Bar(*span, columns.bar, plain=plain).draw(lane.spans)),
        Bit(" "),
        *fit_line((Bit(lane.rows, "$foreground"),), 8, "right"),
        *fit_line((Bit(lane.took, "$foreground"),), 8, "right"),
        *fit_line((Bit(attempts, "$muted"),), max(0, behind - 17), "right"),
    )


class _Bar:
    """A lane's cells; where several things fall into one, the worst is kept."""

    def __init__(self, start: int, end: int, cells: int, *, plain: bool) -> None:
        self._start, self._end, self._plain = start, end, plain
        self._ranks = [0] * cells
        self.cells = [Bit(" ")] * cells

    def draw(self, spans: Iterable[LaneSpan]) -> list[Bit]:
        left: int | None = None
        for span in spans if self.cells else ():
            first = self._cell(span.start)
            for at in range(left, first) if left is not None else ():
                self._put(at, 1, "." if self._plain else "┄", "$faint")
            left = self._attempt(span, first)
        return self.cells

    def _attempt(self, span: LaneSpan, first: int) -> int:
        """Draws one attempt and tells the cell it ends in; an end that is not known is not invented."""
        ink = _INKS[span.outcome]
        end = span.end if span.end is not None else (self._end if span.outcome == "running" else span.start)
        last = self._cell(end)
        for at in range(first, last + 1):
            self._put(at, ink.rank, "=" if self._plain else "━", ink.style)
        self._put(last, ink.rank + 1, ink.end_plain if self._plain else ink.end, ink.end_style)
        return last

    def _cell(self, time: int) -> int:
        return cell_of(time, self._start, self._end, len(self.cells))

    def _put(self, at: int, rank: int, glyph: str, style: str) -> None:
        if rank > self._ranks[at]:
            self._ranks[at] = rank
            self.cells[at] = Bit(glyph, style)
