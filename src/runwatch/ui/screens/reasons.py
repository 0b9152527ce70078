"""Every reason of a verdict, each with what proves it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen

from runwatch.answers.view import Answer, Row, Span, VerdictView
from runwatch.core.places import Place
from runwatch.ui.answer_pane import AnswerPane
from runwatch.ui.keys import bindings, overlay_bindings


class ReasonsList(AnswerPane):
    """One reason after the other, numbered, in full."""

    LABEL = 4


class ReasonsScreen(ModalScreen[Place | None]):
    """Over the run; enter gives the place that proves the selected reason."""

    CSS_PATH = "reasons.tcss"
    BINDINGS = [*bindings("help"), *overlay_bindings("leave", "quit.copy")]
    AUTO_FOCUS = "ReasonsList"

    def __init__(self, view: VerdictView) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        shown = ReasonsList(classes="overlay")
        shown.roomy = True
        shown.border_title = Content(f"Why {self._view.verdict}")
        shown.border_subtitle = Content("enter opens the line, esc closes")
        yield shown

    def on_mount(self) -> None:
        rows = tuple(
            Row(str(number), (Span(" ".join(reason.text.split())),), evidence=reason.evidence)
            for number, reason in enumerate(self._view.reasons, 1)
        )
        shown = self.query_one(ReasonsList)
        shown.show(Answer("", "", "", rows))
        shown.cursor = 0

    def on_answer_pane_opened(self, event: AnswerPane.Opened) -> None:
        """The first place of the selected reason."""
        places = event.pane.evidence.places
        if places:
            self.dismiss(places[0])

    def action_back(self) -> None:
        """Nothing was chosen."""
        self.dismiss(None)
