"""The verdict, and the findings that it rests on.

The producer's status is one witness among several: rows, checks, chunks and
silence are others. Which verdict follows from what, and which codes there are,
is PRODUCT.md's ("The model"). The words for all this stand in `answers/`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from runwatch.core import events as ev
from runwatch.core.index import RunLog
from runwatch.core.run import COMPLETED, NOWHERE, PENDING, RunState
from runwatch.core.times import MILLISECOND, SECOND, parse_time

EVIDENCE_AT_MOST = 20
VERDICTS = ("failed", "contradicted", "lost", "stalled", "degraded", "running", "succeeded", "skipped")
"""Worst first."""
ATTENTION = frozenset({"failed", "lost", "contradicted", "degraded", "stalled"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact against another fact (`contradiction`), or a missing one (`gap`)."""

    code: str
    severity: str
    positions: tuple[int, ...]
    """At most `EVIDENCE_AT_MOST`, in the order of the log."""
    facts: dict[str, Any] = field(default_factory=dict)
    """The numbers of the sentence."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a run without an outcome has been silent, and how long is usual for it. In ns."""

    length: int | None
    """None where the run has no time at all."""
    usual: int
    longest_gap: int
    is_seen_alive: bool
    gone: ev.ProducerSeen | None
    """The producer is known to be gone: this says so."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run comes to at one moment."""

    verdict: str
    findings: tuple[Finding, ...]
    silence: Silence | None
    """None once it has ended."""
    stale_after: int


def judge(state: RunState, log: RunLog, now: int, stale_after: int, arrived: int | None = None) -> Judgement:
    """The verdict at `now`. Times in ns; `arrived` is when its last line came, if we watched it come."""
    findings = tuple(finding for look in _LOOKS for finding in look(state, log))
    if state.outcome == NOWHERE:
        silence = _silence(state, log, now, stale_after, arrived)
        return Judgement(_verdict_of_silence(silence, stale_after), findings, silence, stale_after)
    return Judgement(_verdict_of_outcome(state, log, findings), findings, None, stale_after)


def _verdict_of_outcome(state: RunState, log: RunLog, findings: tuple[Finding, ...]) -> str:
    status = _outcome(state, log).status
    if status != "success":
        return "skipped" if status == "skipped" else "failed"
    if any(finding.severity == "contradiction" for finding in findings):
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
    length = None
    if state.last_heard != NOWHERE:
        heard = log.time(state.last_heard)
        if heard is None:
            heard = log.moment(state.last_heard)
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
    until = None if seen.until is None else parse_time(seen.until)
    if until is None or until[0] > now:
        return True, None
    heard = None if state.last_heard == NOWHERE else log.moment(state.last_heard)
    return False, None if heard is not None and heard > until[0] else seen


def _outcome(state: RunState, log: RunLog) -> ev.RunCompleted:
    outcome = log.event(state.outcome)
    assert isinstance(outcome, ev.RunCompleted)
    return outcome


def plan_of(state: RunState, log: RunLog) -> ev.PlanResolved | None:
    """The first plan, if there is one."""
    plan = log.event(state.plan) if state.plan != NOWHERE else None
    assert plan is None or isinstance(plan, ev.PlanResolved)
    return plan


def progress_of(state: RunState, log: RunLog) -> ev.Progress | None:
    """What a live source last said of the totals."""
    progress = log.event(state.progress_positions[-1]) if state.progress_positions else None
    assert progress is None or isinstance(progress, ev.Progress)
    return progress


def rows_of(state: RunState, log: RunLog) -> int | None:
    """The rows folded; None where nothing in the log could have told."""
    if state.is_written:
        return state.files.total_rows + state.nameless_rows
    progress = progress_of(state, log)
    if progress is not None:
        return progress.rows
    return 0 if state.plan != NOWHERE else None


def _is_success(state: RunState, log: RunLog) -> bool:
    return state.outcome != NOWHERE and _outcome(state, log).status == "success"


Looks = Iterable[Finding]


def _found(code: str, severity: str, positions: Iterable[int], **facts: Any) -> Finding:
    """A finding; an array of positions is in order already, and can be long."""
    ordered = positions if isinstance(positions, array) else sorted(set(positions))
    return Finding(code, severity, tuple(ordered[:EVIDENCE_AT_MOST]), {**facts, "places": len(ordered)})


def _reconcile(state: RunState, log: RunLog) -> Looks:
    if state.reconciliation == NOWHERE:
        return
    result = log.event(state.reconciliation)
    assert isinstance(result, ev.ReconciliationResult)
    where = [state.reconciliation]
    source, exported = result.source_count, result.exported_rows
    if not result.matched or source != exported:
        yield _found(
            "reconcile_mismatch", "contradiction", where, source=source, exported=exported, matched=result.matched
        )
    plan, rows = plan_of(state, log), rows_of(state, log)
    if rows is not None and rows != exported and not (plan is not None and plan.resume):
        yield _found("reconcile_rows", "contradiction", where, exported=exported, rows=rows)


def _validation_failed(state: RunState, log: RunLog) -> Looks:
    if state.validation != NOWHERE:
        result = log.event(state.validation)
        if isinstance(result, ev.ValidationResult) and not result.passed:
            yield _found("validation_failed", "contradiction", [state.validation])


def _quality_fail(state: RunState, log: RunLog) -> Looks:
    if not _is_success(state, log):
        return
    fails = [position for position in state.quality if _severity(log, position) == "FAIL"]
    if fails:
        yield _found("quality_fail", "contradiction", fails, count=len(fails))


def _severity(log: RunLog, position: int) -> str:
    issue = log.event(position)
    return issue.severity if isinstance(issue, ev.QualityIssue) else ""


def _chunk_unresolved(state: RunState, log: RunLog) -> Looks:
    chunks = state.chunks
    total = len(chunks.indexes)
    unresolved = total - chunks.counts[COMPLETED]
    if not unresolved or not _is_success(state, log):
        return
    slots = [slot for slot in (*chunks.troubled, *chunks.open) if chunks.states[slot] != COMPLETED]
    if chunks.counts[PENDING]:
        slots += [slot for slot, chunk_state in enumerate(chunks.states) if chunk_state == PENDING]
    positions = (_last_word(state, slot) for slot in slots)
    yield _found(
        "chunk_unresolved", "contradiction", (at for at in positions if at != NOWHERE), count=unresolved, total=total
    )


def _last_word(state: RunState, slot: int) -> int:
    """Where the log last spoke of a chunk's state."""
    chunks = state.chunks
    attempt = chunks.last_attempt[slot]
    if attempt == NOWHERE:
        return chunks.planned[slot]
    end = chunks.attempt_end[attempt]
    return chunks.attempt_start[attempt] if end == NOWHERE else end


def _chunk_written_twice(state: RunState, log: RunLog) -> Looks:
    chunks = state.chunks
    if chunks.written_twice:
        positions = (
            chunks.part_position[part]
            for slot in chunks.written_twice
            for part in chunks.parts(slot)
            if chunks.part_file[part] != NOWHERE
        )
        indexes = sorted(chunks.indexes[slot] for slot in chunks.written_twice)
        yield _found("chunk_written_twice", "contradiction", positions, count=len(indexes), first=indexes[0])


def _rows_disagree(state: RunState, log: RunLog) -> Looks:
    if state.files.disagreeing:
        first = state.files.disagreeing[1]
        name = getattr(log.event(first), "file_name", "")
        counts = [getattr(log.event(at), "rows", 0) for at in state.files.disagreeing[:2]]
        yield _found("rows_disagree", "contradiction", list(state.files.disagreeing), file=name, counts=counts)


def _after_end(state: RunState, log: RunLog) -> Looks:
    statuses = []
    for at in state.outcomes:
        outcome = log.event(at)
        assert isinstance(outcome, ev.RunCompleted)
        statuses.append(outcome.status)
    differing = list(state.outcomes) if len(set(statuses)) > 1 else []
    if state.after_end or differing:
        yield _found(
            "after_end", "contradiction", [*state.after_end, *differing], count=len(state.after_end), statuses=statuses
        )


def _check_not_reported(state: RunState, log: RunLog) -> Looks:
    plan = plan_of(state, log)
    if plan is None or not _is_success(state, log):
        return
    missing = []
    if plan.validate and state.validation == NOWHERE:
        missing.append("validation")
    if plan.reconcile and state.reconciliation == NOWHERE:
        missing.append("reconciliation")
    if missing:
        yield _found("check_not_reported", "gap", [state.plan], checks=missing)


def _validation_partial(state: RunState, log: RunLog) -> Looks:
    if state.validation != NOWHERE and state.files_since_validation and _is_success(state, log):
        yield _found(
            "validation_partial",
            "gap",
            [state.validation],
            after=state.files_since_validation,
            files=len(state.files.rows),
        )


def _gaps(state: RunState, log: RunLog) -> Looks:
    if state.clock_backwards:
        yield _found("clock_backwards", "gap", state.clock_backwards, count=len(state.clock_backwards))
    if state.plan == NOWHERE:
        yield _found("no_plan", "gap", [])
    if state.time_unknown:
        yield _found("time_unknown", "gap", state.time_unknown, count=len(state.time_unknown))


_LOOKS: tuple[Callable[[RunState, RunLog], Looks], ...] = (
    _reconcile,
    _validation_failed,
    _quality_fail,
    _chunk_unresolved,
    _chunk_written_twice,
    _rows_disagree,
    _after_end,
    _check_not_reported,
    _validation_partial,
    _gaps,
)
