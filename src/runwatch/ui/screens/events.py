"""The log of a run, event by event: any length of it, narrowed by a filter, each leading to its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from runwatch.answers.event_stops import degradations, failures, stops
from runwatch.core.places import Place
from runwatch.ui.raw_text import COPIED, copied_text
from runwatch.ui.screens.finding import Wanted
from runwatch.ui.screens.marked import Event, Marked
from runwatch.ui.screens.run_events import RunEvents
from runwatch.ui.widgets.virtual_list import VirtualList


class EventsPage(RunEvents, Marked):
    """All events of one run at the moment shown."""

    NAME = "events"
    CSS_PATH: ClassVar = Path(__file__).with_name("events.tcss")
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-low"), (34, "-normal")]
    KEPT = ("own_text", "position")

    def __init__(self, run_id: str, query: str = "") -> None:
        """`query`: the filter it begins with; the user's own comes back when the page is opened without one."""
        super().__init__(run_id)
        self.query_text = query
        self.own_text = ""
        """The filter that the user typed here."""
        self.position = 0
        """The event that is selected."""

    @property
    def kept_as(self) -> str:
        """Each run has its own."""
        return f"{self.NAME} {self.run_id}"

    def restore(self) -> None:
        """The filter that was asked for, else the one left here."""
        super().restore()
        self.filter_text = self.query_text or self.own_text
        self.search.narrow(self.filter_text)
        self.table.home = 0 if self.query_text else self.position
        moment = self.session.moment(self.run_id)
        if moment is not None and not self.query_text and not self.session.is_live:
            self.table.home = moment.state.positions - 1  # where one stands

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.table.focus()

    # ------------------------------------------------------------------------------------------------ find

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another event is under the cursor."""
        self.show()

    def on_virtual_list_selected(self, event: VirtualList.Selected) -> None:
        """Enter: the line over the whole screen."""
        self.action_raw()

    def choices(self) -> dict[str, Any]:
        """The filter, and where the user was."""
        self.position = max(0, self.table.position)
        return super().choices()

    def action_filter(self) -> None:
        """Filter as you type; only hits are listed again."""
        self.search.in_context = False
        self.show()
        super().action_filter()

    def narrow(self, text: str) -> None:
        """Only what this filter keeps; to clear one that a figure brought leaves the user's own alone."""
        text = text.strip()
        if text != self.filter_text:
            if text or self.filter_text != self.query_text:
                self.own_text = text
            self.filter_text = text
            if self.table.home is None:
                self.table.home = max(0, self.table.position)
            self.search.narrow(text)
        if self.moment is not None:
            self.look()

    def action_next_hit(self) -> None:
        """The next hit, among its neighbours."""
        self._go_to_hit(1, "later")

    def action_previous_hit(self) -> None:
        """The one before."""
        self._go_to_hit(-1, "earlier")

    def _go_to_hit(self, step: int, which: str) -> None:
        hits, at = self.search.hits, self.table.position
        if hits is None or self.moment is None:
            self.say("no filter is set: / sets one")
            return
        found = hits.next(at, step, self.search.stop)
        if found is None:
            self.say(f"no {which} hit{'' if hits.share(self.search.stop) == 1 else ' so far'}")
        if found is not None or at >= 0:
            self.search.in_context = True
            self.show()
            self.table.go_to(at if found is None else found)

    def find(self, wanted: Wanted, step: int) -> None:
        """The next failed attempt, retry or bad outcome; the next quality issue, schema change or warning."""
        if self.moment is None or self.search.log is None:
            return
        places = failures(self.moment) if wanted == "failure" else degradations(self.moment)
        rows = self.table.rows
        found = (stop for stop in stops(places, self.table.position, step) if rows.index_of(stop) is not None)
        stop = next(found, None)
        if stop is not None:
            self.table.go_to(stop)
            return
        among = " among the hits" if self.search.window.is_narrowed else ""
        self.say(f"no {'later' if step > 0 else 'earlier'} {wanted}{among}")

    def action_follow(self) -> None:
        """The cursor on the newest, as they come; any move by hand ends it."""
        self.table.home = None
        self.table.follow = "last"
        self.table.move_to(self.table.last())

    # ------------------------------------------------------------------------------------------------ look and move

    def line_place(self) -> Place | None:
        """The selected event's line."""
        position = self.table.position
        return self.search.log.place(position) if self.search.log is not None and position >= 0 else None

    def event_in_hand(self) -> Event | None:
        """The selected one."""
        return (self.run_id, self.table.position) if self.table.position >= 0 else None

    def position_behind(self, run_id: str) -> int:
        """The cursor."""
        return self.table.position

    def open_event(self, place: Place) -> None:
        """The cursor on it, where it is listed; else its line."""
        found = self.event_at(place)
        if found is not None and self.table.rows.index_of(found[1]) is not None:
            self.table.go_to(found[1])
        else:
            super().open_event(place)

    def moved_to(self, run_id: str, position: int) -> None:
        """The cursor goes along."""
        super().moved_to(run_id, position)
        self.table.go_to(position)

    def action_raw(self) -> None:
        """The line over the whole screen."""
        place = self.line_place()
        if place is not None:
            self.shell.open_raw(place)

    def action_copy(self) -> None:
        """The line as it stands."""
        place = self.line_place()
        if place is None:
            return
        line = self.session.source.line_at(place)
        if line is None:
            self.say("its bytes are gone; nothing to copy")
        else:
            self.shell.copy(copied_text(line), "the line" if len(line) <= COPIED else "first MiB of the line")

    def action_next_pane(self) -> None:
        """Between the list and the event, where that is shown."""
        self.board.cycle()

    def action_previous_pane(self) -> None:
        """The same: there are two."""
        self.board.cycle()

    def action_maximise(self) -> None:
        """The focused box over the whole screen, or back."""
        self.board.toggle_maximised(self.focused)

    def peel(self) -> bool:
        """Maximised, then the filter."""
        if self.board.has_class("-maximised"):
            self.board.toggle_maximised(None)
        elif self.filter_text:
            self.narrow("")
        else:
            return False
        return True
