"""The answer to "what was planned?"."""

from __future__ import annotations

from datetime import UTC, tzinfo

from runwatch.answers import units
from runwatch.answers.evidence import evidence
from runwatch.answers.figures import chunk_counts, chunks_total
from runwatch.answers.view import Answer, Row, Span, Tone
from runwatch.core import events as ev
from runwatch.core.findings import plan_of
from runwatch.core.runs import Moment

LISTED = 200


def answer(moment: Moment, zone: tzinfo = UTC) -> Answer:
    """The plan in one sentence, and what it asks for."""
    plan = plan_of(moment.state, moment.log)
    if plan is None:
        rows = (_chunks_row(moment, plan), *_warning_rows(moment))
        return Answer("1", "Planned", "the log holds no plan", rows, quiet=True)
    where = evidence(moment, [moment.state.plan])
    rows = (
        Row("query", (Span(units.one_line(plan.base_query)),), evidence=where),
        _chunks_row(moment, plan),
        Row("batch", (_batch(plan), Span(units.one_line(plan.tuning_profile), Tone.MUTED, lead="profile"))),
        Row("checks", (Span(_checks(plan)),)),
        Row("resumable", (*_resumable(plan), _warnings(moment))),
        *_warning_rows(moment),
    )
    return Answer("1", "Planned", _sentence(plan), rows)


def _batch(plan: ev.PlanResolved) -> Span:
    return Span(units.plural(plan.batch_size, "row"))


def _sentence(plan: ev.PlanResolved) -> str:
    key = f" by {plan.chunk_key}" if plan.chunk_key else ""
    compression = "" if plan.compression in ("", "none") else f", {plan.compression}"
    resumed = ", resumed" if plan.resume else ""
    return units.one_line(f"{plan.strategy}{key} into {plan.destination_type} {plan.format}{compression}{resumed}")


def _checks(plan: ev.PlanResolved) -> str:
    asked = [name for name, is_asked in (("validate", plan.validate), ("reconcile", plan.reconcile)) if is_asked]
    return ", ".join(asked) or "none asked"


def _resumable(plan: ev.PlanResolved) -> tuple[Span, ...]:
    word = Span("yes" if plan.resumable else "no")
    return (word, Span("continues an earlier run")) if plan.resume else (word,)


def _warnings(moment: Moment) -> Span:
    count = len(moment.state.plan_warnings)
    return Span(units.count(count) if count else "none", Tone.DEGRADED if count else Tone.INK, lead="warnings")


def _chunks_row(moment: Moment, plan: ev.PlanResolved | None) -> Row:
    total = chunks_total(moment)
    if total is not None:
        return Row("chunks", (Span(units.count(total)),))
    if not chunk_counts(moment).seen and plan is not None and plan.chunk_key is None:
        return Row("chunks", (Span("not chunked", Tone.MUTED),))
    return Row("chunks", (Span("unknown total", Tone.MUTED), Span("the log does not say", Tone.MUTED)))


def _warning_rows(moment: Moment) -> tuple[Row, ...]:
    rows: list[Row] = []
    for position in moment.state.plan_warnings[:LISTED]:
        warning = moment.log.event(position)
        assert isinstance(warning, ev.PlanWarning)
        text = Span(units.one_line(f"{warning.rule}: {warning.message}"))
        rows.append(Row("" if rows else "warnings", (text,), evidence=evidence(moment, [position])))
    count = len(moment.state.plan_warnings)
    if count > LISTED:
        rows.append(Row("", (Span(f"first {LISTED} of {count:,} shown", Tone.MUTED),)))
    return tuple(rows)
