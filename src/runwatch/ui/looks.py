"""An app that looks like runwatch, whatever it shows: themes, variables, plain glyphs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App
from textual.command import CommandPalette
from textual.filter import LineFilter

from runwatch.answers.glyphs import ONE_CELL
from runwatch.ui.palette import KeyCommands, Palette
from runwatch.ui.plain import PlainGlyphs, is_plain, use_plain
from runwatch.ui.theme import DEFAULT, THEMES, fallbacks, without_colour


class LooksApp(App[None]):
    """Registers the themes and keeps every theme whole; `a` turns every glyph to ASCII at once."""

    CSS_PATH: ClassVar[Any] = Path(__file__).with_name("app.tcss")
    COMMANDS = {KeyCommands}
    _plain_filter = PlainGlyphs(ONE_CELL)

    def __init__(self, *, theme: str = DEFAULT, plain: bool = False) -> None:
        """`theme` by name; NO_COLOR puts the mono one of the same brightness in its place."""
        super().__init__()
        for own in THEMES:
            self.register_theme(own)
        chosen = self.get_theme(theme) or THEMES[0]
        self.theme = without_colour(chosen) if self.no_color else chosen.name
        self.show_plain(plain)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens under a theme that is not ours."""
        return fallbacks(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The last word on every line: ASCII, if that is what the user asked for."""
        filters = super().get_line_filters()
        return [*filters, self._plain_filter] if is_plain() else filters

    def show_plain(self, on: bool) -> None:
        """Glyphs in ASCII, or not; screens that were laid out already are drawn again."""
        use_plain(on)
        self.set_class(on, "-plain")
        for screen in self.screen_stack if self._running else ():
            screen.refresh(layout=True, recompose=False)
            for widget in screen.walk_children():
                widget.refresh()

    def action_command_palette(self) -> None:
        """Every command by name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette())

    def action_toggle_plain(self) -> None:
        """Plain glyphs on, or off again."""
        self.show_plain(not is_plain())
