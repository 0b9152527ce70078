"""How far reading is: what the top line says of it, and what stands in the tiles' place until all was read."""

from __future__ import annotations

from runwatch.answers import units
from runwatch.answers.glyphs import VERDICTS
from runwatch.answers.view import Tone
from runwatch.core.times import SECOND
from runwatch.session.session import Session
from runwatch.ui.line import Bit, Line, fit_line
from runwatch.ui.safe import bit


def share_read(session: Session) -> float | None:
    """How much of what was there at the start is read; None where nobody knows how much that is."""
    progress = session.source.progress
    return min(1.0, progress.bytes_read / progress.bytes_total) if progress.bytes_total else None


def reading_words(session: Session) -> tuple[str, ...]:
    """`reading 412 MB of 1.06 GB · 2.10M events · 380k/s · 2 s left`, then the same in ever fewer words."""
    share = share_read(session)
    size, events, speed, left = reading_figures(session)
    brief = f"reading {size if share is None else units.share(share)}"
    forms = ((f"reading {size}", events, speed, left), (f"reading {size}", speed, left), (brief, left), (brief,))
    return tuple(dict.fromkeys(" · ".join(word for word in form if word) for form in forms))


def reading_figures(session: Session) -> tuple[str, str, str, str]:
    """(bytes of how many, events, events a second, time left); what nobody can tell yet is empty."""
    progress, read = session.source.progress, session.events_read
    speed = session.pace.speed(session.clock.ticks(), progress.bytes_read, read)
    size, left = units.size(progress.bytes_read), None
    if progress.bytes_total:
        size = f"{size} of {units.size(progress.bytes_total)}"
        left = speed.left(max(0, progress.bytes_total - progress.bytes_read))
    return (
        size,
        f"{units.short(read)} event{'s' if read != 1 else ''}",
        units.rate(speed.events) if speed.events else "",
        "" if left is None else f"{units.silence(max(left, SECOND))} left",
    )


def reading_lines(session: Session, width: int, *, lean: bool) -> tuple[Line, ...]:
    """One line where height is short, else two; none once everything was read, and what came of it is known."""
    lineup, runs = session.lineup, max(len(session.runs.by_id), session.lineup.total)  # of some only the end is known
    if session.is_whole and lineup.is_settled:
        return ()
    if session.is_whole:
        share: float | None = 1 - lineup.left / max(1, runs)
        figures = [f"all is read; {runs - lineup.left:,} of {units.plural(runs, 'run')} looked at"]
    else:
        share = share_read(session)
        figures = [word for word in reading_figures(session) if word] + [f"{units.plural(runs, 'run')} so far"]
    words = _fitting(figures, width)
    return (words,) if lean else (_bar(share, width), words)


def ahead_words(session: Session, run_id: str) -> str:
    """What is known of a run by the end of its log, while that is read; nothing once it is."""
    told = session.ahead(run_id)
    if told is None:
        return ""
    return f"the end of its log says {VERDICTS[told.verdict].word}; the rest is being read"


def _fitting(figures: list[str], width: int) -> Line:
    """As many of them as there is room for; how much and how many runs stay longest."""
    rest = "; counts below can still rise"
    while len(figures) > 2 and len(" · ".join(figures)) + len(rest) + 2 > width:
        del figures[1]
    return fit_line((bit(f"  {' · '.join(figures)}{rest}", Tone.MUTED),), width)


def _bar(share: float | None, width: int) -> Line:
    if share is None:
        return ()
    tail = f"  {units.share(share)} "
    room = max(1, width - len(tail) - 4)
    done = int(room * share)
    head = "╺" if done < room else ""
    bar = (Bit("━" * done + head, "$accent"), Bit("─" * (room - done - 1), "$rule"))
    return fit_line((Bit("  "), *bar, Bit(tail, "$foreground")), width)
