"""The Run screen on real journals: what it says, at every size, and where each key leads."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest
from tests.fakes import JOURNALS, SAMPLES, ShellApp, pressed, screen_text, session_of
from textual.binding import Binding
from textual.widget import Widget

from runwatch.answers.run import RunView, run_view
from runwatch.answers.view import Answer
from runwatch.core.runs import Moment
from runwatch.core.times import SECOND
from runwatch.core.when import Instant, Number
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.ui.answer_lines import PaneLines, pane_lines
from runwatch.ui.answer_pane import AnswerPane
from runwatch.ui.app import RunwatchApp
from runwatch.ui.screens.reasons import ReasonsScreen
from runwatch.ui.screens.run import RunPage
from runwatch.ui.verdict_line import VerdictLine
from runwatch.ui.widgets.chunk_map import ChunkMap
from runwatch.ui.widgets.virtual_list import VirtualList

FAILED = JOURNALS / "chunkfail_permanent_ckpt_seq__01_orders.json"
RECOVERED = SAMPLES / "orders-failed-recovered.jsonl"
CONTRADICTED = JOURNALS / "reconcile_mismatch_full_insert.json"
DEGRADED = JOURNALS / "quality_warn.json"
MANY = JOURNALS / "many_chunks_par.json"
GOLDEN = Path(__file__).parent / "golden"
SIZES = [(40, 12), (80, 24), (120, 40), (200, 60)]


def shown(path: Path, *, at_outcome: bool = False, plain: bool = False, later: float = 30) -> ShellApp:
    """The only, or newest, run of this log."""
    session = session_of(path, later=later)
    return ShellApp(session, RunPage(session.moments()[0].run_id, at_outcome=at_outcome), plain=plain)


def page_of(app: ShellApp) -> RunPage:
    return cast("RunPage", app.page)


def focus_of(app: ShellApp) -> str:
    """The id of what has the focus."""
    return (app.screen.focused.id or "") if app.screen.focused is not None else ""


# ------------------------------------------------------------------------------------------------------- what it says


@pytest.mark.parametrize(
    ("path", "size"),
    [*((FAILED, size) for size in SIZES), (CONTRADICTED, (40, 12)), (CONTRADICTED, (120, 40)), (MANY, (80, 24))],
    ids=lambda value: value.stem if isinstance(value, Path) else f"{value[0]}x{value[1]}",
)
async def test_the_screen_reads_like_its_golden(path: Path, size: tuple[int, int]) -> None:
    """RUNWATCH_GOLDEN=1 writes them anew; read the difference before it is committed."""
    app = shown(path)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = screen_text(app) + "\n"
    golden = GOLDEN / f"run-{path.stem}-{size[0]}x{size[1]}.txt"
    if os.environ.get("RUNWATCH_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(JOURNALS.glob("*.json")), ids=lambda path: path.stem)
async def test_every_journal_is_shown_in_both_forms(path: Path) -> None:
    app = shown(path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view = page_of(app).view
        assert view is not None
        assert view.verdict.verdict.upper() in screen_text(app)
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert all(answer.name in screen_text(app) for answer in view.answers)


@pytest.mark.parametrize("path", [FAILED, MANY], ids=lambda path: path.stem)
async def test_no_size_breaks_it(path: Path) -> None:
    """Useful at 40 × 12, and 1 × 1 does not crash."""
    app = shown(path)
    async with app.run_test(size=(1, 1)) as pilot:
        for size in ((20, 4), (200, 5), (33, 7), (60, 16), (99, 50), (100, 33), (100, 34), (20, 60), (1, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.screen.size == size


async def test_too_small_a_terminal_still_tells_the_verdict() -> None:
    app = shown(FAILED)
    async with app.run_test(size=(18, 3)) as pilot:
        await pilot.pause()
        assert screen_text(app).split() == ["too", "small:", "18", "×", "3;", "the", "verdict", "is", "✗", "failed"]
        await pilot.resize_terminal(18, 2)
        await pilot.pause()
        assert screen_text(app).split("\n") == ["✗ failed", "orders"]
        await pilot.resize_terminal(1, 1)
        await pilot.pause()
        assert len(screen_text(app)) == 1


async def test_plain_glyphs_leave_only_ascii() -> None:
    for path in (RECOVERED, MANY, CONTRADICTED):
        app = shown(path, plain=True)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            assert screen_text(app).isascii()


@pytest.mark.parametrize(
    ("path", "focused"),
    [(FAILED, "happened"), (CONTRADICTED, "succeeded"), (DEGRADED, "degraded")],
    ids=["failed", "contradicted", "degraded"],
)
async def test_the_focus_starts_where_the_story_is_told(path: Path, focused: str) -> None:
    app = shown(path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert focus_of(app) == focused


async def test_at_the_outcome_the_cursor_is_on_the_end() -> None:
    app = shown(FAILED, at_outcome=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        selected = page_of(app).board.stage.selected
        assert focus_of(app) == "notables"
        assert selected is not None
        assert selected.what == "run failed"


async def test_a_run_that_is_not_known_is_said_to_be_so_and_comes_when_it_does() -> None:
    session = session_of(FAILED)
    app = ShellApp(session, RunPage("nobody_1"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "nobody_1: not known at this moment" in screen_text(app)
        await pressed(pilot, "e", "w", "h", "l", "m", "tab", "1", "0", "v", "y", "enter")
        page_of(app).run_id = session.moments()[0].run_id
        page_of(app).repaint()
        await pilot.pause()
        assert "FAILED" in screen_text(app)
        assert focus_of(app) == "happened"


async def test_a_moment_before_the_run_shows_that_it_was_not_known() -> None:
    app = shown(RECOVERED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.session.when = Number(2)
        page_of(app).repaint()
        await pilot.pause()
        assert "▶ RUNNING" in screen_text(app)
        assert "FAILED" not in screen_text(app)
        app.session.when = Instant(SECOND)
        page_of(app).repaint()
        await pilot.pause()
        assert "not known at this moment" in screen_text(app)


async def test_the_view_is_made_once_for_each_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten ticks a second must not cost ten views."""
    made: list[str] = []

    def counted(moment: Moment, *others: Any) -> RunView:
        made.append(moment.run_id)
        return run_view(moment, *others)

    monkeypatch.setattr("runwatch.ui.view_keeper.run_view", counted)
    app = shown(FAILED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for _ in range(5):
            page_of(app).repaint()
        assert made == [page_of(app).run_id]


async def test_a_pane_is_laid_out_once_until_its_answer_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board asks how many lines it wants before it has any room, then it draws them."""
    laid: list[str] = []

    def noted(answer: Answer, width: int, **look: Any) -> PaneLines:
        laid.append(answer.name)
        return pane_lines(answer, width, **look)

    monkeypatch.setattr("runwatch.ui.answer_pane.pane_lines", noted)
    app = shown(FAILED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert sorted(laid) == ["Degraded", "Happened", "Planned", "Succeeded"]
        await pressed(pilot, "1", "j")
        assert len(laid) == 4


async def test_a_hidden_pane_is_not_given_a_view() -> None:
    app = shown(FAILED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert [pane.answer is not None for pane in page_of(app).board.panes] == [False, True, False, False]


# --------------------------------------------------------------------------------------------------------------- keys


async def test_numbers_focus_the_panes_and_in_narrow_show_them() -> None:
    for size in SIZES:
        app = shown(FAILED)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            for key, pane in zip("1234", ("planned", "happened", "degraded", "succeeded"), strict=True):
                await pressed(pilot, key)
                assert focus_of(app) == pane
                assert app.screen.query_one(f"#{pane}").region.height > 1


async def test_tab_goes_through_panes_map_events_and_verdict_and_back() -> None:
    stops = ["happened", "degraded", "succeeded", "map", "bar", "notables", "verdict", "planned"]
    for size in SIZES:
        app = shown(FAILED)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            seen = [focus_of(app)]
            for _ in stops[1:]:
                await pressed(pilot, "tab")
                seen.append(focus_of(app))
                assert app.screen.focused is not None
                assert app.screen.focused.region.area, f"{seen[-1]} has the focus and is not seen at {size}"
            assert seen == stops
            await pressed(pilot, "shift+tab")
            assert focus_of(app) == "verdict"


async def test_maximise_and_back() -> None:
    app = shown(FAILED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = screen_text(app)
        await pressed(pilot, "4", "m")
        assert app.screen.query_one("#succeeded").region.height == 34
        assert not app.screen.query_one("#stage").display
        await pressed(pilot, "1")
        assert app.screen.query_one("#planned").region.height == 34, "another pane takes its place"
        await pressed(pilot, "escape")
        assert app.asked == [], "esc peels the maximised pane first"
        await pressed(pilot, "2")
        assert screen_text(app) == before
        await pressed(pilot, "tab", "tab", "tab", "m")
        assert app.screen.query_one("#stage").region.height == 34
        assert not app.screen.query_one("#panes").display
        await pressed(pilot, "0", "2")
        assert screen_text(app) == before
        await pressed(pilot, "escape")
        assert app.asked == [("leave",)]


async def test_failures_are_found_one_by_one_with_the_map_on_their_chunk() -> None:
    for size in SIZES:
        app = shown(FAILED)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            board, run_id = page_of(app).board, page_of(app).run_id
            await pressed(pilot, "e")
            first = board.stage.selected
            assert first is not None
            assert (focus_of(app), first.what) == ("notables", "chunk 2 failed")
            assert board.stage.list.region.area
            assert board.stage.map.view.indexes[board.stage.map.cursor] == 2
            await pressed(pilot, "enter")
            assert app.asked == [("chunk", run_id, 2, first.attempt)]
            await pressed(pilot, "e")
            last = board.stage.selected
            assert last is not None
            assert last.what == "run failed"
            await pressed(pilot, "enter")
            assert app.asked[-1] == ("raw", last.evidence.places[0].where)
            await pressed(pilot, "e")
            assert app.said == ["no failure behind this one"]
            await pressed(pilot, "E")
            assert board.stage.selected == first
            await pressed(pilot, "E", "w")
            assert app.said[1:] == ["no failure before this one", "no degradation in this run"]


async def test_degradations_are_found_and_lead_to_their_line() -> None:
    app = shown(DEGRADED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pressed(pilot, "W", "enter", "w", "e")
        selected = page_of(app).board.stage.selected
        assert selected is not None
        assert selected.what == "quality issue"
        assert app.asked == [("raw", selected.evidence.places[0].where)]
        assert app.said == ["no degradation behind this one", "no failure in this run"]


async def test_rows_of_a_pane_lead_to_their_evidence() -> None:
    app = shown(FAILED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane = page_of(app).board.panes[1]
        await pressed(pilot, "enter")
        first = app.asked.pop()
        assert pane.cursor == -1
        await pressed(pilot, "j", "j", "enter", "v", "y")
        assert pane.selected is not None
        where = pane.selected.evidence.places[0].where
        assert first == ("raw", where)
        assert app.asked == [("raw", where), ("raw", where), ("copy", "attempts 5   1 failed   1 cause", "line")]
        await pressed(pilot, "g", "enter")
        assert app.asked.pop() == ("events", page_of(app).run_id, "kind=ChunkCompleted|ChunkFailed")
        await pressed(pilot, "G", "enter")
        assert app.said == ["no event of the log says this"]


async def test_what_contradicts_the_outcome_is_opened_and_not_the_outcome() -> None:
    app = shown(SAMPLES / "orders-rows-differ.jsonl")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pressed(pilot, "4", "enter")
        ((kind, where),) = app.asked
        assert (kind, str(where).rpartition(":")[2]) == ("raw", "19")
        assert "ReconciliationResult" in (SAMPLES / "orders-rows-differ.jsonl").read_text().splitlines()[18]


async def test_a_long_pane_scrolls_and_says_how_far() -> None:
    app = shown(SAMPLES / "orders-disk-full.jsonl")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pressed(pilot, "4")
        assert "1–6 of 103" in screen_text(app)
        await pressed(pilot, "G")
        assert "98–103 of 103" in screen_text(app)
        assert "chunk 99: No space left" in screen_text(app)
        await pressed(pilot, "g", "pagedown", "ctrl+d", "ctrl+u", "pageup")
        assert "1–6 of 103" in screen_text(app)


async def test_the_map_names_its_chunk_and_opens_it() -> None:
    app = shown(RECOVERED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        page_of(app).board.stage.map.focus()
        await pressed(pilot, "j")
        assert "chunk 1 · 500,001 to 1,000,000 · 2.4 s" in screen_text(app)
        await pressed(pilot, "enter", "v", "y")
        run_id = page_of(app).run_id
        assert app.asked[0] == ("chunk", run_id, 1, 0)
        assert app.asked[1][0] == "raw"
        assert app.asked[2] == ("copy", "chunk 1 · 500,001 to 1,000,000 · 2.4 s", "chunk")
        await pressed(pilot, "2")
        assert "slowest chunk 0" in screen_text(app)


async def test_the_verdict_lists_its_reasons_and_each_leads_to_its_line() -> None:
    app = shown(RECOVERED)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "+1 more" in screen_text(app)
        await pressed(pilot, "1", "shift+tab")
        assert "▌ ✗ FAILED" in screen_text(app)
        await pressed(pilot, "enter")
        assert "Why failed" in screen_text(app)
        await pressed(pilot, "j", "enter")
        assert len(app.screen_stack) == 2
        assert app.asked == [("raw", ":3")]
        await pressed(pilot, "y", "enter", "escape")
        assert len(app.screen_stack) == 2
        assert app.asked[-1][0] == "copy"


async def test_siblings_are_runs_of_the_same_export(tmp_path: Path) -> None:
    for name in ("chunked_seq.json", "chunkfail_hook_ckpt_seq.json", "quality_fail.json"):
        (tmp_path / name).write_bytes((JOURNALS / name).read_bytes())
    session = session_of(tmp_path)
    earlier, later = (m.run_id for m in reversed(session.moments()) if m.export == "orders")
    app = ShellApp(session, RunPage(earlier))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pressed(pilot, "j", "h")
        assert app.said == ["no earlier run of orders"]
        await pressed(pilot, "l")
        assert page_of(app).run_id == later
        assert "FAILED" in screen_text(app)
        assert page_of(app).board.panes[1].selected is None
        await pressed(pilot, "l", "h")
        assert app.said[1:] == ["no later run of orders"]
        assert page_of(app).run_id == earlier
        assert "SUCCEEDED" in screen_text(app)


async def test_the_other_keys_of_the_page() -> None:
    app = shown(FAILED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pressed(pilot, "y", "P", "escape")
        assert app.asked == [("copy", page_of(app).run_id, "run_id"), ("problems",), ("leave",)]


async def test_a_click_focuses_selects_and_opens() -> None:
    app = shown(FAILED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click("#tabs", offset=(52, 0))
        await pilot.pause()
        assert focus_of(app) == "succeeded"
        await pilot.click("#succeeded", offset=(5, 3), times=2)
        await pilot.pause()
        pane = app.screen.query_one("#succeeded", AnswerPane)
        assert pane.selected is not None
        assert pane.selected.label == "outcome"
        assert app.asked == [("raw", "#12")]
        await pilot.click("#verdict")
        await pilot.pause()
        assert isinstance(app.screen, ReasonsScreen)


@pytest.mark.parametrize("owner", [RunPage, AnswerPane, ChunkMap, VirtualList, VerdictLine, ReasonsScreen])
def test_each_key_is_bound_to_something(owner: type[Widget]) -> None:
    """A key that is shown and does nothing is a lie."""
    for binding in owner.BINDINGS:
        assert isinstance(binding, Binding)
        action = binding.action.partition("(")[0]
        there: type[object] = RunwatchApp if action.startswith("app.") else owner
        assert hasattr(there, f"action_{action.removeprefix('app.')}"), binding.action


# ------------------------------------------------------------------------------------------------------ live, hostile


async def test_a_live_run_moves_without_losing_the_cursor(tmp_path: Path) -> None:
    lines = RECOVERED.read_bytes().splitlines(keepends=True)
    log = tmp_path / "orders.jsonl"
    log.write_bytes(b"".join(lines[:5]))
    session = session_of(log, later=1)
    app = ShellApp(session, RunPage(session.moments()[0].run_id))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pressed(pilot, "e", "e")
        chosen = page_of(app).board.stage.selected
        assert "RUNNING" in screen_text(app)
        with log.open("ab") as more:
            more.write(b"".join(lines[5:]))
        _read_on(session)
        page_of(app).repaint()
        await pilot.pause()
        assert "FAILED" in screen_text(app)
        assert page_of(app).board.stage.selected == chosen


def _read_on(session: Session) -> None:
    session.source.rescan()
    session.read(session.source.poll())
    cast("ManualClock", session.clock).advance(20 * SECOND)


HOSTILE = "[/nope][@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202egnol [red]$error\nA\tB 漢字"


def hostile_log(path: Path) -> Path:
    """A failed run in which each text is hostile, and so is each name."""
    plan = dict.fromkeys(("base_query", "strategy", "format", "compression", "destination_type"), HOSTILE)
    plan |= {"export_name": HOSTILE, "tuning_profile": HOSTILE, "chunk_key": HOSTILE}
    numbers = {"batch_size": 1, "validate": True, "reconcile": True, "resume": False, "resumable": True}
    events: list[dict[str, object]] = [
        {"PlanResolved": {**plan, **numbers}},
        {"PlanWarning": {"rule": HOSTILE, "message": HOSTILE}},
        {"ChunkStarted": {"chunk_index": 0, "start_key": HOSTILE, "end_key": HOSTILE}},
        {"ChunkFailed": {"chunk_index": 0, "error": HOSTILE, "attempt": 1}},
        {"RetryAttempted": {"attempt": 1, "reason": HOSTILE, "backoff_ms": 5}},
        {"QualityIssue": {"severity": HOSTILE, "message": HOSTILE}},
        {"SchemaChanged": {"added": [HOSTILE], "removed": [HOSTILE], "type_changed": [[HOSTILE] * 3]}},
        {"Warning": {"context": HOSTILE, "message": HOSTILE}},
        {"ParallelismAdjusted": {"from": 2, "to": 1, "reason": HOSTILE}},
        {"FileWritten": {"file_name": HOSTILE, "rows": 1, "bytes": 2, "part_index": 0}},
        {"RunCompleted": {"status": HOSTILE, "duration_ms": 1, "error_message": HOSTILE}},
    ]
    with path.open("w", encoding="utf-8") as log:
        for second, event in enumerate(events):
            stamp = f"2026-11-23T18:00:{second:02}Z"
            line = {"run_id": f"{HOSTILE}_1", "export_name": HOSTILE, "recorded_at": stamp, "event": event}
            log.write(json.dumps(line) + "\n")
    return path


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_text_of_a_log_is_literal_wherever_it_stands(tmp_path: Path, size: tuple[int, int]) -> None:
    """No markup, no control character, no direction mark: in panes, titles, header, lists, overlays and notes."""
    app = shown(hostile_log(tmp_path / "x.jsonl"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        texts = []
        for keys in ("", "1 m", "2", "3", "4", "0 e", "w", "tab enter", "escape l h"):
            await pressed(pilot, *keys.split())
            texts.append(screen_text(app))
        everything = "\n".join(texts)
        assert all(char.isprintable() or char == "\n" for char in everything)
        assert "[/nope][@click=ap" in everything
        assert "not known" not in everything
        name = app.said[0].partition(" run of ")[2]
        assert app.said == [f"no later run of {name}", f"no earlier run of {name}"]
