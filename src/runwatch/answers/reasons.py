"""Why a verdict: sentences with the numbers in them, each with what proves it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from runwatch.answers import units
from runwatch.answers.degraded import describe
from runwatch.answers.estimate import time_left
from runwatch.answers.evidence import evidence
from runwatch.answers.figures import (
    Happened,
    chunk_counts,
    chunks_done,
    chunks_total,
    duration_ms,
    happened,
    outcome,
    started_at,
)
from runwatch.answers.view import Evidence, Reason, VerdictView
from runwatch.answers.words import finding_words
from runwatch.core import events as ev
from runwatch.core.findings import Finding
from runwatch.core.run import COMPLETED, FAILED
from runwatch.core.runs import Moment
from runwatch.core.times import MILLISECOND, SECOND


def verdict_view(moment: Moment) -> VerdictView:
    """The verdict with its reasons; an aside where there is only one."""
    found = reasons(moment)
    aside = ""
    if len(found) == 1:
        aside = f"code {found[0].code}" if found[0].code else ""
    if moment.judgement.verdict == "succeeded" and len(found) == 1:
        aside = "nothing degraded, nothing against it"
    return VerdictView(moment.judgement.verdict, found, aside)


def reasons(moment: Moment) -> tuple[Reason, ...]:
    """Never empty. The verdict's own sentence first, then contradictions, what else degraded or failed, and gaps."""
    verdict = moment.judgement.verdict
    found = list(_OWN[verdict](moment))
    found += [_finding(moment, finding) for finding in moment.judgement.findings if _contradicts(finding)]
    if verdict == "contradicted":
        found[0] = replace(found[0], text=f'rivet says "success"; {found[0].text}')
    if verdict != "degraded":
        found += _degradations(moment)
    if verdict in ("running", "stalled", "succeeded", "degraded", "contradicted", "lost"):
        found += _failures(moment)
    found += [_finding(moment, finding) for finding in moment.judgement.findings if not _contradicts(finding)]
    return tuple(replace(reason, text=units.one_line(reason.text)) for reason in found)


def _contradicts(finding: Finding) -> bool:
    return finding.severity == "contradiction"


def _finding(moment: Moment, finding: Finding) -> Reason:
    where = evidence(moment, finding.positions, finding.facts.get("places"))
    return Reason(finding_words(finding), where, finding.code)


def _failed(moment: Moment) -> Iterable[Reason]:
    end = outcome(moment)
    assert end is not None
    counts = chunk_counts(moment)
    where = evidence(moment, [moment.state.outcome])
    missing = counts.seen + counts.pending - counts.completed
    if missing:
        of = counts.seen + counts.pending
        text = f"{units.count(missing)} of the {units.plural(of, 'chunk')} seen never completed"
        yield Reason(text if of > 1 else "the one chunk seen never completed", where)
    elif counts.seen:
        known = "" if happened(moment).failures_recorded else " that the log names; failures are not recorded"
        yield Reason(f'rivet ended with status "{end.status}", though every chunk completed{known}', where)
    else:
        why = f": {units.quoted(end.error_message)}" if end.error_message else ""
        yield Reason(f'rivet ended with status "{end.status}"{why}', where)
    yield from _failures(moment)
    if counts.seen and end.error_message:
        yield Reason(units.quoted(end.error_message), where)


def _failures(moment: Moment) -> Iterable[Reason]:
    """The failed attempts in one sentence: which chunk, or how many of how many causes."""
    state, log = moment.state, moment.log
    if not state.failures:
        return
    first = log.event(state.failures[0])
    assert isinstance(first, ev.ChunkFailed)
    where = evidence(moment, state.failures, len(state.failures))
    error = units.quoted(first.error)
    count, causes = len(state.failures), len(state.causes)
    failing = {getattr(log.event(position), "chunk_index", 0) for position in state.failures[:64]}
    if len(failing) > 1 or count > 64:
        cause = f"1 cause: {error}" if causes == 1 else f"{causes:,} causes, the first: {error}"
        yield Reason(f"{units.plural(count, 'failure')}, {cause}", where)
        return
    slot = state.chunks.slot_of[first.chunk_index]
    ending = {COMPLETED: ", then recovered", FAILED: ""}.get(state.chunks.states[slot], ", and is not done")
    yield Reason(f"chunk {first.chunk_index:,} failed {units.times(count)}{ending}: {error}", where)


def _contradicted(moment: Moment) -> Iterable[Reason]:
    return ()  # the findings are its reasons


def _lost(moment: Moment) -> Iterable[Reason]:
    silence = moment.judgement.silence
    assert silence is not None
    length = "an unknown time" if silence.length is None else units.silence(silence.length)
    where = _last_evidence(moment)
    if silence.gone is None:
        yield Reason(f"silent for {length}, {units.whole_duration(moment.judgement.stale_after)} or more", where)
        return
    gone = silence.gone
    if gone.superseded_by is not None:
        yield Reason(f"it never ended; the later run {gone.superseded_by} took its place", where)
    elif gone.pid is not None:
        yield Reason(f"process {gone.pid} was seen and is gone; silent for {length}", where)
    else:
        yield Reason(f"its lease ran out at {gone.until}; silent for {length}", where)


def _stalled(moment: Moment) -> Iterable[Reason]:
    silence = moment.judgement.silence
    assert silence is not None
    if silence.length is None:
        yield Reason("it has not ended, and its events have no time: how long it is silent is unknown")
        return
    length = units.silence(silence.length)
    gap = f"its longest gap so far was {units.duration(silence.longest_gap)}"
    if silence.longest_gap <= SECOND:
        gap = f"{units.silence(silence.usual)} is the most it may be"
    yield Reason(f"silent for {length}; {gap}", _last_evidence(moment))


def _running(moment: Moment) -> Iterable[Reason]:
    counts, total, start = chunk_counts(moment), chunks_total(moment), started_at(moment)
    since = "" if start is None else f" after {units.duration(max(0, moment.now - start))}"
    if total is not None:
        text = f"{units.count(chunks_done(moment) or 0)} of {units.plural(total, 'chunk')}{since}"
    elif counts.seen:
        text = f"{units.plural(counts.completed, 'chunk')} completed{since}, of an unknown total"
    else:
        text = f"{_written(happened(moment)) or 'nothing written'}{since}"
    left = time_left(moment)
    if left is not None:
        text += f", about {units.silence(max(left, SECOND))} left"
    yield Reason(text, _last_evidence(moment))


def _written(figures: Happened) -> str:
    if not figures.files:
        return ""
    rows = "" if figures.rows is None else f"{units.plural(figures.rows, 'row')} in "
    return f"{rows}{units.plural(figures.files, 'file')}"


def _succeeded(moment: Moment) -> Iterable[Reason]:
    length = duration_ms(moment)
    took = "" if length is None else f", {units.duration(length * MILLISECOND)}"
    figures = happened(moment)
    nothing = "nothing was exported" if figures.files == 0 else "rivet says success, and no more"
    yield Reason((_written(figures) or nothing) + took, evidence(moment, [moment.state.outcome]))


def _degraded(moment: Moment) -> Iterable[Reason]:
    return _degradations(moment)


def _skipped(moment: Moment) -> Iterable[Reason]:
    end = outcome(moment)
    why = f": {units.quoted(end.error_message)}" if end is not None and end.error_message else ""
    yield Reason(f'rivet ended with status "skipped"{why}', evidence(moment, [moment.state.outcome]))


def _degradations(moment: Moment) -> list[Reason]:
    state, log = moment.state, moment.log
    found: list[Reason] = []
    for positions in (state.quality, state.schema, state.warnings):
        if not positions:
            continue
        text = describe(log.event(positions[0]))
        if len(positions) > 1:
            text = f"{text} (first of {len(positions):,})"
        found.append(Reason(text, evidence(moment, positions, len(positions))))
    return found


def _last_evidence(moment: Moment) -> Evidence:
    state = moment.state
    return evidence(moment, [state.last_heard])


_OWN: dict[str, Any] = {
    "failed": _failed,
    "contradicted": _contradicted,
    "lost": _lost,
    "stalled": _stalled,
    "running": _running,
    "succeeded": _succeeded,
    "degraded": _degraded,
    "skipped": _skipped,
}
