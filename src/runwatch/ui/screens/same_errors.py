"""The way from one failed attempt to other runs that failed with the same error."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from runwatch.answers.attempt import first_failure_like, same_elsewhere
from runwatch.core.runs import parse_run_id
from runwatch.ui.palette import Command
from runwatch.ui.screens.page import Page

LISTED = 20
"""Runs that are offered."""


class SameErrors(Page):
    """A page about a run's error; the palette leads to others."""

    run_id: str

    def error_in_hand(self) -> str:
        """The error; empty where there is none."""
        return ""

    def palette_commands(self, query: str) -> Iterable[Command]:
        """Other runs with the same error, the newest first."""
        error = self.error_in_hand()
        for other in same_elsewhere(error, self.run_id, self.session.moments(), LISTED) if error else ():
            about = "Another run in which an attempt failed so, at the moment shown"
            name = f"Same error in {other.export} {parse_run_id(other.run_id)[1]}"
            yield Command(name, about, partial(self._open_same, other.run_id, error))

    def _open_same(self, run_id: str, error: str) -> None:
        moment = self.session.moment(run_id)
        stop = None if moment is None else first_failure_like(moment, error)
        if stop is not None and stop.chunk_index is not None:
            self.shell.open_chunk(run_id, stop.chunk_index, stop.attempt)
