"""The next event, or stop, of any run: looked for in those that the moment shown lies in or beside, not in all."""

from __future__ import annotations

import heapq

from runwatch.session.session import Session
from runwatch.session.stops import Kind, Stops, event_in_time

Found = tuple[int, str, int]
"""Moment, run, position."""


class Nearest:
    """From the moment shown, on or back; equals in time by run_id."""

    def __init__(self, session: Session, stops: Stops) -> None:
        self._session = session
        self._stops = stops

    def event(self, step: int) -> Found | None:
        """The next event, or with -1 the one before. Of a run that lies on one side of it, that is one of its ends."""
        now, runs = self._session.now(), self._session.runs.by_id
        best: tuple[int, str] | None = None
        for run_id, first, last in self._spans():
            if last <= now if step > 0 else first >= now:
                continue
            at = (first if first > now else None) if step > 0 else (last if last < now else None)
            if at is None:
                log = runs[run_id].log
                at = log.moments[event_in_time(log, now, step) or 0]
            if best is None or ((at, run_id) < best if step > 0 else (at, run_id) > best):
                best = (at, run_id)
        if best is None:
            return None
        position = event_in_time(runs[best[1]].log, now, step)
        return None if position is None else (*best, position)

    def stop(self, kind: Kind, step: int) -> Found | None:
        """The next stop of a kind but EVENT: the nearest runs first, until all others are farther away."""
        session, now = self._session, self._session.now()
        near = [
            (max(first, now) if step > 0 else -min(last, now), run_id)
            for run_id, first, last in self._spans()
            if (last > now if step > 0 else first < now)
        ]
        heapq.heapify(near)
        best: Found | None = None
        while near and (best is None or near[0][0] <= best[0] * step):
            _, run_id = heapq.heappop(near)
            whole = session.whole(run_id) if self._may_have(run_id, kind) else None
            position = None if whole is None else self._stops.next_in_time(whole, kind, now, step)
            if whole is None or position is None:
                continue
            found = (whole.log.moments[position], run_id, position)
            if best is None or (found < best if step > 0 else found > best):
                best = found
        return best

    def _spans(self) -> list[tuple[str, int, int]]:
        only = self._session.options.run_id
        self._session.lineup.follow()
        return [span for span in self._session.lineup.spans() if only in (None, span[0])]

    def _may_have(self, run_id: str, kind: Kind) -> bool:
        """Of a run that is over at the moment shown it is known whether anything failed or degraded in it."""
        standing = self._session.lineup.judged(run_id)
        if standing is None or not standing.verdict or standing.span[1] > self._session.now():
            return True
        return {Kind.FAILURE: standing.failures, Kind.DEGRADATION: standing.degraded}.get(kind, 1) > 0
