"""One run, whole: the verdict, the four answers, and the stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo

from msgspec import Struct

from runwatch.answers import degraded, happened, planned, succeeded
from runwatch.answers.reasons import verdict_view
from runwatch.answers.stage import Stage, stage
from runwatch.answers.view import Answer, VerdictView
from runwatch.core.runs import Moment, parse_run_id

QUESTIONS = (planned.answer, happened.answer, degraded.answer, succeeded.answer)
"""The four, in the order of the panes and of keys 1 to 4."""


class RunView(Struct, frozen=True):
    """Everything the Run screen shows."""

    run_id: str
    export: str
    short_id: str
    """The run_id behind the export's name: `20261123T181353.078`."""
    verdict: VerdictView
    answers: tuple[Answer, ...]
    stage: Stage
    has_ended: bool


def run_view(
    moment: Moment, zone: tzinfo = UTC, whole: Moment | None = None, bookmarks: Sequence[int] = ()
) -> RunView:
    """A run at a moment, as it is shown; `whole` where that is not the present, with all that was read of it.

    `bookmarks` are the positions of the events that the user has marked.
    """
    return RunView(
        run_id=moment.run_id,
        export=moment.export,
        short_id=parse_run_id(moment.run_id)[1],
        verdict=verdict_view(moment),
        answers=tuple(answer(moment, zone) for answer in QUESTIONS),
        stage=stage(moment, whole, bookmarks),
        has_ended=moment.state.has_ended,
    )
