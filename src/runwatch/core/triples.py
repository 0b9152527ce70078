"""Chunks that went as planned, many at once: begun, written to one new file, done, and the next one begun.

This is what nearly all of a large log says. Where a stretch of a run is such
triples, and attempts that failed and were followed by another at once, each
column takes all of them in one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from runwatch.core import growth
from runwatch.core.empty import own
from runwatch.core.events import ChunkFailed
from runwatch.core.run import COMPLETED, FAILED, INTERRUPTED, NOWHERE, RUNNING, Chunks, RunState
from runwatch.core.runs import Run
from runwatch.core.text import mask

_DONE = bytes([COMPLETED])
_LEFT = (RUNNING, FAILED, INTERRUPTED)


class Triples(NamedTuple):
    """Several chunks, one after the other. All lists are of the same length."""

    chunk: int
    """The first."""
    first_done: int
    """When the first was done (ns)."""
    lengths: Sequence[int]
    """ns from the begin of each to its end;"""
    longest: int
    """the longest of them."""
    rows: Sequence[int]
    sizes: Sequence[int]
    """Bytes."""
    totals: tuple[int, int]
    """Of rows and bytes."""
    names: Sequence[int] | None
    """Of the files; hashes (`core/names.py`). None where they are numbered, and are the next new ones."""
    bends: Sequence[int] = ()
    """Of these, not the first, one attempt failed and another began at once: two more lines in front of each;"""
    failures: Sequence[ChunkFailed] = ()
    """what was said of them. That attempt is the begin of its length."""


def take_triples(run: Run, triples: Triples) -> bool:
    """Whether these were taken; if not, nothing has happened. Times, marks and lines in the log are the caller's.

    The first chunk may be the last one that the run began: one more attempt at it.
    """
    state, facts = run.state_so_far, run.log.facts
    chunks, files, count = state.chunks, state.files, len(triples.rows)
    slots = chunks.slot_of.count
    slot = triples.chunk - chunks.slot_of.known.first if slots else 0
    if (
        chunks.strewn is not None
        or chunks.slot_of.known.straight != slots
        or (slot != slots and not (slot == slots - 1 and _was_left(chunks, slot)))
        or files.row_of.count != files.row_of.known.straight
        or len(facts.file_rows) != files.row_of.count
        or files.numbers is not None
        or (triples.bends and not triples.chunk == files.row_of.count == len(facts.completed_chunk))
        or not (triples.names is None or facts.names.add_new(triples.names))
    ):
        return False
    if not slots:
        chunks.slot_of.known.first = triples.chunk
    growth.leave(state)
    facts.tell(triples.rows, triples.sizes)
    _note_facts(run, triples, count)
    _note_files(state, triples)
    _note_chunks(run, triples, count)
    growth.limit(state, run.log)
    state.positions += 3 * count + 2 * len(triples.bends)
    return True


def _was_left(chunks: Chunks, slot: int) -> bool:
    """Whether an attempt at it did not end well, and nothing of it is there."""
    return chunks.states[slot] in _LEFT and chunks.last_part_of(slot) == NOWHERE


def _note_facts(run: Run, triples: Triples, count: int) -> None:
    log, facts, chunk, bends = run.log, run.log.facts, triples.chunk, triples.bends
    file, done = run.state_so_far.files.row_of.count, len(facts.completed_chunk)
    if bends:
        log.note_again(chunk, 3 * count + 2 * len(bends), [3 * row + 2 * at for at, row in enumerate(bends, 1)])
    else:
        log.note_arguments(chunk, file, done, count)
    facts.completed_chunk.extend_from(chunk, count)
    facts.completed_file.extend_from(file, count)


def _note_files(state: RunState, triples: Triples) -> None:
    files, count, position, bends = state.files, len(triples.rows), state.positions, triples.bends
    state.is_written = True
    files.row_of.count += count
    files.row_of.known.straight += count
    files.first_naming.extend_bent(position + 1, count, bends, 2)
    if files.written is not None:
        files.written.extend_bent(position + 1, count, bends, 2)
    files.last_naming.extend_bent(position + 2, count, bends, 2)
    rows, size = triples.totals
    files.total_rows += rows
    files.total_bytes += size
    files.with_bytes += count


def _note_chunks(run: Run, triples: Triples, count: int) -> None:
    state, bends = run.state_so_far, triples.bends
    chunks, position = state.chunks, state.positions
    slot, attempt, new = triples.chunk - chunks.slot_of.known.first, len(chunks.attempt_outcome), count
    file = state.files.row_of.count - count
    lengths, longest = triples.lengths, triples.longest
    if slot < chunks.slot_of.count:
        new -= 1
        again = _begin_again(run, slot, attempt, triples.first_done)
        if again < 0:  # nobody saw it begin, so nobody knows how long it took
            lengths = [again, *lengths[1:]]
            longest = max(lengths)
        elif again >= longest:
            lengths, longest = (again,), again
    row = list(lengths).index(longest) if longest > chunks.longest else 0
    outcomes = bytearray(_DONE * (count + len(bends)))
    failed = [row + at for at, row in enumerate(bends)]
    for each in failed:
        outcomes[each] = FAILED
    chunks.slot_of.count += new
    chunks.slot_of.known.straight += new
    chunks.states.extend(_DONE * new)
    chunks.ended[COMPLETED] += new
    old = count - new
    chunks.last_attempt.extend_bent(attempt + old, new, [row - old for row in bends], 1)
    chunks.add_last_parts(slot, count)
    chunks.attempt_start.extend_bent(position, len(outcomes), [each + 1 for each in failed], -1)
    chunks.attempt_end.extend_bent(position + 2, len(outcomes), failed, -1)
    chunks.attempt_outcome.extend(outcomes)
    chunks.part_attempt.extend_bent(attempt, count, bends, 1)
    chunks.part_file.extend_from(file, count)
    chunks.part_position.extend_bent(position + 2, count, bends, 2)
    if longest > chunks.longest:
        chunks.slowest, chunks.longest = slot + row, longest
    if bends:
        _note_failures(run, triples, slot, attempt)


def _note_failures(run: Run, triples: Triples, slot: int, attempt: int) -> None:
    """What is not noted in columns. The first chunk has that slot, its attempt that number."""
    state, chunks, kept = run.state_so_far, run.state_so_far.chunks, run.log.kept
    chunks.troubled, chunks.recovered = troubled, recovered = own(chunks.troubled), own(chunks.recovered)
    chunks.attempt_before, chunks.first_attempt = before, first = own(chunks.attempt_before), own(chunks.first_attempt)
    for at, (row, failure) in enumerate(zip(triples.bends, triples.failures, strict=True)):
        position, failed = state.positions + 3 * row + 2 * at + 1, attempt + row + at
        kept[position] = failure
        state.note("failures", position)
        state.note_cause(mask(failure.error))
        chunk = slot + row  # one object for all of them
        troubled[chunk] = recovered[chunk] = None
        before[failed + 1] = first[chunk] = failed


def _begin_again(run: Run, slot: int, attempt: int, done: int) -> int:
    """Note one more attempt, which ends well then, where it is not noted in columns; how long ago the first one began
    (ns), -1 where nobody saw that.
    """
    chunks, log = run.state_so_far.chunks, run.log
    if slot in chunks.open:
        chunks.end(slot, run.state_so_far.positions, INTERRUPTED)
    chunks.complete_again(slot, attempt)
    start = chunks.first_start(slot)
    return done - log.times[start] if start != NOWHERE else -1
