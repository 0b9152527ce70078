"""The keys of time, for every page that shows a moment."""

from __future__ import annotations

from runwatch.core.times import SECOND
from runwatch.session.stops import Kind
from runwatch.ui.keys import Hint, footer
from runwatch.ui.screens.page import Page
from runwatch.ui.typed_line import TypedLine
from runwatch.ui.widgets.time_bar import TimeBar

WHEN = "14:03, 2026-11-23T14:03:00Z, +90s, -5m, 50 %, #1200"


class Timed(Page):
    """A page whose moment can be moved."""

    @property
    def run_for_when(self) -> str | None:
        """The run whose start, end and numbers a typed moment means."""
        return self.run_in_view

    def hints(self) -> tuple[Hint, ...]:
        """The keys of time, where time is in the user's hand."""
        if self.session.is_live or self.footer_name() != self.NAME:
            return super().hints()
        return footer(self.NAME, held="held" if self.session.playhead.is_recorded else "frozen")

    def moved(self, words: str) -> None:
        """The moment may be another: show it at once."""
        if words:
            self.say(words)
        self.repaint()

    def go(self, kind: Kind, step: int) -> None:
        """To the next stop of a kind, or the one before."""
        self.moved(self.shell.travel.go(kind, step, self.run_in_view))

    def action_play_or_pause(self) -> None:
        """Hold, or let time run."""
        self.moved(self.shell.travel.play_or_pause())

    def action_go_event(self, step: int) -> None:
        """One event on, or back."""
        self.go(Kind.EVENT, step)

    def action_go_notable(self, step: int) -> None:
        """One notable event on, or back."""
        self.go(Kind.NOTABLE, step)

    def action_shift(self, seconds: int) -> None:
        """So many seconds on, or back."""
        self.moved(self.shell.travel.shift(seconds * SECOND))

    def action_faster(self, step: int) -> None:
        """One rate up, or down."""
        self.moved(self.shell.travel.faster(step))

    def action_skip_silences(self) -> None:
        """Shorten long silences, or not."""
        self.moved(self.shell.travel.skip_silences())

    def action_go_to(self) -> None:
        """Ask for a moment, and go there."""
        self.app.push_screen(TypedLine("go to", WHEN), self._go_to)

    def _go_to(self, text: str | None) -> None:
        if text:
            self.moved(self.shell.travel.go_to(text, self.run_for_when, self.zone))

    def on_time_bar_sought(self, event: TimeBar.Sought) -> None:
        """Another moment was pointed at."""
        self.shell.travel.seek(event.moment)
        self.repaint()

    def on_time_bar_stepped(self, event: TimeBar.Stepped) -> None:
        """The arrows, on the bar."""
        self.go(Kind.NOTABLE if event.notable else Kind.EVENT, event.step)
