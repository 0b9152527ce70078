from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.files import FileSource
from runwatch.ui.app import RunwatchApp
from runwatch.ui.garbage import look_often


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_it_was")
def test_new_objects_are_looked_through_and_old_ones_are_not() -> None:
    gc.set_threshold(100_000)
    old = [[]]  # type: ignore[var-annotated]
    look_often()
    assert gc.get_freeze_count() > 0
    assert not any(each is old for each in gc.get_objects())
    assert gc.get_threshold()[0] < 10_000


async def test_it_begins_with_the_first_picture(tmp_path: Path) -> None:
    app = RunwatchApp(Session(FileSource([str(tmp_path)]), ManualClock(10**18)))
    calls: list[bool] = []
    app.when_drawn = lambda: calls.append(app.is_running)
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
    assert calls == [True]
