"""Key 4: the outcome and the checks, one by one."""

from __future__ import annotations

from runwatch.ui.answer_pane import AnswerPane


class SucceededPane(AnswerPane):
    """The answer to "did it succeed?"."""

    KEY = "4"
    NAME = "Succeeded"
    LABEL = 16
    """Room for `reconciliation` behind the mark."""
