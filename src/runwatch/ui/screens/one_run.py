"""A page about one run: its moment, and the view that is made of it once."""

from __future__ import annotations

from runwatch.answers import units
from runwatch.answers.run import RunView
from runwatch.core.runs import Moment
from runwatch.ui.header_view import events_of, header_view
from runwatch.ui.reading import ahead_words
from runwatch.ui.safe import line_text
from runwatch.ui.screens.marked import Marked
from runwatch.ui.screens.timed import Timed
from runwatch.ui.view_keeper import ViewKeeper
from runwatch.ui.widgets.header import HeaderView


class OneRun(Marked, Timed):
    """Has the run's moment, and the view that is made of it, before anything is drawn."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id
        self.moment: Moment | None = None
        """None: the run is unknown, or had not begun."""
        self.view: RunView | None = None
        self._keeper = ViewKeeper()

    def repaint(self) -> None:
        """The view first: the header tells of it too."""
        self.moment = self.session.moment(self.run_id)
        marked = self.session.bookmarks.positions(self.run_id)
        whole = None if self.session.is_live else self.session.whole(self.run_id)
        self.view = self._keeper.view(self.moment, self.zone, whole, marked)
        super().repaint()

    @property
    def run_in_view(self) -> str | None:
        """This one."""
        return self.run_id

    def header(self) -> HeaderView:
        """Where this run stands; how many events it had, once it has ended."""
        view, ahead = self.view, ahead_words(self.session, self.run_id)
        if view is None:
            return header_view(self.session, self.zone, (line_text(self.run_id),), remark=ahead)
        began = view.stage.start
        path = (line_text(view.export), line_text(view.short_id))
        short = (path[0], path[1] if began is None else units.clock(began, self.zone))
        return header_view(self.session, self.zone, path, short, events_of(self.session, self.moment), remark=ahead)

    # ------------------------------------------------------------------------------------------------ its siblings

    def forget(self) -> None:
        """Another run comes: no cursor of this one stays."""

    def action_next_sibling(self) -> None:
        """The next run of this export."""
        self._go_to_sibling(1, "later")

    def action_previous_sibling(self) -> None:
        """The run before of this export."""
        self._go_to_sibling(-1, "earlier")

    def _go_to_sibling(self, step: int, which: str) -> None:
        moment = self.moment
        if moment is None:
            return
        found = self.lineup_now().beside(self.run_id, step)
        if found is None:
            self.say(f"no {which} run of {line_text(moment.export)}")
            return
        self.run_id = found
        self.forget()
        self.repaint()
