"""The answer to "what was planned?"."""

from __future__ import annotations

from datetime import UTC, tzinfo

from runwatch.answers import units
from runwatch.answers.behind import at, listed, of_kinds
from runwatch.answers.evidence import evidence
from runwatch.answers.figures import chunk_counts, chunks_total
from runwatch.answers.view import Answer, Reply, Row, Span, Tone
from runwatch.core import events as ev
from runwatch.core.findings import plan_of
from runwatch.core.run import NOWHERE
from runwatch.core.runs import Moment

LISTED = 200


def reply(moment: Moment) -> Reply:
    """The plan in one sentence."""
    plan = plan_of(moment.state, moment.log)
    return Reply("the log holds no plan", quiet=True) if plan is None else Reply(plan_words(plan))


def answer(moment: Moment, zone: tzinfo = UTC) -> Answer:
    """The same, and what the plan asks for."""
    plan, said = plan_of(moment.state, moment.log), reply(moment)
    if plan is None:
        rows = (_chunks_row(moment, plan), *_continued_rows(moment), *_warning_rows(moment))
        return Answer("1", "Planned", said.sentence, rows, said.quiet)
    where = evidence(moment, [moment.state.plan])
    rows = (
        Row("query", (Span(units.one_line(plan.base_query)),), evidence=where),
        _chunks_row(moment, plan),
        *(at(moment, row, moment.state.plan) for row in _of_plan(moment, plan)),
        *_continued_rows(moment),
        *_warning_rows(moment),
    )
    return Answer("1", "Planned", said.sentence, rows, said.quiet)


def _of_plan(moment: Moment, plan: ev.PlanResolved) -> tuple[Row, ...]:
    return (
        Row("batch", (_batch(plan), Span(units.one_line(plan.tuning_profile), Tone.MUTED, lead="profile"))),
        Row("checks", (Span(_checks(plan)),)),
        Row("resumable", (*_resumable(plan, is_told=moment.state.resumes != NOWHERE), _warnings(moment))),
    )


def _batch(plan: ev.PlanResolved) -> Span:
    return Span(units.plural(plan.batch_size, "row"))


def plan_words(plan: ev.PlanResolved) -> str:
    """The plan in one sentence."""
    key = f" by {plan.chunk_key}" if plan.chunk_key else ""
    compression = "" if plan.compression in ("", "none") else f", {plan.compression}"
    resumed = ", resumed" if plan.resume else ""
    return units.one_line(f"{plan.strategy}{key} into {plan.destination_type} {plan.format}{compression}{resumed}")


def _checks(plan: ev.PlanResolved) -> str:
    asked = [name for name, is_asked in (("validate", plan.validate), ("reconcile", plan.reconcile)) if is_asked]
    return ", ".join(asked) or "none asked"


def _resumable(plan: ev.PlanResolved, *, is_told: bool) -> tuple[Span, ...]:
    word = Span("yes" if plan.resumable else "no")
    return (word, Span("continues an earlier run")) if plan.resume and not is_told else (word,)


def _continued_rows(moment: Moment) -> tuple[Row, ...]:
    """Which run it goes on with, where that is known."""
    position = moment.state.resumes
    if position == NOWHERE:
        return ()
    begun = moment.log.event(position)
    assert isinstance(begun, ev.RunStarted)
    row = Row("continues", (Span(units.one_line(begun.resumes or "")),))
    return (at(moment, row, position),)


def _warnings(moment: Moment) -> Span:
    count = len(moment.state.plan_warnings)
    return Span(units.count(count) if count else "none", Tone.DEGRADED if count else Tone.INK, lead="warnings")


def _chunks_row(moment: Moment, plan: ev.PlanResolved | None) -> Row:
    total = chunks_total(moment)
    if total is not None:
        return _total_told(moment, Row("chunks", (Span(units.count(total)),)))
    if not chunk_counts(moment).seen and plan is not None and plan.chunk_key is None:
        return at(moment, Row("chunks", (Span("not chunked", Tone.MUTED),)), moment.state.plan)
    return Row("chunks", (Span("unknown total", Tone.MUTED), Span("the log does not say", Tone.MUTED)))


def _total_told(moment: Moment, row: Row) -> Row:
    """The total is a source's last word on it, else as many chunks as it planned one by one."""
    state = moment.state
    if state.chunks_total is None:
        planned = sorted(state.chunks.planned.values())
        return listed(moment, row, planned, len(planned), of_kinds("ChunkPlanned"))
    told = (position for position in reversed(state.progress_positions) if _says_total(moment.log.event(position)))
    return at(moment, row, next(told, NOWHERE))


def _says_total(event: ev.Event) -> bool:
    return isinstance(event, ev.Progress) and event.chunks_total is not None


def _warning_rows(moment: Moment) -> tuple[Row, ...]:
    rows: list[Row] = []
    for position in moment.state.plan_warnings[:LISTED]:
        warning = moment.log.event(position)
        assert isinstance(warning, ev.PlanWarning)
        text = Span(units.one_line(f"{warning.rule}: {warning.message}"))
        rows.append(Row("" if rows else "warnings", (text,), evidence=evidence(moment, [position])))
    count = len(moment.state.plan_warnings)
    if count > LISTED:
        more = Row("", (Span(f"first {LISTED} of {count:,} shown", Tone.MUTED),))
        rows.append(listed(moment, more, moment.state.plan_warnings, count, of_kinds("PlanWarning")))
    return tuple(rows)
