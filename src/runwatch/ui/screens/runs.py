"""All runs: what needs somebody now, and the way to it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget

from runwatch.core.runs import Moment
from runwatch.ui.empty import no_runs
from runwatch.ui.filter_bar import FilterBar
from runwatch.ui.outcomes import ExportStrips
from runwatch.ui.palette import Command
from runwatch.ui.reading import ahead_words, reading_lines
from runwatch.ui.runs_board import BoardView, RunsBoard
from runwatch.ui.runs_table import RunRows
from runwatch.ui.screens.all_runs import AllRuns
from runwatch.ui.sorting import SORTABLE, Sorting
from runwatch.ui.view_keeper import ViewKeeper
from runwatch.ui.widgets.table import Table
from runwatch.ui.widgets.virtual_list import VirtualList


class RunsPage(AllRuns):
    """Every run, newest first, live."""

    NAME = "runs"
    CSS_PATH: ClassVar = Path(__file__).with_name("runs.tcss")
    KEPT = ("sorting", "filter_text", "attention")

    def __init__(self) -> None:
        super().__init__()
        self._is_begun = False
        """The first reading is over, and the cursor the user's."""
        self._is_drawn = False
        """There is a first picture: the list does not wait for what is said of a run of millions."""
        self._selected_view = ViewKeeper()

    def body(self) -> Iterable[Widget]:
        """The board, and the filter below it."""
        yield RunsBoard(id="board")
        yield FilterBar()

    @property
    def run_for_when(self) -> str | None:
        """The selected one."""
        key = self.board.table.selected_key
        return key if isinstance(key, str) else None

    @property
    def board(self) -> RunsBoard:
        """Tiles, table, preview and last outcomes."""
        return self.query_one(RunsBoard)

    def footer_name(self) -> str:
        """Without any run there is little to press."""
        name = super().footer_name()
        return "empty" if name == self.NAME and self.board.is_empty else name

    def fit_parts(self) -> None:
        """Parts come and go with the height."""
        self.board.fit(*self.size)

    @property
    def rows(self) -> RunRows:
        """Those shown, in their order."""
        return self.now_listed()

    def show(self) -> None:
        """Rows, tiles, and what is said of the selected run."""
        session, board, lineup, listed = self.session, self.board, self.session.lineup, self.ranking.listed
        view = BoardView(
            rows=self.now_listed(),
            total=lineup.total,
            sorting=listed.sorting,
            narrowing=listed.narrowing,
            share=self.ranking.share,
            is_whole=session.is_whole and lineup.is_settled,
            counts=tuple(lineup.counts.items()),
            strips=ExportStrips(lineup) if board.has_room_below else None,
            now=session.now(),
            zone=self.zone,
        )
        board.show(view, reading_lines(session, self.size.width, lean=board.is_lean))
        board.show_empty(lambda width, height: no_runs(session, width, height), on=not lineup.total)
        self.painted = self.signs()
        if self.focused is None and not board.is_empty:
            board.table.focus()
        if session.is_whole and lineup.is_settled and not self._is_begun:
            self._is_begun = True
            board.table.follow = ""
        self.show_selected()

    def on_screen_resume(self) -> None:
        """The page draws itself; what is called later comes behind the picture."""
        if not self._is_drawn:
            self.call_later(self._first_drawn)

    def _first_drawn(self) -> None:
        self._is_drawn = True
        self.show_selected()

    def show_selected(self) -> None:
        """What is said of the run under the cursor."""
        if not self._is_drawn:
            return
        run_id = self.run_for_when
        if run_id is not None and (words := ahead_words(self.session, run_id)):
            self.board.show_selected(None, self.session.now(), self.zone, words)
            return
        selected = self._selected()
        whole = self.session.whole(selected.run_id) if selected is not None and not self.session.is_live else None
        marked = self.session.bookmarks.positions(selected.run_id) if selected is not None else ()
        view = self._selected_view.view(selected, self.zone, whole, marked)
        self.board.show_selected(view, self.session.now(), self.zone)

    def _selected(self) -> Moment | None:
        run_id = self.run_for_when
        return None if run_id is None else self.session.moment(run_id)

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another run is under the cursor."""
        if event.list is self.board.table:
            self.show_selected()

    def on_virtual_list_selected(self, event: VirtualList.Selected) -> None:
        """A run is opened; an export narrows the table to its runs."""
        if event.list is self.board.table:
            self.shell.open_run(str(event.key))
        else:
            self.narrow(f'export:"{event.key}"')
            self.board.table.focus()

    def on_table_head_clicked(self, event: Table.HeadClicked) -> None:
        """The head sorts; the sorted one turns the order."""
        if event.column == self.sorting.column:
            self.action_reverse_sort()
        elif event.column in SORTABLE:
            self._sort(Sorting(event.column))

    def action_attention(self) -> None:
        """Only runs that need somebody, or all again."""
        self.attention = not self.attention
        self.repaint()

    def narrowed(self) -> None:
        """Other runs are shown."""
        self.repaint()

    def action_sort(self) -> None:
        """By the next column that is shown."""
        self._sort(self.sorting.next(self.board.table.shown_columns))

    def action_reverse_sort(self) -> None:
        """The other way round."""
        self._sort(Sorting(self.sorting.column, not self.sorting.descending))

    def palette_commands(self, query: str) -> Iterable[Command]:
        """What has no key of its own."""
        grouped = Sorting("export", descending=False)
        about = "The runs of one export together, newest first"
        yield Command("Group by export", about, lambda: self._sort(grouped))

    def _sort(self, sorting: Sorting) -> None:
        self.sorting = sorting
        self.board.table.follow = ""
        self.repaint()

    def action_follow(self) -> None:
        """Newest first, and the cursor stays on the newest."""
        self.sorting = Sorting()
        self.repaint()
        self.board.table.move_to(0)
        self.board.table.follow = "first"

    def action_events(self) -> None:
        """The log of the selected run."""
        moment = self._selected()
        if moment is not None:
            self.shell.open_events(moment.run_id)

    def action_copy(self) -> None:
        """The selected run's id."""
        moment = self._selected()
        if moment is not None:
            self.shell.copy(moment.run_id, "run_id")

    def action_maximise(self) -> None:
        """The table over the whole screen, or back."""
        self.board.toggle_class("-maximised")
        self.repaint()

    def action_next_pane(self) -> None:
        """Between the table and the last outcomes, where those are shown."""
        outcomes, table = self.board.outcomes, self.board.table
        (outcomes if self.board.has_room_below and not outcomes.has_focus else table).focus()

    def action_previous_pane(self) -> None:
        """The same: there are two."""
        self.action_next_pane()

    def peel(self) -> bool:
        """Maximised, then the filter, then attention only."""
        if self.board.has_class("-maximised"):
            self.action_maximise()
        elif self.filter_text:
            self.narrow("")
        elif self.attention:
            self.action_attention()
        else:
            return False
        return True
