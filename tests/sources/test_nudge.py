"""Who writes to an open file is heard of at once, where the system can tell."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
from pathlib import Path

import pytest

from runwatch.sources.nudge import Nudge

linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


class Heard(Nudge):
    """Notes what it was told."""

    def __init__(self) -> None:
        super().__init__(self._note)
        self.paths: list[str] = []
        self.event = asyncio.Event()

    def _note(self, path: str) -> None:
        self.paths.append(path)
        self.event.set()

    async def next(self) -> list[str]:
        await asyncio.wait_for(self.event.wait(), 10)
        self.event.clear()
        heard, self.paths = self.paths, []
        return heard


def append(path: Path) -> None:
    with path.open("ab") as log:
        log.write(b"{}\n")


@linux
async def test_each_file_that_grows_is_told_of_and_no_other(tmp_path: Path) -> None:
    files = [tmp_path / name for name in "abc"]
    for file in files:
        file.touch()
    nudge = Heard()
    nudge.begin()
    nudge.follow(map(str, files[:2]))
    append(files[0])
    assert await nudge.next() == [str(files[0])]
    nudge.follow([str(files[1])])
    append(files[0])
    append(files[2])
    append(files[1])
    assert await nudge.next() == [str(files[1])]
    nudge.close()


@linux
async def test_another_file_under_the_name_is_followed_once_it_is_asked_for(tmp_path: Path) -> None:
    log = tmp_path / "a"
    log.touch()
    nudge = Heard()
    nudge.begin()
    nudge.follow([str(log)])
    os.unlink(log)
    await asyncio.sleep(0.05)
    nudge.paths.clear()
    nudge.event.clear()
    log.touch()
    nudge.follow([str(log)])
    append(log)
    assert await nudge.next() == [str(log)]
    nudge.close()


@linux
async def test_what_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    nudge = Heard()
    nudge.follow([str(tmp_path)])  # not begun
    nudge.begin()
    nudge.follow([str(tmp_path / "none")])
    nudge.close()
    nudge.close()


async def test_a_system_that_cannot_tell_is_no_trouble(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name, use_errno: object())
    nudge = Heard()
    nudge.begin()
    nudge.follow([str(tmp_path)])
    nudge.close()
