"""The summary for a person with a CI log or a terminal: what is wrong first, each with what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from runwatch.answers import units
from runwatch.answers.glyphs import MARKS, VERDICTS, glyph
from runwatch.answers.reasons import reasons
from runwatch.answers.view import Reason, Span, Tone
from runwatch.core.runs import Moment
from runwatch.report import words
from runwatch.report.chunks import alike
from runwatch.report.look import Look
from runwatch.report.page import Page, cells
from runwatch.report.summary import Summary

LABEL = 11
GROUPS_AT_MOST = 8
ERROR_AT_MOST = 600
EXPORT_AT_MOST = 24
ALL_OF_THEM = "`--format json` has them all"


def render(summary: Summary, look: Look) -> str:
    """Headline, the runs that need attention, others in a line each, problems."""
    page = Page(look)
    page.put(words.headline(summary), bold=True)
    page.put(words.what_was_read(summary, look.zone), tone=Tone.MUTED)
    attention = words.needing_attention(summary)
    for moment in attention[: words.ATTENTION_AT_MOST]:
        page.blank()
        _run(page, moment, look.zone)
    _rest(page, attention[words.ATTENTION_AT_MOST :])
    _others(page, words.others(summary), look.zone)
    _problems(page, summary)
    return page.text()


def _run(page: Page, moment: Moment, zone: tzinfo) -> None:
    """One run that needs attention."""
    shown = VERDICTS[moment.judgement.verdict]
    badge = Span(f"{glyph(shown.mark)} {shown.word.upper()}  ", shown.tone, bold=True)
    page.put(moment.run_id, badge, Span(f"{moment.export}  ", bold=True), under=2, tone=Tone.MUTED)
    page.put(words.facts(moment, zone), Span("  "), tone=Tone.MUTED)
    page.blank()
    found = words.reasons_beside_error(moment)
    for number, reason in enumerate(found):
        page.put(reason.text, Span("  - ", Tone.MUTED), bold=number == 0, right=words.proof(reason.evidence))
    page.blank()
    for name, reply in words.replies(moment).items():
        tone = Tone.MUTED if reply.quiet else Tone.INK
        page.put(reply.sentence, Span(f"  {name:<{LABEL}}", Tone.MUTED), tone=tone)
    for number, line in enumerate(words.error_lines(moment)):
        indent = " " * (len(line) - len(line.lstrip()))
        page.put(line, Span(f"  {'' if number else 'Error':<{LABEL}}{indent}", Tone.MUTED))
    _chunks(page, moment, " ".join(reason.text for reason in found))


def _chunks(page: Page, moment: Moment, said: str) -> None:
    """The chunks that had trouble: one line for those that are alike, and their error where it was not `said`."""
    groups = alike(moment)
    if groups:
        page.blank()
    for group in groups[:GROUPS_AT_MOST]:
        shape = MARKS[group.mark]
        page.put(group.words(), Span(f"  {shape.glyph} ", shape.tone, shape.bold), right=group.evidence())
        if group.error is not None and units.quoted(group.error) not in said:
            page.put(cut(group.error, ERROR_AT_MOST), Span("    "), tone=Tone.MUTED)
    left = sum(len(group.chunks) for group in groups[GROUPS_AT_MOST:])
    if left:
        rest = f"and {units.plural(left, 'more chunk')} with other errors; {ALL_OF_THEM}"
        page.put(rest, Span("  "), tone=Tone.MUTED)


def _rest(page: Page, moments: list[Moment]) -> None:
    """More that need attention: which they are, and the first reason with what proves it."""
    if not moments:
        return
    page.blank()
    need = "needs" if len(moments) == 1 else "need"
    page.put(f"{units.plural(len(moments), 'more run')} {need} attention; `--run ID` or `--export NAME` tells it all")
    for moment in moments:
        shown, found = VERDICTS[moment.judgement.verdict], reasons(moment)
        badge = Span(f"{glyph(shown.mark)} {shown.word:<9}  ", shown.tone)
        page.put(f"{moment.run_id}: {_first_of(found)}", badge, under=4, right=words.proof(found[0].evidence))


def _others(page: Page, moments: list[Moment], zone: tzinfo) -> None:
    """A line each: verdict, start, export, and what it comes to."""
    if not moments:
        return
    page.blank()
    shown = moments[: words.QUIET_AT_MOST]
    width = min(EXPORT_AT_MOST, max(cells(moment.export) for moment in shown))
    for moment in shown:
        _other(page, moment, width, zone)
    if len(moments) > len(shown):
        page.put(f"the newest {len(shown)} of {len(moments):,} are shown; {ALL_OF_THEM}", tone=Tone.MUTED)


def _first_of(found: Sequence[Reason]) -> str:
    more = f" +{len(found) - 1} more" if len(found) > 1 else ""
    return found[0].text + more


def _other(page: Page, moment: Moment, width: int, zone: tzinfo) -> None:
    shown = VERDICTS[moment.judgement.verdict]
    tone = Tone.MUTED if shown.quiet else Tone.INK
    export = cut(moment.export, width)
    page.put(
        _first_of(reasons(moment)),
        Span(f"{glyph(shown.mark)} {shown.word:<9}  ", shown.tone),
        Span(f"{words.started(moment, zone)[:16]:<16}  ", Tone.MUTED),
        Span(f"{export}{' ' * (width - cells(export))}  ", tone),
        tone=tone,
    )


def _problems(page: Page, summary: Summary) -> None:
    """The lines that could not be used."""
    count = summary.totals.problems
    if not count:
        return
    page.blank()
    page.put(f"{units.plural(count, 'line')} could not be used", bold=True)
    for trouble in summary.problems[: words.PROBLEMS_AT_MOST]:
        page.put(trouble.reason, Span(f"{trouble.where}  "), under=4, tone=Tone.MUTED)
    if count > words.PROBLEMS_AT_MOST:
        page.put(f"first {words.PROBLEMS_AT_MOST} of {count:,}; `runwatch lint` lists them all", tone=Tone.MUTED)


def cut(text: str, most: int) -> str:
    """Its first `most` characters; a text that is cut says so."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
