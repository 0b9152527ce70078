"""Which run continues which: a run that resumes another goes on in that one's rows.

`run_status` and `run_journal` carry the new run_id then, `chunk_run`,
`chunk_task`, `file_log` and `export_metrics` that of the run which began.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

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
        self._independent: set[str] = set()
        """Runs that have rows of their own though an earlier one's chunks wait to be gone on with."""

    def learn(self, statuses: Iterable[Status], chunk_runs: Iterable[ChunkRun]) -> None:
        """Note rows, new or changed."""
        for status in statuses:
            known = self.statuses.get(status.run_id)
            if known is not None and _place(known) != _place(status):
                self.forget(status.run_id)
                known = None
            self.statuses[status.run_id] = status
            if known is None:
                insort(self._order.setdefault(status.export_name, []), _place(status)[1:])
        for chunk_run in chunk_runs:
            if chunk_run.run_id not in self._chunk_runs:
                insort(self._begun.setdefault(chunk_run.export_name, []), (chunk_run.created_at, chunk_run.run_id))
            self._chunk_runs[chunk_run.run_id] = chunk_run

    def forget(self, run_id: str) -> None:
        """There is no such run any more."""
        export, *place = _place(self.statuses.pop(run_id))
        self._order[export].remove((place[0], place[1]))
        self._newest = []

    def note_own(self, run_id: str) -> None:
        """It has rows under its own run_id."""
        self._independent.add(run_id)

    def going_on(self, exports: Iterable[str]) -> list[str]:
        """Runs whose chunks waited for more when we heard of them last."""
        begun = [run_id for export in exports for _, run_id in self._begun.get(export, ())[-1:]]
        return [run_id for run_id in begun if self._chunk_runs[run_id].status == GOES_ON]

    def goes_on(self, run_id: str) -> bool:
        """It had not ended when we heard of it last."""
        return self.statuses[run_id].status == "running"

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
        if run_id in self._chunk_runs or run_id in self._independent or not status.started_at:
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
        return Window(owner, since, self._taken_up(run_id, owner))

    def _taken_up(self, run_id: str, owner: str) -> str:
        """When a later run went on with the rows; it need not be the next one."""
        chunk_run = self._chunk_runs.get(owner)
        if chunk_run is None:
            return ""
        for started_at, later in self._behind(run_id):
            if chunk_run.status != GOES_ON and chunk_run.updated_at < started_at:
                return ""
            if self.owner(later) == owner:
                return started_at
        return ""

    def later(self, run_id: str) -> Status | None:
        """The export's next run."""
        return next((self.statuses[later] for _, later in self._behind(run_id)), None)

    def _behind(self, run_id: str) -> Iterator[tuple[str, str]]:
        export, *place = _place(self.statuses[run_id])
        order = self._order[export]
        return (order[at] for at in range(bisect_left(order, (place[0], place[1])) + 1, len(order)))


def _place(status: Status) -> tuple[str, str, str]:
    return status.export_name, status.started_at or "", status.run_id


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
