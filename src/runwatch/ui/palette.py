"""The command palette: the table of keys by name, and what a screen adds to it.

A screen or the app offers more by having `palette_commands`. Names may come
from a log, so nothing here is read as markup.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Protocol, runtime_checkable

from msgspec import Struct
from textual.app import ComposeResult
from textual.command import CommandInput, CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.widgets import LoadingIndicator, Static

from runwatch.ui import keys
from runwatch.ui.line import Bit, to_content
from runwatch.ui.safe import line_text, verdict_bits

WIDTH = 72
_INSET = 8
"""Border, padding and marker, on both sides."""


class Command(Struct, frozen=True):
    """One line of the palette."""

    name: str
    about: str
    run: Callable[[], Awaitable[None] | None]
    key: str = ""


@runtime_checkable
class Offers(Protocol):
    """A screen, or an app, with commands of its own."""

    def palette_commands(self, query: str) -> Iterable[Command]:
        """Those worth a line for what was typed; few, for each is matched again."""


class KeyCommands(Provider):
    """Every key with a name that works here, then what the screen and the app offer."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands(query):
            name = line_text(command.name)
            score, offsets = matcher.fuzzy_search.match(query, name)
            if score > 0:
                line = command_content(command, self.app.size.width, offsets)
                yield Hit(score, line, partial(_run, command), text=name)

    async def discover(self) -> Hits:
        for command in self._commands(""):
            name = line_text(command.name)
            yield DiscoveryHit(command_content(command, self.app.size.width, ()), partial(_run, command), text=name)

    def _commands(self, query: str) -> Iterable[Command]:
        for entry in keys.palette_entries(str(getattr(self.screen, "NAME", ""))):
            yield Command(_title(entry), entry.about, partial(self._press, entry), keys.key_words(entry))
        for place in (self.screen, self.app):
            if isinstance(place, Offers):
                yield from place.palette_commands(query)

    async def _press(self, entry: keys.Key) -> None:
        """Do what the key does, also while an input has the focus."""
        name = entry.action.partition("(")[0]
        places: list[DOMNode] = [*(self.focused.ancestors_with_self if self.focused else (self.screen,)), self.app]
        place = next((node for node in places if hasattr(node, f"action_{name}")), None)
        if place is not None:
            await self.app.run_action(entry.action, default_namespace=place)


def command_content(command: Command, width: int, offsets: Iterable[int], *, verdict: str = "") -> Content:
    """Name and key, and below them what it does; in place of a key may stand a `verdict`, in its colour."""
    room = max(10, min(WIDTH, width) - _INSET)
    bits = verdict_bits(verdict) if verdict else (Bit(command.key, "bold $accent"),)
    key = to_content(bits)
    shown = Content(line_text(command.name)).truncate(max(1, room - key.cell_length - 2), ellipsis=True)
    for offset in offsets:
        shown = shown.stylize("bold underline", offset, offset + 1)
    blank = Content(" " * max(1, room - shown.cell_length - key.cell_length))
    about = Content.styled(line_text(command.about), "not bold $muted").truncate(room, ellipsis=True)
    return Content("").join([shown, blank, key, Content("\n"), about])


async def _run(command: Command) -> None:
    result = command.run()
    if result is not None:
        await result


def _title(entry: keys.Key) -> str:
    """`Next failure`; of the four panes their names."""
    label = "planned" if entry.id == "planned" else entry.label
    return label[:1].upper() + label[1:]


class Palette(CommandPalette):
    """Textual's palette in our looks."""

    CSS_PATH = "palette.tcss"
    BINDINGS = keys.overlay_bindings("quit.copy")

    def __init__(self) -> None:
        super().__init__(placeholder="a command, or part of a run's name", id="--command-palette")

    def compose(self) -> ComposeResult:
        """As Textual's, without the magnifying glass: no emoji."""
        with Vertical(id="--container") as container:
            container.border_title = Content("Palette")
            with Horizontal(id="--input"):
                yield Static(Content(":"), id="palette-prompt")
                yield CommandInput(placeholder=self._placeholder, select_on_focus=False)
            with Vertical(id="--results"):
                yield CommandList()
                yield LoadingIndicator()
