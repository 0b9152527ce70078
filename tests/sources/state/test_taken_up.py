"""However fast chunks come and go between two looks, each that is done is told, and told once."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.sources.state.stored import NOW, Amount, fill_sqlite, running, stamp

from runwatch.sources.state.fetch import Fetch
from runwatch.sources.state.reader import Reader
from runwatch.sources.state.rows import Task
from runwatch.sources.state.sqlite import SqliteDatabase

CHUNKS, WORKERS = 400, 6


def step(state: sqlite3.Connection, run_id: str, rng: random.Random) -> bool:
    """What rivet does with one chunk; false where none is left. Taken up in their order, done in any."""
    going = [n for (n,) in state.execute("SELECT chunk_index FROM chunk_task WHERE status = 'running' ORDER BY 1")]
    ((waiting,),) = state.execute("SELECT min(chunk_index) FROM chunk_task WHERE status = 'pending'").fetchall()
    if waiting is None and not going:
        return False
    if waiting is not None and len(going) < WORKERS:
        change, number = "status = 'running', attempts = attempts + 1", waiting
    elif rng.random() < 0.1:
        change, number = "status = 'pending', last_error = 'no'", rng.choice(going)
    else:
        number = rng.choice(going)
        change = f"status = 'completed', last_error = NULL, rows_written = 1, file_name = 'f{number}'"
    state.execute(
        f"UPDATE chunk_task SET {change}, updated_at = ? WHERE run_id = ? AND chunk_index = ?",
        [stamp(NOW), run_id, number],
    )
    return True


@pytest.mark.parametrize("pace", [1, 5, 60, 500])
def test_each_chunk_is_told_once_whatever_the_pace(pace: int, tmp_path: Path) -> None:
    path, rng = tmp_path / ".rivet_state.db", random.Random(pace)
    fill_sqlite(path, Amount(2))
    rows = running("orders", NOW, rng, chunks=CHUNKS)
    run_id = rows["run_status"][0]["run_id"]
    with closing(sqlite3.connect(path, isolation_level=None)) as state:
        for table in ("run_status", "chunk_run", "chunk_task"):
            for row in rows[table]:
                names = ", ".join(row)
                state.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
        fresh = "status = 'pending', attempts = 0, file_name = NULL"
        state.execute(f"UPDATE chunk_task SET {fresh} WHERE run_id = ?", [run_id])
        reader = Reader(SqliteDatabase(str(path), path.name), lambda: 0, lambda pid: True)
        told, goes_on = Counter[tuple[str, int]](), True
        while goes_on:
            told += look(reader, run_id)
            for _ in range(rng.randrange(1, 2 * pace + 1)):
                goes_on = goes_on and step(state, run_id, rng)
        told += look(reader, run_id)
        assert [told["ChunkPlanned", number] for number in range(CHUNKS)] == [1] * CHUNKS
        assert [told["ChunkCompleted", number] for number in range(CHUNKS)] == [1] * CHUNKS
        attempts = dict(state.execute("SELECT chunk_index, attempts FROM chunk_task WHERE run_id = ?", [run_id]))
        assert {number: told["ChunkFailed", number] + 1 for number in range(CHUNKS)} == attempts


def look(reader: Reader, run_id: str) -> Counter[tuple[str, int]]:
    lines = [line for part in reader.look() for told in part if told.run_id == run_id for line in told.lines]
    events: list[tuple[str, Any]] = [next(iter(json.loads(line)["event"].items())) for line in lines]
    return Counter((kind, fields["chunk_index"]) for kind, fields in events if "chunk_index" in fields)


def test_what_is_asked_for_does_not_grow_with_what_is_done(tmp_path: Path) -> None:
    path = tmp_path / ".rivet_state.db"
    fill_sqlite(path, Amount(0, running=1, chunks=3_000))
    with SqliteDatabase(str(path), "x").reading() as tables:
        done = tables.rows("SELECT count(*), min(run_id) FROM chunk_task WHERE status = 'completed'")
        ((count, run_id),) = done
        rows = Fetch(tables).taken_up({run_id: (count + 2, {count, count + 1})})
    assert count > 100
    assert {type(row) for row in rows} == {Task}
    assert {row.chunk_index for row in rows} == {count, count + 1}
