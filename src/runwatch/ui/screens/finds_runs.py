"""From failed run to failed run, from degraded to degraded: what the keys find among all runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runwatch.session.standing import Standing
from runwatch.ui.narrowing import FailureWalk
from runwatch.ui.ranking import Ranking
from runwatch.ui.screens.filtered import FilteredPage
from runwatch.ui.screens.finding import FindingPage, Wanted


class FindsRuns(FilteredPage, FindingPage):
    """A page with a table of runs."""

    ranking: Ranking

    def __init__(self) -> None:
        super().__init__()
        self._walk = FailureWalk()

    def find(self, wanted: Wanted, step: int) -> None:
        """Open the selected run's first failure; asked again, the next run's. Of degradations, move to the next run."""
        at, end, which = self.table.cursor, len(self.ranking.listed), "later" if step > 0 else "earlier"
        if wanted == "failure":
            self._open_failure(range(max(0, at), end) if step > 0 else range(at, -1, -1), which)
        else:
            self._move_to_degraded(range(at + 1, end) if step > 0 else range(at - 1, -1, -1), which)

    def _standings(self, order: Iterable[int]) -> Iterator[tuple[int, Standing]]:
        listed, standings = self.ranking.listed, self.session.lineup.standings
        return ((index, standings[listed.run_id(index)]) for index in order)

    def _open_failure(self, order: Iterable[int], which: str) -> None:
        index = self._walk.next(self._standings(order))
        if index is None:
            self.say(f"no {which} failure among the runs shown")
        else:
            self.table.move_to(index)
            self.open_first_failure(self.ranking.listed.run_id(index))

    def _move_to_degraded(self, order: Iterable[int], which: str) -> None:
        found = next((index for index, standing in self._standings(order) if standing.degraded), None)
        if found is None:
            self.say(f"no {which} degraded run is shown")
        else:
            self.table.move_to(found)
