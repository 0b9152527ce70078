"""A run's view, made once for each state of the run: of a large one it costs tens of milliseconds."""

from __future__ import annotations

from datetime import tzinfo

from runwatch.answers.run import RunView, run_view
from runwatch.core.runs import Moment


class ViewKeeper:
    """Keeps the view made last. A session gives the same moment until the run, or the second, has moved."""

    def __init__(self) -> None:
        self._made: tuple[Moment | None, tzinfo | None, RunView | None] = (None, None, None)

    def view(self, moment: Moment | None, zone: tzinfo) -> RunView | None:
        """The view of this moment in this zone; None of none."""
        if moment is not self._made[0] or zone is not self._made[1]:
            self._made = (moment, zone, None if moment is None else run_view(moment, zone))
        return self._made[2]
