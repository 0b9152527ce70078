"""All runs: what needs somebody now, and the way to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget

from runwatch.answers.overview import RunRow, strips, tiles
from runwatch.core.runs import Moment
from runwatch.ui.empty import no_hits, no_runs
from runwatch.ui.filter_bar import FilterBar
from runwatch.ui.narrowing import FailureWalk, Narrowing
from runwatch.ui.reading import reading_lines
from runwatch.ui.runs_board import BoardView, RunsBoard
from runwatch.ui.runs_table import SORTABLE, RowKeeper, Sorting
from runwatch.ui.screens.finding import FindingPage, Wanted
from runwatch.ui.view_keeper import ViewKeeper
from runwatch.ui.widgets.table import Table
from runwatch.ui.widgets.virtual_list import VirtualList


class RunsPage(FindingPage):
    """Every run, newest first, live."""

    NAME = "runs"
    CSS_PATH: ClassVar = Path(__file__).with_name("runs.tcss")
    KEPT = ("sorting", "narrowing")

    def __init__(self) -> None:
        super().__init__()
        self.sorting = Sorting()
        self.narrowing = Narrowing()
        self.rows: list[RunRow] = []
        """Those shown, in their order."""
        self._keeper = RowKeeper()
        self._is_begun = False
        """The first reading is over, and the cursor the user's."""
        self._walk = FailureWalk()
        self._selected_view = ViewKeeper()

    def body(self) -> Iterable[Widget]:
        """The board, and the filter below it."""
        yield RunsBoard(id="board")
        yield FilterBar()

    @property
    def board(self) -> RunsBoard:
        """Tiles, table, preview and last outcomes."""
        return self.query_one(RunsBoard)

    def fit_parts(self) -> None:
        """Parts come and go with the height."""
        self.board.fit(*self.size)

    def show_moment(self) -> None:
        """Rows, tiles, and what is said of the selected run."""
        session, board = self.session, self.board
        moments = session.selected()
        everything = self._keeper.rows(moments)
        self.rows = self.sorting.apply(self.narrowing.keeps(everything))
        total, table = len(everything), board.table
        view = BoardView(
            rows=tuple(self.rows),
            total=total,
            sorting=self.sorting,
            narrowed=self.narrowing.words(len(self.rows)) if total else "",
            is_whole=session.is_whole,
            counts=tiles(moments),
            strips=strips(moments) if board.has_room_below else (),
            now=session.now(),
            zone=self.zone,
        )
        hidden = no_hits(self.narrowing.text, self.narrowing.attention, total) if total else ()
        empty = hidden or no_runs(session, table.size.width, table.size.height)
        board.show(view, reading_lines(session, self.size.width, lean=board.is_lean), empty)
        if session.is_whole and not self._is_begun:
            self._is_begun = True
            table.follow = ""
        self._show_selected()

    def _show_selected(self) -> None:
        view = self._selected_view.view(self._selected(), self.zone)
        self.board.show_selected(view, self.session.now(), self.zone)

    def _selected(self) -> Moment | None:
        key = self.board.table.selected_key
        return self.session.moment(key) if isinstance(key, str) else None

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another run is under the cursor."""
        if event.list is self.board.table:
            self._show_selected()

    def on_virtual_list_selected(self, event: VirtualList.Selected) -> None:
        """A run is opened; an export narrows the table to its runs."""
        if event.list is self.board.table:
            self.shell.open_run(str(event.key))
        else:
            self._narrow(f'export:"{event.key}"')
            self.board.table.focus()

    def on_table_head_clicked(self, event: Table.HeadClicked) -> None:
        """The head sorts; the sorted one turns the order."""
        if event.column == self.sorting.column:
            self.action_reverse_sort()
        elif event.column in SORTABLE:
            self._sort(Sorting(event.column))

    def action_attention(self) -> None:
        """Only runs that need somebody, or all again."""
        self.narrowing = replace(self.narrowing, attention=not self.narrowing.attention)
        self.repaint()

    def action_filter(self) -> None:
        """Filter as you type."""
        self.query_one(FilterBar).open(self.narrowing.text)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Each letter narrows the table."""
        self._narrow(event.text)

    def on_filter_bar_closed(self, event: FilterBar.Closed) -> None:
        """Enter keeps the filter, esc clears it."""
        if not event.keep:
            self._narrow("")
        self.board.table.focus()

    def _narrow(self, text: str) -> None:
        self.narrowing = replace(self.narrowing, text=text.strip())
        self.repaint()

    def action_next_hit(self) -> None:
        """The next run that is shown."""
        self.board.table.move_to(self.board.table.cursor + 1)

    def action_previous_hit(self) -> None:
        """The one before."""
        self.board.table.move_to(self.board.table.cursor - 1)

    def action_sort(self) -> None:
        """By the next column that is shown."""
        self._sort(self.sorting.next())

    def action_reverse_sort(self) -> None:
        """The other way round."""
        self._sort(Sorting(self.sorting.column, not self.sorting.descending))

    def _sort(self, sorting: Sorting) -> None:
        self.sorting = sorting
        self.repaint()

    def action_follow(self) -> None:
        """Newest first, and the cursor stays on the newest."""
        self.sorting = Sorting()
        self.repaint()
        self.board.table.move_to(0)
        self.board.table.follow = "first"

    def find(self, wanted: Wanted, step: int) -> None:
        """Open the selected run's first failure; asked again, the next run's. Of degradations, move to the next run."""
        at, end, which = self.board.table.cursor, len(self.rows), "later" if step > 0 else "earlier"
        if wanted == "failure":
            self._open_failure(range(max(0, at), end) if step > 0 else range(at, -1, -1), which)
        else:
            self._move_to_degraded(range(at + 1, end) if step > 0 else range(at - 1, -1, -1), which)

    def _open_failure(self, order: Iterable[int], which: str) -> None:
        index = self._walk.next(self.rows, order)
        if index is None:
            self.say(f"no {which} failure among the runs shown")
        else:
            self.board.table.move_to(index)
            self.open_first_failure(self.rows[index].run_id)

    def _move_to_degraded(self, order: Iterable[int], which: str) -> None:
        found = next((index for index in order if self.rows[index].degraded), None)
        if found is None:
            self.say(f"no {which} degraded run is shown")
        else:
            self.board.table.move_to(found)

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
        elif self.narrowing.text:
            self._narrow("")
        elif self.narrowing.attention:
            self.action_attention()
        else:
            return False
        return True
