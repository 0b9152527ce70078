"""One run: the verdict, the four answers, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.widget import Widget

from runwatch.core.places import Place
from runwatch.session.stops import Kind
from runwatch.ui.answer_pane import AnswerPane
from runwatch.ui.line import Bit, Line, wrap
from runwatch.ui.notice import Notice, is_too_small, small_lines
from runwatch.ui.pane_tabs import PaneTabs
from runwatch.ui.reading import ahead_words
from runwatch.ui.run_board import RunBoard
from runwatch.ui.run_selection import DEGRADATIONS, FAILURES, Selection, next_of, outcome_of, place_in_hand, selection
from runwatch.ui.safe import line_text
from runwatch.ui.screens.finding import FindingPage, Wanted
from runwatch.ui.screens.marked import Event
from runwatch.ui.screens.one_run import OneRun
from runwatch.ui.screens.reasons import ReasonsScreen
from runwatch.ui.stage_views import chunk_foot
from runwatch.ui.verdict_line import VerdictLine
from runwatch.ui.widgets.chunk_map import ChunkMap
from runwatch.ui.widgets.virtual_list import VirtualList

_STORY = {"contradicted": 3, "degraded": 2}
"""The pane that tells why; else Happened."""


class RunPage(OneRun, FindingPage):
    """Everything about one run at one moment."""

    NAME = "run"
    CSS_PATH: ClassVar = Path(__file__).with_name("run.tcss")

    def __init__(self, run_id: str, *, at_outcome: bool = False) -> None:
        super().__init__(run_id)
        self._at_outcome = at_outcome
        self._has_focused = False

    def body(self) -> Iterable[Widget]:
        """The board, and the words that stand in its place."""
        yield RunBoard(id="board")
        yield Notice(id="notice")

    @property
    def board(self) -> RunBoard:
        """Verdict, panes and stage."""
        return self.query_one(RunBoard)

    # ------------------------------------------------------------------------------------------------ what is shown

    def show_moment(self) -> None:
        """The run on the board, or why it is not there."""
        view = self.view
        small = is_too_small(*self.size)
        self.set_class(small, "-small")
        self.set_class(view is None, "-absent")
        if view is None or small:
            self.query_one(Notice).show(self._words)
        if view is not None:
            self.board.show(view, self.zone)
            if not self._has_focused:
                self._has_focused = True
                self.call_after_refresh(self._focus_story)

    def _words(self, width: int, height: int) -> tuple[Line, ...]:
        if self.view is not None:
            return small_lines(self.view.verdict.verdict, self.view.export, width, height)
        text = line_text(f"{self.run_id}: {ahead_words(self.session, self.run_id) or 'not known at this moment'}")
        return tuple((Bit(row, "$muted"),) for row in wrap(text, width))

    def fit_parts(self) -> None:
        """Parts come and go with the size."""
        self.board.fit(*self.size)

    def _focus_story(self) -> None:
        """The focus starts where the story is told; at the outcome, if that was asked for."""
        view = self.view
        end = None
        if view is not None and self.moment is not None and self._at_outcome:
            end = outcome_of(view, self.moment)
        if end is not None:
            self.board.focus_notable(end)
        elif view is not None:
            self.board.focus_pane(_STORY.get(view.verdict.verdict, 1))

    # ------------------------------------------------------------------------------------------------ panes

    def action_pane(self, number: int) -> None:
        """1 to 4."""
        self.board.focus_pane(number - 1)

    def action_overview(self) -> None:
        """All that there is room for."""
        self.board.restore()

    def action_maximise(self) -> None:
        """What has the focus, alone; or back."""
        self.board.toggle_maximised(self.focused)

    def action_next_pane(self) -> None:
        """Panes, map, notable events, verdict."""
        self.board.cycle(self.focused, 1)

    def action_previous_pane(self) -> None:
        """The other way round."""
        self.board.cycle(self.focused, -1)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click may have brought it."""
        self.board.follow_focus(event.widget)

    def on_pane_tabs_chosen(self, event: PaneTabs.Chosen) -> None:
        """A tab was clicked."""
        self.board.focus_pane(event.number)

    def peel(self) -> bool:
        """Maximised first."""
        return self.board.restore()

    # ------------------------------------------------------------------------------------------------ drill

    def on_chunk_map_highlighted(self, event: ChunkMap.Highlighted) -> None:
        """The foot names the chunk under the cursor."""
        if self.moment is not None and event.chunk_map.has_focus:
            self.board.stage.point(chunk_foot(self.moment, event.index))

    def on_chunk_map_selected(self, event: ChunkMap.Selected) -> None:
        """The chunk, on its own page."""
        self.shell.open_chunk(self.run_id, event.index)

    def on_virtual_list_selected(self, event: VirtualList.Selected) -> None:
        """The attempt, or the line that says so."""
        self._open(self._selected())

    def on_answer_pane_opened(self, event: AnswerPane.Opened) -> None:
        """The one event that the figure rests on, or all of them as a list."""
        figure = event.pane.figure
        if figure is not None and figure.query:
            self.shell.open_events(self.run_id, figure.query)
        elif figure is not None and not figure.evidence.places:
            self.say("no event of the log says this")
        else:
            self._open(self._selected())

    def on_verdict_line_opened(self, event: VerdictLine.Opened) -> None:
        """Every reason, with what proves it."""
        if self.view is not None:
            self.app.push_screen(ReasonsScreen(self.view.verdict), self._open_place)

    def _selected(self) -> Selection:
        return Selection() if self.moment is None else selection(self.board, self.focused, self.moment)

    def _open(self, selected: Selection) -> None:
        if selected.chunk_index is not None:
            self.shell.open_chunk(self.run_id, selected.chunk_index, selected.attempt)
        else:
            self._open_place(next(iter(selected.places), None), "no line of the log stands behind this")

    def _open_place(self, place: Place | None, otherwise: str = "") -> None:
        if place is not None:
            self.shell.open_raw(place)
        elif otherwise:
            self.say(otherwise)

    def action_raw(self) -> None:
        """The line of the log behind what is selected."""
        self._open_place(self.line_place(), "no line of the log stands behind this")

    def line_place(self) -> Place | None:
        """The line behind what is selected."""
        return next(iter(self._selected().places), None)

    def action_events(self) -> None:
        """The log of the run."""
        self.shell.open_events(self.run_id)

    def action_copy(self) -> None:
        """What is selected, else the run_id."""
        selected = self._selected()
        self.shell.copy(selected.text or self.run_id, selected.what)

    def event_in_hand(self) -> Event | None:
        """The notable event under the cursor, what proves the selected row; else the last event at this moment."""
        if self.moment is None:
            return None
        place = place_in_hand(self.board, self.focused)
        return (self.run_id, self.moment.state.positions - 1) if place is None else self.event_at(place)

    # ------------------------------------------------------------------------------------------------ find

    def find(self, wanted: Wanted, step: int) -> None:
        """A failed or interrupted attempt, else the outcome; a quality issue, a schema change, a warning."""
        if self.view is None:
            return
        marks = FAILURES if wanted == "failure" else DEGRADATIONS
        stage = self.board.stage
        at = stage.list.cursor if stage.list.has_focus else -1
        found = next_of(self.view, marks, at, step)
        if found is not None:
            self.board.focus_notable(found)
        elif at < 0 or next_of(self.view, marks, -1, step) is None:
            self.say(f"no {wanted} in this run")
        else:
            self.say(f"no {wanted} {'behind' if step > 0 else 'before'} this one")

    def go(self, kind: Kind, step: int) -> None:
        """The cursor goes along, to what happened there."""
        super().go(kind, step)
        if self.view is None or self.moment is None or kind is Kind.EVENT or self.focused is self.board.stage.bar:
            return
        number = self.board.notable_at(self.moment.state.positions - 1)
        if number is not None:
            self.board.focus_notable(number)

    def forget(self) -> None:
        """Another run comes: no cursor of this one stays."""
        self.board.forget()
