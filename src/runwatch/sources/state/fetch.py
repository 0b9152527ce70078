"""The statements: rows of the state tables, for the runs that are asked for.

Each of them finds its rows by an index that rivet keeps (`run_id`, `id`), so
that what it costs does not grow with what is stored. Columns that a database
does not have, as it is older than we know or newer, are read as NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from runwatch.sources.state.database import KNOWN_VERSION, Tables
from runwatch.sources.state.fit import Unfit, fitted
from runwatch.sources.state.rows import ChunkRun, File, Journal, Metrics, Status, Task

Row = TypeVar("Row", Status, ChunkRun, Task, File, Metrics, Journal)

TABLES: dict[type[Struct], str] = {
    Status: "run_status",
    ChunkRun: "chunk_run",
    Task: "chunk_task",
    File: "file_log",
    Metrics: "export_metrics",
    Journal: "run_journal",
}
"""Which table a kind of row stands in."""
NEEDED: dict[type[Struct], frozenset[str]] = {
    Status: frozenset({"run_id", "export_name", "status"}),
    ChunkRun: frozenset({"run_id", "export_name", "status", "created_at"}),
    Task: frozenset({"run_id", "chunk_index", "status", "attempts", "updated_at"}),
    File: frozenset({"run_id", "id", "file_name", "row_count", "created_at"}),
    Metrics: frozenset({"run_id", "id", "run_at", "status"}),
    Journal: frozenset({"run_id", "journal_json"}),
}
"""Columns without which a table tells us nothing."""
AHEAD = 63
"""So many chunks behind the first that nobody had taken up are looked at, and more where all of them were."""
NO_TABLES = "rivet has made no tables there yet"
AT_ONCE = 200
"""Runs that one statement asks for, at most."""


class Fetch:
    """Statements for one reading."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.unfit: list[str] = []
        """Rows that tell nothing, and why."""

    def version(self) -> int | None:
        """Of rivet's state schema; None where it is not told, as before there are any tables."""
        table = self._tables.version_table
        if "version" not in self._tables.columns(table):
            return None
        rows = self._tables.rows(f"SELECT max(version) FROM {table}")  # noqa: S608 - a name of ours
        return rows[0][0] if rows and isinstance(rows[0][0], int) else None

    def missing(self) -> tuple[str, ...]:
        """Tables that are not there, or lack a column that we cannot do without."""
        return tuple(name for kind, name in TABLES.items() if not self.has(kind))

    def all(self, kind: type[Row]) -> list[Row]:
        """Every row: at the first look only."""
        return self._rows(kind, "", ()) if self.has(kind) else []

    def heads(self) -> list[Journal]:
        """Every journal without its text: at the first look only."""
        if not self.has(Journal):
            return []
        return self._rows(Journal, "", (), without="journal_json")

    def of_runs(self, kind: type[Row], run_ids: Iterable[str], more: str = "") -> list[Row]:
        """All rows of these runs, `more` being a further condition."""
        found: list[Row] = []
        for some in _batches(list(run_ids)) if self.has(kind) else ():
            found += self._rows(kind, f"WHERE run_id IN ({self._marks(len(some))}){more}", some)
        return found

    def taken_up(self, marks: Mapping[str, tuple[int, Iterable[int]]]) -> list[Task]:
        """The chunks of these runs that may have changed since: those that are worked on, those that were, given by
        their numbers, and those that nobody had taken up, which are taken in their order, from the number given on.
        """
        if not self.has(Task):
            return []
        rows = self.of_runs(Task, [run_id for run_id, (first, _) in marks.items() if not first])  # planned just now
        going_on = {run_id: mark for run_id, mark in marks.items() if mark[0]}
        rows += self.of_runs(Task, going_on, " AND status IN ('running', 'failed')")
        rows += self._at([(run_id, number) for run_id, (_, some) in going_on.items() for number in some], "= w.at")
        heads = {run_id: first for run_id, (first, _) in going_on.items()}
        while heads:
            found = self._at(list(heads.items()), f"BETWEEN w.at AND w.at + {AHEAD} AND t.status <> 'pending'")
            rows += found
            last = {(row.run_id, row.chunk_index - AHEAD) for row in found}
            heads = {run_id: first + AHEAD + 1 for run_id, first in heads.items() if (run_id, first) in last}
        return rows

    def _at(self, places: list[tuple[str, int]], condition: str) -> list[Task]:
        """Chunks of runs, by their numbers: `w.at` is the number given for the run."""
        found: list[Task] = []
        for some in _batches(places):
            pairs = ", ".join([f"({self._tables.mark}, {self._tables.mark})"] * len(some))
            where = f"JOIN w ON t.run_id = w.run_id AND t.chunk_index {condition}"
            values = [value for pair in some for value in pair]
            before = f"WITH w(run_id, at) AS (VALUES {pairs}) "
            found += self._rows(Task, where, values, before=before, alias="t")
        return found

    def beyond(self, kind: type[Row], last: int) -> list[Row]:
        """Rows with greater ids, whosever they are: they are numbered as they come."""
        return self._rows(kind, f"WHERE id > {self._tables.mark} ORDER BY id", [last]) if self.has(kind) else []

    def last_file(self) -> int:
        """The greatest id of a file."""
        rows = self._tables.rows("SELECT max(id) FROM file_log") if self.has(File) else []
        return (rows[0][0] or 0) if rows else 0

    def running(self, run_ids: Iterable[str]) -> list[Metrics]:
        """How far these runs are."""
        return self.of_runs(Metrics, run_ids, " AND status = 'running'")

    def begun(self, exports: Iterable[str]) -> list[ChunkRun]:
        """Whose chunks are being worked on for these exports, whoever planned them."""
        found: list[ChunkRun] = []
        for some in _batches(sorted(exports)) if self.has(ChunkRun) else ():
            where = f"WHERE export_name IN ({self._marks(len(some))}) AND status = 'in_progress'"
            found += self._rows(ChunkRun, where, some)
        return found

    def has(self, kind: type[Struct]) -> bool:
        """Whether there is such a table, with the columns that we cannot do without."""
        return NEEDED[kind] <= self._tables.columns(TABLES[kind])

    def _marks(self, count: int) -> str:
        return ", ".join([self._tables.mark] * count)

    def _rows(
        self, kind: type[Row], where: str, values: Any, *, before: str = "", alias: str = "", without: str = ""
    ) -> list[Row]:
        table, names = TABLES[kind], kind.__struct_fields__
        dot, there = f"{alias}." if alias else "", self._tables.columns(table) - {without}
        columns = ", ".join(f"{dot}{name}" if name in there else "NULL" for name in names)
        statement = f"{before}SELECT {columns} FROM {table} {alias} {where}"  # noqa: S608 - names of ours only
        rows: list[Row] = []
        for row in self._tables.rows(statement, values):
            try:
                rows.append(kind(*fitted(kind, row, NEEDED[kind] - {without})))
            except Unfit as unfit:
                self.unfit.append(f"{table}, a row of {row[names.index('run_id')]}: {unfit}")
        return rows


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def word_on_version(version: int | None, missing: Sequence[str]) -> str:
    """What the header says of a schema that is not the one we know; "" where there is nothing to say."""
    if version is None:
        return NO_TABLES if len(missing) == len(TABLES) else ""
    gone = f"; {', '.join(missing)} cannot be read" if missing else ""
    if version == KNOWN_VERSION:
        return gone.removeprefix("; ")
    age = "newer" if version > KNOWN_VERSION else "older"
    return f"state schema {version} is {age} than {KNOWN_VERSION}, the one known: what it shares with it is read{gone}"
