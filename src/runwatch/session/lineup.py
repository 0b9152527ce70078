"""Every run at the moment shown, in a few figures each: how many of each verdict, which of each export are newest.

There may be a hundred thousand runs, and more while they are read. None is
asked again unless it said something, or time alone makes it another, and when
that will be is known beforehand. `follow` notes which these are; `work` judges
them, a few at a time, so that whoever draws decides how long it may take.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from msgspec.structs import replace

from runwatch.core.index import NEVER
from runwatch.core.runs import Moment, Run, Runs
from runwatch.session.foreseen import Foreseen
from runwatch.session.options import Options
from runwatch.session.playhead import Playhead
from runwatch.session.standing import ALWAYS, Standing, standing_of
from runwatch.session.standings import Standings


class Shown(Protocol):
    """What is asked of the session: the runs, and the moment shown."""

    runs: Runs
    options: Options
    playhead: Playhead
    when: Any
    is_whole: bool
    foreseen: dict[str, Foreseen]

    def is_run_whole(self, run_id: str) -> bool:
        """All of it that was there has been read."""

    @property
    def is_live(self) -> bool:
        """What is shown is the present."""

    def ahead(self, run_id: str) -> Foreseen | None:
        """How the run ends, where its log was not read so far."""

    def judged(self, run: Run) -> Moment | None:
        """The run at the moment shown, made for this once."""


class Lineup(Standings):
    """All runs. Nothing is known before the first `follow`, and only what `is_settled` is up to date."""

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self._shown = shown
        self._begin()

    def _begin(self) -> None:
        self.clear()
        self._options = self._shown.options
        self._queue: dict[str, None] = {}
        self._queue.update(dict.fromkeys(self._shown.runs.by_id))
        self._was_whole = False
        self._foreseen: dict[str, Foreseen] = {}
        self._place: tuple[Any, ...] = (None, None, ALWAYS)
        self._turns: list[tuple[int, str]] = []

    @property
    def is_settled(self) -> bool:
        """Nothing is left to judge."""
        return not self._queue

    @property
    def left(self) -> int:
        """Runs that are left to judge."""
        return len(self._queue)

    def judged(self, run_id: str) -> Standing | None:
        """A run as it stands; None if it is still to be judged."""
        return None if run_id in self._queue else self.standings.get(run_id)

    def spans(self) -> Iterator[tuple[str, int, int]]:
        """(run, first moment, last) of all that was read of each run with a time, judged or not."""
        queue, runs = self._queue, self._shown.runs.by_id
        for run_id, standing in self.standings.items():
            if standing.span[1] != NEVER and run_id not in queue:
                yield run_id, *standing.span
        for run in (runs[run_id] for run_id in queue if run_id in runs):
            if run.order and run.log.moments[0] != NEVER:
                yield run.run_id, run.log.moments[0], run.log.moments[-1]

    def exports(self) -> list[str]:
        """Those with runs that the options ask for, that with the newest run first."""
        options, places = self._shown.options, self.by_export
        if options.run_id is not None:
            run = self.standings.get(options.run_id)
            return [run.export] if run is not None and run.is_selected and run.verdict else []
        wanted = places if options.export is None else places.keys() & {options.export}
        return sorted(wanted, key=lambda export: (places[export][0], export))

    # ------------------------------------------------------------------------------------------------ what may be new

    def follow(self) -> None:
        """Note the runs that may be others than they were; none is judged."""
        shown = self._shown
        if shown.options is not self._options:
            self._begin()
        if shown.runs.changed:
            self._queue.update(shown.runs.changed)
            shown.runs.changed.clear()
        if shown.foreseen is not self._foreseen:
            self._foreseen = shown.foreseen
            self._note(self._foreseen)
        if shown.is_whole and not self._was_whole:
            self._was_whole = True
            self._note(self.open)
            self._note(self._foreseen)
        self._move()

    def _note(self, run_ids: Iterable[str]) -> None:
        self._queue.update(dict.fromkeys(run_ids))

    def _move(self) -> None:
        """The moment shown is another, or time has run on."""
        shown, (when, anchor, before) = self._shown, self._place
        now = shown.playhead.now()
        after = ALWAYS if shown.is_live else now
        self._place = (shown.when, shown.playhead.anchor, after)
        if shown.when != when:
            self._note(self.standings)
            return
        if anchor is not shown.playhead.anchor:
            self._note(moved.run_id for moved in (anchor, shown.playhead.anchor) if moved is not None)
        if after != before:
            self._note(self._foreseen)
            low, high, is_back = min(before, after), max(before, after), after < before
            for run_id, standing in self.standings.items():
                first, last = standing.span
                if (first <= high and last > low) or (is_back and standing.is_open):
                    self._queue[run_id] = None
        while shown.when is None and self._turns and self._turns[0][0] <= now:
            turns, run_id = heapq.heappop(self._turns)
            if self.standings[run_id].turns == turns:
                self._queue[run_id] = None

    # ------------------------------------------------------------------------------------------------ judging

    def work(self, most: int) -> bool:
        """Judge at most so many runs, those heard of last first; True if none is left."""
        for _ in range(min(most, len(self._queue))):
            run_id, _ = self._queue.popitem()
            self._put(self._judge(run_id))
        return not self._queue

    def _judge(self, run_id: str) -> Standing:
        shown, standing = self._shown, Standing(run_id)
        if (run := shown.runs.by_id.get(run_id)) is not None:
            standing = standing_of(run, shown.judged(run), self._is_asked_for, is_whole=shown.is_run_whole(run_id))
        told = shown.ahead(run_id)
        return standing if told is None else told.standing(standing, self._is_asked_for)

    def _is_asked_for(self, run_id: str, export: str) -> bool:
        options = self._shown.options
        return options.run_id in (None, run_id) and options.export in (None, export)

    def _put(self, new: Standing) -> None:
        """In the place of what the run was before."""
        old = self.standings.get(new.run_id)
        self.put(old, new)
        if new.turns is not None:
            heapq.heappush(self._turns, (new.turns, new.run_id))
        if self._shown.options.last is not None:
            self._choose_newest({new.export, old.export if old is not None else new.export} - {""}, new.run_id)

    def _choose_newest(self, exports: Iterable[str], run_id: str) -> None:
        """`--last`: one run came to its place or left it, so at most one other came in or fell out."""
        last = self._shown.options.last or 0
        for places in (self.by_export[export] for export in exports if export in self.by_export):
            near = {run_id} | {places[rank][1] for rank in (last - 1, last) if rank < len(places)}
            for standing in (self.standings[each] for each in near):
                if standing.verdict and self.by_export[standing.export] is places:
                    is_newest = places.index(standing.place) < last
                    wanted = is_newest and self._is_asked_for(standing.run_id, standing.export)
                    if wanted != standing.is_selected:
                        self.replace(standing, replace(standing, is_selected=wanted))
