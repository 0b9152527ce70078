"""Speeds, and how long it will still take, where that can be told honestly."""

from __future__ import annotations

from runwatch.answers.figures import chunks_done, chunks_total, duration_ms, happened, lasted, started_at
from runwatch.core.growth import chunks_of
from runwatch.core.run import COMPLETED, NOWHERE
from runwatch.core.runs import Moment
from runwatch.core.times import SECOND

WINDOW = 60 * SECOND
_ENOUGH = 3
SAMPLED = 200


def rate_of(moment: Moment) -> float | None:
    """Rows a second over the whole run; None from one sample, or without a time."""
    rows, length = happened(moment).rows, duration_ms(moment)
    if not rows or not length:
        return None
    if not moment.state.has_ended and max(len(moment.state.files), len(moment.state.progress_positions) - 1) < 2:
        return None
    return rows / (length / 1000)


def time_left(moment: Moment) -> int | None:
    """ns until all chunks are done, from the chunks of the last minute; None where the total is unknown.

    Needs three completed chunks: fewer say nothing about speed.
    """
    total = chunks_total(moment)
    completed = chunks_done(moment) or 0
    start = started_at(moment)
    if moment.judgement.verdict != "running" or total is None or start is None or completed < _ENOUGH:
        return None
    chunks = chunks_of(moment.state, moment.log)
    window = min(max(WINDOW, 2 * chunks.width), moment.now - start)
    done = chunks.amount_since(moment.now - window)
    if done < _ENOUGH or window <= 0:
        done, window = completed, moment.now - start
    left = max(0, total - completed)
    return None if window <= 0 else left * window // done


def chunk_duration(moment: Moment, slot: int) -> int | None:
    """ns from a chunk's first start to its last end; None where either is unknown, or it would be negative."""
    chunks = moment.state.chunks
    last = chunks.last_attempt[slot]
    return None if last == NOWHERE else lasted(moment, chunks.first_start(slot), chunks.attempt_end[last])


def median_duration(moment: Moment) -> int | None:
    """The median over the completed chunks whose duration is known; None of fewer than three.

    Of more than 200 chunks every second, third, … is looked at.
    """
    chunks = moment.state.chunks
    step = 1 + len(chunks.states) // SAMPLED
    done = (slot for slot in range(0, len(chunks.states), step) if chunks.states[slot] == COMPLETED)
    lengths = [length for slot in done if (length := chunk_duration(moment, slot)) is not None]
    return _median(lengths) if len(lengths) >= _ENOUGH else None


def _median(lengths: list[int]) -> int:
    """Rounded; that of `statistics` takes 4 ms to import."""
    lengths.sort()
    low, high = lengths[(len(lengths) - 1) // 2], lengths[len(lengths) // 2]
    return low if low == high else round((low + high) / 2)
