"""Of a widget that is shown again, only the lines that say something else are drawn."""

from __future__ import annotations

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class ChangedLines(Widget):
    """Draws `line_at(y)`; call `refresh_changed` where some of them may be others now.

    A second that passes seldom changes more than a few ages in a list, and what is drawn is sent to the terminal.
    """

    _drawn: dict[int, Strip] | None = None

    def line_at(self, y: int) -> Strip:
        """What stands in this line of the widget. Cheap to ask, equal where it is the same."""
        return Strip.blank(self.size.width)

    def refresh_changed(self) -> None:
        """Draw those that are not as they were drawn last."""
        drawn = self._drawn or {}
        width, height = self.size
        changed = [Region(0, y, width, 1) for y in range(height) if drawn.get(y) != self.line_at(y)]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """One line, for Textual."""
        strip = self.line_at(y)
        if self._drawn is None:
            self._drawn = {}
        self._drawn[y] = strip
        return strip
