"""An event into a run: one handler a variant.

The fold is total: any sequence of valid events gives a state. It is pure: the
state depends on the events and their order alone, so the state at T is the
fold of the events up to T, and folding in slices gives the same as at once.
The three frequent events are folded from what the columns say of them
(`core/facts.py`), so that folding again needs no log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runwatch.core import events as ev
from runwatch.core import growth, marks
from runwatch.core.empty import own
from runwatch.core.facts import NO_FILE
from runwatch.core.findings import last_told
from runwatch.core.index import NEVER, RunLog
from runwatch.core.run import COMPLETED, FAILED, INTERRUPTED, NOWHERE, RunState
from runwatch.core.text import mask
from runwatch.core.times import SECOND

WORK = frozenset({marks.FILE_WRITTEN, marks.CHUNK_STARTED, marks.CHUNK_COMPLETED, marks.NUMBER_OF[ev.ChunkFailed]})
"""A silence that ended in one of these is a gap the run has shown to be usual."""


def fold(state: RunState, log: RunLog, stop: int) -> None:
    """Fold the positions behind those already folded, up to but without `stop`."""
    order, marked = log.order, log.marks
    for position in range(state.positions, stop):
        row = order[position]
        mark = marked[row]
        kind = mark & marks.KIND
        _note_time(state, log, position, row, kind)
        if kind == marks.UNKNOWN:
            state.unknown += 1
            continue
        if kind >= marks.FIRST_SOURCE:
            state.sources += 1
        elif state.outcomes:
            _note_after_end(state, log, position, row, kind)
        if mark & marks.FACT:
            _fold_fact(state, log, position, row, kind)
        else:
            event = log.kept[row]
            _FOLDS[type(event)](state, event, position, log)
    state.positions = max(state.positions, stop)


def fold_event(state: RunState, log: RunLog, event: ev.Event) -> None:
    """What an event says that has a number and stands at the next position; what its time says is the caller's."""
    _FOLDS[type(event)](state, event, state.positions, log)
    state.positions += 1


def _note_time(state: RunState, log: RunLog, position: int, row: int, kind: int) -> None:
    """Keep what the times say: unknown ones, a clock that ran backwards, the longest gap."""
    time, moment = log.times[row], log.moments[position]
    if state.export_name is None:
        state.export_name = log.names.at(row)
    if time == NEVER:
        state.note("time_unknown", position)
    elif moment - time > SECOND:
        state.note("clock_backwards", position)
    if kind == marks.PRODUCER_SEEN:
        return
    if state.first_heard == NOWHERE:
        state.first_heard = position
    elif kind in WORK and moment - state.heard > state.longest_gap:
        state.longest_gap = moment - state.heard
    state.last_heard, state.heard = position, moment


def _note_after_end(state: RunState, log: RunLog, position: int, row: int, kind: int) -> None:
    """An event behind the first RunCompleted, with a time later than its or none."""
    if kind == marks.RUN_COMPLETED or log.origin(position) == "tables":
        return
    ended = log.time(state.outcomes[0]) or log.moment(state.outcomes[0])
    time = log.times[row]
    if time == NEVER or (ended is not None and time > ended):
        state.note("after_end", position)


def _fold_fact(state: RunState, log: RunLog, position: int, row: int, kind: int) -> None:
    argument = log.argument(row)
    if kind == marks.CHUNK_STARTED:
        started(state, position, argument)
    elif kind == marks.FILE_WRITTEN:
        written(state, log, position, log.moments[position], log.facts.of_written(row, argument))
    else:
        completed(state, log, position, (log.moments[position], log.times[row]), log.facts.of_completed(row, argument))


def written(state: RunState, log: RunLog, position: int, moment: int, fact: tuple[int, int, int]) -> None:
    """A FileWritten: the number of its file's name, rows, bytes."""
    file, rows, size = fact
    state.is_written = True
    files = state.files
    known, before = len(files), files.total_rows
    files.name(file, (rows, size), position)
    growth.note_rows(state, log, moment, files.total_rows - before, known)


def started(state: RunState, position: int, index: int) -> None:
    """A ChunkStarted."""
    chunks = state.chunks
    slot = chunks.slot(index)
    if slot in chunks.open:
        chunks.end(slot, position, INTERRUPTED)
    chunks.begin(slot, position)


def completed(
    state: RunState, log: RunLog, position: int, times: tuple[int, int], fact: tuple[int, int, int]
) -> None:
    """A ChunkCompleted: its moment and its own time; its chunk, rows, the number of its file's name or `NO_FILE`."""
    (moment, time), (index, rows, file) = times, fact
    state.is_written = True
    chunks = state.chunks
    slot = chunks.slot(index)
    is_new = chunks.states[slot] != COMPLETED
    if is_new:
        chunks.end(slot, position, COMPLETED)
    else:
        chunks.move_end(slot, position)
    files = state.files
    known, before = len(files), files.total_rows
    if file == NO_FILE:
        state.nameless_rows += rows
        added, file_row = rows, NOWHERE
    else:
        file_row = files.name(file, (rows, -1), position)
        added = files.total_rows - before
    chunks.add_part(slot, chunks.last_attempt[slot], file_row, rows, position)
    chunks.note_duration(slot, _lasted(log, chunks.first_start(slot), time))
    growth.note_done(state, log, moment, added, known, is_new=is_new)


def _lasted(log: RunLog, start: int, ended: int) -> int:
    """ns from a position to a time, by the events' own times; -1 where that is unknown or would be negative."""
    if start == NOWHERE:
        return -1
    began = log.times[log.order[start]]
    return ended - began if began != NEVER and ended >= began else -1


def _plan_resolved(state: RunState, event: ev.PlanResolved, position: int, log: RunLog) -> None:
    if state.plan == NOWHERE:
        state.plan = position


def _file_written(state: RunState, event: ev.FileWritten, position: int, log: RunLog) -> None:
    file = log.facts.file(event.file_name, event.rows, event.bytes)
    written(state, log, position, log.moments[position], (file, event.rows, event.bytes))


def _chunk_started(state: RunState, event: ev.ChunkStarted, position: int, log: RunLog) -> None:
    started(state, position, event.chunk_index)


def _chunk_completed(state: RunState, event: ev.ChunkCompleted, position: int, log: RunLog) -> None:
    file = NO_FILE if event.file_name is None else log.facts.file(event.file_name, event.rows)
    times = log.moments[position], log.times[log.order[position]]
    completed(state, log, position, times, (event.chunk_index, event.rows, file))


def _chunk_failed(state: RunState, event: ev.ChunkFailed, position: int, log: RunLog) -> None:
    state.note("failures", position)
    state.note_cause(mask(event.error))
    state.chunks.end(state.chunks.slot(event.chunk_index), position, FAILED)


def _retry_attempted(state: RunState, event: ev.RetryAttempted, position: int, log: RunLog) -> None:
    state.note("retries", position)
    state.backoff_ms += event.backoff_ms
    state.last_backoff_ms = event.backoff_ms
    state.chunks.interrupt_all(position)


def _validation_result(state: RunState, event: ev.ValidationResult, position: int, log: RunLog) -> None:
    state.validation = position
    chunks = state.chunks
    state.validated = (len(state.written), len(chunks.part_file), chunks.parts_without_file)


def _reconciliation_result(state: RunState, event: ev.ReconciliationResult, position: int, log: RunLog) -> None:
    state.reconciliation = position


def _run_completed(state: RunState, event: ev.RunCompleted, position: int, log: RunLog) -> None:
    state.outcome = position
    state.note("outcomes", position)
    state.chunks.interrupt_all(position)


def _run_started(state: RunState, event: ev.RunStarted, position: int, log: RunLog) -> None:
    if event.destination is not None:
        state.destination = event.destination
    if event.resumes is not None:
        state.resumes = position


def _chunk_planned(state: RunState, event: ev.ChunkPlanned, position: int, log: RunLog) -> None:
    chunks = state.chunks
    planned = chunks.planned = own(chunks.planned)
    planned[chunks.slot(event.chunk_index)] = position


def _progress(state: RunState, event: ev.Progress, position: int, log: RunLog) -> None:
    if log.origin(position) == "stream":  # nothing else tells when rows and chunks were done
        _note_growth(state, event, position, log)
    state.note("progress_positions", position)
    if event.chunks_total is not None:
        state.chunks_total = event.chunks_total


def _note_growth(state: RunState, event: ev.Progress, position: int, log: RunLog) -> None:
    moment = log.moments[position]
    if moment == NEVER:
        return
    growth.count(state, log)
    for series, name in ((state.rows_series, "rows"), (state.chunks_series, "chunks_done")):
        told = getattr(event, name)
        if told is not None:
            series.add(moment, max(0, told - (last_told(state, log, name) or 0)))


def _producer_seen(state: RunState, event: ev.ProducerSeen, position: int, log: RunLog) -> None:
    state.producer = position


def _noted(name: str) -> Callable[[RunState, Any, int, RunLog], None]:
    return lambda state, event, position, log: state.note(name, position)


_FOLDS: dict[type[ev.Event], Callable[[RunState, Any, int, RunLog], None]] = {
    ev.PlanResolved: _plan_resolved,
    ev.PlanWarning: _noted("plan_warnings"),
    ev.FileWritten: _file_written,
    ev.ChunkStarted: _chunk_started,
    ev.ChunkCompleted: _chunk_completed,
    ev.ChunkFailed: _chunk_failed,
    ev.RetryAttempted: _retry_attempted,
    ev.QualityIssue: _noted("quality"),
    ev.SchemaChanged: _noted("schema"),
    ev.Warning: _noted("warnings"),
    ev.ParallelismAdjusted: _noted("parallelism"),
    ev.ValidationResult: _validation_result,
    ev.ReconciliationResult: _reconciliation_result,
    ev.RunCompleted: _run_completed,
    ev.RunStarted: _run_started,
    ev.ChunkPlanned: _chunk_planned,
    ev.Progress: _progress,
    ev.ProducerSeen: _producer_seen,
}
