"""What is listed of all runs: what was asked for last, as soon as it is found.

A hundred thousand runs are not looked through while a key waits. It is done bit
by bit; until all of them are, what was listed before stays.
"""

from __future__ import annotations

from runwatch.core.times import SECOND
from runwatch.session.session import Session
from runwatch.ui.narrowing import Narrowing
from runwatch.ui.ranked import Ranked
from runwatch.ui.run_fields import RunFields
from runwatch.ui.sorting import Sorting


class Ranking:
    """The runs of a session, narrowed and in an order."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lineup = session.lineup
        self.listed = self._asked = Ranked(Sorting(), Narrowing())
        self._second = 0

    @property
    def is_settled(self) -> bool:
        """What was asked for is listed, and up to date."""
        return self.listed is self._asked and not self._asked.queue and self._lineup.is_settled

    @property
    def share(self) -> float:
        """How much of what was asked for is looked at; 1 where it is listed."""
        if self.listed is self._asked:
            return 1.0
        return 1 - len(self._asked.queue) / max(1, len(self._lineup.standings))

    def ask(self, sorting: Sorting, narrowing: Narrowing) -> None:
        """Another order, or other runs."""
        if (sorting, narrowing) == (self.listed.sorting, self.listed.narrowing):
            self._asked = self.listed
        elif (sorting, narrowing) != (self._asked.sorting, self._asked.narrowing):
            self._asked = Ranked(sorting, narrowing)
            self._asked.note(self._lineup)

    def follow(self) -> None:
        """Note which runs may have become others; `work` looks at them."""
        self._lineup.follow()
        second = self._session.now() // SECOND
        if second != self._second and self._asked.moves_with_time:
            self._second = second
            goes_on = (run_id for run_id, run in self._lineup.open.items() if run.verdict != "lost")
            self._asked.queue.update(dict.fromkeys(goes_on))

    @property
    def is_looking(self) -> bool:
        """What was asked for last is not listed yet."""
        return self.listed is not self._asked

    def work(self, most: int) -> bool:
        """Judge at most so many runs, and put as many where they belong; True if nothing is left to do.

        What was asked for is listed as soon as each run was looked at once, as it was judged last: while a log is
        read there is no end to runs that moved meanwhile.
        """
        lineup, ranked = self._lineup, self._asked
        if self.is_looking:
            self._put(ranked, most)
            if not ranked.queue:
                self.listed = ranked
            return False
        lineup.work(most)
        ranked.note(lineup)
        self._put(ranked, most)
        return self.is_settled

    def _put(self, ranked: Ranked, most: int) -> None:
        for _ in range(min(most, len(ranked.queue))):
            run_id, _ = ranked.queue.popitem()
            standing = self._lineup.standings.get(run_id)
            if standing is not None:
                ranked.put(RunFields(standing, self._session))
