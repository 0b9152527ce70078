"""The lanes of the stage: one chunk a lane, its attempts on the time axis."""

from __future__ import annotations

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.estimate import chunk_duration
from runwatch.answers.view import Mark
from runwatch.core.run import COMPLETED, NOWHERE, RUNNING, STATE_NAMES, Attempt
from runwatch.core.runs import Moment

STATES = (
    Mark.PENDING,
    Mark.CHUNK_RUNNING,
    Mark.COMPLETED,
    Mark.FAILED,
    Mark.INTERRUPTED,
    Mark.RECOVERED,
)
"""What a byte of `Stage.states` means; the first five are the model's own."""


class AttemptSpan(Struct, frozen=True):
    """A stretch of a lane. Times in ns; `end` None: still open, or its end unknown."""

    start: int
    end: int | None
    outcome: str
    """`completed`, `failed`, `interrupted`, `running`."""


class Lane(Struct, frozen=True):
    """One chunk on the time axis."""

    chunk_index: int
    state: Mark
    spans: tuple[AttemptSpan, ...]
    rows: str
    took: str
    attempts: int


def lanes(moment: Moment) -> tuple[Lane, ...]:
    """Every chunk, by index; for runs of few chunks, whose starts are known."""
    chunks = moment.state.chunks
    slots = sorted(range(len(chunks.indexes)), key=chunks.indexes.__getitem__)
    return tuple(_lane(moment, slot) for slot in slots)


def _lane(moment: Moment, slot: int) -> Lane:
    chunks = moment.state.chunks
    length = chunk_duration(moment, slot)
    has_rows = chunks.states[slot] == COMPLETED
    return Lane(
        chunk_index=chunks.indexes[slot],
        state=chunk_mark(moment, slot),
        spans=tuple(span for attempt in chunks.attempts(slot) if (span := _span(moment, attempt)) is not None),
        rows=units.short(chunks.rows(slot, moment.state.files)) if has_rows else "",
        took="" if length is None else units.duration(length),
        attempts=chunks.tries(slot),
    )


def _span(moment: Moment, attempt: Attempt) -> AttemptSpan | None:
    start = moment.log.moment(attempt.start) if attempt.start != NOWHERE else None
    end = moment.log.moment(attempt.end) if attempt.end != NOWHERE else None
    if start is None:
        return None
    return AttemptSpan(start, end, attempt_outcome(moment, attempt))


def attempt_outcome(moment: Moment, attempt: Attempt) -> str:
    """The model's word."""
    return outcome_word(moment, attempt.outcome)


def outcome_word(moment: Moment, outcome: int) -> str:
    """How an attempt ended; in a lost run an open one counts as interrupted."""
    if outcome == RUNNING and moment.judgement.verdict == "lost":
        return "interrupted"
    return STATE_NAMES[outcome]


def chunk_mark(moment: Moment, slot: int) -> Mark:
    """A chunk's state as it is shown: in a lost run an open attempt counts as interrupted."""
    chunks = moment.state.chunks
    if slot in chunks.recovered:
        return Mark.RECOVERED
    if chunks.states[slot] == RUNNING and moment.judgement.verdict == "lost":
        return Mark.INTERRUPTED
    return STATES[chunks.states[slot]]
