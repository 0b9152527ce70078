"""What the tables say of one run, in events: what is new since they were read last.

The first time it is all that they hold; then each change of a row is the event
that it stands for (EVENTS.md, "Live sources that are not JSONL"). Whatever the
tables do not keep stays unknown: when a chunk began that had ended before
anybody looked, and why an attempt failed of which only the number is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from runwatch.sources.state.rows import File, Metrics, Status, Task
from runwatch.sources.state.said import Said, in_order, utc

NOT_KEPT = "(the state database does not keep why)"
"""The error of an attempt that failed before the last one that did, or before the one that completed."""
_PART = re.compile(r"_p\d+(?=\.|$)")


class Window(Struct, frozen=True):
    """Which rows of `chunk_task` and `file_log` are one run's: a run and those that resumed it share them."""

    owner: str
    """The run_id that stands in them."""
    since: str = ""
    """What changed at or after this time; "" from the first on."""
    until: str = ""
    """What changed before it; "" for ever."""

    def holds(self, at: str) -> bool:
        """Whether what happened then is this run's. Times are compared as text: all are in UTC."""
        return (not self.since or at >= self.since) and (not self.until or at < self.until)


class Rows(Struct):
    """The rows of one run, as they are now: all of them, or those that may have changed."""

    status: Status
    window: Window
    planned_at: str | None = None
    """When its chunks were planned."""
    tasks: Sequence[Task] = ()
    files: Sequence[File] = ()
    progress: Metrics | None = None
    """How far it is."""
    producer: Said | None = None
    """What is known of who works on it."""


class _Chunk(Struct):
    begun: int = 0
    """The last attempt whose start was told, or that was there before this run."""
    failed: int = 0
    """The last attempt whose failure was told, or that ended before this run."""
    is_done: bool = False


class Telling:
    """What was told of one run."""

    def __init__(self) -> None:
        self._chunks: dict[int, _Chunk] = {}
        self._done = 0
        self._files: dict[str, File] = {}
        self._last: dict[str, object] = {}
        self._is_resumed = False
        self._before: dict[int, Task] = {}
        """The chunks of an earlier run, until this one takes them up."""
        self.first = 0
        """The number of the first chunk that nobody had taken up: chunks are taken in their order."""
        self.open: set[int] = set()
        """Chunks in front of that which were not completed."""

    @property
    def files(self) -> list[File]:
        """Those that were told."""
        return list(self._files.values())

    def new(self, rows: Rows) -> list[Said]:
        """The events that were not told yet, by their times."""
        self._note(rows.tasks)
        said = list(self._begin(rows))
        if not rows.window.since or self._takes_up(rows):
            said += self._written(rows)
            before = [task for task in self._before.values() if task.run_id == rows.window.owner]
            for task in sorted([*before, *rows.tasks], key=lambda task: task.chunk_index):
                said += self._task(task, rows)
            self._before.clear()
        else:
            self._before |= {task.chunk_index: task for task in rows.tasks}
        said += self._once(self._progress(rows.progress))
        said += self._once(rows.producer)
        return in_order(said)

    def _note(self, tasks: Sequence[Task]) -> None:
        """Which chunks may change from now on."""
        states = {task.chunk_index: task.status for task in tasks}
        last = max((number for number, status in states.items() if status != "pending"), default=-1)
        states = dict.fromkeys(range(self.first, last + 1), "pending") | states
        self.first = max(self.first, last + 1)
        for number, status in states.items():
            if status == "completed" or number >= self.first:
                self.open.discard(number)
            else:
                self.open.add(number)

    def _begin(self, rows: Rows) -> Iterable[Said]:
        fields: dict[str, object] = {"destination": rows.status.prefix}
        if rows.window.since and self._takes_up(rows):
            fields["resumes"] = rows.window.owner
        return self._once(Said("RunStarted", fields, utc(rows.status.started_at)))

    def _takes_up(self, rows: Rows) -> bool:
        """Whether a run goes on with an earlier one's chunks; that it could is not enough."""
        if not self._is_resumed:
            held = rows.window.holds
            self._is_resumed = any(held(task.updated_at) for task in rows.tasks) or any(
                held(file.created_at) for file in rows.files
            )
        return self._is_resumed

    def _written(self, rows: Rows) -> Iterable[Said]:
        for file in sorted(rows.files, key=lambda file: file.id):
            if file.file_name in self._files or not rows.window.holds(file.created_at):
                continue
            fields = {
                "file_name": file.file_name, "rows": file.row_count, "bytes": file.bytes, "part_index": len(self._files)
            }  # fmt: skip
            self._files[file.file_name] = file
            yield Said("FileWritten", fields, utc(file.created_at))

    def _task(self, task: Task, rows: Rows) -> Iterable[Said]:
        chunk = self._chunks.get(task.chunk_index)
        if chunk is None:
            if not self._is_ours(task, rows.window):
                return
            chunk = self._chunks[task.chunk_index] = self._first(task, rows.window)
            fields = {"chunk_index": task.chunk_index, "start_key": task.start_key, "end_key": task.end_key}
            yield Said("ChunkPlanned", fields, utc(max(rows.planned_at or "", rows.window.since) or None))
        if not rows.window.holds(task.updated_at):
            return  # a later run's doing
        yield from self._failures(task, chunk)
        if task.status == "running" and task.attempts > chunk.begun:
            fields = {"chunk_index": task.chunk_index, "start_key": task.start_key, "end_key": task.end_key}
            yield Said("ChunkStarted", fields, utc(task.updated_at))
        chunk.begun = max(chunk.begun, task.attempts)
        if task.status == "completed" and not chunk.is_done:
            chunk.is_done = True
            self._done += 1
            yield from self._completed(task)

    def _is_ours(self, task: Task, window: Window) -> bool:
        """A run that resumes another plans only what that one had not completed."""
        return not (window.since and task.status == "completed" and task.updated_at < window.since)

    def _first(self, task: Task, window: Window) -> _Chunk:
        """What had come of a chunk before this run: of one that is resumed, nobody can say how its attempts ended."""
        if window.since:
            is_open = task.updated_at >= window.since and task.status != "pending"
            before = max(0, task.attempts - 1 if is_open else task.attempts)
            return _Chunk(begun=before, failed=before)
        return _Chunk()

    def _failures(self, task: Task, chunk: _Chunk) -> Iterable[Said]:
        """The attempts that ended badly since it was read last.

        One that rivet will not try again has `attempts` at the most allowed at once, however often it was tried.
        """
        if task.status == "failed":
            attempts = [max(chunk.begun, chunk.failed + 1)] if chunk.failed < task.attempts else []
            chunk.failed = task.attempts
        else:
            attempts = list(range(chunk.failed + 1, task.attempts))
            chunk.failed = max(chunk.failed, task.attempts - 1)
        for attempt in attempts:
            is_last = attempt == attempts[-1] and task.last_error is not None
            fields = {
                "chunk_index": task.chunk_index,
                "error": task.last_error if is_last else NOT_KEPT,
                "attempt": attempt,
            }
            yield Said("ChunkFailed", fields, utc(task.updated_at) if is_last else None)

    def _completed(self, task: Task) -> Iterable[Said]:
        """One event a part, as the journal has it."""
        name, rows = task.file_name, task.rows_written or 0
        file = self._files.get(name or "")
        parts: list[File] = [file] if file is not None else []
        if name is not None and file is not None and file.row_count != rows and (part := _PART.search(name)):
            parts = [other for other in self._files.values() if other.file_name.startswith(name[: part.start()] + "_p")]
        whole = sum(part.row_count for part in parts) == rows
        for part_name, part_rows in [(p.file_name, p.row_count) for p in parts] if parts and whole else [(name, rows)]:
            fields = {"chunk_index": task.chunk_index, "rows": part_rows, "file_name": part_name}
            yield Said("ChunkCompleted", fields, utc(task.updated_at))

    def _progress(self, metrics: Metrics | None) -> Said | None:
        if metrics is None:
            return None
        fields = {
            "chunks_total": len(self._chunks) or None, "chunks_done": self._done if self._chunks else None,
            "rows": metrics.total_rows, "files": metrics.files_produced, "bytes": metrics.bytes_written,
        }  # fmt: skip
        return Said("Progress", fields, utc(metrics.run_at))

    def _once(self, said: Said | None) -> Iterable[Said]:
        """What is read again and again, where it says something else than last."""
        if said is not None and self._last.get(said.kind) != said.fields:
            self._last[said.kind] = said.fields
            yield said
