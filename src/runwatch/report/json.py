"""The summary as JSON, stable under `runwatch.summary/1`: scripts rely on its keys and their order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import orjson
from msgspec import to_builtins

from runwatch.answers import figures
from runwatch.answers.reasons import reasons
from runwatch.answers.words import finding_words
from runwatch.core.encode import fields_of
from runwatch.core.findings import EVIDENCE_AT_MOST, Finding, plan_of
from runwatch.core.places import Place
from runwatch.core.runs import Moment
from runwatch.core.text import escape_controls
from runwatch.core.times import format_time
from runwatch.core.when import When, ends
from runwatch.report.chunks import FailedChunk, Try, failed_chunks
from runwatch.report.look import Look
from runwatch.report.repeats import repeats
from runwatch.report.summary import Summary

JSON = dict[str, Any]
SCHEMA = "runwatch.summary/1"


def render(summary: Summary, look: Look) -> str:
    """One JSON document; it looks the same on any terminal. What is invisible in a path is written as `\\uXXXX`."""
    text = dumps(document(summary))
    if text.isascii() and "\x7f" not in text:  # inside JSON no other control stands as it is
        return text
    return "\n".join(map(escape_controls, text.split("\n")))


def dumps(value: Any) -> str:
    """Indented JSON of any number of digits and any text, on which the strict writer would give up."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    except orjson.JSONEncodeError:  # a sum beyond 64 bits, or a path that is no UTF-8
        return json.dumps(value, indent=2) + "\n"


def document(summary: Summary) -> JSON:
    """The summary under the names of PRODUCT.md, "Summary as JSON"."""
    return {
        "schema": SCHEMA,
        "generated_at": format_time(summary.generated_at),
        "totals": to_builtins(summary.totals),
        "runs": [_run(moment, summary.when) for moment in summary.runs],
        "problems": [to_builtins(trouble) for trouble in summary.problems],
    }


def _run(moment: Moment, when: When | None) -> JSON:
    state = moment.state
    first, last = ends(state)
    outcome = figures.outcome(moment)
    return {
        "run_id": moment.run_id,
        "export_name": moment.export,
        "verdict": moment.judgement.verdict,
        "reasons": [reason.text for reason in reasons(moment)],
        "started_at": figures.stamp(moment, first),
        "last_event_at": figures.stamp(moment, last),
        "ended_at": figures.stamp(moment, state.outcome),
        "duration_ms": figures.duration_ms(moment),
        "events": state.events,
        "repeats": repeats(moment, when),
        "at": _at(moment),
        "planned": _planned(moment),
        "happened": to_builtins(figures.happened(moment)),
        "degraded": _degraded(moment),
        "succeeded": _succeeded(moment),
        "outcome": None if outcome is None else fields_of(outcome),
        "findings": [_finding(moment, finding) for finding in moment.judgement.findings],
        "failed_chunks": [_failed_chunk(chunk) for chunk in failed_chunks(moment)],
    }


def _at(moment: Moment) -> JSON | None:
    cut = moment.cut
    if cut is None:
        return None
    time = None if cut.time is None else format_time(cut.time, cut.digits)
    return {"time": time, "event": moment.state.events}


def _planned(moment: Moment) -> JSON:
    plan = plan_of(moment.state, moment.log)
    return {
        "plan": None if plan is None else fields_of(plan),
        "chunks_total": figures.chunks_total(moment),
        "warnings": _fields(moment, moment.state.plan_warnings),
    }


def _degraded(moment: Moment) -> JSON:
    state = moment.state
    return {
        "quality": _fields(moment, state.quality),
        "schema_changes": _fields(moment, state.schema),
        "warnings": _fields(moment, state.warnings),
        "parallelism": _fields(moment, state.parallelism),
    }


def _fields(moment: Moment, positions: Iterable[int]) -> list[JSON]:
    """The events' own fields, in the order of the log."""
    return [fields_of(moment.log.event(position)) for position in positions]


def _succeeded(moment: Moment) -> JSON:
    found = figures.reconciliation(moment)
    return {"validation": figures.validation(moment), "reconciliation": to_builtins(found) | {"delta": found.delta}}


def _finding(moment: Moment, finding: Finding) -> JSON:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding_words(finding),
        "evidence": _evidence(figures.places(moment, finding.positions)),
    }


def _evidence(places: tuple[Place, ...]) -> list[str]:
    return [str(place) for place in places[:EVIDENCE_AT_MOST]]


def _failed_chunk(chunk: FailedChunk) -> JSON:
    return {
        "chunk_index": chunk.chunk_index,
        "state": chunk.state,
        "start_key": chunk.start_key,
        "end_key": chunk.end_key,
        "rows": chunk.rows,
        "attempts": [_attempt(attempt) for attempt in chunk.tries],
    }


def _attempt(attempt: Try) -> JSON:
    return {
        "number": attempt.number,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "outcome": attempt.outcome,
        "error": attempt.error,
        "evidence": _evidence(attempt.evidence),
    }
