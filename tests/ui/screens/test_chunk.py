"""The Chunk screen: every attempt, its error in full, its line, the way to the next failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ui.screens.shell import HOSTILE, NOW, SIZES, ShellApp, assert_harmless, event, read_more, session_of, write

from runwatch.core.times import SECOND
from runwatch.session.session import Session
from runwatch.ui.chunk_words import verdict_lines
from runwatch.ui.screens.chunk import ChunkPage
from runwatch.ui.screens.problems import ProblemsPage
from runwatch.ui.screens.raw import RawScreen

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "sample_runs"
RECOVERED = SAMPLES / "orders-failed-recovered.jsonl"
DISK_FULL = SAMPLES / "orders-disk-full.jsonl"
JOURNALS = sorted((ROOT / "tests" / "data" / "journals").glob("*.json"))
RUN = "orders_20261123T180000.000_1"


def the_run(session: Session) -> str:
    (run_id,) = session.runs.by_id
    return run_id


def app_of(path: Path, chunk_index: int = 0, attempt: int = 0) -> ShellApp:
    session = session_of(path)
    return ShellApp(session, ChunkPage(the_run(session), chunk_index, attempt))


def log_of(tmp_path: Path, error: str = "no space") -> Path:
    """Chunk 0 fails twice and is under way a third time."""
    failed = {"chunk_index": 0, "error": error, "attempt": 1}
    started = {"chunk_index": 0, "start_key": "1", "end_key": "500"}
    lines = [
        event(RUN, 1, ChunkStarted=started),
        event(RUN, 2.5, ChunkFailed=failed),
        event(RUN, 3, ChunkStarted=started),
        event(RUN, 4, ChunkFailed=failed),
        event(RUN, 5, ChunkStarted=started),
    ]
    return write(tmp_path / "orders.jsonl", lines)


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_every_size(size: tuple[int, int]) -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in ("tab", "m", "tab", "shift+tab", "m", "m", "h", "l", "j", "k", "E", "E", "u", "a", "y"):
            await pilot.press(key)
        await pilot.pause()
        assert_harmless(app.shown)
        assert app.screen is app.page


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
async def test_every_chunk_of_every_journal_can_be_shown(path: Path) -> None:
    session = session_of(path)
    for run_id, run in session.runs.by_id.items():
        indexes = sorted(run.state.chunks.indexes)
        if not indexes:
            continue
        app = ShellApp(session, page := ChunkPage(run_id, indexes[0]))
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            for index in {*indexes[:3], *indexes[-2:], *list(run.state.chunks.troubled)[:3]}:
                page.chunk_index, page.attempt = index, 0
                page.repaint()
                await pilot.pause()
                assert f"chunk {index:,}" in app.shown
                assert "Raw event" in app.shown


async def test_the_last_failed_attempt_is_shown_first_with_its_line() -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        shown = app.shown
        assert "◆ RECOVERED   500,000 rows on the third attempt, after 2 failures" in shown
        assert "of the run's median" not in shown
        assert "2.1 s of it in failed attempts" in shown
        assert "attempt 2 of 3 failed after 1.05 s" in shown
        assert "▌  2  18:24:07.930   1.05 s  ✗ failed" in shown
        assert "wait 2.01 s" in shown
        assert "Raw event 5 of 14" in shown
        assert "orders-failed-recovered.jsonl:5" in shown
        assert '"error": "db error: FATAL: terminating connection due to administrator command"' in shown
        assert "WHERE id >= 1 AND id <= 500000" in shown
        assert "y copies it" in shown


async def test_h_l_and_j_k_go_through_the_attempts_and_past_the_waits() -> None:
    app = app_of(RECOVERED, 0, 1)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "attempt 1 of 3 failed" in app.shown
        for key, number in [("l", 2), ("l", 3), ("l", 3), ("h", 2), ("k", 1), ("k", 1), ("j", 2), ("j", 3), ("g", 1)]:
            await pilot.press(key)
            await pilot.pause()
            assert f"attempt {number} of 3" in app.shown, key
        await pilot.press("G")
        await pilot.pause()
        assert "attempt 3 of 3 completed after 2.41 s" in app.shown
        assert "delivered 500,000 rows in 1 part" in app.shown
        assert "Raw event 7 of 14" in app.shown


async def test_e_goes_through_all_failures_then_to_the_outcome_then_says_so() -> None:
    app = app_of(RECOVERED, 0, 1)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        assert "attempt 2 of 3" in app.shown
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(app.screen, RawScreen)
        assert app.opened[0].endswith("orders-failed-recovered.jsonl:14")
        await pilot.press("escape")
        await pilot.press("e")
        assert app.said == ["no later failure in this run"]
        await pilot.press("E")
        await pilot.pause()
        assert "attempt 2 of 3" in app.shown
        await pilot.press("E", "E")
        assert app.said[-1] == "no earlier failure in this run"
        await pilot.pause()
        assert "attempt 1 of 3" in app.shown


async def test_e_goes_on_to_the_next_chunk() -> None:
    app = app_of(DISK_FULL, 2)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        assert "› chunk 3 " in app.shown
        assert "seen 98 times in this run" in app.shown
        await pilot.press("E")
        await pilot.pause()
        assert "› chunk 2 " in app.shown


async def test_e_also_stops_where_a_lost_run_was_cut_off(tmp_path: Path) -> None:
    """In a lost run an open attempt counts as interrupted, its end unknown."""
    session = session_of(log_of(tmp_path), now=NOW + 86_400 * SECOND)
    app = ShellApp(session, ChunkPage(RUN, 0, 2))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        assert "attempt 3 of 3 was interrupted; when it ended is unknown" in app.shown
        assert "the run was lost while it was under way" in app.shown
        await pilot.press("e")
        assert app.said == ["no later failure in this run"]


async def test_y_copies_what_has_the_focus_else_the_query() -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for _ in range(5):
            await pilot.press("y", "tab")
        assert [what for _, what in app.copied] == [
            "the query", "the error", "chunk and range", "the query", "the line",
        ]  # fmt: skip
        query, error, chunk, _, line = (text for text, _ in app.copied)
        assert query.endswith("WHERE id >= 1 AND id <= 500000")
        assert error == "db error: FATAL: terminating connection due to administrator command"
        assert chunk == "orders_20261123T182404.812_21877 chunk 0: 1 to 500,000"
        assert json.loads(line)["event"]["ChunkFailed"]["chunk_index"] == 0


async def test_without_a_query_it_says_why_and_y_copies_the_error(tmp_path: Path) -> None:
    app = app_of(log_of(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "the log holds no plan, so no query" in app.shown
        await pilot.press("y", "l", "y")
        assert [what for _, what in app.copied] == ["the error", "chunk and range"]


async def test_m_maximises_and_esc_peels_that_before_it_leaves() -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for box in ("Attempts 3", "Error in full", " Chunk ", "Query of this range", "Raw event 5"):
            await pilot.press("m")
            await pilot.pause()
            assert box in app.shown
            assert sum("╭" in row for row in app.shown.split("\n")) == 1
            await pilot.press("escape")
            await pilot.pause()
            assert sum("╭" in row for row in app.shown.split("\n")) == 3
            await pilot.press("tab")
        assert app.opened == []
        await pilot.press("escape")
        assert app.opened == ["left"]


async def test_v_and_enter_open_the_line_and_p_the_problems() -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for key in ("v", "enter"):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, RawScreen)
            await pilot.press("escape")
        await pilot.press("P")
        await pilot.pause()
        assert isinstance(app.screen, ProblemsPage)


async def test_it_moves_as_the_run_goes_on(tmp_path: Path) -> None:
    """The selected attempt stays selected; a new one joins the list."""
    path = log_of(tmp_path)
    app = app_of(path, 0, 3)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "◧ RUNNING   attempt 3 is under way" in app.shown
        assert "attempt 3 of 3 is under way" in app.shown
        done = {"chunk_index": 0, "rows": 500, "file_name": "part-0.parquet"}
        with path.open("ab") as log:
            log.write(event(RUN, 9, ChunkCompleted=done) + b"\n")
        read_more(app.session)
        app.page.repaint()
        await pilot.pause()
        assert "◆ RECOVERED   500 rows on the third attempt, after 2 failures" in app.shown
        assert "attempt 3 of 3 completed after 4.00 s" in app.shown
        assert "part-0.parquet" in app.shown


async def test_where_the_bytes_are_gone_it_says_so(tmp_path: Path) -> None:
    path = log_of(tmp_path)
    app = app_of(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        path.write_bytes(b"")
        read_more(app.session)
        app.page.query_one("#raw")
        page = ChunkPage(RUN, 0, 1)
        app.push_screen(page)
        await pilot.pause()
        assert "its bytes are gone: orders.jsonl was truncated" in app.shown
        assert "no space" in app.shown


async def test_an_error_keeps_its_line_breaks_and_can_be_scrolled(tmp_path: Path) -> None:
    app = app_of(log_of(tmp_path, "first\n  second\n" + "\n".join(f"row {number}" for number in range(100))))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        rows = [row[58:].strip("│ ") for row in app.shown.split("\n")]
        assert rows[rows.index("first") + 1] == "second"
        await pilot.press("tab", "G")
        await pilot.pause()
        assert "row 99" in app.shown
        await pilot.press("g")
        await pilot.pause()
        assert "row 99" not in app.shown


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12), (18, 3)])
async def test_a_hostile_error_stays_text(size: tuple[int, int], tmp_path: Path) -> None:
    app = app_of(log_of(tmp_path, HOSTILE))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in ("tab", "m", "m", "v", "v", "escape", "a"):
            await pilot.press(key)
            await pilot.pause()
            assert_harmless(app.shown)
        if size[0] > 100:
            assert "[/nope] [ERROR] [@click=app.quit]x[/]" in app.shown


async def test_a_chunk_that_nobody_heard_of_is_said_to_be_so(tmp_path: Path) -> None:
    app = app_of(log_of(tmp_path), 7)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        assert "nothing was heard of this chunk at this moment" in app.shown
        await pilot.press("e", "E", "h", "l", "v", "y", "m", "m", "tab")
        await pilot.pause()
        assert app.screen is app.page


async def test_a_tiny_terminal_has_the_word_the_reason_and_the_error() -> None:
    app = app_of(RECOVERED)
    async with app.run_test(size=(40, 14)) as pilot:
        await pilot.pause()
        assert "◆ RECOVERED" in app.shown
        assert "attempt 2 of 3 failed after 1.05 s" in app.shown
        assert "administrator" in app.shown
        assert "╭" not in app.shown
        await pilot.press("l")
        await pilot.pause()
        assert "attempt 3 of 3 completed" in app.shown


def test_a_reason_is_not_cut_as_long_as_two_lines_hold_it() -> None:
    page = app_of(RECOVERED).page
    assert isinstance(page, ChunkPage)
    session = session_of(RECOVERED)
    from runwatch.answers.chunk import chunk_view

    moment = session.moment(the_run(session))
    assert moment is not None
    view = chunk_view(moment, 0)
    assert view is not None
    for width in (118, 90, 78, 60):
        lines = ["".join(bit.text for bit in line) for line in verdict_lines(view, width)]
        assert len(lines) == 2
        assert view.reason.text in " ".join(" ".join(lines).replace("◆ RECOVERED", "").split())
