"""What one run has said so far, and the words it says it in: run_id, names of files, times.

Seconds are the story's own, from the run's begin; `pace` makes time on the clock
of them, so that a fast demo tells the same story.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from runwatch.core.events import Entry, Event
from runwatch.core.times import SECOND, format_time
from runwatch.sources.demo.terms import Export

_PLAIN = {ord("-"): "", ord(":"): "", ord("Z"): ""}


class Pen:
    """The events of one run, said in any order and read in that of their times."""

    def __init__(self, export: Export, begin_ns: int, rng: Random, pace: float) -> None:
        self.export, self.rng, self.pace = export, rng, pace
        self.begin_ns = begin_ns
        self.pid = rng.randrange(9_000, 32_000)
        self.run_id = f"{export.name}_{format_time(begin_ns, 3).translate(_PLAIN)}_{self.pid}"
        self.last = 0.0
        """The latest second that anything was said at."""
        self.rows = 0
        """Exported so far."""
        self._said: list[tuple[float, Event, str]] = []

    def say(self, at: float, event: Event, origin: str = "journal") -> None:
        """Note an event of that second."""
        self._said.append((at, event, origin))
        self.last = max(self.last, at)

    def said(self) -> Iterator[tuple[float, Event]]:
        """What was noted, in the order of noting."""
        for at, event, _ in self._said:
            yield at, event

    def entries(self, until: float) -> list[Entry]:
        """The run up to that second, as a log would hold it."""
        told = sorted((said for said in self._said if said[0] <= until), key=lambda said: said[0])
        name, digits = self.export.name, 9
        return [
            Entry(run_id=self.run_id, export_name=name, time=self.time(at), digits=digits, event=event, origin=origin)
            for at, event, origin in told
        ]

    def time(self, at: float) -> int:
        """Nanoseconds since 1970 of that second of the run."""
        return self.begin_ns + round(at * self.pace * SECOND)

    def milliseconds(self, seconds: float) -> int:
        """So many of the story's seconds, on the clock."""
        return round(seconds * self.pace * 1000)

    def duration(self, at: float) -> float:
        """Seconds for one piece: chance, and a source that is slower at some times than at others."""
        wave = abs((at / 47.0) % 2.0 - 1.0)
        return self.export.seconds * self.rng.uniform(0.6, 1.3) * (0.7 + 0.8 * wave)

    def deliver(self, rows: int) -> int:
        """Count a file of so many rows; returns its bytes."""
        self.rows += rows
        return int(rows * self.rng.uniform(27.0, 33.0))

    def chunk_file(self, index: int, at: float) -> str:
        """`orders_20261123_181323_chunk0_6b543fce3b387418.parquet`."""
        second = format_time(self.time(at), 0).translate(_PLAIN).replace("T", "_")
        return f"{self.export.name}_{second}_chunk{index}_{self._hex()}.{self.export.format}"

    def page_file(self, page: int) -> str:
        """`events_20261123T180438_599_10308_keyset_bc21bc177bff46d2.parquet`, the first with `start`."""
        tail = self._hex() if page else "start"
        return f"{self.run_id.replace('.', '_')}_keyset_{tail}.{self.export.format}"

    def part_files(self, parts: int) -> list[str]:
        """`users_20261123_180454_557_10425_e2d394161bfa6f58.parquet`; `_part0` and so on where there are several."""
        stem, mark = self.run_id.replace(".", "_"), self._hex()
        day, _, clock = stem.removeprefix(f"{self.export.name}_").partition("T")
        tails = [f"_part{part}" for part in range(parts)] if parts > 1 else [""]
        return [f"{self.export.name}_{day}_{clock}_{mark}{tail}.{self.export.format}" for tail in tails]

    def _hex(self) -> str:
        return f"{self.rng.getrandbits(64):016x}"
