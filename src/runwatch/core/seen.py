"""Which entries were delivered before: equal in time (to the nanosecond), variant and fields."""

from __future__ import annotations

import msgspec

from runwatch.core import marks
from runwatch.core.events import Event
from runwatch.core.rows import Rows


class Seen:
    """Timed entries by time and content, so that one delivered again is known however many share its time."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, int], list[int]] = {}

    def is_new(self, log: Rows, row: int, event: Event | None = None) -> bool:
        """Remember `row`, unless an equal one came before. `event` is its own, where that is at hand."""
        earlier = self._rows.setdefault((log.times[row], _content(log, row)), [])
        if any(log.is_same(row, other, event) for other in earlier):
            return False
        earlier.append(row)
        return True


def _content(log: Rows, row: int) -> int:
    """The same for equal events, and hardly ever for others. Those that have facts are told apart by them."""
    mark = log.marks[row]
    kind = mark & marks.KIND
    if mark & marks.FACT:
        return hash((kind, log.facts.of(kind, row, log.argument(row))))
    event = log.kept[row]
    facts = log.facts.of_event(event)
    if facts is not None:
        return hash((kind, facts))
    try:
        return hash(event)
    except TypeError:  # a JSON object among the fields
        return hash((event.kind, msgspec.json.encode(event, order="sorted")))
