"""The keys of bookmarks, for every page that shows the events of one run."""

from __future__ import annotations

from runwatch.answers.evidence import cite
from runwatch.core.places import Place
from runwatch.ui.safe import line_text
from runwatch.ui.screens.page import Page

Event = tuple[str, int]
"""A run, and a position in its order."""


class Marked(Page):
    """A page on whose events `b` sets a bookmark, and which `B` leads to the next."""

    def event_in_hand(self) -> Event | None:
        """The event under the cursor; None where there is none."""
        return None

    def position_behind(self, run_id: str) -> int:
        """From where on the next bookmark is looked for, while the moment is live: the one gone to last."""
        return self.session.bookmarks.reached.get(run_id, -1)

    def open_event(self, place: Place) -> None:
        """The line of an event, while the moment is live."""
        self.shell.open_raw(place)

    def event_at(self, place: Place) -> Event | None:
        """The event that stands at a place of the log."""
        return self.session.runs.find(place)

    def tell(self, words: str) -> None:
        """A passing word; names in it come from a log."""
        self.notify(line_text(words), timeout=4, markup=False)

    def action_bookmark(self) -> None:
        """Set one, or take it away."""
        found = self.event_in_hand()
        if found is None:
            self.tell("no event is here to be marked")
            return
        bookmarks, log = self.session.bookmarks, self.session.runs.by_id[found[0]].log
        verb = "set on" if bookmarks.toggle(*found) else "removed from"
        self.tell(f"bookmark {verb} {log.event(found[1]).kind}, {cite((log.place(found[1]),))}")
        self.tell_trouble()
        self.repaint()

    def tell_trouble(self) -> None:
        """What is wrong with keeping them, once."""
        bookmarks = self.session.bookmarks
        if bookmarks.notice:
            self.tell(bookmarks.notice)
            bookmarks.notice = ""

    def action_next_bookmark(self) -> None:
        """The next of the run, and round again: its line, or where time is in the user's hand its moment."""
        run_id = self.run_in_view
        moment = None if run_id is None else self.session.moment(run_id)
        behind = -1 if run_id is None else self.position_behind(run_id)
        if not self.session.is_live:
            behind = -1 if moment is None else moment.state.positions - 1
        bookmarks = self.session.bookmarks
        found = None if run_id is None else bookmarks.following(run_id, behind)
        if run_id is None or found is None:
            self.tell("no bookmark in this run; b sets one")
            return
        known = bookmarks.positions(run_id)
        around = ", from the first again" if found <= behind and len(known) > 1 else ""
        self.tell(f"bookmark {known.index(found) + 1:,} of {len(known):,}{around}")
        bookmarks.reached[run_id] = found
        if self.session.is_live:
            self.open_event(self.session.runs.by_id[run_id].log.place(found))
        else:
            self.shell.travel.go_to_position(run_id, found)
            self.moved_to(run_id, found)

    def moved_to(self, run_id: str, position: int) -> None:
        """The moment is that of a bookmark now."""
        self.repaint()
