"""Runs of rivet that show a thing: each function plays one, and returns the exit codes of its runs.

What a scenario claims is checked against rivet's own tables in `test_scenarios.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.real.rivet import Invocation, Project

Scenario = Callable[[Project], list[int]]
CHECKED = ("--validate", "--reconcile")


def orders(project: Project, rows: int = 20_000, name: str = "orders") -> None:
    """A table to export."""
    project.database.run(
        f"CREATE TABLE {name} AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, {rows}) g",
        f"ALTER TABLE {name} ADD PRIMARY KEY (id)",
        f"ANALYZE {name}",
        """CREATE OR REPLACE FUNCTION pause(key bigint, seconds float8) RETURNS float8 LANGUAGE plpgsql STABLE AS
        $$ BEGIN IF key % 100 = 0 THEN PERFORM pg_sleep(seconds); END IF; RETURN seconds; END $$""",
    )


def slowly(seconds: float, name: str = "orders") -> str:
    """A query that sleeps at each hundredth row.

    The function says that it is stable: for count(*) and min(id), which rivet asks too, it is not called.
    """
    return f"SELECT t.id, t.note, pause(t.id, {seconds}) AS pause FROM {name} t"


def chunked(query: str, size: int = 1_000, **more: Any) -> dict[str, Any]:
    """An export in chunks."""
    return {"name": "orders", "query": query, "mode": "chunked", "chunk_column": "id", "chunk_size": size} | more


def checkpointed(query: str, size: int = 1_000, parallel: int = 2, **more: Any) -> dict[str, Any]:
    """An export whose chunks are in the state's tables."""
    return chunked(query, size, chunk_checkpoint=True, parallel=parallel, **more)


def full(project: Project) -> list[int]:
    orders(project)
    project.write({"name": "orders", "query": slowly(0.01), "mode": "full"})
    return [project.run(*CHECKED)]


def chunked_sequential(project: Project) -> list[int]:
    orders(project, 8_000)
    project.write(chunked(slowly(0.01)))
    return [project.run(*CHECKED)]


def checkpoint_sequential(project: Project) -> list[int]:
    orders(project, 8_000)
    project.write(checkpointed(slowly(0.01), parallel=1))
    return [project.run(*CHECKED)]


def twenty_chunks(project: Project, pause: float = 0.01, **more: Any) -> None:
    """Twenty chunks for two workers, each of ten pauses, not yet begun."""
    orders(project)
    project.write(checkpointed(slowly(pause), **more))


def checkpoint_parallel(project: Project) -> list[int]:
    twenty_chunks(project)
    return [project.run(*CHECKED)]


FETCHING = "FETCH % FROM _rivet%"
"""What rivet's backend is at while it reads rows."""


AT_CHUNK_1 = "SELECT 1 FROM chunk_task WHERE chunk_index = 1 AND status = 'running'"


def until(run: Invocation, project: Project, query: str) -> None:
    """Wait for rivet's tables to have a row of this query."""
    run.until(lambda: project.rows(query), query)


def _terminated_once(project: Project, after: str = "") -> list[int]:
    with project.running() as run:
        if after:
            until(run, project, after)
        run.until(lambda: project.database.terminate(FETCHING), "a backend in mid-read")
        return [run.wait()]


def full_terminated(project: Project) -> list[int]:
    """The connection is lost in mid-read: rivet waits for 15 s and tries again."""
    orders(project, 4_000)
    project.write({"name": "orders", "query": slowly(0.02), "mode": "full"})
    return _terminated_once(project)


def sequential_terminated(project: Project) -> list[int]:
    """One of four chunks loses its connection."""
    orders(project, 4_000)
    project.write(checkpointed(slowly(0.02), parallel=1))
    return _terminated_once(project, AT_CHUNK_1)


def parallel_terminated(project: Project) -> list[int]:
    """Two workers lose their connection."""
    orders(project, 8_000)
    project.write(checkpointed(slowly(0.02)))
    return _terminated_once(project, AT_CHUNK_1)


def failing_chunk(project: Project, parallel: int = 2) -> list[int]:
    """Chunk 2 of 8 divides by zero, each time."""
    orders(project, 8_000)
    query = slowly(0.01).replace("t.note,", "t.note, 100 / (2500 - t.id) AS x,")
    project.write(checkpointed(query, parallel=parallel))
    return [project.run(*CHECKED)]


def failing_chunk_sequential(project: Project) -> list[int]:
    return failing_chunk(project, 1)


def killed(project: Project, parallel: int = 1) -> list[int]:
    """SIGKILL once two chunks have completed, with another one going."""
    orders(project, 8_000)
    project.write(checkpointed(slowly(0.01), parallel=parallel))
    with project.running(*CHECKED) as run:
        until(run, project, "SELECT 1 FROM chunk_task WHERE status = 'completed' AND chunk_index = 1")
        until(run, project, "SELECT 1 FROM chunk_task WHERE status = 'running'")
        run.kill()
    return [run.wait()]


def killed_and_resumed(project: Project) -> list[int]:
    return [*killed(project), project.run(*CHECKED, "--resume")]


def killed_and_resumed_parallel(project: Project) -> list[int]:
    return [*killed(project, 2), project.run(*CHECKED, "--resume")]


def killed_and_run_anew(project: Project) -> list[int]:
    """The killed run is not resumed but superseded by a whole one."""
    return [*killed(project), project.run(*CHECKED)]


def killed_full(project: Project) -> list[int]:
    """A full run is killed, and then made anew."""
    orders(project, 4_000)
    project.write({"name": "orders", "query": slowly(0.02), "mode": "full"})
    with project.running(*CHECKED) as run:
        run.until(lambda: project.database.busy(FETCHING), "a backend in mid-read")
        run.kill()
    return [run.wait(), project.run(*CHECKED)]


def reconcile_mismatch(project: Project, name: str = "orders", rows: int = 20_000, pause: float = 0.01) -> list[int]:
    """777 rows come in while the export runs."""
    orders(project, rows, name)
    query = slowly(pause, name) if pause else f"SELECT * FROM {name}"
    project.write({"name": name, "query": query, "mode": "full"})
    with project.running(*CHECKED) as run:
        run.until(lambda: project.database.busy(FETCHING), "a backend in mid-read")
        project.database.run(f"INSERT INTO {name} SELECT g, 'late' FROM generate_series({rows + 1}, {rows + 777}) g")
        return [run.wait()]


def reconcile_mismatch_chunked(project: Project) -> list[int]:
    """The same in chunks: 777 rows beyond the last one."""
    orders(project)
    project.write(checkpointed(slowly(0.01)))
    with project.running(*CHECKED) as run:
        until(run, project, "SELECT 1 FROM chunk_task WHERE status = 'completed'")
        project.database.run("INSERT INTO orders SELECT g, 'late' FROM generate_series(20001, 20777) g")
        return [run.wait()]


def quality(project: Project, most_nulls: float) -> list[int]:
    project.database.run(
        "CREATE TABLE customers AS SELECT g AS id, CASE WHEN g % 7 > 0 THEN g || '@example.org' END AS email "
        "FROM generate_series(1, 5000) g",
    )
    checks = {"null_ratio_max": {"email": most_nulls}, "unique_columns": ["id"], "unique_max_entries": 40}
    project.write({"name": "customers", "query": "SELECT * FROM customers", "mode": "full", "quality": checks})
    return [project.run()]


def quality_fails(project: Project) -> list[int]:
    """A seventh of the addresses are missing."""
    return quality(project, 0.05)


def quality_warns(project: Project) -> list[int]:
    """Only that uniqueness could not be checked for all rows."""
    return quality(project, 0.5)


def schema_change(project: Project, name: str = "orders") -> list[int]:
    """One column more, one fewer, one of another type, between two runs."""
    orders(project, 4_000, name)
    project.database.run(f"ALTER TABLE {name} ADD COLUMN a int, ADD COLUMN c numeric(8,2)")
    project.write(checkpointed(f"SELECT * FROM {name}", parallel=1) | {"name": name})
    first = project.run()
    project.database.run(f"ALTER TABLE {name} DROP COLUMN a, ADD COLUMN e float8, ALTER COLUMN c TYPE text")
    return [first, project.run()]


def two_exports_in_parallel(project: Project) -> list[int]:
    """Two exports of one invocation at once."""
    orders(project)
    orders(project, 8_000, "users")
    users = checkpointed(slowly(0.01, name="users")) | {"name": "users"}
    users["destination"] = {"type": "local", "path": "./out-users"}
    project.write(checkpointed(slowly(0.01)), users)
    return [project.run("--parallel-exports")]


def vanish(project: Project, run: Invocation, name: str = "orders") -> None:
    """Delete the part of the second chunk as soon as it is there."""
    second = (
        "SELECT chunk_task.file_name FROM chunk_task JOIN chunk_run USING (run_id) "
        f"WHERE export_name = '{name}' AND chunk_index = 1 AND chunk_task.status = 'completed'"
    )
    until(run, project, second)
    file = project.rows(second)[0]["file_name"]
    (found,) = project.out.rglob(file)
    found.unlink()


def part_vanished(project: Project, parallel: int = 1) -> list[int]:
    """A part is deleted while the run goes on, after rivet has validated the first."""
    orders(project, 8_000)
    project.write(checkpointed(slowly(0.01), parallel=parallel))
    with project.running(*CHECKED) as run:
        vanish(project, run)
        return [run.wait()]


def part_vanished_parallel(project: Project) -> list[int]:
    return part_vanished(project, 2)


def empty(project: Project) -> list[int]:
    """Nothing to export."""
    project.database.run("CREATE TABLE nothing (id int)")
    project.write({"name": "nothing", "query": "SELECT * FROM nothing", "mode": "full", "skip_empty": True})
    return [project.run()]


SCENARIOS: dict[str, Scenario] = {
    each.__name__: each
    for each in (
        full, chunked_sequential, checkpoint_sequential, checkpoint_parallel, full_terminated, sequential_terminated,
        parallel_terminated, failing_chunk, failing_chunk_sequential, killed, killed_and_resumed,
        killed_and_resumed_parallel, killed_and_run_anew, killed_full, reconcile_mismatch,
        reconcile_mismatch_chunked, quality_fails, quality_warns, schema_change, two_exports_in_parallel,
        part_vanished, part_vanished_parallel, empty,
    )
}  # fmt: skip
