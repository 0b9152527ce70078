"""Made-up logs that look like real ones: the same for the same seed, on any machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGIN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
ERROR = "db error: FATAL: terminating connection due to administrator command"


class MadeRun:
    """One chunked run, an event at a time."""

    def __init__(self, number: int, chunks: int, rng: random.Random, export: str = "") -> None:
        self._now = BEGIN + timedelta(seconds=number * 7)
        self._rng = rng
        self._chunks = chunks
        self.export = export or f"orders_{number % 40:02d}"
        self._stamp = self._now.strftime("%Y%m%dT%H%M%S")
        self.run_id = f"{self.export}_{self._stamp}.{number % 1000:03d}_{10_000 + number}"

    def lines(self) -> Iterator[str]:
        """Plan, chunks (one attempt in fifty fails and comes again), outcome."""
        yield self._line(
            f'"PlanResolved":{{"export_name":"{self.export}","base_query":"SELECT * FROM {self.export}",'
            '"strategy":"chunked","format":"parquet","compression":"zstd","destination_type":"local",'
            '"tuning_profile":"balanced (default)","batch_size":10000,'
            '"validate":false,"reconcile":false,"resume":false}'
        )
        for chunk in range(self._chunks):
            first, last = chunk * 20_000 + 1, (chunk + 1) * 20_000
            started = f'"ChunkStarted":{{"chunk_index":{chunk},"start_key":"{first}","end_key":"{last}"}}'
            yield self._line(started)
            if self._rng.random() < 0.02:
                yield self._line(f'"ChunkFailed":{{"chunk_index":{chunk},"error":"{ERROR}","attempt":1}}')
                yield self._line(started)
            count = self._rng.randrange(18_000, 20_001)
            name = f"{self.export}_{self._stamp}_chunk{chunk}_{self._rng.getrandbits(64):016x}.parquet"
            sizes = f'"rows":{count},"bytes":{count * 29},"part_index":{chunk}'
            yield self._line(f'"FileWritten":{{"file_name":"{name}",{sizes}}}')
            yield self._line(f'"ChunkCompleted":{{"chunk_index":{chunk},"rows":{count},"file_name":"{name}"}}')
        yield self._line('"RunCompleted":{"status":"success","error_message":null,"duration_ms":60000}')

    def _line(self, event: str) -> str:
        self._now += timedelta(microseconds=self._rng.randrange(800, 90_000))
        stamp = f"{self._now:%Y-%m-%dT%H:%M:%S}.{self._now.microsecond:06d}{self._rng.randrange(1000):03d}Z"
        head = f'{{"run_id":"{self.run_id}","export_name":"{self.export}","recorded_at":"{stamp}","event":{{'
        return f"{head}{event}}}}}\n"


def write_runs(path: Path, size: int, seed: int = 1, chunks: int = 60) -> int:
    """A log of about `size` bytes, four runs of it interleaved at any time; how many events it has."""
    rng = random.Random(seed)
    number = written = events = 0
    open_runs: list[Iterator[str]] = []
    with path.open("w", encoding="utf-8") as log:
        while written < size or open_runs:
            if written < size and len(open_runs) < 4:
                open_runs.append(MadeRun(number, chunks, rng).lines())
                number += 1
            run = rng.choice(open_runs)
            line = next(run, None)
            if line is None:
                open_runs.remove(run)
                continue
            log.write(line)
            written += len(line)
            events += 1
    return events


def write_one_run(path: Path, size: int, seed: int = 2) -> int:
    """A log of one run of about `size` bytes; how many events it has."""
    lines = list(MadeRun(0, max(1, size // 740), random.Random(seed)).lines())
    path.write_text("".join(lines), encoding="utf-8")
    return len(lines)


def write_small_files(folder: Path, count: int, seed: int = 3) -> int:
    """So many logs of one short run each; how many events they have."""
    rng = random.Random(seed)
    events = 0
    for number in range(count):
        home = folder / f"{number // 100:03d}"
        home.mkdir(parents=True, exist_ok=True)
        lines = list(MadeRun(number, 3, rng).lines())
        (home / f"run-{number:05d}.jsonl").write_text("".join(lines), encoding="utf-8")
        events += len(lines)
    return events
