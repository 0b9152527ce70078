"""When things happened, on one line: past heavy, future light, marks where something was wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby, pairwise

from msgspec import Struct
from textual import events
from textual.message import Message

from runwatch.ui.keys import bindings
from runwatch.ui.line import Bit, Line, fit, fit_line, width_of
from runwatch.ui.plain import is_plain
from runwatch.ui.widgets.axis import Axis, axis, cell_of
from runwatch.ui.widgets.drawn import Drawn, joined


class MarkLook(Struct, frozen=True):
    """How a mark on the bar is drawn."""

    glyph: str
    plain: str
    style: str


MARKS: dict[str, MarkLook] = {
    "failed": MarkLook("✗", "X", "bold $v-failed"),
    "contradicted": MarkLook("≠", "#", "bold $v-contradicted"),
    "degraded": MarkLook("~", "~", "bold $v-degraded"),
    "interrupted": MarkLook("□", "!", "bold $v-degraded"),
    "recovered": MarkLook("◆", "R", "bold $v-degraded"),
    "retry": MarkLook("»", "r", "$v-degraded"),
    "bookmark": MarkLook("▲", "^", "$accent"),
}
"""Worst first: it wins a cell."""
_RANK = {kind: number for number, kind in enumerate(MARKS)}
OWN = "bookmark"
"""The user's own mark."""
FEW = 6
"""Entries in one cell: below so many a column of the density is not drawn in full height."""
CROWD = 4
"""So many equal marks in a row are drawn as a stretch."""


class TimeMark(Struct, frozen=True):
    """A moment (ns) and a key of `MARKS`; other kinds are not drawn."""

    time: int
    kind: str


class TimeBarView(Struct, frozen=True):
    """What the bar shows; its words are the owner's. Times in ns."""

    start: int | None = None
    now: int | None = None
    """The moment shown: `●`."""
    end: int | None = None
    """The right edge; None: now."""
    estimated: bool = False
    marks: tuple[TimeMark, ...] = ()
    start_label: str = ""
    end_label: str = ""
    """`?` where the end is not known."""
    tail: str = ""
    density: tuple[int, ...] = ()
    """How much there was in each of so many equal stretches between the edges."""


def bar(view: TimeBarView, cells: int, *, plain: bool = False) -> Line:
    """The cells between the edges. A bar without a start is empty: it would be invented."""
    if view.start is None or view.now is None or cells < 1:
        return (Bit(" " * cells),)
    end = max(view.now, view.now if view.end is None else view.end)
    here = cell_of(view.now, view.start, end, cells)
    ahead = Bit("." if plain else "┄", "$faint") if view.estimated else Bit("-" if plain else "─", "$faint")
    drawn = [Bit("=" if plain else "━", "$calm")] * here + [ahead] * (cells - here)
    kinds = _kinds(view.marks, view.start, end, cells)
    _make_way(kinds, here)
    _put_marks(drawn, kinds, here, plain=plain)
    drawn[here] = Bit("O" if plain else "●", "bold $accent" if plain else "$accent")
    return joined(drawn)


def _kinds(marks: Iterable[TimeMark], start: int, end: int, cells: int) -> list[str]:
    """The worst mark of each cell, empty where there is none."""
    kinds = [""] * cells
    own = []
    for mark in marks:
        if mark.kind in MARKS:
            at = cell_of(mark.time, start, end, cells)
            if mark.kind == OWN:
                own.append(at)
            else:
                kinds[at] = min(kinds[at] or mark.kind, mark.kind, key=_RANK.__getitem__)
    for at in own:
        free = next((cell for cell in (at, at + 1, at - 1) if 0 <= cell < cells and kinds[cell] in ("", OWN)), None)
        if free is not None:  # beside a mark that is worse, so that both are seen; between two it gives way
            kinds[free] = OWN
    return kinds


def _make_way(kinds: list[str], here: int) -> None:
    """A mark under the cursor of time moves one cell to the left, so that it is seen."""
    if kinds[here] and here:
        kinds[here - 1] = min(kinds[here - 1] or kinds[here], kinds[here], key=_RANK.__getitem__)
        kinds[here] = ""


def _put_marks(drawn: list[Bit], kinds: Sequence[str], here: int, *, plain: bool) -> None:
    at = 0
    for kind, equal in groupby(kinds):
        wide = len(list(equal))
        if kind:
            look = MARKS[kind]
            inner = range(at + 1, at + wide - 1) if wide >= CROWD else range(0)
            for cell in range(at, at + wide):
                style = look.style if cell <= here else "$muted"
                line = ("=" if plain else "━") if cell <= here else drawn[cell].text
                drawn[cell] = Bit(line if cell in inner else (look.plain if plain else look.glyph), style)
        at += wide


def bar_line(view: TimeBarView, width: int, *, plain: bool = False, focused: bool = False) -> Line:
    """The whole line, in the columns of the lanes; the edges tell of the focus."""
    edge = "bold $accent" if focused else "$muted"
    columns = axis(width)
    tail = _apart(view.tail, columns) if columns.end else _bare(view.tail)
    left, right = ("|", "|") if plain else ("├", "┤")
    return (
        Bit(fit(_short(view.start_label, columns), columns.label), "$muted"),
        Bit(left, edge),
        *bar(view, columns.bar, plain=plain),
        Bit(right, edge),
        *_end(view, columns, plain=plain),
        *fit_line((Bit(tail, "$foreground"),), columns.tail, "right"),
    )


def _end(view: TimeBarView, columns: Axis, *, plain: bool) -> Line:
    if not columns.end:
        return ()
    about = ("~" if plain else "≈") if view.estimated else ""
    return fit_line((Bit(about + view.end_label, "$muted"),), columns.end, "right")


def _apart(tail: str, columns: Axis) -> str:
    """`+7.5 s of ≈1m47s` without what would make it touch the end's label, which has its own `≈`."""
    for shorter in (tail, tail.replace(" ≈", " "), tail.partition(" of ")[0]):
        if width_of((Bit(shorter),)) < columns.tail:
            return shorter
    return tail


def _bare(tail: str) -> str:
    """The figure alone: the badge says that it ended, or is silent."""
    if tail.startswith("about "):
        return f"≈{tail.removeprefix('about ').removesuffix(' left')}"
    for word in ("took ", "so far ", "silent ", "silence "):
        tail = tail.removeprefix(word)
    return tail.partition(" of ")[0]


def _short(label: str, columns: Axis) -> str:
    """`18:13` of `18:13:53` where there is no room for seconds."""
    return label[: columns.label - 1] if len(label) >= columns.label else label


def density_line(view: TimeBarView, width: int, *, plain: bool = False) -> Line:
    """Above the bar, in its columns: where much was written, and where nothing."""
    columns = axis(width)
    steps = "_.-:=+*" if plain else "▁▂▃▄▅▆▇"
    heights = _in_cells(view.density, columns.bar)
    most = max(FEW, *heights) if heights else 0
    cells = [steps[round((height / most) ** 0.5 * (len(steps) - 1))] if height else " " for height in heights]
    return (Bit(" " * columns.start), Bit("".join(cells), "$faint"))


def _in_cells(density: Sequence[int], cells: int) -> list[float]:
    """What falls into each cell; a stretch that lies in two is shared between them."""
    if not density or cells < 1:
        return []
    edges = [cell * len(density) / cells for cell in range(cells + 1)]
    before = [0.0, *accumulate(density)]

    def until(edge: float) -> float:
        whole = int(edge)
        return before[whole] + (edge - whole) * (density[whole] if whole < len(density) else 0)

    return [until(right) - until(left) for left, right in pairwise(edges)]


class TimeBar(Drawn, can_focus=True):
    """The bar as a widget, one line high; two with the density above it."""

    BINDINGS = bindings("bar")
    DEFAULT_CSS = """
    TimeBar { height: auto; width: 1fr; }
    """
    view = TimeBarView()
    is_dense = False

    class Sought(Message):
        """Another moment was pointed at (ns), by a click or by dragging; a later one replaces it."""

        def __init__(self, moment: int) -> None:
            super().__init__()
            self.moment = moment

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TimeBar.Sought)

    class Stepped(Message):
        """One event on (1) or back (-1); a notable one with shift."""

        def __init__(self, step: int, *, notable: bool) -> None:
            super().__init__()
            self.step = step
            self.notable = notable

    def show(self, view: TimeBarView, *, dense: bool = False) -> None:
        """Draw this; nothing happens if it is what is drawn already."""
        if (view, dense) != (self.view, self.is_dense):
            self.view, self.is_dense = view, dense
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        line = bar_line(self.view, width, plain=is_plain(), focused=self.has_focus)
        above = (density_line(self.view, width, plain=is_plain()),) if self.is_dense else ()
        return (*above, line)

    def time_at(self, x: int) -> int | None:
        """The moment that stands in a column, the nearest edge's beyond them; None of a bar without a start."""
        view, columns = self.view, axis(self.size.width)
        if view.start is None or view.now is None or columns.bar < 1:
            return None
        end = max(view.now, view.now if view.end is None or view.estimated else view.end)
        cell = max(0, min(columns.bar - 1, x - columns.start))
        return view.start + (end - view.start) * cell // max(1, columns.bar - 1)

    def _seek(self, x: int) -> None:
        time = self.time_at(x)
        if time is not None:
            self.post_message(self.Sought(time))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._seek(event.x)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def action_cursor_left(self) -> None:
        self.post_message(self.Stepped(-1, notable=False))

    def action_cursor_right(self) -> None:
        self.post_message(self.Stepped(1, notable=False))

    def action_notable_left(self) -> None:
        self.post_message(self.Stepped(-1, notable=True))

    def action_notable_right(self) -> None:
        self.post_message(self.Stepped(1, notable=True))

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()
