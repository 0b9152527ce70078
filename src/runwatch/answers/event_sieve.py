"""Which events may hold the words of a filter, told from the bytes of the log: as `grep` goes through a gigabyte.

Most events are not kept: to see what one says its line is read and decoded again
(`core/again.py`), some 20 µs each. Where all lines of a stretch lack a word, none
of them is. Whatever could be written in two ways is looked at as it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from runwatch.core.again import GONE
from runwatch.core.index import RunLog
from runwatch.core.marks import FACT
from runwatch.core.places import Segment, Stretch

FEWEST = 8
"""Events of the run in a stretch that are worth reading it whole."""
LONG = 16 << 10
"""Bytes of a line; of a longer one a text can be cut, and say so (`core/text.py`)."""
_OURS = (GONE.casefold(),)
"""What no log says."""


class Sieve:
    """Passes over the events of one log that cannot hold all of some words."""

    def __init__(self, words: Iterable[str], log: RunLog) -> None:
        """`words`: folded; each stands in a text of the event, or is the event's kind, or part of that."""
        self._log = log
        self._words = [word.encode() for word in words if word.isascii() and not any(word in ours for ours in _OURS)]

    def likely(self, position: int, stop: int) -> tuple[int, Sequence[int]]:
        """As far as one look reaches, and which positions from this one up to there are to be looked at."""
        if not self._words:
            return stop, range(position, stop)
        log = self._log
        row = log.order[position]
        segment, line = log.segments.at(row), log.lines[row]
        beyond = segment.next_start(line) if segment.is_plain else None
        if beyond is None:
            return position + 1, (position,)
        end = self._end(position, stop, segment, beyond)
        stretch = log.stretch_of(row) if end - position >= FEWEST else None
        if stretch is None:
            return end, range(position, end)
        likely, marks, numbers = self._lines(stretch), log.marks, log.lines
        rows = enumerate(log.order[position:end], position)
        if not likely:
            return end, [at for at, row in rows if not marks[row] & FACT]
        return end, [at for at, row in rows if not marks[row] & FACT or numbers[row] in likely]

    def _end(self, position: int, stop: int, segment: Segment, beyond: int) -> int:
        """The first position behind this one that does not stand in front of this line of the segment."""
        log = self._log
        order, lines, segments = log.order, log.lines, log.segments
        if log.is_straight:
            return bisect_left(lines, beyond, position, min(stop, segments.end(position, stop)))
        end = position + 1
        while end < stop and lines[row := order[end]] < beyond and segments.at(row) is segment:
            end += 1
        return end

    def _lines(self, stretch: Stretch) -> set[int]:
        """The lines that may hold all words, by number."""
        folded = stretch.data.lower()
        lines = folded.split(b"\n")
        is_plain = folded.isascii() and b"\\" not in folded and max(map(len, lines)) <= LONG
        if is_plain and not all(word in folded for word in self._words):
            return set()
        return {number for number, line in enumerate(lines, stretch.first) if self._may_hold(line)}

    def _may_hold(self, line: bytes) -> bool:
        if not line.isascii() or b"\\" in line or len(line) > LONG:
            return True
        return all(word in line for word in self._words)
