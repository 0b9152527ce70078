"""The keys that go to what failed and what degraded, for every page that has such places."""

from __future__ import annotations

from typing import Literal

from runwatch.ui.screens.page import Page

Wanted = Literal["failure", "degradation"]


class FindingPage(Page):
    """Override `find`."""

    def find(self, wanted: Wanted, step: int) -> None:
        """Go to the next one, or with -1 to the one before; say so where there is none."""

    def action_next_failure(self) -> None:
        """What failed next."""
        self.find("failure", 1)

    def action_previous_failure(self) -> None:
        """The one before."""
        self.find("failure", -1)

    def action_next_degradation(self) -> None:
        """What degraded next."""
        self.find("degradation", 1)

    def action_previous_degradation(self) -> None:
        """The one before."""
        self.find("degradation", -1)
