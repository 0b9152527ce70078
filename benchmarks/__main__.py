"""`make bench`: one table, each figure beside what it must be judged by. `QUICK=1` takes two minutes at most."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import machine
from benchmarks.moments import drift, seek
from benchmarks.rows import Plan, Row, fold, follow, keys_while_reading, small_files, start, summary

GROUPS = (fold, summary, start, small_files, follow, keys_while_reading, seek, drift)
HEAD = Row("what", "measured", "beside", "ratio")


def main(names: list[str]) -> None:
    """All groups, or those named."""
    chosen = [group for group in GROUPS if not names or group.__name__ in names]
    if not chosen:
        raise SystemExit(f"no such group; there are {', '.join(group.__name__ for group in GROUPS)}")
    quick = bool(os.environ.get("QUICK"))
    begun = time.perf_counter()
    print(f"{machine()}; {'quick' if quick else 'full'}\n", flush=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="runwatch-bench-") as home:
        for group in chosen:
            for row in group(Plan(quick, Path(home))):
                print(f"… {row.what}: {row.measured} ({row.beside})", file=sys.stderr)
                rows.append(row)
    print(table(rows))
    print(f"\n{time.perf_counter() - begun:.0f} s in all. Believe the ratios: both sides ran in turn.")


def table(rows: list[Row]) -> str:
    """Markdown, so that it can be pasted where it is talked about."""
    widths = [max(len(row[column]) for row in (HEAD, *rows)) for column in range(len(HEAD))]
    padded = [[f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)] for row in (HEAD, *rows)]
    lines = [f"| {' | '.join(cells)} |" for cells in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


main(sys.argv[1:])
