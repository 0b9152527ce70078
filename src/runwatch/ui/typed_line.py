"""One line to type into at the foot of the screen, over a page that stays visible."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from runwatch.core.text import safe


class TypedLine(ModalScreen[str | None]):
    """Enter gives the text, esc nothing."""

    DEFAULT_CSS = """
    TypedLine { align: left bottom; background: $background 0%; }
    TypedLine Horizontal { height: 1; width: 1fr; background: $panel; margin: 0 0 1 0; }
    TypedLine Static { width: auto; padding: 0 1; color: $accent; text-style: bold; }
    TypedLine Input, TypedLine Input:focus {
        width: 1fr; height: 1; border: none; padding: 0; color: $foreground;
        background: $panel; background-tint: $panel 0%;
    }
    """
    BINDINGS = [
        Binding("escape", "dismiss(None)", "back", id="typed.back", show=False),
        Binding("ctrl+c", "app.quit", "quit", id="typed.quit", show=False),
    ]

    def __init__(self, prompt: str, example: str) -> None:
        """`prompt` stands before the text, `example` in its place while nothing is typed."""
        super().__init__()
        self._prompt, self._example = prompt, example

    def compose(self) -> ComposeResult:
        """The prompt and the text."""
        with Horizontal():
            yield Static(Content(self._prompt))
            yield Input(placeholder=self._example)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pasted controls would reach the terminal."""
        shown = safe(event.value).replace("\n", " ")
        if shown != event.value:
            event.input.value = shown

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """What was typed; nothing, if that is nothing."""
        self.dismiss(event.value.strip() or None)
