"""In which runs attempts failed for the same reason, and how often: counted once, then kept up with what changes."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nsmallest

from runwatch.core.text import mask
from runwatch.session.lineup import Lineup


class SameCause:
    """Those with one error, its varying parts apart, at the moment shown."""

    def __init__(self, lineup: Lineup, error: str) -> None:
        self.error = error
        self._lineup = lineup
        self._cause = mask(error)
        self._counts: dict[str, int] = {}
        self._total = 0
        self._since = 0

    def elsewhere(self, run_id: str) -> tuple[int, int]:
        """(how often, in how many runs) beside this one."""
        self._follow()
        here = self._counts.get(run_id, 0)
        return self._total - here, len(self._counts) - bool(here)

    def newest(self, run_id: str, most: int) -> Sequence[str]:
        """The newest of the other runs."""
        self._follow()
        standings = self._lineup.standings
        others = (standings[other] for other in self._counts if other != run_id)
        return [other.run_id for other in nsmallest(most, others, key=lambda other: other.place)]

    def _follow(self) -> None:
        changed, now = self._lineup.changes(self._since)
        if not self._since:
            changed = self._lineup.failing
        self._since = now
        for run_id in changed:
            causes = self._lineup.standings[run_id].causes
            count = 0 if causes is None else causes.count(self._cause)
            self._total += count - self._counts.pop(run_id, 0)
            if count:
                self._counts[run_id] = count
