"""The sentence above the events: how many there are, or how many a filter finds."""

from __future__ import annotations

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.view import Tone
from runwatch.ui.line import Line, cut_line, width_of
from runwatch.ui.safe import bit
from runwatch.ui.widgets.drawn import Drawn


class EventsView(Struct, frozen=True):
    """The numbers in it."""

    is_known: bool = False
    """The run had begun at the moment shown."""
    listed: int = 0
    """All events at the moment shown, those without a number among them."""
    numbered: int = 0
    unknown: int = 0
    """Of a kind that is not known."""
    span: str = ""
    """`18:13:53.127 to 18:14:08.075`."""
    failures: int = 0
    retries: int = 0
    degradations: int = 0
    filter: str = ""
    hits: int = 0
    share: float = 1.0
    """How much was looked at."""
    hit: int = 0
    """Which hit is selected, from 1; 0: none."""
    in_context: bool = False


def sentence(view: EventsView) -> str:
    """`14 events, 18:13:53.127 to 18:14:08.075`, `3 of 14 match`, `hit 3 of 12`."""
    if not view.is_known:
        return "not known at this moment"
    if not view.filter:
        span = f", {view.span}" if view.span else ""
        return f"{units.plural(view.numbered, 'event')}{span}"
    if view.in_context:
        if view.hit:
            return f"hit {view.hit:,} of {view.hits:,}{so_far(view)}"
        return f"{units.plural(view.hits, 'hit')}{so_far(view)}, this is none of them"
    if view.share < 1:
        return f"{units.plural(view.hits, 'hit')}{so_far(view)}"
    verb = "matches" if view.hits == 1 else "match"
    return f"{units.count(view.hits)} of {units.plural(view.listed, 'event')} {verb}"


def so_far(view: EventsView) -> str:
    """` in 40 % so far`."""
    return f" in {units.share(view.share)} so far" if view.share < 1 else ""


def aside(view: EventsView) -> str:
    """The filter, as it can be typed again; without one what there is to be found."""
    if not view.is_known:
        return ""
    if view.filter:
        among = f"   all {view.listed:,} events are shown, the others muted" if view.in_context else ""
        return f"/{view.filter}{among}"
    told = [units.plural(view.failures, "failed attempt")] if view.failures else []
    told += [units.plural(view.retries, "retry", "retries")] if view.retries else []
    told += [units.plural(view.degradations, "degradation")] if view.degradations else []
    words = ", ".join(told) or "no attempt failed, nothing degraded"
    source = view.listed - view.numbered - view.unknown
    if source:
        words += f"; {source:,} more of the source, without a number"
    if view.unknown:
        words += f"; {view.unknown:,} more of a kind that is not known"
    return words


class EventsAnswer(Drawn):
    """Two lines; in one the filter stands behind its hits."""

    view = EventsView()

    def show(self, view: EventsView) -> None:
        """Draw this; nothing happens if it is drawn already."""
        if view != self.view:
            self.view = view
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        """The answer bold, the rest muted."""
        first, second = bit(sentence(self.view), bold=True), bit(aside(self.view), Tone.MUTED)
        if self.size.height > 1:
            return cut_line((first,), width), cut_line((second,), width)
        gap = bit("  ")
        room = width - width_of((first, gap))
        return (cut_line((first, gap, second) if self.view.filter and room > 4 else (first,), width),)

    def on_resize(self) -> None:
        """One line, or two."""
        self.redraw()
