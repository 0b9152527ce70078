"""The chunks of a run that had trouble, recovered or not: what every report lists."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.chunk import bounds_of, key_words
from runwatch.answers.evidence import cite
from runwatch.answers.figures import places, stamp
from runwatch.answers.glyphs import CHUNK_WORDS
from runwatch.answers.lanes import attempt_outcome
from runwatch.answers.view import Mark
from runwatch.core.events import ChunkFailed
from runwatch.core.findings import EVIDENCE_AT_MOST
from runwatch.core.places import Place
from runwatch.core.run import COMPLETED, FAILED, Attempt
from runwatch.core.runs import Moment

NAMED = 5
"""So many chunks of a group are named one by one."""
_MARKS = {
    "failed": Mark.FAILED,
    "interrupted": Mark.INTERRUPTED,
    "running": Mark.CHUNK_RUNNING,
    "completed": Mark.RECOVERED,
}


class Try(Struct, frozen=True):
    """One attempt. Times are RFC 3339 with the log's digits, None where unknown."""

    number: int
    started_at: str | None
    ended_at: str | None
    outcome: str
    error: str | None
    evidence: tuple[Place, ...]


class FailedChunk(Struct, frozen=True):
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


class Alike(Struct, frozen=True):
    """Chunks of one run in one state, with one error: told in one line."""

    chunks: tuple[FailedChunk, ...]

    @property
    def mark(self) -> Mark:
        """`RECOVERED` where all is well in the end."""
        return _MARKS[self.chunks[0].state]

    @property
    def error(self) -> str | None:
        """What the last failed attempts said."""
        return self.chunks[0].error

    def words(self) -> str:
        """`chunk 2 failed once, keys 1 to 500,000`, or `98 chunks failed: 0, 1, 3, 4, 5 and 93 more`."""
        word = CHUNK_WORDS[self.mark]
        if len(self.chunks) > 1:
            named = ", ".join(str(chunk.chunk_index) for chunk in self.chunks[:NAMED])
            more = f" and {len(self.chunks) - NAMED:,} more" if len(self.chunks) > NAMED else ""
            return f"{len(self.chunks):,} chunks {word}: {named}{more}"
        (chunk,) = self.chunks
        attempts = f", {units.ordinal(len(chunk.tries))} attempt" if len(chunk.tries) > 1 else ""
        keys = ""
        if chunk.start_key is not None and chunk.end_key is not None:
            keys = f", keys {key_words(chunk.start_key)} to {key_words(chunk.end_key)}"
        return f"chunk {chunk.chunk_index:,} {word}{attempts}{keys}"

    def evidence(self) -> str:
        """Where their failed and interrupted attempts stand."""
        found = [
            place
            for chunk in self.chunks
            for attempt in chunk.tries
            if attempt.outcome in ("failed", "interrupted")
            for place in attempt.evidence[-1:]
        ]
        return cite(found, full=True)


def alike(chunks: Iterable[FailedChunk]) -> tuple[Alike, ...]:
    """Those that are not done first, then those with most chunks."""
    groups: dict[tuple[str, str | None], list[FailedChunk]] = {}
    for chunk in chunks:
        groups.setdefault((chunk.state, chunk.error), []).append(chunk)
    found = [Alike(tuple(group)) for group in groups.values()]
    return tuple(sorted(found, key=lambda group: (group.mark is Mark.RECOVERED, -len(group.chunks))))
