"""What the four panes are made of: a focusable box over one answer.

A pane gets a frozen answer by `show` and returns at once if it equals the one
it has. Its rows scroll below the sentence, and can be selected.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.style import Style

from runwatch.answers.view import Answer, Evidence, Mark, Row
from runwatch.ui.answer_lines import LABEL, PaneLines, pane_lines
from runwatch.ui.keys import bindings
from runwatch.ui.line import Bit, Line, fit_line, to_content, to_strip
from runwatch.ui.plain import is_plain
from runwatch.ui.safe import line_text, mark_bit
from runwatch.ui.widgets.drawn import Drawn
from runwatch.ui.widgets.moves import Moves

_BORDER = 2


def title_line(answer: Answer) -> Line:
    """`2 Happened ✗ 2`: the key, the name, and bad news if there is any."""
    return (Bit(answer.key, "bold $accent"), Bit(f" {line_text(answer.name)}"), *badge_bits(answer))


def badge_bits(answer: Answer, gap: str = " ") -> Line:
    """` ✗ 2`, or nothing."""
    if answer.badge is Mark.NONE:
        return ()
    mark = mark_bit(answer.badge)
    count = f"{gap}{answer.badge_count:,}" if answer.badge_count else ""
    return (Bit(" "), Bit(mark.text + count, mark.style))


class AnswerPane(Moves, Drawn, can_focus=True):
    """One of the four questions, answered."""

    KEY: ClassVar[str] = ""
    NAME: ClassVar[str] = ""
    LABEL: ClassVar[int] = LABEL
    BINDINGS = bindings("list")
    DEFAULT_CSS = """
    AnswerPane { width: 1fr; height: 1fr; }
    """

    class Opened(Message):
        """A row was opened: enter, or two clicks."""

        def __init__(self, pane: AnswerPane) -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> AnswerPane:
            return self.pane

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self.answer: Answer | None = None
        self.roomy = False
        """Long values wrap."""
        self.tiny = False
        self.cursor = -1
        """The selected row of the answer; -1 until one is selected by hand."""
        self.top = 0
        """The first line below the head that is shown."""
        self._laid = PaneLines()
        self._laid_out: dict[tuple[int, bool, bool, bool], PaneLines] = {}
        """Of this answer: how much room it wants is asked before it has any."""

    # ------------------------------------------------------------------------------------------------------- answer

    def show(self, answer: Answer) -> None:
        """Draw this; nothing happens if it is what is drawn already."""
        if answer == self.answer:
            return
        self.answer = answer
        self._laid_out.clear()
        self.cursor = min(self.cursor, len(answer.rows) - 1)
        self.show_title()
        self.redraw()
        self._show_from(self.top)

    def show_title(self, *, on: bool = True) -> None:
        """In the border, unless tabs say it."""
        if self.answer is not None and self.answer.key:
            self.border_title = to_content(title_line(self.answer)) if on else None

    def shape(self, *, roomy: bool, tiny: bool) -> None:
        """How much room it has."""
        if (roomy, tiny) != (self.roomy, self.tiny):
            self.roomy, self.tiny = roomy, tiny
            self.redraw()

    def wanted_height(self, width: int) -> int:
        """Lines that show everything at this outer width, border included."""
        laid = self._lay_out(width - _BORDER)
        return len(laid.head) + len(laid.rows) + _BORDER

    @property
    def selected(self) -> Row | None:
        """The row under the cursor; None until one is selected."""
        known = self.answer is not None and self.cursor >= 0
        return self.answer.rows[self.cursor] if known and self.answer else None

    @property
    def figure(self) -> Row | None:
        """The selected row, or the row it goes on from; None until one is selected."""
        rows = self.answer.rows if self.answer is not None else ()
        before = reversed(rows[: self.cursor + 1])
        return next((row for row in before if row.evidence.places or row.query or row.label), None)

    @property
    def evidence(self) -> Evidence:
        """What proves the selected figure; without one that of the first row with the mark beside the pane's name, then
        the first there is.
        """
        if self.cursor >= 0:
            return self.figure.evidence if self.figure is not None else Evidence()
        if self.answer is None:
            return Evidence()
        proven = [row for row in self.answer.rows if row.evidence.places]
        loud = [row for row in proven if row.mark is self.answer.badge is not Mark.NONE]
        said = [row for row in proven if row.evidence.text]
        return next((row.evidence for row in (*loud, *said, *proven)), Evidence())

    # ------------------------------------------------------------------------------------------------------- cursor

    @property
    def _room(self) -> int:
        return max(0, self.size.height - len(self._laid.head))

    def _show_from(self, top: int) -> None:
        if not self.size.width:
            return  # it has no place yet
        self.made(self.size.width)
        count = len(self._laid.rows)
        self.top = max(0, min(top, count - self._room)) if self.size.height else 0
        last = min(count, self.top + self._room)
        clipped = 0 < self._room < count
        self.border_subtitle = Content(f"{self.top + 1}–{last} of {count:,}") if clipped else None
        self.refresh()

    def by_hand(self, index: int) -> None:
        """Select this row or the nearest there is, and scroll until all its lines are seen."""
        if self.last() < 0:
            return
        self.cursor = max(0, min(index, self.last()))
        self.made(self.size.width)
        lines = [line for line, owner in enumerate(self._laid.owners) if owner == self.cursor]
        first, last = lines[0], lines[-1]
        top = min(self.top, first)
        self._show_from(max(top, min(first, last - self._room + 1)))

    def last(self) -> int:
        return len(self.answer.rows) - 1 if self.answer is not None else -1

    def page(self) -> int:
        return self._room

    def action_open(self) -> None:
        self.post_message(self.Opened(self))

    def on_click(self, event: events.Click) -> None:
        """One click selects, two open."""
        place = event.get_content_offset(self)
        line = -1 if place is None else place.y - len(self._laid.head) + self.top
        if 0 <= line < len(self._laid.owners):
            self.by_hand(self._laid.owners[line])
            if event.chain == 2:
                self.action_open()

    def on_mouse_scroll_down(self) -> None:
        self._show_from(self.top + 1)

    def on_mouse_scroll_up(self) -> None:
        self._show_from(self.top - 1)

    # ------------------------------------------------------------------------------------------------------ drawing

    def on_resize(self) -> None:
        self._show_from(self.top)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _lay_out(self, width: int) -> PaneLines:
        """One cell of inset at either side; the left one is the cursor's."""
        if self.answer is None:
            return PaneLines()
        look = (max(0, width - 2), self.roomy, self.tiny, is_plain())
        laid = self._laid_out.get(look)
        if laid is None:
            room, roomy, tiny, _ = look
            laid = self._laid_out[look] = pane_lines(self.answer, room, label=self.LABEL, roomy=roomy, tiny=tiny)
        return laid

    def lines(self, width: int) -> tuple[Line, ...]:
        """The head and every row, whether or not there is room."""
        self._laid = self._lay_out(width)
        return (*self._laid.head, *self._laid.rows)

    def render_line(self, y: int) -> Strip:
        """The head stays where it is, the rows scroll below it."""
        width = self.size.width
        self.made(width)
        head, rows, owners = self._laid.head, self._laid.rows, self._laid.owners
        if y < len(head):
            return self._strip(head[y], width)
        at = y - len(head) + self.top
        if at >= len(rows):
            return self._strip((), width)
        return self._strip(rows[at], width, selected=self.has_focus and owners[at] == self.cursor)

    def _strip(self, line: Line, width: int, *, selected: bool = False) -> Strip:
        base = self.visual_style
        if not selected:
            return to_strip(fit_line((Bit(" "), *line), width), base, width)
        marker = Bit("*" if is_plain() else "▌", "$accent")
        line = tuple(Bit(found.text, found.style.replace("$faint", "$muted")) for found in line)
        base += Style.parse("on $sel")
        return to_strip(fit_line((marker, *line), width), base, width)


def row_text(row: Row) -> str:
    """A row as plain words, to copy."""
    words = "   ".join(f"{span.lead} {span.text}".strip() for span in row.spans)
    return f"{row.label} {words}".strip()
