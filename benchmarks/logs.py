"""Made-up logs that look like the real producer's: the same bytes for the same seed, on any machine, a million lines in
about two seconds.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

BEGIN = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())
SECOND = 10**9
ERROR = "db error: FATAL: terminating connection due to administrator command"
FAILED, RETRIED, WARNED = 0.02, 0.002, 0.001
"""Shares of chunks: tried again after a failure, interrupted by a retry of the whole export, warned about."""
RUNS_FAILED, RUNS_CUT_OFF = 0.03, 0.01
"""Shares of the runs of a log with many of them; the single one of `write_huge` ends well."""
EXPORTS = ("orders", "users", "events", "items", "stock", "prices", "visits", "refunds", "carts", "mails")
ROWS, WIDTH = 20_000, 29
"""Rows a chunk, bytes a row."""
BATCH = 4096
"""Lines a write."""

Stamp = Callable[[], str]


def stamps(begin: int, step: int, rng: random.Random) -> Stamp:
    """Times that only rise, `step` ns apart on average, in RFC 3339."""
    now, second, text, chance = begin * SECOND, -1, "", rng.random

    def stamp() -> str:
        nonlocal now, second, text
        now += int(chance() * 2 * step) + 1
        if now // SECOND != second:
            second = now // SECOND
            text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.")
        return f"{text}{now % SECOND:09d}Z"

    return stamp


def head_of(number: int, export: str) -> str:
    """What every line of a run begins with, up to its time."""
    begun = datetime.fromtimestamp(BEGIN + number * 7, UTC)
    run_id = f"{export}_{begun:%Y%m%dT%H%M%S}.{number % 1000:03d}_{10_000 + number}"
    return f'{{"run_id":"{run_id}","export_name":"{export}","recorded_at":"'


def plan_line(number: int, export: str, at: str) -> str:
    """The line that a run begins with."""
    return f'{head_of(number, export)}{at}","event":{{"PlanResolved":{plan_of(export)}}}}}\n'


def run_lines(number: int, chunks: int, stamp: Stamp, rng: random.Random, ends: str = "success") -> Iterator[str]:
    """One chunked run, a line at a time: its plan, its chunks, its outcome; `ends` is that, or empty for none."""
    export = EXPORTS[number % len(EXPORTS)]
    head, first = head_of(number, export), stamp()
    yield plan_line(number, export, first)
    for chunk in range(chunks):
        keys = f'"start_key":"{chunk * ROWS + 1}","end_key":"{(chunk + 1) * ROWS}"'
        started = f'","event":{{"ChunkStarted":{{"chunk_index":{chunk},{keys}}}}}}}\n'
        yield f"{head}{stamp()}{started}"
        if rng.random() < FAILED + RETRIED + WARNED:
            for event in _trouble(chunk, rng):
                yield f'{head}{stamp()}","event":{{{event}}}}}\n'
            yield f"{head}{stamp()}{started}"
        count = ROWS - rng.getrandbits(11)
        name = f"{export}_chunk{chunk}_{rng.getrandbits(64):016x}.parquet"
        yield (
            f'{head}{stamp()}","event":{{"FileWritten":{{"file_name":"{name}","rows":{count},'
            f'"bytes":{count * WIDTH},"part_index":{chunk}}}}}}}\n'
        )
        yield (
            f'{head}{stamp()}","event":{{"ChunkCompleted":{{"chunk_index":{chunk},"rows":{count},'
            f'"file_name":"{name}"}}}}}}\n'
        )
    if ends:
        last = stamp()
        why = "null" if ends == "success" else f"\"export '{export}': {ERROR}\""
        outcome = f'"status":"{ends}","error_message":{why},"duration_ms":{_apart(first, last)}'
        yield f'{head}{last}","event":{{"RunCompleted":{{{outcome}}}}}}}\n'


def _apart(first: str, last: str) -> int:
    """ms between two stamps."""
    begun, ended = (datetime.fromisoformat(stamp[:26]) for stamp in (first, last))
    return round((ended - begun).total_seconds() * 1000)


def plan_of(export: str) -> str:
    """The fields of its PlanResolved."""
    return (
        f'{{"export_name":"{export}","base_query":"SELECT * FROM {export}","strategy":"chunked","format":"parquet",'
        '"compression":"zstd","destination_type":"local","tuning_profile":"balanced (default)","batch_size":10000,'
        '"validate":false,"reconcile":false,"resume":false,"chunk_key":"id","resumable":false,"row_hash":null}'
    )


def _trouble(chunk: int, rng: random.Random) -> Iterator[str]:
    """What comes between two starts of one chunk."""
    which = rng.random() * (FAILED + RETRIED + WARNED)
    if which < FAILED:
        yield f'"ChunkFailed":{{"chunk_index":{chunk},"error":"{ERROR}","attempt":1}}'
    elif which < FAILED + RETRIED:
        yield f'"RetryAttempted":{{"attempt":1,"reason":"{ERROR}","backoff_ms":15250}}'
    else:
        drift = "column 'v' max byte length grew 55.6× (9 → 500 bytes)"
        yield f'"Warning":{{"context":"shape_drift:v","message":"{drift}"}}'


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """A log of these; how many there are. Never more than a batch of them is held."""
    events, rest = 0, iter(lines)
    with path.open("wb", buffering=0) as log:
        while batch := list(itertools.islice(rest, BATCH)):
            log.write("".join(batch).encode())
            events += len(batch)
    return events


def write_huge(path: Path, chunks: int, seed: int = 1) -> int:
    """One run; how many events it has."""
    rng = random.Random(seed)
    return write_lines(path, run_lines(0, chunks, stamps(BEGIN, SECOND // 20, rng), rng))


def write_inter(path: Path, runs: int, chunks: int, seed: int = 2) -> int:
    """So many runs of so many chunks each, all at once: almost every line is another run's than the one before."""
    rng = random.Random(seed)
    stamp = stamps(BEGIN, SECOND // 20, rng)
    return write_lines(path, _mixed([run_lines(each, chunks, stamp, rng, _end(rng)) for each in range(runs)], rng))


def _mixed(runs: list[Iterator[str]], rng: random.Random) -> Iterator[str]:
    while runs:
        at = int(rng.random() * len(runs))
        line = next(runs[at], None)
        if line is None:
            runs[at] = runs[-1]
            runs.pop()
        else:
            yield line


def _end(rng: random.Random) -> str:
    which = rng.random()
    return "failed" if which < RUNS_FAILED else "" if which < RUNS_FAILED + RUNS_CUT_OFF else "success"


def write_small_files(folder: Path, count: int, chunks: int = 3, seed: int = 3) -> int:
    """So many logs of one short run each, a hundred in a directory; how many events they have."""
    rng = random.Random(seed)
    events = 0
    for number in range(count):
        home = folder / f"{number // 100:03d}"
        home.mkdir(parents=True, exist_ok=True)
        lines = run_lines(number, chunks, stamps(BEGIN + number * 7, SECOND // 20, rng), rng, _end(rng))
        events += write_lines(home / f"run-{number:05d}.jsonl", lines)
    return events
