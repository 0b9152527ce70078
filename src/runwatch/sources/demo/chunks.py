"""Several workers at the chunks of one run: attempts, failures, and a governor that takes workers away."""

from __future__ import annotations

import heapq
from collections import deque

from msgspec import Struct

from runwatch.core.events import ChunkCompleted, ChunkFailed, ChunkPlanned, ChunkStarted, FileWritten
from runwatch.sources.demo.pen import Pen
from runwatch.sources.demo.terms import ATTEMPTS, Fate


class Chunk(Struct, frozen=True):
    """A key range that waits for a worker."""

    index: int
    start: int
    end: int

    @property
    def fields(self) -> tuple[int, str, str]:
        """Index and bounds, as the log spells them."""
        return self.index, str(self.start), str(self.end)


class Workers:
    """Those who work at one run's chunks. `given_up` are the chunks that failed for good."""

    def __init__(self, pen: Pen, fate: Fate, *, observed: bool) -> None:
        self._pen, self._fate, self._observed = pen, fate, observed
        self.given_up: list[int] = []

    def plan(self, at: float) -> list[Chunk]:
        """The chunks that there are to do."""
        export = self._pen.export
        span = export.rows // export.pieces
        chunks = [Chunk(n, n * span + 1, (n + 1) * span) for n in range(self._fate.resumed_at, export.pieces)]
        for index, start, end in (chunk.fields for chunk in chunks if self._observed):
            self._pen.say(at, ChunkPlanned(chunk_index=index, start_key=start, end_key=end), "tables")
        return chunks

    def work(self, todo: list[Chunk], begin: float, until: float) -> list[Chunk]:
        """Do the chunks, each by whoever is free first; returns those that were not done by `until`."""
        free = [(begin + 0.03 * worker, worker) for worker in range(self._pen.export.workers)]
        waiting = deque(todo)
        undone: list[Chunk] = []
        while waiting:
            at, worker = heapq.heappop(free)
            if (ready := self._permitted(at, worker)) > at:
                heapq.heappush(free, (ready, worker))
                continue
            if at >= until:
                break
            chunk = waiting.popleft()
            end = self._attempts(chunk, at, until)
            if end >= until:
                undone.append(chunk)
            heapq.heappush(free, (end + 0.004, worker))
        return undone + list(waiting)

    def _permitted(self, at: float, worker: int) -> float:
        """When this worker may next begin a chunk."""
        permits = self._pen.export.workers
        for second, count in self._fate.governor:
            if second > at and worker < permits:
                return at
            at, permits = max(at, second), count
        return at

    def _attempts(self, chunk: Chunk, at: float, until: float) -> float:
        """Try a chunk until it completes or is given up; returns when its worker is free."""
        failures = self._fate.failing.get(chunk.index, 0)
        index, start, end_key = chunk.fields
        for number in range(1, ATTEMPTS + 1):
            if at >= until:
                return until
            self._pen.say(at, ChunkStarted(chunk_index=index, start_key=start, end_key=end_key))
            end = at + self._pen.duration(at) * (0.4 if number <= failures else 1.0)
            if end >= until:
                return until
            if number > failures:
                self._complete(chunk, end)
                return end
            self._pen.say(end, ChunkFailed(chunk_index=index, error=self._fate.error, attempt=1))
            at = end + 0.6 * number
        self.given_up.append(index)
        return at

    def _complete(self, chunk: Chunk, at: float) -> None:
        pen = self._pen
        if pen.export.sparse and chunk.index % 3:
            pen.say(at, ChunkCompleted(chunk_index=chunk.index, rows=0))
            return
        rows = int((chunk.end - chunk.start + 1) * pen.rng.uniform(0.86, 1.0))
        name, size = pen.chunk_file(chunk.index, at), pen.deliver(rows)
        pen.say(at, ChunkCompleted(chunk_index=chunk.index, rows=rows, file_name=name))
        if self._observed:
            pen.say(at, FileWritten(file_name=name, rows=rows, bytes=size, part_index=0), "tables")
