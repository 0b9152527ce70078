from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.fakes import screen_text

from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.files import FileSource
from runwatch.ui.app import REST, RunwatchApp
from runwatch.ui.screens.runs import RunsPage

COST = 0.2
"""Seconds that a repaint takes: as with a hundred thousand runs."""


async def test_slow_drawing_leaves_time_to_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much there is to show and however often it moves, drawing rests in between."""
    session = Session(FileSource([str(tmp_path)]), ManualClock(10**18))
    app = RunwatchApp(session)
    painted: list[float] = []

    def repaint(page: RunsPage) -> None:
        painted.append(time.monotonic())
        time.sleep(COST)
        session.runs.revision += 1

    async with app.run_test() as pilot:
        await pilot.pause()
        monkeypatch.setattr(RunsPage, "repaint", repaint)
        session.runs.revision += 1
        while len(painted) < 3:
            await pilot.pause(0.02)
    first, second, third = painted[:3]
    assert min(second - first, third - second) >= COST * (1 + REST)


async def test_what_comes_after_a_quiet_while_is_shown_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait for the next tick: there is none here."""
    monkeypatch.setattr("runwatch.ui.app.TICK", 3600.0)
    log = tmp_path / "a.jsonl"
    log.touch()
    app = RunwatchApp(Session(FileSource([str(tmp_path)]), ManualClock(10**18)))
    async with app.run_test(size=(80, 24)) as pilot:
        while not app.session.is_whole:
            await pilot.pause(0.02)
        monkeypatch.setattr("runwatch.ui.app.TICK", 0.0)
        log.write_text('{"run_id":"r","export_name":"fresh","event":{"Warning":{"context":"c","message":"m"}}}\n')
        app.session.look_again()
        while not app.session.events_read:
            await pilot.pause(0.02)
        await pilot.pause()
        assert "fresh" in screen_text(app)


async def test_a_few_that_come_close_together_are_shown_at_once_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three pictures in a moment, then one a tick: a second never has more than twelve."""
    app = RunwatchApp(Session(FileSource([str(tmp_path)]), ManualClock(10**18)))
    painted: list[int] = []
    async with app.run_test() as pilot:
        while not app.session.is_whole:
            await pilot.pause(0.02)
        app.tick()
        monkeypatch.setattr("runwatch.ui.app.TICK", 3600.0)
        monkeypatch.setattr("runwatch.ui.app.REST", 0.0)
        monkeypatch.setattr(RunsPage, "repaint", lambda page: painted.append(page.session.runs.revision))
        app._news_due = app._rested_at = 0.0
        first = app.session.runs.revision + 1
        for _ in range(5):
            app.session.runs.revision += 1
            app._something_new()
        assert painted == [first, first + 1, first + 2]
        app.tick()
        assert painted[-1] == first + 4, "what was left is shown by the next tick"
