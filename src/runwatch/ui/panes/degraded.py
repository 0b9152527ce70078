"""Key 3: what went less well than planned."""

from __future__ import annotations

from runwatch.ui.answer_pane import AnswerPane


class DegradedPane(AnswerPane):
    """The answer to "what degraded?"."""

    KEY = "3"
    NAME = "Degraded"
