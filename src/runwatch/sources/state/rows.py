"""Rows of rivet's state tables, as far as they tell of runs; times are texts, RFC 3339."""

from __future__ import annotations

from msgspec import Struct


class Status(Struct, frozen=True):
    """`run_status`: that a run began, and what became of it."""

    run_id: str
    export_name: str
    prefix: str | None
    """Where its files go."""
    status: str
    """`running`, `success`, `failed`, `skipped`, `interrupted`; others may come."""
    started_at: str | None
    finished_at: str | None


class Task(Struct, frozen=True):
    """`chunk_task`: one chunk. A run with checkpoints plans all of its chunks before the first."""

    run_id: str
    chunk_index: int
    start_key: str
    end_key: str
    status: str
    """`pending`, `running`, `failed`, `completed`."""
    attempts: int
    last_error: str | None
    """Of the last attempt that failed; cleared when the chunk completes."""
    rows_written: int | None
    file_name: str | None
    updated_at: str


class File(Struct, frozen=True):
    """`file_log`: a file that was written."""

    run_id: str
    id: int
    file_name: str
    row_count: int
    bytes: int
    created_at: str


class Metrics(Struct, frozen=True):
    """`export_metrics`: how far a run is (status `running`), or what it came to, one row a run."""

    run_id: str
    id: int
    run_at: str
    status: str
    error_message: str | None
    total_rows: int | None
    files_produced: int | None
    bytes_written: int | None
    duration_ms: int | None
    validated: bool | None
    reconciled: bool | None
    source_count: int | None
    quality_passed: bool | None


class Journal(Struct, frozen=True):
    """`run_journal`: the whole story, as rivet stored it at the end."""

    run_id: str
    export_name: str
    finished_at: str | None
    journal_json: str


class ChunkRun(Struct, frozen=True):
    """`chunk_run`: that a run has checkpoints; it keeps the id of the run that began it when another resumes it."""

    run_id: str
    export_name: str
    status: str
    created_at: str
    updated_at: str
