"""No theme can break a screen: ours by their contrast, all others by their fallbacks."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.style import Style
from textual.theme import BUILTIN_THEMES

from runwatch.answers.view import Tone
from runwatch.ui.looks import LooksApp
from runwatch.ui.theme import THEMES, TOKENS, fallbacks

TEXT = ("foreground", "muted", "faint", "accent", *(name for name in TOKENS if name.startswith("v-")))
OWN = {theme.name: theme for theme in THEMES}


def luminance(colour: Color) -> float:
    parts = [part / 255 for part in (colour.r, colour.g, colour.b)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2 has it."""
    low, high = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (high + 0.05) / (low + 0.05)


def made(name: str) -> dict[str, str]:
    theme = OWN[name]
    return {**theme.to_color_system().generate(), **theme.variables}


@pytest.mark.parametrize("name", OWN)
def test_our_text_can_be_read_on_the_screen_and_on_overlays(name: str) -> None:
    colours = made(name)
    for token in TEXT:
        assert contrast(colours[token], colours["background"]) >= 4.5, token
        assert contrast(colours[token], colours["surface"]) >= (4.3 if token == "faint" else 4.5), token
        if token != "faint":
            assert contrast(colours[token], colours["sel"]) >= 3.9, token


@pytest.mark.parametrize("name", OWN)
def test_shapes_stand_out_and_badges_can_be_read(name: str) -> None:
    colours = made(name)
    assert contrast(colours["calm"], colours["background"]) >= 3
    for token in ("v-failed", "v-contradicted", "v-lost", "v-stalled", "v-degraded"):
        assert contrast(colours["onfill"], colours[token]) >= 4.5, token


def test_without_colour_bad_news_is_the_loudest() -> None:
    """Red and magenta would turn into the same grey as labels."""
    colours = made("runwatch-mono")
    loud = ("v-running", "v-degraded", "v-failed", "v-lost", "v-contradicted", "accent")
    assert {colours[token].lower() for token in loud} == {"#ffffff"}
    assert colours["v-succeeded"] == colours["muted"]


@pytest.mark.parametrize("name", BUILTIN_THEMES)
def test_a_fallback_is_a_value_and_never_a_name(name: str) -> None:
    found = fallbacks(BUILTIN_THEMES[name])
    assert set(found) == set(TOKENS)
    assert not [token for token, value in found.items() if "$" in value or "auto" in value or "%" in value]


async def test_every_tone_resolves_under_every_theme_and_follows_a_switch() -> None:
    app = LooksApp()
    async with app.run_test(size=(20, 4)) as pilot:
        assert app.theme == "runwatch-dark"
        seen = set()
        for name in app.available_themes:
            app.theme = name
            await pilot.pause()
            for tone in Tone:
                assert Style.parse(f"${tone.value}").foreground is not None, (name, tone)
            seen.add(Style.parse("$v-failed"))
        assert len(seen) > 10


async def test_no_color_takes_the_mono_theme_of_the_same_brightness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert LooksApp().theme == "runwatch-mono"
    assert LooksApp(theme="runwatch-light").theme == "runwatch-mono-light"
    assert LooksApp(theme="gruvbox").theme == "runwatch-mono"
