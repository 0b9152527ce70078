"""One chunk: what became of it, each attempt with its error in full, and the line that proves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget

from runwatch.answers.attempt import AttemptView, attempt_view, failure_stops, is_bad, position_of, time_lost
from runwatch.answers.chunk import ChunkView, chunk_view
from runwatch.core.places import Place
from runwatch.session.stops import Kind
from runwatch.ui.chunk_board import ChunkBoard
from runwatch.ui.header_view import events_of, header_view
from runwatch.ui.raw_text import LineKeeper, copied_text
from runwatch.ui.safe import line_text
from runwatch.ui.screens.timed import Timed
from runwatch.ui.widgets.header import HeaderView
from runwatch.ui.widgets.virtual_list import VirtualList


class ChunkPage(Timed):
    """A chunk of a run."""

    NAME = "chunk"
    CSS_PATH: ClassVar = Path(__file__).with_name("chunk.tcss")
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-low"), (34, "-normal"), (48, "-tall")]

    def __init__(self, run_id: str, chunk_index: int, attempt: int = 0) -> None:
        """`attempt` from 1; 0 for the last that failed or was interrupted, else the last."""
        super().__init__()
        self.run_id = run_id
        self.chunk_index = chunk_index
        self.attempt = attempt
        """The one selected; 0 until it is known which."""
        self.view: ChunkView | None = None
        self.selected: AttemptView | None = None
        self._lines = LineKeeper()
        self._reached: int | None = None
        """The failed outcome that `e` opened last: the next `e` goes on from it."""

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
        """Export, run, chunk."""
        moment = self.session.moment(self.run_id)
        export = line_text(moment.export if moment is not None else "unknown")
        run = line_text(self.view.short_id if self.view is not None else self.run_id)
        last = f"chunk {self.chunk_index:,}"
        short = (export, run.partition("T")[2] or run, last)
        return header_view(self.session, self.zone, (export, run, last), short, events_of(self.session, moment))

    def show_moment(self) -> None:
        """The chunk at the moment shown, and the attempt that is selected."""
        moment = self.session.moment(self.run_id)
        view = None if moment is None else chunk_view(moment, self.chunk_index)
        if moment is not None and view is not None and (lost := time_lost(moment, view)):
            view = replace(view, aside=f"{view.aside}; {lost}" if view.aside else lost)
        self.view, self.selected = view, None
        self.board.show(view, self.zone)
        if moment is None or view is None or not view.attempts:
            return
        rows = view.attempts
        if self.attempt < 1:
            self.attempt = ([row.number for row in rows if is_bad(row)] or [rows[-1].number])[-1]
        self.attempt = min(self.attempt, len(rows))
        row = rows[self.attempt - 1]
        others = self.session.moments() if row.error else ()
        self.selected = found = attempt_view(moment, self.chunk_index, row, others)
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
            self.attempt, self._reached = wanted, None
            self.show_moment()

    # ------------------------------------------------------------------------------------------------ failures

    def action_next_failure(self) -> None:
        """The next failure of the run, in the order of the log."""
        self._go_to_failure(1)

    def action_previous_failure(self) -> None:
        """The one before."""
        self._go_to_failure(-1)

    def _go_to_failure(self, step: int) -> None:
        if not self.session.is_live:
            self._move_to_failure(step)
            return
        moment = self.session.moment(self.run_id)
        if moment is None or self.view is None:
            return
        here = position_of(moment, self.chunk_index, self.attempt) if self._reached is None else self._reached
        stops = [stop for stop in failure_stops(moment) if (stop.position - here) * step > 0]
        if not stops:
            self.say(f"no {'later' if step > 0 else 'earlier'} failure in this run")
            return
        stop = stops[0] if step > 0 else stops[-1]
        if stop.chunk_index is None:
            self._reached = stop.position
            self.shell.open_raw(stop.evidence.places[0])
            return
        self.chunk_index, self.attempt, self._reached = stop.chunk_index, stop.attempt, None
        self.repaint()

    def _move_to_failure(self, step: int) -> None:
        """Time is in the user's hand: to that moment, and to the chunk that failed there."""
        words = self.shell.travel.go(Kind.FAILURE, step, self.run_id)
        moment = self.session.moment(self.run_id)
        if not words and moment is not None:
            stop = next((stop for stop in failure_stops(moment) if stop.position == moment.state.positions - 1), None)
            if stop is not None and stop.chunk_index is not None:
                self.chunk_index, self.attempt, self._reached = stop.chunk_index, stop.attempt, None
        self.moved(words)

    # ------------------------------------------------------------------------------------------------ look and move

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
        if self.view is not None:
            self.shell.copy(*self._wanted(self.view, self.focused.id if self.focused is not None else None))

    def _wanted(self, view: ChunkView, focused: str | None) -> tuple[str, str]:
        """What `y` copies, and what it is called; of what is not there the next best."""
        error = self.selected.text if self.selected is not None else ""
        line = self._line_at(self.selected) if focused == "raw" and self.selected is not None else None
        if line is not None:
            return copied_text(line), "the line"
        if error and (focused == "error" or (focused != "chunk" and not view.query)):
            return error, "the error"
        if view.query and focused != "chunk":
            return view.query, "the query"
        keys = next((row.spans[0].text for row in view.facts if row.label == "keys"), "unknown")
        return f"{view.run_id} chunk {view.chunk_index}: {keys}", "chunk and range"

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
