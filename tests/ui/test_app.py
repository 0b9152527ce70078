from __future__ import annotations

import time
from pathlib import Path

import pytest

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
