"""The part of the Events page that shows: the moment, the log, what a filter has found of it so far."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from textual import work
from textual.widget import Widget
from textual.worker import Worker

from runwatch.core.runs import Moment, parse_run_id
from runwatch.ui.event_search import REST, SLICE, EventSearch
from runwatch.ui.event_table import EventTable, columns
from runwatch.ui.events_board import EventsBoard
from runwatch.ui.filter_bar import FilterBar
from runwatch.ui.header_view import events_of, header_view
from runwatch.ui.safe import line_text
from runwatch.ui.screens.filtered import FilteredPage
from runwatch.ui.screens.finding import FindingPage
from runwatch.ui.widgets.header import HeaderView

REPAINT = 0.1
"""Seconds between two pictures of a search under way."""


class RunEvents(FilteredPage, FindingPage):
    """The events of one run at the moment shown; `filter_text` says which of them are listed."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id
        self.moment: Moment | None = None
        self.search = EventSearch()
        self._seeker: Worker[None] | None = None

    @property
    def run_in_view(self) -> str | None:
        """This one."""
        return self.run_id

    def body(self) -> Iterable[Widget]:
        """The board, and the filter below it."""
        yield EventsBoard()
        yield FilterBar("words, !word, kind:…|…, chunk:17, rows>0")

    @property
    def board(self) -> EventsBoard:
        """The sentence, the list, the event."""
        return self.query_one(EventsBoard)

    @property
    def table(self) -> EventTable:
        """The events."""
        return self.board.table

    def fit_parts(self) -> None:
        """Columns come and go with the width."""
        self.table.columns = columns(self.size.width)
        self.call_after_refresh(self.board.keep_focus, self.focused)

    def header(self) -> HeaderView:
        """Export, run, events."""
        moment = self.moment
        export = line_text(moment.export if moment is not None else "unknown")
        run = line_text(parse_run_id(self.run_id)[1])
        path, short = (export, run, "events"), (export, run.partition("T")[2] or run, "events")
        return header_view(self.session, self.zone, path, short, events_of(self.session, moment))

    def repaint(self) -> None:
        """The moment first: the header tells of it too."""
        self.moment = self.session.moment(self.run_id)
        super().repaint()

    def show_moment(self) -> None:
        """What there is now; a long log is looked through while the keys go on working."""
        if self.moment is None:
            self.board.show_nothing()
            return
        at = self.table.position
        now = self.search.follow(self.moment, at)
        if now != at:
            self.table.home = now
        self.look()

    def look(self) -> None:
        """Look for hits, and show those found so far; the rest of a long log is left to `seek`."""
        is_done = self.search.look(SLICE)
        self.show()
        if not is_done and (self._seeker is None or self._seeker.is_finished):
            self._seeker = self.seek()

    @work(group="hits")
    async def seek(self) -> None:
        """Look through the rest, a slice at a time."""
        shown = time.monotonic()
        while not self.search.look(SLICE):
            await asyncio.sleep(REST)
            if time.monotonic() - shown >= REPAINT:
                self.show()
                shown = time.monotonic()
        self.show()

    def show(self) -> None:
        """What is known now; a search may outlive the board by a slice, when the page is left."""
        if self.moment is not None and self.query(EventTable):
            marked = self.session.bookmarks.positions(self.run_id)
            self.board.show(self.moment, self.search, self.filter_text, self.session.now(), self.zone, marked=marked)
