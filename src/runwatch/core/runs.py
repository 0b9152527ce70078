"""All runs: entries in, states out, and a revision that moves when anything did."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from msgspec import Struct

from runwatch.core.again import Again, ReadStretch
from runwatch.core.arrivals import NO_ARRIVALS, Arrivals
from runwatch.core.checkpoints import Checkpoints
from runwatch.core.events import Entry, PlanResolved, Problem, ProducerSeen
from runwatch.core.index import RunLog
from runwatch.core.order import Order
from runwatch.core.places import Place, Segment
from runwatch.core.run import NOWHERE, RunState
from runwatch.core.verdict import Judgement, judge
from runwatch.core.when import Cut, When, ends

PROBLEMS_KEPT = 10_000
_RUN_ID = re.compile(r"(.+)_(\d{8}T\d{6}\.\d{3})_\d+")


def parse_run_id(run_id: str) -> tuple[str | None, str]:
    """(export, short id) of `<export>_<YYYYMMDD>T<HHMMSS>.<mmm>_<pid>`, parsed from the right.

    An id of another form names no export, and is its own short id.
    """
    match = _RUN_ID.fullmatch(run_id)
    return (match.group(1), match.group(2)) if match else (None, run_id)


class Moment(Struct, frozen=True, eq=False, gc=False):
    """A run at T: what was known then, and what it came to. Live is only T = now."""

    run_id: str
    export: str
    log: RunLog
    state: RunState
    judgement: Judgement
    now: int
    cut: Cut | None
    """None when live."""
    revision: int


class Kept(NamedTuple):
    """What a later session need not fold again."""

    log: RunLog
    state_so_far: RunState
    checkpoints: Checkpoints


class Run:
    """One run: its log and the state at its end so far."""

    __slots__ = (
        "_arrivals", "_later", "_moved", "arrived", "checkpoints", "log", "named", "run_id", "state_so_far", "straight"
    )  # fmt: skip

    def __init__(self, run_id: str, again: Again | None = None) -> None:
        self.run_id = run_id
        self.log = RunLog(again)
        self.straight: Segment | None = None
        """Where its lines come from, as long as each stands behind all others: then `core/loading.py` may take them."""
        self.named: str | None = None
        """The export that its last entry named."""
        self._moved = 0
        self.arrived: int | None = None
        """When it last said something new (ns, the clock's), if we watched it come."""
        self.state_so_far = RunState(self.log.facts)
        """The fold of what stands in its order; `state` also where that must be worked out first."""
        self.checkpoints = Checkpoints()
        self._arrivals = NO_ARRIVALS
        self._later: Callable[[], Kept]
        """Of one that an earlier session kept (`core/kept.py`): what makes the rest."""

    @property
    def revision(self) -> int:
        """Moves whenever it said anything, or what it said was taken out."""
        return self._moved + len(self.log)

    def begin(self, segment: Segment, name: str, time: int) -> None:
        """Its first event, which is of this segment, names that export, and has a time (ns) and a number."""
        self.straight, self.named = segment, name
        self.log.begin(segment, name)
        state = self.state_so_far
        state.first_heard, state.heard, state.export_name = 0, time, name

    def feed(self, entry: Entry, segment: Segment, line: int, arrived: int | None) -> None:
        """Take in one entry; it is folded at once where it stands behind all others."""
        position = self.log.append(entry, segment, line)
        self.named = entry.export_name
        is_repeat = position is None and self.log.is_arranged
        if arrived is not None and not is_repeat and not isinstance(entry.event, ProducerSeen):
            self.note_arrival(arrived)
        if position is not None:
            self.checkpoints.fold(self.state_so_far, self.log, position + 1)
        self.straight = segment if self._is_straight(segment) else None

    def note_arrival(self, arrived: int) -> None:
        """Something new came at this time (ns, the clock's)."""
        self.arrived = arrived
        if self._arrivals is NO_ARRIVALS:
            self._arrivals = Arrivals()
        self._arrivals.note(arrived)

    def _is_straight(self, segment: Segment) -> bool:
        log, state = self.log, self.state_so_far
        placing = log.placing
        return (
            segment.is_plain
            and log.is_arranged
            and log.is_straight
            and placing.files == 1
            and not placing.timeless
            and not state.has_ended
            and state.first_heard != NOWHERE
            and state.export_name is not None
        )

    def let_go(self) -> tuple[str, Segment | None, str | None, int, Kept]:
        """What `FoundAgain` asks for (`core/kept.py`); what can be worked out again is forgotten."""
        self.checkpoints.let_go()
        self.log.let_go()
        kept = Kept(self.log, self.state, self.checkpoints)
        return self.run_id, self.straight, self.named, self._moved, kept

    def take_out(self, segment: Segment) -> None:
        """Forget what one segment said."""
        self._moved += len(self.log) + 1
        self.log.take_out(segment)
        self.straight = None

    @property
    def state(self) -> RunState:
        """The fold of all that was read, in the order of PRODUCT.md."""
        if not self.log.is_arranged:
            self._arrange()
        return self.state_so_far

    def _arrange(self) -> None:
        self.log.arrange()
        self.state_so_far, self.checkpoints = RunState(self.log.facts), Checkpoints()
        self.checkpoints.fold(self.state_so_far, self.log, len(self.log.order))

    def state_at(self, stop: int) -> RunState:
        """The fold of the first `stop` positions; good until the next one is asked for."""
        return self.checkpoints.state_at(self.log, self.state, stop)

    @property
    def order(self) -> Order:
        """The order of its events; another one once files that turned up late have moved it."""
        if not self.log.is_arranged:
            self._arrange()
        return self.log.order

    @property
    def is_run(self) -> bool:
        """It has said at least one thing that we understand."""
        state = self.state
        return state.positions > state.unknown

    def export_of(self, state: RunState) -> str:
        """The export's name: the log's, else the plan's, else that in the run_id, else "unknown"."""
        if state.export_name is not None:
            return state.export_name
        if state.plan != NOWHERE:
            plan = self.log.event(state.plan)
            assert isinstance(plan, PlanResolved)
            return plan.export_name
        return parse_run_id(self.run_id)[0] or "unknown"

    def cut(self, when: When) -> Cut:
        """Where a moment cuts this run."""
        return when.cut(self.log, self.state)

    def at(self, when: When | Cut | None, now: int, stale_after: int, *, is_reading: bool = False) -> Moment | None:
        """The run at T; None if it had not begun. Without `when` it is live, and `now` counts.

        While its log `is_reading`, its last moment so far is the latest now: a half-read
        log is silent only because it is not read yet.
        """
        if when is None:
            state, cut, arrived = self.state, None, self.arrived
        else:
            cut = when if isinstance(when, Cut) else self.cut(when)
            state, now = self.state_at(cut.stop), cut.now(now)
            arrived = self._arrivals.until(now)
        if is_reading and state.positions and (cut is None or state.positions == self.state.positions):
            now = min(now, self.log.moment(ends(state)[1]) or now)
        if state.positions <= state.unknown:
            return None
        judgement = judge(state, self.log, now, stale_after, arrived)
        return Moment(self.run_id, self.export_of(state), self.log, state, judgement, now, cut, self.revision)


class Runs:
    """Every run that was read, and every line that could not be."""

    def __init__(
        self, read: Callable[[Place], bytes | None] | None = None, stretch: ReadStretch | None = None
    ) -> None:
        """`read` gives a line once more, None where its bytes are gone; without it all events are kept in memory.
        `stretch` gives those about it too.
        """
        self.again = None if read is None else Again(read, stretch)
        self.by_id: dict[str, Run] = {}
        self.problems: list[tuple[Place | str, str]] = []
        """(where, why), the first `PROBLEMS_KEPT`."""
        self.problem_count = 0
        self.revision = 0
        self.changed: dict[str, None] = {}
        """Runs that said something since somebody last emptied it; those heard of last stand last."""
        self.run_ids: dict[Segment, Collection[str]] = {}
        """Which runs a segment spoke of, so that one which is read anew need not be looked for in all."""
        self.problems_in: dict[Segment | str, int] = {}
        """How many problems a segment, or a file that cannot be read at all, had, kept or not."""

    def feed(
        self, entry: Entry | Problem, segment: Segment, line: int, offset: int, arrived: int | None = None
    ) -> None:
        """Take in what one line said."""
        self.revision += 1
        if isinstance(entry, Problem):
            self.report(Place(segment, line, entry.number, offset), entry.reason)
            return
        self._note_spoken_of(segment, entry.run_id)
        run = self.by_id.get(entry.run_id)
        if run is None:
            run = self.by_id[entry.run_id] = Run(entry.run_id, self.again)
        run.feed(entry, segment, line, arrived)
        self.changed[entry.run_id] = None

    def _note_spoken_of(self, segment: Segment, run_id: str) -> None:
        spoken_of = self.run_ids.get(segment, ())
        if isinstance(spoken_of, set):
            spoken_of.add(run_id)
        elif run_id not in spoken_of:  # most files speak of one run: a set takes room
            self.run_ids[segment] = {*spoken_of, run_id} if spoken_of else (run_id,)

    def begin(self, run_id: str, segment: Segment, name: str, time: int) -> Run:
        """A run of which nobody has heard, in a plain segment; its first event at this time (ns) is the caller's."""
        run = self.by_id[run_id] = Run(run_id, self.again)
        self._note_spoken_of(segment, run_id)
        run.begin(segment, name, time)
        return run

    def report(self, where: Place | str, reason: str) -> None:
        """Keep a problem; a text is the path of a file that cannot be read at all."""
        self.revision += 1
        self.problem_count += 1
        if isinstance(where, Place):
            self.run_ids.setdefault(where.segment, ())
        about = where.segment if isinstance(where, Place) else where
        self.problems_in[about] = self.problems_in.get(about, 0) + 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append((where, reason))

    def take_out(self, segment: Segment) -> None:
        """Forget what one segment said, and that it could not be read: it is going to be read anew."""
        run_ids, about = self.run_ids.pop(segment, ()), (segment, segment.path)
        problems = sum(self.problems_in.pop(key, 0) for key in about)
        if not run_ids and not problems:
            return
        self.revision += 1
        for run_id in run_ids:
            self.by_id[run_id].take_out(segment)
            self.changed[run_id] = None
        self.problem_count -= problems
        self.problems = [
            pair for pair in self.problems if (pair[0].segment if isinstance(pair[0], Place) else pair[0]) not in about
        ]

    def find(self, place: Place) -> tuple[str, int] | None:
        """(run_id, position) of the event that stands there; None for what is no event, or came before."""
        for run_id in self.run_ids.get(place.segment, ()):
            run = self.by_id[run_id]
            order, row = run.order, run.log.row_at(place)
            if row is not None:
                return (run_id, order.index(row)) if row in order else None
        return None

    @property
    def unknown_count(self) -> int:
        """Events that are not known; one delivered again is a repeat, and as if not there."""
        return sum(run.state.unknown for run in self.by_id.values())

    def all(self) -> list[Run]:
        """Every run, in no particular order; what said only unknown things is none."""
        return [run for run in self.by_id.values() if run.is_run]
