"""Text from outside is shown as it is: it crashes nothing, hides nothing, commands nothing."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.widgets import Static

from runwatch.answers.view import Mark, Tone
from runwatch.ui import safe
from runwatch.ui.line import Bit
from runwatch.ui.looks import LooksApp
from runwatch.ui.plain import use_plain

HOSTILE = ["[/nope]", "[ERROR] disk", "[@click=app.quit]x[/]", "[b", "\\[x]", "$v-failed", "a[link=x]b"]


@pytest.mark.parametrize("text", HOSTILE)
async def test_markup_in_a_log_is_literal_text(text: str) -> None:
    class Shown(LooksApp):
        def compose(self) -> ComposeResult:
            box = Static(safe.content(text))
            box.border_title = safe.content(text)
            box.styles.border = ("round", "red")
            yield box

    app = Shown()
    async with app.run_test(size=(40, 5)) as pilot:
        rows = [strip.text for strip in app.screen._compositor.render_strips()]
        assert text in rows[0]
        assert text in rows[1]
        await pilot.click(Static, offset=(2, 1))
        assert app.is_running


@pytest.mark.parametrize("text", ["\x1b[31m", "\x1b]52;c;ZXZpbA==\x07", "\x9b1m", "\u202eevil", "a\x00b", "\x7f"])
def test_controls_never_reach_the_terminal(text: str) -> None:
    for shown in (safe.line_text(text), safe.block_text(text), safe.content(text).plain):
        assert shown.isprintable()


def test_a_row_has_no_breaks_and_a_block_keeps_them() -> None:
    assert safe.line_text("a\nb") == "a b"
    assert safe.block_text("a\nb") == "a\nb"
    assert [line[0].text for line in safe.wrapped("one two\nthree", 5)] == ["one", "two", "three"]


def test_tones_become_theme_variables() -> None:
    assert safe.bit("2 failed", Tone.FAILED, bold=True) == Bit("2 failed", "bold $v-failed")
    assert safe.bit(" of 6") == Bit(" of 6", "$foreground")


def test_only_bad_news_is_filled() -> None:
    assert safe.badge("failed") == Bit(" ✗ FAILED ", "bold $onfill on $v-failed")
    assert safe.badge("running") == Bit(" ▶ RUNNING ", "bold $v-running")
    assert safe.badge("contradicted").style == "bold $onfill on $v-contradicted"


def test_a_quiet_verdict_has_only_its_glyph_in_colour() -> None:
    assert safe.verdict_bits("succeeded") == (Bit("✓", "$v-succeeded"), Bit(" "), Bit("succeeded", "$muted"))
    assert safe.verdict_bits("lost")[2] == Bit("lost", "bold $v-lost")
    assert safe.verdict_bits("contradicted", tiny=True)[2].text == "contra"


def test_plain_glyphs_are_plain_at_the_door() -> None:
    use_plain(True)
    assert safe.bit("a › b…").text == "a > b.."
    assert safe.mark_bit(Mark.RECOVERED).text == "R"
    assert safe.badge("lost").text == " ! LOST "


async def test_turning_glyphs_plain_reaches_what_was_drawn_before() -> None:
    class Shown(LooksApp):
        def compose(self) -> ComposeResult:
            yield Static(safe.content("✗ 2 › orders"), classes="box")

    app = Shown()
    async with app.run_test(size=(30, 5)) as pilot:
        app.action_toggle_plain()
        await pilot.pause()
        svg = app.export_screenshot()
        assert "X&#160;2&#160;&gt;&#160;orders" in svg
        assert not {"✗", "╭", "│", "›"} & set(svg)
