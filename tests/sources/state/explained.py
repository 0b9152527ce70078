"""A PostgreSQL that remembers how each statement was carried out: a table that is read from end to end is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from runwatch.sources.state.database import Stirred, Tables

BIG = frozenset({"run_status", "run_journal", "export_metrics", "chunk_run", "chunk_task", "file_log"})


class Explained:
    """A `Database` around another."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.name: str = database.name
        self.is_here: bool = database.is_here
        self.statements: list[str] = []
        self.whole: list[tuple[str, str]] = []
        """Big tables that were read from end to end, each with the statement."""

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

    def by_bytes(self, expression: str) -> str:
        return str(self._tables.by_bytes(expression))

    def columns(self, table: str) -> frozenset[str]:
        found: frozenset[str] = self._tables.columns(table)
        return found

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        # As the server would do it left to itself, by what it knows of the tables.
        self._tables.rows("SELECT set_config('enable_seqscan', 'on', true)")
        ((found,),) = self._tables.rows(f"EXPLAIN (FORMAT JSON) {statement}", values)
        self._tables.rows("SELECT set_config('enable_seqscan', 'off', true)")
        self._explained.statements.append(statement)
        self._explained.whole += [(table, statement) for table in _whole(found[0]["Plan"]) if table in BIG]
        rows: list[tuple[Any, ...]] = self._tables.rows(statement, values)
        return rows


def _whole(plan: dict[str, Any]) -> Iterator[str]:
    """Tables that a plan reads whole: by their rows, or by an index without a condition (but for its first row)."""
    if plan["Node Type"].endswith("Seq Scan"):
        yield plan["Relation Name"]
    if plan["Node Type"] in ("Index Scan", "Index Only Scan") and "Index Cond" not in plan:
        yield plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        if not (plan["Node Type"] == "Limit" and "Index" in inner["Node Type"]):
            yield from _whole(inner)
