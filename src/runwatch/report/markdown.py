"""The summary for a GitHub step summary or a ticket: tables, and the log's words as nothing but words."""

from __future__ import annotations

import re
from datetime import tzinfo

from runwatch.answers import units
from runwatch.answers.glyphs import MARKS, VERDICTS, glyph, plain
from runwatch.answers.reasons import reasons
from runwatch.core.runs import Moment
from runwatch.report import words
from runwatch.report.chunks import alike
from runwatch.report.look import Look
from runwatch.report.summary import Summary

GROUPS_AT_MOST = 20
TEXT_AT_MOST = 600
_MARKUP = re.compile(r"[\\`*\[\]#|~$&<>@]|(?<!\w)_|_(?!\w)|(?<=www)\.|://")
"""What markdown, or GitHub's reading of it, would take for more than words."""


def render(summary: Summary, look: Look) -> str:
    """Headline, a table of what needs attention, each of those runs, the others, problems."""
    attention, others = words.needing_attention(summary), words.others(summary)
    parts = [f"## {text(words.headline(summary))}", text(words.what_was_read(summary, look.zone))]
    if attention:
        parts.append(_table(attention[:words.ATTENTION_AT_MOST], look.zone))
    parts += [_run(moment, look.zone) for moment in attention[:words.ATTENTION_AT_MOST]]
    parts += _left_out(len(attention), words.ATTENTION_AT_MOST)
    if others:
        shown = others[: words.QUIET_AT_MOST]
        inside = [_table(shown, look.zone), *_left_out(len(others), words.QUIET_AT_MOST)]
        parts.append(_folded(units.plural(len(others), "other run"), "\n\n".join(inside)))
    if summary.problems:
        parts.append(_problems(summary))
    written = "\n\n".join(parts) + "\n"
    return plain(written) if look.plain else written


def _left_out(count: int, shown: int) -> list[str]:
    """What is capped is said to be capped."""
    return [f"{shown} of {count:,} are shown; `--format json` has them all"] if count > shown else []


def _table(moments: list[Moment], zone: tzinfo) -> str:
    lines = ["| verdict | export | started | why |", "|---|---|---|---|"]
    for moment in moments:
        shown = VERDICTS[moment.judgement.verdict]
        found = reasons(moment)
        more = f" (+{len(found) - 1} more)" if len(found) > 1 else ""
        verdict = f"{glyph(shown.mark)} {shown.word}"
        cells = (verdict, text(moment.export), words.started(moment, zone), text(found[0].text) + more)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _run(moment: Moment, zone: tzinfo) -> str:
    """One run that needs attention."""
    shown = VERDICTS[moment.judgement.verdict]
    parts = [
        f"### {glyph(shown.mark)} {text(moment.export)}: {shown.word}",
        f"{code(moment.run_id)}, {text(words.facts(moment, zone))}",
        "\n".join(
            f"- {text(reason.text)}{_cited(words.proof(reason.evidence))}"
            for reason in words.reasons_beside_error(moment)
        ),
        _answers(moment),
    ]
    error = words.error_lines(moment)
    if error:
        parts.append(_fenced(error))
    return "\n\n".join([*parts, *_chunks(moment)])


def _answers(moment: Moment) -> str:
    replies = words.replies(moment)
    head = " | ".join(replies)
    said = " | ".join(text(reply.sentence) for reply in replies.values())
    return f"| {head} |\n|---|---|---|---|\n| {said} |"


def _chunks(moment: Moment) -> list[str]:
    """The chunks that had trouble, those that are alike in one row."""
    groups = alike(moment)
    if not groups:
        return []
    lines = ["| chunks | error | evidence |", "|---|---|---|"]
    for group in groups[:GROUPS_AT_MOST]:
        error = "" if group.error is None else text(group.error)
        lines.append(f"| {MARKS[group.mark].glyph} {text(group.words())} | {error} | {code(group.evidence())} |")
    left = sum(len(group.chunks) for group in groups[GROUPS_AT_MOST:])
    if left:
        lines.append(f"| and {units.plural(left, 'more chunk')} with other errors | | |")
    return ["\n".join(lines)]


def _problems(summary: Summary) -> str:
    count = summary.totals.problems
    shown = summary.problems[: words.PROBLEMS_AT_MOST]
    lines = [f"- {code(trouble.where)} {text(trouble.reason)}" for trouble in shown]
    if count > len(shown):
        lines.append(f"- the first {len(shown)} of {count:,}; `runwatch lint` lists them all")
    return _folded(f"{units.plural(count, 'line')} could not be used", "\n".join(lines))


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{inside}\n\n</details>"


def _fenced(lines: list[str]) -> str:
    """The lines as they are, behind a fence that they cannot close."""
    longest = max((len(ticks) for ticks in re.findall("`+", "\n".join(lines))), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *lines, fence])


def _cited(proof: str) -> str:
    return f" {code(proof)}" if proof else ""


def text(words_of_a_log: str) -> str:
    """Words on one line that mean nothing to markdown: no markup, no link, no mention, no cell's end."""
    line = " ".join(words_of_a_log.split())
    line = line if len(line) <= TEXT_AT_MOST else f"{line[: TEXT_AT_MOST - 1]}…"
    return _MARKUP.sub(lambda match: "".join(f"&#{ord(sign)};" for sign in match.group()), line)


def code(words_of_a_log: str) -> str:
    """Words as they are, in a code span: backticks would end it, and a bar the table's cell."""
    line = " ".join(words_of_a_log.split()).replace("`", "'").replace("|", "¦")
    return f"`{line}`" if line else ""
