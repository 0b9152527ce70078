"""What every screen is: a header, a body, a footer, and a picture of one moment.

A page asks the session for the moment, makes frozen views of it and shows
them. It never reads a file and never keeps a fact: what it remembers is where
the user is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any, ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from runwatch.answers.notable import failures_of
from runwatch.core.places import Place
from runwatch.session.lineup import Lineup
from runwatch.session.session import Session
from runwatch.session.travel import Travel
from runwatch.ui.header_view import header_view
from runwatch.ui.keys import Hint, bindings, footer, help_hint
from runwatch.ui.widgets.footer import Footer
from runwatch.ui.widgets.header import Header, HeaderView

JUDGED = 200
"""Runs that are judged while a key waits."""


class Shell(Protocol):
    """What pages ask of the app around them."""

    session: Session
    travel: Travel
    """What moves the moment shown."""
    zone: tzinfo
    kept: dict[str, dict[str, Any]]
    """What pages are to find again when they are opened again, by `Page.kept_as`."""

    def open_run(self, run_id: str, *, at_outcome: bool = False) -> None:
        """One run, on top of this page."""

    def open_chunk(self, run_id: str, chunk_index: int, attempt: int = 0) -> None:
        """One chunk of a run; `attempt` from 1, 0 for its last failed one."""

    def open_events(self, run_id: str, query: str = "") -> None:
        """The log of a run; `query` is a filter to begin with."""

    def lead_to_runs(self, export: str | None = None) -> None:
        """Back to all runs, or to those of one export."""

    def lead_to_run(self, run_id: str) -> None:
        """Back to the page of this run, or to a fresh one on top of all runs."""

    def open_problems(self) -> None:
        """The lines that could not be read."""

    def open_raw(self, place: Place) -> None:
        """The line of the log that stands there."""

    def open_line(self, place: Place) -> None:
        """The log at that line, in the user's own pager or editor."""

    def copy(self, text: str, what: str) -> None:
        """Put it in the clipboard, and say `what` was."""

    def leave(self) -> None:
        """The page below."""


class Page(Screen[None]):
    """One screen of runwatch."""

    NAME: ClassVar[str] = ""
    """Its name in the table of keys."""
    AUTO_FOCUS = ""
    BINDINGS: ClassVar = []
    KEPT: ClassVar[tuple[str, ...]] = ()
    """Its attributes that the user has chosen: they are as he left them when it is opened again."""
    is_complete = False
    """Every widget of it is mounted: a tick may come before."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A page has the keys that the table gives to its name."""
        if cls.NAME:
            cls.BINDINGS = bindings(cls.NAME)
        super().__init_subclass__(**kwargs)

    @property
    def shell(self) -> Shell:
        """The app around this page; only pages know it, panes and widgets never do."""
        return cast("Shell", self.app)

    @property
    def session(self) -> Session:
        """What is read, and when it is."""
        return self.shell.session

    def lineup_now(self) -> Lineup:
        """All runs in few figures, those that moved judged as far as a key may wait for it."""
        lineup = self.session.lineup
        lineup.follow()
        lineup.work(JUDGED)
        return lineup

    @property
    def zone(self) -> tzinfo:
        """UTC or the machine's own, as the user chose."""
        return self.shell.zone

    @property
    def run_in_view(self) -> str | None:
        """The run that the page is about, and whose events `[` and `]` go through; None: all runs."""
        return None

    def compose(self) -> ComposeResult:
        """Header, body, footer."""
        yield Header()
        yield from self.body()
        yield Footer(footer(self.NAME), help_hint())

    def body(self) -> Iterable[Widget]:
        """What stands between header and footer."""
        return ()

    def header(self) -> HeaderView:
        """The top line: where this is, behind the source."""
        return header_view(self.session, self.zone, ())

    def footer_name(self) -> str:
        """Whose keys matter now, as the table of keys calls it."""
        return self.NAME

    def hints(self) -> tuple[Hint, ...]:
        """The footer's entries."""
        return footer(self.footer_name())

    def show_footer(self) -> None:
        """The keys that matter now."""
        self.query_one(Footer).show(self.hints())

    def show_moment(self) -> None:
        """Make the views of the moment shown and hand them to the panes. Called at most ten times a second."""

    def repaint(self) -> None:
        """The header, then the body; nothing before all of it is there, nor while it is taken down."""
        if not self.is_complete or not self.query(Header):
            return
        self.query_one(Header).show(self.header())
        self.show_footer()
        self.show_moment()

    def turn_second(self) -> None:
        """Nothing has come, but time has passed."""
        self.repaint()

    def on_mount(self) -> None:
        """Nothing is shown before the first moment is."""
        self.restore()
        self.is_complete = True
        self.fit_parts()
        self.repaint()

    @property
    def kept_as(self) -> str:
        """The name that its choices are kept under."""
        return self.NAME

    def restore(self) -> None:
        """What the user had chosen when he left it."""
        for name, value in self.shell.kept.get(self.kept_as, {}).items():
            setattr(self, name, value)

    def choices(self) -> dict[str, Any]:
        """What the user has chosen, to be found again."""
        return {name: getattr(self, name) for name in self.KEPT}

    def on_resize(self) -> None:
        """Other parts, then what is in them."""
        if self.is_complete:
            self.fit_parts()
            self.repaint()

    def fit_parts(self) -> None:
        """Choose the parts for the size the page has now."""

    def on_screen_resume(self) -> None:
        """What moved while another page was on top is shown at once."""
        self.repaint()

    def on_header_chosen(self, event: Header.Chosen) -> None:
        """A part of the path was clicked: the source, the export, the run; the last part is here."""
        if event.index >= len(self.query_one(Header).view.path):
            return
        run_id = self.run_in_view
        moment = None if run_id is None else self.session.moment(run_id)
        if run_id is None or moment is None or not event.index:
            self.shell.lead_to_runs()
        elif event.index == 1:
            self.shell.lead_to_runs(moment.export)
        elif event.index == 2:
            self.shell.lead_to_run(run_id)

    def action_back(self) -> None:
        """Peel one layer; pages with layers of their own override `peel`."""
        if not self.peel():
            self.shell.leave()

    def peel(self) -> bool:
        """Close what is open on this page (a filter, a detail); False if there is nothing."""
        return False

    def say(self, words: str) -> None:
        """One line, for a moment; literal, for it may name what a log holds."""
        self.notify(words, timeout=3, markup=False)

    def action_problems(self) -> None:
        """The lines that could not be read."""
        self.shell.open_problems()

    def line_place(self) -> Place | None:
        """The line of the log that is looked at, if there is one."""
        return None

    def action_open_line(self) -> None:
        """The log at that line, in the user's own pager or editor."""
        place = self.line_place()
        if place is None:
            self.say("no line of the log stands behind this")
        else:
            self.shell.open_line(place)

    def open_first_failure(self, run_id: str) -> None:
        """The first failed or interrupted attempt of a run, or its outcome where it has none."""
        moment = self.session.moment(run_id)
        failure = next(failures_of(moment), None) if moment is not None else None
        if failure is None or failure.chunk_index is None:
            self.shell.open_run(run_id, at_outcome=True)
        else:
            self.shell.open_chunk(run_id, failure.chunk_index, failure.attempt)
