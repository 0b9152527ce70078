"""The columns of the Runs table, and the orders that they give its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from msgspec import Struct

from runwatch.core.index import NEVER
from runwatch.core.verdict import VERDICTS as BY_SEVERITY
from runwatch.ui.run_fields import RunFields
from runwatch.ui.widgets.table import Column

BAR = 10
COLUMNS = (  # below 34 cells there is no room for all that is never dropped: half a number is worse than none
    Column("verdict", "verdict", 14, tiny=8),
    Column("export", "export", 15, gap=1, tiny=10, most=30),
    Column("started", "started", 12, gap=1, from_width=76),
    Column("elapsed", "elapsed", 8, "right", from_width=68),
    Column("bar", "chunks", BAR, gap=3, from_width=110, sortable=False),
    Column("chunks", "chunks", 10, "right", from_width=34, covered_by="bar"),
    Column("rows", "rows", 7, "right", from_width=60),
    Column("rate", "rows/s", 7, "right", from_width=100),
    Column("spark", "", 8, gap=1, from_width=118, sortable=False),
    Column("retries", "retr", 5, "right", from_width=100),
    Column("degraded", "degr", 5, "right", from_width=100),
    Column("last", "last", 7, "right", from_width=24),
    Column("why", "why", 0, gap=3, from_width=160, rest=True, sortable=False),
)
SORTABLE = tuple(column.id for column in COLUMNS if column.sortable)
_SORTS: dict[str, Callable[[RunFields], Any]] = {
    "verdict": lambda run: -BY_SEVERITY.index(run.standing.verdict),
    "export": lambda run: run.standing.export,
    "started": lambda run: run.standing.began if run.standing.began != NEVER else None,
    "elapsed": lambda run: run.get("elapsed"),
    "chunks": lambda run: run.get("chunks"),
    "rows": lambda run: run.get("rows"),
    "rate": lambda run: run.get("rate"),
    "retries": lambda run: run.get("retries"),
    "degraded": lambda run: run.standing.degraded,
    "last": lambda run: run.standing.last if run.standing.last != NEVER else None,
}
ASCENDING_FIRST = frozenset({"export"})
"""Columns that begin with the smallest; the others with the newest, worst or greatest."""


class Sorting(Struct, frozen=True):
    """By which column, and which way; rows without a value stand last either way."""

    column: str = "started"
    descending: bool = True

    def next(self, shown: Collection[str] = SORTABLE) -> Sorting:
        """By the next of the columns shown, or by start again, in its usual direction."""
        at = SORTABLE.index(self.column) + 1
        turn = (*SORTABLE[at:], *SORTABLE[:at])
        column = next((name for name in turn if name in shown or name == "started"), self.column)
        return Sorting(column, column not in ASCENDING_FIRST)

    def key(self, run: RunFields) -> tuple[Any, ...]:
        """Runs stand in the order of their keys; equals newest first. Its last part is the run_id."""
        value = _SORTS[self.column](run)
        place = run.standing.place
        if value is None:
            return (True, 0, *place)
        if self.descending:
            value = Falling(value) if isinstance(value, str) else -value
        return (False, value, *place)

    @property
    def words(self) -> str:
        """For the border's foot: `newest first`."""
        if self.column == "export" and not self.descending:
            return "grouped by export, newest first"
        if self.column == "started":
            return "newest first" if self.descending else "oldest first"
        head = next(column.head for column in COLUMNS if column.id == self.column)
        return f"by {head}, {'falling' if self.descending else 'rising'}"


class Falling(str):
    """A text that stands in the opposite order."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)
