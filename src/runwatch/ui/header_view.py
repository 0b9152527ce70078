"""What the top line says of a session: where it reads, whether it is live, how far it is."""

from __future__ import annotations

from datetime import datetime, tzinfo

from runwatch.answers import units
from runwatch.core.runs import Moment
from runwatch.core.times import SECOND
from runwatch.session.session import Session
from runwatch.ui.plain import is_plain
from runwatch.ui.reading import reading_words
from runwatch.ui.safe import line_text
from runwatch.ui.widgets.header import HeaderView


def events_of(session: Session, moment: Moment | None) -> str:
    """`14 events` of a run that has ended; `event 7 of 14` where the moment shown is not the present."""
    if moment is None:
        return ""
    shown = moment.state.events
    if session.is_live:
        return units.plural(shown, "event") if moment.state.has_ended else ""
    whole = session.whole(moment.run_id)
    return f"event {shown:,} of {whole.state.events if whole is not None else shown:,}"


def header_view(
    session: Session,
    zone: tzinfo,
    path: tuple[str, ...],
    short: tuple[str, ...] = (),
    events: str = "",
    *,
    remark: str = "",
) -> HeaderView:
    """The header of a page at `path`; `events` is what `events_of` says of the run it is about, `remark` the page."""
    now = session.now()
    mark, (state, *fewer) = _state(session, zone, ended=bool(events))
    live = mark == _dot()
    return HeaderView(
        source=line_text(session.label),
        path=path,
        path_short=short,
        state=state,
        state_fewer=tuple(fewer),
        state_mark=mark,
        rate=_rate(session),
        lag=_lag(session) if live or not session.is_live else "",
        events=events,
        held=not session.is_live,
        problems=session.runs.problem_count,
        clock="" if state.startswith("paused at") or session.playhead.is_timeless else units.clock(now, zone),
        zone=datetime.fromtimestamp(now // SECOND, zone).strftime("%Z"),
        remark=_remark(session) or remark,
    )


def _dot() -> str:
    return "o" if is_plain() else "●"


def _state(session: Session, zone: tzinfo, *, ended: bool) -> tuple[str, tuple[str, ...]]:
    """(mark, words, then fewer words): reading comes first, then what moves the moment shown."""
    if not session.is_whole:
        words = reading_words(session)
        if session.is_live or session.playhead.is_recorded:
            return "", words
        return "||" if is_plain() else "▍▍", tuple(f"paused, {form}" for form in words)
    mark, state = _state_read(session, zone, ended=ended)
    return mark, (state,)


def _state_read(session: Session, zone: tzinfo, *, ended: bool) -> tuple[str, str]:
    progress = session.source.progress
    if session.playhead.is_playing:
        return ">" if is_plain() else "▶", units.speed(session.playhead.rate)
    if session.playhead.is_timeless:
        return "||" if is_plain() else "▍▍", "paused, no time known"
    if not session.is_live:
        return "||" if is_plain() else "▍▍", f"paused at {units.clock(session.now(), zone, milliseconds=True)}"
    if progress.ended or ended:
        return "", "log ended"
    return _dot(), "live" if session.events_read else "watching"


def _rate(session: Session) -> str:
    """How fast it is written, or how fast recorded time would run."""
    head = session.playhead
    if head.is_recorded:
        return "" if head.is_playing or not session.is_whole else units.speed(head.rate)
    if not session.is_whole:
        return ""  # how fast it is read is said beside how far
    speed = session.pace.speed(session.clock.ticks(), session.source.progress.bytes_read, session.events_read)
    return f"{units.short(speed.events)} ev/s" if session.is_live and speed.events >= 1 else ""


def _lag(session: Session) -> str:
    """How far what is shown lies behind what there is."""
    if session.playhead.is_recorded:
        return ""
    if not session.is_live:
        return f"{units.silence(max(0, session.playhead.present() - session.now()))} behind"
    behind = session.source.progress.behind
    if not session.source.progress.files and session.source.progress.bytes_total is not None:
        return "no files yet"
    return f"{units.size(behind)} behind" if behind else "0.0 s behind"


def _remark(session: Session) -> str:
    progress = session.source.progress
    if session.playhead.skipped and session.playhead.is_playing:
        return f"skipped {units.silence(session.playhead.skipped)} of silence"
    if progress.waiting:
        return line_text(f"waiting for {progress.waiting[0]}")
    notices = session.notices
    return line_text(notices[-1]) if notices else ""
