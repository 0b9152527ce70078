"""How far reading is, kept as it moves: ten thousand files are not added up at each step."""

from __future__ import annotations

from runwatch.core.places import Segment
from runwatch.sources.base import Progress


class Tally:
    """Sums the sizes of segments into a Progress."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._known: dict[Segment, tuple[int, int]] = {}
        self._total = 0
        self._gone: set[Segment] = set()

    def note(self, segment: Segment, size: int, read: int) -> None:
        """This segment has so many bytes on disk, so many of them are read."""
        read = min(size, read)
        before = self._known.get(segment, (0, 0))
        self._known[segment] = (size, read)
        progress = self._progress
        self._total += size - before[0]
        progress.files = len(self._known) - len(self._gone)
        progress.bytes_total = self._total
        progress.bytes_read += read - before[1]
        progress.behind = self._total - progress.bytes_read

    def end(self, segment: Segment) -> None:
        """It is gone: nothing more will be read of it."""
        self._gone.add(segment)
        read = self._known.get(segment, (0, 0))[1]
        self.note(segment, read, read)
