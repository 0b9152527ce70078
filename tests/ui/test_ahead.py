"""Pages that were made ready: opening one for the first time imports and parses nothing more, and looks the same."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.css.stylesheet import Stylesheet

from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source
from runwatch.ui import app as module
from runwatch.ui.ahead import PAGES, made_ready
from runwatch.ui.app import RunwatchApp

SAMPLES = Path(__file__).parents[2] / "sample_runs"
KEYS = ("question_mark", "escape", "enter", "i", "v", "escape", "escape", "c", "escape", "escape", "p", "escape")


def an_app() -> RunwatchApp:
    clock = ManualClock(1_795_500_000 * 10**9)
    return RunwatchApp(Session(open_source([str(SAMPLES)], poll=True, now=clock.now), clock))


async def settled(app: RunwatchApp) -> str:
    """The screen once it stays as it is, without the header: that tells how far reading is."""
    before, rows = "", []
    for _ in range(100):
        rows = [row.text for row in app.screen._compositor.render_strips()][1:]
        if (now := "\n".join(rows)) == before:
            return now
        before = now
        await asyncio.sleep(0.1)
    raise AssertionError(before)


async def pictures(*, is_ready: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[list[tuple[str, str]], int]:
    """What each key leads to, and how often all sheets were parsed on the way."""
    app, parsed, found = an_app(), 0, []
    reparse = Stylesheet.reparse

    def noted(sheet: Stylesheet) -> None:
        nonlocal parsed
        parsed += 1
        reparse(sheet)

    async with app.run_test(size=(120, 40)) as pilot:
        while not app.session.is_whole:
            await pilot.pause(0.01)
        app.tick()
        await pilot.pause()
        if is_ready:
            assert [*made_ready(app.stylesheet)][: len(PAGES)] == [*PAGES]
        monkeypatch.setattr(Stylesheet, "reparse", noted)
        for key in KEYS:
            await pilot.press(key)
            found.append((type(app.screen).__name__, await settled(app)))
        monkeypatch.setattr(Stylesheet, "reparse", reparse)
    return found, parsed


async def test_pages_that_were_made_ready_look_the_same_and_parse_nothing_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later, often = await pictures(is_ready=False, monkeypatch=monkeypatch)
    ready, never = await pictures(is_ready=True, monkeypatch=monkeypatch)
    assert often >= 4
    assert never == 0
    assert {name for name, _ in ready} >= {"HelpScreen", "RunPage", "EventsPage", "RawScreen", "RunsPage"}
    for (name, picture), (other, expected) in zip(ready, later, strict=True):
        assert name == other
        assert picture == expected, name


def test_every_page_with_a_sheet_is_one_of_them() -> None:
    sheets = {sheet.stem for sheet in Path(module.__file__).with_name("screens").glob("*.tcss")}
    assert sheets - {"runs"} <= {*PAGES}, "that of the runs is there from the start"


def test_nothing_is_left_to_import() -> None:
    """In a process of its own: here all is imported."""
    code = f"""
import sys
import runwatch.cli
from runwatch.ui.app import RunwatchApp
from runwatch.ui.ahead import made_ready
from textual.css.stylesheet import Stylesheet
before = {{*sys.modules}}
for _ in made_ready(Stylesheet()): pass
new = {{*sys.modules}} - before
assert "runwatch.ui.screens.run" in new, new
import {', '.join('runwatch.ui.screens.' + name for name in PAGES)}
assert not {{*sys.modules}} - before - new
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_it_begins_a_moment_behind_the_first_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Stylesheet] = []

    def noted(sheet: Stylesheet) -> Iterator[str]:
        made.append(sheet)
        yield "run"

    monkeypatch.setattr(module, "made_ready", noted)
    monkeypatch.setattr(module, "READY", 0.5)
    app = an_app()

    def when_drawn() -> None:
        app.make_ready()

    app.when_drawn = when_drawn
    async with app.run_test() as pilot:
        assert not made
        for _ in range(500):
            await pilot.pause(0.02)
            if made:
                break
        assert made == [app.stylesheet]
