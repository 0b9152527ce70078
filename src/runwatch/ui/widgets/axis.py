"""The one time axis: lanes and time bar put the same moment in the same column."""

from __future__ import annotations

from msgspec import Struct


class Axis(Struct, frozen=True):
    """Columns of the stage: label, edge, bar, edge, end label, tail."""

    label: int
    bar: int
    end: int
    tail: int

    @property
    def start(self) -> int:
        """The column of the bar's first cell, behind the edge."""
        return self.label + 1


def axis(width: int) -> Axis:
    """The columns at this width; the bar gets what the words leave."""
    if width < 56:
        label, end, tail = 6, 0, 8
    elif width < 92:
        label, end, tail = 10, 9, 17
    else:
        label, end, tail = 10, 9, 19
    return Axis(label, max(0, width - label - 2 - end - tail), end, tail)


def cell_of(time: int, start: int, end: int, cells: int) -> int:
    """The cell of a moment; moments outside stand at the edge. `cells` is at least 1."""
    if end <= start:
        return cells - 1 if time >= end else 0
    return max(0, min(cells - 1, (time - start) * cells // (end - start)))
