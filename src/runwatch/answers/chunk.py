"""One chunk, whole: its attempts, its errors, its neighbours, and the query that reads just its range."""

from __future__ import annotations

import re

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.estimate import chunk_duration, median_duration
from runwatch.answers.evidence import evidence
from runwatch.answers.figures import lasted
from runwatch.answers.glyphs import CHUNK_WORDS
from runwatch.answers.lanes import attempt_outcome, chunk_mark
from runwatch.answers.view import Evidence, Mark, Reason, Row, Span, Tone
from runwatch.core import events as ev
from runwatch.core.findings import plan_of
from runwatch.core.run import COMPLETED, NOWHERE, Attempt
from runwatch.core.runs import Moment, parse_run_id


class AttemptRow(Struct, frozen=True):
    """One attempt in the Chunk screen's list."""

    number: int
    began: int | None
    """ns; None where not known."""
    took: str
    outcome: str
    """`completed`, `failed`, `interrupted`, `running`."""
    wait: str
    """Between this attempt's end and the next one's start; empty for the last."""
    error: str
    evidence: Evidence


class ChunkView(Struct, frozen=True):
    """Everything the Chunk screen shows."""

    run_id: str
    export: str
    short_id: str
    chunk_index: int
    state: Mark
    word: str
    """`RECOVERED`, `FAILED`, …"""
    reason: Reason
    aside: str
    attempts: tuple[AttemptRow, ...]
    facts: tuple[Row, ...]
    query: str
    """Reads just this range; empty where the log does not say enough."""
    query_note: str
    """Why there is none; beside one, what to know of it."""


def chunk_view(moment: Moment, chunk_index: int) -> ChunkView | None:
    """A chunk at a moment; None if nothing had been heard of it by then."""
    chunks = moment.state.chunks
    slot = chunks.slot_of.get(chunk_index)
    if slot is None:
        return None
    attempts = chunks.attempts(slot)
    rows = tuple(_attempt_row(moment, attempts, position) for position in range(len(attempts)))
    mark = chunk_mark(moment, slot)
    query, note = range_query(moment, slot)
    return ChunkView(
        run_id=moment.run_id,
        export=moment.export,
        short_id=parse_run_id(moment.run_id)[1],
        chunk_index=chunk_index,
        state=mark,
        word=CHUNK_WORDS[mark].upper(),
        reason=_reason(moment, slot, rows),
        aside=_aside(moment, slot),
        attempts=rows,
        facts=_facts(moment, slot),
        query=query,
        query_note=note,
    )


def _attempt_row(moment: Moment, attempts: tuple[Attempt, ...], position: int) -> AttemptRow:
    attempt = attempts[position]
    wait = ""
    if position + 1 < len(attempts):
        wait = _length(lasted(moment, attempt.end, attempts[position + 1].start))
    event = moment.log.event(attempt.end) if attempt.end != NOWHERE else None
    ends = attempt.parts or (attempt.end,)
    return AttemptRow(
        number=attempt.number,
        began=_moment(moment, attempt.start),
        took=_length(lasted(moment, attempt.start, attempt.end)),
        outcome=attempt_outcome(moment, attempt),
        wait=wait,
        error=event.error if isinstance(event, ev.ChunkFailed) else "",
        evidence=evidence(moment, (attempt.start, *ends), (attempt.start != NOWHERE) + len(ends)),
    )


def _length(length: int | None) -> str:
    return units.UNKNOWN if length is None else units.duration(length, 2)


def _moment(moment: Moment, position: int) -> int | None:
    return None if position == NOWHERE else moment.log.moment(position)


def _reason(moment: Moment, slot: int, attempts: tuple[AttemptRow, ...]) -> Reason:
    chunks = moment.state.chunks
    if not attempts:
        return Reason("planned, not begun", evidence(moment, [chunks.planned.get(slot, NOWHERE)]))
    last = attempts[-1]
    bad = sum(attempt.outcome in ("failed", "interrupted") for attempt in attempts)
    if last.outcome == "completed":
        rows = units.plural(chunks.rows(slot, moment.state.files), "row")
        if bad:
            word = "failure" if all(row.outcome != "interrupted" for row in attempts) else "broken attempt"
            text = f"{rows} on the {units.ordinal(last.number)} attempt, after {units.plural(bad, word)}"
            return Reason(text, last.evidence)
        return Reason(rows, last.evidence)
    if last.outcome == "running":
        return Reason(f"attempt {last.number} is under way", last.evidence)
    if last.outcome == "failed":
        tried = "" if len(attempts) == 1 else f", the last of {units.count(len(attempts))} attempts"
        return Reason(f"{units.quoted(last.error)}{tried}", last.evidence)
    return Reason(f"attempt {last.number} was cut off and not taken up again", last.evidence)


def _aside(moment: Moment, slot: int) -> str:
    length, middle = chunk_duration(moment, slot), median_duration(moment)
    if length is None:
        return "when it began is unknown" if moment.state.chunks.last_attempt[slot] != NOWHERE else ""
    if not middle:
        return f"took {units.duration(length)}"
    if length < middle / 20:  # "0.0 ×" says nothing
        return f"{units.duration(length)}; the run's median is {units.duration(middle)}"
    return f"{units.duration(length)}, {length / middle:.1f} × the run's median of {units.duration(middle)}"


def _facts(moment: Moment, slot: int) -> tuple[Row, ...]:
    chunks, files = moment.state.chunks, moment.state.files
    parts = _distinct(moment, slot)
    named = [chunks.part_file[part] for part in parts if chunks.part_file[part] != NOWHERE]
    known = [told for file in named if (told := files.told(file)[1]) >= 0]
    size = Span(units.size(sum(known)), lead="bytes") if known else Span("unknown", Tone.MUTED, lead="bytes")
    rows = [_keys_row(moment, slot)]
    if chunks.states[slot] == COMPLETED or parts:
        rows.append(Row("rows", _rows_spans(moment, slot)))
        rows.append(Row("parts", (Span(units.count(len(parts))), size)))
        for part in parts[:20]:
            name = getattr(moment.log.event(chunks.part_position[part]), "file_name", None)
            where = evidence(moment, [chunks.part_position[part]])
            if name is not None:
                rows.append(Row("", (Span(name, Tone.MUTED),), evidence=where))
        if len(parts) > 20:
            rows.append(Row("", (Span(f"first 20 of {len(parts):,} shown", Tone.MUTED),)))
    rows.append(_neighbour(moment, "previous", chunks.indexes[slot] - 1))
    rows.append(_neighbour(moment, "next", chunks.indexes[slot] + 1))
    return tuple(rows)


def _distinct(moment: Moment, slot: int) -> list[int]:
    """Its parts in the order of the log; the same file twice is one part."""
    chunks = moment.state.chunks
    found: dict[tuple[int, int], int] = {}
    for part in list(chunks.parts(slot))[::-1]:
        file = chunks.part_file[part]
        found.setdefault((file, part if file == NOWHERE else 0), part)
    return list(found.values())


def _rows_spans(moment: Moment, slot: int) -> tuple[Span, ...]:
    chunks = moment.state.chunks
    rows = chunks.rows(slot, moment.state.files)
    last = chunks.attempts(slot)[-1]
    length = lasted(moment, last.start, last.end)
    spans = [Span(units.count(rows))]
    if length:
        spans.append(Span(units.rate(rows * 1e9 / length), Tone.MUTED))
    return tuple(spans)


def bounds_of(moment: Moment, slot: int) -> tuple[str, str] | None:
    """The chunk's inclusive key bounds, from its last start or its planning."""
    chunks = moment.state.chunks
    starts = [attempt.start for attempt in chunks.attempts(slot) if attempt.start != NOWHERE]
    for position in (*reversed(starts), chunks.planned.get(slot, NOWHERE)):
        if position != NOWHERE:
            event = moment.log.event(position)
            if isinstance(event, ev.ChunkStarted | ev.ChunkPlanned):
                return event.start_key, event.end_key
    return None


def key_words(key: str) -> str:
    """A key in prose: with commas where it is a whole number, written as one (`00501` is a text)."""
    return f"{int(key):,}" if re.fullmatch(r"0|-?[1-9]\d{0,17}", key, re.ASCII) else key


def _keys_row(moment: Moment, slot: int) -> Row:
    bounds = bounds_of(moment, slot)
    if bounds is None:
        return Row("keys", (Span("unknown", Tone.MUTED),))
    plan = plan_of(moment.state, moment.log)
    spans = [Span(f"{key_words(bounds[0])} to {key_words(bounds[1])}")]
    if plan is not None and plan.chunk_key:
        spans.append(Span(f"on {plan.chunk_key}", Tone.MUTED))
    return Row("keys", tuple(spans))


def _neighbour(moment: Moment, label: str, index: int) -> Row:
    chunks = moment.state.chunks
    slot = chunks.slot_of.get(index)
    if slot is None:
        return Row(label, (Span(units.NOT_APPLICABLE, Tone.FAINT),))
    length = chunk_duration(moment, slot)
    spans = [Span(f"chunk {index:,}")]
    if length is not None:
        spans.append(Span(units.duration(length), Tone.MUTED))
    mark = chunk_mark(moment, slot)
    spans.append(Span(CHUNK_WORDS[mark], Tone.FAILED if mark is Mark.FAILED else Tone.MUTED))
    return Row(label, tuple(spans))


def range_query(moment: Moment, slot: int) -> tuple[str, str]:
    """(the plan's query with this chunk's bounds, what to know of it) or ("", why there is none)."""
    from runwatch.answers.query import NoQuery, range_sql, remark  # only where a chunk is looked at

    plan, bounds = plan_of(moment.state, moment.log), bounds_of(moment, slot)
    if plan is None:
        return "", "the log holds no plan, so no query"
    if bounds is None and plan.strategy == "keyset":
        return "", "a page of a keyset run: the log does not say at which keys it began and ended"
    if bounds is None:
        return "", "the log does not say which keys this chunk covers"
    if not plan.chunk_key:
        return "", "the plan names no key"
    try:
        return range_sql(plan.base_query, plan.chunk_key, *bounds), remark(*bounds)
    except NoQuery as why:
        return "", str(why)
