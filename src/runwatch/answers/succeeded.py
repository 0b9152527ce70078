"""The answer to "did it succeed?"."""

from __future__ import annotations

from datetime import UTC, tzinfo

from msgspec.structs import replace

from runwatch.answers import units
from runwatch.answers.behind import at, listed, of_chunks, of_kinds, resting_on
from runwatch.answers.degraded import sentence as degraded_sentence
from runwatch.answers.evidence import evidence
from runwatch.answers.figures import chunk_counts, chunks_done, chunks_total, outcome, reconciliation, validation
from runwatch.answers.view import Answer, Mark, Reply, Row, Span, Tone
from runwatch.core.run import FAILED, NOWHERE, PENDING, Chunks
from runwatch.core.runs import Moment
from runwatch.core.times import MILLISECOND

_AGAINST = {
    "reconcile_mismatch": "it says yes, the rows say no",
    "reconcile_rows": "it says yes, the rows say no",
    "validation_failed": "it says yes, validation says no",
    "quality_fail": "it says yes, a quality check says no",
    "chunk_unresolved": "it says yes, the chunks say no",
}
_VALIDATION = {
    "passed": (Mark.SUCCEEDED, "passed", Tone.INK),
    "passed_partly": (Mark.SUCCEEDED, "passed, for what was written before it", Tone.INK),
    "failed": (Mark.CONTRADICTED, "failed", Tone.CONTRADICTED),
    "not_asked": (Mark.NOT_ASKED, "not asked", Tone.MUTED),
    "unknown": (Mark.NOT_ASKED, "unknown", Tone.MUTED),
}


def reply(moment: Moment) -> Reply:
    """Whether it did, and if not, why."""
    return Reply(_sentence(moment), quiet=moment.judgement.verdict in ("running", "stalled", "skipped"))


def answer(moment: Moment, zone: tzinfo = UTC) -> Answer:
    """The same, and the outcome, the checks and the chunks, each with its mark."""
    rows = (_outcome_row(moment), _validation_row(moment), *_reconciliation_rows(moment), _chunks_row(moment))
    said, badge = reply(moment), _BADGES.get(moment.judgement.verdict, Mark.NONE)
    return Answer("4", "Succeeded", said.sentence, (*rows, *_error_rows(moment)), said.quiet, badge)


_BADGES = {"failed": Mark.FAILED, "contradicted": Mark.CONTRADICTED, "lost": Mark.LOST}


def _sentence(moment: Moment) -> str:
    verdict = moment.judgement.verdict
    if verdict == "failed":
        return _why_failed(moment)
    if verdict == "contradicted":
        codes = [finding.code for finding in moment.judgement.findings if finding.severity == "contradiction"]
        return _AGAINST.get(codes[0], "it says yes, the log says otherwise")
    return {
        "succeeded": "yes",
        "degraded": f"yes, but {degraded_sentence(moment)}",
        "skipped": "there was nothing to do",
        "lost": "no: it never ended",
    }.get(verdict, "not known yet")


def _why_failed(moment: Moment) -> str:
    counts = chunk_counts(moment)
    missing = counts.seen + counts.pending - counts.completed
    if missing:
        return f"no: {units.plural(missing, 'chunk')} never completed"
    end = outcome(moment)
    return f"no: the outcome is {units.one_line(end.status) if end else 'unknown'}"


def _outcome_row(moment: Moment) -> Row:
    end = outcome(moment)
    if end is None:
        word = "none: the run is lost" if moment.judgement.verdict == "lost" else "not yet"
        mark = Mark.LOST if moment.judgement.verdict == "lost" else Mark.NOT_ASKED
        return Row("outcome", (Span(word, Tone.MUTED),), mark)
    mark = {"success": Mark.SUCCEEDED, "skipped": Mark.SKIPPED}.get(end.status, Mark.FAILED)
    words = f"{units.one_line(end.status)} after {units.duration(end.duration_ms * MILLISECOND)}"
    return Row("outcome", (Span(words),), mark, evidence(moment, [moment.state.outcome]))


def _validation_row(moment: Moment) -> Row:
    where = evidence(moment, [moment.state.validation])
    found = _VALIDATION.get(validation(moment))
    if found is None:
        return at(moment, Row("validation", (_not_reported(moment),), Mark.NOT_ASKED), moment.state.plan)
    mark, word, tone = found
    row = Row("validation", (Span(word, tone, bold=tone is Tone.CONTRADICTED),), mark, where)
    return row if where.places else at(moment, row, moment.state.plan)


def _not_reported(moment: Moment) -> Span:
    return Span("asked, not reported" if moment.state.has_ended else "asked, not yet reported", Tone.MUTED)


def _reconciliation_rows(moment: Moment) -> tuple[Row, ...]:
    found = reconciliation(moment)
    where = evidence(moment, [moment.state.reconciliation])
    if found.state == "matched":
        rows = f"matched: {units.plural(found.source_count or 0, 'row')}"
        return (Row("reconciliation", (Span(rows),), Mark.SUCCEEDED, where), *_files_differ(moment))
    if found.state != "mismatched":
        word = Span(found.state.replace("_", " "), Tone.MUTED)
        span = _not_reported(moment) if found.state == "not_reported" else word
        return (at(moment, Row("reconciliation", (span,), Mark.NOT_ASKED), moment.state.plan),)
    source, exported = units.count(found.source_count or 0), units.count(found.exported_rows or 0)
    width = max(len(source), len(exported))
    difference = Span(units.signed(found.delta or 0), Tone.CONTRADICTED, bold=True)
    return (
        Row("reconciliation", (Span("mismatched", Tone.CONTRADICTED, bold=True),), Mark.CONTRADICTED, where),
        at(moment, Row("", (Span(source.rjust(width), lead="source  "),)), moment.state.reconciliation),
        at(moment, Row("", (Span(exported.rjust(width), lead="exported"), difference)), moment.state.reconciliation),
    )


def _files_differ(moment: Moment) -> tuple[Row, ...]:
    """The check agrees with itself, and not with the files that the log names."""
    for finding in moment.judgement.findings:
        if finding.code == "reconcile_rows":
            rows, exported = finding.facts["rows"], finding.facts["exported"]
            difference = Span(units.signed(rows - exported), Tone.CONTRADICTED, bold=True)
            words = Span(f"{units.plural(rows, 'row')} in them")
            row = Row("files", (words, difference), Mark.CONTRADICTED)
            said = evidence(moment, finding.positions)
            return (replace(resting_on(moment, row, "FileWritten", "ChunkCompleted"), evidence=said),)
    return ()


def _chunks_row(moment: Moment) -> Row:
    counts = chunk_counts(moment)
    if not counts.seen and not counts.pending:
        done, total = chunks_done(moment), chunks_total(moment)
        of = units.UNKNOWN if total is None else units.count(total)
        told = "none seen" if done is None else f"{units.count(done)} of {of} completed"
        return Row("chunks", (Span(told, Tone.MUTED),), Mark.NOT_ASKED)
    if counts.failed + counts.interrupted:
        words = [f"{units.count(counts.failed)} of {units.count(counts.seen)} failed"] if counts.failed else []
        words += [f"{units.count(counts.interrupted)} interrupted"] if counts.interrupted else []
        return _unresolved(moment, Row("chunks", (Span(", ".join(words)),), Mark.FAILED))
    open_ones = [(counts.pending, "pending"), (counts.running, "running")]
    if any(number for number, _ in open_ones):
        words = [f"{units.count(number)} {word}" for number, word in open_ones if number]
        return _under_way(moment, Row("chunks", (Span(", ".join(words), Tone.MUTED),), Mark.NOT_ASKED))
    mark = Mark.SUCCEEDED if moment.state.has_ended else Mark.NOT_ASKED
    text = "the one seen completed" if counts.seen == 1 else f"all {units.count(counts.seen)} seen completed"
    return resting_on(moment, Row("chunks", (Span(text),), mark), "ChunkCompleted")


def _unresolved(moment: Moment, row: Row) -> Row:
    """With what the unresolved chunks said last; all their beginnings and failures, where there are several."""
    chunks, is_lost = moment.state.chunks, moment.judgement.verdict == "lost"
    slots = [slot for slot in chunks.troubled if slot not in chunks.recovered and (slot not in chunks.open or is_lost)]
    slots += [slot for slot in chunks.open if is_lost and slot not in chunks.troubled]
    attempts = [chunks.last_attempt[slot] for slot in slots]
    spoke = sorted(_last_word(chunks, attempt) for attempt in attempts)
    failed = all(chunks.attempt_outcome[attempt] == FAILED for attempt in attempts)
    kinds = of_kinds("ChunkFailed") if failed else of_kinds("ChunkStarted", "ChunkFailed")
    query = of_chunks(kinds, [chunks.indexes[slot] for slot in slots])
    return listed(moment, row, spoke, len(spoke), query, said=True)


def _last_word(chunks: Chunks, attempt: int) -> int:
    end = chunks.attempt_end[attempt]
    return chunks.attempt_start[attempt] if end == NOWHERE else end


def _under_way(moment: Moment, row: Row) -> Row:
    """With the starts of the open attempts, or the planning of what is pending."""
    chunks = moment.state.chunks
    if chunks.counts[PENDING]:
        planned = sorted(chunks.planned.values())
        return listed(moment, row, planned, len(planned), of_kinds("ChunkStarted", "ChunkPlanned"))
    starts = sorted(chunks.attempt_start[attempt] for attempt in chunks.open.values())
    query = of_chunks(of_kinds("ChunkStarted"), [chunks.indexes[slot] for slot in chunks.open])
    return listed(moment, row, starts, len(starts), query)


def _error_rows(moment: Moment) -> tuple[Row, ...]:
    """The outcome's error in full, one row a line."""
    end = outcome(moment)
    if end is None or not end.error_message:
        return ()
    lines = end.error_message.strip().split("\n")
    rows = (Row("" if number else "error", (Span(line.rstrip()),)) for number, line in enumerate(lines))
    return tuple(at(moment, row, moment.state.outcome) for row in rows)
