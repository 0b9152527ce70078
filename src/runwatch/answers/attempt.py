"""One attempt in words: how it ended, what it delivered, what else failed so, and the failures around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from runwatch.answers import units
from runwatch.answers.chunk import AttemptRow, ChunkView, chunk_view
from runwatch.answers.evidence import evidence
from runwatch.answers.figures import lasted
from runwatch.answers.notable import Notable, notables
from runwatch.answers.view import Mark
from runwatch.core import events as ev
from runwatch.core.places import Place
from runwatch.core.run import NOWHERE, Attempt
from runwatch.core.runs import Moment
from runwatch.core.text import mask


class AttemptView(Struct, frozen=True):
    """The selected attempt, whole."""

    number: int
    outcome: str
    headline: str
    """`attempt 2 of 3 failed after 2.11 s`."""
    text: str
    """The error as the log has it, or why it was cut off; empty for what went well."""
    delivered: tuple[str, ...]
    """The rows, then its files."""
    again: str
    """`seen 3 times in 2 runs`."""
    place: Place
    """The event that ended it, or the one that began it."""
    event_number: int
    events: int


def attempt_view(moment: Moment, chunk_index: int, row: AttemptRow, others: Iterable[Moment] = ()) -> AttemptView:
    """An attempt of a chunk at a moment; `others` are the runs in which the same error is looked for."""
    chunks = moment.state.chunks
    attempts = chunks.attempts(chunks.slot_of[chunk_index])
    attempt = attempts[row.number - 1]
    position = attempt.start if attempt.end == NOWHERE else attempt.end
    return AttemptView(
        number=row.number,
        outcome=row.outcome,
        headline=_headline(moment, attempt, row, len(attempts)),
        text=row.error if row.outcome == "failed" else _interruption(moment, attempt, row),
        delivered=_delivered(moment, attempt),
        again=_again(moment, row.error, others) if row.error else "",
        place=moment.log.place(position),
        event_number=moment.log.number_at(position),
        events=moment.state.events,
    )


def _headline(moment: Moment, attempt: Attempt, row: AttemptRow, count: int) -> str:
    which = f"attempt {row.number:,} of {count:,}" if count > 1 else "its only attempt"
    if row.outcome == "running":
        since = max(0, moment.now - row.began) if row.began is not None else None
        return f"{which} is under way" + ("" if since is None else f", {units.duration(since)} so far")
    verb = "was interrupted" if row.outcome == "interrupted" else row.outcome
    if row.took != units.UNKNOWN:
        return f"{which} {verb} after {row.took}"
    unknown = "when it began" if attempt.start == NOWHERE else "when it ended"
    return f"{which} {verb}; {unknown} is unknown"


def _interruption(moment: Moment, attempt: Attempt, row: AttemptRow) -> str:
    if row.outcome != "interrupted":
        return ""
    match moment.log.event(attempt.end) if attempt.end != NOWHERE else None:
        case ev.RetryAttempted(reason=reason):
            return f"cut off by the retry of the whole export:\n{reason}"
        case ev.RunCompleted(error_message=message):
            return "cut off by the end of the run" + (f":\n{message}" if message else "")
        case None:
            return "the run was lost while it was under way"
    return "cut off: the chunk began again without an end to it"


def _delivered(moment: Moment, attempt: Attempt) -> tuple[str, ...]:
    done = [event for part in attempt.parts if isinstance(event := moment.log.event(part), ev.ChunkCompleted)]
    if not done:
        return ()
    rows = units.plural(sum(event.rows for event in done), "row")
    names = [event.file_name for event in done if event.file_name is not None]
    more = (f"first 20 of {len(names):,} files shown",) if len(names) > 20 else ()
    return (f"{rows} in {units.plural(len(done), 'part')}", *names[:20], *more)


def same_elsewhere(error: str, run_id: str, others: Iterable[Moment], most: int) -> Iterator[Moment]:
    """Other runs, at the moment shown, in which an attempt failed with the same error; the first `most`."""
    cause = mask(error)
    return islice((other for other in others if other.run_id != run_id and other.state.causes.count(cause)), most)


def first_failure_like(moment: Moment, error: str) -> Notable | None:
    """A run's first attempt that failed so."""
    cause = mask(error)
    return next((found for found in notables(moment, None) if found.attempt and found.cause == cause), None)


def _again(moment: Moment, error: str, others: Iterable[Moment]) -> str:
    """How often this error was seen, its varying parts apart, at this moment in all runs."""
    cause = mask(error)
    here = moment.state.causes.count(cause)
    found = [other.state.causes.count(cause) for other in others if other.run_id != moment.run_id]
    runs = 1 + sum(1 for number in found if number)
    total = here + sum(found)
    if total <= 1:
        return "seen nowhere else"
    return f"seen {units.times(total)} in {'this run' if runs == 1 else units.plural(runs, 'run')}"


def failure_stops(moment: Moment) -> tuple[Notable, ...]:
    """Where `e` stops: failed and interrupted attempts, and an outcome that failed, in the order of the log."""
    found = [stop for stop in notables(moment, None) if stop.mark in (Mark.FAILED, Mark.INTERRUPTED)]
    if moment.judgement.verdict == "lost":
        found = sorted([*found, *_cut_off(moment)], key=lambda stop: stop.position)
    return tuple(found)


def _cut_off(moment: Moment) -> Iterator[Notable]:
    """The attempts that a lost run left open: interrupted, their end unknown, so they stand where they began."""
    chunks = moment.state.chunks
    for slot in chunks.open:
        last = chunks.attempts(slot)[-1]
        if last.start != NOWHERE:
            where, index = evidence(moment, [last.start]), chunks.indexes[slot]
            time, what = moment.log.moment(last.start), f"chunk {index:,} interrupted"
            yield Notable(last.start, time, Mark.INTERRUPTED, what, "", where, index, last.number)


def position_of(moment: Moment, chunk_index: int, number: int) -> int:
    """Where an attempt ended, or began, or its chunk was planned: the place from which `e` goes on."""
    chunks = moment.state.chunks
    slot = chunks.slot_of[chunk_index]
    attempts = chunks.attempts(slot)
    if not 0 < number <= len(attempts):
        return chunks.planned.get(slot, NOWHERE)
    attempt = attempts[number - 1]
    return attempt.start if attempt.end == NOWHERE else attempt.end


def marked_attempts(moment: Moment, view: ChunkView, positions: Collection[int]) -> frozenset[int]:
    """The numbers of the attempts whose end, or begin, stands at one of these positions."""
    numbers = (row.number for row in view.attempts) if positions else ()
    return frozenset(number for number in numbers if position_of(moment, view.chunk_index, number) in positions)


def time_lost(moment: Moment, view: ChunkView) -> str:
    """`4.2 s of it in failed attempts`: what the attempts took that led to nothing; empty if none or unknown."""
    chunks = moment.state.chunks
    lost, words = 0, set()
    attempts = chunks.attempts(chunks.slot_of[view.chunk_index])
    for row, attempt in zip(view.attempts, attempts, strict=True):
        length = lasted(moment, attempt.start, attempt.end)
        if is_bad(row) and length is not None:
            lost += length
            words.add(row.outcome)
    if not lost or view.attempts[-1].outcome != "completed":
        return ""
    return f"{units.duration(lost)} of it in {words.pop() if len(words) == 1 else 'broken'} attempts"


def told_chunk(moment: Moment, chunk_index: int) -> ChunkView | None:
    """A chunk with what its broken attempts cost; None if nothing had been heard of it by then."""
    view = chunk_view(moment, chunk_index)
    lost = "" if view is None else time_lost(moment, view)
    return replace(view, aside=f"{view.aside}; {lost}" if view.aside else lost) if view is not None and lost else view


def chosen_attempt(view: ChunkView, wanted: int) -> int:
    """The attempt of this number, or the nearest; without one (0) the last that somebody will ask about."""
    broken = [row.number for row in view.attempts if is_bad(row)]
    return min(wanted, len(view.attempts)) if wanted > 0 else (broken or [view.attempts[-1].number])[-1]


def is_bad(row: AttemptRow) -> bool:
    """Whether somebody will ask why."""
    return row.outcome in ("failed", "interrupted")
