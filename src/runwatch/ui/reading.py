"""How far a long first reading is: a line that moves, and figures that can still rise."""

from __future__ import annotations

from runwatch.answers import units
from runwatch.answers.view import Tone
from runwatch.session.session import Session
from runwatch.ui.line import Bit, Line, fit_line
from runwatch.ui.safe import bit


def reading_lines(session: Session, width: int, *, lean: bool) -> tuple[Line, ...]:
    """One line where height is short, else two; none once everything was read."""
    progress = session.source.progress
    if session.is_whole:
        return ()
    figures = [units.size(progress.bytes_read)]
    share = None
    if progress.bytes_total:
        share = min(1.0, progress.bytes_read / progress.bytes_total)
        figures = [f"{units.size(progress.bytes_read)} of {units.size(progress.bytes_total)}"]
    figures.append(f"{units.short(session.events_read)} events")
    figures.append(f"{units.plural(len(session.runs.by_id), 'run')} so far; counts below can still rise")
    words: Line = (bit("  " + " · ".join(figures), Tone.MUTED),)
    if lean:
        return (fit_line(words, width),)
    return (_bar(share, width), fit_line(words, width))


def _bar(share: float | None, width: int) -> Line:
    if share is None:
        return ()
    tail = f"  {units.share(share)} "
    room = max(1, width - len(tail) - 4)
    done = int(room * share)
    head = "╺" if done < room else ""
    bar = (Bit("━" * done + head, "$accent"), Bit("─" * (room - done - 1), "$rule"))
    return fit_line((Bit("  "), *bar, Bit(tail, "$foreground")), width)
