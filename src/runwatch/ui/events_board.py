"""The Events screen's body: how many, the list, the selected event in full."""

from __future__ import annotations

from datetime import datetime, tzinfo

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from runwatch.answers import units
from runwatch.answers.degraded import degradations
from runwatch.answers.event_rows import event_row
from runwatch.answers.view import Tone
from runwatch.core.runs import Moment
from runwatch.core.times import SECOND
from runwatch.ui.event_search import EventSearch
from runwatch.ui.event_table import EventTable, Window
from runwatch.ui.event_words import EventWords
from runwatch.ui.events_answer import EventsAnswer, EventsView
from runwatch.ui.line import Bit
from runwatch.ui.raw_text import place_words
from runwatch.ui.safe import bit, line_text
from runwatch.ui.widgets.scroll_text import ScrollText


class EventsBoard(Vertical):
    """Attributes down; the list's messages come up."""

    def compose(self) -> ComposeResult:
        """The sentence, the list, the event."""
        yield EventsAnswer(id="answer")
        yield EventTable(id="list", classes="box")
        yield ScrollText(id="detail", classes="box")

    @property
    def table(self) -> EventTable:
        """The events."""
        return self.query_one(EventTable)

    @property
    def detail(self) -> ScrollText:
        """The selected one."""
        return self.query_one(ScrollText)

    _shown: tuple[object, ...] = ()

    def show_nothing(self) -> None:
        """The run had not begun at the moment shown, or nobody knows it."""
        self.set_class(True, "-none")
        self.query_one(EventsAnswer).show(EventsView())

    def show(
        self, moment: Moment, search: EventSearch, text: str, now: int, zone: tzinfo, *, marked: tuple[int, ...]
    ) -> None:
        """The run's events at this moment, as far as they are looked through."""
        window = replace(search.window, bookmarks=marked)
        self.set_class(False, "-none")
        shown = (window, zone)
        if shown != self._shown:
            self._shown = shown
            self._show_titles(window, text)
            self.table.show_window(window, zone)
        self._show_answer(moment, window, text, now, zone)
        self._show_event(moment, window, zone)

    def _show_titles(self, window: Window, text: str) -> None:
        table, total = self.table, units.count(window.stop)
        count = f"{window.count:,} of {total}" if window.is_narrowed else total
        table.border_title = Content.assemble("Events ", (count, "$muted"))
        if window.share < 1:
            table.show_empty((bit("looking; no hit so far", Tone.MUTED),))
        else:
            words = (bit("no event matches "), bit(text, bold=True), bit(f"; {total} are hidden"))
            table.show_empty(words, (Bit("esc", "bold $accent"), Bit(" clears it", "$muted")))

    def _show_answer(self, moment: Moment, window: Window, text: str, now: int, zone: tzinfo) -> None:
        state, hits, stop = moment.state, window.hits, window.stop
        hit = hits.index_of(self.table.position) if hits is not None else None
        self.query_one(EventsAnswer).show(
            EventsView(
                is_known=True,
                listed=stop,
                numbered=state.events,
                unknown=state.unknown,
                span=_span(window, now, zone),
                failures=len(state.failures),
                retries=len(state.retries),
                degradations=degradations(moment),
                filter=text if hits is not None else "",
                hits=window.count,
                share=window.share,
                hit=0 if hit is None else hit + 1,
                in_context=window.in_context,
            )
        )

    def _show_event(self, moment: Moment, window: Window, zone: tzinfo) -> None:
        position, detail = self.table.position, self.detail
        detail.visible = 0 <= position < window.stop
        if not detail.visible or not detail.display:
            return
        row = event_row(window.log, position)
        detail.show(EventWords(row, window.log.event(position), zone), position)
        number = "Event without a number" if row.number is None else f"Event {row.number:,} of {moment.state.events:,}"
        detail.border_title = Content(number)
        detail.border_subtitle = Content(line_text(place_words(row.place)))

    # ------------------------------------------------------------------------------------------------ focus

    def keep_focus(self, focused: Widget | None) -> None:
        """A box that went away cannot keep the keys."""
        if focused is self.detail and not self.detail.display:
            self.table.focus()

    def cycle(self) -> None:
        """The keys to the other box, where it is shown."""
        if self.has_class("-maximised"):
            self.toggle_maximised(None)
        (self.detail if self.detail.display and self.table.has_focus else self.table).focus()

    def toggle_maximised(self, focused: Widget | None) -> None:
        """This box over the whole screen, or all again."""
        was = self.has_class("-maximised")
        boxes = (self.table, self.detail)
        for box in boxes:
            box.set_class(not was and box is focused, "-maximum")
        self.set_class(not was and focused in boxes, "-maximised")


def _span(window: Window, now: int, zone: tzinfo) -> str:
    """From the first moment to the last; the day, where it is another than now."""
    first, last = (window.log.moment(at) for at in (0, window.stop - 1)) if window.stop else (None, None)
    if first is None or last is None:
        return ""
    then, today = (datetime.fromtimestamp(at // SECOND, zone) for at in (first, now))
    day = "" if then.date() == today.date() else f"{then.day} {then.strftime('%b')} "
    return f"{day}{units.clock(first, zone)} to {units.clock(last, zone)}"
