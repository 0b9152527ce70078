"""Every key on every screen of the real program: it does what the table promises or says why not, and crashes none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.fakes import SAMPLES, pressed, screen_text
from textual.pilot import Pilot
from textual.widgets import Input

from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source
from runwatch.ui.app import RunwatchApp
from runwatch.ui.key_names import key_name
from runwatch.ui.keys import KEYS, Group, Key, footer, help_lines, palette_entries
from runwatch.ui.palette import Palette
from runwatch.ui.screens.chunk import ChunkPage
from runwatch.ui.screens.events import EventsPage
from runwatch.ui.screens.help import HelpScreen
from runwatch.ui.screens.page import Page
from runwatch.ui.screens.problems import ProblemsPage
from runwatch.ui.screens.raw import RawScreen
from runwatch.ui.screens.run import RunPage
from runwatch.ui.screens.runs import RunsPage
from runwatch.ui.widgets.chunk_map import ChunkMap
from runwatch.ui.widgets.time_bar import TimeBar

NOW = 1_795_500_000 * SECOND
"""Hours behind the last sample."""
TINY, SMALL, NORMAL, WIDE = (40, 12), (80, 24), (120, 40), (200, 60)
LEAVING = {"leave", "quit", "quit.copy"}
RECOVERED = "orders_20261123T182404.812_21877"
"""A run with failures, a recovered chunk, and runs of its export before and behind it."""


@asynccontextmanager
async def watching(
    *paths: Path | str, size: tuple[int, int] = NORMAL, keymap: dict[str, str] | None = None
) -> AsyncIterator[tuple[RunwatchApp, Pilot[None]]]:
    """The dashboard on these paths, when all of them are read."""
    source = open_source([str(path) for path in paths], poll=True, cwd=str(SAMPLES.parent))
    app = RunwatchApp(Session(source, ManualClock(NOW)))
    if keymap:
        app.set_keymap(keymap)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            while not app.session.is_whole:
                await pilot.pause()
            app.tick()
            await pilot.pause()
            yield app, pilot
    finally:
        source.close()


async def go_to(app: RunwatchApp, pilot: Pilot[None], name: str, run_id: str | None = None) -> None:
    """That screen, fresh, live; the runs below it."""
    app.session.playhead.play()
    while len(app.screen_stack) > 1:
        await pilot.press("escape") if isinstance(app.screen, Palette) else app.pop_screen()
    await pilot.pause()
    runs = app.session.moments()
    wanted = run_id or (runs[0].run_id if runs else "no such run")
    match name:
        case "run":
            app.open_run(wanted)
        case "chunk":
            app.open_chunk(wanted, 0)
        case "events" | "events narrowed":
            app.open_events(wanted, "kind:chunk" if name == "events narrowed" else "")
        case "problems":
            app.open_problems()
        case "raw" if runs:
            app.open_raw(runs[0].log.place(0))
        case "help":
            app.action_help()
        case "palette":
            app.action_command_palette()
        case "reasons" if runs:
            app.open_run(wanted)
            await pilot.pause()
            board = app.screen.query_one("#verdict")
            board.focus()
            await pilot.press("enter")
    await pilot.pause()


def top(app: RunwatchApp) -> Any:
    """The screen shown now: it is another one after each key."""
    return app.screen


def state(app: RunwatchApp) -> tuple[object, ...]:
    """What a user can tell: the screens, the focus, the words, what was said and copied, the switches."""
    said = [notification.message for notification in app._notifications]
    colours = [[segment.style for segment in strip] for strip in app.screen._compositor.render_strips()]
    focus = app.focused.id or type(app.focused).__name__ if app.focused is not None else ""
    return (
        [id(screen) for screen in app.screen_stack],
        focus,
        screen_text(app),
        colours,
        said,
        app.clipboard,
        app.zone,
    )


# ---------------------------------------------------------------------------------------------- each does something

PRELUDES: dict[str, tuple[tuple[str, Sequence[str]], ...]] = {
    "runs": (("runs", ""), ("runs", "j"), ("runs", "x"), ("runs", ["G"])),
    "run": (("run", ""), ("run", "m"), ("run", "1")),
    "chunk": (("chunk", ""), ("chunk", "h")),
    "problems": (("problems", ""), ("problems", "G"), ("problems", "j")),
    "events": (("events", ""), ("events", "G"), ("events narrowed", "j"), ("events narrowed", "G")),
    "raw": (("raw", ""),),
    "help": (("help", ""),),
    "app": (("runs", ""), ("run", ""), ("chunk", ""), ("problems", "")),
    "list": (("runs", ""), ("runs", "G"), ("problems", ""), ("problems", "G")),
    "map": (("map", ""), ("map", "G")),
    "bar": (("bar", ""), ("bar", ["left"]), ("bar", ["shift+left"])),
    "scroll": (("raw", ""), ("raw", "G")),
}
"""Where each context of the table has the keys, and what to press first: at the top nothing goes further up."""


PATIENCE = 3


async def is_felt(app: RunwatchApp, pilot: Pilot[None], key: str, place: str, before: Sequence[str]) -> bool:
    if isinstance(app.focused, Input):  # a filter that an earlier key opened
        await pilot.press("escape")
    await go_to(app, pilot, "run" if place in ("map", "bar") else place, RECOVERED)
    if place in ("map", "bar"):
        app.screen.query_one(ChunkMap if place == "map" else TimeBar).focus()
    await pilot.press(*before)
    app.clear_notifications()  # the same words said again are something too
    await pilot.pause()
    was = state(app)
    await pilot.press(key)
    for _ in range(PATIENCE):
        await pilot.pause()
        if state(app) != was:
            return True
        await pilot.pause(0.02)  # of a machine that is busy an answer may come later
    return False


@pytest.mark.parametrize("context", PRELUDES)
async def test_every_key_does_something_where_it_is_bound(context: str) -> None:
    """What is on the screen differs afterwards, or a word says why not. On a terminal that shows part of the list."""
    size = (100, 16) if context == "scroll" else NORMAL
    mute = set()
    async with watching("sample_runs", size=size) as (app, pilot):
        asked = 0
        look_again = app.session.look_again

        def counted() -> None:
            nonlocal asked
            asked += 1
            look_again()

        app.session.look_again = counted  # type: ignore[method-assign]
        for entry in KEYS:
            if context not in entry.contexts or entry.id in LEAVING:
                continue
            for key in entry.keys:
                felt = False
                for place, before in PRELUDES[context]:
                    felt = felt or await is_felt(app, pilot, key, place, before)
                if not (felt or (entry.id == "read" and asked)):
                    mute.add((entry.id, key))
        assert app.is_running
    assert not mute


# -------------------------------------------------------------------------------------------- none crashes anywhere

SCREENS = ["runs", "run", "chunk", "events", "problems", "raw", "reasons", "help", "palette"]
EVERY_KEY = [key for entry in KEYS if entry.id not in LEAVING for key in entry.keys]


async def press_all(app: RunwatchApp, pilot: Pilot[None], screen: str) -> None:
    """Each from the fresh screen if it led away, else one upon the other, as a cat does."""
    await go_to(app, pilot, screen)
    for key in EVERY_KEY:
        top = app.screen
        await pilot.press(key)
        if app.screen is not top or isinstance(app.focused, Input):
            await pilot.pause()
            await go_to(app, pilot, screen)
    await pilot.pause()
    assert app.is_running


@pytest.mark.parametrize("screen", [pytest.param("runs", marks=pytest.mark.slow), "run"])
async def test_no_key_crashes_the_screens_used_most(screen: str) -> None:
    async with watching("sample_runs", size=SMALL) as (app, pilot):
        await press_all(app, pilot, screen)


@pytest.mark.slow
@pytest.mark.parametrize("size", [TINY, SMALL, WIDE], ids=str)
@pytest.mark.parametrize("what", ["nothing", "one run", "one run in one event", "sample_runs"])
async def test_no_key_crashes_any_screen_at_any_size(what: str, size: tuple[int, int], tmp_path: Path) -> None:
    """Also on an empty directory, where there is nothing to open."""
    paths = {
        "nothing": tmp_path,
        "one run": SAMPLES / "orders-failed-chunk.jsonl",
        "one run in one event": SAMPLES / "cdc_t_20261123T181838.096_20812.jsonl",
        "sample_runs": SAMPLES,
    }
    async with watching(paths[what], size=size) as (app, pilot):
        for screen in SCREENS:
            await press_all(app, pilot, screen)


async def test_an_empty_directory_bears_every_key(tmp_path: Path) -> None:
    async with watching(tmp_path, size=SMALL) as (app, pilot):
        await press_all(app, pilot, "runs")


# ------------------------------------------------------------------------------------------------------ terminals


@pytest.mark.parametrize(
    "size", [(1, 1), *(pytest.param(size, marks=pytest.mark.slow) for size in ((10, 3), (18, 3)))], ids=str
)
async def test_a_terminal_that_is_too_small_for_anything_bears_every_screen(size: tuple[int, int]) -> None:
    async with watching("sample_runs", size=size) as (app, pilot):
        for screen in SCREENS:
            await go_to(app, pilot, screen)
            await pilot.press("j", "tab", "e", "m", "w", "v", "G")
            await pilot.pause()
            assert app.is_running


@pytest.mark.slow
async def test_resizing_while_keys_are_pressed_breaks_nothing() -> None:
    sizes = [(1, 1), (200, 60), (18, 3), (80, 24), (40, 12), (10, 30), (130, 8), (80, 24)]
    async with watching("sample_runs", size=SMALL) as (app, pilot):
        for screen in ("runs", "run", "chunk", "events", "problems"):
            await go_to(app, pilot, screen, RECOVERED)
            for size in sizes:
                await pilot.resize_terminal(*size)
                await pilot.press("tab", "m")
            await pilot.pause()
            assert app.is_running
            assert max(map(len, screen_text(app).split("\n"))) <= 80


# ----------------------------------------------------------------------------------------------------------- leaving


async def test_q_leaves_one_screen_after_the_other_then_the_program() -> None:
    async with watching("sample_runs", size=SMALL) as (app, pilot):
        await pressed(pilot, "e", "v")
        kinds = [RawScreen, ChunkPage, RunsPage]
        for kind in kinds:
            assert isinstance(top(app), kind)
            assert app.is_running
            await pressed(pilot, "q")
        assert app._exit


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
@pytest.mark.parametrize("screen", SCREENS)
async def test_the_program_can_be_quit_at_once_from_everywhere(screen: str, key: str) -> None:
    """`ctrl+c` would copy a selection; there is none here."""
    async with watching("sample_runs/orders-failed-chunk.jsonl", size=SMALL) as (app, pilot):
        await go_to(app, pilot, screen)
        await pilot.press(key)
        assert app._exit


@pytest.mark.parametrize("screen", ["help", "reasons"])
async def test_q_leaves_what_lies_over_a_page(screen: str) -> None:
    async with watching("sample_runs/orders-failed-chunk.jsonl", size=SMALL) as (app, pilot):
        await go_to(app, pilot, screen)
        over = app.screen
        await pressed(pilot, "q")
        assert top(app) is not over
        assert isinstance(top(app), Page)


async def test_quitting_needs_no_way_out_of_the_filter_first() -> None:
    async with watching("sample_runs/orders-failed-chunk.jsonl", size=SMALL) as (app, pilot):
        await pressed(pilot, "slash", "q")
        assert app.is_running
        assert isinstance(app.focused, Input)
        await pilot.press("ctrl+q")
        assert app._exit


async def test_esc_peels_one_layer_at_a_time() -> None:
    """Maximised pane, screen, filter, attention only; at last nothing is left to peel, and it does not quit."""
    async with watching("sample_runs", size=NORMAL) as (app, pilot):
        runs = top(app)
        await pressed(pilot, "x", "slash", *"orders", "enter", "enter", "m", "question_mark")
        assert isinstance(top(app), HelpScreen)
        await pressed(pilot, "escape")
        run = top(app)
        assert run.board.maximised
        await pressed(pilot, "escape")
        assert (top(app), run.board.maximised) == (run, None)
        await pressed(pilot, "escape")
        assert top(app) is runs
        assert (runs.narrowing.text, runs.narrowing.attention) == ("orders", True)
        await pressed(pilot, "escape")
        assert (runs.narrowing.text, runs.narrowing.attention) == ("", True)
        await pressed(pilot, "escape")
        assert not runs.narrowing.attention
        await pressed(pilot, "escape")
        assert top(app) is runs
        assert app.is_running


async def test_in_the_filter_every_printable_key_is_text() -> None:
    typed = [entry.keys[0] for entry in KEYS if len(entry.keys[0]) == 1]
    async with watching("sample_runs", size=SMALL) as (app, pilot):
        await pressed(pilot, "slash", *typed, "question_mark", "colon", "slash", "space", "exclamation_mark")
        assert isinstance(app.focused, Input)
        assert app.focused.value == "".join(typed) + "?:/ !"
        assert isinstance(top(app), RunsPage)


# ---------------------------------------------------------------------------------------------- the two-key promise


def error_in_full(app: RunwatchApp, error: str) -> bool:
    """Whether all of it can be read now: rows are joined, a box's frame and the blanks left out."""
    rows = [row.strip("│▌ ").split("│")[-1].strip() for row in screen_text(app).split("\n")]
    halves = [row.split("││")[-1].strip("│ ") for row in screen_text(app).split("\n")]
    wanted = "".join(error.split())
    return any(wanted in "".join("".join(part).split()) for part in (rows, halves))


@pytest.mark.parametrize("size", [TINY, SMALL, NORMAL, WIDE], ids=str)
async def test_one_key_from_the_first_row_shows_a_failed_chunk_and_its_error_in_full(size: tuple[int, int]) -> None:
    """The promise is two keys; `e` needs one."""
    async with watching("sample_runs", size=size) as (app, pilot):
        await pressed(pilot, "e")
        page = app.screen
        assert isinstance(page, ChunkPage)
        moment = app.session.moment(page.run_id)
        assert moment is not None
        assert moment.judgement.verdict in {"failed", "lost"}
        assert page.selected is not None
        assert page.selected.text
        assert error_in_full(app, page.selected.text), screen_text(app)


@pytest.mark.parametrize("size", [SMALL, NORMAL, WIDE], ids=str)
async def test_two_keys_from_a_failed_row_show_its_error_in_full(size: tuple[int, int]) -> None:
    """Enter opens the run where its story is told, enter again the line that proves it; or `e` at once."""
    async with watching("sample_runs", size=size) as (app, pilot):
        assert isinstance(top(app), RunsPage)
        assert top(app).board.table.move_to_key(RECOVERED)
        await pressed(pilot, "enter", "enter")
        error = "db error: FATAL: terminating connection due to administrator command"
        assert isinstance(top(app), RawScreen)
        assert error_in_full(app, error), screen_text(app)
        await pressed(pilot, "escape", "escape", "e")
        assert isinstance(top(app), ChunkPage)
        assert top(app).run_id == RECOVERED
        assert error_in_full(app, error), screen_text(app)


async def test_every_failed_run_is_reached_by_the_same_key_again() -> None:
    """`e`, esc, `e` walks on to the next failed run, until there is none, and says so."""
    async with watching("sample_runs", size=SMALL) as (app, pilot):
        failed = {m.run_id for m in app.session.moments() if m.judgement.verdict == "failed"}
        seen = set()
        for _ in range(len(app.session.moments()) + 1):
            await pressed(pilot, "e")
            if isinstance(app.screen, RunsPage):
                break
            assert isinstance(top(app), ChunkPage | RunPage)
            seen.add(top(app).run_id)
            await pressed(pilot, "escape")
        assert isinstance(top(app), RunsPage)
        assert seen >= failed
        assert "failure" in [notification.message for notification in app._notifications][-1]


# --------------------------------------------------------------------------------------------- one table for all


async def test_a_remapped_key_works_and_its_old_one_does_not() -> None:
    async with watching("sample_runs", size=NORMAL, keymap={"attention": "f5", "leave": "f6,number_sign"}) as (
        app,
        pilot,
    ):
        runs = top(app)
        await pressed(pilot, "x")
        assert not runs.narrowing.attention
        await pressed(pilot, "f5")
        assert runs.narrowing.attention
        await pressed(pilot, "enter", "q")
        assert isinstance(top(app), RunPage)
        await pressed(pilot, "number_sign")
        assert top(app) is runs


async def test_footers_help_and_palette_are_the_tables() -> None:
    async with watching("sample_runs", size=WIDE) as (app, pilot):
        for name in ("runs", "run", "chunk", "events", "problems"):
            await go_to(app, pilot, name, RECOVERED)
            last = screen_text(app).split("\n")[-1]
            for hint in footer(name):
                assert f"{hint.key} {hint.label}" in last
            assert last.endswith("? help")
            await pressed(pilot, "ctrl+p")
            assert isinstance(top(app), Palette)
            for entry in list(palette_entries(name))[:5]:
                await _assert_offered(app, pilot, entry)
        await go_to(app, pilot, "help")
        shown = " ".join(screen_text(app).split())
        for group in Group:
            for names, words in help_lines(group):
                assert " ".join(f"{names} {words}".split()) in shown


async def _assert_offered(app: RunwatchApp, pilot: Pilot[None], entry: Key) -> None:
    """Typed by name, it is the palette's."""
    typed = app.screen.query_one(Input)
    typed.value = entry.label
    await pilot.pause()
    for _ in range(50):
        text = " ".join(screen_text(app).split())
        if entry.about[:40] in text and key_name(entry.keys[0]) in text:
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{entry.label} is not in the palette:\n{screen_text(app)}")


async def test_every_page_is_named_in_the_table() -> None:
    names = {context for entry in KEYS for context in entry.contexts}
    for page in (RunsPage, RunPage, ChunkPage, EventsPage, ProblemsPage, RawScreen):
        assert issubclass(page, Page)
        assert page.NAME in names


# ------------------------------------------------------------------------------------------------ events everywhere


async def test_every_figure_leads_to_its_line_in_two_keys() -> None:
    """Enter opens the one event a figure rests on, or lists them; enter again opens one. Or it is said that none is."""
    async with watching("sample_runs/orders-failed-recovered.jsonl", size=NORMAL) as (app, pilot):
        await go_to(app, pilot, "run", RECOVERED)
        run = top(app)
        for number, pane in enumerate(run.board.panes, 1):
            await pilot.press(str(number))
            for index, row in enumerate(pane.answer.rows):
                pane.by_hand(index)
                app.clear_notifications()
                await pilot.press("enter")
                await pilot.pause()
                if isinstance(top(app), EventsPage):
                    assert top(app).filter_text == row.query
                    assert f"/{row.query}" in screen_text(app)
                    await pressed(pilot, "enter")
                elif top(app) is run:
                    assert not row.evidence.places
                    assert len(app._notifications) == 1
                    continue
                assert isinstance(top(app), RawScreen)
                assert ".jsonl:" in screen_text(app)
                while top(app) is not run:
                    app.pop_screen()
                    await pilot.pause()


async def test_the_events_of_a_chunk_are_those_that_name_it_until_esc() -> None:
    async with watching("sample_runs/orders-failed-recovered.jsonl", size=SMALL) as (app, pilot):
        await go_to(app, pilot, "chunk", RECOVERED)
        await pressed(pilot, "i")
        assert isinstance(top(app), EventsPage)
        assert (top(app).filter_text, top(app).table.rows.count) == ("chunk:0", 6)
        await pressed(pilot, "escape")
        assert top(app).table.rows.count == 14
        await pressed(pilot, "escape")
        assert isinstance(top(app), ChunkPage)


async def test_filters_are_found_again_each_on_its_screen() -> None:
    """Events for each run its own; one that a chunk or a figure brought is not the user's."""
    async with watching("sample_runs", size=NORMAL) as (app, pilot):
        runs = top(app)
        assert runs.board.table.move_to_key(RECOVERED)
        await pressed(pilot, "i", "slash", *"failed", "enter", "j", "q")
        await pressed(pilot, "P", "slash", *"json", "enter", "q", "P")
        assert isinstance(top(app), ProblemsPage)
        assert top(app).filter_text == "json"
        await pressed(pilot, "q", "i")
        assert (top(app).run_id, top(app).filter_text, top(app).table.position) == (RECOVERED, "failed", 4)
        await pressed(pilot, "q", "enter", "i")
        assert top(app).filter_text == "failed"
        await pressed(pilot, "q", "q", "j", "i")
        assert top(app).run_id != RECOVERED
        assert top(app).filter_text == ""
        app.pop_screen()
        app.open_events(RECOVERED, "chunk:0")
        await pilot.pause()
        assert top(app).filter_text == "chunk:0"
        await pressed(pilot, "escape", "q")
        app.open_events(RECOVERED)
        await pilot.pause()
        assert top(app).filter_text == "failed"
        await pressed(pilot, "escape", "q")
        app.open_events(RECOVERED)
        await pilot.pause()
        assert top(app).filter_text == "", "what the user cleared stays cleared"
