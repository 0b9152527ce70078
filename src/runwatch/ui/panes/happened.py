"""Key 2: what it did so far, and how fast."""

from __future__ import annotations

from runwatch.ui.answer_pane import AnswerPane


class HappenedPane(AnswerPane):
    """The answer to "what happened?"."""

    KEY = "2"
    NAME = "Happened"
