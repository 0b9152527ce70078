"""The way from one failed attempt to other runs that failed with the same error."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from runwatch.answers.attempt import first_failure_like
from runwatch.core.runs import parse_run_id
from runwatch.session.same_cause import SameCause
from runwatch.ui.palette import Command
from runwatch.ui.screens.page import Page

LISTED = 20
"""Runs that are offered."""


class SameErrors(Page):
    """A page about a run's error; the palette leads to others."""

    run_id: str
    _same: SameCause | None = None

    def same_cause(self, error: str) -> SameCause:
        """The runs with this error; they are looked through once, and then only those that became others."""
        lineup = self.lineup_now()
        if self._same is None or self._same.error != error:
            self._same = SameCause(lineup, error)
        return self._same

    def error_in_hand(self) -> str:
        """The error; empty where there is none."""
        return ""

    def palette_commands(self, query: str) -> Iterable[Command]:
        """Other runs with the same error, the newest first."""
        error = self.error_in_hand()
        for run_id in self.same_cause(error).newest(self.run_id, LISTED) if error else ():
            about = "Another run in which an attempt failed so, at the moment shown"
            export = self.session.lineup.standings[run_id].export
            name = f"Same error in {export} {parse_run_id(run_id)[1]}"
            yield Command(name, about, partial(self._open_same, run_id, error))

    def _open_same(self, run_id: str, error: str) -> None:
        moment = self.session.moment(run_id)
        stop = None if moment is None else first_failure_like(moment, error)
        if stop is not None and stop.chunk_index is not None:
            self.shell.open_chunk(run_id, stop.chunk_index, stop.attempt)
