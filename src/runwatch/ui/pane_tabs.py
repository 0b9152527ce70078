"""The four panes as tabs, where there is room for one of them only."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from runwatch.answers.view import Answer
from runwatch.ui.answer_pane import badge_bits
from runwatch.ui.line import Bit, Line, width_of
from runwatch.ui.widgets.drawn import Drawn

TINY = 60
_SHORT = 4

Spot = tuple[int, int, int]
"""First and last column, and the number of the pane."""


def tabs_line(answers: Sequence[Answer], current: int, width: int) -> tuple[Line, tuple[Spot, ...]]:
    """Keys, names and bad news; the current one's key reversed, its name underlined. And what a click hits."""
    tiny = width < TINY
    bits: list[Bit] = [] if tiny else [Bit(" ")]
    spots: list[Spot] = []
    for number, answer in enumerate(answers):
        tab = _tab(answer, tiny=tiny, current=number == current)
        start = width_of(tuple(bits))
        bits += [*tab, Bit(" " if tiny else "   ")]
        spots.append((start, start + width_of(tab) - 1, number))
    return tuple(bits), tuple(spots)


def _tab(answer: Answer, *, tiny: bool, current: bool) -> Line:
    name = answer.name[:_SHORT] if tiny else answer.name
    badge = badge_bits(answer, "" if tiny else " ")
    if current:
        return (Bit(f" {answer.key} ", "bold reverse $accent"), Bit(name, "bold underline $foreground"), *badge)
    return (Bit(f" {answer.key}" if tiny else answer.key, "bold $accent"), Bit(f" {name}", "$muted"), *badge)


class PaneTabs(Drawn):
    """The tabs as a widget; a click chooses."""

    DEFAULT_CSS = """
    PaneTabs { height: 1; width: 1fr; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.answers: tuple[Answer, ...] = ()
        self.current = 0
        self._spots: tuple[Spot, ...] = ()

    def show(self, answers: tuple[Answer, ...], current: int) -> None:
        """Draw these; nothing happens if they are what is drawn already."""
        if (answers, current) != (self.answers, self.current):
            self.answers, self.current = answers, current
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        line, self._spots = tabs_line(self.answers, self.current, width)
        return (line,)

    def on_click(self, event: events.Click) -> None:
        for first, last, number in self._spots:
            if first <= event.x <= last:
                self.post_message(self.Chosen(number))
