"""How far reading is, kept as it moves: ten thousand files are not added up at each step."""

from __future__ import annotations

from collections.abc import Iterable

from runwatch.core.places import Segment
from runwatch.sources.base import Progress

_NOTHING = 0, 0


class Tally:
    """Sums the sizes of segments into a Progress."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._known: dict[Segment, tuple[int, int]] = {}
        self._total = 0
        self._gone: set[Segment] = set()

    def note(self, segment: Segment, size: int, read: int) -> None:
        """This segment has so many bytes on disk, so many of them are read."""
        self.note_all([(segment, size, read)])

    def note_all(self, measures: Iterable[tuple[Segment, int, int]]) -> None:
        """The same of many."""
        known, total, done = self._known, self._total, self._progress.bytes_read
        for segment, size, read in measures:
            size_before, read_before = known.get(segment, _NOTHING)
            measure = known[segment] = (size, min(size, read))
            total += size - size_before
            done += measure[1] - read_before
        self._total = total
        progress = self._progress
        progress.files = len(known) - len(self._gone)
        progress.bytes_total, progress.bytes_read, progress.behind = total, done, total - done

    def end(self, segment: Segment) -> None:
        """It is gone: nothing more will be read of it."""
        self._gone.add(segment)
        read = self._known.get(segment, (0, 0))[1]
        self.note(segment, read, read)
