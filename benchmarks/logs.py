"""Seeded logs like rivet's: some 200 bytes an event, chunks that start, fail and complete."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import orjson

from runwatch.core.times import format_time

BEGIN = 1_795_457_691_055_531_366


def lines(events: int, seed: int = 1, run: int = 0) -> Iterator[bytes]:
    """About `events` lines of one run, its outcome last."""
    rng = random.Random(seed + run)
    now = BEGIN + run * 60_000_000_000
    run_id = f"orders_{run}_20261123T181451.055_19860"

    def line(variant: str, fields: dict[str, object]) -> bytes:
        nonlocal now
        now += rng.randrange(1_000_000, 100_000_000)
        return orjson.dumps(
            {"run_id": run_id, "export_name": "orders", "recorded_at": format_time(now), "event": {variant: fields}}
        )

    yield line("PlanResolved", _plan())
    for chunk in range(events // 2):
        low = chunk * 1000 + 1
        yield line("ChunkStarted", {"chunk_index": chunk, "start_key": str(low), "end_key": str(low + 999)})
        if rng.random() < 0.001:
            yield line("ChunkFailed", {"chunk_index": chunk, "error": "db error: FATAL: terminating", "attempt": 1})
        else:
            name = f"orders_20261123_181452_chunk{chunk}_{rng.getrandbits(64):016x}.parquet"
            yield line("ChunkCompleted", {"chunk_index": chunk, "rows": 1000, "file_name": name})
    yield line("RunCompleted", {"status": "failed", "error_message": "x", "duration_ms": 1000})


def _plan() -> dict[str, object]:
    return {
        "export_name": "orders", "base_query": "SELECT * FROM orders", "strategy": "chunked", "format": "parquet",
        "compression": "zstd", "destination_type": "local", "tuning_profile": "balanced (default)",
        "batch_size": 10_000, "validate": False, "reconcile": False, "resume": False, "chunk_key": "id",
        "resumable": True, "row_hash": None,
    }  # fmt: skip


def write(path: Path, events: int, run: int = 0) -> Path:
    """One log of one run."""
    with path.open("wb") as log:
        for line in lines(events, run=run):
            log.write(line + b"\n")
    return path


def write_many(directory: Path, files: int) -> Path:
    """So many small logs, a run of a dozen events each."""
    directory.mkdir()
    for run in range(files):
        write(directory / f"run{run:05d}.jsonl", 10, run)
    return directory
