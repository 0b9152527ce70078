"""The chunks of a run, and the attempts at them.

A run can have a million chunks, so they are columns and not objects. Where a
fact comes from is kept as a position in the run's order (`core/index.py`),
which leads to its time and its place in the log.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from re import finditer

from msgspec import Struct

from runwatch.core.empty import NOTHING, own
from runwatch.core.numbers import Slots
from runwatch.core.parts import NOWHERE, Parts
from runwatch.core.steps import Steps, Threes

PENDING, RUNNING, COMPLETED, FAILED, INTERRUPTED = range(5)
_RUNNING = bytes([RUNNING])  # as a pattern it finds itself
STATE_NAMES = ("pending", "running", "completed", "failed", "interrupted")


class Attempt(Struct, frozen=True):
    """One try at a chunk. Positions in the run's order; `NOWHERE` where not known."""

    number: int
    """From 1; counted, since the producer's own field was 1 in 104 of 104 failures."""
    start: int
    end: int
    outcome: int
    """`RUNNING`, `COMPLETED`, `FAILED` or `INTERRUPTED`."""
    parts: tuple[int, ...]
    """Positions of the completions that delivered its parts."""


Before = tuple[int, int, int, int, int]
"""(state, last attempt, last part, that attempt's end and outcome) of a slot."""


class Chunks(Parts):
    """The chunks of a run: one slot a chunk, in the order in which they were first heard of."""

    __slots__ = (
        "attempt_before", "attempt_end", "attempt_outcome", "attempt_start", "before", "completed_without_start",
        "ended", "first_attempt", "last_attempt", "longest", "open", "planned", "recovered", "settled", "slot_of",
        "slowest", "states", "strewn", "troubled", "unseen_starts"
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.slot_of = Slots()
        self.strewn: array[int] | None = None
        """The index of each slot; None while they follow one another."""
        self.states = bytearray()
        self.last_attempt = Steps()
        self.planned: Mapping[int, int] = NOTHING
        """Position of a slot's ChunkPlanned."""
        self.slowest = NOWHERE
        """The slot that took longest from its first start to its last end."""
        self.longest = -1
        """ns that it took."""
        self.ended = [0, 0, 0, 0, 0]
        """Chunks by state; those that are pending or running are not counted here."""
        self.recovered: Mapping[int, None] = NOTHING
        """Slots completed after a failed or interrupted attempt."""
        self.troubled: Mapping[int, None] = NOTHING
        """Slots with a failed or interrupted attempt, in the order of the first."""
        self.open: Mapping[int, int] = NOTHING
        """Slot → attempt under way."""
        self.unseen_starts = 0
        """Attempts that are not known to have begun."""
        self.completed_without_start = 0
        self.attempt_start = Threes()
        self.attempt_end = Threes()
        self.attempt_outcome = bytearray()
        self.attempt_before: Mapping[int, int] = NOTHING
        """By attempt, where it is not its slot's first."""
        self.first_attempt: Mapping[int, int] = NOTHING
        """Of slots with several."""
        self.settled = 0
        """Slots below it are noted in `before` when they change; `core/checkpoints.py`."""
        self.before: Mapping[int, Before] = NOTHING

    @property
    def indexes(self) -> Sequence[int]:
        """The index of each slot."""
        first = self.slot_of.known.first
        return range(first, first + self.slot_of.count) if self.strewn is None else self.strewn

    @property
    def counts(self) -> list[int]:
        """Chunks by state."""
        ended = self.ended[COMPLETED:]
        return [self.slot_of.count - len(self.open) - sum(ended), len(self.open), *ended]

    @property
    def starts(self) -> int:
        """Attempts that are known to have begun."""
        return len(self.attempt_start) - self.unseen_starts

    def slot(self, index: int) -> int:
        """The slot of chunk `index`, made if it is new."""
        slot = self.slot_of.find(index)
        if slot == NOWHERE:
            slot = self.slot_of.add(index)
            if self.strewn is None and index != self.slot_of.known.first + slot:
                self.strewn = array("Q", self.indexes[:slot])
            if self.strewn is not None:
                self.strewn.append(index)
            self.states.append(PENDING)
            self.last_attempt.append(NOWHERE)
        return slot

    def tries(self, slot: int) -> int:
        """How many attempts it had."""
        return len(self.attempt_rows(slot))

    def first_start(self, slot: int) -> int:
        """Where its first attempt began; NOWHERE where that is not known."""
        first = self.first_attempt.get(slot, self.last_attempt[slot])
        return NOWHERE if first == NOWHERE else self.attempt_start[first]

    def note_duration(self, slot: int, length: int) -> None:
        """How long a completed chunk took (ns), -1 where unknown."""
        if slot == self.slowest:
            self.longest = length
        elif length > self.longest:
            self.slowest, self.longest = slot, length

    def begin(self, slot: int, start: int) -> int:
        """A new attempt; `start` is NOWHERE where it is not known to have begun."""
        self.note(slot)
        attempt = len(self.attempt_start)
        self._stand_behind(slot, attempt)
        self.attempt_start.append(start)
        self.attempt_end.append(NOWHERE)
        self.attempt_outcome.append(RUNNING)
        self.unseen_starts += start == NOWHERE
        under_way = self.open = own(self.open)
        under_way[slot] = attempt
        self._turn(slot, RUNNING)
        return attempt

    def complete_again(self, slot: int, attempt: int) -> None:
        """A further attempt, which is under way nowhere and ends well; its own columns are the caller's."""
        self.note(slot)
        self._stand_behind(slot, attempt)
        self._turn(slot, COMPLETED)

    def _stand_behind(self, slot: int, attempt: int) -> None:
        before = self.last_attempt[slot]
        if before != NOWHERE:
            self.attempt_before, self.first_attempt = earlier, first = own(self.attempt_before), own(self.first_attempt)
            earlier[attempt] = before
            first.setdefault(slot, before)
        self.last_attempt[slot] = attempt

    def end(self, slot: int, position: int, outcome: int) -> None:
        """The open attempt ended; or one whose start nobody saw."""
        attempt = self.open[slot] if slot in self.open else self.begin(slot, NOWHERE)
        self.note(slot)
        under_way = self.open = own(self.open)
        del under_way[slot]
        self.attempt_end[attempt] = position
        self.attempt_outcome[attempt] = outcome
        if outcome != COMPLETED:
            troubled = self.troubled = own(self.troubled)
            troubled[slot] = None
        elif self.attempt_start[attempt] == NOWHERE:
            self.completed_without_start += 1
        self._turn(slot, outcome)

    def interrupt_all(self, position: int) -> None:
        """Every attempt under way was cut off by what stands at `position`."""
        for slot in list(self.open):
            self.end(slot, position, INTERRUPTED)

    def move_end(self, slot: int, position: int) -> None:
        """A further part of a completed chunk came."""
        self.note(slot)
        self.attempt_end[self.last_attempt[slot]] = position

    def _turn(self, slot: int, state: int) -> None:
        before = self.states[slot]
        if before > RUNNING:
            self.ended[before] -= 1
        if state > RUNNING:
            self.ended[state] += 1
        self.states[slot] = state
        if state == COMPLETED and slot in self.troubled:
            recovered = self.recovered = own(self.recovered)
            recovered[slot] = None
        elif slot in self.recovered:
            recovered = self.recovered = own(self.recovered)
            del recovered[slot]

    def note(self, slot: int) -> None:
        """Remember what a slot said at the last checkpoint, if it was there."""
        if slot < self.settled and slot not in self.before:
            last = self.last_attempt[slot]
            end, outcome = (NOWHERE, 0) if last == NOWHERE else (self.attempt_end[last], self.attempt_outcome[last])
            changed = self.before = own(self.before)
            changed[slot] = (self.states[slot], last, self.last_part_of(slot), end, outcome)

    def put_back(self, slot: int, before: Before) -> None:
        """What a slot said then."""
        self.states[slot], last, part, end, outcome = before
        if self.last_part is not None and slot < len(self.last_part):
            self.last_part[slot] = part
        self.last_attempt[slot] = last
        if NOWHERE != last < len(self.attempt_end):  # a later one is put back in turn
            self.attempt_end[last], self.attempt_outcome[last] = end, outcome

    def work_out(self) -> None:
        """What follows from the columns: the open attempts as they began, the recovered slots."""
        running = [match.start() for match in finditer(_RUNNING, self.states)]
        self.open = {slot: self.last_attempt[slot] for slot in sorted(running, key=self.last_attempt.__getitem__)}
        self.recovered = {slot: None for slot in self.troubled if self.states[slot] == COMPLETED}
        self._unsure = dict.fromkeys(self._delivered_twice)

    def attempt_rows(self, slot: int) -> list[int]:
        """Where its attempts stand in the columns, the first first."""
        rows, row = [], self.last_attempt[slot]
        while row != NOWHERE:
            rows.append(row)
            row = self.attempt_before.get(row, NOWHERE)
        rows.reverse()
        return rows

    def attempts(self, slot: int) -> tuple[Attempt, ...]:
        """Every attempt, the first first."""
        parts: dict[int, list[int]] = {}
        for part in self.parts(slot):
            parts.setdefault(self.part_attempt[part], []).append(self.part_position[part])
        start, end, outcome = self.attempt_start, self.attempt_end, self.attempt_outcome
        return tuple(
            Attempt(number, start[row], end[row], outcome[row], tuple(reversed(parts.get(row, []))))
            for number, row in enumerate(self.attempt_rows(slot), 1)
        )
