"""Key 1: what the run set out to do."""

from __future__ import annotations

from runwatch.ui.answer_pane import AnswerPane


class PlannedPane(AnswerPane):
    """The answer to "what was planned?"."""

    KEY = "1"
    NAME = "Planned"
