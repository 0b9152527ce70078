"""The top line: where we are, whether it is live, how far behind, what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from runwatch.ui.line import Bit, Line, cut, cut_line, fit_line, spread, width_of
from runwatch.ui.plain import is_plain
from runwatch.ui.widgets.drawn import Drawn

NAME = "runwatch"
REMARK = 40
"""Cells of a remark at most."""


@dataclass(frozen=True, slots=True)
class HeaderView:
    """What the top line says, in words that are safe to show."""

    source: str = ""
    """`./events`."""
    path: tuple[str, ...] = ()
    """Export, run, chunk: as deep as the screen is."""
    path_short: tuple[str, ...] = ()
    """The same, as many, without the date part of the run."""
    state: str = ""
    """`live`, `watching`, `reading 38 %`, `log ended`, `paused at 18:14:02`, `×10`."""
    state_mark: str = ""
    """What stands before it, blue: `●` live, `▶` playing, `▍▍` paused; often nothing."""
    rate: str = ""
    """`1.2k ev/s`."""
    lag: str = ""
    """`0.0 s behind`."""
    events: str = ""
    """`14 events`, `event 7 of 14`."""
    problems: int = 0
    clock: str = ""
    """`18:24:22`."""
    zone: str = ""
    """`UTC`."""
    remark: str = ""
    """Something the user must know: "cache is not writable"; amber, never dropped but cut."""
    held: bool = False
    """The moment shown is in the user's hand."""


def header_line(view: HeaderView, width: int, *, plain: bool = False) -> Line:
    """The line at this width; words fall away in a fixed order, never the state, the problems or the clock."""
    left: Line = ()
    right: Line = ()
    for attempt in _ever_shorter(view):
        left = _left(attempt.view, plain=plain, nameless=attempt.nameless)
        right = _right(attempt, plain=plain)
        if width_of(left) + width_of(right) + 4 <= width:
            break
    room = max(0, width - 2)
    if view.remark and width_of(right) > room:
        less = width_of(right) - room
        remark = cut(view.remark, max(0, min(REMARK, width_of((Bit(view.remark),))) - less))
        short = replace(view, rate="", lag="", zone="", events="", remark=remark)
        right = _right(_Attempt(short, tiny=True), plain=plain)
    if width_of(right) + 2 > room:
        return fit_line((Bit(" "), *cut_line(right, room)), width)
    return fit_line((Bit(" "), *spread(left, right, room), Bit(" ")), width)


@dataclass(frozen=True, slots=True)
class _Attempt:
    view: HeaderView
    tiny: bool = False
    told: bool = True
    """That there are no problems is said too."""
    nameless: bool = False
    """Without the program's own name, for what must be known."""


def _ever_shorter(view: HeaderView) -> Iterator[_Attempt]:
    """What falls away first: rate, lag, source, zone, the run's date; then what no one would miss, our own name too."""
    yield _Attempt(view)
    if view.held:
        yield from _shorter_held(view)
    yield _Attempt(replace(view, rate=""))
    yield _Attempt(replace(view, rate="", lag=""))
    yield _Attempt(replace(view, rate="", lag="", source=""))
    view = replace(view, rate="", lag="", source="", zone="")
    yield _Attempt(view)
    if view.path_short:
        view = replace(view, path=view.path_short)
        yield _Attempt(view)
    for short in (replace(view, events=""), replace(view, events="", path=view.path[-2:])):
        yield _Attempt(short)
    for parts in (2, 1):
        view = replace(view, events="", path=view.path[-parts:])
        yield _Attempt(view, tiny=True)
        yield _Attempt(view, tiny=True, nameless=bool(view.path))
    yield _Attempt(replace(view, path=()), tiny=True, nameless=True)


def _shorter_held(view: HeaderView) -> Iterator[_Attempt]:
    """Where time is in the user's hand: how fast it runs, or how far behind it is, and which event, stay longest."""
    yield _Attempt(view, told=False)
    for short in (replace(view, source=""), replace(view, source="", zone="")):
        yield _Attempt(short, told=False)
    view = replace(view, source="", zone="", path=view.path_short or view.path)
    yield _Attempt(view)
    yield _Attempt(view, nameless=True)


def _left(view: HeaderView, *, plain: bool, nameless: bool) -> Line:
    bits = [] if nameless else [Bit(NAME, "bold $foreground")]
    parts = [part for part in (view.source, *view.path) if part]
    for number, part in enumerate(parts):
        mark = ("" if nameless else "  ") if not number else (" > " if plain else " › ")
        last = number == len(parts) - 1 and bool(view.path)
        bits += [Bit(mark, "$muted"), Bit(cut(part, 40), "$foreground" if last else "$muted")]
    return tuple(bits)


def _right(attempt: _Attempt, *, plain: bool) -> Line:
    view, tiny = attempt.view, attempt.tiny
    facts: list[Line] = []
    if view.state:
        mark = (Bit(f"{view.state_mark} ", "$v-running"),) if view.state_mark else ()
        ink = "$foreground" if view.state_mark else "$muted"
        facts.append((*mark, Bit(view.state, ink)))
    facts += [(Bit(word, "$muted"),) for word in (view.rate, view.lag, view.events) if word]
    problems = _problems(view.problems, tiny=tiny, told=attempt.told and bool(view.rate or view.lag or view.zone))
    if problems:
        facts.append((problems,))
    if view.remark:
        facts.append((Bit(cut(view.remark, REMARK), "$v-degraded"),))
    between = Bit(" " if tiny else (" . " if plain else " · "), "$muted")
    bits: list[Bit] = []
    for number, fact in enumerate(facts):
        bits += [between, *fact] if number else fact
    clock = " ".join(word for word in (view.clock[:5] if tiny else view.clock, view.zone) if word)
    if clock:
        bits += [Bit(" " if tiny else "   "), Bit(clock, "$foreground")]
    return tuple(bits)


def _problems(count: int, *, tiny: bool, told: bool) -> Bit | None:
    """Amber when there are any; that there are none is said where there is room."""
    if count:
        word = f"{count:,}!" if tiny else f"{count:,} problem{'s' if count > 1 else ''}"
        return Bit(word, "$v-degraded")
    return Bit("no problems", "$muted") if told else None


class Header(Drawn):
    """The top line as a widget."""

    DEFAULT_CSS = """
    Header { height: 1; width: 1fr; dock: top; background: $surface; }
    """
    view = HeaderView()

    def show(self, view: HeaderView) -> None:
        """Draw this; nothing happens if it is what is drawn already."""
        if view != self.view:
            self.view = view
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        return (header_line(self.view, width, plain=is_plain()),)
