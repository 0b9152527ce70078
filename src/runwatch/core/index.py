"""Where each entry of one run stands: its time, its event, its file and line.

Rows are kept in the order of arrival, in compact columns. What a run adds up to
is folded in another order, that of PRODUCT.md ("Order"): the lines of a file
keep theirs, and several files are merged by moment. `order` holds that order
and `moments` the moment of each position in it. Whether the rows came in one
piece or in many, from one file or from ten in any sequence, the order is the same.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge

from runwatch.core.events import Entry, Event
from runwatch.core.places import Place, Segment
from runwatch.core.seen import Seen

NEVER = -(2**63)
"""Stands in a column of times for "unknown"."""
ORIGINS = ("journal", "tables", "stream")
UNNUMBERED = ("source", "unknown")
"""Groups whose events have no number."""


class RunLog:
    """All entries of one run."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.times = array("q")
        self.digits = array("B")
        self.origins = array("B")
        self.segments: list[Segment] = []
        self.lines = array("Q")
        self.numbers = array("I")
        self.offsets = array("Q")
        self.names: list[str | None] = []
        """The export each entry names."""
        self.order = array("I")
        """Rows in the order of the fold, without repeats."""
        self.moments = array("q")
        """The moment of each position in `order`; NEVER where the whole run has no time."""
        self.unnumbered = array("I")
        """Positions of what has no number."""
        self.repeats = 0
        self.is_arranged = True
        """False when the order must be worked out again before it is used."""
        self._tail: _Tail | None = None
        self._owners: dict[int, array[int]] = {}
        """Forgotten whenever the order moves."""

    def append(self, entry: Entry, segment: Segment, line: int, offset: int) -> int | None:
        """Add an entry; its position if it stands behind all others, None if the order must be looked at.

        None is also the answer for a repeat, which has no position: then `is_arranged` is still true.
        """
        row = len(self.events)
        self.events.append(entry.event)
        self.times.append(NEVER if entry.time is None else entry.time)
        self.digits.append(entry.digits)
        self.origins.append(ORIGINS.index(entry.origin))
        self.segments.append(segment)
        self.lines.append(line)
        self.numbers.append(entry.number)
        self.offsets.append(offset)
        self.names.append(entry.export_name)
        if not self.is_arranged:
            return None
        if self._tail is None:
            self._tail = _Tail()
        if self._tail.takes(self, row):
            return self._place_last(row)
        if self.is_arranged:
            self.repeats += 1
        return None

    def _place_last(self, row: int) -> int:
        assert self._tail is not None
        self._owners.clear()
        if self.events[row].group in UNNUMBERED:
            self.unnumbered.append(len(self.order))
        self.order.append(row)
        self.moments.append(self._tail.moment)
        return len(self.order) - 1

    def take_out(self, segment: Segment) -> None:
        """Forget what one segment said: it is going to be read anew."""
        keep = [row for row, there in enumerate(self.segments) if there is not segment]
        for name in ("times", "digits", "origins", "lines", "numbers", "offsets"):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, (column[row] for row in keep)))
        for name in ("events", "segments", "names"):
            setattr(self, name, [getattr(self, name)[row] for row in keep])
        self.is_arranged = False

    def arrange(self) -> None:
        """Work out the order of all rows, whatever order they came in."""
        chains: dict[str, list[int]] = {}
        for row, segment in enumerate(self.segments):
            chains.setdefault(segment.chain, []).append(row)
        for rows in chains.values():
            rows.sort(key=lambda row: (self.segments[row].order, self.lines[row], self.numbers[row]))
        merged = self._merge(chains)
        repeated = self._repeats_in(merged)
        if repeated and len(chains) > 1:  # a repeat is "as if not there": it may not move those behind it
            chains = {chain: [row for row in rows if row not in repeated] for chain, rows in chains.items()}
            merged = self._merge(chains)
        pairs = [(moment, row) for moment, row in merged if row not in repeated]
        self.order = array("I", (row for _, row in pairs))
        self.moments = array("q", (moment for moment, _ in pairs))
        unnumbered = (at for at, row in enumerate(self.order) if self.events[row].group in UNNUMBERED)
        self.unnumbered = array("I", unnumbered)
        self.repeats = len(repeated)
        self.is_arranged = True
        self._owners.clear()
        self._tail = _Tail.behind(self)

    def _merge(self, chains: dict[str, list[int]]) -> list[tuple[int, int]]:
        """(moment, row) of all chains: by moment, ties by path, each chain in its own order."""
        heads = (self._first_time(rows) for rows in chains.values())
        first = min((time for time in heads if time != NEVER), default=NEVER)
        streams = [list(self._moments_of(chains[chain], first)) for chain in sorted(chains)]
        return list(merge(*streams, key=lambda pair: pair[0])) if len(streams) > 1 else (streams or [[]])[0]

    def _first_time(self, rows: list[int]) -> int:
        return next((self.times[row] for row in rows if self.times[row] != NEVER), NEVER)

    def _moments_of(self, rows: list[int], first: int) -> Iterator[tuple[int, int]]:
        """A moment is the entry's time, or the moment before it where that is unknown or earlier.

        With none before it the next known one; a file without any time takes the run's first.
        """
        head = self._first_time(rows)
        moment = first if head == NEVER else head
        for row in rows:
            moment = max(moment, self.times[row])
            yield moment, row

    def _repeats_in(self, merged: Iterable[tuple[int, int]]) -> set[int]:
        """Rows equal to an earlier one in time (to the nanosecond), variant and fields."""
        seen = Seen()
        return {row for _, row in merged if self.times[row] != NEVER and not seen.is_new(self.times, self.events, row)}

    def positions_until(self, moment: int) -> int:
        """How many positions lie not after `moment`."""
        return bisect_right(self.moments, moment)

    def number_at(self, position: int) -> int:
        """How many events with a number stand up to here: the n of `#n`, if the one here has a number."""
        return position + 1 - bisect_right(self.unnumbered, position)

    def position_of(self, number: int) -> int:
        """Where event `#number` stands; beyond the last one the end."""
        return bisect_left(range(len(self.order)), number, key=self.number_at)

    def event(self, position: int) -> Event:
        """The event at a position of the order."""
        return self.events[self.order[position]]

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
            owners = self._owners_of(moment)
            if not owners:
                return 9
            row = self.order[owners[max(0, bisect_right(owners, position) - 1)]]
        return self.digits[row]

    def _owners_of(self, moment: int) -> array[int]:
        """The positions whose own time this moment is: of thousands behind them, each looks at these alone."""
        owners = self._owners.get(moment)
        if owners is None:
            among = range(bisect_left(self.moments, moment), bisect_right(self.moments, moment))
            owners = array("I", (near for near in among if self.times[self.order[near]] == moment))
            self._owners[moment] = owners
        return owners

    def origin(self, position: int) -> str:
        """`journal`, `tables` or `stream`."""
        return ORIGINS[self.origins[self.order[position]]]

    def row_at(self, place: Place) -> int | None:
        """The row of the entry that stands there; None where none of this run does."""
        row = -1
        while True:
            try:
                row = self.offsets.index(place.offset, row + 1)
            except ValueError:
                return None
            if self.segments[row] is place.segment and (self.lines[row], self.numbers[row]) == place[1:3]:
                return row

    def place(self, position: int) -> Place:
        """Where it stands, for evidence and the raw view."""
        row = self.order[position]
        return Place(self.segments[row], self.lines[row], self.numbers[row], self.offsets[row])

    def kind_at(self, position: int) -> str:
        """The name of its variant, without looking at the event."""
        return self.events[self.order[position]].kind

    def group_at(self, position: int) -> str:
        """The group of its variant, without looking at the event."""
        return self.events[self.order[position]].group


class _Tail:
    """What must be known of the entries so far to place one more behind them at once."""

    def __init__(self) -> None:
        self.chains: dict[str, float] = {}
        """The newest segment's order of each file. Of several files, an entry must be later than all to be placed."""
        self.timeless: set[str] = set()
        """Files without any time so far: their first one moves all that stands before it."""
        self.moment = NEVER
        self.latest = NEVER
        """The greatest time of all; only an entry not later than it can be a repeat."""
        self._at_latest: list[int] = []
        self._ties: Seen | None = None
        """Those at the latest time; made only when a second one turns up."""
        self._all: Seen | None = None
        """All timed entries; made only when a time turns up that is earlier than the latest."""

    @classmethod
    def behind(cls, log: RunLog) -> _Tail | None:
        """The tail of an arranged log."""
        if not log.events:
            return None
        tail = cls()
        for segment in set(log.segments):
            tail.chains[segment.chain] = max(segment.order, tail.chains.get(segment.chain, segment.order))
        tail.timeless = set(tail.chains)
        tail.moment = log.moments[-1]
        for row in log.order:
            if log.times[row] != NEVER:
                tail.timeless.discard(log.segments[row].chain)
                tail._remember(log, row)
        return tail

    def takes(self, log: RunLog, row: int) -> bool:
        """True if `row` stands behind all others. Else it is a repeat, or the log is to be arranged."""
        time, segment = log.times[row], log.segments[row]
        if self._moves_others(segment, time):
            log.is_arranged = False
            return False
        if segment.chain not in self.chains and time == NEVER:
            self.timeless.add(segment.chain)
        self.chains[segment.chain] = segment.order
        if time != NEVER:
            if time <= self.latest and self._repeats(log, row, time):
                return False
            self.moment = max(self.moment, time)
            self._remember(log, row)
        return True

    def _moves_others(self, segment: Segment, time: int) -> bool:
        """An older part of its file, the first time of its file, or not later than what other files hold."""
        known = self.chains.get(segment.chain)
        if known is not None and (segment.order < known or (time != NEVER and segment.chain in self.timeless)):
            return True
        several = bool(self.chains) if known is None else len(self.chains) > 1
        return several and (time <= self.moment or self.moment == NEVER)

    def _repeats(self, log: RunLog, row: int, time: int) -> bool:
        """Whether an equal entry came before; a new one is remembered with the others."""
        if self._all is None and time < self.latest:
            self._all = Seen()
            for other in log.order:
                if log.times[other] != NEVER:
                    self._all.is_new(log.times, log.events, other)
        if self._all is not None:
            return not self._all.is_new(log.times, log.events, row)
        if self._ties is None:
            self._ties = Seen()
            for other in self._at_latest:
                self._ties.is_new(log.times, log.events, other)
        return not self._ties.is_new(log.times, log.events, row)

    def _remember(self, log: RunLog, row: int) -> None:
        time = log.times[row]
        if time > self.latest:
            self.latest, self._at_latest, self._ties = time, [row], None
            if self._all is not None:
                self._all.is_new(log.times, log.events, row)
        elif time == self.latest:
            self._at_latest.append(row)
