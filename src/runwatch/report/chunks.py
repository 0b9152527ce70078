"""The chunks of a run that had trouble, recovered or not: what every report lists."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.chunk import bounds_of, key_words
from runwatch.answers.evidence import cite
from runwatch.answers.figures import places, stamp
from runwatch.answers.glyphs import CHUNK_WORDS
from runwatch.answers.lanes import attempt_outcome, outcome_word
from runwatch.answers.view import Mark
from runwatch.core.events import ChunkFailed
from runwatch.core.findings import EVIDENCE_AT_MOST
from runwatch.core.places import Place
from runwatch.core.run import COMPLETED, FAILED, NOWHERE, Attempt
from runwatch.core.runs import Moment

NAMED = 5
"""So many chunks of a group are named one by one."""
SHOWN = 4
"""So many of a group's places say how it is cited: of more, the first and their number."""
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


def failed_chunks(moment: Moment) -> Iterator[FailedChunk]:
    """Every chunk with a failed or interrupted attempt, by its index; each is worked out when it is asked for."""
    return (_failed_chunk(moment, slot) for slot in _slots(moment))


def _slots(moment: Moment) -> list[int]:
    chunks = moment.state.chunks
    slots = set(chunks.troubled)
    if moment.judgement.verdict == "lost":
        slots.update(chunks.open)
    return sorted(slots, key=chunks.indexes.__getitem__)


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
    ends = attempt.parts if attempt.outcome == COMPLETED else (attempt.end,)
    return Try(
        number=attempt.number,
        started_at=stamp(moment, attempt.start),
        ended_at=stamp(moment, attempt.end),
        outcome=attempt_outcome(moment, attempt),
        error=_error_at(moment, attempt.end) if attempt.outcome == FAILED else None,
        evidence=places(moment, (attempt.start, *ends))[:EVIDENCE_AT_MOST],
    )


class Alike(Struct, frozen=True):
    """Chunks of one run in one state, with one error: told in one line, whether they are two or a million."""

    moment: Moment
    state: str
    error: str | None
    """What the last failed attempts said."""
    chunks: list[int]
    """Their slots, by the chunks' indexes."""

    @property
    def mark(self) -> Mark:
        """`RECOVERED` where all is well in the end."""
        return _MARKS[self.state]

    def words(self) -> str:
        """`chunk 2 failed once, keys 1 to 500,000`, or `98 chunks failed: 0, 1, 3, 4, 5 and 93 more`."""
        word = CHUNK_WORDS[self.mark]
        if len(self.chunks) > 1:
            indexes = self.moment.state.chunks.indexes
            named = ", ".join(str(indexes[slot]) for slot in self.chunks[:NAMED])
            more = f" and {len(self.chunks) - NAMED:,} more" if len(self.chunks) > NAMED else ""
            return f"{len(self.chunks):,} chunks {word}: {named}{more}"
        chunk = _failed_chunk(self.moment, self.chunks[0])
        attempts = f", {units.ordinal(len(chunk.tries))} attempt" if len(chunk.tries) > 1 else ""
        keys = ""
        if chunk.start_key is not None and chunk.end_key is not None:
            keys = f", keys {key_words(chunk.start_key)} to {key_words(chunk.end_key)}"
        return f"chunk {chunk.chunk_index:,} {word}{attempts}{keys}"

    def evidence(self) -> str:
        """Where their failed and interrupted attempts stand."""
        found: list[Place] = []
        total = 0
        for slot in self.chunks:
            for position in _broken_off(self.moment, slot):
                total += 1
                if total <= SHOWN:
                    found.append(self.moment.log.place(position))
        return cite(found, total, full=True)


def _broken_off(moment: Moment, slot: int) -> Iterator[int]:
    """Where each failed or interrupted attempt of a chunk shows: its end, or its start while it has none."""
    chunks = moment.state.chunks
    for row in chunks.attempt_rows(slot):
        outcome = chunks.attempt_outcome[row]
        if outcome != COMPLETED and outcome_word(moment, outcome) in ("failed", "interrupted"):
            end = chunks.attempt_end[row]
            position = chunks.attempt_start[row] if end == NOWHERE else end
            if position != NOWHERE:
                yield position


def alike(moment: Moment) -> tuple[Alike, ...]:
    """The chunks that had trouble: those that are not done first, then those with most chunks."""
    groups: dict[tuple[str, str | None], list[int]] = {}
    chunks = moment.state.chunks
    for slot in _slots(moment):
        rows = chunks.attempt_rows(slot)
        failed = [row for row in rows if chunks.attempt_outcome[row] == FAILED]
        error = _error_at(moment, chunks.attempt_end[failed[-1]]) if failed else None
        groups.setdefault((outcome_word(moment, chunks.attempt_outcome[rows[-1]]), error), []).append(slot)
    found = [Alike(moment, state, error, slots) for (state, error), slots in groups.items()]
    return tuple(sorted(found, key=lambda group: (group.mark is Mark.RECOVERED, -len(group.chunks))))


def _error_at(moment: Moment, position: int) -> str | None:
    event = moment.log.event(position)
    return event.error if isinstance(event, ChunkFailed) else None
