"""One order of some of the runs, and where each of them stands in it."""

from __future__ import annotations

from typing import Any

from runwatch.answers.filters import parse_filter
from runwatch.core.verdict import ATTENTION
from runwatch.session.lineup import Lineup
from runwatch.session.ordered import Ordered
from runwatch.ui.narrowing import Narrowing
from runwatch.ui.run_fields import RunFields
from runwatch.ui.sorting import Sorting


class Ranked:
    """The runs that a narrowing keeps, as a sorting has them; what is in the queue is still to be looked at."""

    def __init__(self, sorting: Sorting, narrowing: Narrowing) -> None:
        self.sorting = sorting
        self.narrowing = narrowing
        self.queue: dict[str, None] = {}
        self._wanted = parse_filter(narrowing.text)
        self._order = Ordered()
        self._keys: dict[str, tuple[Any, ...]] = {}
        self._since = 0
        self._of: Lineup | None = None

    def __len__(self) -> int:
        return len(self._order)

    @property
    def moves_with_time(self) -> bool:
        """Time alone can move a run in it, or in or out."""
        return bool(self._wanted) or self.sorting.column == "elapsed"

    def note(self, lineup: Lineup) -> None:
        """Those that became others are to be looked at."""
        changed, self._since = lineup.changes(self._since)
        self.queue.update(dict.fromkeys(changed))

    def put(self, run: RunFields) -> None:
        """The run where it belongs now, or nowhere."""
        standing = run.standing
        key = self.sorting.key(run) if self._keeps(run) else None
        before = self._keys.get(standing.run_id)
        if key == before:
            return
        if before is not None:
            self._order.remove(before)
        if key is None:
            del self._keys[standing.run_id]
        else:
            self._order.add(key)
            self._keys[standing.run_id] = key

    def _keeps(self, run: RunFields) -> bool:
        standing = run.standing
        if not standing.verdict or not standing.is_selected:
            return False
        if self.narrowing.attention and standing.verdict not in ATTENTION:
            return False
        return self._wanted.matches(run)

    def run_id(self, index: int) -> str:
        """Which run stands there."""
        run_id: str = self._order[index][-1]
        return run_id

    def index_of(self, run_id: str) -> int | None:
        """Where a run stands; None if it is not listed."""
        key = self._keys.get(run_id)
        return None if key is None else self._order.index(key)
