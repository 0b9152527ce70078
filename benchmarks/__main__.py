"""`make bench`: one table, each figure beside what it must be judged by. `QUICK=1` takes two minutes at most."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.fold import fold
from benchmarks.following import follow, torrent
from benchmarks.machine import compile_first, load, machine
from benchmarks.moments import drift, seek
from benchmarks.opening import keys, opening
from benchmarks.others import others
from benchmarks.plan import LARGE, Plan
from benchmarks.small import idle, small_files, summary
from benchmarks.state import state
from benchmarks.table import Row, markdown, one_line, plain, short
from benchmarks.watched import watched

Group = Callable[[Plan], Iterable[Row]]
GROUPS: dict[str, Group] = {
    group.__name__: group
    for group in (fold, opening, others, keys, follow, torrent, small_files, idle, summary, seek, drift, state, watched)
}
ROOM = 6 * 10**9
"""Bytes that the logs of a whole bench take."""


def main(arguments: Sequence[str]) -> None:
    """All groups, or those named."""
    asked = _parser().parse_args(arguments)
    if unknown := [name for name in asked.names if name not in (*GROUPS, *LARGE)]:
        raise SystemExit(f"no such group: {', '.join(unknown)}; there are {', '.join([*GROUPS, *LARGE])}")
    if asked.short:
        print(short(json.loads(asked.short.read_text(encoding="utf-8"))))
        return
    quick = asked.quick or os.environ.get("QUICK", "") not in ("", "0")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that what was started and made goes with us
    begun = time.perf_counter()
    head = [f"{machine()}; {'quick, logs a twentieth' if quick else 'full'}", *filter(None, [load()])]
    print("\n\n".join(head), end="\n\n", flush=True)
    compile_first()
    with tempfile.TemporaryDirectory(prefix="runwatch-bench-") as home:
        if not quick and shutil.disk_usage(home).free < ROOM:
            raise SystemExit(f"{home} has no room for {ROOM / 1e9:.0f} GB of logs; set TMPDIR, or QUICK=1")
        kinds = frozenset(name for name in asked.names if name in LARGE)
        names = [name for name in asked.names if name in GROUPS] or list(GROUPS)
        rows = list(_rows(names, Plan(quick, Path(home), kinds)))
    print(markdown(rows))
    print(f"\n{time.perf_counter() - begun:.0f} s in all. Believe the ratios: both sides ran in turn.")
    if asked.json:
        found = {"machine": head[0], "load": head[1:], "quick": quick, "rows": plain(rows)}
        asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _rows(names: Iterable[str], plan: Plan) -> Iterator[Row]:
    """As they come; a group that breaks says so in its place."""
    for name in names:
        begun = time.perf_counter()
        try:
            for row in GROUPS[name](plan):
                print(f"… {row.what}: {row.measured} ({row.beside}) {row.ratio}", file=sys.stderr)
                yield row
        except Exception as error:  # a mistake in one group must not take the others' figures with it
            yield Row(name, f"not measured: {type(error).__name__}: {one_line(error)}")
        print(f"… {name} took {time.perf_counter() - begun:.0f} s", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; and {' or '.join(LARGE)}")
    parser.add_argument("--quick", action="store_true", help="smaller logs, fewer times; as QUICK=1")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same figures for a program")
    parser.add_argument("--short", type=Path, metavar="FILE", help="README's table of such figures, and nothing else")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
