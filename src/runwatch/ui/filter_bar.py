"""The line in which a filter is typed, between the list and the footer.

While it has the focus every printable key is text. Once it is left it is gone
from the screen: the page says beside its list what is hidden.
"""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from runwatch.core.text import safe

EXAMPLE = "words, !word, field:value, rows>0"


class FilterBar(Widget):
    """Hidden until `open`; esc clears the filter and leaves, enter keeps it and leaves."""

    DEFAULT_CSS = """
    FilterBar { layout: horizontal; height: 1; width: 1fr; background: $panel; display: none; }
    FilterBar.-open { display: block; }
    FilterBar > Static { width: 3; padding: 0 1; color: $accent; text-style: bold; }
    FilterBar > Input, FilterBar > Input:focus {
        width: 1fr; height: 1; border: none; padding: 0; color: $foreground;
        background: $panel; background-tint: $panel 0%;
    }
    """
    BINDINGS = [Binding("escape", "clear", "clear", id="filter.clear", show=False)]

    class Changed(Message):
        """Another text stands in the bar: filter by it now."""

        def __init__(self, bar: FilterBar, text: str) -> None:
            super().__init__()
            self.bar = bar
            self.text = text

        @property
        def control(self) -> FilterBar:
            return self.bar

    class Closed(Message):
        """The user left the bar; put the focus where it was. Without `keep` the filter is gone."""

        def __init__(self, bar: FilterBar, keep: bool) -> None:
            super().__init__()
            self.bar = bar
            self.keep = keep

        @property
        def control(self) -> FilterBar:
            return self.bar

    def __init__(self, example: str = EXAMPLE, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        """`example` stands in it, faint, while nothing is typed."""
        super().__init__(id=id)
        self._example = example

    def compose(self) -> ComposeResult:
        """The slash and the text."""
        yield Static(Content("/"))
        yield Input(placeholder=self._example, select_on_focus=False)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.query_one(Input).value

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self.has_class("-open")

    def open(self, text: str = "") -> None:
        """Show it with this text and take the focus."""
        self.add_class("-open")
        typed = self.query_one(Input)
        typed.value = text
        typed.cursor_position = len(text)
        typed.focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        shown = safe(event.value).replace("\n", " ")
        if shown != event.value:  # pasted controls would reach the terminal; this comes back here
            event.input.value = shown
        elif self.is_open:
            self.post_message(self.Changed(self, shown))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave(keep=True)

    def action_clear(self) -> None:
        """Clear the filter and leave."""
        self._leave(keep=False)

    def _leave(self, *, keep: bool) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed(self, keep))
