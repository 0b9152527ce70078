"""Bookmarks, the path to click, any run from the palette, and the file beside the clipboard: in the real program."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fakes import SAMPLES, pressed, screen_text
from tests.ui.screens.shell import NOW, assert_harmless, event, write
from tests.ui.test_keys_everywhere import RECOVERED, go_to, top, watching
from textual.pilot import Pilot

from runwatch.core.text import mask
from runwatch.session.bookmarks import NAME
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source
from runwatch.ui import jump
from runwatch.ui.app import RunwatchApp
from runwatch.ui.jump import MOST, Search
from runwatch.ui.palette import Palette
from runwatch.ui.screens.chunk import ChunkPage
from runwatch.ui.screens.raw import RawScreen
from runwatch.ui.screens.run import RunPage
from runwatch.ui.screens.runs import RunsPage
from runwatch.ui.widgets.header import Header, HeaderView, header_line, parts_at

ONE = "sample_runs/orders-failed-recovered.jsonl"


def said(app: RunwatchApp) -> str:
    """What was notified last."""
    return [str(notice.message) for notice in app._notifications][-1]


# --------------------------------------------------------------------------------------------------------- bookmarks


async def test_b_marks_the_notable_event_and_the_bar_and_the_list_show_it() -> None:
    async with watching(ONE, size=(120, 40)) as (app, pilot):
        await go_to(app, pilot, "run", RECOVERED)
        await pressed(pilot, "e", "b")
        assert said(app) == "bookmark set on ChunkFailed, orders-failed-recovered.jsonl:3"
        assert "18:24:05.920▲ ✗ chunk 0 failed" in screen_text(app)
        (bar,) = [row for row in screen_text(app).split("\n") if "├" in row and "┤" in row and "took" in row]
        assert "✗▲" in bar
        await pressed(pilot, "b")
        assert said(app).startswith("bookmark removed from ChunkFailed")
        assert "▲" not in screen_text(app)


async def test_without_a_selected_event_it_is_the_last_at_the_moment_shown() -> None:
    async with watching(ONE) as (app, pilot):
        await go_to(app, pilot, "run", RECOVERED)
        await pressed(pilot, "b")
        assert "RunCompleted, orders-failed-recovered.jsonl:14" in said(app)
        await pressed(pilot, "left_square_bracket", "left_square_bracket", "b")
        assert app.session.bookmarks.positions(RECOVERED)[0] == app.session.moment(RECOVERED).state.positions - 1  # type: ignore[union-attr]
        assert ":12" in said(app)
        assert "bookmark" in screen_text(app)


async def test_in_the_present_capital_b_opens_the_lines_one_after_the_other_and_round_again() -> None:
    async with watching(ONE) as (app, pilot):
        await go_to(app, pilot, "run", RECOVERED)
        await pressed(pilot, "B")
        assert said(app) == "no bookmark in this run; b sets one"
        for position in (2, 6, 13):
            app.session.bookmarks.toggle(RECOVERED, position)
        app.session.bookmarks.reached.clear()
        places = []
        for _ in range(4):
            await pressed(pilot, "B")
            assert isinstance(top(app), RawScreen)
            places.append(top(app).place.where)
            assert "▲" in screen_text(app)
        assert places == [":3", ":7", ":14", ":3"]
        assert said(app) == "bookmark 1 of 3, from the first again"
        assert '"ChunkFailed"' in screen_text(app)
        await pressed(pilot, "escape")
        assert isinstance(top(app), RunPage)


async def test_where_time_is_held_capital_b_moves_the_moment() -> None:
    async with watching(ONE) as (app, pilot):
        for position in (2, 6):
            app.session.bookmarks.toggle(RECOVERED, position)
        for page in ("run", "chunk"):
            await go_to(app, pilot, page, RECOVERED)
            await pressed(pilot, "space")
            found = []
            for _ in range(3):
                await pressed(pilot, "B")
                moment = app.session.moment(RECOVERED)
                assert moment is not None
                found.append(moment.state.positions - 1)
            assert found == [2, 6, 2]
            assert not app.session.is_live


async def test_an_attempt_and_a_line_can_be_marked() -> None:
    async with watching(ONE) as (app, pilot):
        await go_to(app, pilot, "chunk", RECOVERED)
        await pressed(pilot, "h", "b")
        assert app.session.bookmarks.positions(RECOVERED) == (2,)
        assert "1▲ 18:24:04.873" in screen_text(app)
        await pressed(pilot, "l", "v", "b")
        assert app.session.bookmarks.positions(RECOVERED) == (2, 4)
        assert "orders-failed-recovered.jsonl:5 ▲" in screen_text(app)
        await pressed(pilot, "b")
        assert app.session.bookmarks.positions(RECOVERED) == (2,)


async def test_a_line_that_is_no_event_cannot_be_marked() -> None:
    async with watching("sample_runs") as (app, pilot):
        await go_to(app, pilot, "problems")
        await pressed(pilot, "v", "b")
        assert "no event is here to be marked" in [str(notice.message) for notice in app._notifications]
        await pressed(pilot, "B")
        assert isinstance(top(app), RawScreen)


async def test_bookmarks_come_back_and_a_broken_file_is_told_of(tmp_path: Path) -> None:
    source = open_source([ONE], poll=True, cwd=str(SAMPLES.parent))
    (tmp_path / NAME).write_text("{")
    session = Session(source, ManualClock(NOW))
    session.keep_in(str(tmp_path))
    app = RunwatchApp(session)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        assert f"{NAME} is ignored" in said(app)
        while not session.is_whole:
            await pilot.pause()
        session.bookmarks.toggle(RECOVERED, 2)
        app.open_run(RECOVERED)
        await pressed(pilot, "y")
        assert "copied; also in " in said(app)
        assert (tmp_path / "copied.txt").read_text() == app.clipboard
    again = Session(open_source([ONE], poll=True, cwd=str(SAMPLES.parent)), ManualClock(NOW))
    again.keep_in(str(tmp_path))
    again.read(again.source.poll())
    assert again.bookmarks.positions(RECOVERED) == (2,)


# ------------------------------------------------------------------------------------------------------------ header

PATH = HeaderView(
    "sample_runs", ("orders", "20261123T182404.812", "chunk 17", "attempt 2"), ("orders", "182404.812", "chunk 17", ""),
    state="log ended", clock="18:00:00", zone="UTC",
)  # fmt: skip


@pytest.mark.parametrize("width", range(20, 160, 7))
def test_each_part_is_where_its_words_are(width: int) -> None:
    """At any width, whatever fell away."""
    text = "".join(bit.text for bit in header_line(PATH, width))
    for first, behind, index in parts_at(PATH, width):
        names = {(PATH.source, *path)[index] for path in (PATH.path, PATH.path_short)}
        assert any(name.startswith(text[first:behind].rstrip("….")) for name in names), (index, text)


async def click(pilot: Pilot[None], app: RunwatchApp, word: str) -> None:
    """On that word of the top line."""
    x = screen_text(app).split("\n")[0].index(word)
    await pilot.click(Header, offset=(x, 0))
    await pilot.pause()


async def test_the_path_leads_to_each_of_its_parts() -> None:
    async with watching("sample_runs", size=(160, 40)) as (app, pilot):
        runs = top(app)
        await pressed(pilot, "e", "v")
        chunk = app.screen_stack[-2]
        assert isinstance(chunk, ChunkPage)
        run_id, export = chunk.run_id, "orders"
        await pressed(pilot, "escape")
        assert " › attempt 1" in screen_text(app).split("\n")[0]
        await click(pilot, app, "attempt 1")
        await click(pilot, app, "chunk 0")
        assert top(app) is chunk
        await click(pilot, app, run_id.split("_")[-2])
        assert isinstance(top(app), RunPage)
        assert (top(app).run_id, app.screen_stack[-2]) == (run_id, runs)
        page = top(app)
        await pressed(pilot, "e", "enter")
        assert isinstance(top(app), ChunkPage)
        await click(pilot, app, run_id.split("_")[-2])
        assert top(app) is page
        await click(pilot, app, f" {export} ")
        assert top(app) is page, "the blank before it is no part of it"
        await pilot.click(Header, offset=(screen_text(app).split("\n")[0].index(f" {export} ") + 1, 0))
        await pilot.pause()
        assert top(app) is runs
        assert runs.narrowing.text == 'export="orders"'
        assert {row.export for row in runs.rows} == {"orders"}
        await pressed(pilot, "escape", "enter")
        await click(pilot, app, "sample_runs")
        assert top(app) is runs
        assert runs.narrowing.text == ""


async def test_what_a_click_would_lead_to_is_underlined() -> None:
    async with watching(ONE, size=(160, 40)) as (app, pilot):
        await go_to(app, pilot, "run", RECOVERED)
        x = screen_text(app).split("\n")[0].index("orders ")
        await pilot.hover(Header, offset=(x, 0))
        await pilot.pause()
        strip = app.screen._compositor.render_strips()[0]
        assert [s.text for s in strip if s.style is not None and s.style.underline] == ["orders"]
        await pilot.hover(Header, offset=(150, 0))
        await pilot.pause()
        strip = app.screen._compositor.render_strips()[0]
        assert [s.text for s in strip if s.style is not None and s.style.underline] == []


# ----------------------------------------------------------------------------------------------------------- palette


async def listed(app: RunwatchApp, pilot: Pilot[None], query: str, is_there: Callable[[str], bool]) -> str:
    """What the palette shows for this, when it shows what is waited for."""
    await pressed(pilot, "ctrl+p")
    assert isinstance(top(app), Palette)
    top(app).query_one("Input").value = query
    for _ in range(200):
        await pilot.pause(0.02)
        if is_there(text := screen_text(app)):
            return text
    raise AssertionError(screen_text(app))


@pytest.mark.parametrize("query", ["182404.812", "ORDERS 182404", "fail 182404", RECOVERED])
async def test_a_run_is_found_by_part_of_its_name_or_verdict_and_enter_opens_it(query: str) -> None:
    async with watching("sample_runs", size=(120, 40)) as (app, pilot):
        await listed(app, pilot, query, lambda text: RECOVERED in text)
        await pressed(pilot, "enter")
        await pilot.pause(0.1)
        assert isinstance(top(app), RunPage)
        assert top(app).run_id == RECOVERED


async def test_a_verdict_lists_its_runs_newest_first() -> None:
    async with watching("sample_runs", size=(120, 60)) as (app, pilot):
        wanted = [m.run_id for m in app.session.moments() if m.judgement.verdict == "contradicted"]
        text = await listed(app, pilot, "contra", lambda text: all(run_id in text for run_id in wanted))
        assert [text.index(run_id) for run_id in wanted] == sorted(text.index(run_id) for run_id in wanted)
        assert "≠ contradicted" in text


async def test_names_from_a_log_are_literal_in_it(tmp_path: Path) -> None:
    bad = "[/nope] \x1b]52;c;aGk=\x07 \u202eabc"
    line = json.loads(event("x", 1, Warning={"context": "c", "message": "m"})) | {"run_id": bad, "export_name": bad}
    path = write(tmp_path / "a.jsonl", [json.dumps(line).encode()])
    async with watching(path, size=(120, 40)) as (app, pilot):
        text = await listed(app, pilot, "nope", lambda text: "[/nope]" in text.split("Palette")[-1])
        assert_harmless(text)


def many(tmp_path: Path, count: int) -> Path:
    warning = {"context": "c", "message": "m"}
    lines = (event(f"orders_{number:06}", number % 60, Warning=warning) for number in range(count))
    return write(tmp_path / "many.jsonl", lines)


async def test_what_is_left_out_is_said_with_its_number(tmp_path: Path) -> None:
    async with watching(many(tmp_path, 130), size=(120, 160)) as (app, pilot):
        text = await listed(app, pilot, "orders_0", lambda text: "that match" in text)
        assert f"the newest {MOST} of 130 runs that match are shown" in text


async def test_a_search_among_many_runs_leaves_the_keys_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It pauses whenever its slice of time is over: here after each run."""
    monkeypatch.setattr(jump, "SLICE", -1.0)
    session = Session(open_source([str(many(tmp_path, 1_000))], poll=True), ManualClock(NOW))
    session.read(session.source.poll())
    turns, over = 0, False

    async def keys() -> None:
        nonlocal turns
        while not over:
            await asyncio.sleep(0)
            turns += 1

    for query in ("orders", "stalled", "0999"):
        turns, over = 0, False
        listening = asyncio.ensure_future(keys())
        search = Search(session, query)
        await search.run()
        over = True
        await listening
        assert search.newest
        assert turns >= 1_000


# ------------------------------------------------------------------------------------------------------- same error


async def test_the_palette_leads_to_other_runs_with_the_same_error() -> None:
    async with watching("sample_runs", size=(120, 40)) as (app, pilot):
        await go_to(app, pilot, "chunk", RECOVERED)
        error = top(app).error_in_hand()
        others = [m for m in app.session.moments() if m.run_id != RECOVERED]
        names = [command.name for command in top(app).palette_commands("")]
        assert len(names) == sum(1 for m in others if m.state.causes.count(mask(error)))
        for command in top(app).palette_commands(""):
            command.run()
            await pilot.pause()
            assert isinstance(top(app), ChunkPage)
            assert mask(top(app).error_in_hand()) == mask(error)
            app.pop_screen()
        assert isinstance(app.screen_stack[0], RunsPage)
