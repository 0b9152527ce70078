"""A run at a glance: its row in the Runs table; the last outcomes of an export."""

from __future__ import annotations

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.degraded import degradations
from runwatch.answers.estimate import rate_of
from runwatch.answers.figures import (
    Happened,
    chunks_done,
    chunks_total,
    duration_ms,
    happened,
    last_event_at,
    started_at,
)
from runwatch.answers.happened import series
from runwatch.answers.reasons import reasons
from runwatch.answers.view import Series
from runwatch.core.run import FAILED, INTERRUPTED
from runwatch.core.runs import Moment
from runwatch.core.times import MILLISECOND

SPARK_BUCKETS = 8


class ChunkBar(Struct, frozen=True):
    """The runs table's bar. Without a total nothing proportional is drawn."""

    done: int = 0
    running: int = 0
    failed: int = 0
    total: int | None = None
    finished: bool = False
    """Success, and all seen completed: a full calm line."""


class RunRow(Struct, frozen=True):
    """One run in the Runs table: words as they are shown, and the numbers to sort and filter by."""

    run_id: str
    export: str
    verdict: str
    started: int | None
    """ns since 1970, UTC."""
    elapsed: str
    elapsed_ms: int | None
    bar: ChunkBar
    chunks: str
    chunks_done: int
    rows: str
    rows_count: int | None
    rate: str
    rate_value: float | None
    spark: Series | None
    retries: int | None
    degraded: int | None
    last_event: int | None
    silence: int | None
    """ns; set for a stalled or lost run: its `last` column is amber, in two units."""
    why: str
    failures: int
    """Failed and interrupted attempts, and the outcome where that failed."""
    is_whole: bool = True
    """All that was there of it has been read; else its figures can still rise."""


class ExportStrip(Struct, frozen=True):
    """The last outcomes of one export, newest right."""

    export: str
    verdicts: tuple[str, ...]
    run_ids: tuple[str, ...]


def run_row(moment: Moment, *, is_whole: bool = True) -> RunRow:
    """One run as a row. Costs about as much as its verdict: make it for the rows on screen only."""
    figures = happened(moment)
    verdict = moment.judgement.verdict
    length = _elapsed_ms(moment)
    speed = rate_of(moment)
    silence = moment.judgement.silence
    quiet = verdict in ("stalled", "lost") and silence is not None
    return RunRow(
        run_id=moment.run_id,
        export=moment.export,
        verdict=verdict,
        started=started_at(moment),
        elapsed=units.UNKNOWN if length is None else units.duration(length * MILLISECOND),
        elapsed_ms=length,
        bar=_bar(moment, figures),
        chunks=_chunks(moment, figures),
        chunks_done=chunks_done(moment) or 0,
        rows=units.UNKNOWN if figures.rows is None else units.short(figures.rows),
        rows_count=figures.rows,
        rate=_rate(figures, speed),
        rate_value=speed,
        spark=series(moment, SPARK_BUCKETS) if verdict in ("running", "stalled", "lost") else None,
        retries=figures.retries,
        degraded=degradations(moment),
        last_event=last_event_at(moment),
        silence=silence.length if quiet and silence is not None else None,
        why=why(moment),
        failures=failures(moment),
        is_whole=is_whole,
    )


def why(moment: Moment) -> str:
    """The first reason; nothing for a run that is well."""
    return "" if moment.judgement.verdict in ("succeeded", "skipped") else reasons(moment)[0].text


def failures(moment: Moment) -> int:
    """Failed and interrupted attempts; of a failed run without any, its outcome counts as one."""
    chunks, verdict = moment.state.chunks, moment.judgement.verdict
    broken = chunks.attempt_outcome.count(FAILED) + chunks.attempt_outcome.count(INTERRUPTED)
    if verdict == "lost":
        broken += len(chunks.open)
    return max(broken, int(verdict == "failed"))


def age_words(row: RunRow, now: int) -> str:
    """The column `last`: the age of the last event, or how long a stalled or lost run has been silent.

    Of a run that is not whole yet neither is known: what was read last is not what was written last.
    """
    if not row.is_whole:
        return "so far"
    if row.silence is not None:
        return units.silence(row.silence)
    return units.UNKNOWN if row.last_event is None else units.age(now - row.last_event)


def _elapsed_ms(moment: Moment) -> int | None:
    """A running run's grows with the clock; a lost run's length is unknown."""
    verdict, start = moment.judgement.verdict, started_at(moment)
    if verdict in ("running", "stalled") and start is not None:
        return max(0, moment.now - start) // MILLISECOND
    return None if verdict == "lost" else duration_ms(moment)


def _rate(figures: Happened, speed: float | None) -> str:
    if speed is not None:
        return units.rate(speed).removesuffix("/s")
    return units.UNKNOWN if figures.rows is None else units.NOT_APPLICABLE


def _chunks(moment: Moment, figures: Happened) -> str:
    counts = figures.chunks
    total = chunks_total(moment)
    if not counts.seen and not counts.pending and total is None:
        return units.NOT_APPLICABLE
    done = chunks_done(moment) or 0
    if _is_finished(moment, figures):
        return units.count(done)
    return f"{units.count(done)}/{units.UNKNOWN if total is None else units.count(total)}"


def _is_finished(moment: Moment, figures: Happened) -> bool:
    """The status is success, and all chunks seen completed."""
    counts = figures.chunks
    good = moment.judgement.verdict in ("succeeded", "degraded", "contradicted")
    if not counts.seen and not counts.pending:
        return good and 0 < (chunks_done(moment) or 0) == chunks_total(moment)
    return good and 0 < counts.completed == counts.seen + counts.pending


def _bar(moment: Moment, figures: Happened) -> ChunkBar:
    counts = figures.chunks
    return ChunkBar(
        chunks_done(moment) or 0,
        counts.running,
        counts.failed + counts.interrupted,
        chunks_total(moment),
        _is_finished(moment, figures),
    )
