"""The top line: where we are, whether it is live, how far behind, what could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from textual import events
from textual.message import Message

from runwatch.ui.line import Bit, Line, cut, cut_line, fit_line, spread, underlined, width_of
from runwatch.ui.plain import is_plain
from runwatch.ui.widgets.drawn import Drawn

NAME = "runwatch"
REMARK = 40
"""Cells of a remark at most."""
BRIEF = 14
"""Cells that are left of it before the event or the path falls away."""


class HeaderView(Struct, frozen=True):
    """What the top line says, in words that are safe to show."""

    source: str = ""
    """`./events`."""
    path: tuple[str, ...] = ()
    """Export, run, chunk: as deep as the screen is."""
    path_short: tuple[str, ...] = ()
    """The same, as many, without the date part of the run; what only the longer one says is empty."""
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
    return _laid_out(view, width, plain=plain)[0]


def parts_at(view: HeaderView, width: int, *, plain: bool = False) -> tuple[tuple[int, int, int], ...]:
    """(first cell, the cell behind, index) of each part of the path that has room: 0 is the source."""
    return _laid_out(view, width, plain=plain)[1]


Parts = tuple[tuple[int, int, int], ...]


def _laid_out(view: HeaderView, width: int, *, plain: bool) -> tuple[Line, Parts]:
    left: Line = ()
    right: Line = ()
    parts: Parts = ()
    for attempt in _ever_shorter(view):
        left, parts = _left(attempt, plain=plain)
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
        return fit_line((Bit(" "), *cut_line(right, room)), width), ()
    end = room - width_of(right)
    seen = tuple((first, min(behind, end), index) for first, behind, index in parts if first < end)
    return fit_line((Bit(" "), *spread(left, right, room), Bit(" ")), width), seen


class _Attempt(Struct, frozen=True):
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
    view = replace(view, remark=cut(view.remark, BRIEF))
    yield _Attempt(view)
    for short in (replace(view, events=""), replace(view, events="", path=_ends(view.path, 2))):
        yield _Attempt(short)
    for parts in (2, 1):
        view = replace(view, events="", path=_ends(view.path, parts))
        yield _Attempt(view, tiny=True)
        yield _Attempt(view, tiny=True, nameless=bool(view.path))
    yield _Attempt(replace(view, path=()), tiny=True, nameless=True)


def _shorter_held(view: HeaderView) -> Iterator[_Attempt]:
    """Where time is in the user's hand: how fast it runs, or how far behind it is, and which event, stay longest."""
    yield _Attempt(view, told=False)
    for short in (replace(view, source=""), replace(view, source="", zone="")):
        yield _Attempt(short, told=False)
    view = replace(view, source="", zone="", path=view.path_short or view.path)
    for remark in (view.remark, cut(view.remark, BRIEF)):
        yield _Attempt(replace(view, remark=remark))
        yield _Attempt(replace(view, remark=remark), nameless=True)
    view = replace(view, remark=cut(view.remark, BRIEF))
    yield _Attempt(replace(view, events="") if view.lag else replace(view, rate=""), nameless=True)


def _ends(path: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Only the last parts have words; what falls away stays as an empty one, so that each keeps its index."""
    kept = [index for index, part in enumerate(path) if part][-most:]
    return tuple(part if index in kept else "" for index, part in enumerate(path))


def _left(attempt: _Attempt, *, plain: bool) -> tuple[Line, Parts]:
    """The path, and where its parts stand in the line."""
    view, nameless = attempt.view, attempt.nameless
    bits = [] if nameless else [Bit(NAME, "bold $foreground")]
    parts = [(index, part) for index, part in enumerate((view.source, *view.path)) if part]
    found: list[tuple[int, int, int]] = []
    for number, (index, part) in enumerate(parts):
        mark = ("" if nameless else "  ") if not number else (" > " if plain else " › ")
        last = number == len(parts) - 1 and bool(view.path)
        bits += [Bit(mark, "$muted"), Bit(cut(part, 40), "$foreground" if last else "$muted")]
        behind = width_of(tuple(bits)) + 1
        found.append((behind - width_of((bits[-1],)), behind, index))
    return tuple(bits), tuple(found)


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
    _pointed = -1
    """The part of the path that the mouse is on."""

    class Chosen(Message):
        """A part of the path was clicked: 0 is the source, then one by one."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def show(self, view: HeaderView) -> None:
        """Draw this; nothing happens if it is what is drawn already."""
        if view != self.view:
            self.view = view
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        line = header_line(self.view, width, plain=is_plain())
        spot = next((part for part in self._parts(width) if part[2] == self._pointed), None)
        return (line if spot is None else underlined(line, spot[0], spot[1]),)

    def _parts(self, width: int) -> Parts:
        return parts_at(self.view, width, plain=is_plain())

    def _part_at(self, x: int) -> int:
        return next((index for first, behind, index in self._parts(self.size.width) if first <= x < behind), -1)

    def _point(self, index: int) -> None:
        if index != self._pointed:
            self._pointed = index
            self.redraw()

    def on_click(self, event: events.Click) -> None:
        index = self._part_at(event.x)
        if index >= 0:
            self.post_message(self.Chosen(index))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """What a click would lead to is underlined; where one is already leads nowhere."""
        index = self._part_at(event.x)
        self._point(index if index < len(self.view.path) else -1)

    def on_leave(self) -> None:
        self._point(-1)
