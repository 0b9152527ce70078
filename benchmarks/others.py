"""What a user has otherwise, at a terminal as ours: lnav with a format for these events, and toolong."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import sight
from benchmarks.logs import EXPORTS
from benchmarks.measure import Cost, Failed, rounds
from benchmarks.plan import Log, Plan, runwatch
from benchmarks.screen import Screen
from benchmarks.table import Row, attempt
from benchmarks.terminal import ROWS, Terminal

FORMAT = Path(__file__).parent / "lnav_format.json"
TIMES = 3
_LINE = re.compile(r"L([\d,]+)\s+\d+%")


@dataclass(frozen=True)
class Program:
    """One that shows a log at a terminal."""

    name: str
    command: tuple[str, ...]
    env: Callable[[Plan], Mapping[str, str]]
    has_content: sight.Sight
    """Something of the log can be read."""
    is_loaded: Callable[[Log], sight.Sight]
    """All of it is known."""
    leave: str


@dataclass(frozen=True)
class Opened:
    """What it took."""

    first: float
    """Seconds until there is something of the log to be read,"""
    loaded: float
    """and until all of it is known."""
    cpu: float
    peak: float


def others(plan: Plan) -> Iterator[Row]:
    """First content, loaded and memory, each beside ours at the same terminal, in turn."""
    for kind in plan.opened:
        for program in (LNAV, TOOLONG):
            yield attempt(f"`{kind}` in {program.name}", partial(_row, plan, kind, plan.log(kind), program))


def _row(plan: Plan, kind: str, log: Log, program: Program) -> Row:
    both = [(opened(plan, log, OURS), opened(plan, log, program)) for _ in rounds(TIMES, plan.budget)]
    ours, theirs = (_typical(found) for found in zip(*both, strict=True))
    return Row(
        f"`{kind}` at a terminal, beside {program.name}",
        _words(ours),
        f"{program.name}: {_words(theirs)}",
        f"{median(mine.first / its.first for mine, its in both):.2f}× first, "
        f"{median(mine.loaded / its.loaded for mine, its in both):.2f}× loaded",
        figures={f"{whose}_{name}": value for whose, found in (("ours", ours), ("theirs", theirs))
                 for name, value in vars(found).items()},
    )  # fmt: skip


def opened(plan: Plan, log: Log, program: Program) -> Opened:
    """Opened once, and left."""
    env = program.env(plan)
    with Terminal([*program.command, str(log.path)], env, plan.home, program.leave) as terminal:
        first = terminal.see(program.has_content, plan.limit, "first content") - terminal.begun
        loaded = terminal.see(program.is_loaded(log), plan.limit, "whole log") - terminal.begun
        return Opened(first, loaded, terminal.cpu(), terminal.peak())


def lnav_loaded(plan: Plan, log: Log) -> Cost:
    """Until lnav, at a terminal, has all of it."""
    found = opened(plan, log, LNAV)
    return Cost(found.loaded, found.cpu, found.peak)


def _typical(found: tuple[Opened, ...]) -> Opened:
    return Opened(*(median(getattr(each, name) for each in found) for name in ("first", "loaded", "cpu", "peak")))


def _words(found: Opened) -> str:
    return f"first content {found.first:.2f} s, loaded {found.loaded:.2f} s, {found.cpu:.2f} s CPU, {found.peak:.0f} MB"


def lnav_env(plan: Plan) -> dict[str, str]:
    """A home of its own that has the format; raises where lnav does not read our events with it."""
    if not shutil.which("lnav"):
        raise Failed("lnav is not installed")
    home = plan.home / "lnav"
    env = {**plan.env, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    place = home / ".config" / "lnav" / "formats" / "runwatch"
    if not place.exists():
        place.mkdir(parents=True)
        shutil.copy(FORMAT, place / FORMAT.name)
        asked = ["lnav", "-n", "-c", ";SELECT DISTINCT format FROM lnav_file", "-c", ":write-json-to -"]
        said = subprocess.run(
            [*asked, str(plan.log("one").path)],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
        if "rivet_log" not in said.stdout.decode(errors="replace"):
            shutil.rmtree(home)
            raise Failed(f"lnav does not know the format: {said.stderr.decode(errors='replace')[-120:]}")
    return env


def _toolong_env(plan: Plan) -> dict[str, str]:
    """Without our own packages: it has a Textual of its own."""
    if not shutil.which("tl"):
        raise Failed("toolong is not installed")
    return {name: value for name, value in plan.env.items() if name != "PYTHONPATH"}


def _is_at_end(log: Log) -> sight.Sight:
    """lnav's lowest line but one tells the number of the line on top, and it goes along with the end."""

    def seen(screen: Screen) -> bool:
        told = _LINE.search(screen.text)
        return told is not None and int(told[1].replace(",", "")) > log.events - ROWS

    return seen


_OURS = runwatch("watch", "--no-cache")
OURS = Program(
    "runwatch", tuple(_OURS), lambda plan: plan.env, sight.has_content(*EXPORTS),
    lambda _: sight.is_final(*EXPORTS), "\x11",
)  # fmt: skip
LNAV = Program("lnav", ("lnav", "-q"), lnav_env, sight.says("chunk_index"), _is_at_end, "q")
TOOLONG = Program("toolong", ("tl",), _toolong_env, sight.says("run_id"), lambda _: sight.says("TAIL"), "\x03")
