"""The body of the Run screen: the verdict, the four panes, the stage, and where each has its place."""

from __future__ import annotations

from datetime import tzinfo

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widget import Widget

from runwatch.answers.run import RunView
from runwatch.answers.view import Mark
from runwatch.ui.answer_pane import AnswerPane
from runwatch.ui.pane_tabs import PaneTabs
from runwatch.ui.panes.degraded import DegradedPane
from runwatch.ui.panes.happened import HappenedPane
from runwatch.ui.panes.planned import PlannedPane
from runwatch.ui.panes.succeeded import SucceededPane
from runwatch.ui.run_heights import Form, Heights, form_of, heights
from runwatch.ui.stage import StageBox
from runwatch.ui.verdict_line import VerdictLine

PANES: tuple[type[AnswerPane], ...] = (PlannedPane, HappenedPane, DegradedPane, SucceededPane)
"""The table of panes: in the order of their keys, and of the answers."""


class RunBoard(Vertical):
    """Attributes down: `show` a view, `fit` a size. What the user does comes up as messages."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.view: RunView | None = None
        self.zone: tzinfo | None = None
        self.current = 1
        """The pane that is shown where there is room for one; the last one focused."""
        self.maximised: Widget | None = None
        """A pane, or the stage, alone below the verdict."""
        self._screen_size = (0, 0)
        self._listing = False
        """The notable events have the focus."""

    def compose(self) -> ComposeResult:
        yield VerdictLine(id="verdict")
        yield PaneTabs(id="tabs")
        with Container(id="panes"):
            for pane in PANES:
                yield pane(id=pane.NAME.lower(), classes="box")
        yield StageBox(id="stage", classes="box")

    @property
    def verdict(self) -> VerdictLine:
        """The badge and the reasons."""
        return self.query_one(VerdictLine)

    @property
    def panes(self) -> list[AnswerPane]:
        """All four."""
        return list(self.query(AnswerPane))

    @property
    def stage(self) -> StageBox:
        """Chunks, time, notable events."""
        return self.query_one(StageBox)

    @property
    def form(self) -> Form:
        """How much of it there is room for."""
        return form_of(*self._screen_size)

    # ------------------------------------------------------------------------------------------------ what is shown

    def show(self, view: RunView, zone: tzinfo) -> None:
        """This run, at this moment."""
        if (view, zone) == (self.view, self.zone):
            return
        is_other = self.view is None or self.view.run_id != view.run_id
        self.view, self.zone = view, zone
        self.deal_out()
        if is_other:
            self._point_at_story(view)

    def _point_at_story(self, view: RunView) -> None:
        """The cursor of the notable events starts on what the verdict is about."""
        mark = {"contradicted": Mark.CONTRADICTED, "degraded": Mark.DEGRADED}.get(view.verdict.verdict)
        marks = [notable.mark for notable in view.stage.notables]
        if mark in marks:
            self.stage.list.move_to(marks.index(mark))

    def fit(self, width: int, height: int) -> None:
        """The whole screen's size, header and footer included."""
        self._screen_size = (width, height)
        self.deal_out()

    def deal_out(self) -> None:
        """Give each part its lines, and what is seen its view."""
        view, form = self.view, self.form
        if view is None or self.zone is None:
            return
        before = self.classes
        for each in Form:
            self.set_class(form is each, f"-{each.value}", update=False)
        alone = self.maximised in self.panes
        self.set_class(self.maximised is not None, "-maximised", update=False)
        one = alone or form is not Form.FULL
        for number, pane in enumerate(self.panes):
            pane.display = not one or number == self.current
            pane.shape(roomy=alone, tiny=form is Form.TINY)
            if pane.display:
                pane.show(view.answers[number])
                pane.show_title(on=form is Form.FULL)
        self.query_one(PaneTabs).show(view.answers, self.current)
        wants, has_map = self._wants(one=one), bool(view.stage.states)
        self._set_heights(heights(*self._screen_size, wants, has_map=has_map, listing=self._listing))
        if self.classes != before:
            self.update_node_styles()  # once: each time it goes through all that is below
        self.stage.show(view.stage, self.zone, has_ended=view.has_ended)

    def _wants(self, *, one: bool) -> tuple[int, int]:
        """Lines that the upper and the lower panes would fill, or the one that is shown."""
        width = self._screen_size[0] if one else self._screen_size[0] // 2
        wants = [pane.wanted_height(width) if pane.display else 0 for pane in self.panes]
        return (max(wants), 0) if one else (max(wants[:2]), max(wants[2:]))

    def _set_heights(self, dealt: Heights) -> None:
        """Only inline styles here: what a style sheet can say stands in `run.tcss`."""
        panes, stage, view = self.query_one("#panes"), self.stage, self.view
        if view is not None:
            self.verdict.show(view.verdict, dealt.verdict)
        self.set_class(dealt.gap > 0, "-gap", update=False)
        alone, tiny = self.maximised is not None, self.form is Form.TINY
        panes.display = self.maximised is not stage and dealt.upper > 0
        panes.styles.height = "1fr" if alone or tiny else dealt.upper + dealt.lower
        panes.styles.grid_rows = f"{dealt.upper} {dealt.lower}" if dealt.lower and not alone else "1fr"
        panes.styles.grid_size_columns = 2 if dealt.lower and not alone else 1
        stage.display = self.maximised is stage or (not alone and dealt.stage > 0)
        stage.styles.height = dealt.stage if tiny and not alone else "1fr"

    # ------------------------------------------------------------------------------------------------ focus

    def focus_pane(self, number: int) -> None:
        """Show this pane if it is hidden, and focus it; where one is maximised it takes that one's place."""
        self.current = number
        pane = self.panes[number]
        if self.maximised is not None:
            self.maximised = pane
        self.deal_out()
        pane.focus()

    def notable_at(self, position: int) -> int | None:
        """The notable event that stands at this position of the run."""
        return next((index for index, found in enumerate(self.stage.notables) if found.position == position), None)

    def focus_notable(self, index: int) -> None:
        """The list's cursor on this event, the map's on its chunk."""
        if self.maximised in self.panes:
            self.maximised = self.stage
        stage = self.stage
        stage.list.move_to(index)
        chunk = stage.notables[index].chunk_index
        if chunk is not None and chunk in stage.map.view.indexes:
            stage.map.move_to(stage.map.view.indexes.index(chunk))
        self._listing = True
        self.deal_out()
        stage.list.focus()

    def cycle(self, focused: Widget | None, step: int) -> None:
        """Panes, map, notable events, verdict, and round again; what is empty is left out."""
        stage = self.stage
        stops: list[Widget] = [*self.panes]
        stops += [stage.map] if stage.map.view.states else []
        stops += [stage.bar] if stage.bar.view.start is not None else []
        stops += [stage.list] if stage.notables else []
        stops.append(self.verdict)
        at = stops.index(focused) + step if focused in stops else 0
        target = stops[at % len(stops)]
        if isinstance(target, AnswerPane):
            self.focus_pane(self.panes.index(target))
            return
        if target is not self.verdict and self.maximised is not None:
            self.maximised = stage
        self._listing = target is stage.list
        self.deal_out()
        target.focus()

    def follow_focus(self, widget: Widget) -> None:
        """The focus came here, perhaps by a click."""
        listing = widget is self.stage.list
        current = self.panes.index(widget) if isinstance(widget, AnswerPane) else self.current
        if (listing, current) != (self._listing, self.current):
            self._listing, self.current = listing, current
            self.deal_out()

    def toggle_maximised(self, focused: Widget | None) -> None:
        """What has the focus, alone below the verdict; or everything again."""
        if not self.restore():
            on_stage = focused is not None and self.stage in focused.ancestors_with_self
            self.maximised = self.stage if on_stage else self.panes[self.current]
            self.deal_out()

    def restore(self) -> bool:
        """Everything again; False if nothing is maximised."""
        was = self.maximised is not None
        self.maximised = None
        if was:
            self.deal_out()
        return was

    def forget(self) -> None:
        """Another run comes: no cursor of this one stays."""
        self.verdict.forget()
        for pane in self.panes:
            pane.cursor, pane.top = -1, 0
