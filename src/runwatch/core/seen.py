"""Which entries were delivered before: equal in time (to the nanosecond), variant and fields."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from runwatch.core.events import Event


class Seen:
    """Timed entries by time and content, so that one delivered again is known however many share its time."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, int], list[int]] = {}

    def is_new(self, times: Sequence[int], events: Sequence[Event], row: int) -> bool:
        """Remember `row`, unless an equal one came before."""
        event = events[row]
        earlier = self._rows.setdefault((times[row], _content(event)), [])
        if any(events[other] == event for other in earlier):
            return False
        earlier.append(row)
        return True


def _content(event: Event) -> int:
    """The same for equal events, and hardly ever for others."""
    try:
        return hash(event)
    except TypeError:  # a JSON object among the fields
        return hash((event.kind, msgspec.json.encode(event, order="sorted")))
