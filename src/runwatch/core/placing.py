"""Where an entry stands among those of its run: behind all of them, or in an order that has to be worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge

from runwatch.core.empty import NOTHING, own
from runwatch.core.events import Event
from runwatch.core.marks import NEVER
from runwatch.core.order import Ordered
from runwatch.core.places import Segment
from runwatch.core.seen import Seen


class Placing:
    """What must be known of the entries so far to place one more behind them at once."""

    __slots__ = ("_only", "_several", "_ties", "_ties_at", "latest", "strays", "timeless")

    def __init__(self) -> None:
        self._only: Segment | None = None
        """The newest segment, while one file alone speaks of the run."""
        self._several: Mapping[str, float] = NOTHING
        """The newest segment's order of each of several. Then an entry must be later than all to be placed."""
        self.timeless: Mapping[str, None] = NOTHING
        """Files without any time so far: their first one moves all that stands before it."""
        self.latest = NEVER
        """The greatest time of all, and so the last moment; only an entry not later than it can be a repeat."""
        self.strays: Mapping[int, list[int]] = NOTHING
        """Rows by their time, where that is earlier than their moment."""
        self._ties: Seen | None = None
        """Those at the latest time; made only when a second one turns up."""
        self._ties_at = NEVER

    @classmethod
    def behind(cls, log: Ordered) -> Placing:
        """What is known behind an arranged log."""
        placing = cls()
        rows = len(log.times)
        if not rows:
            return placing
        among = sorted(set(log.segments.values), key=lambda segment: segment.order)
        for segment in among:
            placing.note(segment)
        timeless: dict[str, None] = dict.fromkeys(segment.chain for segment in among)
        strays: dict[int, list[int]] = {}
        segments = list(log.segments.each(rows))
        for position, row in enumerate(log.order):
            time = log.times[row]
            if time != NEVER:
                timeless.pop(segments[row].chain, None)
                placing.latest = max(placing.latest, time)
                if time < log.moments[position]:
                    strays.setdefault(time, []).append(row)
        placing.timeless, placing.strays = timeless, strays
        return placing

    def let_go(self) -> None:
        """Forget the ties: they are found again, and are told apart in another way in each process."""
        self._ties, self._ties_at = None, NEVER

    def found_again(self, log: Ordered) -> None:
        """Its one file is called otherwise now, and its segments are numbered otherwise."""
        segments = set(log.segments.values)
        self.timeless = dict.fromkeys(segment.chain for segment in segments) if self.timeless else NOTHING
        if self._several:
            self._several = {segment.chain: max(each.order for each in segments) for segment in segments}

    @property
    def files(self) -> int:
        """How many speak of the run."""
        return len(self._several) if self._only is None else 1

    def note(self, segment: Segment) -> None:
        """It is the newest one of its file."""
        only = self._only
        if not self._several and (only is None or only.chain == segment.chain):
            self._only = segment
            return
        several = self._several = own(self._several)
        if only is not None:
            several[only.chain], self._only = only.order, None
        several[segment.chain] = segment.order

    def _order_of(self, chain: str) -> float | None:
        """That of its newest segment; None for a file that has said nothing yet."""
        only = self._only
        if only is None:
            return self._several.get(chain)
        return only.order if only.chain == chain else None

    def takes(self, log: Ordered, row: int, event: Event) -> bool:
        """True if `row` stands behind all others. Else it is a repeat, or the log is to be arranged."""
        time, segment = log.times[row], log.segments.values[-1]
        if self._moves_others(segment, time):
            log.is_arranged = False
            return False
        if time == NEVER and self._order_of(segment.chain) is None:
            timeless = self.timeless = own(self.timeless)
            timeless[segment.chain] = None
        if segment is not self._only:
            self.note(segment)
        if time == NEVER:
            return True
        if time > self.latest:
            self.latest = time
        elif self._repeats(log, row, time, event):
            return False
        elif time < self.latest:
            strays = self.strays = own(self.strays)
            strays.setdefault(time, []).append(row)
        return True

    def _moves_others(self, segment: Segment, time: int) -> bool:
        """An older part of its file, the first time of its file, or not later than what other files hold."""
        known = self._order_of(segment.chain)
        if known is not None and (segment.order < known or (time != NEVER and segment.chain in self.timeless)):
            return True
        several = self.files > (known is not None)
        return several and (time <= self.latest or self.latest == NEVER)

    def _repeats(self, log: Ordered, row: int, time: int, event: Event) -> bool:
        """Whether an equal entry came before; a new one is remembered with the others."""
        if time < self.latest:
            return any(log.is_same(row, other, event) for other in self._at(log, time))
        if self._ties is None or self._ties_at != time:
            self._ties, self._ties_at = Seen(), time
            for other in self._at(log, time):
                self._ties.is_new(log, other)
        return not self._ties.is_new(log, row, event)

    def _at(self, log: Ordered, time: int) -> Iterator[int]:
        """The rows in the order that have this time."""
        yield from (log.order[position] for position in log.owners_of(time))
        yield from self.strays.get(time, ())


def arranged(log: Ordered) -> tuple[list[tuple[int, int]], int]:
    """The (moment, row) of all that is no repeat, in their order, whatever order they came in; how many are repeats."""
    segments = list(log.segments.each(len(log.times)))
    chains: dict[str, list[int]] = {}
    for row, segment in enumerate(segments):
        chains.setdefault(segment.chain, []).append(row)
    for rows in chains.values():
        rows.sort(key=lambda row: (segments[row].order, log.lines[row], log.numbers.get(row, 0)))
    merged = _merge(log, chains)
    repeated = _repeats_in(log, merged)
    if repeated and len(chains) > 1:  # a repeat is "as if not there": it may not move those behind it
        chains = {chain: [row for row in rows if row not in repeated] for chain, rows in chains.items()}
        merged = _merge(log, chains)
    return [(moment, row) for moment, row in merged if row not in repeated], len(repeated)


def _merge(log: Ordered, chains: dict[str, list[int]]) -> list[tuple[int, int]]:
    """(moment, row) of all chains: by moment, ties by path, each chain in its own order."""
    heads = (_first_time(log, rows) for rows in chains.values())
    first = min((time for time in heads if time != NEVER), default=NEVER)
    streams = [list(_moments_of(log, chains[chain], first)) for chain in sorted(chains)]
    return list(merge(*streams, key=lambda pair: pair[0])) if len(streams) > 1 else (streams or [[]])[0]


def _first_time(log: Ordered, rows: list[int]) -> int:
    return next((log.times[row] for row in rows if log.times[row] != NEVER), NEVER)


def _moments_of(log: Ordered, rows: list[int], first: int) -> Iterator[tuple[int, int]]:
    """A moment is the entry's time, or the moment before it where that is unknown or earlier.

    With none before it the next known one; a file without any time takes the run's first.
    """
    head = _first_time(log, rows)
    moment = first if head == NEVER else head
    for row in rows:
        moment = max(moment, log.times[row])
        yield moment, row


def _repeats_in(log: Ordered, merged: Iterable[tuple[int, int]]) -> set[int]:
    """Rows equal to an earlier one in time (to the nanosecond), variant and fields."""
    seen = Seen()
    return {row for _, row in merged if log.times[row] != NEVER and not seen.is_new(log, row)}
