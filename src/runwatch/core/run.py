"""What is known of a run: its plan, chunks and files, what went wrong, how it ended.

Where a fact comes from is kept as a position in the run's order
(`core/index.py`), which leads to its time and its place in the log.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice

from runwatch.core.causes import NO_CAUSES, Causes
from runwatch.core.chunks import (
    COMPLETED,
    FAILED,
    INTERRUPTED,
    PENDING,
    RUNNING,
    STATE_NAMES,
    Attempt,
    Chunks,
)
from runwatch.core.facts import Facts
from runwatch.core.files import Files
from runwatch.core.parts import NOWHERE
from runwatch.core.series import Series
from runwatch.core.steps import Steps

__all__ = [
    "COMPLETED", "FAILED", "INTERRUPTED", "NOWHERE", "PENDING", "RUNNING", "STATE_NAMES",
    "Attempt", "Chunks", "RunState",
]  # fmt: skip
Positions = Sequence[int]
NONE_YET: Positions = ()


class RunState:
    """What the events so far add up to. Lists hold positions in the run's order."""

    __slots__ = (
        "after_end", "backoff_ms", "causes", "chunks", "chunks_series", "chunks_total", "clock_backwards",
        "destination", "export_name", "failures", "files", "first_heard", "heard", "is_written", "last_backoff_ms",
        "last_heard", "longest_gap", "nameless_rows", "outcome", "outcomes", "parallelism", "plan", "plan_warnings",
        "positions", "producer", "progress_positions", "quality", "reconciliation", "resumes", "retries", "rows_series",
        "schema", "sources", "time_unknown", "uncounted", "unknown", "validated", "validation", "warnings"
    )  # fmt: skip

    def __init__(self, facts: Facts | None = None) -> None:
        """`facts` are the log's."""
        self.positions = 0
        """How many positions of the order are folded."""
        self.sources = 0
        """Events of live sources, which have no number."""
        self.unknown = 0
        self.first_heard = NOWHERE
        self.last_heard = NOWHERE
        """The last entry that the run itself gave rise to, all but ProducerSeen: its end so far."""
        self.heard = 0
        """Its moment."""
        self.longest_gap = 0
        """ns; of the gaps that ended in FileWritten, ChunkStarted, ChunkCompleted or ChunkFailed."""
        self.export_name: str | None = None
        self.plan = NOWHERE
        self.plan_warnings = NONE_YET
        self.chunks = Chunks()
        self.files = Files(facts)
        self.nameless_rows = 0
        self.is_written = False
        """A FileWritten or a ChunkCompleted was seen."""
        self.failures = NONE_YET
        self.causes = NO_CAUSES
        self.retries = NONE_YET
        self.backoff_ms = 0
        self.last_backoff_ms = 0
        self.quality = NONE_YET
        self.schema = NONE_YET
        self.warnings = NONE_YET
        self.parallelism = NONE_YET
        self.validation = NOWHERE
        self.validated = (0, 0, 0)
        """At the last ValidationResult: files written, parts, parts without a file."""
        self.reconciliation = NOWHERE
        self.outcome = NOWHERE
        self.outcomes = NONE_YET
        self.after_end = NONE_YET
        self.clock_backwards = NONE_YET
        self.time_unknown = NONE_YET
        self.progress_positions = NONE_YET
        self.chunks_total: int | None = None
        self.producer = NOWHERE
        self.destination: str | None = None
        self.resumes = NOWHERE
        """Where it was told which run it goes on with."""
        self.rows_series = Series()
        self.chunks_series = Series()
        self.uncounted: tuple[int, int] | None = None
        """From this file and this part on none is in the series (`core/growth.py`); None where all are."""

    @property
    def events(self) -> int:
        """Events with a number."""
        return self.positions - self.sources - self.unknown

    @property
    def has_ended(self) -> bool:
        """A RunCompleted was seen."""
        return self.outcome != NOWHERE

    @property
    def written(self) -> Steps:
        """Where a FileWritten stands."""
        files = self.files
        return files.first_naming if files.written is None else files.written

    def files_named(self, since: tuple[int, int, int] = (0, 0, 0)) -> tuple[int, Iterator[int]]:
        """How often files were named, and where, in the order of the log; `since` as `validated` has it."""
        written, parts, nameless = since
        chunks = self.chunks
        count = len(self.written) - written + len(chunks.part_file) - parts - (chunks.parts_without_file - nameless)
        delivered = (
            chunks.part_position[part]
            for part in range(parts, len(chunks.part_file))
            if chunks.part_file[part] != NOWHERE
        )
        return count, merge(islice(self.written, written, None), delivered)

    def note_cause(self, cause: str) -> None:
        """An attempt failed for this reason, masked."""
        if not self.causes:
            self.causes = Causes()
        self.causes.add(cause)

    def note(self, name: str, position: int) -> None:
        """One more in the list of that name. Most runs have none of most of them, and one at most of the others."""
        positions = getattr(self, name)
        if not positions:
            setattr(self, name, (position,))
            return
        if isinstance(positions, tuple):
            positions = array("i", positions)
            setattr(self, name, positions)
        positions.append(position)
