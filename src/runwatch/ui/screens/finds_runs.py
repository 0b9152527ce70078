"""From failed run to failed run, from degraded to degraded: what the keys find among all runs."""

from __future__ import annotations

from collections.abc import Iterable

from runwatch.answers.overview import RunRow
from runwatch.ui.narrowing import FailureWalk
from runwatch.ui.screens.filtered import FilteredPage
from runwatch.ui.screens.finding import FindingPage, Wanted


class FindsRuns(FilteredPage, FindingPage):
    """A page with a table of runs."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[RunRow] = []
        """Those shown, in their order."""
        self._walk = FailureWalk()

    def find(self, wanted: Wanted, step: int) -> None:
        """Open the selected run's first failure; asked again, the next run's. Of degradations, move to the next run."""
        at, end, which = self.table.cursor, len(self.rows), "later" if step > 0 else "earlier"
        if wanted == "failure":
            self._open_failure(range(max(0, at), end) if step > 0 else range(at, -1, -1), which)
        else:
            self._move_to_degraded(range(at + 1, end) if step > 0 else range(at - 1, -1, -1), which)

    def _open_failure(self, order: Iterable[int], which: str) -> None:
        index = self._walk.next(self.rows, order)
        if index is None:
            self.say(f"no {which} failure among the runs shown")
        else:
            self.table.move_to(index)
            self.open_first_failure(self.rows[index].run_id)

    def _move_to_degraded(self, order: Iterable[int], which: str) -> None:
        found = next((index for index in order if self.rows[index].degraded), None)
        if found is None:
            self.say(f"no {which} degraded run is shown")
        else:
            self.table.move_to(found)
