"""One line of a log over the whole screen: pretty, or exactly as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from runwatch.answers.evidence import cite
from runwatch.answers.view import Mark
from runwatch.core.places import Place
from runwatch.core.runs import parse_run_id
from runwatch.ui.header_view import header_view
from runwatch.ui.key_names import key_name
from runwatch.ui.keys import KEYS, Hint
from runwatch.ui.line import Bit, to_content
from runwatch.ui.raw_text import COPIED, RawText, copied_text, gone_words, place_words
from runwatch.ui.safe import line_text, mark_bit
from runwatch.ui.screens.marked import Event, Marked
from runwatch.ui.widgets.header import HeaderView
from runwatch.ui.widgets.scroll_text import ScrollText

_OWN = ("back", "raw", "copy", "bookmark", "open.line")
_LABELS = {
    "back": "back", "raw": "pretty or verbatim", "copy": "copy the line", "bookmark": "bookmark",
    "open.line": "open in pager",
}  # fmt: skip
_SHORT = {"back": "back", "raw": "verbatim", "copy": "copy", "bookmark": "bookmark", "open.line": "pager"}


def _hints() -> tuple[Hint, ...]:
    entries = {entry.id: entry for entry in KEYS if entry.id in _OWN}
    return tuple(
        Hint(key_name(entries[name].keys[0]), _LABELS[name], _SHORT[name], entries[name].keys[0])
        for name in _OWN
    )


class RawScreen(Marked):
    """The evidence itself; `line` None where its bytes are gone."""

    NAME = "raw"
    CSS_PATH: ClassVar = Path(__file__).with_name("raw.tcss")
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]

    def __init__(self, place: Place, line: bytes | None) -> None:
        super().__init__()
        self.place = place
        self.line = line
        self.verbatim = False
        self._event: Event | None = None
        self._sought: Place | None = None
        self._order: object = None

    def body(self) -> Iterable[Widget]:
        """The line in a box that says where it stands."""
        yield ScrollText(id="raw", classes="box")

    def header(self) -> HeaderView:
        """Whose line it is, and where it stands."""
        last, event = line_text(cite((self.place,))), self.event_in_hand()
        moment = None if event is None else self.session.moment(event[0])
        if moment is None:
            return header_view(self.session, self.zone, (last,))
        export, run = line_text(moment.export), line_text(parse_run_id(moment.run_id)[1])
        short = (export, run.partition("T")[2] or run, last)
        return header_view(self.session, self.zone, (export, run, last), short)

    @property
    def run_in_view(self) -> str | None:
        """The run whose line it is; a line that is no event has none."""
        event = self.event_in_hand()
        return None if event is None else event[0]

    def on_mount(self) -> None:
        """The keys scroll at once."""
        self.query_one(ScrollText).focus()
        super().on_mount()

    def hints(self) -> tuple[Hint, ...]:
        """What its own keys do here."""
        return _hints()

    def show_moment(self) -> None:
        """The line; it does not change."""
        box = self.query_one(ScrollText)
        box.show(RawText(self.line, gone_words(self.place), self.verbatim), (self.place, self.verbatim))
        event = self.event_in_hand()
        marked = event is not None and event[1] in self.session.bookmarks.positions(event[0])
        title = line_text(cite((self.place,)))
        box.border_title = to_content((Bit(title), *((Bit(" "), mark_bit(Mark.BOOKMARK)) if marked else ())))
        box.border_subtitle = Content(line_text(place_words(self.place, full=True)))

    # ------------------------------------------------------------------------------------------------ bookmarks

    def event_in_hand(self) -> Event | None:
        """The event of this line; looked for once, as long as the run's order stays."""
        by_id, kept = self.session.runs.by_id, self._event
        if self._sought is not self.place or (kept is not None and by_id[kept[0]].order is not self._order):
            self._sought, self._event = self.place, self.event_at(self.place)
            self._order = None if self._event is None else by_id[self._event[0]].order
        return self._event

    def position_behind(self, run_id: str) -> int:
        """From this line on."""
        event = self.event_in_hand()
        return -1 if event is None else event[1]

    def open_event(self, place: Place) -> None:
        """Its line here, in place of this one."""
        self.place, self.line = place, self.session.source.line_at(place)
        self.repaint()

    def moved_to(self, run_id: str, position: int) -> None:
        """The moment moved; its line is shown too."""
        self.open_event(self.session.runs.by_id[run_id].log.place(position))

    def action_raw(self) -> None:
        """Pretty, or exactly as it stands."""
        self.verbatim = not self.verbatim
        self.show_moment()

    def line_place(self) -> Place | None:
        """This line."""
        return self.place

    def action_copy(self) -> None:
        """The line as it stands, controls as `\\uXXXX`."""
        if self.line is None:
            self.say("its bytes are gone; nothing to copy")
            return
        part = "" if len(self.line) <= COPIED else "first MiB of the "
        self.shell.copy(copied_text(self.line), f"{part}line {cite((self.place,))}")
