"""The order in which the rows of a run are folded."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from runwatch.core.events import Event

if TYPE_CHECKING:
    from runwatch.core.index import RunLog


class Order(Sequence[int]):
    """Rows by position. While none came twice or out of its place, a row is its own position and nothing is stored.

    Where files that turn up late move it, another order takes its place: whoever
    remembers positions holds this one against that.
    """

    __slots__ = ("rows", "straight")

    def __init__(self, rows: Iterable[int] | None = None) -> None:
        self.rows: array[int] | None = None if rows is None else array("I", rows)
        """None while a row is its own position."""
        self.straight = 0
        """How many there are, until they part."""

    def place(self, row: int) -> int:
        """This row stands behind all others; its position."""
        if self.rows is None:
            self.straight += 1
            return row
        self.rows.append(row)
        return len(self.rows) - 1

    def part(self) -> None:
        """From here on a row is not always its own position."""
        if self.rows is None:
            self.rows = array("I", range(self.straight))

    def __len__(self) -> int:
        return self.straight if self.rows is None else len(self.rows)

    @overload
    def __getitem__(self, position: int) -> int: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[int]: ...
    def __getitem__(self, position: int | slice) -> int | Sequence[int]:
        rows = range(self.straight) if self.rows is None else self.rows
        return rows[position]

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.straight) if self.rows is None else self.rows)

    def __contains__(self, row: object) -> bool:
        return row in (range(self.straight) if self.rows is None else self.rows)

    def index(self, row: int, start: int = 0, stop: int | None = None) -> int:
        """The position of a row. Raises ValueError for a repeat, which has none."""
        return (range(self.straight) if self.rows is None else self.rows).index(row)


class Events(Sequence[Event]):
    """The events of a log by row. Another object once a segment was taken out: then rows are others."""

    __slots__ = ("_log",)

    def __init__(self, log: RunLog) -> None:
        self._log = log

    def __len__(self) -> int:
        return len(self._log.times)

    @overload
    def __getitem__(self, row: int) -> Event: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Event]: ...
    def __getitem__(self, row: int | slice) -> Event | Sequence[Event]:
        if isinstance(row, slice):
            return [self._log.event_of(one) for one in range(*row.indices(len(self)))]
        return self._log.event_of(row if row >= 0 else row + len(self))
