"""Time in the user's hand, key by key: recorded from the start, or frozen from what is live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.fakes import JOURNALS, SAMPLES, pressed, screen_text
from textual.pilot import Pilot

from runwatch.core.times import SECOND, parse_time
from runwatch.session.clock import ManualClock
from runwatch.session.options import Options
from runwatch.session.playhead import Playhead
from runwatch.session.session import Session
from runwatch.sources.table import open_source
from runwatch.ui.app import RunwatchApp
from runwatch.ui.choose import ChooseRun
from runwatch.ui.opening import Opening
from runwatch.ui.screens.chunk import ChunkPage
from runwatch.ui.screens.raw import RawScreen
from runwatch.ui.screens.run import RunPage
from runwatch.ui.screens.runs import RunsPage
from runwatch.ui.widgets.time_bar import TimeBar

RECOVERED = SAMPLES / "orders-failed-recovered.jsonl"
FOUR = SAMPLES / "nightly-four-exports.jsonl"
NOW = parse_time("2026-11-24T06:00:00Z")
SIZES = [(40, 12), (80, 24), (120, 40), (200, 60)]


@asynccontextmanager
async def showing(
    path: Path,
    *,
    size: tuple[int, int] = (120, 40),
    recorded: bool = True,
    at: str | None = None,
    paused: bool = True,
    run: str | None = None,
) -> AsyncIterator[tuple[RunwatchApp, Pilot[None], ManualClock]]:
    """The dashboard on a log; its own clock is a manual one."""
    assert NOW is not None
    clock = ManualClock(NOW[0])
    session = Session(open_source([str(path)]), clock, Options(run_id=run))
    if recorded:
        session.playhead = Playhead(clock, recorded=True, rate=10)
    app = RunwatchApp(session, opening=Opening(at, paused=paused))
    async with app.run_test(size=size) as pilot:
        while not session.is_whole:
            await pilot.pause(0.02)
        app.tick()
        await pilot.pause()
        yield app, pilot, clock


def top(app: RunwatchApp) -> Any:
    """The screen shown now: it is another one after each key."""
    return app.screen


def head(app: RunwatchApp) -> str:
    """The top line."""
    return screen_text(app).splitlines()[0]


# -------------------------------------------------------------------------------------------------- recorded


async def test_one_run_is_opened_at_its_start_and_waits() -> None:
    async with showing(RECOVERED) as (app, _, _):
        assert isinstance(top(app), RunPage)
        assert "paused at 18:24:04.812" in head(app)
        assert "event 1 of 14" in head(app)
        assert "13 events lie ahead" in screen_text(app)


async def test_it_plays_at_its_rate_and_pauses() -> None:
    async with showing(RECOVERED, paused=False) as (app, pilot, clock):
        assert "▶ ×10" in head(app)
        clock.advance(SECOND // 2)  # 5 s of the run: chunk 0 failed twice, at 1.1 s and 4.2 s
        app.tick()
        await pilot.pause()
        assert "event 5 of 14" in head(app)
        await pressed(pilot, "space")
        clock.advance(30 * SECOND)
        app.tick()
        await pilot.pause()
        assert "event 5 of 14" in head(app)
        assert "paused at 18:24:09.812" in head(app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_state_of_time_is_said_at_every_size(size: tuple[int, int]) -> None:
    async with showing(RECOVERED, size=size) as (app, pilot, _):
        await pressed(pilot, "right_square_bracket")
        assert "paused at" in head(app)


async def test_several_runs_are_chosen_from() -> None:
    async with showing(FOUR, paused=False) as (app, pilot, clock):
        assert isinstance(top(app), ChooseRun)
        text = screen_text(app)
        assert "Which of 4 runs?" in text
        clock.advance(60 * SECOND)  # nothing runs while one chooses
        await pressed(pilot, "j", "enter")
        assert isinstance(top(app), RunPage)
        assert top(app).run_id.startswith("events_")
        span = app.session.playhead.span
        assert span is not None
        assert app.session.now() == span[0]


async def test_the_choice_has_whole_figures_at_40_columns() -> None:
    async with showing(FOUR, size=(40, 12)) as (app, _, _):
        shown = screen_text(app)
        assert "✗ fail   broken  18:05:09  100 ms" in shown
        assert "✓ ok     orders  18:04:55  10.4 s" in shown


async def test_a_run_that_was_chosen_can_be_left_for_another() -> None:
    async with showing(FOUR, at="50%") as (app, pilot, _):
        await pressed(pilot, "enter")
        assert top(app).run_id.startswith("broken_")
        await pressed(pilot, "escape", "escape")
        assert isinstance(top(app), ChooseRun)
        await pressed(pilot, "j", "j", "enter")
        assert top(app).run_id.startswith("orders_")
        span = app.session.playhead.span
        assert span is not None
        assert app.session.now() == span[0]


async def test_who_is_asked_again_and_stays_keeps_the_moment() -> None:
    async with showing(FOUR) as (app, pilot, _):
        await pressed(pilot, "escape", *["right_square_bracket"] * 5)
        moment = app.session.now()
        await pressed(pilot, "escape", "escape")
        assert isinstance(top(app), RunsPage)
        assert app.session.now() == moment
        assert not app.session.playhead.is_playing


async def test_where_there_is_one_run_nothing_is_asked() -> None:
    async with showing(RECOVERED) as (app, pilot, _):
        await pressed(pilot, "escape", "escape")
        assert isinstance(top(app), RunsPage)


async def test_events_without_time_are_gone_by_and_no_time_is_made_up(tmp_path: Path) -> None:
    event = '{{"run_id":"r","event":{{"ChunkStarted":{{"chunk_index":{0},"start_key":"1","end_key":"2"}}}}}}\n'
    (tmp_path / "r.jsonl").write_text("".join(event.format(index) for index in range(3)))
    async with showing(tmp_path / "r.jsonl", paused=False) as (app, pilot, clock):
        clock.advance(60 * SECOND)
        assert "paused, no time known" in head(app)
        assert "06:0" not in head(app)
        assert "silence unknown" in screen_text(app)
        await pressed(pilot, "space")
        assert [note.message for note in app._notifications] == ["its events have no time: go from one to the next"]
        assert not app.session.playhead.is_playing
        await pressed(pilot, "left_square_bracket")
        assert "event 2 of 3" in head(app)
        await pressed(pilot, "right_square_bracket", "right_square_bracket")
        assert "event 3 of 3" in head(app)


async def test_a_log_with_nothing_but_problems_says_who_explains_them(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text("garbage\n[1]\n")
    async with showing(tmp_path / "r.jsonl") as (app, _, _):
        assert app.trouble.endswith("`runwatch lint` says why 2 of its lines could not be used")


async def test_only_the_last_passing_word_covers_the_screen() -> None:
    async with showing(RECOVERED) as (app, pilot, _):
        await pressed(pilot, *["left_square_bracket"] * 4, "E")
        assert [note.message for note in app._notifications] == ["no earlier failure in this run"]


async def test_all_runs_of_a_log_share_one_clock() -> None:
    async with showing(FOUR) as (app, pilot, _):
        await pressed(pilot, "escape")
        assert isinstance(top(app), RunsPage)
        assert len(top(app).rows) == 1
        for _ in range(30):
            await pressed(pilot, "right_curly_bracket")
        assert len(top(app).rows) == 4


async def test_a_run_that_is_not_there_is_said() -> None:
    async with showing(FOUR, run="nobody") as (app, _, _):
        assert app.trouble == "no run is called nobody; `runwatch summary` lists those there are"


async def test_it_begins_where_it_was_asked_to() -> None:
    async with showing(RECOVERED, at="#7") as (app, _, _):
        assert "event 7 of 14" in head(app)
    async with showing(RECOVERED, at="50%") as (app, _, _):
        assert "event 6 of 14" in head(app)


async def test_a_typed_moment_is_gone_to_and_a_wrong_one_is_said() -> None:
    async with showing(RECOVERED) as (app, pilot, _):
        await pressed(pilot, "t", "plus", "9", "s", "enter")
        assert "event 8 of 14" in head(app)
        assert "the nearest event before is #8" in [note.message for note in app._notifications][-1]
        await pressed(pilot, "t", "x", "enter")
        assert "is no moment" in [note.message for note in app._notifications][-1]
        await pressed(pilot, "t", "3", "escape")
        assert "event 8 of 14" in head(app)


async def test_a_speed_chosen_while_nothing_plays_is_said_where_the_header_has_no_room_for_it() -> None:
    async with showing(RECOVERED, size=(80, 24)) as (app, pilot, _):
        await pressed(pilot, "plus", "plus", "minus")
        assert [note.message for note in app._notifications] == ["space plays at ×20"]


async def test_speed_goes_up_and_down() -> None:
    async with showing(RECOVERED) as (app, pilot, _):
        await pressed(pilot, "plus", "plus")
        assert app.session.playhead.rate == 50
        await pressed(pilot, "minus", "space")
        assert "▶ ×20" in head(app)


async def test_a_silence_is_skipped_and_said() -> None:
    """At ×1 the last retry's wait of 15 s is longer than the 5 s that one is let wait."""
    async with showing(JOURNALS / "retry_full_exhausted.json", paused=False) as (app, pilot, clock):
        app.session.playhead.set_rate(1)
        seen = set()
        for _ in range(60):
            clock.advance(SECOND // 2)
            app.tick()
            await pilot.pause()
            seen.add("of silence" in head(app))
        assert seen == {True, False}, "said while it plays on from there, and not before"
        assert app.session.playhead.is_at_end


# ------------------------------------------------------------------------------------------ the way to the evidence


async def test_from_a_recorded_run_to_the_line_that_proves_the_second_failure() -> None:
    """`e` to the first failure, `e` to the second, enter its chunk, `v` the line; esc esc back to where one was."""
    async with showing(RECOVERED) as (app, pilot, _):
        await pressed(pilot, "e")
        assert "event 3 of 14" in head(app)
        await pressed(pilot, "e", "enter")
        assert isinstance(top(app), ChunkPage)
        assert (top(app).chunk_index, top(app).attempt) == (0, 2)
        await pressed(pilot, "v")
        assert isinstance(top(app), RawScreen)
        assert top(app).place.line == 5
        await pressed(pilot, "escape", "escape")
        assert isinstance(top(app), RunPage)
        assert "event 5 of 14" in head(app)


async def test_from_all_runs_to_the_second_attempt_and_its_line(tmp_path: Path) -> None:
    """`e` the failed chunk and its error, `l` the next attempt, `v` its line."""
    (tmp_path / "a.jsonl").write_bytes(RECOVERED.read_bytes())
    async with showing(tmp_path, recorded=False) as (app, pilot, _):
        await pressed(pilot, "e")
        assert isinstance(top(app), ChunkPage)
        assert top(app).attempt == 1
        assert "terminating connection due to administrator command" in screen_text(app)
        await pressed(pilot, "l")
        assert top(app).attempt == 2
        await pressed(pilot, "v")
        assert isinstance(top(app), RawScreen)
        assert top(app).place.line == 5
        await pressed(pilot, "escape", "escape")
        assert isinstance(top(app), RunsPage)


async def test_failures_move_the_clock_on_the_chunk_screen_too() -> None:
    async with showing(RECOVERED, at="#3") as (app, pilot, _):
        app.open_chunk(next(iter(app.session.runs.by_id)), 0)
        await pilot.pause()
        await pressed(pilot, "e")
        assert "event 5 of 14" in head(app)
        await pressed(pilot, "E")
        assert "event 3 of 14" in head(app)


async def test_events_begin_with_the_one_where_one_stands() -> None:
    async with showing(RECOVERED, at="#7") as (app, pilot, _):
        await pressed(pilot, "i")
        assert top(app).table.position == 6
        assert top(app).table.rows.count == 7


# ------------------------------------------------------------------------------------------------------ live, frozen


async def test_a_screen_frozen_before_all_is_read_says_both() -> None:
    async with showing(RECOVERED, recorded=False) as (app, pilot, _):
        app.open_run(next(iter(app.session.runs.by_id)))
        await pilot.pause()
        app.session.is_whole = False
        await pressed(pilot, "space")
        assert "▍▍ paused, reading 100 %" in head(app)
        assert "06:00:00 UTC" in head(app), "and which moment that is"


async def test_a_live_screen_freezes_while_reading_goes_on(tmp_path: Path) -> None:
    lines = RECOVERED.read_bytes().splitlines(keepends=True)
    log = tmp_path / "a.jsonl"
    log.write_bytes(b"".join(lines[:5]))
    async with showing(log, recorded=False, size=(200, 60)) as (app, pilot, clock):  # room for a remark on polling
        app.open_run(next(iter(app.session.runs.by_id)))
        await pilot.pause()
        await pressed(pilot, "left_square_bracket")
        assert "paused at" in head(app)
        assert "event 4 of 5" in head(app)
        with log.open("ab") as more:
            more.write(b"".join(lines[5:]))
        app.session.look_again()
        while app.session.events_read < 14:
            await pilot.pause(0.02)
        clock.advance(3 * SECOND)
        app.tick()
        await pilot.pause()
        assert "event 4 of 14" in head(app)
        assert "behind" in head(app)
        assert "10 events lie ahead" in screen_text(app)
        await pressed(pilot, "right_square_bracket", "right_square_bracket")
        assert "event 6 of 14" in head(app)
        await pressed(pilot, "space")
        assert app.session.is_live
        assert "FAILED" in screen_text(app)


# -------------------------------------------------------------------------------------------------------- the bar


async def test_the_bar_is_clicked_dragged_and_stepped_through() -> None:
    async with showing(RECOVERED) as (app, pilot, _):
        bar = top(app).query_one(TimeBar)
        first, span = bar.content_region, app.session.playhead.span
        assert span is not None
        left = 10 + 1  # label and edge
        await pilot.click(TimeBar, offset=(left, first.height - 1))
        assert app.session.now() == span[0]
        await pilot.mouse_down(TimeBar, offset=(left + 10, first.height - 1))
        at_ten = app.session.now()
        await pilot.hover(TimeBar, offset=(left + 40, first.height - 1))
        await pilot.pause()
        assert app.session.now() > at_ten > span[0]
        await pilot.mouse_up(TimeBar, offset=(left + 40, first.height - 1))
        dragged = app.session.now()
        await pilot.hover(TimeBar, offset=(left + 20, first.height - 1))
        assert app.session.now() == dragged
        await pressed(pilot, "t", "number_sign", "4", "enter")
        bar.focus()
        await pressed(pilot, "right", "right", "left")
        assert "event 5 of 14" in head(app)
        await pressed(pilot, "shift+right")
        assert "event 7 of 14" in head(app)
        assert app.focused is bar
