"""The findings: a fact against another fact, or a missing one, each with its evidence.

Which codes there are and when they are raised is PRODUCT.md's ("The model").
A code never changes its meaning. Each has one function here, and its sentence
in `answers/words.py`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct, field

from runwatch.core import events as ev
from runwatch.core.index import RunLog
from runwatch.core.run import COMPLETED, NOWHERE, PENDING, RunState

EVIDENCE_AT_MOST = 20
_LAST_WORDS = 8


class Finding(Struct, frozen=True):
    """A fact against another fact (`contradiction`), or a missing one (`gap`)."""

    code: str
    severity: str
    positions: tuple[int, ...]
    """At most `EVIDENCE_AT_MOST`, in the order of the log."""
    facts: dict[str, Any] = field(default_factory=dict)
    """The numbers of the sentence."""


def findings(state: RunState, log: RunLog) -> tuple[Finding, ...]:
    """All findings: contradictions first, each group in the order of PRODUCT.md."""
    found: list[Finding] = []
    for look in _LOOKS:
        found += look(state, log)
    return tuple(found)


def outcome_of(state: RunState, log: RunLog) -> ev.RunCompleted:
    """The last RunCompleted of a run that has one."""
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


def where_told(state: RunState, log: RunLog, name: str) -> int:
    """Where a live source last told one figure: most of its words are of the same figures."""
    last = islice(reversed(state.progress_positions), _LAST_WORDS)
    return next((position for position in last if getattr(log.event(position), name) is not None), NOWHERE)


def last_told(state: RunState, log: RunLog, name: str) -> int | None:
    """That figure."""
    position = where_told(state, log, name)
    return None if position == NOWHERE else getattr(log.event(position), name)


def rows_of(state: RunState, log: RunLog) -> int | None:
    """The rows folded; None where nothing in the log could have told."""
    if state.is_written:
        return state.files.total_rows + state.nameless_rows
    progress = progress_of(state, log)
    if progress is not None:
        return progress.rows
    return 0 if state.plan != NOWHERE else None


def _is_success(state: RunState, log: RunLog) -> bool:
    return state.outcome != NOWHERE and outcome_of(state, log).status == "success"


Looks = Sequence[Finding]
"""What a look finds: mostly nothing, and then it must cost nothing, for ten thousand small runs are judged too."""


def _found(code: str, severity: str, positions: Iterable[int], **facts: Any) -> Finding:
    """A finding; an array of positions is in order already, and can be long."""
    ordered = positions if isinstance(positions, array) else sorted(set(positions))
    return Finding(code, severity, tuple(ordered[:EVIDENCE_AT_MOST]), {**facts, "places": len(ordered)})


def _reconcile(state: RunState, log: RunLog) -> Looks:
    if state.reconciliation == NOWHERE:
        return ()
    result = log.event(state.reconciliation)
    assert isinstance(result, ev.ReconciliationResult)
    found, where = [], [state.reconciliation]
    source, exported = result.source_count, result.exported_rows
    if not result.matched or source != exported:
        counts = {"source": source, "exported": exported, "matched": result.matched}
        found.append(_found("reconcile_mismatch", "contradiction", where, **counts))
    plan, rows = plan_of(state, log), rows_of(state, log)
    if rows is not None and rows != exported and not (plan is not None and plan.resume) and state.resumes == NOWHERE:
        found.append(_found("reconcile_rows", "contradiction", where, exported=exported, rows=rows))
    return found


def _validation_failed(state: RunState, log: RunLog) -> Looks:
    if state.validation != NOWHERE:
        result = log.event(state.validation)
        if isinstance(result, ev.ValidationResult) and not result.passed:
            return (_found("validation_failed", "contradiction", [state.validation]),)
    return ()


def _quality_fail(state: RunState, log: RunLog) -> Looks:
    if not state.quality or not _is_success(state, log):
        return ()
    fails = [position for position in state.quality if _severity(log, position) == "FAIL"]
    return (_found("quality_fail", "contradiction", fails, count=len(fails)),) if fails else ()


def _severity(log: RunLog, position: int) -> str:
    issue = log.event(position)
    return issue.severity if isinstance(issue, ev.QualityIssue) else ""


def _chunk_unresolved(state: RunState, log: RunLog) -> Looks:
    chunks = state.chunks
    total = len(chunks.indexes)
    unresolved = total - chunks.counts[COMPLETED]
    if not unresolved or not _is_success(state, log):
        return ()
    slots = [slot for slot in (*chunks.troubled, *chunks.open) if chunks.states[slot] != COMPLETED]
    if chunks.counts[PENDING]:
        slots += [slot for slot, chunk_state in enumerate(chunks.states) if chunk_state == PENDING]
    positions = (at for slot in slots for at in _last_words(state, slot) if at != NOWHERE)
    return (_found("chunk_unresolved", "contradiction", positions, count=unresolved, total=total),)


def _last_words(state: RunState, slot: int) -> tuple[int, ...]:
    """Where the log spoke of a chunk's last attempt, or of its planning."""
    chunks = state.chunks
    attempt = chunks.last_attempt[slot]
    if attempt == NOWHERE:
        return (chunks.planned.get(slot, NOWHERE),)
    return chunks.attempt_start[attempt], chunks.attempt_end[attempt]


def _chunk_written_twice(state: RunState, log: RunLog) -> Looks:
    chunks = state.chunks
    slots = chunks.written_twice
    if not slots:
        return ()
    positions = (chunks.part_position[part] for slot in slots for part in chunks.parts_alone(slot))
    indexes = sorted(chunks.indexes[slot] for slot in slots)
    return (_found("chunk_written_twice", "contradiction", positions, count=len(indexes), first=indexes[0]),)


def _rows_disagree(state: RunState, log: RunLog) -> Looks:
    disputed = state.files.disputed
    if not disputed:
        return ()
    first = state.files.namings(next(iter(disputed)))
    name = getattr(log.event(first[0]), "file_name", "")
    counts = list(dict.fromkeys(getattr(log.event(at), "rows", 0) for at in first))
    positions = [at for row in disputed for at in state.files.namings(row)]
    return (_found("rows_disagree", "contradiction", positions, file=name, counts=counts[:2]),)


def _after_end(state: RunState, log: RunLog) -> Looks:
    if not state.after_end and len(state.outcomes) < 2:
        return ()
    statuses = []
    for at in state.outcomes:
        outcome = log.event(at)
        assert isinstance(outcome, ev.RunCompleted)
        statuses.append(outcome.status)
    differing = list(state.outcomes) if len(set(statuses)) > 1 else []
    if not state.after_end and not differing:
        return ()
    positions = [*state.after_end, *differing]
    return (_found("after_end", "contradiction", positions, count=len(state.after_end), statuses=statuses),)


def _check_not_reported(state: RunState, log: RunLog) -> Looks:
    plan = plan_of(state, log)
    if plan is None or not _is_success(state, log):
        return ()
    missing = []
    if plan.validate and state.validation == NOWHERE:
        missing.append("validation")
    if plan.reconcile and state.reconciliation == NOWHERE:
        missing.append("reconciliation")
    return (_found("check_not_reported", "gap", [state.plan], checks=missing),) if missing else ()


def _validation_partial(state: RunState, log: RunLog) -> Looks:
    if state.validation == NOWHERE or not _is_success(state, log):
        return ()
    after, named = state.files_named(state.validated)
    if not after:
        return ()
    positions = [state.validation, *islice(named, EVIDENCE_AT_MOST)]
    return (_found("validation_partial", "gap", positions, after=after, files=len(state.files)),)


def _gaps(state: RunState, log: RunLog) -> Looks:
    found = []
    if state.clock_backwards:
        found.append(_found("clock_backwards", "gap", state.clock_backwards, count=len(state.clock_backwards)))
    if state.plan == NOWHERE:
        found.append(_found("no_plan", "gap", []))
    if state.time_unknown:
        found.append(_found("time_unknown", "gap", state.time_unknown, count=len(state.time_unknown)))
    return found


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
