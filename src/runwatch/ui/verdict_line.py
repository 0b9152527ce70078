"""The verdict and why, in two lines: the loudest thing on a screen.

A reason is never cut while a second line can take the rest of it; what proves
it stands at the right, muted.
"""

from __future__ import annotations

from rich.cells import cell_len
from textual import constants
from textual.binding import Binding
from textual.message import Message

from runwatch.answers.glyphs import VERDICTS
from runwatch.answers.view import Reason, Tone, VerdictView
from runwatch.ui.answer_lines import wrap_glued
from runwatch.ui.keys import bindings
from runwatch.ui.line import Bit, Line, cut_line, fit_line, spread, width_of
from runwatch.ui.plain import is_plain
from runwatch.ui.safe import badge, bit, line_text
from runwatch.ui.where import where_bits
from runwatch.ui.widgets.drawn import Drawn

TINY = 60
NORMAL = 100
"""From here on the evidence ends where that of the panes does."""
FLASH = 1.0
"""Seconds for which a changed verdict is shown reversed."""
_LEAST = 12
"""Cells that its evidence takes even from a reason that is too long."""


def verdict_lines(view: VerdictView, width: int, height: int = 2, *, loud: bool = False) -> tuple[Line, ...]:
    """Badge and first reason, then what else matters; `loud` just after the verdict changed."""
    if width < TINY or height < 2:
        return _tiny_lines(view, width, height, loud=loud)
    mark = _badge(view, loud=loud)
    indent = width_of((mark,)) + 3
    room = max(1, width - indent - (1 if width < NORMAL else 2))
    first, rest = _first_row(view.reasons[0], room, alone=len(view.reasons) == 1)
    if rest:
        more, line = len(view.reasons) - 1, (bit(rest, bold=True),)
        second = spread(line, _right(view.reasons[0], more, room, width_of(line)), room)
    else:
        second = _second(view, room)
    return (Bit(" "), mark, Bit("  "), *first), (Bit(" " * indent), *second)


def _badge(view: VerdictView, *, loud: bool, word: str = "") -> Bit:
    mark = badge(view.verdict, word)
    return Bit(mark.text, f"{mark.style} reverse") if loud else mark


def _first_row(reason: Reason, room: int, *, alone: bool) -> tuple[Line, str]:
    """The first reason's row, with its evidence where that fits, and what is left of it for the second."""
    text = _one_line(reason)
    rows = wrap_glued(text, room)
    if len(rows) > 1:
        return (bit(rows[0], bold=True),), " ".join(rows[1:])
    line: Line = (bit(text, bold=True),)
    if alone and not _is_beside(reason, room):
        return line, ""
    return spread(line, where_bits(reason.evidence, room - width_of(line) - 2), room), ""


def _is_beside(reason: Reason, room: int) -> bool:
    """The evidence has room beside the reason, in full."""
    return cell_len(_one_line(reason)) + 2 + cell_len(reason.evidence.text) <= room


def _second(view: VerdictView, room: int) -> Line:
    if len(view.reasons) == 1:
        aside: Line = (bit(view.aside, Tone.MUTED),)
        first, spare = view.reasons[0], room - width_of(aside) - 2
        where = () if _is_beside(first, room) else where_bits(first.evidence, spare)
        return spread(aside, where, room) if where else cut_line(aside, room)
    reason = view.reasons[1]
    text: Line = (bit(_one_line(reason), Tone.MUTED),)
    return spread(text, _right(reason, len(view.reasons) - 2, room, width_of(text)), room, gap=3)


def _right(reason: Reason, more: int, room: int, wanted: int) -> Line:
    """`+3 more`, then the evidence, that gives way before a sentence of `wanted` cells is cut, but for its end."""
    count: Line = (Bit(f"+{more:,} more", "$muted"),) if more else ()
    spare = room - wanted - width_of(count) - 6
    where = where_bits(reason.evidence, spare) or where_bits(reason.evidence, _LEAST, full=False)
    return (*count, Bit("   "), *where) if count and where else (*count, *where)


def _tiny_lines(view: VerdictView, width: int, height: int, *, loud: bool) -> tuple[Line, ...]:
    """No evidence; the reason flows into a second and third line only if it needs them."""
    word = VERDICTS[view.verdict].tiny if width < 32 else ""
    mark = _badge(view, loud=loud, word=word)
    text = _one_line(view.reasons[0])
    room = max(1, width - width_of((mark,)) - 1)
    rows = _tiny_rows(text, room, width)
    if view.verdict == "contradicted" and len(rows) > height:
        text = text.removeprefix('rivet says "success"; ')  # so says the badge
        rows = _tiny_rows(text, room, width)
    if height < 2 or len(rows) == 1:
        return (cut_line((mark, Bit(" "), bit(text, bold=True)), width),)
    rows[height - 1 :] = [" ".join(rows[height - 1 :])] if rows[height - 1 :] else []
    below = (cut_line((Bit(" "), bit(row, bold=True)), width) for row in rows[1:])
    return (mark, Bit(" "), bit(rows[0], bold=True)), *below


def _tiny_rows(text: str, room: int, width: int) -> list[str]:
    """The first beside the badge, the others over the whole width."""
    rows = wrap_glued(text, room)
    return rows if len(rows) < 2 else [rows[0], *wrap_glued(text[len(rows[0]) :].lstrip(), width - 1)]


def _one_line(reason: Reason) -> str:
    return line_text(" ".join(reason.text.split()))


class VerdictLine(Drawn, can_focus=True):
    """The lines as a widget; enter or a click asks for all the reasons."""

    BINDINGS = [binding for binding in bindings("list") if isinstance(binding, Binding) and binding.id == "open"]
    DEFAULT_CSS = """
    VerdictLine { height: auto; width: 1fr; }
    """

    class Opened(Message):
        """All the reasons are asked for."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.view: VerdictView | None = None
        self.most = 2
        """Lines it may take."""
        self._loud = False

    def show(self, view: VerdictView, most: int = 2) -> None:
        """Draw this; nothing happens if it is what is drawn already."""
        if (view, most) == (self.view, self.most):
            return
        if self.view is not None and self.view.verdict != view.verdict and constants.TEXTUAL_ANIMATIONS != "none":
            self._loud = True
            self.set_timer(FLASH, self._calm_down)
        self.view, self.most = view, most
        self.redraw()

    def forget(self) -> None:
        """Another run comes: its verdict is not a change of this one's."""
        self.view = None

    def _calm_down(self) -> None:
        self._loud = False
        self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        """What is drawn at this width; with the focus, `▌` in front."""
        if self.view is None:
            return ((),)
        lines = verdict_lines(self.view, width, self.most, loud=self._loud)
        return tuple(_marked(fit_line(line, width)) for line in lines) if self.has_focus else lines

    def on_focus(self) -> None:
        self._draw_later()

    def on_blur(self) -> None:
        self._draw_later()

    def _draw_later(self) -> None:
        """`has_focus` is not yet what the event says."""
        self._made_for = None
        self.refresh()

    def action_open(self) -> None:
        self.post_message(self.Opened())

    def on_click(self) -> None:
        self.action_open()


def _marked(line: Line) -> Line:
    """The first cell as the cursor's mark."""
    first = line[0]
    return (Bit("*" if is_plain() else "▌", "$accent"), Bit(first.text[1:], first.style), *line[1:])
