"""A page with a list that a filter narrows: the keys for it, and a footer for the time while one is typed."""

from __future__ import annotations

from runwatch.ui.filter_bar import FilterBar
from runwatch.ui.screens.page import Page
from runwatch.ui.widgets.table import Table


class FilteredPage(Page):
    """Runs, Problems and Events."""

    def __init__(self) -> None:
        super().__init__()
        self.filter_text = ""

    @property
    def table(self) -> Table:
        """What is narrowed."""
        return self.query_one(Table)

    def narrowed(self) -> None:
        """Show what `filter_text` keeps now."""

    def footer_name(self) -> str:
        """Whose keys matter, as their table calls it: while a filter is typed every other key is text."""
        return "filter" if self.query_one(FilterBar).is_open else super().footer_name()

    def narrow(self, text: str) -> None:
        """Only what this filter keeps."""
        self.filter_text = text.strip()
        self.narrowed()

    def action_filter(self) -> None:
        """Filter as you type."""
        self.query_one(FilterBar).open(self.filter_text)
        self.show_footer()

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Each letter narrows the list."""
        self.narrow(event.text)

    def on_filter_bar_closed(self, event: FilterBar.Closed) -> None:
        """Enter keeps the filter, esc clears it."""
        if not event.keep:
            self.narrow("")
        self.show_footer()
        self.table.focus()

    def action_next_hit(self) -> None:
        """The next that is shown."""
        self.table.move_to(self.table.cursor + 1)

    def action_previous_hit(self) -> None:
        """The one before."""
        self.table.move_to(self.table.cursor - 1)
