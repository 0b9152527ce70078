"""The Runs screen: what is shown of all runs, in which order, and what hides some of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.fakes import SAMPLES, pressed, screen_text
from tests.ui.screens.shell import SIZES, ShellApp, event, read_more, session_of, write
from textual.pilot import Pilot

from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source
from runwatch.ui.screens.runs import RunsPage
from runwatch.ui.widgets.footer import Footer

NORMAL, NARROW, TINY = (120, 40), (80, 24), (40, 12)
EVENTS_END = 1_795_456_806 * SECOND
"""2026-11-23T18:00:06Z."""


def log_of(tmp_path: Path, **exports: str) -> Path:
    """`log_of(tmp_path, a="success", b="failed")`: one run of each export, a second apart, the last one newest."""
    lines: list[bytes] = []
    for second, (export, status) in enumerate(exports.items()):
        lines += run(f"{export}_1", export, second, status, rows=100 * (second + 1))
    return write(tmp_path / "all.jsonl", lines)


def run(run_id: str, export: str, second: float, status: str, rows: int = 100) -> list[bytes]:
    """A file, and how it ended."""
    file = {"file_name": f"{run_id}.parquet", "rows": rows, "part_index": 0}
    end = {"status": status, "duration_ms": 400, "error_message": None if status == "success" else "disk full"}
    lines = [event(run_id, second, FileWritten=file), event(run_id, second + 0.5, RunCompleted=end)]
    return [line.replace(b'"export_name": "orders"', f'"export_name": "{export}"'.encode()) for line in lines]


@asynccontextmanager
async def runs_page(
    session: Session, size: tuple[int, int] = NORMAL
) -> AsyncIterator[tuple[ShellApp, RunsPage, Pilot[None]]]:
    """The page on this session."""
    app = ShellApp(session, RunsPage())
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        page = app.page
        assert isinstance(page, RunsPage)
        yield app, page, pilot
    session.source.close()


def exports(page: RunsPage) -> list[str]:
    """Those of the rows shown, from the top."""
    return [row.export for row in page.rows]


def under_cursor(page: RunsPage) -> object:
    return page.board.table.selected_key


# ------------------------------------------------------------------------------------------------------------- empty


async def test_without_a_run_only_what_is_true_and_what_to_do_is_shown(tmp_path: Path) -> None:
    async with runs_page(session_of(tmp_path)) as (app, page, _pilot):
        assert "waiting for events in" in app.shown
        assert "pipe instead  RIVET_IPC_EVENTS=1 rivet run … | runwatch -" in app.shown
        assert "no files yet" in app.shown.splitlines()[0]
        assert "succeeded" not in app.shown
        assert "╭" not in app.shown
        assert [hint.label for hint in page.query_one(Footer)._hints] == ["look again", "palette", "quit"]


async def test_a_path_that_does_not_exist_is_said_not_to_in_whole_words(tmp_path: Path) -> None:
    for size in (NARROW, TINY):
        async with runs_page(session_of(tmp_path / "later"), size) as (app, _page, _pilot):
            words = " ".join(app.shown.split())
            assert "It does not exist yet, and is read as soon as it does." in words
            assert "also in folders below. Nothing is written to it." in words


async def test_a_state_database_that_is_not_there_yet_is_no_folder_of_logs(tmp_path: Path) -> None:
    source = open_source([str(tmp_path / "rivet.yaml")], now=lambda: 0)
    session = Session(source, ManualClock(0))
    try:
        async with asyncio.timeout(20):
            while not session.is_whole:
                session.read(source.poll())
                await source.changed()
        async with runs_page(session, NARROW) as (app, _page, _pilot):
            words = " ".join(app.shown.split())
            assert "rivet makes it at its first run; runs stand here as they begin." in words
            assert ".jsonl" not in words
    finally:
        source.close()


async def test_the_first_run_brings_the_table_and_its_keys(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    async with runs_page(session) as (app, page, pilot):
        log_of(tmp_path, a="success", b="failed")
        read_more(session)
        page.repaint()
        await pilot.pause()
        assert page.board.table.has_focus
        assert exports(page) == ["b", "a"]
        assert "waiting for" not in app.shown
        await pressed(pilot, "enter")
        assert app.opened == ["b_1"]


# ------------------------------------------------------------------------------------------------------------ filter


async def test_the_filter_narrows_as_it_is_typed_and_its_keys_stand_in_the_footer(tmp_path: Path) -> None:
    session = session_of(log_of(tmp_path, apples="success", pears="failed"))
    async with runs_page(session) as (app, page, pilot):
        await pressed(pilot, "slash", *"pea")
        assert exports(page) == ["pears"]
        assert "Runs 2 · 1 shown: /pea" in app.shown
        assert app.shown.splitlines()[-1].split("  ")[0] == " enter keep the filter"
        assert "esc clear it" in app.shown.splitlines()[-1]
        await pressed(pilot, "enter")
        assert exports(page) == ["pears"]
        assert "enter open" in app.shown.splitlines()[-1]
        await pressed(pilot, "escape")
        assert exports(page) == ["pears", "apples"]


async def test_without_a_hit_the_filter_is_named_and_what_it_hides_counted(tmp_path: Path) -> None:
    async with runs_page(session_of(log_of(tmp_path, a="success", b="failed"))) as (app, page, pilot):
        await pressed(pilot, "slash", *"[x", "enter")
        assert list(page.rows) == []
        assert "no run matches [x; 2 are hidden" in app.shown
        assert "esc clears it" in app.shown


async def test_where_there_is_no_title_the_tiles_say_that_runs_are_hidden(tmp_path: Path) -> None:
    async with runs_page(session_of(log_of(tmp_path, a="success", b="failed")), TINY) as (app, _page, pilot):
        assert "2 runs" in app.shown.splitlines()[1]
        await pressed(pilot, "x")
        assert "1 of 2 runs" in app.shown.splitlines()[1]


async def test_attention_only_hides_what_is_well_and_says_so_when_all_is(tmp_path: Path) -> None:
    async with runs_page(session_of(log_of(tmp_path, a="success", b="failed", c="success"))) as (app, page, pilot):
        await pressed(pilot, "x")
        assert exports(page) == ["b"]
        assert "attention only" in app.shown
        await pressed(pilot, "x", "slash", *"!b", "enter", "x")
        assert list(page.rows) == []
        await pressed(pilot, "escape")
        assert exports(page) == ["b"]


async def test_nothing_wrong_is_said_in_words(tmp_path: Path) -> None:
    async with runs_page(session_of(log_of(tmp_path, a="success", c="success"))) as (app, _page, pilot):
        await pressed(pilot, "x")
        assert "nothing wrong in 2 runs" in app.shown


# -------------------------------------------------------------------------------------------------------------- sort


@pytest.mark.parametrize(
    ("size", "columns"),
    [
        (NORMAL, ["elapsed", "chunks", "rows", "rate", "retries", "degraded", "last", "verdict", "export", "started"]),
        (NARROW, ["elapsed", "chunks", "rows", "last", "verdict", "export", "started"]),
        (TINY, ["chunks", "last", "verdict", "export", "started"]),
    ],
)
async def test_s_goes_through_the_columns_that_are_shown(size: tuple[int, int], columns: list[str]) -> None:
    async with runs_page(session_of(SAMPLES / "nightly-four-exports.jsonl"), size) as (_app, page, pilot):
        found: list[str] = []
        for _ in columns:
            await pressed(pilot, "s")
            found.append(page.sorting.column)
        assert found == columns


async def test_another_order_keeps_the_cursor_on_its_run_and_ends_following(tmp_path: Path) -> None:
    async with runs_page(session_of(log_of(tmp_path, a="success", b="failed", c="success"))) as (_app, page, pilot):
        await pressed(pilot, "j")
        assert under_cursor(page) == "b_1"
        await pressed(pilot, "S")
        assert exports(page) == ["a", "b", "c"]
        assert under_cursor(page) == "b_1"
        await pressed(pilot, "f")
        assert under_cursor(page) == "c_1"
        await pressed(pilot, "s", "s")
        assert under_cursor(page) == "c_1"


async def test_the_palette_groups_by_export_newest_first_within(tmp_path: Path) -> None:
    lines = [*run("b_1", "b", 0, "success"), *run("a_1", "a", 1, "success"), *run("b_2", "b", 2, "failed")]
    async with runs_page(session_of(write(tmp_path / "log.jsonl", lines))) as (app, page, pilot):
        command = next(found for found in page.palette_commands("") if found.name == "Group by export")
        command.run()
        await pilot.pause()
        assert [row.run_id for row in page.rows] == ["a_1", "b_2", "b_1"]
        assert "grouped by export, newest first" in app.shown


async def test_a_click_on_the_head_over_the_bar_sorts_by_chunks() -> None:
    async with runs_page(session_of(SAMPLES / "nightly-four-exports.jsonl")) as (app, page, pilot):
        head = next(number for number, row in enumerate(app.shown.splitlines()) if "rows/s" in row)
        at = app.shown.splitlines()[head].index("chunks")
        await pilot.click(offset=(at + 1, head))
        await pilot.pause()
        assert page.sorting.column == "chunks"
        assert "chunks ▼" in app.shown


# ------------------------------------------------------------------------------------------------- cursor and outcomes


async def test_a_new_run_appears_on_top_and_the_cursor_stays_on_its_run_unless_it_follows(tmp_path: Path) -> None:
    log_of(tmp_path, a="success", b="failed")
    session = session_of(tmp_path)
    async with runs_page(session) as (_app, page, pilot):
        assert under_cursor(page) == "b_1"
        write(tmp_path / "more.jsonl", run("c_1", "c", 5, "success"))
        read_more(session)
        page.repaint()
        assert exports(page) == ["c", "b", "a"]
        assert under_cursor(page) == "b_1"
        await pressed(pilot, "f")
        write(tmp_path / "most.jsonl", run("d_1", "d", 6, "success"))
        read_more(session)
        page.repaint()
        assert under_cursor(page) == "d_1"


async def test_last_outcomes_stand_newest_right_and_enter_narrows_to_the_export(tmp_path: Path) -> None:
    lines = [*run("a_1", "a", 0, "success"), *run("b_1", "b", 1, "success"), *run("a_2", "a", 2, "failed")]
    async with runs_page(session_of(write(tmp_path / "log.jsonl", lines))) as (app, page, pilot):
        row = next(line for line in app.shown.splitlines() if "✓ ✗" in line)
        assert row.rpartition("││")[2].split() == ["▌a", "✓", "✗", "│"]
        await pressed(pilot, "tab", "enter")
        assert page.filter_text == 'export:"a"'
        assert exports(page) == ["a", "a"]
        assert page.board.table.has_focus


async def test_long_names_take_more_than_eleven_cells_so_that_they_differ() -> None:
    async with runs_page(session_of(SAMPLES / "orders-partitions-documents.jsonl")) as (app, _page, _pilot):
        assert "orders__2024-01 ~" in app.shown
        assert "orders__2024-02 ~" in app.shown


async def test_w_goes_to_the_degraded_and_e_opens_the_failed(tmp_path: Path) -> None:
    async with runs_page(session_of(log_of(tmp_path, a="failed", b="success"))) as (app, page, pilot):
        await pressed(pilot, "w")
        assert "no later degraded run is shown" in app.said
        await pressed(pilot, "e")
        assert under_cursor(page) == "a_1"
        assert app.opened == ["a_1"]


# ------------------------------------------------------------------------------------------------------------- sizes


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_is_filled_and_harmless(size: tuple[int, int]) -> None:
    async with runs_page(session_of(SAMPLES), size) as (app, _page, _pilot):
        rows = screen_text(app).split("\n")
        assert len(rows) == size[1]
        assert all(len(row) <= size[0] for row in rows)


@pytest.mark.parametrize(
    ("size", "lines_of_tiles", "boxes", "brief"),
    [((120, 40), 2, 3, False), ((120, 38), 2, 3, False), ((120, 37), 2, 1, True), ((120, 33), 1, 1, True),
     ((80, 24), 1, 1, True), ((59, 24), 1, 0, False), ((40, 12), 1, 0, False)],
)  # fmt: skip
async def test_height_decides_which_parts_there_are(
    size: tuple[int, int], lines_of_tiles: int, boxes: int, brief: bool
) -> None:
    async with runs_page(session_of(SAMPLES), size) as (app, page, _pilot):
        assert page.board.query_one("#tiles").size.height == lines_of_tiles
        assert app.shown.count("╭") == boxes
        assert page.board.query_one("#brief").display is brief


async def test_no_figure_is_cut_in_two_in_the_smallest_terminals() -> None:
    """Columns go whole: 2 of 26 s would be another age."""
    for width in (40, 34, 33, 30, 24, 20):
        async with runs_page(session_of(SAMPLES / "orders-2500-chunks.jsonl.gz"), (width, 8)) as (app, _page, _pilot):
            row = next(line for line in app.shown.splitlines() if "✓ ok" in line)
            assert "…" not in row.replace("ord…", "").replace("orders…", "")


async def test_the_brief_lines_are_the_verdicts_own() -> None:
    async with runs_page(session_of(SAMPLES / "orders-failed-recovered.jsonl"), NARROW) as (app, _page, _pilot):
        assert ' ✗ FAILED   rivet ended with status "failed", though every chunk completed' in app.shown
        assert "+1 more   :3 :5" in app.shown


@pytest.mark.parametrize("size", [NORMAL, NARROW, TINY])
async def test_time_alone_comes_to_the_same_as_a_whole_picture(size: tuple[int, int], tmp_path: Path) -> None:
    """Ages, silences, verdicts and days that turn, of runs that have ended and one that has not."""
    lines = [*run("old_1", "old", 1, "success"), *run("bad_1", "bad", 2, "failed"), *run("open_1", "open", 3, "")[:1]]
    session = session_of(write(tmp_path / "all.jsonl", lines), now=EVENTS_END)
    async with runs_page(session, size) as (app, page, pilot):
        seen = set()
        for seconds in (1, 1, 20, 60, 1800, 3, 3600, 1, 20 * 3600, 7 * 86400):
            assert isinstance(session.clock, ManualClock)
            session.clock.advance(seconds * SECOND)
            page.turn_second()
            await pilot.pause()
            seen.add(text := app.shown)
            page.repaint()
            await pilot.pause()
            assert app.shown == text
        assert len(seen) > 5


async def test_a_second_that_changes_no_word_makes_only_the_header_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [*run("old_1", "old", 1, "success"), *run("gone_1", "gone", 0, "")[:1]]
    session = session_of(write(tmp_path / "all.jsonl", lines), now=EVENTS_END + 3 * 3600 * SECOND)
    async with runs_page(session) as (app, page, pilot):
        shows: list[int] = []
        monkeypatch.setattr(page, "show", lambda: shows.append(1))
        clock = app.shown.split("\n")[0]
        assert isinstance(session.clock, ManualClock)
        session.clock.advance(SECOND)
        page.turn_second()
        await pilot.pause()
        assert not shows
        assert app.shown.split("\n")[0] != clock
        session.clock.advance(3600 * SECOND)
        page.turn_second()
        assert shows
