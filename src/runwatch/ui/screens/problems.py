"""Lines that could not be read: which, why, and the line itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, cast

from textual.content import Content
from textual.widget import Widget

from runwatch.core.places import Place
from runwatch.ui.filter_bar import FilterBar
from runwatch.ui.header_view import header_view
from runwatch.ui.line import Bit
from runwatch.ui.problem_words import Problem, ProblemRows, ProblemWords, citation, in_order, matching
from runwatch.ui.problems_answer import ProblemsAnswer, ProblemsView
from runwatch.ui.raw_text import LineKeeper, place_words
from runwatch.ui.safe import bit, line_text
from runwatch.ui.screens.filtered import FilteredPage
from runwatch.ui.widgets.header import HeaderView
from runwatch.ui.widgets.scroll_text import ScrollText
from runwatch.ui.widgets.table import Column, Table
from runwatch.ui.widgets.virtual_list import VirtualList


def columns(width: int) -> tuple[Column, ...]:
    """File, line, reason; paths get what a wide terminal has to spare."""
    path = max(12, min(48, width // 4))
    return (
        Column("file", "file", path, sortable=False),
        Column("line", "line", 8, "right", gap=1, sortable=False),
        Column("reason", "reason", 0, gap=2 if width < 100 else 3, rest=True, sortable=False),
    )


class ProblemsPage(FilteredPage):
    """Every problem, by file and line, live."""

    NAME = "problems"
    CSS_PATH: ClassVar = Path(__file__).with_name("problems.tcss")
    KEPT = ("filter_text",)
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (11, "-brief"), (16, "-low"), (34, "-normal")]

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[Problem] = []
        """All that are kept, by path and line."""
        self.following = False
        self._sorted: tuple[int, int] = (-1, -1)
        self._shown: tuple[object, ...] = ()
        self._lines = LineKeeper()

    def body(self) -> Iterable[Widget]:
        """The answer, the list, the line, the filter."""
        yield ProblemsAnswer(id="answer")
        yield Table(columns(100), id="list", classes="box")
        yield ScrollText(id="line", classes="box")
        yield FilterBar("words, !word, path:…, reason:…, line>100")

    @property
    def raw(self) -> ScrollText:
        """The selected one's line."""
        return self.query_one(ScrollText)

    def on_mount(self) -> None:
        """The list has the keys."""
        self.raw.border_title = Content("Raw line")
        super().on_mount()
        self.table.focus()

    def on_resize(self) -> None:
        """The path's column grows with the terminal."""
        self.table.columns = columns(self.size.width)
        if self.focused is self.raw and not self.raw.display:
            self.table.focus()

    # ------------------------------------------------------------------------------------------------ what is shown

    def header(self) -> HeaderView:
        """Behind the source."""
        return header_view(self.session, self.zone, ("problems",))

    def show_moment(self) -> None:
        """The sentence, the list, the selected line."""
        runs, lineup = self.session.runs, self.lineup_now()
        revision = (runs.problem_count, id(runs.problems))
        if revision != self._sorted or len(self.problems) != len(runs.problems):
            self._sorted = revision
            self.problems = in_order(runs.problems)
        files = sum(isinstance(where, str) for where, _ in self.problems)
        self.query_one(ProblemsAnswer).show(
            ProblemsView(
                lines=runs.problem_count - files,
                files=files,
                read=max(self.session.events_read, runs.problem_count - files),
                kept=len(self.problems),
                unknown=lineup.unknown_count,
                is_whole=self.session.is_whole and lineup.is_settled,
            )
        )
        self.set_class(not self.problems, "-none")
        if self.problems and self.focused is None:
            self.table.focus()
        self._show_list(revision)

    def _show_list(self, revision: object) -> None:
        table = self.table
        if (revision, self.filter_text) != self._shown:
            self._shown = (revision, self.filter_text)
            table.show_cells(ProblemRows(matching(self.problems, self.filter_text), self.session.source.label))
            self._show_counts(table.rows.count)
        if self.following and self.session.runs.problems:
            table.move_to_key(self.session.runs.problems[-1])
        self._show_line()

    def _show_counts(self, shown: int) -> None:
        kept = len(self.problems)
        count = f"{shown:,}" if shown == kept else f"{shown:,} of {kept:,}"
        table = self.table
        table.border_title = Content.assemble("Problems ", (count, "$muted"))
        table.border_subtitle = Content(line_text(f"/{self.filter_text}") if self.filter_text else "")
        nothing = (bit("no problem matches "), bit(self.filter_text, bold=True), bit(f"; {kept:,} are hidden"))
        table.show_empty(nothing, (Bit("esc", "bold $accent"), Bit(" clears it", "$muted")))

    @property
    def selected(self) -> Problem | None:
        """The problem under the cursor."""
        return cast("Problem | None", self.table.selected_key)

    def _show_line(self) -> None:
        problem, raw = self.selected, self.raw
        raw.visible = problem is not None
        if problem is None:
            return
        where = problem[0]
        line = None if isinstance(where, str) else self._lines.line_at(self.session.source, where)
        raw.show(ProblemWords(problem, line), problem)
        raw.border_subtitle = Content(line_text(where if isinstance(where, str) else place_words(where)))

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another problem is under the cursor; one moved to by hand ends following."""
        kept = self.session.runs.problems
        self.following = self.following and bool(kept) and event.key == kept[-1]
        self._show_line()

    def on_virtual_list_selected(self, event: VirtualList.Selected) -> None:
        """Enter: the line over the whole screen."""
        self.action_raw()

    # ------------------------------------------------------------------------------------------------ find

    def narrowed(self) -> None:
        """Other problems are shown."""
        self.show_moment()

    def action_follow(self) -> None:
        """The cursor on the one that came last, wherever it stands; any move by hand ends it."""
        self.following = True
        self.show_moment()

    # ------------------------------------------------------------------------------------------------ look and move

    def line_place(self) -> Place | None:
        """The selected one's line; a file that cannot be read at all has none."""
        where = self.selected[0] if self.selected is not None else None
        return where if isinstance(where, Place) else None

    def action_raw(self) -> None:
        """The line over the whole screen."""
        place = self.line_place()
        if place is not None:
            self.shell.open_raw(place)
        elif self.selected is not None:
            self.say("the whole file cannot be read; there is no line to show")

    def action_copy(self) -> None:
        """`file:line: reason`."""
        if self.selected is not None:
            self.shell.copy(citation(self.selected), "file, line and reason")

    def action_next_pane(self) -> None:
        """Between the list and the line, where that is shown."""
        if self.has_class("-maximised"):
            self.action_maximise()
        (self.raw if self.raw.display and self.table.has_focus else self.table).focus()

    def action_previous_pane(self) -> None:
        """The same: there are two."""
        self.action_next_pane()

    def action_maximise(self) -> None:
        """The focused box over the whole screen, or back."""
        was = self.has_class("-maximised")
        for box in (self.table, self.raw):
            box.set_class(not was and box is self.focused, "-maximum")
        self.set_class(not was and self.focused in (self.table, self.raw), "-maximised")

    def peel(self) -> bool:
        """Maximised, then the filter."""
        if self.has_class("-maximised"):
            self.action_maximise()
        elif self.filter_text:
            self.narrow("")
        else:
            return False
        return True
