"""The part of the Runs page that keeps up: with runs as they come, and with what is asked for of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable

from textual import work
from textual.worker import Worker

from runwatch.ui.narrowing import Narrowing
from runwatch.ui.ranking import Ranking
from runwatch.ui.runs_table import RowKeeper, RunRows
from runwatch.ui.screens.finds_runs import FindsRuns
from runwatch.ui.sorting import Sorting
from runwatch.ui.widgets.header import Header

SLICE, REST = 0.008, 0.004
"""Seconds that runs are looked through, and those that are left to everything else."""
REST_READING = 0.04
"""While a log is read, reading comes first: what it says next would be looked at again."""
REPAINT = 0.1
"""Seconds between two pictures of what is under way."""
_BATCH = 16
"""Runs between two looks at the watch."""


class AllRuns(FindsRuns):
    """Lists runs: `rows` are those shown, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.sorting = Sorting()
        self.attention = False
        self.painted: tuple[Hashable, ...] = ()
        """The `signs` of what was painted last."""
        self._seeker: Worker[None] | None = None

    def on_mount(self) -> None:
        """The session is known from here on."""
        self.ranking = Ranking(self.session)
        self._keeper = RowKeeper(self.session)
        super().on_mount()

    @property
    def narrowing(self) -> Narrowing:
        """What hides runs."""
        return Narrowing(self.filter_text, self.attention)

    def show_moment(self) -> None:
        """Look for a moment, and show what there is; if much is left, go on while the keys work."""
        self.ranking.ask(self.sorting, self.narrowing)
        self.ranking.follow()
        is_done = self._look(SLICE)
        self.show()
        if not is_done and (self._seeker is None or self._seeker.is_finished):
            self._seeker = self.seek()

    def show(self) -> None:
        """Draw what is known now."""

    def show_selected(self) -> None:
        """Draw what is known of the run under the cursor."""

    def turn_second(self) -> None:
        """The clock, and the selected run; all else only if a run may be another, or a row says something else."""
        self.ranking.follow()
        if not self.is_complete or not self.ranking.is_settled or self.signs() != self.painted:
            self.repaint()
            return
        self.query_one(Header).show(self.header())
        if self.run_for_when in self.session.lineup.open:
            self.show_selected()

    def signs(self) -> tuple[Hashable, ...]:
        """What time alone can change, of each row on the screen."""
        rows, (first, last) = self.now_listed(), self.table.shown
        return tuple(rows.sign(index) for index in range(max(0, first - 1), min(last, len(rows))))

    def now_listed(self) -> RunRows:
        """The rows as they stand now."""
        return RunRows(self.ranking.listed, self._keeper, self.session.now(), self.zone)

    def _look(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not self.ranking.work(_BATCH):
            if time.monotonic() >= end:
                return False
        return True

    @work(group="runs")
    async def seek(self) -> None:
        """Look through the rest, a slice at a time."""
        shown, listed = time.monotonic(), self.ranking.listed
        while not self._look(SLICE):
            is_awaited = self.ranking.is_looking or listed is not self.ranking.listed
            await asyncio.sleep(REST if is_awaited or self.session.is_whole else REST_READING)
            if listed is not self.ranking.listed and self.is_current:
                self.show()
                listed = self.ranking.listed
            if time.monotonic() - shown >= REPAINT and self.session.is_whole and self.is_current:
                self.show()
                shown = time.monotonic()
        if self.is_current:
            self.show()
