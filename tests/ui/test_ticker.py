"""The app looks often while something moves, and as the second turns where nothing does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.files import FileSource
from runwatch.ui.app import TICK, RunwatchApp
from runwatch.ui.ticker import Ticker


async def test_a_long_rest_ends_when_it_is_woken_and_a_short_one_is_left() -> None:
    ticker, rests, ticks = Ticker(), [3600.0, 0.01], asyncio.Semaphore(0)
    running = asyncio.create_task(ticker.run(ticks.release, lambda: rests.pop(0) if rests else 3600.0))
    await asyncio.sleep(0)
    ticker.wake(0.0)
    await asyncio.wait_for(ticks.acquire(), 5)
    ticker.wake(3600.0)
    await asyncio.wait_for(ticks.acquire(), 5)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    ticker.wake(0.0)
    await asyncio.sleep(0.01)
    assert ticks.locked(), "nobody ticks any more"


async def test_where_nothing_moves_it_rests_until_the_second_turns(tmp_path: Path) -> None:
    clock = ManualClock(10**18 + SECOND // 4)
    app = RunwatchApp(Session(FileSource([str(tmp_path)]), clock))
    async with app.run_test() as pilot:
        while not app.session.is_whole:
            assert app._rest() == TICK, "it reads"
            await pilot.pause(0.02)
        app.tick()
        assert app._rest() == pytest.approx(0.75)
        app.session.runs.revision += 1
        assert app._rest() == TICK, "something is to be drawn"
        app.tick()
        assert app._rest() > TICK
