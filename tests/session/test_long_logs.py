"""A long log is taken in bulk, and comes to the same; a short one does not wait for what that takes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.logs import write_inter
from tests.core.made import T0, whole

from runwatch.core import loading
from runwatch.core.bulk.loading import Bulk
from runwatch.session import long_logs
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source, read_to_end


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two megabytes of five runs."""
    path = tmp_path / "made.jsonl"
    write_inter(path, 5, 600)
    return path


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines each block had that went in bulk."""
    lines: list[int] = []
    feed = Bulk.feed

    def noted(self: Bulk, *args: Any) -> int | None:
        found = feed(self, *args)
        lines.append(found or 0)
        return found

    monkeypatch.setattr(Bulk, "feed", noted)
    return lines


def session_of(log: Path) -> Session:
    clock = ManualClock(T0)
    return Session(open_source([str(log)], poll=False, now=clock.now), clock)


def states_of(session: Session) -> dict[str, object]:
    return {run_id: whole(run) for run_id, run in session.runs.by_id.items()}


def test_a_log_that_turns_out_to_be_long_comes_to_the_same(
    log: Path, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = session_of(log)
    short.read(read_to_end(short.source))
    assert not taken
    monkeypatch.setattr(long_logs, "LONG", 128 << 10)
    monkeypatch.setattr(loading, "ENOUGH", 64 << 10)
    long = session_of(log)
    long.read(read_to_end(long.source))
    assert sum(taken) > 1000
    assert states_of(long) == states_of(short)
    assert long.events_read == short.events_read


async def test_who_watches_does_not_wait_for_the_import(
    log: Path, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made ready beside the reading, and from then on taken."""
    short = session_of(log)
    short.read(read_to_end(short.source))
    monkeypatch.setattr(long_logs, "LONG", 64 << 10)
    monkeypatch.setattr(loading, "ENOUGH", 64 << 10)
    session = session_of(log)

    async def give_way(_: bool) -> None:
        await asyncio.sleep(0.02)

    monkeypatch.setattr("runwatch.session.session.SLICE", 0.0)
    monkeypatch.setattr("runwatch.session.session.BRIEF", 0.0)
    told = asyncio.Event()

    def look() -> None:
        if session.is_whole:
            told.set()

    following = asyncio.ensure_future(session.follow(look, give_way))
    async with asyncio.timeout(20):
        await told.wait()
    following.cancel()
    assert sum(taken) > 0
    assert states_of(session) == states_of(short)


def test_a_summary_of_a_short_log_imports_no_numpy(log: Path) -> None:
    asked = [sys.executable, "-X", "importtime", "-m", "runwatch", "summary", "--no-cache", str(log)]
    imported = subprocess.run(asked, capture_output=True, text=True, check=False).stderr
    assert "runwatch.core.loading" in imported
    assert "numpy" not in imported
