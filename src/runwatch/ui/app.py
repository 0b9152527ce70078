"""The app: one session, a stack of pages, one tick.

The event rate never sets the drawing rate: reading goes on in a worker, and
ten times a second the page on top is repainted if anything moved; less often
where there is so much to show that drawing would leave no time for the keys,
and only as the second turns where nothing moves.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC

from textual import events, work
from textual.command import Provider
from textual.screen import Screen

from runwatch.core.times import SECOND
from runwatch.session.session import Session
from runwatch.session.zone import LocalZone
from runwatch.ui.ahead import made_ready
from runwatch.ui.garbage import look_often
from runwatch.ui.keys import bindings
from runwatch.ui.opening import Opening
from runwatch.ui.pages import PagesApp
from runwatch.ui.screens.page import Page
from runwatch.ui.theme import DEFAULT
from runwatch.ui.ticker import Ticker
from runwatch.ui.turns import Turns

TICK = 0.1
AHEAD = 2
"""Ticks that news may be drawn ahead of: ten pictures a second, but those of a quiet while need not be apart."""
FIRST = 0.02
"""Seconds of reading that the first picture waits for."""
READY = 0.3
"""Seconds behind the first picture: a log that was kept is whole by then, and few have pressed a key."""
HAND_OVER = 0.001
"""Seconds after which the threads that read keys and write to the terminal get their turn, while the loop is busy."""
REST = 2.0
"""Times as long as drawing took nothing is drawn after it: keys and reading keep their share, however much is shown."""
REST_READING = 6.0
"""The same until what was there at the start is read: how far that is can wait, and nothing is late."""
SELDOM = 0.6
"""Seconds between two pictures of what is being read, while keys come."""


def _run_commands() -> type[Provider]:
    """Imported when the palette is opened."""
    from runwatch.ui.jump import RunCommands

    return RunCommands


class RunwatchApp(PagesApp):
    """The dashboard over one session."""

    TITLE = "runwatch"
    BINDINGS = bindings("app")
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = PagesApp.COMMANDS | {_run_commands}

    def __init__(
        self, session: Session, *, theme: str = DEFAULT, plain: bool = False, opening: Opening | None = None
    ) -> None:
        super().__init__(session, theme=theme, plain=plain)
        self.trouble = ""
        """Why it had to leave."""
        self._opening = opening or Opening()
        self._drawn = asyncio.Event()
        """The first picture is on the screen."""
        self.when_drawn: Callable[[], None] = lambda: None
        """Called once it is."""
        self._turns = Turns()
        self._ticker = Ticker()
        self._begun = 0.0
        self._painted: tuple[object, ...] = ()
        self._begun_at = self._news_due = self._rested_at = 0.0
        """When was painted last; until when what was read may be, at a tick each; until when nothing is."""

    def on_mount(self) -> None:
        """Begin to read, begin to tick; the runs are on the screen already."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(NotImplementedError, RuntimeError):  # not in the main thread, as in a test
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
        self.say(self.session.bookmarks.notice)
        self.session.bookmarks.notice = ""
        self._begun = time.monotonic()
        self.read()
        self.call_after_refresh(self._is_drawn)
        self.tick_on()

    @work(exclusive=True, group="ticking")
    async def tick_on(self) -> None:
        """For as long as the app lives."""
        await self._ticker.run(self._tick_if_rested, self._rest)

    def _rest(self) -> float:
        """Seconds until the next tick: where nothing moves only the clock does."""
        session = self.session
        is_quiet = session.is_whole and not session.playhead.is_playing and self._moved() == self._painted
        return max(TICK, 1 - session.now() % SECOND / SECOND) if is_quiet else TICK

    def _is_drawn(self) -> None:
        self._drawn.set()
        self.when_drawn()

    @work(exclusive=True, group="making ready")
    async def make_ready(self) -> None:
        """The other pages, while no key waits: the first time that one is opened takes no longer than the next."""
        await asyncio.sleep(READY)
        for _ in made_ready(self.stylesheet):
            await self._turns.others()

    @work(exclusive=True, group="reading")
    async def read(self) -> None:
        """Follow the source for as long as the app lives."""
        await self.session.follow(self._something_new, self._give_way)

    async def _give_way(self, is_read: bool) -> None:
        """Keys and drawing come first. The first picture comes before watching, which takes 50 ms to import, and
        before all but the first slices, or the end of one log: mounting takes many turns of the loop, and each would
        wait for a slice.
        """
        has_content = is_read or self.session.foreseen or time.monotonic() - self._begun >= FIRST
        if has_content and not self._drawn.is_set():
            await self._drawn.wait()
        await self._turns.others()
        self.session.gathers, self.session.is_brief = self._drawn.is_set(), self._turns.are_short

    async def on_event(self, event: events.Event) -> None:
        """Keys come before reading."""
        self._turns.note(event)
        self._ticker.wake(TICK)
        await super().on_event(event)

    def _something_new(self) -> None:
        """What comes after a quiet while is shown at once; of what pours in each tick shows all there is by then."""
        if time.monotonic() >= self._news_due - AHEAD * TICK:
            self._tick_if_rested()
        self._ticker.wake(TICK)

    def _moved(self) -> tuple[object, ...]:
        """Another one whenever something else is to be drawn."""
        *others, now, anchor = self.session.shown
        return (*others, anchor, self.zone, now)

    def tick(self) -> None:
        """Repaint the page on top if anything was read, or a second has passed."""
        self.travel.advance()
        moved = self._moved()
        if moved != self._painted and isinstance(self.screen, Page):
            begun = self._begun_at = time.monotonic()
            if moved[:1] != self._painted[:1]:
                self._news_due = max(self._news_due, begun) + TICK
            only_time = moved[:-1] == self._painted[:-1] and not self.session.playhead.is_playing
            self._painted = moved
            if only_time:
                self.screen.turn_second()
            else:
                self.screen.repaint()
            ended = time.monotonic()
            self._rested_at = ended + (REST if self.session.is_whole else REST_READING) * (ended - begun)
        self._opening.begin_if_read(self)  # over a page that shows what has been read

    @property
    def _is_pressed(self) -> bool:
        return not self.session.is_whole and self._turns.are_short

    def _tick_if_rested(self) -> None:
        """Not while keys come to a log that is being read: what they bring is drawn, and the next must not wait."""
        now = time.monotonic()
        if now >= self._rested_at and not (self._is_pressed and now - self._begun_at < SELDOM):
            self.tick()

    def choose_run(self, screen: Screen[str | None]) -> None:
        """Ask which run."""
        self.push_screen(screen, lambda run_id: self._opening.choose(self, run_id))

    def give_up(self, words: str) -> None:
        """Leave, and say why on stderr."""
        self.trouble = words
        self.call_after_refresh(self.exit)  # a page that is half made cannot be left

    def leave(self) -> None:
        """The page below; from the last one to the choice among the recorded runs, if there was one."""
        if len(self.screen_stack) > 1:
            super().leave()
        else:
            self._opening.choose_again(self)

    def action_leave(self) -> None:
        """Leave this page, then quit."""
        if len(self.screen_stack) > 1:
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
        from runwatch.ui.screens.help import HelpScreen  # as the other pages: ui/pages.py

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())


def run_app(session: Session, *, ascii: bool, color: bool, opening: Opening) -> str:  # noqa: A002 - as it is called
    """Show the dashboard until the user leaves it, and say why it could not be; the source is closed behind it."""
    sys.setswitchinterval(HAND_OVER)
    from runwatch.ui.driver import TerminalDriver

    app = RunwatchApp(session, theme=DEFAULT if color else "runwatch-mono", plain=ascii, opening=opening)
    app.driver_class = TerminalDriver

    def when_drawn() -> None:
        look_often()
        app.make_ready()

    app.when_drawn = when_drawn
    try:
        app.run()
    finally:
        session.source.close()
    if app.return_code:
        raise SystemExit(app.return_code)
    return app.trouble
