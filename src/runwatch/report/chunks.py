"""The chunks of a run that had trouble, recovered or not: what every report lists."""

from __future__ import annotations

from dataclasses import dataclass

from runwatch.answers.chunk import bounds_of
from runwatch.answers.figures import places, stamp
from runwatch.answers.stage import attempt_outcome
from runwatch.core.events import ChunkFailed
from runwatch.core.findings import EVIDENCE_AT_MOST
from runwatch.core.places import Place
from runwatch.core.run import COMPLETED, FAILED, Attempt
from runwatch.core.runs import Moment


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt. Times are RFC 3339 with the log's digits, None where unknown."""

    number: int
    started_at: str | None
    ended_at: str | None
    outcome: str
    error: str | None
    evidence: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class FailedChunk:
    """A chunk with at least one failed or interrupted attempt."""

    chunk_index: int
    state: str
    start_key: str | None
    end_key: str | None
    rows: int
    tries: tuple[Try, ...]

    @property
    def error(self) -> str | None:
        """What the last failed attempt said."""
        return next((attempt.error for attempt in reversed(self.tries) if attempt.error is not None), None)


def failed_chunks(moment: Moment) -> tuple[FailedChunk, ...]:
    """Every chunk with a failed or interrupted attempt, by its index."""
    chunks = moment.state.chunks
    slots = set(chunks.troubled)
    if moment.judgement.verdict == "lost":
        slots.update(chunks.open)
    return tuple(_failed_chunk(moment, slot) for slot in sorted(slots, key=chunks.indexes.__getitem__))


def _failed_chunk(moment: Moment, slot: int) -> FailedChunk:
    chunks = moment.state.chunks
    tries = tuple(_try(moment, attempt) for attempt in chunks.attempts(slot))
    start_key, end_key = bounds_of(moment, slot) or (None, None)
    return FailedChunk(
        chunk_index=chunks.indexes[slot],
        state=tries[-1].outcome,
        start_key=start_key,
        end_key=end_key,
        rows=chunks.rows(slot, moment.state.files),
        tries=tries,
    )


def _try(moment: Moment, attempt: Attempt) -> Try:
    end = moment.log.event(attempt.end) if attempt.outcome == FAILED else None
    ends = attempt.parts if attempt.outcome == COMPLETED else (attempt.end,)
    return Try(
        number=attempt.number,
        started_at=stamp(moment, attempt.start),
        ended_at=stamp(moment, attempt.end),
        outcome=attempt_outcome(moment, attempt),
        error=end.error if isinstance(end, ChunkFailed) else None,
        evidence=places(moment, (attempt.start, *ends))[:EVIDENCE_AT_MOST],
    )
