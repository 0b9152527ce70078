"""One run's log, as it grows: lines made from tables first, then the whole of it once more with the journal."""

from __future__ import annotations

from msgspec import Struct

from runwatch.sources.state.reconcile import checks, entries_of, reconciled
from runwatch.sources.state.rows import Journal, Metrics
from runwatch.sources.state.said import Said, utc
from runwatch.sources.state.telling import Rows, Telling

LOOKS_FOR_END = 20
"""Looks at which the last row of `export_metrics` may still come, which is written a few ms behind the journal."""


class Told(Struct, frozen=True):
    """What is to be read of a run."""

    run_id: str
    lines: list[bytes]
    is_anew: bool
    """It replaces what was told before."""
    arrived: bool
    """It came while we watched."""
    fault: str = ""
    """Why the journal cannot be read."""


class Story:
    """What was told of a run that is going on, or whose end is not whole."""

    def __init__(self) -> None:
        self.telling = Telling()
        self._said: list[Said] = []
        self._told: list[bytes] | None = None
        self._fault = ""
        self._looks = 0
        self._has_ended = False
        self.is_done = False
        """Nothing more is to come."""

    @property
    def is_ending(self) -> bool:
        """It has ended, and not all of its end was read."""
        return self._looks > 0

    def tell(self, rows: Rows, journal: Journal | None, end: Metrics | None, *, arrived: bool) -> Told | None:
        """What is new; None where nothing is."""
        status = rows.status
        new = self.telling.new(rows)
        self._said += new
        entries = entries_of(journal) if journal is not None else None
        fault = "the journal is no JSON document of entries" if journal is not None and entries is None else ""
        self._looks += status.status != "running"
        is_over = status.status != "running" and (end is not None or self._looks >= LOOKS_FOR_END)
        self.is_done = is_over and (journal is not None or self._looks >= 2)
        if entries is None:
            if is_over and end is not None and end.status == status.status:
                new += self._end(end)
            return self._go_on(rows, new, fault, arrived=arrived)
        said = reconciled(entries, self._said, self.telling.files, end)
        lines = [one.line(status.run_id, status.export_name) for one in said]
        if lines == self._told:
            return None
        told = Told(status.run_id, lines, self._told is not None, arrived)
        self._told = lines
        return told

    def _end(self, end: Metrics) -> list[Said]:
        """How a run ended of which there is no journal, once."""
        if self._has_ended:
            return []
        self._has_ended = True
        fields = {"status": end.status, "error_message": end.error_message, "duration_ms": end.duration_ms or 0}
        completed = Said("RunCompleted", fields, utc(end.run_at))
        self._said.append(completed)  # without the checks: with a journal they are worked out anew
        return [*checks([], end), completed]

    def _go_on(self, rows: Rows, new: list[Said], fault: str, *, arrived: bool) -> Told | None:
        lines = [one.line(rows.status.run_id, rows.status.export_name) for one in new]
        fault, self._fault = ("" if fault == self._fault else fault), fault
        if not lines and not fault:
            return None
        self._told = [*(self._told or ()), *lines]
        return Told(rows.status.run_id, lines, False, arrived, fault)
