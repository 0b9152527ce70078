"""Writes one log at a steady rate, as one producer would: `python -m benchmarks.writer LOG EVENTS_A_SECOND SECONDS`.

Every tick the lines that are due go out in one append; no line is like another. Twice a second a run of its own begins
among them, whose name can be looked for. At the end it says what it did, in JSON, with the times of `perf_counter`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime

from benchmarks.logs import ROWS, head_of, plan_line

TICK = 0.005
MARKS = 2
"""A second."""
LINES = (
    '{head}%(at)s","event":{{"ChunkStarted":{{"chunk_index":%(n)d,"start_key":"%(first)d","end_key":"%(last)d"}}}}}}\n'
    '{head}%(at)s","event":{{"FileWritten":{{"file_name":"torrent_chunk%(n)d_7ed4d57b1e2feb89.parquet","rows":%(rows)d,'
    '"bytes":564862,"part_index":%(n)d}}}}}}\n'
    '{head}%(at)s","event":{{"ChunkCompleted":{{"chunk_index":%(n)d,"rows":%(rows)d,'
    '"file_name":"torrent_chunk%(n)d_7ed4d57b1e2feb89.parquet"}}}}}}\n'
)
"""Of a chunk."""
EACH = 3


def mark(number: int) -> str:
    """The name of a run that begins in the midst of it."""
    return f"mark{number:03d}"


def first_line() -> str:
    """What the log begins with."""
    return plan_line(0, "torrent", now())


def now() -> str:
    """RFC 3339."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chunks(begin: int, end: int) -> bytes:
    """The lines of these chunks."""
    lines, at = LINES.format(head=head_of(0, "torrent")), now()
    each = ({"at": at, "n": n, "first": n * ROWS + 1, "last": (n + 1) * ROWS, "rows": ROWS} for n in range(begin, end))
    return "".join([lines % values for values in each]).encode()


def write(path: str, rate: float, seconds: float) -> dict[str, object]:
    """At that rate for so long; behind a tick that came late, more goes out at once."""
    log = os.open(path, os.O_WRONLY | os.O_APPEND)
    done, late = 0, 0.0
    marks: list[float] = []
    begun = time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds:
        due = int(rate * passed / EACH)
        if due > done:
            os.write(log, chunks(done, due))
            done = due
        if passed * MARKS >= len(marks) + 1:
            marks.append(time.perf_counter())
            os.write(log, plan_line(len(marks), mark(len(marks)), now()).encode())
        next_tick = passed + TICK - (time.perf_counter() - begun)
        late = max(late, -next_tick)
        time.sleep(max(0.0, next_tick))
    took = time.perf_counter() - begun
    os.close(log)
    return {
        "events": done * EACH,
        "seconds": took,
        "rate": done * EACH / took,
        "marks": marks,
        "late": late,
        "cpu": time.process_time(),
    }


if __name__ == "__main__":
    print(json.dumps(write(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))))
