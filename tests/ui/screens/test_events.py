"""The Events screen: any length of a log, what a filter finds in it, and each event's line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.fakes import SAMPLES, pressed
from tests.ui.screens.shell import HOSTILE, SIZES, ShellApp, assert_harmless, event, read_more, session_of, write
from textual.widgets import Input

from runwatch.answers import event_rows
from runwatch.answers.event_fields import EventFields
from runwatch.core import events as ev
from runwatch.core.events import Entry
from runwatch.core.places import Segment
from runwatch.core.times import SECOND
from runwatch.core.when import Number
from runwatch.session.session import Session
from runwatch.ui.screens.events import EventsPage
from runwatch.ui.screens.raw import RawScreen

RECOVERED = SAMPLES / "orders-failed-recovered.jsonl"
"""14 events: two failures (3, 5), four completions (7, 9, 11, 13), a failed outcome (14)."""
RUN = "orders_20261123T182404.812_21877"


def page_of(app: ShellApp) -> EventsPage:
    assert isinstance(app.page, EventsPage)
    return app.page


def app_of(*paths: Path, run_id: str = RUN, query: str = "") -> ShellApp:
    return ShellApp(session_of(*paths), EventsPage(run_id, query))


def numbers(app: ShellApp) -> list[int]:
    """#n of the events that are listed."""
    table = page_of(app).table
    positions = [table.rows.key(index) for index in range(table.rows.count)]
    return [position + 1 for position in positions if isinstance(position, int)]


def started(n: int, **more: Any) -> dict[str, Any]:
    return {"ChunkStarted": {"chunk_index": n, "start_key": "1", "end_key": "9"} | more}


# ------------------------------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("query", ["", "kind:failed", "nothing like it"])
async def test_it_fits_every_size(size: tuple[int, int], query: str) -> None:
    app = app_of(RECOVERED, query=query)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in ("j", "G", "k", "g", "ctrl+d", "n", "N", "e", "w", "E", "f", "tab", "m", "j", "m", "a", "y", "u"):
            await pilot.press(key)
        await pilot.press("slash", "x", "enter", "escape")
        await pilot.pause()
        assert_harmless(app.shown)
        assert app.screen is app.page


async def test_it_lists_the_log_and_tells_the_selected_event_in_full() -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "14 events, 18:24:04 to 18:24:19" in app.shown
        assert "2 failed attempts" in app.shown
        assert numbers(app) == list(range(1, 15))
        await pressed(pilot, "j", "j")
        (row,) = [row for row in app.shown.split("\n") if "▌" in row]
        assert "3  18:24:05.920 ✗ ChunkFailed                  0   db error: FATAL: terminating connection due" in row
        assert row.rstrip("│ ").endswith(":3")
        assert "Event 3 of 14" in app.shown
        assert "orders-failed-recovered.jsonl:3" in app.shown
        assert "23 Nov 2026 18:24:05.920 UTC" in app.shown
        assert "error            db error: FATAL: terminating connection due to administrator command" in app.shown


@pytest.mark.parametrize("key", ["enter", "v"])
async def test_an_event_opens_to_its_line(key: str) -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "G", key)
        assert isinstance(app.screen, RawScreen)
        assert app.screen.place.where == ":14"
        await pressed(pilot, "escape", "k", "y")
        assert app.copied[0][1] == "the line"
        assert app.copied[0][0].startswith('{"run_id":"orders_20261123T182404.812_21877"')
        assert '"ChunkCompleted"' in app.copied[0][0]
        await pressed(pilot, "O")
        assert app.opened[-1] == f"line {RECOVERED}:13"


async def test_what_has_no_number_is_listed_without_one(tmp_path: Path) -> None:
    lines = [event("r_1", 1, RunStarted={}), event("r_1", 2, **started(0)), event("r_1", 3, New={"chunk_index": 4})]
    app = app_of(write(tmp_path / "a.jsonl", lines), run_id="r_1")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "1 event, 18:00:01 to 18:00:03" in app.shown
        assert "; 1 more of the source, without a number; 1 more of a kind that is not known" in app.shown
        assert "Event without a number" in app.shown
        rows = [row.split() for row in app.shown.split("\n") if "18:00:0" in row and "│" in row]
        assert [row[2 if row[1] == "▌" else 1] for row in rows[:3]] == ["–", "1", "–"]


async def test_text_of_a_log_is_literal(tmp_path: Path) -> None:
    lines = [event("r_1", 1, ChunkFailed={"chunk_index": 0, "attempt": 1, "error": HOSTILE, HOSTILE: [HOSTILE]})]
    lines += [event("r_1", 2, **{HOSTILE: {HOSTILE: HOSTILE}})]
    app = app_of(write(tmp_path / "a.jsonl", lines), run_id="r_1", query="[/nope]")
    async with app.run_test(size=(120, 40)) as pilot:
        for keys in ("", "j", "n", "N", "tab G", "escape", "y"):
            await pressed(pilot, *keys.split())
            assert_harmless(app.shown)
            assert "[/nope] [ERROR] [@click=app.quit]x[/]" in app.shown


async def test_a_run_that_had_not_begun_is_said_to_be_unknown() -> None:
    app = app_of(RECOVERED, run_id="no such run")
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "j", "n", "e", "w", "f", "v", "y", "O", "slash", "a", "enter", "tab", "m", "escape")
        assert "not known at this moment" in app.shown


# ---------------------------------------------------------------------------------------------------- the filter


async def test_each_letter_narrows_the_list_and_esc_peels_the_filter_first() -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "slash", *"kind:fa")
        assert isinstance(app.focused, Input)
        assert numbers(app) == [3, 5]
        await pressed(pilot, *"iled|COMPLETED")
        assert numbers(app) == [3, 5, 7, 9, 11, 13, 14]
        assert "7 of 14 events match" in app.shown
        await pressed(pilot, "enter", "j", "j")
        assert page_of(app).table.position == 6
        await pressed(pilot, "escape")
        assert numbers(app) == list(range(1, 15))
        assert page_of(app).table.position == 6, "the cursor stays on its event"
        assert app.opened == []
        await pressed(pilot, "escape")
        assert app.opened == ["left"]


async def test_the_cursor_comes_back_to_where_it_was_while_a_filter_is_typed() -> None:
    """To the nearest hit at each letter, and home when the filter is given up."""
    app = app_of(RECOVERED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, *["j"] * 9, "slash", *"chunk:")
        assert page_of(app).table.position == 9
        await pressed(pilot, "0")
        assert page_of(app).table.position == 6
        await pressed(pilot, "escape")
        assert page_of(app).table.position == 9


async def test_a_filter_without_hits_says_how_many_it_hides() -> None:
    app = app_of(RECOVERED, query="kind:nothing")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "no event matches kind:nothing; 14 are hidden" in app.shown
        assert "esc clears it" in app.shown
        await pressed(pilot, "v", "y", "O", "n", "e")
        assert app.said == ["no line of the log stands behind this", "no later hit", "no later failure among the hits"]


async def test_hits_are_shown_among_their_neighbours() -> None:
    app = app_of(RECOVERED, query="kind=ChunkFailed|RunCompleted")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert numbers(app) == [3, 5, 14]
        await pressed(pilot, "n")
        assert numbers(app) == list(range(1, 15))
        assert page_of(app).table.position == 4
        assert "hit 2 of 3" in app.shown
        assert sum("›" in row for row in app.shown.split("\n") if " 18:24:" in row and "│" in row) == 3
        styles = hit_styles(app)
        assert styles == {3: True, 5: True, 14: True}
        await pressed(pilot, "n", "n")
        assert "hit 3 of 3" in app.shown
        assert app.said == ["no later hit"]
        await pressed(pilot, "k")
        assert "3 hits, this is none of them" in app.shown
        await pressed(pilot, "N")
        assert "hit 2 of 3" in app.shown
        await pressed(pilot, "slash", "enter")
        assert numbers(app) == [3, 5, 14]
        await pressed(pilot, "n", "escape")
        assert page_of(app).filter_text == ""
        await pressed(pilot, "n")
        assert app.said[-1] == "no filter is set: / sets one"


def hit_styles(app: ShellApp) -> dict[int, bool]:
    """#n of each row that is drawn as a hit: marked, and its kind bold."""
    found = {}
    for number in range(1, 15):
        line = page_of(app).table.rows.line(number - 1, 110)
        if line[0].text == "›":
            found[number] = all("bold" in bit.style for bit in line if bit.text.strip())
        else:
            assert all(bit.style in ("", "$muted", "$faint") for bit in line)
    return found


async def test_failures_and_degradations_are_found_in_what_is_listed() -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(80, 24)) as pilot:
        places = []
        for key in "eeeeEE":
            await pressed(pilot, key)
            places.append(page_of(app).table.position + 1)
        assert places == [3, 5, 14, 14, 5, 3]
        assert app.said == ["no later failure"]
        await pressed(pilot, "w", "W")
        assert app.said[1:] == ["no later degradation", "no earlier degradation"]
        await pressed(pilot, "slash", *"!chunk:0", "enter", "g", "e")
        assert page_of(app).table.position + 1 == 14


# ----------------------------------------------------------------------------------------------- what comes, and when


def log_of(count: int, run_id: str = "r_1") -> list[bytes]:
    return [event(run_id, 1 + n / 1000, **started(n)) for n in range(count)]


async def test_a_growing_run_keeps_the_cursor_or_follows_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.jsonl", log_of(50))
    app = app_of(path, run_id="r_1", query="chunk>=40")
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "j")
        assert page_of(app).table.position == 41
        looked: list[int] = []
        original = EventFields.at

        def noted(fields: EventFields, position: int) -> EventFields:
            looked.append(position)
            return original(fields, position)

        monkeypatch.setattr(EventFields, "at", noted)
        write(path, log_of(60))
        read_more(app.session)
        page_of(app).repaint()
        await pilot.pause()
        assert looked == list(range(50, 60)), "only what is new is looked at"
        assert (page_of(app).table.position, page_of(app).table.rows.count) == (41, 20)
        await pressed(pilot, "f")
        assert page_of(app).table.position == 59
        write(path, log_of(70))
        read_more(app.session)
        page_of(app).repaint()
        assert page_of(app).table.position == 69
        await pressed(pilot, "k")
        write(path, log_of(80))
        read_more(app.session)
        page_of(app).repaint()
        assert page_of(app).table.position == 68, "moved by hand, it stays"


async def test_a_log_in_another_order_is_looked_through_again(tmp_path: Path) -> None:
    """A file that turns up late stands in front; the cursor stays on its event."""
    write(tmp_path / "b.jsonl", log_of(20))
    app = app_of(tmp_path, run_id="r_1", query="chunk:7|19")
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "j")
        assert numbers(app) == [8, 20]
        write(tmp_path / "a.jsonl", [event("r_1", 0, **started(n, extra=n)) for n in range(30)])
        read_more(app.session)
        await pressed(pilot, "up", "down")  # keys before the next picture: the old order still stands
        page_of(app).repaint()
        await pilot.pause()
        assert numbers(app) == [8, 20, 38, 50]
        assert page_of(app).table.position + 1 == 50


async def test_nothing_of_what_lies_ahead_is_shown() -> None:
    app = app_of(RECOVERED, query="kind:chunk")
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "G")
        assert numbers(app)[-1] == 13
        app.session.when = Number(6)
        page_of(app).repaint()
        await pilot.pause()
        assert numbers(app) == [2, 3, 4, 5, 6]
        assert "5 of 6 events match" in app.shown
        assert page_of(app).table.position == 5
        await pressed(pilot, "n", "G", "f")
        assert page_of(app).table.position == 5
        assert "ChunkCompleted" not in app.shown
        app.session.when = None
        page_of(app).repaint()
        assert page_of(app).search.window.count == 12


def long_session(count: int) -> Session:
    """One run of so many events, fed as they are: writing and reading them is not the point."""
    session = session_of(RECOVERED)
    where, starts = Segment(99, "long.jsonl", "long.jsonl", "long"), [
        ev.ChunkStarted(chunk_index=n, start_key="1", end_key="2") for n in range(1000)
    ]
    for n in range(count):
        entry = Entry(run_id="long_1", event=starts[n % 1000], export_name="long", time=n * SECOND, digits=0)
        session.runs.feed(entry, where, n + 1, n * 100)
    return session


async def test_a_long_log_is_looked_through_while_the_keys_go_on_working(monkeypatch: pytest.MonkeyPatch) -> None:
    """No slice is longer than the keys can bear, the count rises, and only lines in view are ever made."""
    count = 60_000
    app = ShellApp(long_session(count), EventsPage("long_1"))
    made: list[int] = []
    original = event_rows.event_row

    def noted(*asked: Any) -> Any:
        made.append(asked[1])
        return original(*asked)

    monkeypatch.setattr("runwatch.ui.event_table.event_row", noted)
    monkeypatch.setattr("runwatch.ui.screens.run_events.SLICE", 0.002)
    monkeypatch.setattr("runwatch.ui.screens.run_events.REST", 0.02)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        page = page_of(app)
        await pressed(pilot, "G", "g", "pagedown")
        assert len(made) < 300
        page.narrow("chunk:999 !word")
        assert page.search.hits is not None
        assert page.search.hits.examined < count / 10
        seen = set()
        while page.search.hits.examined < count:  # `pilot.press` would wait until it has ended
            app.simulate_key("j")
            await asyncio.sleep(0.01)
            seen.add((page.search.window.count, page.table.cursor))
        assert len({count for count, _ in seen}) > 5, "the count rises"
        assert len({cursor for _, cursor in seen}) > 5, "keys are heard while it looks"
        assert page.table.position % 1000 == 999
        await pilot.pause(0.2)
        assert "60 of 60,000 events match" in app.shown
        assert len(page.search.hits.positions) == 60


async def test_what_was_found_so_far_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ShellApp(long_session(5_000), EventsPage("long_1"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        page = page_of(app)

        def a_little(seconds: float) -> bool:
            assert page.search.hits is not None
            page.search.hits.examine(2_000, 2_000)
            return False

        with monkeypatch.context() as patched:
            patched.setattr(page.search, "look", a_little)
            page.narrow("chunk:7")
            await pilot.pause()
            assert "2 hits in 40 % so far" in app.shown
            await pressed(pilot, "G", "n")
            assert app.said == ["no later hit so far"]
            page.narrow("nothing")
            await pilot.pause()
            assert "looking; no hit so far" in app.shown
