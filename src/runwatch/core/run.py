"""What is known of a run: its chunks, their attempts and parts, its files.

A run can have a million chunks, so they are columns and not objects. Where a
fact comes from is kept as a position in the run's order (`core/index.py`),
which leads to its time and its place in the log.
"""

from __future__ import annotations

from array import array
from re import finditer

from msgspec import Struct

from runwatch.core.causes import Causes
from runwatch.core.files import Files
from runwatch.core.numbers import Numbers
from runwatch.core.parts import NOWHERE, Parts
from runwatch.core.series import Series

PENDING, RUNNING, COMPLETED, FAILED, INTERRUPTED = range(5)
_RUNNING = bytes([RUNNING])  # as a pattern it finds itself
STATE_NAMES = ("pending", "running", "completed", "failed", "interrupted")
__all__ = [
    "COMPLETED", "FAILED", "INTERRUPTED", "NOWHERE", "PENDING", "RUNNING", "STATE_NAMES",
    "Attempt", "Chunks", "RunState",
]  # fmt: skip


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


class Chunks(Parts):
    """The chunks of a run: one slot a chunk, in the order in which they were first heard of."""

    def __init__(self) -> None:
        super().__init__()
        self.slot_of = Numbers[int]()
        self.indexes = array("Q")
        self.stand_in_order = True
        """Each slot's index is its own number, as where they were heard of one after the other."""
        self.states = bytearray()
        self.tries = array("I")
        self.planned = array("i")
        """Position of its ChunkPlanned."""
        self.first_attempt = array("i")
        self.last_attempt = array("i")
        self.durations = array("q")
        """ns from a completed chunk's first start to its last end, -1 where that is unknown."""
        self.slowest = NOWHERE
        """The slot with the longest of them."""
        self.counts = [0, 0, 0, 0, 0]
        """Chunks by state."""
        self.planned_count = 0
        self.recovered: set[int] = set()
        """Slots completed after a failed or interrupted attempt."""
        self.troubled: dict[int, None] = {}
        """Slots with a failed or interrupted attempt, in the order of the first."""
        self.open: dict[int, int] = {}
        """Slot → attempt under way."""
        self.starts = 0
        """Attempts that are known to have begun."""
        self.completed_without_start = 0
        self.attempt_before = array("i")
        self.attempt_start = array("i")
        self.attempt_end = array("i")
        self.attempt_outcome = bytearray()

    def slot(self, index: int) -> int:
        """The slot of chunk `index`, made if it is new."""
        slot = self.slot_of.get(index)
        if slot is None:
            slot = self.slot_of.add(index)
            self.indexes.append(index)
            self.stand_in_order = self.stand_in_order and index == slot
            self.states.append(PENDING)
            self.tries.append(0)
            for column in (self.planned, self.first_attempt, self.last_attempt, self.last_part):
                column.append(NOWHERE)
            self.durations.append(-1)
            self.counts[PENDING] += 1
        return slot

    def first_start(self, slot: int) -> int:
        """Where its first attempt began; NOWHERE where that is not known."""
        first = self.first_attempt[slot]
        return NOWHERE if first == NOWHERE else self.attempt_start[first]

    def note_duration(self, slot: int, length: int) -> None:
        """How long a completed chunk took, -1 where unknown."""
        self.durations[slot] = length
        if length >= 0 and (self.slowest == NOWHERE or length > self.durations[self.slowest]):
            self.slowest = slot

    def begin(self, slot: int, start: int) -> int:
        """A new attempt; `start` is NOWHERE where it is not known to have begun."""
        attempt = len(self.attempt_start)
        self.attempt_before.append(self.last_attempt[slot])
        self.attempt_start.append(start)
        self.attempt_end.append(NOWHERE)
        self.attempt_outcome.append(RUNNING)
        self.last_attempt[slot] = attempt
        if self.first_attempt[slot] == NOWHERE:
            self.first_attempt[slot] = attempt
        self.tries[slot] += 1
        self.starts += start != NOWHERE
        self.open[slot] = attempt
        self._turn(slot, RUNNING)
        return attempt

    def end(self, slot: int, position: int, outcome: int) -> None:
        """The open attempt ended; or one whose start nobody saw."""
        attempt = self.open[slot] if slot in self.open else self.begin(slot, NOWHERE)
        del self.open[slot]
        self.attempt_end[attempt] = position
        self.attempt_outcome[attempt] = outcome
        if outcome != COMPLETED:
            self.troubled[slot] = None
        elif self.attempt_start[attempt] == NOWHERE:
            self.completed_without_start += 1
        self._turn(slot, outcome)

    def interrupt_all(self, position: int) -> None:
        """Every attempt under way was cut off by what stands at `position`."""
        for slot in list(self.open):
            self.end(slot, position, INTERRUPTED)

    def move_end(self, slot: int, position: int) -> None:
        """A further part of a completed chunk came."""
        self.attempt_end[self.last_attempt[slot]] = position

    def _turn(self, slot: int, state: int) -> None:
        self.counts[self.states[slot]] -= 1
        self.counts[state] += 1
        self.states[slot] = state
        if state == COMPLETED and slot in self.troubled:
            self.recovered.add(slot)
        else:
            self.recovered.discard(slot)

    def work_out(self) -> None:
        """What follows from the columns: the open attempts as they began, the recovered slots."""
        running = [match.start() for match in finditer(_RUNNING, self.states)]
        self.open = {slot: self.last_attempt[slot] for slot in sorted(running, key=self.last_attempt.__getitem__)}
        self.recovered = {slot for slot in self.troubled if self.states[slot] == COMPLETED}
        self._unsure = set(self._delivered_twice)

    def attempts(self, slot: int) -> tuple[Attempt, ...]:
        """Every attempt, the first first."""
        parts: dict[int, list[int]] = {}
        for part in self.parts(slot):
            parts.setdefault(self.part_attempt[part], []).append(self.part_position[part])
        rows = []
        row = self.last_attempt[slot]
        while row != NOWHERE:
            rows.append(row)
            row = self.attempt_before[row]
        return tuple(
            Attempt(
                number,
                self.attempt_start[row],
                self.attempt_end[row],
                self.attempt_outcome[row],
                tuple(reversed(parts.get(row, []))),
            )
            for number, row in enumerate(reversed(rows), 1)
        )


class RunState:
    """What the events so far add up to. Lists hold positions in the run's order."""

    def __init__(self) -> None:
        self.positions = 0
        """How many positions of the order are folded."""
        self.events = 0
        self.unknown = 0
        self.first_heard = NOWHERE
        self.last_heard = NOWHERE
        """The last entry that the run itself gave rise to, all but ProducerSeen: its end so far."""
        self.longest_gap = 0
        """ns; of the gaps that ended in FileWritten, ChunkStarted, ChunkCompleted or ChunkFailed."""
        self.export_name: str | None = None
        self.plan = NOWHERE
        self.plan_warnings = array("i")
        self.chunks = Chunks()
        self.files = Files()
        self.nameless_rows = 0
        self.is_written = False
        """A FileWritten or a ChunkCompleted was seen."""
        self.written = array("i")
        """Where a FileWritten stands."""
        self.failures = array("i")
        self.causes = Causes()
        self.retries = array("i")
        self.backoff_ms = 0
        self.last_backoff_ms = 0
        self.quality = array("i")
        self.schema = array("i")
        self.warnings = array("i")
        self.parallelism = array("i")
        self.validation = NOWHERE
        self.files_since_validation = array("i")
        """Where files were named behind the last ValidationResult."""
        self.reconciliation = NOWHERE
        self.outcome = NOWHERE
        self.outcomes = array("i")
        self.after_end = array("i")
        self.clock_backwards = array("i")
        self.time_unknown = array("i")
        self.progress_positions = array("i")
        self.chunks_total: int | None = None
        self.producer = NOWHERE
        self.destination: str | None = None
        self.rows_series = Series()
        self.chunks_series = Series()

    @property
    def has_ended(self) -> bool:
        """A RunCompleted was seen."""
        return self.outcome != NOWHERE
