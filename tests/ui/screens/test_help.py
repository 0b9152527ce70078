"""Help and palette come from the table; they fit any terminal and no name in them can hurt."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual.screen import Screen
from textual.widgets import OptionList

from runwatch.ui import keys
from runwatch.ui.looks import LooksApp
from runwatch.ui.palette import Command, Palette
from runwatch.ui.screens.help import HelpScreen, help_page


class Runs(Screen[None]):
    NAME = "runs"
    BINDINGS = keys.bindings("runs")
    done: str = ""

    def action_next_failure(self) -> None:
        self.done = "failure"

    def palette_commands(self, query: str) -> Iterable[Command]:
        yield Command("go to run [/nope] [@click=app.quit]", "[ERROR] \x1b[31m", lambda: setattr(self, "done", "run"))


class App(LooksApp):
    BINDINGS = keys.bindings("app")

    def on_mount(self) -> None:
        self.push_screen(Runs())

    def action_help(self) -> None:
        self.push_screen(HelpScreen())


def texts(app: App) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def test_the_page_has_two_columns_and_the_legends() -> None:
    wide = ["".join(bit.text for bit in line).rstrip() for line in help_page(98)]
    assert wide[0].split() == ["Move", "Find"]
    assert wide[-3].startswith("✗ failed  ≠ contradicted  ☠ lost  ◌ stalled  ~ degraded")
    assert wide[-2] == "chunks  · pending  ◧ running  ■ completed  ◆ recovered  ✗ failed  □ interrupted"
    assert wide[-1].startswith("time    ✗ failure  ≠ contradiction  ~ degradation  ◆ recovery  » retry  ● the moment")
    assert len(help_page(40)) > len(wide)


def test_no_word_of_the_page_is_cut_at_80_columns() -> None:
    assert not any("…" in bit.text.replace("Planned … Succeeded", "") for line in help_page(76) for bit in line)


def test_the_columns_stand_apart_at_80_columns() -> None:
    """Inside the borders that is 76."""
    assert any("bookmark, next bookmark  t " in "".join(bit.text for bit in line) for line in help_page(76))



@pytest.mark.parametrize("size", [(120, 40), (40, 12), (1, 1)])
async def test_help_opens_scrolls_and_closes_at_every_size(size: tuple[int, int]) -> None:
    app = App()
    async with app.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("j", "G", "ctrl+u", "pagedown", "g", "k", "question_mark")
        assert isinstance(app.screen, Runs)
        await pilot.press("f1", "escape")
        assert isinstance(app.screen, Runs)


async def test_the_palette_finds_a_key_by_name_and_does_what_it_does() -> None:
    app = App()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("colon", *"next fail")
        await pilot.pause(0.3)
        assert "Next failure" in texts(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Runs)
        assert app.screen.done == "failure"


async def test_a_name_from_a_log_is_literal_in_the_palette() -> None:
    app = App()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("ctrl+p", *"nope")
        await pilot.pause(0.3)
        assert isinstance(app.screen, Palette)
        assert "go to run [/nope] [@click=app.quit]" in texts(app)
        assert "[ERROR] ␛[31m" in texts(app)
        assert app.screen.query_one(OptionList).option_count == 1
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Runs)
        assert app.screen.done == "run"
