"""What stands where there are no rows: what is true, and what to do."""

from __future__ import annotations

from pathlib import PurePath

from runwatch.answers import units
from runwatch.answers.view import Tone
from runwatch.session.session import Session
from runwatch.sources.table import STATE
from runwatch.ui.line import Bit, Line, fit_line, wrap
from runwatch.ui.safe import bit, line_text

INDENT, TEXT = 2, 76
"""Cells before the text, and its width where there is room."""
LABEL = 14
PIPE = "RIVET_IPC_EVENTS=1 rivet run … | runwatch -"


def no_runs(session: Session, width: int, height: int) -> tuple[Line, ...]:
    """Nothing to read yet; in the middle of the room there is."""
    room = max(1, min(TEXT, width - 2 * INDENT))
    if not session.is_whole:
        lines: list[Line] = [(Bit("reading …", "bold $foreground"),)]
    elif session.source.progress.ended:
        lines = [(Bit("the log ended without an event", "bold $foreground"),)]
    else:
        lines = _waiting(session, room, is_short=height < 12)
    above = max(0, (height - len(lines)) // 2)
    indent = max(INDENT, (width - TEXT) // 2)
    return tuple([()] * above + [fit_line((Bit(" " * indent), *line), width) for line in lines])


def _waiting(session: Session, room: int, *, is_short: bool) -> list[Line]:
    """For what, which of it counts, and what else can be tried."""
    progress = session.source.progress
    is_pipe = progress.bytes_total is None
    where = progress.waiting[0] if progress.waiting else session.source.label
    gap: list[Line] = [] if is_short else [()]
    lines: list[Line] = [
        (Bit("waiting for events in ", "bold $foreground"), bit(where, Tone.ACCENT, bold=True), Bit(" …")),
        *gap,
    ]
    lines += [(Bit(row, "$v-degraded"),) for notice in session.notices for row in wrap(line_text(notice), room)]
    text = _what_counts(where, is_pipe=is_pipe, is_missing=bool(progress.waiting))
    lines += [(Bit(row, "$muted"),) for row in wrap(text, room)]
    facts = [] if is_pipe else [("last look", units.plural(progress.files, "file")), ("pipe instead", PIPE)]
    return [*lines, *gap, *(_fact(label, words) for label, words in (*facts, ("try it", "runwatch demo")))]


def _what_counts(where: str, *, is_pipe: bool, is_missing: bool) -> str:
    if is_pipe:
        return "Every line that comes through the pipe is read."
    missing = "It does not exist yet, and is read as soon as it does. " if is_missing else ""
    if "://" in where:
        return "It is asked again and again. Nothing is written to it."
    if PurePath(where).name == STATE:
        return f"{missing}rivet makes it at its first run; runs stand here as they begin. Nothing is written to it."
    if PurePath(where).suffix in (".jsonl", ".ndjson", ".json", ".gz", ".zst"):
        return f"{missing}Nothing is written to it."
    return (
        f"{missing}Any .jsonl, .ndjson, .gz, .zst or journal .json that appears here is read, "
        "also in folders below. Nothing is written to it."
    )


def _fact(label: str, words: str) -> Line:
    return (Bit(label.ljust(LABEL), "$muted"), bit(words))


def no_hits(filtered: str, attention: bool, total: int) -> tuple[Line, ...]:
    """All runs are hidden by the filter, or none needs attention."""
    hidden = f"{total:,} {'is' if total == 1 else 'are'} hidden"
    if filtered:
        return (
            (),
            (Bit("  no run matches ", "$foreground"), bit(filtered, Tone.ACCENT), Bit(f"; {hidden}", "$foreground")),
            (Bit("  esc", "bold $accent"), Bit(" clears it", "$muted")),
        )
    if attention:
        return (
            (),
            (Bit(f"  nothing wrong in {units.plural(total, 'run')}", "$foreground"),),
            (Bit("  x", "bold $accent"), Bit(" shows all", "$muted")),
        )
    return ()
