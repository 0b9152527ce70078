"""One line of a log over the whole screen: pretty, or exactly as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from runwatch.answers.evidence import cite
from runwatch.core.places import Place
from runwatch.ui.header_view import header_view
from runwatch.ui.keys import KEYS, Hint, key_name
from runwatch.ui.raw_text import COPIED, RawText, copied_text, gone_words, place_words
from runwatch.ui.safe import line_text
from runwatch.ui.screens.page import Page
from runwatch.ui.widgets.header import HeaderView
from runwatch.ui.widgets.scroll_text import ScrollText

_OWN = ("back", "raw", "copy", "open.line")
_LABELS = {"back": "back", "raw": "pretty or verbatim", "copy": "copy the line", "open.line": "open in pager"}
_SHORT = {"back": "back", "raw": "verbatim", "copy": "copy", "open.line": "pager"}


def _hints() -> tuple[Hint, ...]:
    entries = {entry.id: entry for entry in KEYS if entry.id in _OWN}
    return tuple(
        Hint(key_name(entries[name].keys[0]), _LABELS[name], _SHORT[name], entries[name].keys[0])
        for name in _OWN
    )


class RawScreen(Page):
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

    def body(self) -> Iterable[Widget]:
        """The line in a box that says where it stands."""
        box = ScrollText(id="raw", classes="box")
        box.border_title = Content(line_text(cite((self.place,))))
        box.border_subtitle = Content(line_text(place_words(self.place, full=True)))
        yield box

    def header(self) -> HeaderView:
        """Where the line stands, behind the source."""
        return header_view(self.session, self.zone, (line_text(cite((self.place,))),))

    def on_mount(self) -> None:
        """The keys scroll at once."""
        self.query_one(ScrollText).focus()
        super().on_mount()

    def hints(self) -> tuple[Hint, ...]:
        """What its own keys do here."""
        return _hints()

    def show_moment(self) -> None:
        """The line; it does not change."""
        self.query_one(ScrollText).show(RawText(self.line, gone_words(self.place), self.verbatim), self.verbatim)

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
