"""The next event, or stop, of any run: looked for in those that the moment shown lies in or beside, not in all."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right

from runwatch.session.session import Session
from runwatch.session.stops import Kind, Stops, event_in_time

Found = tuple[int, str, int]
"""Moment, run, position."""
Span = tuple[int, str, int]
"""First moment, run, last moment."""
_LAST = chr(0x10FFFF)
"""Behind every run_id."""


class Nearest:
    """From the moment shown, on or back; equals in time by run_id."""

    def __init__(self, session: Session, stops: Stops) -> None:
        self._session = session
        self._stops = stops
        self._spans: list[Span] = []
        self._known_for: object = None

    def event(self, step: int) -> Found | None:
        """The next event, or with -1 the one before. Of a run that lies on one side of it, that is one of its ends."""
        now, spans = self._session.now(), self._known()
        if step > 0:
            begun = bisect_right(spans, (now, _LAST))
            found = [(self._moment(run_id, 1), run_id) for _, run_id, last in spans[:begun] if last > now]
            found += [span[:2] for span in spans[begun : begun + 1]]
        else:
            begun = bisect_left(spans, (now, ""))
            ends = ((last, run_id) for _, run_id, last in spans[:begun] if last < now)
            found = [(self._moment(run_id, -1), run_id) for _, run_id, last in spans[:begun] if last >= now]
            found += [latest] if (latest := max(ends, default=None)) is not None else []
        if not found:
            return None
        moment, run_id = min(found) if step > 0 else max(found)
        position = event_in_time(self._session.runs.by_id[run_id].log, now, step)
        return None if position is None else (moment, run_id, position)

    def _moment(self, run_id: str, step: int) -> int:
        """Of the next event of a run that the moment shown lies in."""
        log = self._session.runs.by_id[run_id].log
        return log.moments[event_in_time(log, self._session.now(), step) or 0]

    def stop(self, kind: Kind, step: int) -> Found | None:
        """The next stop of a kind but EVENT: the nearest runs first, until all others are farther away."""
        session, now = self._session, self._session.now()
        near = [
            (max(first, now) if step > 0 else -min(last, now), run_id)
            for first, run_id, last in self._known()
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

    def _known(self) -> list[Span]:
        """Of all runs, in the order of their begin; made once for what was read."""
        session = self._session
        session.lineup.follow()
        wanted = (session.runs.revision, session.options.run_id)
        if wanted != self._known_for:
            only = session.options.run_id
            spans = ((first, run_id, last) for run_id, first, last in session.lineup.spans())
            self._spans = sorted(span for span in spans if only in (None, span[1]))
            self._known_for = wanted
        return self._spans

    def _may_have(self, run_id: str, kind: Kind) -> bool:
        """Of a run that is over at the moment shown it is known whether anything failed or degraded in it."""
        standing = self._session.lineup.judged(run_id)
        if standing is None or not standing.verdict or standing.span[1] > self._session.now():
            return True
        return {Kind.FAILURE: standing.failures, Kind.DEGRADATION: standing.degraded}.get(kind, 1) > 0
