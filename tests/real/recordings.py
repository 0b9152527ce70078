"""The journals that `sample_runs/` is made from, made anew: each function plays runs and says which journals they are.

What asks for more than a server is in `demanding.py`, and what `runwatch record` makes of a run in `recorded.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.real import demanding, scenarios
from tests.real.rivet import Project, Row


def failing(parallel: int) -> Callable[[Project], None]:
    """Chunk 2 of 5 divides by zero."""

    def play(project: Project) -> None:
        scenarios.orders(project, 10_000)
        query = scenarios.slowly(0.005).replace("t.note,", "t.note, 100 / (5000 - t.id) AS x,")
        project.write(scenarios.checkpointed(query, 2_000, parallel))
        project.run()

    return play


def recovered(project: Project) -> None:
    """Chunk 0 loses its connection twice and completes at the third attempt; the run ends as failed all the same.

    The sequence counts on where the query that ends its own backend begins anew.
    """
    scenarios.orders(project, 4_000)
    project.database.run(
        "CREATE SEQUENCE tries",
        """CREATE FUNCTION ending(key bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN
        IF key = 500 AND nextval('tries') <= 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN key; END $$""",
    )
    query = scenarios.slowly(0.05).replace("t.note,", "t.note, ending(t.id) AS x,")
    tuning = {"max_retries": 0}  # else rivet connects anew by itself, and only its metrics tell
    project.write(scenarios.checkpointed(query, parallel=1, chunk_max_attempts=3, tuning=tuning))
    project.run()


def mismatch(project: Project) -> None:
    scenarios.reconcile_mismatch(project, "live", 400_000, 0)


def checkpointed(project: Project) -> None:
    scenarios.orders(project)
    project.write(scenarios.checkpointed(scenarios.slowly(0.005), 2_500, parallel=1))
    project.run(*scenarios.CHECKED)


def exhausted(project: Project) -> None:
    """The connection is lost each time, until rivet gives up."""
    scenarios.orders(project, 4_000)
    tuning = {"max_retries": 2}
    project.write({"name": "orders", "query": scenarios.slowly(0.02), "mode": "full", "tuning": tuning})
    with project.running() as run:
        while run.going:
            project.database.terminate(scenarios.FETCHING)
            time.sleep(0.01)


def drift(project: Project) -> None:
    scenarios.schema_change(project, "drift")


def quality(project: Project) -> None:
    """First two checks that fail, one of them without a cap; then one that only warns."""
    project.database.run(
        "CREATE TABLE customers AS SELECT g - g % 50 / 49 AS id, "
        "CASE WHEN g % 7 > 0 THEN g || '@example.org' END AS email FROM generate_series(1, 5000) g"
    )
    export = {"name": "customers", "query": "SELECT * FROM customers", "mode": "full"}
    project.write(export | {"quality": {"null_ratio_max": {"email": 0.05}, "unique_columns": ["id"]}})
    project.run()
    project.write(export | {"quality": {"unique_columns": ["id"], "unique_max_entries": 40}})
    project.run()


def many_chunks(project: Project) -> None:
    scenarios.orders(project, 100_000)
    project.write(scenarios.chunked("SELECT * FROM orders", 40, parallel=4))
    project.run()


def in_parallel(project: Project) -> None:
    scenarios.orders(project)
    project.write(scenarios.chunked("SELECT * FROM orders", 2_500, parallel=4))
    project.run(*scenarios.CHECKED)


def parts(project: Project) -> None:
    """A new file whenever one has grown to 64 kB."""
    scenarios.orders(project, 30_000)
    more = {"max_file_size": "64KB", "tuning": {"batch_size": 500}}
    project.write(scenarios.chunked("SELECT * FROM orders", 10_000, **more))
    project.run()


def several(project: Project) -> None:
    """Four exports of one invocation, one of which asks for a column that is not there."""
    for name, rows in (("users", 2_000), ("orders", 8_000), ("events", 5_000)):
        scenarios.orders(project, rows, name)
    project.write(
        {"name": "users", "query": "SELECT * FROM users", "mode": "full"},
        scenarios.chunked("SELECT * FROM orders", 2_000, parallel=2),
        {"name": "events", "query": "SELECT * FROM events", "mode": "full"},
        {"name": "broken", "query": "SELECT no_such_col FROM users", "mode": "full"},
    )
    project.run()


def gap(project: Project) -> None:
    """Keys at the two ends of their range, and none between."""
    project.database.run(
        "CREATE TABLE gap_t AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 105000) g "
        "WHERE g <= 5000 OR g > 100000",
    )
    export = {"name": "gap", "query": "SELECT * FROM gap_t", "mode": "chunked", "chunk_column": "id"}
    project.write(export | {"chunk_count": 22})
    project.run("--validate")


def partitions(project: Project) -> None:
    """Two months, a run each."""
    project.database.run(
        "CREATE TABLE orders AS SELECT g AS id, (g / 7.0)::numeric(10,2) AS amount, "
        "timestamp '2024-01-01' + g * interval '10 minutes' AS created_at FROM generate_series(1, 8000) g",
    )
    where = {"type": "local", "path": "./out/{partition}"}
    export = {"name": "orders", "query": "SELECT * FROM orders", "mode": "full", "destination": where}
    project.write(export | {"partition_by": "created_at", "partition_granularity": "month"})
    project.run()


def shape(project: Project) -> None:
    """Two columns grow between two runs."""
    project.database.run(
        "CREATE TABLE shape_t AS SELECT g AS id, 'value ' || g % 900 AS v, '{}' AS doc FROM generate_series(1, 3000) g",
    )
    project.write({"name": "shape", "query": "SELECT * FROM shape_t", "mode": "full"})
    project.run()
    project.database.run("UPDATE shape_t SET v = repeat('v', 500), doc = repeat('d', 1800) WHERE id = 7")
    project.run()


def keyset(project: Project) -> None:
    """Pages by key, one after another."""
    scenarios.orders(project, 6_000, "events")
    export: dict[str, Any] = {"name": "events", "table": "events", "mode": "chunked", "chunk_by_key": "id"}
    project.write(export | {"chunk_size": 1_000})
    project.run("--validate")


def csv(project: Project) -> None:
    scenarios.orders(project, 2_000, "users")
    export = {"name": "users", "query": "SELECT * FROM users", "mode": "full", "format": "csv"}
    project.write(export | {"compression": "none", "meta_columns": {"row_hash": True}})
    project.run("--validate")


def incremental(project: Project) -> None:
    """The second run takes only what is new."""
    scenarios.orders(project, 1_000, "small_t")
    export = {"name": "small", "query": "SELECT * FROM small_t", "mode": "incremental", "cursor_column": "id"}
    project.write(export)
    project.run(*scenarios.CHECKED)
    project.database.run("INSERT INTO small_t SELECT g, 'new' FROM generate_series(1001, 1500) g")
    project.run(*scenarios.CHECKED)


RECORDINGS: list[tuple[Callable[[Project], Any], tuple[str, ...]]] = [
    (demanding.governor, ("governor_keyset_par",)),
    (exhausted, ("retry_full_exhausted",)),
    (many_chunks, ("many_chunks_par",)),
    (scenarios.full_terminated, ("retry_full_once",)),
    (failing(1), ("chunkfail_permanent_ckpt_seq__01_orders",)),
    (failing(2), ("chunkfail_permanent_ckpt_par",)),
    (demanding.disk_full, ("chunkfail_disk_full_ckpt_seq",)),
    (recovered, ("chunkfail_recovered_ckpt_seq",)),
    (mismatch, ("reconcile_mismatch_full_insert",)),
    (checkpointed, ("ckpt_seq",)),
    (drift, ("", "drift_warn_chunked__02_drift")),
    (quality, ("quality_fail", "quality_warn")),
    (in_parallel, ("chunked_par",)),
    (parts, ("chunked_rotated_parts",)),
    (scenarios.killed_and_resumed, ("kill9_ckpt_seq",)),
    (scenarios.empty, ("empty_full_skip",)),
    (several, tuple(f"multi_sequential__{name}" for name in ("01_users", "02_orders", "03_events", "04_broken"))),
    (gap, ("chunked_gap_seq",)),
    (partitions, ("partition_by_month__01_orders__2024-01", "partition_by_month__02_orders__2024-02")),
    (shape, ("", "shape_drift_warning__02_shape")),
    (keyset, ("keyset_seq",)),
    (csv, ("full_csv_rowhash",)),
    (demanding.cdc, ("", "cdc__04_cdc_t")),
    (incremental, ("", "incremental__03_small")),
]
"""What is played, the longest first, and the names of its journals, oldest first; those without are not kept."""


def record(play: Callable[[Project], Any], names: tuple[str, ...], project: Project) -> dict[str, Row]:
    """Play, and return the journals by their names."""
    play(project)
    journals = project.journals()
    if len(journals) != len(names):
        raise AssertionError(f"{names}: {len(journals)} journals\n{project.said()}")
    return {name: journal for name, journal in zip(names, journals, strict=True) if name}
