"""What the top line says of a session: where it reads, whether it is live, how far it is."""

from __future__ import annotations

from datetime import datetime, tzinfo

from runwatch.answers import units
from runwatch.core.times import SECOND
from runwatch.session.session import Session
from runwatch.ui.plain import is_plain
from runwatch.ui.safe import line_text
from runwatch.ui.widgets.header import HeaderView


def header_view(
    session: Session, zone: tzinfo, path: tuple[str, ...], short: tuple[str, ...] = (), ended: int | None = None
) -> HeaderView:
    """The header of a page at `path`; `ended` is the number of events of a run that has ended."""
    now = session.now()
    mark, state = _state(session, ended)
    live = mark == _dot()
    return HeaderView(
        source=line_text(session.source.label),
        path=path,
        path_short=short,
        state=state,
        state_mark=mark,
        rate=f"{units.short(session.rate())} ev/s" if live and session.rate() >= 1 else "",
        lag=_lag(session) if live else "",
        events="" if ended is None else units.plural(ended, "event"),
        problems=session.runs.problem_count,
        clock=units.clock(now, zone),
        zone=datetime.fromtimestamp(now // SECOND, zone).strftime("%Z"),
        remark=_remark(session),
    )


def _dot() -> str:
    return "o" if is_plain() else "●"


def _state(session: Session, ended: int | None) -> tuple[str, str]:
    progress = session.source.progress
    if not session.is_whole:
        if progress.bytes_total:
            return "", f"reading {units.share(min(1.0, progress.bytes_read / progress.bytes_total))}"
        return "", f"reading {units.size(progress.bytes_read)}"
    if progress.ended or ended is not None:
        return "", "log ended"
    return _dot(), "live" if session.events_read else "watching"


def _lag(session: Session) -> str:
    behind = session.source.progress.behind
    if not session.source.progress.files and session.source.progress.bytes_total is not None:
        return "no files yet"
    return f"{units.size(behind)} behind" if behind else "0.0 s behind"


def _remark(session: Session) -> str:
    progress = session.source.progress
    if progress.waiting:
        return line_text(f"waiting for {progress.waiting[0]}")
    return line_text(progress.notices[-1]) if progress.notices else ""
