"""Going through a run's time by hand: each verb of the keys, and what there is to say of it.

Going anywhere from a live screen freezes it there. A verb returns a sentence
where the user has to be told something, else an empty text.
"""

from __future__ import annotations

from datetime import tzinfo

from runwatch.answers import units
from runwatch.core.runs import Moment
from runwatch.core.times import MILLISECOND
from runwatch.core.when import Number, When, parse_when, span_of
from runwatch.session.nearest import Nearest
from runwatch.session.playhead import Anchor
from runwatch.session.session import Session
from runwatch.session.stops import Kind, Stops


class Travel:
    """Moves the playhead of one session. `run_id` is the run that the screen is about, None for all of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stops = Stops()
        self._nearest = Nearest(session, self._stops)

    def play_or_pause(self) -> str:
        """Hold the moment shown, or let time run on: recorded time from there, else the present."""
        head = self._session.playhead
        if head.is_timeless and self._session.is_whole:
            return "its events have no time: go from one to the next"
        if head.is_live or head.is_playing:
            head.hold()
        else:
            head.play()
        return ""

    def faster(self, step: int) -> str:
        """One rate up, or down."""
        head = self._session.playhead
        if not head.is_recorded:
            return "what is live has the speed it has"
        head.faster(step)
        return "" if head.is_playing else f"space plays at {units.speed(head.rate)}"

    def skip_silences(self) -> str:
        """Shorten long silences, or wait through them."""
        head = self._session.playhead
        if not head.is_recorded:
            return "what is live has the speed it has"
        head.skips_idle = not head.skips_idle
        return f"long silences are {'shortened' if head.skips_idle else 'shown in full'}"

    def shift(self, length: int) -> str:
        """So many ns on, or back."""
        if length > 0 and self._session.playhead.is_live:
            return "what is shown is the present; nothing lies ahead of it"
        self.seek(self._session.now() + length)
        return ""

    def seek(self, moment: int) -> None:
        """To this moment; one that lies in the future of what is live is the present."""
        head = self._session.playhead
        if not head.is_recorded and moment >= head.present():
            head.play()
        else:
            head.seek(moment)

    def go(self, kind: Kind, step: int, run_id: str | None) -> str:
        """To the next stop of a kind, or back to the one before (`step` 1 or -1)."""
        found = self._next(kind, step, run_id)
        if found is None:
            words = f"no {'later' if step > 0 else 'earlier'} {kind.value}"
            return f"{words} in this run" if run_id is not None else words
        self.go_to_position(*found)
        return ""

    def go_to_position(self, run_id: str, position: int) -> None:
        """Behind this event of a run, and not behind its equals in time."""
        session = self._session
        run = session.runs.by_id[run_id]
        anchor = Anchor(run_id, position + 1, run.order)
        moment = run.log.moment(position)
        session.playhead.hold(session.now() if moment is None else moment, anchor)

    def go_to(self, text: str, run_id: str | None, zone: tzinfo) -> str:
        """To WHEN as the user wrote it; says what is shown where that is not what was asked for."""
        session = self._session
        spans = (span_of(run.log, run.state) for run in session.runs.all())
        try:
            when = parse_when(text, zone, (span[1] for span in spans if span is not None))
        except (ValueError, OverflowError) as error:
            return str(error)
        whole = self._whole_for(run_id)
        if whole is None:
            return "no run is selected that this could be a moment of"
        return self._go_in(whole, when)

    def _go_in(self, whole: Moment, when: When) -> str:
        cut = when.cut(whole.log, whole.state)
        if isinstance(when, Number):
            if not cut.stop:
                return "the first event is #1"
            self.go_to_position(whole.run_id, cut.stop - 1)
            last = whole.state.events
            return f"the last event is #{last:,}" if when.number > last else ""
        if cut.time is None:
            return "its events have no time; go to an event by its number"
        self.seek(cut.time)
        return _nearest_words(whole, cut.stop, cut.time, self._session.now())

    def following(self) -> int | None:
        """The moment of the next event of the runs shown; None if there is none."""
        found = self._nearest.event(1)
        return None if found is None else found[0]

    def advance(self) -> None:
        """Recorded time has run on: shorten a silence that it has come to."""
        head = self._session.playhead
        if head.is_playing:
            head.skip_to(self.following())

    # ------------------------------------------------------------------------------------------------ where to

    def _whole_for(self, run_id: str | None) -> Moment | None:
        if run_id is None:
            lineup = self._session.lineup
            lineup.follow()
            lineup.work(1_000)
            newest = [run for export in lineup.exports()[:1] for run in lineup.newest(export, 1)]
            run_id = newest[0].run_id if newest else None
        return None if run_id is None else self._session.whole(run_id)

    def _next(self, kind: Kind, step: int, run_id: str | None) -> tuple[str, int] | None:
        session = self._session
        if run_id is None:
            found = self._nearest.event(step) if kind is Kind.EVENT else self._nearest.stop(kind, step)
            return None if found is None else (found[1], found[2])
        run, whole = session.runs.by_id.get(run_id), session.whole(run_id)
        if run is None or whole is None:
            return None
        cut = session.cut(run)
        position = self._stops.next(whole, kind, len(run.log.order) if cut is None else cut.stop, step)
        return None if position is None else (run_id, position)


def _nearest_words(whole: Moment, stop: int, asked: int, now: int) -> str:
    """What is shown, where no event stands at the moment that was asked for."""
    log = whole.log
    if not stop:
        first = log.moment(0)
        return "" if first is None else f"this run begins {units.duration(first - asked)} later"
    number = log.number_at(stop - 1)
    before = log.moment(stop - 1)
    if before is None or before == asked:
        return ""
    apart = "less than 1 ms" if asked - before < MILLISECOND else units.duration(asked - before)
    words = f"the nearest event before is #{number:,}, {apart} earlier"
    return words if now == asked else f"{words}; time ends there"
