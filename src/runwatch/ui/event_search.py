"""What a filter finds in the log of one run, looked for between the keys."""

from __future__ import annotations

import time

from runwatch.answers.event_hits import Hits
from runwatch.answers.event_rows import still
from runwatch.answers.filters import EVENT_FIELDS, Filter, parse_filter
from runwatch.core.index import RunLog
from runwatch.core.runs import Moment
from runwatch.ui.event_table import Window

SLICE, REST = 0.008, 0.004
"""Seconds that are looked, and those that are left to everything else."""
_BATCH = 32
"""Events between two looks at the watch; one can hold 64 KiB."""


class EventSearch:
    """The log as it is shown, and the hits in it. Only what is new is looked at, unless the order is another."""

    def __init__(self) -> None:
        self.log: RunLog | None = None
        self.stop = 0
        self.hits: Hits | None = None
        self.in_context = False
        self._wanted = Filter("")

    def narrow(self, text: str) -> None:
        """Look for something else; a filter that hides nothing finds nothing."""
        self._wanted = parse_filter(text, EVENT_FIELDS)
        self.in_context = False
        self._begin()

    def follow(self, moment: Moment, position: int) -> int:
        """The log at this moment. Where the event at `position` stands now, if the order is another."""
        before, log = self.log, moment.log
        self.stop = moment.state.positions
        if before is not None and before.order is log.order and before.events is log.events:
            return position
        self.log = still(log)
        self._begin()
        if before is None or before.events is not log.events or not 0 <= position < len(before.order):
            return position
        row = before.order[position]
        try:
            return log.order.index(row)
        except ValueError:  # it is a repeat now
            return position

    def look(self, seconds: float) -> bool:
        """Go on looking for so long; True when there is nothing left to look at."""
        if self.hits is None:
            return True
        end = time.monotonic() + seconds
        while not self.hits.examine(self.stop, _BATCH):
            if time.monotonic() >= end:
                return False
        return True

    @property
    def window(self) -> Window:
        """What is to be listed."""
        assert self.log is not None
        if self.hits is None:
            return Window(self.log, self.stop)
        return Window(
            self.log, self.stop, self.hits, self.hits.count(self.stop), self.hits.share(self.stop), self.in_context
        )

    def _begin(self) -> None:
        self.hits = Hits(self._wanted, self.log) if self._wanted and self.log is not None else None
