"""The table that comes out: one row a figure, each beside what it must be judged by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.measure import Failed

SHORT = ("fold of", "opened again: `huge`", "follow, append to render, behind 1 MB", "200,000")
HEAD = ("what", "measured", "beside", "ratio", "asked", "aim")


@dataclass(frozen=True)
class Row:
    """One line of it. `figures` are the bare numbers, for who reads the JSON."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    asked: str = ""
    aim: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def cells(self) -> tuple[str, ...]:
        """As HEAD names them."""
        return (self.what, self.measured, self.beside, self.ratio, self.asked, self.aim)


def attempt(what: str, make: Callable[[], Row]) -> Row:
    """The row, or one that says why there is none: the others must not suffer for it."""
    try:
        return make()
    except Failed as error:
        return Row(what, f"not measured: {one_line(error)}")


def one_line(error: BaseException) -> str:
    """What went wrong, as it fits into a cell."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text.replace("|", "¦")[:200]


def markdown(rows: Sequence[Row]) -> str:
    """So that it can be pasted where it is talked about."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(HEAD))]
    padded = [
        f"| {' | '.join(f'{cell:<{width}}' for cell, width in zip(cells, widths, strict=True))} |" for cells in lines
    ]
    padded.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(padded)


def short(figures: Mapping[str, Any]) -> str:
    """For README: those rows of a JSON of figures that a user would ask for first."""
    rows = [row for row in figures["rows"] if row["what"].startswith(SHORT)]
    lines = [f"| {row['what']} | {row['measured']} | {row['beside']} | {row['ratio']} |" for row in rows]
    return "\n".join(["| what | measured | beside | ratio |", "|---|---|---|---|", *lines])


def plain(rows: Sequence[Row]) -> list[dict[str, object]]:
    """For JSON."""
    return [asdict(row) for row in rows]
