"""The app: one session, a stack of pages, one tick.

The event rate never sets the drawing rate: reading goes on in a worker, and
ten times a second the page on top is repainted if anything moved; less often
where there is so much to show that drawing would leave no time for the keys.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Any

from textual import work
from textual.screen import Screen

from runwatch.core.places import Place
from runwatch.session.session import Session
from runwatch.session.travel import Travel
from runwatch.session.zone import LocalZone
from runwatch.ui.jump import RunCommands
from runwatch.ui.keys import bindings
from runwatch.ui.looks import LooksApp
from runwatch.ui.narrowing import one_export
from runwatch.ui.opening import Opening
from runwatch.ui.safe import line_text
from runwatch.ui.screens.chunk import ChunkPage
from runwatch.ui.screens.help import HelpScreen
from runwatch.ui.screens.page import Page
from runwatch.ui.screens.problems import ProblemsPage
from runwatch.ui.screens.raw import RawScreen
from runwatch.ui.screens.run import RunPage
from runwatch.ui.screens.runs import RunsPage
from runwatch.ui.theme import DEFAULT

TICK = 0.1
REST = 2.0
"""Times as long as drawing took nothing is drawn after it: keys and reading keep their share, however much is shown."""


class RunwatchApp(LooksApp):
    """The dashboard over one session."""

    TITLE = "runwatch"
    BINDINGS = bindings("app")
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = LooksApp.COMMANDS | {RunCommands}

    def __init__(
        self, session: Session, *, theme: str = DEFAULT, plain: bool = False, opening: Opening | None = None
    ) -> None:
        super().__init__(theme=theme, plain=plain)
        self.trouble = ""
        """Why it had to leave."""
        self._opening = opening or Opening()
        self.session = session
        self.travel = Travel(session)
        self.zone: tzinfo = session.options.zone
        self._painted: tuple[object, ...] = ()
        self._rested_at = 0.0

    def on_mount(self) -> None:
        """Show the runs, begin to read, begin to tick."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(NotImplementedError, RuntimeError):  # not in the main thread, as in a test
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
        self.open_runs()
        self.say(self.session.bookmarks.notice)
        self.session.bookmarks.notice = ""
        self.read()
        self.set_interval(TICK, self._tick_if_rested)

    @work(exclusive=True, group="reading")
    async def read(self) -> None:
        """Follow the source for as long as the app lives."""
        await self.session.follow()

    def tick(self) -> None:
        """Repaint the page on top if anything was read, or a second has passed."""
        self._opening.begin_if_read(self)
        self.travel.advance()
        moved = (*self.session.shown, self.zone)
        if moved != self._painted and isinstance(self.screen, Page):
            self._painted = moved
            begun = time.monotonic()
            self.screen.repaint()
            ended = time.monotonic()
            self._rested_at = ended + REST * (ended - begun)

    def _tick_if_rested(self) -> None:
        if time.monotonic() >= self._rested_at:
            self.tick()

    def open_runs(self) -> None:
        """All runs."""
        self.push_screen(RunsPage())

    def open_run(self, run_id: str, *, at_outcome: bool = False) -> None:
        """One run; `at_outcome` with the cursor on its end."""
        self.push_screen(RunPage(run_id, at_outcome=at_outcome))

    def lead_to_runs(self, export: str | None = None) -> None:
        """Back to all runs, or to those of one export."""
        self._peel_to(lambda page: isinstance(page, RunsPage))
        if export is not None and isinstance(self.screen, RunsPage):
            self.screen.narrow(one_export(export))

    def lead_to_run(self, run_id: str) -> None:
        """Back to the page of this run, or to a fresh one on top of all runs."""
        self._peel_to(lambda page: isinstance(page, RunsPage) or (isinstance(page, RunPage) and page.run_id == run_id))
        if not isinstance(self.screen, RunPage):
            self.open_run(run_id)

    def _peel_to(self, wanted: Callable[[Screen[Any]], bool]) -> None:
        while len(self.screen_stack) > 2 and not wanted(self.screen):
            self.pop_screen()

    def choose_run(self, screen: Screen[str | None]) -> None:
        """Ask which run."""
        self.push_screen(screen, lambda run_id: self._opening.choose(self, run_id))

    def give_up(self, words: str) -> None:
        """Leave, and say why on stderr."""
        self.trouble = words
        self.exit()

    def say(self, words: str) -> None:
        """A passing word, if there is one."""
        if words:
            self.notify(line_text(words), timeout=4, markup=False)

    def open_chunk(self, run_id: str, chunk_index: int, attempt: int = 0) -> None:
        """One chunk of a run; `attempt` from 1, 0 for its last failed one."""
        self.push_screen(ChunkPage(run_id, chunk_index, attempt))

    def open_problems(self) -> None:
        """The lines that could not be read; once, however often it is asked for."""
        if not isinstance(self.screen, ProblemsPage):
            self.push_screen(ProblemsPage())

    def open_raw(self, place: Place) -> None:
        """The line of the log that stands there."""
        self.push_screen(RawScreen(place, self.session.source.line_at(place)))

    def copy(self, text: str, what: str) -> None:
        """Put it in the clipboard (OSC 52) and in a file, for not every terminal takes it; say `what` was."""
        self.copy_to_clipboard(text)
        more = self.session.copies.keep(text)
        self.notify(line_text(f"{what} copied; {more}" if more else f"{what} copied"), timeout=4, markup=False)

    def leave(self) -> None:
        """The page below; from the last one, out."""
        if len(self.screen_stack) > 2:  # Textual's own blank screen lies at the bottom
            self.pop_screen()

    def action_leave(self) -> None:
        """Leave this page, then quit."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.exit()

    def action_toggle_utc(self) -> None:
        """Times in UTC, or in this machine's zone."""
        self.zone = LocalZone() if self.zone is UTC else UTC
        self.tick()

    def action_read_again(self) -> None:
        """Look for new lines and files at once."""
        self.session.look_again()

    def action_help(self) -> None:
        """Every key, and what the glyphs mean."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())


def run_app(session: Session, *, ascii: bool, color: bool, opening: Opening) -> str:  # noqa: A002 - as it is called
    """Show the dashboard until the user leaves it, and say why it could not be; the source is closed behind it."""
    app = RunwatchApp(session, theme=DEFAULT if color else "runwatch-mono", plain=ascii, opening=opening)
    try:
        app.run()
    finally:
        session.source.close()
    if app.return_code:
        raise SystemExit(app.return_code)
    return app.trouble
