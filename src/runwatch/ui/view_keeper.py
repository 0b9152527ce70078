"""A run's view, made once for each state of the run: of a large one it costs tens of milliseconds."""

from __future__ import annotations

from datetime import tzinfo

from runwatch.answers.run import RunView, run_view
from runwatch.core.runs import Moment


class ViewKeeper:
    """Keeps the view made last. A session gives the same moment until the run, or the second, has moved."""

    def __init__(self) -> None:
        self._made: tuple[object, ...] = (None,) * 4
        self._view: RunView | None = None

    def view(
        self, moment: Moment | None, zone: tzinfo, whole: Moment | None = None, bookmarks: tuple[int, ...] = ()
    ) -> RunView | None:
        """The view of this moment in this zone; None of none. `whole` where more may lie ahead of it."""
        wanted = (moment, whole, zone, bookmarks)
        if any(new is not made for new, made in zip(wanted, self._made, strict=True)):
            self._made = wanted
            self._view = None if moment is None else run_view(moment, zone, whole, bookmarks)
        return self._view
