"""What the user points at on the Run screen: its words, its places in the log, and the chunk it leads to."""

from __future__ import annotations

from msgspec import Struct
from textual.widget import Widget

from runwatch.answers.chunk import chunk_view
from runwatch.answers.notable import Notable
from runwatch.answers.run import RunView
from runwatch.answers.view import Mark
from runwatch.core.places import Place
from runwatch.core.runs import Moment
from runwatch.ui.answer_pane import AnswerPane, row_text
from runwatch.ui.run_board import RunBoard
from runwatch.ui.stage_views import chunk_foot
from runwatch.ui.verdict_line import VerdictLine
from runwatch.ui.widgets.chunk_map import ChunkMap
from runwatch.ui.widgets.virtual_list import VirtualList

FAILURES = (Mark.FAILED, Mark.INTERRUPTED)
DEGRADATIONS = (Mark.DEGRADED,)


class Selection(Struct, frozen=True):
    """Something on the screen that can be copied, and opened."""

    text: str = ""
    """To copy; empty: the run_id."""
    what: str = "run_id"
    """What was copied."""
    places: tuple[Place, ...] = ()
    chunk_index: int | None = None
    attempt: int = 0


def selection(board: RunBoard, focused: Widget | None, moment: Moment) -> Selection:
    """What the focus is on; without one the verdict's first reason."""
    if isinstance(focused, AnswerPane):
        return _of_pane(focused)
    if isinstance(focused, ChunkMap) and focused.view.states:
        return _of_chunk(moment, focused.view.indexes[focused.cursor])
    if isinstance(focused, VirtualList) and board.stage.selected is not None:
        return _of_notable(board.stage.selected)
    reason = board.view.verdict.reasons[0] if board.view is not None else None
    if reason is None:
        return Selection()
    if isinstance(focused, VerdictLine):
        return Selection(reason.text, "reason", reason.evidence.places)
    return Selection(places=reason.evidence.places)


def _of_pane(pane: AnswerPane) -> Selection:
    row = pane.selected
    if row is None:
        return Selection(places=pane.evidence.places)
    return Selection(row_text(row), "line", pane.evidence.places)


def _of_chunk(moment: Moment, index: int) -> Selection:
    view = chunk_view(moment, index)
    places = view.reason.evidence.places if view is not None else ()
    return Selection(chunk_foot(moment, index), "chunk", places, index)


def _of_notable(notable: Notable) -> Selection:
    text = f"{notable.what}: {notable.detail}" if notable.detail else notable.what
    return Selection(text, "line", notable.evidence.places, notable.chunk_index, notable.attempt)


def place_in_hand(board: RunBoard, focused: Widget | None) -> Place | None:
    """Where the event stands that the user points at: a notable one, or what proves a pane's row; None if at none."""
    stage, places = board.stage, tuple[Place, ...]()
    if focused is stage.list and stage.selected is not None:
        places = stage.selected.evidence.places
    elif isinstance(focused, AnswerPane) and focused.selected is not None:
        places = focused.evidence.places
    return next(iter(places), None)


def next_of(view: RunView, marks: tuple[Mark, ...], at: int, step: int) -> int | None:
    """The next notable event with one of these marks; `at` -1: from the beginning, or the end."""
    found = [number for number, notable in enumerate(view.stage.notables) if notable.mark in marks]
    if step > 0:
        return next((number for number in found if number > at), None)
    return next((number for number in reversed(found) if at < 0 or number < at), None)


def outcome_of(view: RunView, moment: Moment) -> int | None:
    """The notable event that ended the run; None while there is none."""
    outcome = moment.state.outcome
    return next((number for number, found in enumerate(view.stage.notables) if found.position == outcome), None)
