"""How much is measured, on what, and where it is kept: everything in one directory that is removed at the end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks.logs import write_huge, write_inter, write_small_files

CHUNKS = 1_600_000
"""Of the whole `huge`: 4.9 million events, a gigabyte."""
RUNS = 2_000
"""Of `inter`; together they have as many chunks."""
FILES = 10_000
QUICK = 20
"""How many times smaller the large logs are then."""
LARGE = ("huge", "inter")
UNWANTED = ("PYTHONDONTWRITEBYTECODE", "NO_COLOR", "LNAVRC")


@dataclass(frozen=True)
class Log:
    """One that was made, or a directory of them."""

    path: Path
    events: int
    size: int

    @property
    def words(self) -> str:
        """`1.06 GB, 4.9 M events`."""
        size = f"{self.size / 1e9:.2f} GB" if self.size > 5e8 else f"{self.size / 1e6:.0f} MB"
        events = f"{self.events / 1e6:.1f} M" if self.events > 1e6 else f"{self.events:,}"
        return f"{size}, {events} events"


@dataclass
class Plan:
    """What every group asks for."""

    quick: bool
    home: Path
    asked: frozenset[str] = frozenset()
    """Which of the large logs; none for all."""
    _made: dict[str, Log] = field(default_factory=dict)

    @property
    def times(self) -> int:
        """How often the long ones are measured."""
        return 3 if self.quick else 5

    @property
    def limit(self) -> float:
        """Seconds after which a program that has not ended is killed."""
        return 60 if self.quick else 400

    @property
    def budget(self) -> float:
        """Seconds after which no further round of the same begins."""
        return 5 if self.quick else 100

    @property
    def chunks(self) -> int:
        return CHUNKS // QUICK if self.quick else CHUNKS

    @property
    def kinds(self) -> list[str]:
        return [kind for kind in LARGE if kind in (self.asked or LARGE)]

    @property
    def opened(self) -> list[str]:
        """Those that are opened at a terminal: a quick bench has time for one, unless it is told which."""
        return ["huge"] if self.quick and not self.asked else self.kinds

    @property
    def env(self) -> dict[str, str]:
        """Ours, without what would change a figure; caches and settings stay in the bench's own directory."""
        kept = {key: value for key, value in os.environ.items() if key not in UNWANTED}
        ours = find_spec("runwatch")
        assert ours is not None
        assert ours.origin is not None
        paths = [str(Path(ours.origin).resolve().parent.parent), *filter(None, [kept.get("PYTHONPATH")])]
        kept["PYTHONPATH"] = os.pathsep.join(paths)  # wherever they start, they run what we see
        return {**kept, "XDG_CACHE_HOME": str(self.home / "cache"), "XDG_CONFIG_HOME": str(self.home / "config")}

    def log(self, kind: str) -> Log:
        """`huge`, `inter`, `10k`, `tenth` (of huge), `1MB`, or `one` with a single run of one chunk; made once."""
        if kind not in self._made:
            begun = time.perf_counter()
            self._made[kind] = made = self._make(kind)
            took = time.perf_counter() - begun
            if took > 1:
                print(f"… made {kind}: {made.words}, {took:.1f} s", file=sys.stderr)
        return self._made[kind]

    def _make(self, kind: str) -> Log:
        path = self.home / "logs" / (kind if kind == "10k" else f"{kind}.jsonl")
        path.parent.mkdir(exist_ok=True)
        match kind:
            case "huge":
                events = write_huge(path, self.chunks)
            case "inter":
                events = write_inter(path, RUNS, self.chunks // RUNS)
            case "tenth":
                events = write_huge(path, self.chunks // 10)
            case "10k":
                events = write_small_files(path, FILES)
            case "1MB":
                events = write_inter(path, 25, 60)
            case _:
                events = write_huge(path, 1)
        if path.is_file():
            _settle(path)
        files = path.rglob("*.jsonl") if path.is_dir() else [path]
        return Log(path, events, sum(file.stat().st_size for file in files))


def _settle(path: Path) -> None:
    """Wait until it is on the disk: the system must not write it out while something is measured."""
    with path.open("rb") as log:
        os.fsync(log.fileno())


def python(code: str, *arguments: object) -> list[str]:
    """This Python on a few lines of code."""
    return [sys.executable, "-c", code, *map(str, arguments)]


def runwatch(*arguments: object) -> list[str]:
    """`runwatch` of this checkout."""
    return [sys.executable, "-m", "runwatch", *map(str, arguments)]


def folded(log: Log) -> Sequence[str]:
    """The summary of all of it, nothing taken from an earlier reading."""
    return runwatch("summary", "--no-cache", log.path)
