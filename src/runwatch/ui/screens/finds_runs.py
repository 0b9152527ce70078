"""From failed run to failed run, from degraded to degraded: the keys that find something among all runs."""

from __future__ import annotations

from collections.abc import Iterable

from runwatch.answers.overview import RunRow
from runwatch.session.stops import Kind
from runwatch.ui.narrowing import FailureWalk
from runwatch.ui.screens.filtered import FilteredPage
from runwatch.ui.screens.timed import Timed


class FindsRuns(FilteredPage, Timed):
    """A page with a table of runs."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[RunRow] = []
        """Those shown, in their order."""
        self._walk = FailureWalk()

    def action_next_failure(self) -> None:
        """Open the selected run's first failure; asked again, the next run's."""
        self._open_failure(range(max(0, self.table.cursor), len(self.rows)), "later")

    def action_previous_failure(self) -> None:
        """The same, upwards."""
        self._open_failure(range(self.table.cursor, -1, -1), "earlier")

    def _open_failure(self, order: Iterable[int], which: str) -> None:
        if self.moves_time(Kind.FAILURE, 1 if which == "later" else -1):
            return
        index = self._walk.next(self.rows, order)
        if index is None:
            self.say(f"no {which} failure among the runs shown")
        else:
            self.table.move_to(index)
            self.open_first_failure(self.rows[index].run_id)

    def action_next_degradation(self) -> None:
        """The cursor to the next run that degraded."""
        self._move_to_degraded(range(self.table.cursor + 1, len(self.rows)), "later")

    def action_previous_degradation(self) -> None:
        """The cursor to the one before."""
        self._move_to_degraded(range(self.table.cursor - 1, -1, -1), "earlier")

    def _move_to_degraded(self, order: Iterable[int], which: str) -> None:
        if self.moves_time(Kind.DEGRADATION, 1 if which == "later" else -1):
            return
        found = next((index for index in order if self.rows[index].degraded), None)
        if found is None:
            self.say(f"no {which} degraded run is shown")
        else:
            self.table.move_to(found)
