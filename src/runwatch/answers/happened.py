"""The answer to "what happened?"."""

from __future__ import annotations

from datetime import UTC, tzinfo

from runwatch.answers import units
from runwatch.answers.behind import at, listed, of_kinds, resting_on
from runwatch.answers.estimate import rate_of
from runwatch.answers.figures import Happened, chunks_done, chunks_total, duration_ms, happened
from runwatch.answers.view import Answer, Mark, Reply, Row, Series, Span, Tone
from runwatch.core.findings import where_told
from runwatch.core.growth import rows_of
from runwatch.core.runs import Moment
from runwatch.core.times import MILLISECOND

GRAPH_BUCKETS = 38
_UNFINISHED = ("running", "stalled", "lost")


def reply(moment: Moment) -> Reply:
    """What was delivered, and in how long."""
    return Reply(_sentence(moment, happened(moment)))


def answer(moment: Moment, zone: tzinfo = UTC) -> Answer:
    """The same, and in how many attempts, and how fast."""
    figures = happened(moment)
    return Answer(
        "2",
        "Happened",
        _sentence(moment, figures),
        tuple(row for row in _rows(moment, figures) if row.spans),
        badge=Mark.FAILED if figures.chunk_failures else Mark.NONE,
        badge_count=figures.chunk_failures,
        graph=_graph(moment),
    )


_NOTHING, _NOTHING_YET = "nothing was written", "nothing written so far"


def _sentence(moment: Moment, figures: Happened) -> str:
    rows = None if figures.rows is None else f"{units.prose(figures.rows)} {'row' if figures.rows == 1 else 'rows'}"
    done = _delivered(moment, figures)
    if done is None or rows is None:
        return "the log does not say what was done" if figures.files is None else (done or _NOTHING_YET)
    if done in (_NOTHING, _NOTHING_YET) and not figures.rows:
        return f"{done}{_how_long(moment) if done == _NOTHING else ''}"
    return f"{done}, {rows}{_how_long(moment)}"


def _delivered(moment: Moment, figures: Happened) -> str | None:
    counts = figures.chunks
    if counts.seen:
        if counts.completed == counts.seen or moment.judgement.verdict in _UNFINISHED:
            return f"{units.plural(counts.completed, 'chunk')} completed"
        return f"{units.count(counts.completed)} of {units.plural(counts.seen, 'chunk')} seen completed"
    if figures.files:
        return units.plural(figures.files, "file")
    if done := chunks_done(moment):
        return f"{units.plural(done, 'chunk')} completed"
    if figures.files is None:
        return None
    return _NOTHING if moment.state.has_ended else _NOTHING_YET


def _how_long(moment: Moment) -> str:
    length = duration_ms(moment)
    if not moment.state.has_ended:
        return " so far"
    return "" if length is None else f" in {units.duration(length * MILLISECOND)}"


def _rows(moment: Moment, figures: Happened) -> tuple[Row, ...]:
    rows, files = Row("rows", _row_spans(moment, figures)), Row("files", _file_spans(figures))
    retries = (
        Span(units.count(figures.retries), Tone.DEGRADED if figures.retries else Tone.INK),
        Span(units.duration(figures.backoff_ms * MILLISECOND) if figures.retries else "none", lead="backoff"),
    )
    said = bool(moment.state.failures)
    return (
        _chunks_row(moment, figures),
        resting_on(moment, Row("attempts", _attempt_spans(moment, figures)), *_attempt_kinds(moment), said=said),
        _delivered_rows(moment, rows),
        _delivered_files(moment, files),
        resting_on(moment, Row("retries", retries), "RetryAttempted", said=True),
    )


def _chunks_row(moment: Moment, figures: Happened) -> Row:
    row = Row("chunks", _chunk_spans(moment, figures))
    if figures.chunks.seen:
        return resting_on(moment, row, *_chunk_kinds(moment, figures))
    return at(moment, row, where_told(moment.state, moment.log, "chunks_done"))


def _chunk_kinds(moment: Moment, figures: Happened) -> list[str]:
    """What tells of chunks in the states that are shown; completed ones always are."""
    counts, state = figures.chunks, moment.state
    kinds = ["ChunkStarted"] if counts.running or counts.interrupted else []
    kinds += ["ChunkCompleted"]
    kinds += ["ChunkFailed"] if counts.failed or counts.recovered else []
    return kinds + (["RetryAttempted"] if state.retries and (counts.interrupted or counts.recovered) else [])


def _attempt_kinds(moment: Moment) -> list[str]:
    """The failed ones; where there are none what began, and what is known of only by its end."""
    state = moment.state
    if state.failures:
        return ["ChunkFailed"]
    return ["ChunkStarted", "ChunkCompleted"] if state.chunks.completed_without_start else ["ChunkStarted"]


def _delivered_rows(moment: Moment, row: Row) -> Row:
    if moment.state.is_written:
        return resting_on(moment, row, "FileWritten", "ChunkCompleted")
    return _told_by_progress(moment, row)


def _delivered_files(moment: Moment, row: Row) -> Row:
    if moment.state.is_written:
        count, named = moment.state.files_named()
        query = f"{of_kinds('FileWritten', 'ChunkCompleted')} !file=?"
        return listed(moment, row, named, count, query)
    return _told_by_progress(moment, row)


def _told_by_progress(moment: Moment, row: Row) -> Row:
    told = moment.state.progress_positions
    return at(moment, row, told[-1]) if told else row


def _chunk_spans(moment: Moment, figures: Happened) -> tuple[Span, ...]:
    counts, done = figures.chunks, chunks_done(moment)
    if not counts.seen and not counts.pending and done is None:
        return ()
    total = chunks_total(moment)
    of = f"of {units.count(total)}" if total is not None else "of unknown total"
    spans = [Span(f"{units.count(done or 0)} {of}")]
    for number, word, tone in (
        (counts.recovered, "recovered", Tone.DEGRADED),
        (counts.failed, "failed", Tone.FAILED),
        (counts.interrupted, "interrupted", Tone.DEGRADED),
        (counts.running, "running", Tone.RUNNING),
    ):
        if number:
            spans.append(Span(f"{units.count(number)} {word}", tone, bold=tone is Tone.FAILED))
    return tuple(spans)


def _attempt_spans(moment: Moment, figures: Happened) -> tuple[Span, ...]:
    if not figures.chunks.seen:
        return ()
    attempts = len(moment.state.chunks.attempt_start)
    failed, causes = figures.chunk_failures, len(moment.state.causes)
    spans = [Span(units.count(attempts))]
    if failed:
        spans += [Span(f"{units.count(failed)} failed", Tone.FAILED), Span(units.plural(causes, "cause"), Tone.MUTED)]
    elif figures.failures_recorded:
        spans.append(Span("none failed", Tone.MUTED))
    if not figures.failures_recorded:
        spans.append(Span("failures are not recorded in this run", Tone.MUTED))
    return tuple(spans)


def _row_spans(moment: Moment, figures: Happened) -> tuple[Span, ...]:
    if figures.rows is None:
        return (Span("unknown", Tone.MUTED),)
    speed = rate_of(moment)
    spans = [Span(units.count(figures.rows))]
    if speed is not None:
        spans.append(Span(units.rate(speed), Tone.MUTED))
    return tuple(spans)


def _file_spans(figures: Happened) -> tuple[Span, ...]:
    if figures.files is None:
        return (Span("unknown", Tone.MUTED),)
    spans = [Span(units.count(figures.files))]
    if figures.bytes is not None:
        least = "≥ " if figures.files_without_bytes else ""
        spans.append(Span(least + units.size(figures.bytes), lead="bytes"))
    elif figures.files:
        spans.append(Span("unknown", Tone.MUTED, lead="bytes"))
    return tuple(spans)


def _graph(moment: Moment) -> Series | None:
    """Rows a second over the run, for one that may still go on."""
    if moment.judgement.verdict not in ("running", "stalled"):
        return None
    return series(moment, GRAPH_BUCKETS)


def series(moment: Moment, buckets: int) -> Series | None:
    """Rows a second in the last buckets; None where there is nothing to draw."""
    verdict = moment.judgement.verdict
    until = moment.now
    if verdict == "lost":
        until = moment.log.moment(moment.state.positions - 1) or until
    values = rows_of(moment.state, moment.log).rates(until, buckets)
    known = [value for value in values if value is not None]
    if len(known) < 2 or not any(known):
        return None
    return Series(values, units.short(max(known)), units.short(known[-1]), verdict == "running")
