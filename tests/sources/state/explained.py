"""A PostgreSQL that remembers how each statement was carried out: a table that is read from end to end is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from runwatch.sources.state.database import Stirred, Tables

MANY = 2_000
"""Rows of one table that no statement has any business with."""
BIG = frozenset({"run_status", "run_journal", "export_metrics", "chunk_run", "chunk_task", "file_log"})


class Explained:
    """A `Database` around another."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.name: str = database.name
        self.is_here: bool = database.is_here
        self.size = 0
        self.is_on = True
        self.statements: list[str] = []
        self.whole: list[tuple[str, str]] = []
        """Big tables that were read from end to end, or nearly, each with the statement."""

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        with self._database.reading() as tables:
            yield _Tables(tables, self)

    def stirred(self, tables: Tables, known: Sequence[str]) -> Stirred:
        found: Stirred = self._database.stirred(tables, known)
        return found

    def wait(self, seconds: float) -> bool:
        return bool(self._database.wait(seconds))

    def hurry(self) -> None:
        self._database.hurry()

    def close(self) -> None:
        self._database.close()


class _Tables:
    def __init__(self, tables: Any, explained: Explained) -> None:
        self._tables = tables
        self._explained = explained
        self.mark: str = tables.mark
        self.version_table: str = tables.version_table

    def columns(self, table: str) -> frozenset[str]:
        found: frozenset[str] = self._tables.columns(table)
        return found

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        if not self._explained.is_on:
            return list(self._tables.rows(statement, values))
        # As the server would do it left to itself, by what it knows of the tables.
        self._tables.rows("SELECT set_config('enable_seqscan', 'on', true)")
        ((found,),) = self._tables.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
        self._tables.rows("SELECT set_config('enable_seqscan', 'off', true)")
        self._explained.statements.append(statement)
        self._explained.whole += [(table, statement) for table in _whole(found[0]["Plan"]) if table in BIG]
        rows: list[tuple[Any, ...]] = self._tables.rows(statement, values)
        return rows


def _whole(plan: dict[str, Any]) -> Iterator[str]:
    """Tables that were read from end to end, and those of which too many rows were."""
    counts = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    touched = sum(plan.get(count, 0) for count in counts)
    name = plan.get("Relation Name")
    if name and (plan["Node Type"].endswith("Seq Scan") or touched * plan["Actual Loops"] > MANY):
        yield name
    for inner in plan.get("Plans", ()):
        yield from _whole(inner)
