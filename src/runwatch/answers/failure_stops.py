"""Where `e` stops in a run: failed and interrupted attempts, and an outcome that failed. Looked up, not listed.

A run can have a hundred thousand of them. They stand in columns: only the one
that is gone to is put into words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct

from runwatch.answers.event_rows import mark_of
from runwatch.answers.view import Mark
from runwatch.core import events as ev
from runwatch.core.run import FAILED, INTERRUPTED, NOWHERE
from runwatch.core.runs import Moment


class FailureStop(Struct, frozen=True):
    """One of them."""

    position: int
    chunk_index: int | None = None
    """None: the outcome."""
    attempt: int = 0


def bad_outcomes(moment: Moment) -> list[int]:
    """Where a run said that it failed."""
    return [position for position in moment.state.outcomes if mark_of(moment.log.event(position)) is Mark.FAILED]


def interruptions(moment: Moment) -> list[int]:
    """Where attempts were cut off, each place once."""
    chunks = moment.state.chunks
    return sorted({chunks.attempt_end[row] for row in _interrupted(moment)} - {NOWHERE})


def _interrupted(moment: Moment) -> Iterator[int]:
    outcomes = moment.state.chunks.attempt_outcome
    row = outcomes.find(INTERRUPTED)
    while row != -1:
        yield row
        row = outcomes.find(INTERRUPTED, row + 1)


def _left_open(moment: Moment) -> dict[int, int]:
    """Attempts that a lost run left open, by where they began: their end is unknown."""
    if moment.judgement.verdict != "lost":
        return {}
    chunks = moment.state.chunks
    starts = ((chunks.attempt_start[row], slot) for slot, row in chunks.open.items())
    return {start: slot for start, slot in starts if start != NOWHERE}


def stop_positions(moment: Moment) -> tuple[Sequence[int], ...]:
    """All stops, in sequences that are each in the order of the log."""
    return moment.state.failures, interruptions(moment), bad_outcomes(moment), sorted(_left_open(moment))


def failure_stop(moment: Moment, here: int, step: int) -> FailureStop | None:
    """The first stop behind a position, or with -1 the last one before it."""
    found = []
    for positions in stop_positions(moment):
        at = bisect_left(positions, here + (step > 0)) - (step < 0)
        found += [positions[at]] if 0 <= at < len(positions) else []
    return failure_at(moment, min(found) if step > 0 else max(found), step) if found else None


def failure_at(moment: Moment, position: int, step: int = 1) -> FailureStop | None:
    """What stands there; of several attempts that were cut off at once the first, or with -1 the last."""
    chunks, log = moment.state.chunks, moment.log
    slot = _left_open(moment).get(position)
    if slot is not None:
        return FailureStop(position, chunks.indexes[slot], chunks.tries(slot))
    event = log.event(position)
    if isinstance(event, ev.ChunkFailed):
        return _attempt_ending(moment, event.chunk_index, position)
    bad = isinstance(event, ev.RunCompleted) and mark_of(event) is Mark.FAILED
    if bad and step < 0:
        return FailureStop(position)  # the outcome stands behind what it cut off
    cut_off = [row for row in _interrupted(moment) if chunks.attempt_end[row] == position]
    if cut_off:
        indexes = (getattr(log.event(chunks.attempt_start[row]), "chunk_index", None) for row in cut_off[::step])
        known = (_attempt_ending(moment, index, position) for index in indexes if index is not None)
        return next(known, None)
    return FailureStop(position) if bad else None


def _attempt_ending(moment: Moment, chunk_index: int, position: int) -> FailureStop | None:
    """The attempt of a chunk that ended there without success."""
    chunks = moment.state.chunks
    slot = chunks.slot_of.get(chunk_index)
    if slot is None:
        return None
    row, number = chunks.last_attempt[slot], chunks.tries(slot)
    while row != NOWHERE:
        if chunks.attempt_end[row] == position and chunks.attempt_outcome[row] in (FAILED, INTERRUPTED):
            return FailureStop(position, chunk_index, number)
        row, number = chunks.attempt_before.get(row, NOWHERE), number - 1
    return None


def recoveries(moment: Moment) -> Iterator[int]:
    """Where a chunk was completed after an attempt that was not."""
    chunks = moment.state.chunks
    for slot in chunks.troubled:
        row = chunks.last_attempt[slot]
        while row != NOWHERE:
            before = chunks.attempt_before.get(row, NOWHERE)
            is_done = chunks.attempt_outcome[row] not in (FAILED, INTERRUPTED) and chunks.attempt_end[row] != NOWHERE
            if is_done and before != NOWHERE and chunks.attempt_outcome[before] in (FAILED, INTERRUPTED):
                yield chunks.attempt_end[row]
            row = before
