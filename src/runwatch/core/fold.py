"""An event into a run: one handler a variant.

The fold is total: any sequence of valid events gives a state. It is pure: the
state depends on the events and their order alone, so the state at T is the
fold of the events up to T, and folding in slices gives the same as at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

from runwatch.core import events as ev
from runwatch.core.index import NEVER, RunLog
from runwatch.core.run import COMPLETED, FAILED, INTERRUPTED, NOWHERE, RunState
from runwatch.core.text import mask
from runwatch.core.times import SECOND

_WORK = (ev.FileWritten, ev.ChunkStarted, ev.ChunkCompleted, ev.ChunkFailed)
"""A silence that ended in one of these is a gap the run has shown to be usual."""


def fold(state: RunState, log: RunLog, stop: int) -> None:
    """Fold the positions behind those already folded, up to but without `stop`."""
    for position in range(state.positions, stop):
        row = log.order[position]
        event = log.events[row]
        _note_time(state, log, position, row, event)
        if event.group == "unknown":
            state.unknown += 1
            continue
        if event.group != "source":
            state.events += 1
            if state.outcomes:
                _note_after_end(state, log, position, row, event)
        _FOLDS[type(event)](state, event, position, log)
    state.positions = max(state.positions, stop)


def _note_time(state: RunState, log: RunLog, position: int, row: int, event: ev.Event) -> None:
    """Keep what the times say: unknown ones, a clock that ran backwards, the longest gap."""
    time, moment = log.times[row], log.moments[position]
    if state.export_name is None:
        state.export_name = log.names[row]
    if time == NEVER:
        state.time_unknown.append(position)
    elif moment - time > SECOND:
        state.clock_backwards.append(position)
    if isinstance(event, ev.ProducerSeen):
        return
    if isinstance(event, _WORK) and state.last_heard != NOWHERE:
        state.longest_gap = max(state.longest_gap, moment - log.moments[state.last_heard])
    if state.first_heard == NOWHERE:
        state.first_heard = position
    state.last_heard = position


def _note_after_end(state: RunState, log: RunLog, position: int, row: int, event: ev.Event) -> None:
    """An event behind the first RunCompleted, with a time later than its or none."""
    if isinstance(event, ev.RunCompleted) or log.origin(position) == "tables":
        return
    ended = log.time(state.outcomes[0]) or log.moment(state.outcomes[0])
    time = log.times[row]
    if time == NEVER or (ended is not None and time > ended):
        state.after_end.append(position)


def _plan_resolved(state: RunState, event: ev.PlanResolved, position: int, log: RunLog) -> None:
    if state.plan == NOWHERE:
        state.plan = position


def _plan_warning(state: RunState, event: ev.PlanWarning, position: int, log: RunLog) -> None:
    state.plan_warnings.append(position)


def _file_written(state: RunState, event: ev.FileWritten, position: int, log: RunLog) -> None:
    state.is_written = True
    state.written.append(position)
    before = state.files.total_rows
    state.files.name(event.file_name, event.rows, event.bytes, position, True)
    state.files_since_validation.append(position)
    state.rows_series.add(log.moment(position), max(0, state.files.total_rows - before))


def _chunk_started(state: RunState, event: ev.ChunkStarted, position: int, log: RunLog) -> None:
    chunks = state.chunks
    slot = chunks.slot(event.chunk_index)
    if slot in chunks.open:
        chunks.end(slot, position, INTERRUPTED)
    chunks.begin(slot, position)


def _chunk_completed(state: RunState, event: ev.ChunkCompleted, position: int, log: RunLog) -> None:
    state.is_written = True
    chunks = state.chunks
    slot = chunks.slot(event.chunk_index)
    if chunks.states[slot] == COMPLETED:
        chunks.move_end(slot, position)
    else:
        chunks.end(slot, position, COMPLETED)
        state.chunks_series.add(log.moment(position), 1)
    before = state.files.total_rows
    file_row = NOWHERE
    if event.file_name is not None:
        file_row = state.files.name(event.file_name, event.rows, -1, position, False)
        state.files_since_validation.append(position)
    else:
        state.nameless_rows += event.rows
    chunks.add_part(slot, chunks.last_attempt[slot], file_row, event.rows, position)
    _note_duration(state, log, slot, position)
    added = event.rows if file_row == NOWHERE else state.files.total_rows - before
    state.rows_series.add(log.moment(position), added)


def _note_duration(state: RunState, log: RunLog, slot: int, end: int) -> None:
    """From a chunk's first start to its last end, by the events' own times; unknown if it would be negative."""
    start = state.chunks.first_start(slot)
    began, ended = NEVER if start == NOWHERE else log.times[log.order[start]], log.times[log.order[end]]
    state.chunks.note_duration(slot, ended - began if began != NEVER and ended >= began else -1)


def _chunk_failed(state: RunState, event: ev.ChunkFailed, position: int, log: RunLog) -> None:
    state.failures.append(position)
    state.causes.add(mask(event.error))
    state.chunks.end(state.chunks.slot(event.chunk_index), position, FAILED)


def _retry_attempted(state: RunState, event: ev.RetryAttempted, position: int, log: RunLog) -> None:
    state.retries.append(position)
    state.backoff_ms += event.backoff_ms
    state.last_backoff_ms = event.backoff_ms
    state.chunks.interrupt_all(position)


def _quality_issue(state: RunState, event: ev.QualityIssue, position: int, log: RunLog) -> None:
    state.quality.append(position)


def _schema_changed(state: RunState, event: ev.SchemaChanged, position: int, log: RunLog) -> None:
    state.schema.append(position)


def _warning(state: RunState, event: ev.Warning, position: int, log: RunLog) -> None:
    state.warnings.append(position)


def _parallelism_adjusted(state: RunState, event: ev.ParallelismAdjusted, position: int, log: RunLog) -> None:
    state.parallelism.append(position)


def _validation_result(state: RunState, event: ev.ValidationResult, position: int, log: RunLog) -> None:
    state.validation = position
    state.files_since_validation = array("i")


def _reconciliation_result(state: RunState, event: ev.ReconciliationResult, position: int, log: RunLog) -> None:
    state.reconciliation = position


def _run_completed(state: RunState, event: ev.RunCompleted, position: int, log: RunLog) -> None:
    state.outcome = position
    state.outcomes.append(position)
    state.chunks.interrupt_all(position)


def _run_started(state: RunState, event: ev.RunStarted, position: int, log: RunLog) -> None:
    if event.destination is not None:
        state.destination = event.destination


def _chunk_planned(state: RunState, event: ev.ChunkPlanned, position: int, log: RunLog) -> None:
    chunks = state.chunks
    slot = chunks.slot(event.chunk_index)
    chunks.planned_count += chunks.planned[slot] == NOWHERE
    chunks.planned[slot] = position


def _progress(state: RunState, event: ev.Progress, position: int, log: RunLog) -> None:
    state.progress_positions.append(position)
    if event.chunks_total is not None:
        state.chunks_total = event.chunks_total


def _producer_seen(state: RunState, event: ev.ProducerSeen, position: int, log: RunLog) -> None:
    state.producer = position


_FOLDS: dict[type[ev.Event], Callable[[RunState, Any, int, RunLog], None]] = {
    ev.PlanResolved: _plan_resolved,
    ev.PlanWarning: _plan_warning,
    ev.FileWritten: _file_written,
    ev.ChunkStarted: _chunk_started,
    ev.ChunkCompleted: _chunk_completed,
    ev.ChunkFailed: _chunk_failed,
    ev.RetryAttempted: _retry_attempted,
    ev.QualityIssue: _quality_issue,
    ev.SchemaChanged: _schema_changed,
    ev.Warning: _warning,
    ev.ParallelismAdjusted: _parallelism_adjusted,
    ev.ValidationResult: _validation_result,
    ev.ReconciliationResult: _reconciliation_result,
    ev.RunCompleted: _run_completed,
    ev.RunStarted: _run_started,
    ev.ChunkPlanned: _chunk_planned,
    ev.Progress: _progress,
    ev.ProducerSeen: _producer_seen,
}
