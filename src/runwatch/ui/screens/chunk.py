"""One chunk: what became of it, each attempt with its error in full, and the line that proves it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget

from runwatch.answers.attempt import (
    AttemptView,
    attempt_view,
    chosen_attempt,
    marked_attempts,
    position_of,
    told_chunk,
)
from runwatch.core.places import Place
from runwatch.core.runs import parse_run_id
from runwatch.ui.chunk_board import ChunkBoard
from runwatch.ui.chunk_words import to_copy
from runwatch.ui.header_view import events_of, header_view
from runwatch.ui.raw_text import LineKeeper
from runwatch.ui.safe import line_text
from runwatch.ui.screens.chunk_failures import ChunkFailures
from runwatch.ui.screens.marked import Event
from runwatch.ui.screens.same_errors import SameErrors
from runwatch.ui.widgets.header import HeaderView
from runwatch.ui.widgets.virtual_list import VirtualList


class ChunkPage(SameErrors, ChunkFailures):
    """A chunk of a run."""

    NAME = "chunk"
    CSS_PATH: ClassVar = Path(__file__).with_name("chunk.tcss")
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-low"), (34, "-normal"), (48, "-tall")]

    def __init__(self, run_id: str, chunk_index: int, attempt: int = 0) -> None:
        """`attempt` from 1; 0 for the last that failed or was interrupted, else the last."""
        super().__init__(run_id, chunk_index, attempt)
        self.selected: AttemptView | None = None
        self._lines = LineKeeper()

    def body(self) -> Iterable[Widget]:
        """All of it."""
        yield ChunkBoard()

    @property
    def run_in_view(self) -> str | None:
        """The chunk's."""
        return self.run_id

    @property
    def board(self) -> ChunkBoard:
        """Verdict and boxes."""
        return self.query_one(ChunkBoard)

    def on_mount(self) -> None:
        """The attempts have the keys."""
        super().on_mount()
        self.call_after_refresh(self._focus_first)

    def on_resize(self) -> None:
        """Parts come and go."""
        self.call_after_refresh(self._focus_first)

    def _focus_first(self) -> None:
        self.board.focus_first(self.focused)

    # ------------------------------------------------------------------------------------------------ what is shown

    def header(self) -> HeaderView:
        """Export, run, chunk; of several attempts which."""
        moment = self.session.moment(self.run_id)
        export = line_text(moment.export if moment is not None else "unknown")
        run = line_text(parse_run_id(self.run_id)[1])
        path: tuple[str, ...] = (export, run, f"chunk {self.chunk_index:,}")
        short: tuple[str, ...] = (export, run.partition("T")[2] or run, path[2])
        if self.view is not None and len(self.view.attempts) > 1:
            path, short = (*path, f"attempt {self.attempt:,}"), (*short, "")
        return header_view(self.session, self.zone, path, short, events_of(self.session, moment))

    def repaint(self) -> None:
        """The view first: the header tells of the attempt too."""
        self._look()
        super().repaint()

    def _look(self) -> None:
        """The chunk at the moment shown, and which attempt is selected."""
        moment = self.session.moment(self.run_id)
        self.view = view = None if moment is None else told_chunk(moment, self.chunk_index)
        if view is not None and view.attempts:
            self.attempt = chosen_attempt(view, self.attempt)

    def show_moment(self) -> None:
        """Boxes, and in them the selected attempt."""
        moment, view = self.session.moment(self.run_id), self.view
        self.selected = None
        self.board.show(view, self.zone)
        if moment is None or view is None or not view.attempts:
            return
        positions = self.session.bookmarks.positions(self.run_id)
        self.board.attempts.show_bookmarks(marked_attempts(moment, view, positions))
        row = view.attempts[self.attempt - 1]
        elsewhere = self.same_cause(row.error).elsewhere(self.run_id) if row.error else (0, 0)
        self.selected = found = attempt_view(moment, self.chunk_index, row, elsewhere)
        self.board.show_attempt(view, found, self._line_at(found), self.zone)

    def _line_at(self, found: AttemptView) -> bytes | None:
        return self._lines.line_at(self.session.source, found.place)

    # ------------------------------------------------------------------------------------------------ attempts

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another attempt is under the cursor."""
        if event.list.selected_key == event.key and isinstance(event.key, int):
            self._select(event.key)

    def on_virtual_list_selected(self, event: VirtualList.Selected) -> None:
        """Enter on an attempt: its raw event."""
        self.action_raw()

    def action_previous_sibling(self) -> None:
        """The attempt before."""
        self._select(self.attempt - 1)

    def action_next_sibling(self) -> None:
        """The next attempt."""
        self._select(self.attempt + 1)

    def _select(self, number: int) -> None:
        count = len(self.view.attempts) if self.view is not None else 0
        wanted = max(1, min(number, count))
        if count and wanted != self.attempt:
            self.attempt, self.reached = wanted, None
            self.repaint()

    # ------------------------------------------------------------------------------------------------ look and move

    def event_in_hand(self) -> Event | None:
        """The end of the selected attempt, or what began it."""
        moment = self.session.moment(self.run_id)
        if moment is None or self.view is None:
            return None
        return self.run_id, position_of(moment, self.chunk_index, self.attempt)

    def action_raw(self) -> None:
        """The selected attempt's end, as the log has it, over the whole screen."""
        if self.selected is not None:
            self.shell.open_raw(self.selected.place)

    def line_place(self) -> Place | None:
        """The selected attempt's end."""
        return self.selected.place if self.selected is not None else None

    def action_events(self) -> None:
        """What the log says of this chunk."""
        self.shell.open_events(self.run_id, f"chunk:{self.chunk_index}")

    def action_copy(self) -> None:
        """What has the focus: the error, the range, the line; else the query."""
        if self.view is None:
            return
        focused = self.focused.id if self.focused is not None else None
        line = self._line_at(self.selected) if focused == "raw" and self.selected is not None else None
        self.shell.copy(*to_copy(self.view, self.selected, focused, line))

    def error_in_hand(self) -> str:
        """The selected attempt's."""
        return self.view.attempts[self.attempt - 1].error if self.view is not None and self.view.attempts else ""

    def action_next_pane(self) -> None:
        """The keys to the next box."""
        self.board.cycle(self.focused, 1)

    def action_previous_pane(self) -> None:
        """The keys to the box before."""
        self.board.cycle(self.focused, -1)

    def action_maximise(self) -> None:
        """The focused box over the whole screen, or back."""
        self.board.maximise(None if self.board.is_maximised else self.focused)

    def peel(self) -> bool:
        """Maximised first."""
        if self.board.is_maximised:
            self.board.maximise(None)
            return True
        return False
