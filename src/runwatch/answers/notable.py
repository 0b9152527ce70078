"""The events worth a line: failures, interruptions, recoveries, retries, degradations, checks, the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from runwatch.answers import units
from runwatch.answers.degraded import quality_words, schema_words, warning_words
from runwatch.answers.event_rows import with_origin
from runwatch.answers.evidence import cite, evidence
from runwatch.answers.view import Evidence, Mark
from runwatch.core import events as ev
from runwatch.core.index import RunLog
from runwatch.core.run import COMPLETED, FAILED, INTERRUPTED, NOWHERE
from runwatch.core.runs import Moment
from runwatch.core.text import mask
from runwatch.core.times import MILLISECOND

LISTED = 500
"""Of each kind: broken attempts, retries, quality issues, … The list is made anew ten times a second."""


class Notable(Struct, frozen=True):
    """A line of the notable events."""

    position: int
    """In the run's order."""
    time: int | None
    mark: Mark
    what: str
    detail: str
    evidence: Evidence
    chunk_index: int | None = None
    """Where enter leads; None for the run itself."""
    attempt: int = 0
    """From 1; 0 where no attempt is meant."""
    folded: int = 0
    """How many equal ones this line stands for, beyond itself."""
    bookmarked: bool = False
    cause: str = ""
    """Of a failed or interrupted attempt: its reason without what varies. Those with the same one are equal."""


def notables(moment: Moment, most: int | None = LISTED) -> tuple[Notable, ...]:
    """The notable events in the order of the log, nothing folded.

    Of each kind the first `most`, None for all; where there are more, a last line says so.
    """
    return tuple(sorted(_all(moment, most), key=attrgetter("position")))


def failures_of(moment: Moment) -> Iterator[Notable]:
    """The failed and interrupted attempts of a run, in the order of the log."""
    return (found for found in notables(moment) if found.mark in (Mark.FAILED, Mark.INTERRUPTED) and found.attempt)


def with_bookmarks(moment: Moment, found: tuple[Notable, ...], positions: Sequence[int]) -> tuple[Notable, ...]:
    """The notable events and those the user has marked, which have a line of their own wherever they stand."""
    marked = {position for position in positions if position < moment.state.positions}
    if not marked:
        return found
    known = [replace(notable, bookmarked=True) if notable.position in marked else notable for notable in found]
    more = marked.difference(notable.position for notable in found)
    made = (_marked(moment, position) for position in more)
    return tuple(sorted([*known, *made], key=lambda notable: notable.position))


def _marked(moment: Moment, position: int) -> Notable:
    """What only its bookmark makes notable: its variant, and its chunk if it names one."""
    event = moment.log.event(position)
    chunk = getattr(event, "chunk_index", None)
    detail = event.kind if chunk is None else f"{event.kind} {chunk:,}"
    return replace(_notable(moment, position, Mark.NONE, "bookmark", detail), bookmarked=True)


def fold_equals(found: tuple[Notable, ...]) -> tuple[Notable, ...]:
    """Three or more failures of one cause in a row become the first, and one line for the others."""
    folded: list[Notable] = []
    for group in _groups(found):
        if len(group) < 3 or group[0].mark not in _SAME or group[0].chunk_index is None:
            folded += group
            continue
        word, same = _SAME[group[0].mark]
        others = group[1:]
        indexes = [notable.chunk_index for notable in others if notable.chunk_index is not None]
        places = tuple(place for notable in others for place in notable.evidence.places)[:20]
        more = Evidence(cite(places, len(others)), places)
        folded.append(group[0])
        folded.append(
            replace(
                others[-1],
                what=f"{len(others):,} more {word}",
                detail=f"{same}, {_chunks(indexes)}",
                evidence=more,
                chunk_index=others[0].chunk_index,
                attempt=others[0].attempt,
                folded=len(others) - 1,
            )
        )
    return tuple(folded)


_SAME = {Mark.FAILED: ("failed", "the same error"), Mark.INTERRUPTED: ("interrupted", "for the same reason")}


def _chunks(indexes: list[int]) -> str:
    first, last = min(indexes), max(indexes)
    if first == last:
        return f"chunk {first:,}"
    return f"chunks {first:,} {'and' if len(set(indexes)) == 2 else 'to'} {last:,}"


def _groups(found: tuple[Notable, ...]) -> Iterator[list[Notable]]:
    group: list[Notable] = []
    for notable in found:
        if group and _sort_of(notable) != _sort_of(group[0]):
            yield group
            group = []
        group.append(notable)
    if group:
        yield group


def _sort_of(notable: Notable) -> tuple[Mark, str, int]:
    """Those with the same one can stand in one line; a bookmarked one stands alone."""
    return notable.mark, notable.cause, notable.position if notable.bookmarked else -1


def _all(moment: Moment, most: int | None) -> Iterator[Notable]:
    state = moment.state
    told = _told(moment) if most is not None else _Told(moment.log)
    broken = (found for slot in state.chunks.troubled for found in _kept(moment, slot, told.chunks))
    yield from islice(broken, most)
    is_cut = next(broken, None) is not None
    groups: tuple[tuple[Sequence[int], Mark, str, Callable[[Any], str]], ...] = (
        (state.retries, Mark.RETRY, "retry", _retry_words),
        (state.quality, Mark.DEGRADED, "quality issue", quality_words),
        (state.schema, Mark.DEGRADED, "schema changed", schema_words),
        (state.warnings, Mark.DEGRADED, "warning", warning_words),
    )
    for positions, mark, what, words in groups:
        listed = positions[:most]
        made = told.events.setdefault(what, [])
        for position in listed[len(made) :]:
            made.append(_notable(moment, position, mark, what, words(moment.log.event(position))))
        yield from made[: len(listed)]
        is_cut = is_cut or len(positions) > len(listed)
    yield from _checks(moment)
    if is_cut:
        detail = f"of broken attempts, retries and each kind of degradation the first {most:,}"
        yield Notable(state.positions, None, Mark.NONE, "not all are listed", detail, Evidence())


def _notable(moment: Moment, position: int, mark: Mark, what: str, detail: str) -> Notable:
    line = with_origin(moment.log, position, " ".join(detail.split()))
    return Notable(position, moment.log.moment(position), mark, what, line, evidence(moment, [position]))


def _retry_words(event: ev.RetryAttempted) -> str:
    return f"waits {units.duration(event.backoff_ms * MILLISECOND)}: {event.reason}"


class _Told:
    """What was said of a log in the order that it has, under the names that its files have."""

    def __init__(self, log: RunLog) -> None:
        self.order = log.order
        self.paths = [segment.path for segment in log.segments.values]
        self.chunks: dict[tuple[int, ...], tuple[Notable, ...]] = {}
        """By all that was known of a broken chunk."""
        self.events: dict[str, list[Notable]] = {}
        """By what they are called, from the first on; an earlier moment has the first of them."""


_TOLD: WeakKeyDictionary[RunLog, _Told] = WeakKeyDictionary()
"""The same is told ten times a second."""


def _told(moment: Moment) -> _Told:
    told, log = _TOLD.get(moment.log), moment.log
    is_another = told is None or told.order is not log.order or len(told.chunks) > 4 * LISTED
    if told is None or is_another or told.paths != [segment.path for segment in log.segments.values]:
        told = _TOLD[log] = _Told(log)
    return told


def _kept(moment: Moment, slot: int, told: dict[tuple[int, ...], tuple[Notable, ...]]) -> tuple[Notable, ...]:
    """The notables of a chunk; made again only if something was said of it since."""
    chunks = moment.state.chunks
    last = chunks.last_attempt[slot]
    part = chunks.last_part_of(slot)
    rows = 0 if part == NOWHERE else chunks.rows(slot, moment.state.files)
    key = (slot, last, chunks.attempt_end[last], chunks.attempt_outcome[last], part, rows)
    found = told.get(key)
    if found is None:
        found = told[key] = tuple(_of_chunk(moment, slot))
    return found


def _of_chunk(moment: Moment, slot: int) -> Iterator[Notable]:
    chunks = moment.state.chunks
    index = chunks.indexes[slot]
    error: str | None = None
    broken = False
    for attempt in chunks.attempts(slot):
        if attempt.end == NOWHERE:
            continue
        cause = ""
        if attempt.outcome == FAILED:
            event = moment.log.event(attempt.end)
            assert isinstance(event, ev.ChunkFailed)
            cause = mask(event.error)
            same = error is not None and cause == mask(error)
            found = _notable(
                moment,
                attempt.end,
                Mark.FAILED,
                f"chunk {index:,} failed{'' if error is None else ' again'}",
                "the same error" if same else event.error,
            )
            error = event.error
        elif attempt.outcome == INTERRUPTED:
            what, why = f"chunk {index:,} interrupted", _interruption(moment.log, attempt.end)
            cause = mask(why)
            found = _notable(moment, attempt.end, Mark.INTERRUPTED, what, why)
        elif attempt.outcome == COMPLETED and broken:
            rows = units.plural(chunks.rows(slot, moment.state.files), "row")
            detail = f"{rows} on the {units.ordinal(attempt.number)} attempt"
            found = _notable(moment, attempt.end, Mark.RECOVERED, f"chunk {index:,} recovered", detail)
        else:
            continue
        broken = attempt.outcome != COMPLETED
        yield replace(found, chunk_index=index, attempt=attempt.number, cause=cause)


def _interruption(log: RunLog, position: int) -> str:
    """What ended an attempt there. A chunk that began or was done is not read again in the log only to say so."""
    if log.kind_at(position) == "RunCompleted":
        return "by the end of the run"
    if log.kind_at(position) != "RetryAttempted":
        return "it began again"
    retry = log.event(position)
    assert isinstance(retry, ev.RetryAttempted)
    return f"by the retry of the export: {retry.reason}"


def _checks(moment: Moment) -> Iterator[Notable]:
    state, log = moment.state, moment.log
    if state.validation != NOWHERE:
        passed = getattr(log.event(state.validation), "passed", False)
        mark, word = (Mark.SUCCEEDED, "passed") if passed else (Mark.CONTRADICTED, "failed")
        yield _notable(moment, state.validation, mark, f"validation {word}", "")
    if state.reconciliation != NOWHERE:
        result = log.event(state.reconciliation)
        assert isinstance(result, ev.ReconciliationResult)
        equal = result.matched and result.source_count == result.exported_rows
        counts = f"source {result.source_count:,}, exported {result.exported_rows:,}"
        mark, word = (Mark.SUCCEEDED, "matched") if equal else (Mark.CONTRADICTED, "mismatched")
        facts = next((found.facts for found in moment.judgement.findings if found.code == "reconcile_rows"), None)
        if equal and facts is not None:
            mark, word = Mark.CONTRADICTED, "differ"
            counts = f"exported {facts['exported']:,}, in the files {facts['rows']:,}"
        yield _notable(moment, state.reconciliation, mark, f"rows {word}", counts)
    for position in state.outcomes:
        end = log.event(position)
        assert isinstance(end, ev.RunCompleted)
        mark = {"success": Mark.SUCCEEDED, "skipped": Mark.SKIPPED}.get(end.status, Mark.FAILED)
        what = {"success": "run succeeded", "skipped": "run skipped"}.get(end.status, f"run {end.status}")
        if end.status == "success":
            what = 'run ended "success"'
        yield _notable(moment, position, mark, what, end.error_message or "")
