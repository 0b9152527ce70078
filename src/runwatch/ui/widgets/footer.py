"""The bottom line: the keys that matter here, most used first, and `? help`."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from runwatch.ui.keys import Hint
from runwatch.ui.line import Bit, Line, fit_line, width_of
from runwatch.ui.widgets.drawn import Drawn

NORMAL, NARROW = 100, 60
_GAP = 3

Spot = tuple[int, int, str]
"""First and last column, and the key behind them."""


def footer_line(hints: Sequence[Hint], always: Hint, width: int) -> tuple[Line, tuple[Spot, ...]]:
    """The line, and where a click does what. Whole entries only, as many as fit."""
    at_most = 9 if width >= NORMAL else 6 if width >= NARROW else 2
    end = _entry(always, width)
    room = width - 2 - width_of(end) - _GAP
    bits: list[Bit] = [Bit(" ")]
    spots: list[Spot] = []
    x = 1
    for hint in hints[:at_most]:
        entry = _entry(hint, width)
        gap = _GAP if spots else 0
        if x - 1 + gap + width_of(entry) > room:
            break
        bits += [Bit(" " * gap), *entry]
        spots.append((x + gap, x + gap + width_of(entry) - 1, hint.press))
        x += gap + width_of(entry)
    left = width - 1 - width_of(end)
    if left < 0:
        return fit_line((), width), ()
    line = (*fit_line(tuple(bits), left), *end, Bit(" "))
    return line, (*spots, (left, width - 2, always.press))


def _entry(hint: Hint, width: int) -> Line:
    label = hint.label if width >= NORMAL else hint.short
    return (Bit(hint.key, "bold $accent"), Bit(f" {label}", "$muted"))


class Footer(Drawn):
    """The bottom line as a widget; a click on an entry does what its key does."""

    DEFAULT_CSS = """
    Footer { height: 1; width: 1fr; dock: bottom; background: $surface; }
    """

    def __init__(self, hints: Sequence[Hint], always: Hint, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        """What `keys.footer(screen)` and `keys.help_hint()` say."""
        super().__init__(id=id)
        self._hints = tuple(hints)
        self._always = always
        self._spots: tuple[Spot, ...] = ()

    def show(self, hints: Sequence[Hint]) -> None:
        """Other keys matter now."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        line, self._spots = footer_line(self._hints, self._always, width)
        return (line,)

    def on_click(self, event: events.Click) -> None:
        for first, last, key in self._spots:
            if first <= event.x <= last:
                self.app.simulate_key(key)
                return
