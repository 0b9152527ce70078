"""A source that may not be there yet."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.session.scripted import ScriptedSource, block

from runwatch.core.places import Place, Segment
from runwatch.sources import awaited
from runwatch.sources.awaited import Awaited


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awaited, "PERIOD", 0.01)


class Opening:
    """What is opened, and how often."""

    def __init__(self, path: Path) -> None:
        self.path, self.opened = path, 0
        self.source = ScriptedSource([block({"n": 1})], [block({"n": 2})])
        self.awaited = Awaited(str(path), self._open)

    def _open(self) -> ScriptedSource:
        self.opened += 1
        return self.source


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    return Opening(tmp_path / "x")


def test_nothing_is_said_of_what_is_not_there(opening: Opening) -> None:
    source = opening.awaited
    assert list(source.poll()) == []
    assert not source.wait_for_more()
    source.rescan()
    assert source.line_at(Place(Segment(0, "y", "y", "y"), 1)) is None
    assert (source.label, source.progress.waiting, source.progress.is_partial) == ("", (), False)
    source.close()
    assert opening.opened == 0


def test_it_is_opened_once_when_it_is_there(opening: Opening) -> None:
    opening.path.touch()
    for _ in range(2):
        assert len(list(opening.awaited.poll())) == 1
    assert opening.opened == 1
    assert opening.awaited.progress is opening.source.progress
    opening.awaited.rescan()
    assert opening.source.rescans == 1


def test_one_that_vanishes_stays_open(opening: Opening) -> None:
    opening.path.touch()
    list(opening.awaited.poll())
    opening.path.unlink()
    assert len(list(opening.awaited.poll())) == 1


async def test_a_change_is_that_it_appears_and_then_its_own(opening: Opening) -> None:
    waiting = asyncio.ensure_future(opening.awaited.changed())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    opening.path.touch()
    async with asyncio.timeout(20):
        await waiting
    list(opening.awaited.poll())
    opening.source.hint()
    async with asyncio.timeout(20):
        await opening.awaited.changed()


def test_once_closed_it_is_not_opened_any_more(opening: Opening) -> None:
    opening.awaited.close()
    opening.path.touch()
    assert list(opening.awaited.poll()) == []
    assert opening.opened == 0


async def test_what_turns_out_to_be_read_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    source = Awaited(str(tmp_path / "x"), lambda: None)
    assert list(source.poll()) == []
    waiting = asyncio.ensure_future(source.changed())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    waiting.cancel()
    source.close()
