"""Reads what is new in a state database, run by run.

At first everything, the newest runs first; then, at each look, only the runs
that are going on and those that are new. Reading and telling are apart: what a
reading found is thrown away whole where the database says afterwards that it
was disturbed, and nothing was told from it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct, field

from runwatch.core.times import SECOND, parse_time
from runwatch.sources.state.database import Database, Lease, Stirred, Tables
from runwatch.sources.state.fetch import Fetch, word_on_version
from runwatch.sources.state.lineage import Lineage, end_of
from runwatch.sources.state.producers import Producers
from runwatch.sources.state.rows import ChunkRun, File, Journal, Metrics, Status, Task
from runwatch.sources.state.story import Story, Told
from runwatch.sources.state.telling import Rows

TOGETHER = 25
"""Runs that are read together."""
OVERLAP_IDS = 200
"""How far a look reads behind the number that was read last: who writes first need not be who is seen first."""
SETTLED = 10 * SECOND
"""So long after its end nothing more is written of a run."""

Of = TypeVar("Of", Task, File, Metrics)


class Reading(Struct):
    """What one look found."""

    new: list[str] = field(default_factory=list)
    """Runs that were not known."""
    tasks: dict[str, list[Task]] = field(default_factory=dict)
    files: dict[str, list[File]] = field(default_factory=dict)
    progress: dict[str, list[Metrics]] = field(default_factory=dict)
    journals: dict[str, Journal] = field(default_factory=dict)
    leases: tuple[Lease, ...] = ()
    gone: list[str] = field(default_factory=list)
    """Runs that were going on and are not stored any more."""
    unfit: list[str] = field(default_factory=list)
    """Rows that tell nothing, and why."""


class Reader:
    """What was read of one database so far."""

    def __init__(self, database: Database, now: Callable[[], int], lives: Callable[[int], bool] | None = None) -> None:
        """`now` tells the time in ns since 1970, `lives` whether a process is rivet's."""
        self._database = database
        self._now = now
        self._lineage = Lineage()
        self._producers = Producers(now, is_here=database.is_here, lives=lives)
        self._stories: dict[str, Story] = {}
        """Of the runs that are going on, or whose end is not whole yet."""
        self._due: list[str] | None = None
        """Runs that were stored when we came and are not told yet, the newest first; None before the first look."""
        self._ends: dict[str, list[Metrics]] = {}
        self._last_metrics = self._last_file = 0
        self._new: dict[str, None] = {}
        """Runs that came meanwhile and are not told yet."""
        self._unfit: set[str] = set()
        """What cannot be read of it, as it was told."""
        self._at_first: list[str] = []
        """The same, of the first look, until it is told."""
        self.word = ""
        """What the header must say of the database's schema."""

    @property
    def is_whole(self) -> bool:
        """All that was stored when we came was told."""
        return self._due == []

    @property
    def is_waiting(self) -> bool:
        """Something may be said soon though the database does not change: an end that is not whole, a process."""
        return bool(self._stories) and (
            self._producers.is_watching or any(story.is_ending for story in self._stories.values())
        )

    @property
    def is_active(self) -> bool:
        """Something is going on."""
        return bool(self._stories)

    @property
    def known(self) -> int:
        """How many runs are stored."""
        return len(self._lineage.statuses)

    @property
    def share(self) -> float:
        """How much of what was stored when we came is told."""
        return float(self.is_whole) if not self._due else 1 - len(self._due) / self.known

    def look(self) -> Iterator[list[Told]]:
        """What is new, in parts. Raises `Unreadable`: the next look then goes on from here."""
        if self._due is None:
            self._begin()
        while self._due:
            run_ids = self._due[:TOGETHER]
            with self._database.reading() as tables:
                self._catch_up(fetch := Fetch(tables), tables, run_ids)
                reading = self._whole(fetch, run_ids)
            del self._due[:TOGETHER]
            yield self._tell(run_ids, reading, arrived=False)
        self._producers.look(self._lineage.statuses[run_id] for run_id in self._stories)
        with self._database.reading() as tables:
            fetch = Fetch(tables)
            self._note_version(fetch)
            reading = self._news(fetch, tables)
        for run_id in reading.gone:
            self._forget(run_id)
        told = self._tell([*reading.new, *(run_id for run_id in self._stories if run_id not in reading.new)], reading)
        self._new.clear()
        yield told

    def _begin(self) -> None:
        with self._database.reading() as tables:
            fetch = Fetch(tables)
            self._note_version(fetch)
            statuses, chunk_runs = fetch.all(Status), fetch.all(ChunkRun)
            self._last_file = fetch.last_file()
            ends, journals = fetch.beyond(Metrics, 0), fetch.heads()
        self._learn(_with_journals_alone(statuses, journals), chunk_runs, ends)
        self._due = list(self._lineage.newest_first())
        self._at_first = fetch.unfit

    def _whole(self, fetch: Fetch, run_ids: Sequence[str]) -> Reading:
        """All rows of these runs."""
        owners = list(dict.fromkeys([*map(self._lineage.owner, run_ids), *run_ids]))
        return Reading(
            tasks=_by_run(fetch.of_runs(Task, owners)),
            files=_by_run(fetch.of_runs(File, owners)),
            progress=_by_run(fetch.running(owners)),
            journals={row.run_id: row for row in fetch.of_runs(Journal, run_ids)},
            unfit=fetch.unfit,
        )

    def _catch_up(self, fetch: Fetch, tables: Tables, run_ids: Sequence[str]) -> tuple[Stirred, set[str]]:
        """Learn which runs there are by now, and how these are; what stirred, and which of these and of the new ones
        are stored.
        """
        stirred = self._database.stirred(tables, self._lineage.newest_first())
        if stirred.is_anew:
            self._last_metrics = self._last_file = 0
        statuses = _journals_alone(fetch, self._lineage.statuses)
        new = [*stirred.run_ids, *(status.run_id for status in statuses)]
        self._new |= dict.fromkeys(run_id for run_id in new if run_id not in self._lineage.statuses)
        statuses += fetch.of_runs(Status, [*self._new, *run_ids])
        exports = {status.export_name for status in statuses}
        waiting = self._lineage.going_on(exports)
        chunk_runs = fetch.of_runs(ChunkRun, [*self._new, *run_ids, *waiting]) + fetch.begun(exports)
        self._learn(statuses, chunk_runs, fetch.beyond(Metrics, max(0, self._last_metrics - OVERLAP_IDS)))
        return stirred, {status.run_id for status in statuses}

    def _news(self, fetch: Fetch, tables: Tables) -> Reading:
        """What may have changed of the runs that are going on, and all of those that are new."""
        active = [run_id for run_id in self._stories if run_id not in self._new]
        stirred, found = self._catch_up(fetch, tables, active)
        new = [run_id for run_id in self._new if run_id in found]
        ending = [run_id for run_id in active if not self._lineage.goes_on(run_id)]
        ended = [run_id for run_id in ending if not self._stories[run_id].is_ending]
        reading = self._whole(fetch, [*new, *ended])  # once more all of it, as clocks may be set back
        reading.new, reading.leases = new, stirred.leases
        reading.gone = [run_id for run_id in active if run_id not in found and self._lineage.goes_on(run_id)]
        changed: dict[str, tuple[int, set[int]]] = {}
        for run_id in active:
            telling = self._stories[run_id].telling
            for owner in dict.fromkeys((self._lineage.owner(run_id), run_id)):
                if owner not in reading.tasks:
                    first, numbers = changed.get(owner, (telling.first, telling.open))
                    changed[owner] = (min(first, telling.first), numbers | telling.open)
        reading.tasks |= _by_run(fetch.taken_up(changed))
        files = fetch.beyond(File, max(0, self._last_file - OVERLAP_IDS)) if changed else []
        reading.files |= _by_run([file for file in files if file.run_id in changed])
        reading.progress |= _by_run(fetch.running(changed))
        reading.journals |= {row.run_id: row for row in fetch.of_runs(Journal, active)}
        return reading

    def _learn(self, statuses: Sequence[Status], chunk_runs: Sequence[ChunkRun], ends: Sequence[Metrics]) -> None:
        self._lineage.learn(statuses, chunk_runs)
        for end in ends:
            self._last_metrics = max(self._last_metrics, end.id)
            known = self._ends.setdefault(end.run_id, [])
            if end.status != "running" and end not in known:
                known.append(end)

    def _forget(self, run_id: str) -> None:
        del self._stories[run_id]
        self._lineage.forget(run_id)
        self._producers.forget(run_id)

    def _tell(self, run_ids: Sequence[str], reading: Reading, *, arrived: bool = True) -> list[Told]:
        told: list[Told] = []
        if arrived:
            self._last_file = max([self._last_file, *(file.id for files in reading.files.values() for file in files)])
        for run_id in run_ids:
            try:
                said = self._tell_of(run_id, reading, arrived=arrived)
            except Exception as error:  # nothing that a database holds may end the reading of it
                reading.unfit.append(f"{run_id} cannot be told: {type(error).__name__}: {error}")
                said = None
            if said is not None:
                told.append(said)
        for reason in dict.fromkeys([*self._at_first, *reading.unfit]):
            if reason not in self._unfit:
                self._unfit.add(reason)
                told.append(Told("", [], False, arrived, reason))
        self._at_first = []
        return told

    def _tell_of(self, run_id: str, reading: Reading, *, arrived: bool) -> Told | None:
        if self._lineage.owner(run_id) != run_id and run_id in reading.files.keys() | reading.tasks.keys():
            self._lineage.note_own(run_id)
        status, window = self._lineage.statuses[run_id], self._lineage.window(run_id)
        ends = [end for owner in dict.fromkeys((run_id, window.owner)) for end in self._ends.get(owner, ())]
        end, journal = end_of(status, window, ends), reading.journals.get(run_id)
        progress = [row for row in reading.progress.get(run_id, ()) if window.holds(row.run_at)]
        has_end = journal is not None or end is not None
        rows = Rows(
            status,
            window,
            self._lineage.planned_at(run_id),
            reading.tasks.get(window.owner, ()),
            reading.files.get(window.owner, ()),
            progress[0] if progress else None,
            self._producers.of(status, self._lineage.later(run_id), reading.leases, has_end),
        )
        story = self._stories.setdefault(run_id, Story())
        said = story.tell(rows, journal, end, arrived=arrived)
        if story.is_done or (not arrived and self._is_settled(status)):
            del self._stories[run_id]
            self._producers.forget(run_id)
        return said

    def _is_settled(self, status: Status) -> bool:
        ended = parse_time(status.finished_at or "")
        return status.status != "running" and (ended is None or self._now() - ended[0] > SETTLED)

    def _note_version(self, fetch: Fetch) -> None:
        self.word = word_on_version(fetch.version(), fetch.missing())


def _journals_alone(fetch: Fetch, known: Container[str]) -> list[Status]:
    """New runs of a rivet that keeps no more of them than their journals."""
    heads = [] if fetch.has(Status) else fetch.heads()
    return _with_journals_alone([], [head for head in heads if head.run_id not in known])


def _with_journals_alone(statuses: list[Status], journals: list[Journal]) -> list[Status]:
    """Runs of which only the journal is left, too."""
    known = {status.run_id for status in statuses}
    alone = [journal for journal in journals if journal.run_id not in known]
    return statuses + [Status(j.run_id, j.export_name or "", None, "ended", None, j.finished_at) for j in alone]


def _by_run(rows: Sequence[Of]) -> dict[str, list[Of]]:
    by_run: dict[str, list[Of]] = {}
    for row in rows:
        by_run.setdefault(row.run_id, []).append(row)
    return by_run
