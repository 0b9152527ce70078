"""What stands on the screen first, where time is recorded: the one run, or the choice among several."""

from __future__ import annotations

from datetime import tzinfo
from typing import Protocol

from textual.screen import Screen

from runwatch.answers.nothing import nothing_read
from runwatch.session.session import Session
from runwatch.session.travel import Travel


class Opener(Protocol):
    """What is asked of the app."""

    session: Session
    travel: Travel
    zone: tzinfo

    def open_run(self, run_id: str, *, at_outcome: bool = False) -> None:
        """One run, on top."""

    def give_up(self, words: str) -> None:
        """Leave, and say why on stderr."""

    def say(self, words: str) -> None:
        """A passing word."""

    def choose_run(self, screen: Screen[str | None]) -> None:
        """Ask which run; `Opening.choose` gets the answer."""


class Opening:
    """Begins the show once all that was there has been read."""

    def __init__(self, at: str | None = None, *, paused: bool = False) -> None:
        """`at` is WHEN, as the user wrote it, of the run that is chosen; time runs from there unless `paused`."""
        self._at = at
        self._paused = paused
        self._is_done = False
        self._is_asked_again = False

    def begin_if_read(self, app: Opener) -> None:
        """Called at each tick; does something once."""
        session = app.session
        if self._is_done or not session.is_whole or not session.playhead.is_recorded:
            return
        self._is_done = True
        runs = [run.run_id for run in session.runs.all()]
        wanted = session.options.run_id
        if not runs:
            app.give_up(nothing_read(session.source.label, session.runs))
        elif wanted is not None and wanted not in runs:
            app.give_up(f"no run is called {wanted}; `runwatch summary` lists those there are")
        elif wanted is not None or len(runs) == 1:
            self.choose(app, wanted or runs[0])
        else:
            _ask(app)

    def choose_again(self, app: Opener) -> None:
        """Recorded time was narrowed to one run of several, or to none of them: ask once more."""
        if self._is_done and app.session.playhead.is_recorded and len(app.session.runs.all()) > 1:
            self._at, self._is_asked_again = None, True
            _ask(app)

    def choose(self, app: Opener, run_id: str | None) -> None:
        """This run; None: all of them on one clock. What was chosen before stays at its moment."""
        is_another = not self._is_asked_again or run_id != app.session.options.run_id
        if is_another:
            app.session.choose(run_id)
        if run_id is not None:
            app.open_run(run_id)
        if self._at is not None:
            app.say(app.travel.go_to(self._at, run_id, app.zone))
        if is_another and not self._paused and not app.session.playhead.is_at_end:
            app.session.playhead.play()


def _ask(app: Opener) -> None:
    from runwatch.ui.choose import ChooseRun  # as the pages, when it is opened: ui/pages.py

    app.choose_run(ChooseRun(app.session, app.zone))
