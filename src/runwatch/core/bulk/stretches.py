"""Chunks that went as planned, three lines each, one after the other: found in many lines at once."""

from __future__ import annotations

from array import array

import numpy as np

from runwatch.core.bulk.block import Flags, Numbers
from runwatch.core.bulk.decode import COMPLETED, STARTED, WRITTEN
from runwatch.core.bulk.lines import Lines
from runwatch.core.triples import Triples


class Stretches:
    """Triples, in the order of their lines; those whose chunks follow one another are taken together."""

    def __init__(self, lines: Lines, triples: Numbers) -> None:
        """`triples`: the first line of each."""
        heads = np.flatnonzero(~_go_on(lines, triples))
        counts = np.diff(np.append(heads, len(triples)))
        self._coming: list[tuple[int, int]] = list(zip(triples[heads].tolist(), counts.tolist(), strict=True))
        """Where each stretch begins, and of how many it is; the last one first."""
        self._coming.append((len(lines.run), 0))
        self._coming.reverse()
        self._taken = 0
        """Triples so far."""
        self._times, self._chunks = lines.time.data, lines.chunk.data
        self._lengths = (lines.time[triples + 2] - lines.time[triples]).data
        sizes = lines.size[triples + 1]
        self._size_code = "i" if sizes.max(initial=0) < 2**31 else "q"
        self._size = array(self._size_code).itemsize
        self._rows, self._sizes = lines.rows[triples + 1].tobytes(), sizes.astype(self._size_code).tobytes()

    @property
    def next(self) -> int:
        """Where the next stretch begins."""
        return self._coming[-1][0]

    def whole(self, stop: int) -> int:
        """This line or the next one that is not in the middle of a triple."""
        for begin, count in reversed(self._coming):
            if stop < begin + 3 * count:
                return stop + (begin - stop) % 3 if stop > begin else stop
        return stop

    def take(self, stop: int, *, is_counted: bool) -> tuple[Triples, int]:
        """The next stretch, up to this line at most, and where it ends. `is_counted`: the series have it already."""
        start, count = self._coming.pop()
        end = start + 3 * count
        if end > stop:
            self._coming.append((stop, (end - stop) // 3))
            end = stop
        first, last, size = self._taken, self._taken + (end - start) // 3, self._size
        self._taken, time = last, self._times
        triples = Triples(
            self._chunks[start],
            time[start + 2],
            self._lengths[first:last].tolist(),
            array("I", self._rows[4 * first : 4 * last]),
            array(self._size_code, self._sizes[size * first : size * last]),
            None,
            () if is_counted else time[start + 1 : end : 3].tolist(),
            () if is_counted else time[start + 2 : end : 3].tolist(),
        )
        return triples, end


def are_triples(lines: Lines) -> Flags:
    """Where a chunk begins, its one file is written and it is done, one after the other."""
    kind, run, chunk, rows, name = lines.kind, lines.run, lines.chunk, lines.rows, lines.name
    triples = np.zeros(len(kind), np.bool_)
    triples[:-2] = (
        (kind[:-2] == STARTED) & (kind[1:-1] == WRITTEN) & (kind[2:] == COMPLETED) & (run[:-2] == run[2:])
        & (chunk[:-2] == chunk[2:]) & (rows[1:-1] == rows[2:]) & (name[1:-1] == name[2:])
    )  # fmt: skip
    return triples


def _go_on(lines: Lines, triples: Numbers) -> Flags:
    """Which triples stand behind one of the chunk before theirs."""
    goes_on = np.zeros(len(triples), np.bool_)
    last, these = triples[:-1], triples[1:]
    goes_on[1:] = (
        (these - last == 3) & (lines.run[these] == lines.run[last]) & (lines.chunk[these] == lines.chunk[last] + 1)
    )
    return goes_on
