"""Which run continues which: a run that resumes another goes on in that one's rows.

`run_status` and `run_journal` carry the new run_id then, `chunk_run`,
`chunk_task`, `file_log` and `export_metrics` that of the run which began.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from runwatch.sources.state.rows import ChunkRun, Metrics, Status
from runwatch.sources.state.telling import Window

GOES_ON = "in_progress"


class Lineage:
    """All runs that are stored, in a few words each."""

    def __init__(self) -> None:
        self.statuses: dict[str, Status] = {}
        self._order: dict[str, list[tuple[str, str]]] = {}
        """(started_at, run_id) of each export, the oldest first."""
        self._newest: list[str] = []
        self._chunk_runs: dict[str, ChunkRun] = {}
        self._begun: dict[str, list[tuple[str, str]]] = {}
        """(created_at, run_id) of each export's chunks, the oldest first."""

    def learn(self, statuses: Iterable[Status], chunk_runs: Iterable[ChunkRun]) -> None:
        """Note rows, new or changed."""
        for status in statuses:
            known = self.statuses.get(status.run_id)
            self.statuses[status.run_id] = status
            if known is None:
                insort(self._order.setdefault(status.export_name, []), (status.started_at or "", status.run_id))
        for chunk_run in chunk_runs:
            if chunk_run.run_id not in self._chunk_runs:
                insort(self._begun.setdefault(chunk_run.export_name, []), (chunk_run.created_at, chunk_run.run_id))
            self._chunk_runs[chunk_run.run_id] = chunk_run

    def newest_first(self) -> list[str]:
        """All run_ids, the newest start first."""
        if len(self._newest) != len(self.statuses):
            rows = self.statuses.values()
            starts = sorted(((row.started_at or row.finished_at or "", row.run_id) for row in rows), reverse=True)
            self._newest = [run_id for _, run_id in starts]
        return self._newest

    def planned_at(self, run_id: str) -> str | None:
        """When its chunks, or those of the run that it resumes, were planned."""
        chunk_run = self._chunk_runs.get(self.owner(run_id))
        return chunk_run.created_at if chunk_run else None

    def owner(self, run_id: str) -> str:
        """Whose rows are this run's: its own, or those of the run that it resumes."""
        status = self.statuses[run_id]
        if run_id in self._chunk_runs or not status.started_at:
            return run_id
        begun = self._begun.get(status.export_name, [])
        at = bisect_left(begun, (status.started_at, ""))
        earlier = self._chunk_runs[begun[at - 1][1]] if at else None
        if earlier is None or (earlier.status != GOES_ON and earlier.updated_at < status.started_at):
            return run_id
        return earlier.run_id

    def window(self, run_id: str) -> Window:
        """Which of those rows are its own."""
        status, owner = self.statuses[run_id], self.owner(run_id)
        since = (status.started_at or "") if owner != run_id else ""
        later = self.later(run_id)
        until = (later.started_at or "") if later is not None and self.owner(later.run_id) == owner else ""
        return Window(owner, since, until)

    def later(self, run_id: str) -> Status | None:
        """The export's next run."""
        status = self.statuses[run_id]
        order = self._order[status.export_name]
        at = bisect_left(order, (status.started_at or "", run_id)) + 1
        return self.statuses[order[at][1]] if at < len(order) else None


def end_of(status: Status, window: Window, ends: Iterable[Metrics]) -> Metrics | None:
    """The last row of `export_metrics` that says what this run came to, of those of its run_ids."""
    own = [
        end
        for end in ends
        if end.status not in ("running", "interrupted")
        and end.run_at >= (status.started_at or "")
        and (not window.until or end.run_at < window.until)
    ]
    return max(own, key=lambda end: end.id, default=None)
