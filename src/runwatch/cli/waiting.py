"""Which runs are waited for, and how they stand, in a line."""

from __future__ import annotations

from runwatch.answers import units
from runwatch.answers.figures import happened
from runwatch.answers.reasons import reasons
from runwatch.core.runs import Moment
from runwatch.core.text import safe_line
from runwatch.session.session import Session

GOING_ON = ("running", "stalled")


class Awaited:
    """The run that was named; else all that go on at the start, or the first to appear."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_named = session.options.run_id is not None
        self._before: set[str] | None = None
        """Runs that had ended when we came; None before the first look."""
        self._run_ids: set[str] = set()

    @property
    def is_pipe(self) -> bool:
        """Nobody knows how much is still to come: all of it is waited for, or its writer would be cut off."""
        return self._session.source.progress.bytes_total is None

    def look(self) -> None:
        """Take note of what was read, once that is all there was."""
        if self._session.source.progress.is_partial:
            return
        found = self._session.selected()
        if self._is_named or self.is_pipe:
            self._run_ids = {moment.run_id for moment in found}
        elif self._before is None:
            self._run_ids = {moment.run_id for moment in found if moment.judgement.verdict in GOING_ON}
            self._before = {moment.run_id for moment in found}
        elif not self._run_ids:
            new = [moment for moment in found if moment.run_id not in self._before]
            self._run_ids = {moment.run_id for moment in new[-1:]}  # they stand newest first

    @property
    def moments(self) -> list[Moment]:
        """How they stand, newest start first."""
        return [moment for moment in self._session.selected() if moment.run_id in self._run_ids]

    @property
    def is_over(self) -> bool:
        """Nothing is left to wait for."""
        if self._session.source.progress.ended:
            return True
        moments = self.moments
        return bool(moments) and not self.is_pipe and not going_on(moments)

    def line(self) -> str:
        """`orders: 10 of 20 chunks after 12.0 s, about 12 s left, 70.5k rows`."""
        moments = self.moments
        left = going_on(moments)
        if not moments:
            missing = self._session.source.progress.waiting
            return f"waiting for {safe_line(missing[0])}" if missing else f"waiting for a run in {self._where}"
        if not left:
            return f"{units.plural(len(moments), 'run')} ended; waiting for more in {self._where}"
        words = "; ".join(map(_stands, left))
        return words if len(moments) == 1 else f"{len(moments) - len(left)} of {len(moments)} runs ended; {words}"

    @property
    def _where(self) -> str:
        return safe_line(self._session.source.label)


def going_on(moments: list[Moment]) -> list[Moment]:
    """Those that have not come to an end of any kind."""
    return [moment for moment in moments if moment.judgement.verdict in GOING_ON]


def _stands(moment: Moment) -> str:
    verdict, rows = moment.judgement.verdict, happened(moment).rows
    words = f"{safe_line(moment.export)}: {'' if verdict == 'running' else f'{verdict}, '}{reasons(moment)[0].text}"
    return words if rows is None else f"{words}, {units.prose(rows)} {'row' if rows == 1 else 'rows'}"
