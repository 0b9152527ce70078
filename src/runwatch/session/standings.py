"""What all runs come to: counted by verdict, the runs of each export in their order, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from runwatch.core.verdict import VERDICTS
from runwatch.session.ordered import Ordered
from runwatch.session.standing import Standing


class Standings:
    """Each change costs the same, however many runs there are."""

    def __init__(self) -> None:
        self._changes: list[str] = []
        self._forgotten = 0
        """So many of the first changes are no longer known."""
        self.clear()

    def clear(self) -> None:
        """Nothing is known; whoever asks for changes begins anew."""
        self.standings: dict[str, Standing] = {}
        self.counts = dict.fromkeys(VERDICTS, 0)
        """Runs by verdict, of those that the options ask for."""
        self.unknown_count = 0
        """Events that are not known, of all runs."""
        self.by_export: dict[str, Ordered] = {}
        """The places of each export's runs, newest first."""
        self.open: dict[str, Standing] = {}
        """Those that have not ended."""
        self.failing: dict[str, Standing] = {}
        """Those in which an attempt failed."""
        self._forgotten += len(self._changes) + 1
        self._changes = []

    @property
    def total(self) -> int:
        """Runs that the options ask for."""
        return sum(self.counts.values())

    def changes(self, since: int) -> tuple[Iterable[str], int]:
        """The runs that became another since then, and now: the number to ask with next time, 0 at first."""
        now = self._forgotten + len(self._changes)
        if since < self._forgotten:
            return tuple(self.standings), now
        return self._changes[since - self._forgotten :], now

    def newest(self, export: str, count: int) -> Sequence[Standing]:
        """The newest runs of an export that the options ask for."""
        places = self.by_export[export]
        found = (self.standings[run_id] for _, run_id in places)
        return tuple(islice((standing for standing in found if standing.is_selected), count))

    def beside(self, run_id: str, step: int) -> str | None:
        """The next run of the export that the options ask for, or with -1 the one before; None: there is none."""
        run = self.standings.get(run_id)
        if run is None or not run.verdict:
            return None
        places = self.by_export[run.export]
        at = places.index(run.place) - step
        while 0 <= at < len(places) and not self.standings[places[at][1]].is_selected:
            at -= step
        found: str | None = places[at][1] if 0 <= at < len(places) else None
        return found

    def put(self, old: Standing | None, new: Standing) -> None:
        """A run is another than it was."""
        self.unknown_count += new.unknown - (0 if old is None else old.unknown)
        before = None if old is None or not old.verdict else (old.place, old.export)
        after = (new.place, new.export) if new.verdict else None
        if before != after:
            if old is not None and before is not None:
                self._take_out(old)
            if after is not None:
                self.by_export.setdefault(new.export, Ordered()).add(new.place)
        for standings, belongs in ((self.open, new.is_open), (self.failing, new.causes is not None)):
            if belongs:
                standings[new.run_id] = new
            else:
                standings.pop(new.run_id, None)
        self.replace(old, new)

    def replace(self, old: Standing | None, new: Standing) -> None:
        """The same run in the same place, with other figures."""
        if old is not None and old.is_selected and old.verdict:
            self.counts[old.verdict] -= 1
        if new.is_selected and new.verdict:
            self.counts[new.verdict] += 1
        self.standings[new.run_id] = new
        self._changes.append(new.run_id)
        if len(self._changes) > 2 * len(self.standings) + 1000:
            gone = len(self._changes) // 2
            del self._changes[:gone]
            self._forgotten += gone

    def _take_out(self, old: Standing) -> None:
        self.by_export[old.export].remove(old.place)
        if not self.by_export[old.export]:
            del self.by_export[old.export]
