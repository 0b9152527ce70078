"""The keys that go to what failed and what degraded, for every page that has such places."""

from __future__ import annotations

from typing import Literal

from runwatch.session.stops import Kind
from runwatch.ui.screens.timed import Timed

Wanted = Literal["failure", "degradation"]
KINDS: dict[Wanted, Kind] = {"failure": Kind.FAILURE, "degradation": Kind.DEGRADATION}


class FindingPage(Timed):
    """Override `find`. Where time is in the user's hand it is time that goes there."""

    def find(self, wanted: Wanted, step: int) -> None:
        """Go to the next one, or with -1 to the one before; say so where there is none."""

    def _find(self, wanted: Wanted, step: int) -> None:
        if self.session.is_live:
            self.find(wanted, step)
        else:
            self.go(KINDS[wanted], step)

    def action_next_failure(self) -> None:
        """What failed next."""
        self._find("failure", 1)

    def action_previous_failure(self) -> None:
        """The one before."""
        self._find("failure", -1)

    def action_next_degradation(self) -> None:
        """What degraded next."""
        self._find("degradation", 1)

    def action_previous_degradation(self) -> None:
        """The one before."""
        self._find("degradation", -1)
