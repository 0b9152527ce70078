"""The runs at the moment shown: each made once, and kept until it is another.

The state at T is the fold of the events up to T, and live is T = now. Whoever
asks for a moment need not know which of the two it is.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from runwatch.core.index import NEVER
from runwatch.core.runs import Moment, Run, Runs
from runwatch.core.times import SECOND
from runwatch.core.when import Cut, Instant, Stop, When, ends, span_of
from runwatch.session.foreseen import Foreseen, foreseen
from runwatch.session.lineup import Lineup
from runwatch.session.options import Options
from runwatch.session.pace import Pace
from runwatch.session.playhead import Playhead


class Moments:
    """What screens and reports ask of a session."""

    def __init__(self, runs: Runs, playhead: Playhead, options: Options) -> None:
        self.runs = runs
        self.playhead = playhead
        """The moment shown, where `when` names none."""
        self.options = options
        self.when: When | None = None
        """The moment shown, if one was asked for that each run takes from its own start and end."""
        self.is_whole = False
        """The first look is done: what was there at the start has been read."""
        self.foreseen: dict[str, Foreseen] = {}
        """What the ends of long logs said of their runs before they were read; `ahead` asks whether it still counts."""
        self._moments: dict[str, _Kept] = {}
        self._wholes: dict[str, _Kept] = {}
        self._listed: tuple[Any, list[Moment]] = (None, [])
        self.pace = Pace()
        self.lineup = Lineup(self)
        """All runs in few figures each: for lists and counts that may be very long."""

    @property
    def is_live(self) -> bool:
        """What is shown is the present."""
        return self.when is None and self.playhead.is_live

    def is_run_whole(self, run_id: str) -> bool:
        """All of this run that was there at the start has been read: what it comes to is no passing thing."""
        return self.is_whole

    def foresee(self, lines: bytes, identity: str) -> None:
        """Note how these runs end, as the last lines of a log have it."""
        self.foreseen = foreseen(lines, identity) | self.foreseen  # the newest logs come first

    def ahead(self, run_id: str) -> Foreseen | None:
        """How a run ends, where its log was not read so far; None where it was, or another moment is shown."""
        if self.is_whole or not self.is_live:
            return None
        told = self.foreseen.get(run_id)
        run = self.runs.by_id.get(run_id)
        if told is not None and run is not None and run.log.moments and NEVER < told.last <= run.log.moments[-1]:
            return None  # read as far as that
        return told

    def judged(self, run: Run) -> Moment | None:
        """A run at the moment shown, made for this once and not kept; None if it had not begun."""
        return self._at(run, self.cut(run), self.playhead.now())

    def moment(self, run_id: str) -> Moment | None:
        """One run at the moment shown; None if it is unknown or had not begun."""
        run = self.runs.by_id.get(run_id)
        return None if run is None else self._moment(run)

    def whole(self, run_id: str) -> Moment | None:
        """One run with all that was read of it, whatever moment is shown: what lies ahead of that."""
        run = self.runs.by_id.get(run_id)
        if run is None:
            return None
        key = (run.revision, self.is_run_whole(run_id))
        kept = self._wholes.get(run_id)
        if kept is None or kept.key != key:
            kept = self._wholes[run_id] = _Kept(key, 0, self._at(run, None, self.playhead.present()))
        return kept.moment

    def moments(self) -> list[Moment]:
        """All runs at the moment shown, newest start first, then by run_id. One not begun by then is left out.

        The same list as long as no run in it is another: whoever made something of it can keep that.
        """
        key = (self.runs.revision, self.when, self.is_whole, self.playhead.anchor, self.is_live or self.playhead.now())
        if key != self._listed[0]:
            found = [moment for run in self.runs.all() if (moment := self._moment(run)) is not None]
            found.sort(key=_newest_first)
            same = len(found) == len(self._listed[1]) and all(map(operator.is_, found, self._listed[1]))
            self._listed = (key, self._listed[1] if same else found)
        elif any(self.moment(moment.run_id) is not moment for moment in self._listed[1] if _is_silent(moment)):
            found = [self.moment(kept.run_id) or kept if _is_silent(kept) else kept for kept in self._listed[1]]
            self._listed = (key, found)  # time alone changes no order
        return self._listed[1]

    def selected(self) -> list[Moment]:
        """Those of `moments()` that the options ask for."""
        options, moments = self.options, self.moments()
        if (options.run_id, options.export, options.last) == (None, None, None):
            return moments
        return list(self._select(moments))

    def _select(self, moments: list[Moment]) -> Iterable[Moment]:
        options = self.options
        seen: dict[str, int] = {}
        for moment in moments:
            seen[moment.export] = seen.get(moment.export, 0) + 1
            if (
                options.run_id in (None, moment.run_id)
                and options.export in (None, moment.export)
                and (options.last is None or seen[moment.export] <= options.last)
            ):
                yield moment

    def now(self) -> int:
        """The moment shown, ns; where `when` names one of its own for each run, the clock's."""
        return self.playhead.now()

    def cut(self, run: Run) -> Cut | None:
        """Where the moment shown cuts a run; None if that is the present."""
        when = self.when
        if when is None and not self.is_live:
            anchor, now = self.playhead.anchor, self.playhead.now()
            when = Instant(now)
            if anchor is not None and anchor.run_id == run.run_id and anchor.order is run.order:
                when = Stop(anchor.stop, now)
        return None if when is None else run.cut(when)

    def span(self) -> tuple[int, int] | None:
        """From the first moment of the runs asked for to the last; one without an outcome lasts until it is lost."""
        found: list[tuple[int, int]] = []
        for run in self.runs.all():
            span = span_of(run.log, run.state)
            if span is None or self.options.run_id not in (None, run.run_id):
                continue
            if self.options.export in (None, run.export_of(run.state)):
                found.append((span[0], span[1] + (0 if run.state.has_ended else self.options.stale_after)))
        return (min(first for first, _ in found), max(last for _, last in found)) if found else None

    def _moment(self, run: Run) -> Moment | None:
        """Kept until the run moves; while it has not ended, also until the second does."""
        cut, now = self.cut(run), self.playhead.now()
        key = (run.revision, self.is_run_whole(run.run_id), cut and cut.stop)
        time = now // SECOND if cut is None else cut.time
        kept = self._moments.get(run.run_id)
        if kept is None or kept.key != key or (kept.time != time and kept.is_silent):
            kept = self._moments[run.run_id] = _Kept(key, time, self._at(run, cut, now))
        return kept.moment

    def _at(self, run: Run, cut: Cut | None, now: int) -> Moment | None:
        return run.at(cut, now, self.options.stale_after, is_reading=not self.is_run_whole(run.run_id))


class _Kept(Struct, frozen=True):
    """A moment, and what it was made of."""

    key: Any
    time: int | None
    moment: Moment | None

    @property
    def is_silent(self) -> bool:
        """Time alone can change it."""
        return self.moment is not None and _is_silent(self.moment)


def _is_silent(moment: Moment) -> bool:
    """It has not ended, so time alone can change its verdict."""
    return moment.judgement.silence is not None


def _newest_first(moment: Moment) -> tuple[int, str]:
    state, log = moment.state, moment.log
    started = log.moments[ends(state)[0]]
    return -started, moment.run_id
