"""Pictures of the real program on the sample runs, with the clock held still: `make shots`.

Each is an SVG that Textual exports; with `rsvg-convert` on the machine and
`--png` given, a PNG beside it. README's picture is one of them.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runwatch.core.times import parse_time
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source
from runwatch.ui.app import RunwatchApp

ROOT = Path(__file__).resolve().parent.parent
KEPT, REST = ROOT / "docs" / "shots", ROOT / "build" / "shots"
IN_README = {
    "run-120x40-dark.svg", "runs-120x40-dark.svg", "chunk-120x40-dark.svg",
    "run-contradicted-120x40-dark.svg", "runs-80x24-dark.svg", "moment-120x40-dark.svg", "events-120x40-dark.svg",
}  # fmt: skip
NOW = "2026-11-23T19:13:40Z"
SMALL, NARROW, NORMAL, WIDE = (40, 12), (80, 24), (120, 40), (200, 60)


@dataclass(frozen=True)
class Shot:
    """A picture: its name, the keys that lead there, the terminal, the theme."""

    name: str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = NORMAL
    theme: str = "runwatch-dark"
    plain: bool = False

    @property
    def file(self) -> str:
        """`run-120x40-dark.svg`."""
        look = "ascii" if self.plain else self.theme.removeprefix("runwatch-")
        return f"{self.name}-{self.size[0]}x{self.size[1]}-{look}.svg"


def to_run(words: str) -> tuple[str, ...]:
    """The keys that open the run whose row matches these words."""
    return ("slash", *("colon" if letter == ":" else "space" if letter == " " else letter for letter in words), "enter")


RECOVERED = (*to_run("20261123T182404"), "enter")
CONTRADICTED = (*to_run("verdict:contradicted live"), "enter")
DISK_FULL = (*to_run("20261123T181243"), "enter")
EARLIER = (*RECOVERED, *["left_square_bracket"] * 7)
EVENTS = (*RECOVERED, "i", "e")
SUCCEEDED = (*to_run("20261123T191243"), "enter")


def shots() -> list[Shot]:
    """All of them."""
    made = [Shot("runs", size=size) for size in (SMALL, NARROW, NORMAL, WIDE)]
    made += [Shot("run", RECOVERED, size) for size in (SMALL, NARROW, NORMAL, WIDE)]
    made += [Shot("chunk", ("e",), size) for size in (SMALL, NARROW, NORMAL, WIDE)]
    made += [Shot("moment", EARLIER, size) for size in (SMALL, NARROW, NORMAL, WIDE)]
    made += [Shot("events", EVENTS, size) for size in (SMALL, NARROW, NORMAL, WIDE)]
    made += [
        Shot("run-contradicted", CONTRADICTED),
        Shot("run-diskfull", DISK_FULL),
        Shot("run-succeeded", SUCCEEDED, WIDE),
        Shot("problems", ("P",)),
        Shot("help", ("question_mark",)),
        Shot("help", ("question_mark",), NARROW),
        Shot("palette", ("ctrl+p", *"fail")),
    ]
    for theme in ("runwatch-light", "runwatch-mono"):
        made += [Shot("runs", theme=theme), Shot("run", RECOVERED, theme=theme), Shot("chunk", ("e",), theme=theme)]
    made += [Shot("runs", plain=True), Shot("run", RECOVERED, plain=True), Shot("runs", size=NARROW, plain=True)]
    return made


async def take(shot: Shot) -> str:
    """Drive the app to the place; what it shows there."""
    now = parse_time(NOW)
    assert now is not None
    session = Session(open_source(["sample_runs"], cwd=str(ROOT)), ManualClock(now[0]))
    app = RunwatchApp(session, theme=shot.theme, plain=shot.plain)
    async with app.run_test(size=shot.size) as pilot:
        while not session.is_whole:
            await pilot.pause(0.02)
        await pilot.pause(0.2)
        for key in shot.keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause(0.3)
        shown = app.export_screenshot(title="runwatch")
    session.source.close()
    return settled(shown)


_CELL = re.compile(r'<text class="([^"]*)" x="([0-9.]+)" y="([0-9.]+)" textLength="[0-9.]+" ([^>]*)>((?:&#160;)+)')


def settled(svg: str) -> str:
    """Leading blanks as a shift: some renderers swallow them, and the text with them moves."""
    width = 12.2

    def shift(match: re.Match[str]) -> str:
        name, x, y, rest, blanks = match.groups()
        moved = float(x) + width * (len(blanks) // len("&#160;"))
        return f'<text class="{name}" x="{moved:g}" y="{y}" {rest}>'

    return _CELL.sub(shift, svg)


def to_png(path: Path) -> None:
    """The same as PNG, where the converter is installed."""
    converter = shutil.which("rsvg-convert")
    if converter:
        subprocess.run([converter, str(path), "-o", str(path.with_suffix(".png"))], check=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make all, or those whose name holds one of the words given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only shots whose name holds one of these")
    parser.add_argument("--into", type=Path, help="a directory for all; else those of the README go to docs/shots")
    parser.add_argument("--png", action="store_true", help="PNGs too, with rsvg-convert")
    options = parser.parse_args(arguments)
    for shot in shots():
        if options.words and not any(word in shot.name for word in options.words):
            continue
        into = options.into or (KEPT if shot.file in IN_README else REST)
        into.mkdir(parents=True, exist_ok=True)
        path = into / shot.file
        path.write_text(asyncio.run(take(shot)), encoding="utf-8")
        if options.png:
            to_png(path)
        print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


if __name__ == "__main__":
    main()
