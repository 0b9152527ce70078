"""The colours, and what they mean.

Widgets name variables (`$v-failed`), never colours; every hex digit of the
program stands here. Under a theme that is not ours each variable is worked
out from that theme's own colours, so no theme can break a screen.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color, ColorParseError
from textual.theme import Theme

DEFAULT = "runwatch-dark"
TOKENS = (
    "muted", "faint", "rule", "calm", "sel", "onfill",
    "v-running", "v-succeeded", "v-degraded", "v-stalled", "v-failed", "v-lost", "v-contradicted", "v-skipped",
)  # fmt: skip

_DARK = {
    "background": "#11141b", "surface": "#181c25", "panel": "#222835", "foreground": "#d7dce5", "accent": "#7fb4ff",
    "muted": "#98a2b3", "faint": "#7c8699", "rule": "#323a49", "calm": "#7d8ea6", "sel": "#25344d", "onfill": "#11141b",
    "v-running": "#6cb6ff", "v-succeeded": "#7cc78a", "v-degraded": "#e6b455", "v-failed": "#ff7b72",
    "v-contradicted": "#f07ad6",
}  # fmt: skip
_LIGHT = {
    "background": "#fbfaf7", "surface": "#f1efe9", "panel": "#e6e3da", "foreground": "#20242b", "accent": "#0b5cad",
    "muted": "#565f6e", "faint": "#68707e", "rule": "#cfcbc0", "calm": "#6f7b8c", "sel": "#d5e4f5", "onfill": "#ffffff",
    "v-running": "#0b5cad", "v-succeeded": "#1d6b36", "v-degraded": "#875400", "v-failed": "#b3261e",
    "v-contradicted": "#98137e",
}  # fmt: skip
_LOUD = ("accent", "v-running", "v-degraded", "v-failed", "v-contradicted")
_MONO = {
    **_DARK, **dict.fromkeys(_LOUD, "#ffffff"),
    "v-succeeded": _DARK["muted"], "sel": "#3a4150", "rule": "#4a5262",
}  # fmt: skip
_MONO_LIGHT = {
    **_LIGHT, **dict.fromkeys(_LOUD, "#000000"),
    "v-succeeded": _LIGHT["muted"], "sel": "#d0d3d8", "rule": "#b4b8c0",
}  # fmt: skip


def _variables(colours: Mapping[str, str]) -> dict[str, str]:
    """Our tokens, and Textual's own variables said in them."""
    ink, muted, accent, rule, sel = (colours[name] for name in ("foreground", "muted", "accent", "rule", "sel"))
    ground, surface = colours["background"], colours["surface"]
    return {
        **{name: colours[name] for name in TOKENS if name in colours},
        "v-stalled": colours["v-degraded"],
        "v-lost": colours["v-failed"],
        "v-skipped": muted,
        "text": ink, "text-muted": muted, "text-disabled": colours["faint"], "foreground-muted": muted,
        "block-cursor-foreground": ink, "block-cursor-background": sel, "block-cursor-text-style": "none",
        "block-cursor-blurred-foreground": ink, "block-cursor-blurred-background": sel,
        "block-cursor-blurred-text-style": "none", "block-hover-background": surface,
        "border": accent, "border-blurred": rule,
        "footer-background": surface, "footer-foreground": muted,
        "footer-key-foreground": accent, "footer-description-foreground": muted,
        "input-cursor-background": accent, "input-cursor-foreground": ground,
        "input-selection-background": sel, "input-selection-foreground": ink,
        "scrollbar": rule, "scrollbar-hover": muted, "scrollbar-active": accent, "scrollbar-background": ground,
        "scrollbar-background-hover": ground, "scrollbar-background-active": ground, "scrollbar-corner-color": ground,
        "link-color": ink, "link-color-hover": accent, "link-background-hover": surface,
        "screen-selection-background": sel, "screen-selection-foreground": ink,
    }  # fmt: skip


def _theme(name: str, colours: Mapping[str, str], *, dark: bool) -> Theme:
    return Theme(
        name,
        primary=colours["accent"],
        secondary=colours["accent"],
        accent=colours["accent"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        success=colours["v-succeeded"],
        warning=colours["v-degraded"],
        error=colours["v-failed"],
        dark=dark,
        variables=_variables(colours),
    )


THEMES = (
    _theme("runwatch-dark", _DARK, dark=True),
    _theme("runwatch-light", _LIGHT, dark=False),
    _theme("runwatch-mono", _MONO, dark=True),
    _theme("runwatch-mono-light", _MONO_LIGHT, dark=False),
)
"""All of ours. The mono ones are for NO_COLOR: bad news and what moves in white, or black."""


def without_colour(theme: Theme) -> str:
    """The name of the theme to use under NO_COLOR instead of this one."""
    return "runwatch-mono" if theme.dark else "runwatch-mono-light"


def fallbacks(theme: Theme) -> dict[str, str]:
    """Each token of ours under a theme that does not know it, for `App.get_theme_variable_defaults`.

    Values, not names: a default that names another variable is a parse error.
    """
    made = {**theme.to_color_system().generate(), **theme.variables}
    ground = made["background"]
    quiet = _text_muted(made)
    return {
        "muted": quiet,
        "faint": quiet,
        "rule": _over(made["border-blurred"], ground),
        "calm": quiet,
        "sel": _over(made["block-cursor-blurred-background"], ground),
        "onfill": ground,
        "v-running": made["primary"],
        "v-succeeded": made["success"],
        "v-degraded": made["warning"],
        "v-stalled": made["warning"],
        "v-failed": made["error"],
        "v-lost": made["error"],
        "v-contradicted": made["accent"],
        "v-skipped": quiet,
    }


def _text_muted(made: Mapping[str, str]) -> str:
    """`$text-muted` as a colour that needs no ground to be worked out: there it may read `auto 60%`."""
    ground = _parsed(made["background"])
    if ground is None or ground.ansi is not None:
        return "ansi_bright_black"
    found = _parsed(made["text-muted"])
    if found is not None and found.a == 1:
        return found.hex
    return (ground + ground.get_contrast_text(0.6)).hex


def _over(colour: str, ground: str) -> str:
    """This colour as it looks on the ground, so that it has no transparency left."""
    top, under = _parsed(colour), _parsed(ground)
    if top is None or under is None or top.ansi is not None or under.ansi is not None:
        return colour
    return (under + top).hex


def _parsed(colour: str) -> Color | None:
    try:
        return Color.parse(colour)
    except ColorParseError:
        return None
