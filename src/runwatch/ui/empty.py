"""What stands where there are no rows: what is true, and what to do."""

from __future__ import annotations

from runwatch.answers import units
from runwatch.answers.view import Tone
from runwatch.session.session import Session
from runwatch.ui.line import Bit, Line, fit_line
from runwatch.ui.safe import bit

INDENT = 2


def no_runs(session: Session, width: int, height: int) -> tuple[Line, ...]:
    """Nothing to read yet; in the middle of the room there is."""
    progress = session.source.progress
    if not session.is_whole:
        lines: list[Line] = [(Bit("reading …", "bold $foreground"),)]
    elif progress.ended:
        lines = [(Bit("the log ended without an event", "bold $foreground"),)]
    else:
        where = progress.waiting[0] if progress.waiting else session.source.label
        lines = [
            (Bit("waiting for events in ", "bold $foreground"), bit(where, Tone.ACCENT, bold=True), Bit(" …")),
            (),
            (Bit("Any .jsonl, .ndjson, .gz, .zst or journal .json that appears here is read,", "$muted"),),
            (Bit("also in folders below. Nothing is written to it.", "$muted"),),
            (),
            (Bit("last look  ", "$muted"), bit(units.plural(progress.files, "file"))),
            (Bit("try it     ", "$muted"), Bit("runwatch demo", "$foreground")),
        ]
    above = max(0, (height - len(lines)) // 2)
    indent = max(INDENT, (width - 76) // 2)
    return tuple([()] * above + [fit_line((Bit(" " * indent), *line), width) for line in lines])


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
