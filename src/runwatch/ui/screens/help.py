"""Every key in one place, and what the glyphs mean: made from the tables, so it cannot be out of date."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from runwatch.answers.glyphs import CHUNK_WORDS, VERDICTS
from runwatch.answers.view import Mark
from runwatch.ui.keys import Group, Keymap, bindings, help_lines, overlay_bindings
from runwatch.ui.line import Bit, Line, cut_line, fit_line, width_of
from runwatch.ui.plain import is_plain
from runwatch.ui.safe import line_text, mark_bit
from runwatch.ui.widgets.chunk_cells import flowed
from runwatch.ui.widgets.drawn import Drawn

TWO_COLUMNS_FROM = 76
GAP = 2
"""Cells between them."""
_KEYS = 15
_MARKS = (
    (Mark.FAILED, "failure"),
    (Mark.CONTRADICTED, "contradiction"),
    (Mark.DEGRADED, "degradation"),
    (Mark.RECOVERED, "recovery"),
    (Mark.RETRY, "retry"),
)
_LIFE = (Mark.PENDING, Mark.CHUNK_RUNNING, Mark.COMPLETED, Mark.RECOVERED, Mark.FAILED, Mark.INTERRUPTED)
_COLUMNS = ((Group.MOVE, Group.LOOK, Group.APP), (Group.FIND, Group.TIME))


def help_page(width: int, keymap: Keymap | None = None) -> tuple[Line, ...]:
    """Two columns where they fit, then the legends."""
    if width < TWO_COLUMNS_FROM:
        body = [cut_line(line, width) for line in _column(Group, keymap)]
    else:
        left, right = (_column(groups, keymap, least) for groups, least in zip(_COLUMNS, (_KEYS, 0), strict=True))
        half = max(width // 2, min(_widest(left) + GAP, width - _widest(right)))
        rows = max(len(left), len(right))
        body = [(*fit_line(_at(left, row), half), *fit_line(_at(right, row), width - half)) for row in range(rows)]
    return (*body, (), *_legends(width))


def _widest(lines: list[Line]) -> int:
    return max((width_of(line) for line in lines), default=0)


def _at(lines: list[Line], row: int) -> Line:
    return lines[row] if row < len(lines) else ()


def _column(groups: Iterable[Group], keymap: Keymap | None, least: int = _KEYS) -> list[Line]:
    """Groups below each other; all their keys have the room of the longest, and at least `least` cells."""
    lines: list[Line] = []
    tables = [(group, help_lines(group, keymap)) for group in groups]
    room = max([least, *(len(names) + 1 for _, found in tables for names, _ in found)])
    room += 0 if least else 2
    for group, found in tables:
        if not found:
            continue
        lines += [(), (Bit(group.value, "bold $foreground"),)] if lines else [(Bit(group.value, "bold $foreground"),)]
        for names, words in found:
            keys = fit_line((Bit(line_text(names), "bold $accent"),), room)
            lines.append((*keys, Bit(line_text(words), "$foreground")))
    return lines


def _legends(width: int) -> Iterable[Line]:
    verdicts = [_entry(verdict.mark, verdict.word) for verdict in VERDICTS.values()]
    chunks = [_entry(mark, CHUNK_WORDS[mark]) for mark in _LIFE]
    now = (Bit("O" if is_plain() else "●", "$accent"), Bit(" "), Bit("the moment shown", "$muted"))
    marks = [*(_entry(mark, word) for mark, word in _MARKS), now]
    return [
        *flowed(verdicts, width, 2),
        *flowed([(Bit("chunks", "$muted"),), *chunks], width, 2),
        *flowed([(Bit("time  ", "$muted"),), *marks], width, 2),
    ]


def _entry(mark: Mark, word: str) -> Line:
    return (mark_bit(mark), Bit(" "), Bit(word, "$muted"))


class HelpText(Drawn):
    """The page itself."""

    DEFAULT_CSS = """
    HelpText { height: auto; width: 1fr; }
    """

    def lines(self, width: int) -> tuple[Line, ...]:
        return help_page(width)


class HelpScreen(ModalScreen[None]):
    """Over whatever is shown; scrolls where the terminal is small."""

    CSS_PATH = "help.tcss"
    BINDINGS = [
        *bindings("help", "scroll"),
        *overlay_bindings("leave", "quit.copy"),
        Binding("question_mark,f1", "back", id="help.close", show=False),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="overlay") as box:
            box.border_title = Content("Keys")
            box.border_subtitle = Content("esc closes")
            yield HelpText()

    def on_resize(self) -> None:
        """The foot says that there is more."""
        self.call_after_refresh(self._show_foot)

    def _show_foot(self) -> None:
        more = "j k for more, " if self._box.max_scroll_y > 0 else ""
        self._box.border_subtitle = Content(f"{more}esc closes")

    @property
    def _box(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    def action_back(self) -> None:
        self.dismiss()

    def _scroll(self, lines: int) -> None:
        self._box.scroll_relative(y=lines, animate=False)

    def action_cursor_down(self) -> None:
        self._scroll(1)

    def action_cursor_up(self) -> None:
        self._scroll(-1)

    def action_half_down(self) -> None:
        self._scroll(max(1, self._box.size.height // 2))

    def action_half_up(self) -> None:
        self._scroll(-max(1, self._box.size.height // 2))

    def action_page_down(self) -> None:
        self._scroll(max(1, self._box.size.height - 1))

    def action_page_up(self) -> None:
        self._scroll(-max(1, self._box.size.height - 1))

    def action_first(self) -> None:
        self._box.scroll_home(animate=False)

    def action_last(self) -> None:
        self._box.scroll_end(animate=False)
