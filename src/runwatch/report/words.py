"""Sentences that the text and the markdown report share."""

from __future__ import annotations

from datetime import datetime, tzinfo

from runwatch.answers import degraded, figures, happened, planned, succeeded, units
from runwatch.answers.reasons import reasons
from runwatch.answers.view import Evidence, Reason, Reply
from runwatch.core.runs import Moment
from runwatch.core.text import safe_line
from runwatch.core.times import MILLISECOND, SECOND
from runwatch.core.verdict import ATTENTION
from runwatch.report.summary import Summary

ATTENTION_AT_MOST = 100
"""Runs told in full: a step summary of GitHub's holds 1 MiB, and nobody reads on for that many pages."""
QUIET_AT_MOST = 100
PROBLEMS_AT_MOST = 20
LINES_AT_MOST = 8
"""Of an error's text."""


def needing_attention(summary: Summary) -> list[Moment]:
    """Failed, contradicted, lost, stalled, degraded: in this order, then as they stand."""
    found = [moment for moment in summary.runs if moment.judgement.verdict in ATTENTION]
    return sorted(found, key=lambda moment: ATTENTION.index(moment.judgement.verdict))


def others(summary: Summary) -> list[Moment]:
    """Running, succeeded, skipped."""
    return [moment for moment in summary.runs if moment.judgement.verdict not in ATTENTION]


def headline(summary: Summary) -> str:
    """`3 of 12 runs need attention: 2 failed, 1 degraded`."""
    runs = len(summary.runs)
    if not runs:
        return "no runs"
    verdicts = [moment.judgement.verdict for moment in summary.runs]
    wrong = [verdict for verdict in verdicts if verdict in ATTENTION]
    if not wrong:
        running = verdicts.count("running")
        return f"nothing wrong in {units.plural(runs, 'run')}" + (f", {running:,} still running" if running else "")
    if runs == 1:
        return f"the run needs attention: {wrong[0]}"
    kinds = ", ".join(f"{wrong.count(kind):,} {kind}" for kind in ATTENTION if kind in wrong)
    return f"{len(wrong):,} of {runs:,} runs {'needs' if len(wrong) == 1 else 'need'} attention: {kinds}"


def what_was_read(summary: Summary, zone: tzinfo) -> str:
    """`./events/: 12 runs, 3,061 events, 5 problems; times in UTC`."""
    totals = summary.totals
    parts = [units.plural(totals.runs, "run"), units.plural(totals.events, "event")]
    if totals.problems:
        parts.append(units.plural(totals.problems, "problem"))
    if totals.unknown_events:
        parts.append(units.plural(totals.unknown_events, "unknown event"))
    moment = "" if summary.when is None else "each run as of the moment asked for, "
    return f"{safe_line(summary.label)}: {', '.join(parts)}; {moment}times in {_zone_names(summary, zone)}"


def _zone_names(summary: Summary, zone: tzinfo) -> str:
    """`CET`; `CEST and CET` where the runs began in both."""
    starts = sorted(start for moment in summary.runs if (start := figures.started_at(moment)) is not None)
    shown = starts or [summary.generated_at]
    names = dict.fromkeys(str(datetime.fromtimestamp(time // SECOND, zone).tzname()) for time in shown)
    return " and ".join(names)


def facts(moment: Moment, zone: tzinfo) -> str:
    """When it began, how long it took, and which moment is shown if that is not now."""
    length = figures.duration_ms(moment)
    parts = [f"started {started(moment, zone)}"]
    if length is not None:
        took = "took" if moment.state.has_ended else "seen for"
        parts.append(f"{took} {units.duration(length * MILLISECOND)}")
    parts.append(units.plural(moment.state.events, "event"))
    if moment.cut is not None:
        time = "an unknown time" if moment.cut.time is None else date_and_clock(moment.cut.time, zone)
        parts.append(f"shown as of {time}")
    return ", ".join(parts)


def started(moment: Moment, zone: tzinfo) -> str:
    """`2026-11-23 18:13:53`."""
    start = figures.started_at(moment)
    return "at an unknown time" if start is None else date_and_clock(start, zone)


def date_and_clock(time: int, zone: tzinfo) -> str:
    """A log is read days later, so the day is always there."""
    return datetime.fromtimestamp(time // SECOND, zone).strftime("%Y-%m-%d %H:%M:%S")


QUESTIONS = {"Planned": planned, "Happened": happened, "Degraded": degraded, "Succeeded": succeeded}


def replies(moment: Moment) -> dict[str, Reply]:
    """To the four questions, in their order."""
    return {name: question.reply(moment) for name, question in QUESTIONS.items()}


def proof(evidence: Evidence) -> str:
    """The evidence with the path as the user can open it."""
    if not evidence.places:
        return ""
    folder, slash, _ = safe_line(evidence.places[0].segment.path).rpartition("/")
    return f"{folder}{slash}{evidence.text}"


def error_lines(moment: Moment) -> list[str]:
    """The outcome's error where a reason cannot hold it: its lines, and how many more there are."""
    end = figures.outcome(moment)
    text = (end.error_message or "").strip() if end is not None else ""
    if "\n" not in text and len(text) <= 160:
        return []
    lines = [line.rstrip() for line in text.split("\n")]
    left = len(lines) - LINES_AT_MOST
    return [*lines[:LINES_AT_MOST], f"… {units.plural(left, 'more line')}"] if left > 0 else lines


def reasons_beside_error(moment: Moment) -> list[Reason]:
    """The reasons, without the one that only quotes the error where that is told in full."""
    end = figures.outcome(moment)
    told = units.quoted(end.error_message) if end is not None and end.error_message and error_lines(moment) else ""
    return [reason for reason in reasons(moment) if reason.text != told]
