"""The keys that move a cursor through rows, for any widget that has one."""

from __future__ import annotations

from abc import abstractmethod


class Moves:
    """Actions of the bindings of context `list`."""

    cursor: int

    @abstractmethod
    def by_hand(self, index: int) -> None:
        """Put the cursor on this row or the nearest there is."""

    @abstractmethod
    def last(self) -> int:
        """The last row."""

    @abstractmethod
    def page(self) -> int:
        """How many rows are seen at once."""

    def action_cursor_down(self) -> None:
        self.by_hand(self.cursor + 1)

    def action_cursor_up(self) -> None:
        self.by_hand(self.cursor - 1)

    def action_first(self) -> None:
        self.by_hand(0)

    def action_last(self) -> None:
        self.by_hand(self.last())

    def action_half_down(self) -> None:
        self.by_hand(self.cursor + max(1, self.page() // 2))

    def action_half_up(self) -> None:
        self.by_hand(self.cursor - max(1, self.page() // 2))

    def action_page_down(self) -> None:
        self.by_hand(self.cursor + max(1, self.page() - 1))

    def action_page_up(self) -> None:
        self.by_hand(self.cursor - max(1, self.page() - 1))
