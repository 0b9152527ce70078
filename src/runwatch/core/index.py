"""Where each entry of one run stands: its time, what it is, its file and line.

Rows are kept in the order of arrival, in compact columns. What a run adds up to
is folded in another order, that of PRODUCT.md ("Order"): the lines of a file
keep theirs, and several files are merged by moment. `order` holds that order
and `moments` the moment of each position in it. Whether the rows came in one
piece or in many, from one file or from ten in any sequence, the order is the same.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from runwatch.core import marks
from runwatch.core.again import Again
from runwatch.core.empty import NOTHING
from runwatch.core.events import Entry, Event
from runwatch.core.marks import NEVER
from runwatch.core.order import Order, Ordered
from runwatch.core.places import Place, Segment
from runwatch.core.placing import Placing, arranged

__all__ = ["NEVER", "UNNUMBERED", "RunLog"]
UNNUMBERED = ("source", "unknown")
"""Groups whose events have no number."""


class RunLog(Ordered):
    """All entries of one run."""

    __slots__ = ("__weakref__", "placing", "repeats", "unnumbered")

    def __init__(self, again: Again | None = None) -> None:
        """`again` reads an event in its log; without it all events are kept."""
        super().__init__(again)
        self.unnumbered: Sequence[int] = ()
        """Positions of what has no number."""
        self.repeats = 0
        self.placing = Placing()

    def append(self, entry: Entry, segment: Segment, line: int) -> int | None:
        """Add an entry; its position if it stands behind all others, None if the order must be looked at.

        None is also the answer for a repeat, which has no position: then `is_arranged` is still true.
        """
        row = len(self.times)
        kind = self.add(entry, segment, line)
        if not self.is_arranged:
            return None
        if self.placing.takes(self, row, entry.event):
            return self._place_last(row, kind)
        if self.is_arranged:
            self.repeats += 1
        self.part(row)
        return None

    def begin(self, segment: Segment, name: str) -> None:
        """The first rows are of this segment and name that export."""
        self.segments.note(0, segment)
        self.names.note(0, name)
        self.placing.note(segment)

    def _place_last(self, row: int, kind: int) -> int:
        self._owners = NOTHING
        moment = self.placing.latest
        if self._moments is None and (moment != self.times[row] or moment == NEVER):
            self.part(row)
        position = self.order.place(row)
        if self._moments is not None:
            self._moments.append(moment)
        if kind >= marks.FIRST_SOURCE:
            if not isinstance(self.unnumbered, array):
                self.unnumbered = array("I")
            self.unnumbered.append(position)
        return position

    def let_go(self) -> None:
        """Forget what can be worked out again."""
        self._owners = NOTHING
        self.placing.let_go()
        self.facts.names.let_go()

    def take_out(self, segment: Segment) -> None:
        """Forget what one segment said: it is going to be read anew."""
        self.part(len(self.times))
        self.drop(segment)
        self._events = None
        self.is_arranged = False

    def arrange(self) -> None:
        """Work out the order of all rows, whatever order they came in."""
        pairs, repeats = arranged(self)
        self.order = Order(row for _, row in pairs)
        self._moments = array("q", (moment for moment, _ in pairs))
        self.unnumbered = array(
            "I", (at for at, row in enumerate(self.order) if self.marks[row] & marks.KIND >= marks.FIRST_SOURCE)
        )
        self.repeats = repeats
        self.is_arranged = True
        self._owners = NOTHING
        self.placing = Placing.behind(self)

    def positions_until(self, moment: int) -> int:
        """How many positions lie not after `moment`."""
        return bisect_right(self.moments, moment, 0, len(self.order))

    def number_at(self, position: int) -> int:
        """How many events with a number stand up to here: the n of `#n`, if the one here has a number."""
        return position + 1 - bisect_right(self.unnumbered, position)

    def position_of(self, number: int) -> int:
        """Where event `#number` stands; beyond the last one the end."""
        return bisect_left(range(len(self.order)), number, key=self.number_at)

    # ------------------------------------------------------------------------------------------ by position

    def event(self, position: int) -> Event:
        """The event at a position of the order; it may have to be read in its log."""
        return self.event_of(self.order[position])

    def kind_at(self, position: int) -> str:
        """Its variant, as the log spells it."""
        return self.kind_of(self.order[position])

    def group_at(self, position: int) -> str:
        """Its group."""
        return marks.GROUPS[self.marks[self.order[position]] & marks.KIND]

    def told_at(self, position: int) -> tuple[int, int | None] | None:
        """As `told_of`."""
        return self.told_of(self.order[position])

    def chunk_at(self, position: int) -> object:
        """The chunk it names; None where it names none."""
        return self.chunk_of(self.order[position])

    def moment(self, position: int) -> int | None:
        """Its moment, or None where the run has no time at all."""
        moment = self.moments[position]
        return None if moment == NEVER else moment

    def time(self, position: int) -> int | None:
        """Its own `recorded_at`, or None where that is unknown."""
        time = self.times[self.order[position]]
        return None if time == NEVER else time

    def digits_at(self, position: int) -> int:
        """The fractional digits of the time that its moment was taken from."""
        moment, row = self.moments[position], self.order[position]
        if self.times[row] != moment:
            owners = self.owners_of(moment)
            if not owners:
                return 9
            row = self.order[owners[max(0, bisect_right(owners, position) - 1)]]
        return self.digits_of(row)

    def origin(self, position: int) -> str:
        """`journal`, `tables` or `stream`."""
        return marks.origin_in(self.marks[self.order[position]])

    def place(self, position: int) -> Place:
        """Where it stands, for evidence and the raw view."""
        return self.place_of(self.order[position])
