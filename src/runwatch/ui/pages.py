"""The stack of pages: what opens on top, what is gone back to, what is kept of a page that was left.

A page is imported when it is opened, if it was not made ready before (`ui/ahead.py`),
the first one at the start: all of them together would keep the first picture
waiting half as long again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, ClassVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

from runwatch.core.places import Place
from runwatch.session.session import Session
from runwatch.session.travel import Travel
from runwatch.ui.looks import LooksApp
from runwatch.ui.narrowing import one_export
from runwatch.ui.safe import line_text
from runwatch.ui.screens.page import Page
from runwatch.ui.screens.runs import RunsPage
from runwatch.ui.theme import DEFAULT


class PagesApp(LooksApp):
    """What pages ask of the app around them: `ui/screens/page.py`, `Shell`."""

    CSS_PATH: ClassVar = [LooksApp.CSS_PATH, RunsPage.CSS_PATH]
    """With the first page's own. Whatever a page brings when it is opened makes Textual parse all there is again."""

    def __init__(self, session: Session, *, theme: str = DEFAULT, plain: bool = False) -> None:
        super().__init__(theme=theme, plain=plain)
        self.session = session
        self.travel = Travel(session)
        self.zone: tzinfo = session.options.zone
        self.kept: dict[str, dict[str, Any]] = {}
        """What the user chose on pages that were left."""

    def get_default_screen(self) -> Screen[Any]:
        """All runs, at the bottom of the stack; Textual's own blank screen would be laid out only to be covered."""
        return RunsPage()

    def open_run(self, run_id: str, *, at_outcome: bool = False) -> None:
        """One run; `at_outcome` with the cursor on its end."""
        from runwatch.ui.screens.run import RunPage

        self.push_screen(RunPage(run_id, at_outcome=at_outcome))

    def lead_to_runs(self, export: str | None = None) -> None:
        """Back to all runs, or to those of one export."""
        self._peel_to(lambda page: isinstance(page, RunsPage))
        if export is not None and isinstance(self.screen, RunsPage):
            self.screen.narrow(one_export(export))

    def lead_to_run(self, run_id: str) -> None:
        """Back to the page of this run, or to a fresh one on top of all runs."""
        from runwatch.ui.screens.run import RunPage

        self._peel_to(lambda page: isinstance(page, RunsPage) or (isinstance(page, RunPage) and page.run_id == run_id))
        if not isinstance(self.screen, RunPage):
            self.open_run(run_id)

    def _peel_to(self, wanted: Callable[[Screen[Any]], bool]) -> None:
        while len(self.screen_stack) > 1 and not wanted(self.screen):
            self.pop_screen()

    def notify(self, message: str, **how: Any) -> None:
        """A passing word takes the place of the one before: they cover what they are about."""
        self.clear_notifications()
        super().notify(message, **how)

    def say(self, words: str) -> None:
        """A passing word, if there is one."""
        if words:
            self.notify(line_text(words), timeout=4, markup=False)

    def open_chunk(self, run_id: str, chunk_index: int, attempt: int = 0) -> None:
        """One chunk of a run; `attempt` from 1, 0 for its last failed one."""
        from runwatch.ui.screens.chunk import ChunkPage

        self.push_screen(ChunkPage(run_id, chunk_index, attempt))

    def open_events(self, run_id: str, query: str = "") -> None:
        """The log of a run; `query` is a filter to begin with, instead of the one left there."""
        from runwatch.ui.screens.events import EventsPage

        self.push_screen(EventsPage(run_id, query))

    def open_problems(self) -> None:
        """The lines that could not be read; once, however often it is asked for."""
        from runwatch.ui.screens.problems import ProblemsPage

        if not isinstance(self.screen, ProblemsPage):
            self.push_screen(ProblemsPage())

    def open_raw(self, place: Place) -> None:
        """The line of the log that stands there."""
        from runwatch.ui.screens.raw import RawScreen

        self.push_screen(RawScreen(place, self.session.source.line_at(place)))

    def open_line(self, place: Place) -> None:
        """The log at that line, in the user's own pager or editor."""
        from runwatch.ui.pager import show_line

        said = show_line(self, place, self.session.source.line_at(place))
        if said:
            self.notify(line_text(said), timeout=10, markup=False)

    def copy(self, text: str, what: str) -> None:
        """Put it in the clipboard (OSC 52) and in a file, for not every terminal takes it; say `what` was."""
        self.copy_to_clipboard(text)
        more = self.session.copies.keep(text)
        self.notify(line_text(f"{what} copied; {more}" if more else f"{what} copied"), timeout=4, markup=False)

    def pop_screen(self) -> AwaitComplete:
        """The screen below; what was chosen on a page is kept."""
        page = self.screen
        if isinstance(page, Page) and page.is_complete and page.KEPT:
            self.kept[page.kept_as] = page.choices()
        return super().pop_screen()

    def leave(self) -> None:
        """The page below; from the last one, out."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
