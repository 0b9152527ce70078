"""Which run? A list of all that a log holds, over whatever is shown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import tzinfo

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen

from runwatch.answers import units
from runwatch.answers.figures import duration_ms, started_at
from runwatch.core.runs import Moment
from runwatch.core.times import MILLISECOND
from runwatch.session.session import Session
from runwatch.ui.keys import bindings, overlay_bindings
from runwatch.ui.line import Bit, Line, fit_line, width_of
from runwatch.ui.safe import bit, verdict_bits
from runwatch.ui.widgets.virtual_list import VirtualList

ALL = "all of them, on one clock"
LEAN = 56
"""Cells below which the number of events has no room."""


class ChooseRun(ModalScreen[str | None]):
    """Enter gives the run_id, or None for all of them; so does esc."""

    DEFAULT_CSS = """
    ChooseRun { align: center middle; }
    ChooseRun VirtualList { width: 76; max-width: 96%; height: auto; max-height: 80%; }
    """
    BINDINGS = [*bindings("help"), *overlay_bindings("leave", "quit.copy")]

    def __init__(self, session: Session, zone: tzinfo) -> None:
        super().__init__()
        found = (session.whole(run.run_id) for run in session.runs.all())
        moments = sorted((moment for moment in found if moment is not None), key=_newest_first)
        self._rows = RunChoices(moments, zone)

    def compose(self) -> ComposeResult:
        """The list alone."""
        shown = VirtualList(classes="overlay")
        shown.border_title = Content(f"Which of {self._rows.count - 1:,} runs?")
        shown.border_subtitle = Content("enter opens it, esc: all")
        yield shown

    def on_mount(self) -> None:
        """The first run is under the cursor."""
        shown = self.query_one(VirtualList)
        shown.styles.height = self._rows.count + 2
        shown.show(self._rows)
        shown.focus()

    def on_virtual_list_selected(self, event: VirtualList.Selected) -> None:
        """This one."""
        self.dismiss(event.key if isinstance(event.key, str) else None)

    def action_back(self) -> None:
        """None in particular."""
        self.dismiss(None)


def _newest_first(moment: Moment) -> tuple[int, str]:
    return -(started_at(moment) or 0), moment.run_id


class RunChoices:
    """The runs as rows, and one for all of them."""

    def __init__(self, moments: Sequence[Moment], zone: tzinfo) -> None:
        self._moments = moments
        self._zone = zone
        self._places = {moment.run_id: index for index, moment in enumerate(moments)}

    @property
    def count(self) -> int:
        return len(self._moments) + 1

    def line(self, index: int, width: int) -> Line:
        """Verdict, export, when it began, how long it took, its events."""
        if index == len(self._moments):
            return (Bit(ALL, "$muted"),)
        moment, lean = self._moments[index], width < LEAN
        start, length = started_at(moment), duration_ms(moment)
        began = units.UNKNOWN if start is None else units.clock(start, self._zone)
        took = units.UNKNOWN if length is None else units.duration(length * MILLISECOND)
        events = () if lean else fit_line((Bit(units.plural(moment.state.events, "event"), "$muted"),), 16, "right")
        behind: Line = (
            *fit_line((Bit(f" {began}", "$muted"),), 9),
            *fit_line((Bit(took, "$foreground"),), 8, "right"),
            *events,
        )
        front = fit_line(verdict_bits(moment.judgement.verdict, tiny=lean), 9 if lean else 15)
        room = max(0, width - width_of((*front, *behind)))
        return (*front, *fit_line((bit(moment.export, bold=True),), room), *behind)

    def key(self, index: int) -> Hashable:
        return self._moments[index].run_id if index < len(self._moments) else None

    def index_of(self, key: Hashable) -> int | None:
        return self._places.get(key) if isinstance(key, str) else len(self._moments)
