"""What is said while a log is read, and until what came of it is known."""

from __future__ import annotations

import pytest
from tests.core.made import T0
from tests.fakes import ShellApp, screen_text
from tests.session.scripted import ScriptedSource, block, over, warned

from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.ui.reading import reading_lines, reading_words
from runwatch.ui.screens import all_runs
from runwatch.ui.screens.run import RunPage
from runwatch.ui.screens.runs import RunsPage


def reading(read: int, total: int | None, *lines: dict[str, object]) -> Session:
    """A session in the midst of its first look, a second and a half after its begin."""
    source, clock = ScriptedSource(), ManualClock(T0)
    source.progress.bytes_total = total
    session = Session(source, clock)
    reading_words(session)
    clock.advance(3 * SECOND // 2)
    session.take(block(*lines))
    source.progress.bytes_read = read
    return session


def test_how_far_how_fast_and_how_long_in_ever_fewer_words() -> None:
    session = reading(300_000_000, 1_200_000_000, *(warned(second) for second in range(30)))
    assert reading_words(session) == (
        "reading 300 MB of 1.20 GB · 30 events · 20/s · 4 s left",
        "reading 300 MB of 1.20 GB · 20/s · 4 s left",
        "reading 25 % · 4 s left",
        "reading 25 %",
    )


def test_of_a_pipe_nobody_knows_the_end() -> None:
    assert reading_words(reading(5_000, None, warned(0))) == (
        "reading 5.00 kB · 1 event · 0.7/s",
        "reading 5.00 kB · 0.7/s",
        "reading 5.00 kB",
    )


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (200, "reading 300 MB of 1.20 GB · 1 event · 0.7/s · 4 s left"),
        (120, "reading 300 MB of 1.20 GB · 1 event · 0.7/s · 4 s left"),
        (80, "reading 25 % · 4 s left"),
        (40, "reading 25 %"),
    ],
)
async def test_the_top_line_says_as_much_as_it_has_room_for(width: int, words: str) -> None:
    session = reading(300_000_000, 1_200_000_000, warned(0))
    app = ShellApp(session, RunsPage())
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        assert words in screen_text(app).splitlines()[0]


async def test_a_run_that_is_not_whole_yet_says_so_in_its_row() -> None:
    """What was read last of it is not what was written last: its age would be made up."""
    session = reading(500, 1000, warned(0, "on"), over(5, "over"))
    app = ShellApp(session, RunsPage())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        rows = [line for line in screen_text(app).splitlines() if "running" in line or "succeeded" in line]
        assert [line.rstrip(" │").endswith(" so far") for line in rows] == [True, True]
        session.read(())
        app.page.repaint()
        await pilot.pause()
        assert "so far" not in screen_text(app)


async def test_until_all_runs_are_judged_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts that can still rise are not shown as if they were whole."""
    monkeypatch.setattr(all_runs, "SLICE", -1.0)
    session = reading(1000, 1000, *(over(second, f"r{second}") for second in range(50)))
    session.read(())
    session.lineup.follow()
    session.lineup.work(16)
    said = "".join(bit.text for line in reading_lines(session, 120, lean=False) for bit in line)
    assert "all is read; 16 of 50 runs looked at; counts below can still rise" in said
    app = ShellApp(session, RunsPage())
    async with app.run_test(size=(120, 40)) as pilot:
        while not session.lineup.is_settled:
            await pilot.pause()
        await pilot.pause()
        assert reading_lines(session, 120, lean=False) == ()
        assert "Runs 50" in screen_text(app)


async def test_a_run_is_listed_by_the_end_of_its_log_before_that_is_read() -> None:
    session = Session(ScriptedSource(), ManualClock(T0 + 60 * SECOND))
    session.foresee(block(over(6, status="failed")).data, "a")
    app = ShellApp(session, RunsPage())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        (row,) = [row for row in screen_text(app).splitlines() if "failed " in row and "so far" in row]
        assert row.count("?") == 7  # neither its start nor any figure is known
        assert "the end of its log says failed; the rest is being read" in screen_text(app)
        session.read([block(warned(1), over(6, status="failed"))])
        app.page.repaint()
        await pilot.pause()
        assert "so far" not in screen_text(app)
        assert "the rest is being read" not in screen_text(app)


async def test_a_run_that_is_opened_before_its_log_is_read_says_so() -> None:
    session = Session(ScriptedSource(), ManualClock(T0 + 60 * SECOND))
    session.foresee(block(over(6)).data, "a")
    app = ShellApp(session, RunPage("r"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "r: the end of its log says succeeded; the rest is being read" in screen_text(app)
        session.take(block(warned(1)))
        app.page.repaint()
        await pilot.pause()
        assert "RUNNING" in screen_text(app)
        assert "the end of its log says succeeded; the" in screen_text(app).splitlines()[0]
