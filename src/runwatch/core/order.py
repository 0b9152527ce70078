"""The order in which the rows of a run are folded."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

from runwatch.core.again import Again
from runwatch.core.empty import NOTHING, own
from runwatch.core.rows import Events, Rows


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


class Ordered(Rows):
    """Rows, and the order in which they are folded."""

    __slots__ = ("_events", "_moments", "_owners", "is_arranged", "order")

    def __init__(self, again: Again | None = None) -> None:
        """`again` reads an event in its log; without it all events are kept."""
        super().__init__(again)
        self.order = Order()
        """Rows in the order of the fold, without repeats."""
        self.is_arranged = True
        """False when the order must be worked out again before it is used."""
        self._events: Events | None = None
        self._moments: array[int] | None = None
        """None while every entry's moment is its own time."""
        self._owners: Mapping[int, array[int]] = NOTHING
        """Forgotten whenever the order moves."""

    @property
    def events(self) -> Events:
        """By row. The same object as long as rows are what they were."""
        if self._events is None:
            self._events = Events(self)
        return self._events

    @property
    def moments(self) -> array[int]:
        """The moment of each position in `order`; NEVER where the whole run has no time."""
        return self.times if self._moments is None else self._moments

    @property
    def is_straight(self) -> bool:
        """Row and position are the same, and every moment is the entry's own time."""
        return self._moments is None

    def part(self, rows: int) -> None:
        """From `rows` on, positions and moments are no longer rows and times."""
        if self._moments is None:
            self._moments = self.times[:rows]
            self.order.part()

    def owners_of(self, moment: int) -> Sequence[int]:
        """The positions whose own time this moment is: of thousands behind them, each looks at these alone."""
        owners = self._owners.get(moment)
        if owners is None:
            end = len(self.order)
            among = range(bisect_left(self.moments, moment, 0, end), bisect_right(self.moments, moment, 0, end))
            owners = array("I", (near for near in among if self.times[self.order[near]] == moment))
            known = self._owners = own(self._owners)
            known[moment] = owners
        return owners
