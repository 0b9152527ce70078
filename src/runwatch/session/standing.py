"""A run in a few figures: what it comes to at the moment shown, and when time alone will make it another."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from runwatch.answers.degraded import degradations
from runwatch.answers.overview import failures
from runwatch.core.causes import Causes
from runwatch.core.index import NEVER
from runwatch.core.run import NOWHERE
from runwatch.core.runs import Moment, Run
from runwatch.core.times import SECOND
from runwatch.core.when import ends

ALWAYS = 2**63
"""Later than any moment: where what is live stands."""


class Standing(Struct, frozen=True, eq=False):
    """What a run comes to at the moment shown, as far as lists and counts of runs need it."""

    run_id: str
    export: str = ""
    verdict: str = ""
    """Empty where the run had not begun, or said nothing that is known."""
    began: int = NEVER
    last: int = NEVER
    """The last event's moment, ns; both NEVER where the run has no time."""
    span: tuple[int, int] = (ALWAYS, NEVER)
    """The first and the last moment of all that was read of it."""
    failures: int = 0
    degraded: int = 0
    unknown: int = 0
    """Events that are not known."""
    causes: Causes | None = None
    """Why attempts failed; None where none did."""
    is_open: bool = False
    """It has not ended, so time alone can change it."""
    turns: int | None = None
    """When time alone will change its verdict next; None: never."""
    is_selected: bool = False
    """The options ask for it."""

    @property
    def place(self) -> tuple[int, str]:
        """Newest start first, then by run_id."""
        return -self.began, self.run_id


def standing_of(
    run: Run, moment: Moment | None, is_asked_for: Callable[[str, str], bool], *, is_whole: bool
) -> Standing:
    """What the run comes to at this moment; None where it had not begun."""
    log, unknown = run.log, run.state.unknown
    span = (log.moments[0], log.moments[-1]) if log.moments else (ALWAYS, NEVER)
    if moment is None:
        return Standing(run.run_id, unknown=unknown, span=span)
    state = moment.state
    first, last = ends(state)
    return Standing(
        run_id=run.run_id,
        export=moment.export,
        verdict=moment.judgement.verdict,
        began=log.moments[first],
        last=log.moments[last],
        span=span,
        failures=failures(moment),
        degraded=degradations(moment),
        unknown=unknown,
        causes=state.causes if len(state.causes) else None,
        is_open=moment.judgement.silence is not None,
        turns=turning_point(moment) if is_whole else None,
        is_selected=is_asked_for(run.run_id, moment.export),
    )


def turning_point(moment: Moment) -> int | None:
    """When time alone will change the verdict next, or it must be asked again; None: only an event can."""
    silence = moment.judgement.silence
    if silence is None or silence.length is None or silence.gone is not None:
        return None
    if silence.length <= silence.usual:
        turns: int | None = moment.now + silence.usual - silence.length + 1
    elif silence.is_seen_alive or moment.judgement.verdict == "lost":
        turns = None
    else:
        turns = moment.now + moment.judgement.stale_after - silence.length
    if moment.state.producer != NOWHERE:  # a lease may run out before that
        return min(turns or ALWAYS, moment.now + SECOND)
    return turns
