"""The answer to "what degraded?"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from typing import Any

from runwatch.answers import units
from runwatch.answers.behind import listed, of_kinds
from runwatch.answers.evidence import evidence
from runwatch.answers.view import Answer, Mark, Reply, Row, Span, Tone
from runwatch.core import events as ev
from runwatch.core.runs import Moment

LISTED = 200
"""Lines a group; of more the newest are shown, and the number is said."""


def reply(moment: Moment) -> Reply:
    """What degraded, if anything did."""
    return Reply(sentence(moment), quiet=not degradations(moment))


def answer(moment: Moment, zone: tzinfo = UTC) -> Answer:
    """Quality, schema and warnings degrade a run; permits are counted and shown."""
    state = moment.state
    count = degradations(moment)
    rows = (
        *_group(moment, "quality", state.quality, quality_words),
        *_group(moment, "schema", state.schema, schema_words),
        *_group(moment, "warnings", state.warnings, warning_words),
        *_group(moment, "permits", state.parallelism, permit_words, zone),
    )
    badge = Mark.DEGRADED if count else Mark.NONE
    said = reply(moment)
    return Answer("3", "Degraded", said.sentence, rows, said.quiet, badge, count)


def degradations(moment: Moment) -> int:
    """How many events degrade the run."""
    return len(moment.state.quality) + len(moment.state.schema) + len(moment.state.warnings)


def sentence(moment: Moment) -> str:
    """The one degradation in its own words, or how many there are of which kind."""
    state = moment.state
    permits = len(state.parallelism)
    if not degradations(moment):
        return f"nothing degraded; {units.plural(permits, 'permit change')}" if permits else "nothing degraded"
    if degradations(moment) == 1:
        position = [*state.quality, *state.schema, *state.warnings][0]
        return describe(moment.log.event(position))
    kinds = (
        (len(state.quality), "quality issue"),
        (len(state.schema), "schema change"),
        (len(state.warnings), "warning"),
    )
    return ", ".join(units.plural(number, noun) for number, noun in kinds if number)


def describe(event: ev.Event) -> str:
    """A degradation as one line of prose."""
    match event:
        case ev.QualityIssue():
            text = f"quality {event.severity}: {event.message}"
        case ev.SchemaChanged():
            text = f"schema changed: {schema_words(event)}"
        case ev.Warning():
            text = f"warning: {warning_words(event)}"
        case _:
            text = event.kind
    return units.one_line(text)


def quality_words(event: ev.QualityIssue) -> str:
    """The severity and the message."""
    return f"{event.severity} {event.message}"


def schema_words(event: ev.SchemaChanged) -> str:
    """Added with +, removed with −, changed with an arrow."""
    changed = [f"{column}: {old} → {new}" for column, old, new in event.type_changed]
    added, removed = [f"+ {name}" for name in event.added], [f"- {name}" for name in event.removed]
    return ", ".join([*added, *removed, *changed]) or "it does not say how"


def warning_words(event: ev.Warning) -> str:
    """`context: message`."""
    return f"{event.context}: {event.message}"


def permit_words(event: ev.ParallelismAdjusted) -> str:
    """`4 → 3`, and why."""
    return f"{event.from_:,} → {event.to:,}  {event.reason}"


_KINDS = {"quality": "QualityIssue", "schema": "SchemaChanged", "warnings": "Warning", "permits": "ParallelismAdjusted"}


def _group(
    moment: Moment, label: str, positions: Sequence[int], words: Callable[[Any], str], zone: tzinfo | None = None
) -> list[Row]:
    """The newest first, one line each; `zone` given: its time in front."""
    if not positions:
        return [Row(label, (Span("none", Tone.MUTED),))]
    rows: list[Row] = []
    for position in reversed(positions[-LISTED:]):
        text = units.one_line(words(moment.log.event(position)))
        time = moment.log.moment(position)
        stamp = "" if zone is None or time is None else units.clock(time, zone) + "  "
        tone = Tone.INK if zone is not None else Tone.DEGRADED
        rows.append(Row("" if rows else label, (Span(stamp + text, tone),), evidence=evidence(moment, [position])))
    if len(positions) > LISTED:
        more = Row("", (Span(f"newest {LISTED} of {len(positions):,} shown", Tone.MUTED),))
        rows.append(listed(moment, more, positions, len(positions), of_kinds(_KINDS[label])))
    return rows
