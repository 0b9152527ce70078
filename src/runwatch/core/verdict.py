"""The verdict, and the findings that it rests on.

The producer's status is one witness among several: rows, checks, chunks and
silence are others. Which verdict follows from what, and which codes there are,
is PRODUCT.md's ("The model"). The words for all this stand in `answers/`.
"""

from __future__ import annotations

from msgspec import Struct

from runwatch.core import events as ev
from runwatch.core.findings import Finding, findings, outcome_of
from runwatch.core.index import RunLog
from runwatch.core.run import NOWHERE, RunState
from runwatch.core.times import MILLISECOND, SECOND, parse_time

VERDICTS = ("failed", "contradicted", "lost", "stalled", "degraded", "running", "succeeded", "skipped")
"""Worst first."""
ATTENTION = VERDICTS[:5]
"""Those that somebody has to look into."""


class Silence(Struct, frozen=True, gc=False):
    """How long a run without an outcome has been silent, and how long is usual for it. In ns."""

    length: int | None
    """None where the run has no time at all."""
    usual: int
    longest_gap: int
    is_seen_alive: bool
    gone: ev.ProducerSeen | None
    """The producer is known to be gone: this says so."""


class Judgement(Struct, frozen=True, gc=False):
    """What a run comes to at one moment."""

    verdict: str
    findings: tuple[Finding, ...]
    silence: Silence | None
    """None once it has ended."""
    stale_after: int


def judge(state: RunState, log: RunLog, now: int, stale_after: int, arrived: int | None = None) -> Judgement:
    """The verdict at `now`. Times in ns; `arrived` is when its last line came, if we watched it come."""
    found = findings(state, log)
    if state.outcome == NOWHERE:
        silence = _silence(state, log, now, stale_after, arrived)
        return Judgement(_verdict_of_silence(silence, stale_after), found, silence, stale_after)
    return Judgement(_verdict_of_outcome(state, log, found), found, None, stale_after)


def _verdict_of_outcome(state: RunState, log: RunLog, found: tuple[Finding, ...]) -> str:
    status = outcome_of(state, log).status
    if status != "success":
        return "skipped" if status == "skipped" else "failed"
    if any(finding.severity == "contradiction" for finding in found):
        return "contradicted"
    return "degraded" if state.quality or state.schema or state.warnings else "succeeded"


def _verdict_of_silence(silence: Silence, stale_after: int) -> str:
    if silence.gone is not None:
        return "lost"
    if silence.length is None:
        return "stalled"
    if silence.length <= silence.usual:
        return "running"
    return "lost" if silence.length >= stale_after and not silence.is_seen_alive else "stalled"


def _silence(state: RunState, log: RunLog, now: int, stale_after: int, arrived: int | None) -> Silence:
    """Silence counts from the last entry's own time, or from its arrival if that is later; never negative."""
    last = state.positions - 1 if state.last_heard == NOWHERE else state.last_heard
    heard = log.time(last)
    if heard is None:
        heard = log.moment(last)
    if heard is not None and arrived is not None:
        heard = max(heard, arrived)
    length = None if heard is None else max(0, now - heard)
    usual = max(30 * SECOND, 3 * state.longest_gap) if state.longest_gap > SECOND else stale_after // 2
    usual += state.last_backoff_ms * MILLISECOND
    alive, gone = _producer(state, log, now)
    return Silence(length, usual, state.longest_gap, alive, gone)


def _producer(state: RunState, log: RunLog, now: int) -> tuple[bool, ev.ProducerSeen | None]:
    """(seen alive at `now`, the word that it is gone). An event later than that word takes it back."""
    if state.producer == NOWHERE:
        return False, None
    seen = log.event(state.producer)
    assert isinstance(seen, ev.ProducerSeen)
    if seen.until is None:
        return True, None
    until = parse_time(seen.until)
    if until is None:  # a time that cannot be read says neither
        return False, None
    if until[0] > now:
        return True, None
    heard = None if state.last_heard == NOWHERE else log.moment(state.last_heard)
    return False, None if heard is not None and heard > until[0] else seen
