"""The Chunk screen's body: verdict, attempts, error, facts, query, raw event."""

from __future__ import annotations

from datetime import UTC, tzinfo

from textual.app import ComposeResult
from textual.containers import ScrollableContainer, Vertical
from textual.content import Content
from textual.widget import Widget

from runwatch.answers.attempt import AttemptView
from runwatch.answers.chunk import ChunkView
from runwatch.ui.attempt_list import AttemptList
from runwatch.ui.chunk_words import ChunkFacts, ChunkVerdict, ErrorWords, QueryWords, TinyWords
from runwatch.ui.raw_text import RawText, gone_words, place_words
from runwatch.ui.safe import line_text
from runwatch.ui.widgets.scroll_text import ScrollText

BOXES = ("attempts", "error", "chunk", "query", "raw")
"""In the order of tab, and of a narrow terminal's one column: what went wrong stands before what was meant."""


class ChunkBoard(Vertical):
    """Parts come and go with the size; the style sheet says which."""

    def compose(self) -> ComposeResult:
        """All parts."""
        yield ChunkVerdict()
        with ScrollableContainer(id="upper", can_focus=False):
            yield AttemptList(id="attempts", classes="box")
            yield ScrollText(id="error", classes="box")
            yield ScrollText(id="chunk", classes="box")
            yield ScrollText(id="query", classes="box")
        yield ScrollText(id="raw", classes="box")
        yield ScrollText(id="tiny")

    def on_mount(self) -> None:
        """Titles that never change."""
        for name, title in (("error", "Error in full"), ("chunk", "Chunk"), ("query", "Query of this range")):
            self.text(name).border_title = Content(title)

    @property
    def attempts(self) -> AttemptList:
        """The list of attempts."""
        return self.query_one(AttemptList)

    def text(self, name: str) -> ScrollText:
        """A box of text by its name."""
        return self.query_one(f"#{name}", ScrollText)

    # ------------------------------------------------------------------------------------------------ what is shown

    def show(self, view: ChunkView | None, zone: tzinfo = UTC) -> None:
        """The chunk; None while nothing was heard of it."""
        self.query_one(ChunkVerdict).show(view)
        if view is None:
            return
        self.attempts.show_attempts(view.attempts, zone)
        self.attempts.border_title = Content.assemble("Attempts ", (f"{len(view.attempts):,}", "$muted"))
        self.text("chunk").show(ChunkFacts(view.facts))
        self.text("query").show(QueryWords(view.query, view.query_note))
        self.text("tiny").show(TinyWords(view, None, zone))

    def show_attempt(self, view: ChunkView, found: AttemptView, line: bytes | None, zone: tzinfo = UTC) -> None:
        """The selected attempt, and the `line` that its end stands in."""
        self.attempts.move_to_key(found.number)
        self.text("tiny").show(TinyWords(view, found, zone), found.number)
        error, raw = self.text("error"), self.text("raw")
        error.show(ErrorWords(found), found.number)
        error.border_title = Content("Error in full" if found.text else "Outcome")
        error.border_subtitle = Content(line_text(place_words(found.place).partition(" · ")[0]))
        raw.show(RawText(line, gone_words(found.place)), found.place)
        raw.border_title = Content(f"Raw event {found.event_number:,} of {found.events:,}")
        raw.border_subtitle = Content(line_text(place_words(found.place)))

    # ------------------------------------------------------------------------------------------------ focus

    def boxes(self) -> list[Widget]:
        """The boxes that can be seen, or the one text of a tiny terminal."""
        if self.text("tiny").display:
            return [self.text("tiny")]
        upper = bool(self.query_one("#upper").display)
        found = [self.query_one(f"#{name}") for name in BOXES]
        return [box for box in found if box.display and (upper or box.id == "raw")]

    def focus_first(self, focused: Widget | None) -> None:
        """A part that went away cannot keep the keys."""
        shown = self.boxes()
        if focused not in shown and shown:
            shown[0].focus()

    def cycle(self, focused: Widget | None, step: int) -> None:
        """The keys to the next box, or the one before."""
        self.maximise(None)
        shown = self.boxes()
        at = shown.index(focused) if focused in shown else -1
        if shown:
            shown[(at + step) % len(shown)].focus()

    def maximise(self, wanted: Widget | None) -> None:
        """This box over the whole screen; None: all of them again."""
        inside = wanted is not None and wanted.id in BOXES
        for name in BOXES:
            box = self.query_one(f"#{name}")
            box.set_class(inside and box is wanted, "-maximum")
        self.set_class(inside, "-maximised")
        self.set_class(inside and wanted is not None and wanted.id == "raw", "-raw")

    @property
    def is_maximised(self) -> bool:
        """One box has the whole screen."""
        return self.has_class("-maximised")
