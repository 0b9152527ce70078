"""Where each entry of one run stands: its time, its event, its file and line.

Rows are kept in the order of arrival, in compact columns. What a run adds up to
is folded in another order, that of PRODUCT.md ("Order"): the lines of a file
keep theirs, and several files are merged by moment. `order` holds that order
and `moments` the moment of each position in it. Whether the rows came in one
piece or in many, from one file or from ten in any sequence, the order is the same.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge

from runwatch.core.events import Entry, Event
from runwatch.core.places import Place, Segment

NEVER = -(2**63)
"""Stands in a column of times for "unknown"."""
ORIGINS = ("journal", "tables", "stream")


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
        self.repeats = 0
        self.is_arranged = True
        """False when the order must be worked out again before it is used."""
        self._tail: _Tail | None = None

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
            self._tail = _Tail(segment)
        if self._tail.takes(self, row):
            return self._place_last(row)
        if self.is_arranged:
            self.repeats += 1
        return None

    def _place_last(self, row: int) -> int:
        assert self._tail is not None
        self.order.append(row)
        self.moments.append(self._tail.moment)
        return len(self.order) - 1

    def take_out(self, segment: Segment) -> None:
        """Forget what one segment said: it is going to be read anew."""
        keep = [row for row, there in enumerate(self.segments) if there is not segment]
        for name in ("times", "digits", "origins", "lines", "numbers", "offsets"):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, (column[row] for row in keep)))
        self.events = [self.events[row] for row in keep]
        self.segments = [self.segments[row] for row in keep]
        self.names = [self.names[row] for row in keep]
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
        self.repeats = len(repeated)
        self.is_arranged = True
        self._tail = _Tail.behind(self, chains)

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
        at_time: dict[int, list[int]] = {}
        repeated = set()
        for _, row in merged:
            if self.times[row] == NEVER:
                continue
            earlier = at_time.setdefault(self.times[row], [])
            if any(self.events[other] == self.events[row] for other in earlier):
                repeated.add(row)
            else:
                earlier.append(row)
        return repeated

    def positions_until(self, moment: int) -> int:
        """How many positions lie not after `moment`."""
        return bisect_right(self.moments, moment)

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
        moment = self.moments[position]
        last = len(self.order) - 1
        for step in (-1, 1):
            near = position
            while 0 <= near <= last and self.moments[near] == moment:
                row = self.order[near]
                if self.times[row] == moment:
                    return self.digits[row]
                near += step
        return 9

    def origin(self, position: int) -> str:
        """`journal`, `tables` or `stream`."""
        return ORIGINS[self.origins[self.order[position]]]

    def place(self, position: int) -> Place:
        """Where it stands, for evidence and the raw view."""
        row = self.order[position]
        return Place(self.segments[row], self.lines[row], self.numbers[row], self.offsets[row])


class _Tail:
    """What must be known of the entries so far to place one more behind them at once."""

    def __init__(self, segment: Segment) -> None:
        self.chain: str | None = segment.chain
        """None: several files, whose entries must be later than all to be placed at once."""
        self.segment_order = segment.order
        self.moment = NEVER
        self.latest = NEVER
        """The greatest time of all; only an entry not later than it can be a repeat."""
        self.at_latest: list[int] = []
        self.at_time: dict[int, list[int]] | None = None
        """Rows by time; made only when a time turns up that is earlier than the latest."""

    @classmethod
    def behind(cls, log: RunLog, chains: dict[str, list[int]]) -> _Tail | None:
        """The tail of an arranged log."""
        if not log.order:
            return None
        tail = cls(max((log.segments[row] for row in log.order), key=lambda segment: segment.order))
        tail.chain = tail.chain if len(chains) == 1 else None
        tail.moment = log.moments[-1]
        for row in log.order:
            tail._remember(row, log.times[row])
        return tail

    def takes(self, log: RunLog, row: int) -> bool:
        """True if `row` stands behind all others. Else it is a repeat, or the log is to be arranged."""
        time, segment = log.times[row], log.segments[row]
        if segment.chain != self.chain:
            if self.moment == NEVER or time <= self.moment:
                log.is_arranged = False
                return False
            self.chain = None
        elif segment.order < self.segment_order or (self.moment == NEVER and time != NEVER and row > 0):
            log.is_arranged = False
            return False
        self.segment_order = max(self.segment_order, segment.order)
        if time != NEVER and self._repeats(log, row, time):
            return False
        self.moment = max(self.moment, time)
        self._remember(row, time)
        return True

    def _repeats(self, log: RunLog, row: int, time: int) -> bool:
        if time > self.latest:
            return False
        if time == self.latest:
            earlier = self.at_latest
        else:
            if self.at_time is None:
                self.at_time = {}
                for other in log.order:
                    self.at_time.setdefault(log.times[other], []).append(other)
            earlier = self.at_time.get(time, [])
        event = log.events[row]
        return any(log.events[other] == event for other in earlier)

    def _remember(self, row: int, time: int) -> None:
        if time == NEVER:
            return
        if self.at_time is not None:
            self.at_time.setdefault(time, []).append(row)
        if time > self.latest:
            self.latest, self.at_latest = time, [row]
        elif time == self.latest:
            self.at_latest.append(row)
