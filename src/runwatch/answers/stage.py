"""The stage: chunk map, time bar and notable events on one time axis."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.estimate import median_duration, time_left
from runwatch.answers.figures import chunk_counts, chunks_done, chunks_total, last_event_at, outcome, started_at
from runwatch.answers.lanes import STATES, Lane, lanes
from runwatch.answers.marks import STRETCHES, TimeMark, time_marks
from runwatch.answers.notable import Notable, fold_equals, notables, with_bookmarks
from runwatch.answers.view import Mark
from runwatch.core.runs import Moment
from runwatch.core.times import MILLISECOND, SECOND

_PENDING = STATES.index(Mark.PENDING)
_RECOVERED = STATES.index(Mark.RECOVERED)
_INTERRUPTED = STATES.index(Mark.INTERRUPTED)
LANES_AT_MOST = 64
FEW = 32
"""Entries below which nothing is said of their density."""
STANDS_OUT = 1.3
"""Times the median from which a chunk is called slow."""
CELLS_AT_MOST = 10_000_000


class Stage(Struct, frozen=True):
    """Everything the stage draws."""

    states: bytes
    """One byte a chunk in the order of `indexes`: a position in `STATES`."""
    indexes: tuple[int, ...] | range
    counts: tuple[tuple[Mark, int], ...]
    """The legend: only the states present."""
    starts_known: bool
    total_known: bool
    lanes: tuple[Lane, ...]
    """Empty where there are more than `LANES_AT_MOST` chunks, or starts are unknown."""
    start: int | None
    now: int | None
    """The moment shown, not beyond `end`."""
    end: int | None
    """The axis' right edge: the outcome, an estimate, or the last known moment."""
    estimated: bool
    tail: str
    marks: tuple[TimeMark, ...]
    notables: tuple[Notable, ...]
    """Equal ones folded."""
    events: int
    remark: str
    """For the border's foot: "slowest chunk 0, 2.8 × the median of 2.7 s"."""
    density: tuple[int, ...] = ()
    """Entries in each of `STRETCHES` equal stretches of the axis; empty where it has no length."""
    ahead: int | None = None
    """Events behind the moment shown; None where that is the present."""


def stage(moment: Moment, whole: Moment | None = None, bookmarks: Sequence[int] = ()) -> Stage:
    """The stage of a run at a moment; `whole` is the run with all that was read, where more may lie ahead.

    `bookmarks` are positions in the run's order.
    """
    states, indexes = _states(moment)
    chunks = moment.state.chunks
    start, now, end, estimated = axis(moment, whole)
    found = notables(moment)
    marked = found if whole is None else notables(whole)
    starts_known = bool(chunks.starts) and chunks.starts == len(chunks.attempt_start)
    few = 0 < len(chunks.indexes) <= LANES_AT_MOST
    return Stage(
        states=states,
        indexes=indexes,
        counts=_counts(moment, len(states)),
        starts_known=starts_known,
        total_known=chunks_total(moment) is not None,
        lanes=lanes(moment) if few and starts_known else (),
        start=start,
        now=now,
        end=end,
        estimated=estimated,
        tail=_tail(moment) if whole is None or now is None or now == end else _share(start, now, end),
        marks=(*time_marks(whole or moment, marked, start, end), *_bookmarked(moment, bookmarks)),
        notables=fold_equals(with_bookmarks(moment, found, bookmarks)),
        events=moment.state.events,
        remark=_remark(moment),
        density=_density(whole or moment, start, end),
        ahead=None if whole is None else whole.state.events - moment.state.events,
    )


def _bookmarked(moment: Moment, positions: Sequence[int]) -> Iterable[TimeMark]:
    times = (moment.log.moment(position) for position in positions)
    return (TimeMark(time, Mark.BOOKMARK) for time in times if time is not None)


def _counts(moment: Moment, cells: int) -> tuple[tuple[Mark, int], ...]:
    """How many cells are in each state; known without counting them."""
    counts = chunk_counts(moment)
    found = (
        (Mark.COMPLETED, counts.completed - counts.recovered),
        (Mark.RECOVERED, counts.recovered),
        (Mark.FAILED, counts.failed),
        (Mark.INTERRUPTED, counts.interrupted),
        (Mark.CHUNK_RUNNING, counts.running),
        (Mark.PENDING, cells - counts.seen),
    )
    return tuple((mark, number) for mark, number in found if number)


def _states(moment: Moment) -> tuple[bytes, tuple[int, ...] | range]:
    """A byte a chunk by index. Chunks that only the total tells of are pending; without a total none are drawn, nor
    where it is told how many are done and not which.
    """
    chunks = moment.state.chunks
    if not chunks.indexes and chunks_done(moment) is not None:
        return b"", range(0)
    codes = bytearray(chunks.states)
    for slot in chunks.recovered:
        codes[slot] = _RECOVERED
    if moment.judgement.verdict == "lost":
        for slot in chunks.open:
            codes[slot] = _INTERRUPTED
    total = max(chunks_total(moment) or 0, len(codes))
    if chunks.indexes == range(len(codes)) and total <= CELLS_AT_MOST:
        return bytes(codes.ljust(total, bytes([_PENDING]))), range(total)
    if total > CELLS_AT_MOST or any(index >= total for index in chunks.indexes):
        order = sorted(range(len(codes)), key=chunks.indexes.__getitem__)
        return bytes(codes[slot] for slot in order), tuple(chunks.indexes[slot] for slot in order)
    cells = bytearray([_PENDING]) * total
    for slot, index in enumerate(chunks.indexes):
        cells[index] = codes[slot]
    return bytes(cells), range(total)


Axis = tuple[int | None, int | None, int | None, bool]


def axis(moment: Moment, whole: Moment | None = None) -> Axis:
    """(start, moment shown, end, whether the end is an estimate), ns. A lost run's axis ends with its last event.

    Where more lies ahead the axis is that of the `whole` run, as far as it was read: what was heard later makes no
    estimate for the moment shown, which stands on it.
    """
    start, last = started_at(whole or moment), last_event_at(whole or moment)
    if start is None or last is None:
        return None, None, None, False
    if whole is not None:
        is_over = whole.state.has_ended or whole.judgement.verdict == "lost"
        end = last if is_over else max(last, moment.now)
        return start, min(max(start, moment.now), end), end, False
    verdict = moment.judgement.verdict
    if moment.state.has_ended or verdict == "lost":
        return start, last, last, False
    now = max(moment.now, last)
    left = time_left(moment)
    return start, now, now if left is None else now + left, left is not None


def _density(moment: Moment, start: int | None, end: int | None) -> tuple[int, ...]:
    """Entries in each stretch of the axis, found by search: a run of millions costs no more than a short one.

    Of a few entries there is no density: they would be so many single blocks.
    """
    if start is None or end is None or end <= start or moment.state.positions < FEW:
        return ()
    moments, count = moment.log.moments, moment.state.positions
    edges = [bisect_left(moments, start + (end - start) * cell // STRETCHES, 0, count) for cell in range(1, STRETCHES)]
    return tuple(right - left for left, right in pairwise([0, *edges, count]))


def _share(start: int | None, now: int, end: int | None) -> str:
    """`+7.5 s of 14.9 s`."""
    if start is None or end is None:
        return ""
    return f"+{units.duration(now - start)} of {units.duration(end - start)}"


def _tail(moment: Moment) -> str:
    end = outcome(moment)
    if end is not None:
        return f"took {units.duration(end.duration_ms * MILLISECOND)}"
    silence = moment.judgement.silence
    if moment.judgement.verdict in ("stalled", "lost") and silence is not None:
        return "silence unknown" if silence.length is None else f"silent {units.silence(silence.length)}"
    left, start = time_left(moment), started_at(moment)
    if left is not None:
        return f"about {units.silence(max(left, SECOND))} left"
    return "" if start is None else f"so far {units.duration(max(0, moment.now - start))}"


def _remark(moment: Moment) -> str:
    """The slowest chunk against the median, where it stands out."""
    middle, chunks = median_duration(moment), moment.state.chunks
    if not middle:
        return ""
    times = chunks.longest / middle
    if times < STANDS_OUT:
        return ""
    index = chunks.indexes[chunks.slowest]
    return f"slowest chunk {index:,}, {times:.1f} × the median of {units.duration(middle)}"
