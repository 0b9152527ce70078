"""Which run? A list of all that a log holds, over whatever is shown."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import tzinfo

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen

from runwatch.answers import units
from runwatch.answers.figures import duration_ms, started_at
from runwatch.core.runs import Run
from runwatch.core.times import MILLISECOND
from runwatch.core.when import ends
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
        self._rows = RunChoices(session, zone)

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


def _newest_first(run: Run) -> tuple[int, str]:
    return -(run.log.moment(ends(run.state)[0]) or 0), run.run_id


class RunChoices:
    """The runs as rows, each judged when it is looked at, and one for all of them."""

    def __init__(self, session: Session, zone: tzinfo) -> None:
        self._session = session
        self._zone = zone
        self._run_ids = [run.run_id for run in sorted(session.runs.all(), key=_newest_first)]
        self._places = {run_id: index for index, run_id in enumerate(self._run_ids)}

    @property
    def count(self) -> int:
        return len(self._run_ids) + 1

    def line(self, index: int, width: int) -> Line:
        """Verdict, export, when it began, how long it took, its events."""
        if index == len(self._run_ids):
            return (Bit(ALL, "$muted"),)
        moment, lean = self._session.whole(self._run_ids[index]), width < LEAN
        if moment is None:
            return ()
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
        return self._run_ids[index] if index < len(self._run_ids) else None

    def index_of(self, key: Hashable) -> int | None:
        return self._places.get(key) if isinstance(key, str) else len(self._run_ids)
