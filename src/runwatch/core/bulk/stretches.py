"""Chunks that went as planned, three lines each, one after the other: found in many lines at once."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import numpy as np

from runwatch.core.bulk.block import Column, Flags, Numbers
from runwatch.core.bulk.decode import COMPLETED, STARTED, WRITTEN
from runwatch.core.bulk.lines import Lines
from runwatch.core.events import ChunkFailed
from runwatch.core.triples import Triples

_SUMMED = 2**42
"""Numbers below it that are taken in at once can be added up in 63 bits."""


class Stretches:
    """Triples, in the order of their lines. Those whose chunks follow one another are taken together, also where one
    attempt at a chunk failed between them.
    """

    def __init__(self, lines: Lines, triples: Numbers, failures: Mapping[int, ChunkFailed]) -> None:
        """`triples`: the first line of each; `failures`: by line."""
        heads = np.flatnonzero(~_go_on(lines, triples))
        counts = np.diff(np.append(heads, len(triples)))
        begins, self._failures = triples[heads], failures
        joins = _are_joined(lines, begins, counts, failures)
        begun = triples.copy()
        begun[heads[joins]] -= 2
        lengths = lines.time[triples + 2] - lines.time[begun]
        rows, sizes = lines.rows[triples + 1], lines.size[triples + 1]
        longest = np.maximum.reduceat(lengths, heads).tolist() if len(heads) else []
        sums = _sums_of(rows, heads), _sums_of(sizes, heads)
        coming = zip(begins.tolist(), counts.tolist(), joins.tolist(), longest, *sums, strict=True)
        self._coming: list[tuple[int, int, bool, int, int, int]] = [*coming, (len(lines.run), 0, False, 0, 0, 0)]
        """Where each stretch begins, of how many it is, and whether between it and the one before it there is but one
        attempt at its first chunk that failed; its longest length, all its rows and bytes. The last one first.
        """
        self._coming.reverse()
        self._alone = 0
        """Up to this line each is looked at alone."""
        self._taken = 0
        """Triples so far."""
        self._times, self._chunks, self._lengths = lines.time, lines.chunk.data, lengths.data
        self._size_code = "i" if sizes.max(initial=0) < 2**31 else "q"
        self._size = array(self._size_code).itemsize
        self._rows, self._sizes = rows.tobytes(), sizes.astype(self._size_code).tobytes()

    @property
    def next(self) -> int:
        """Where the next stretch begins."""
        return self._coming[-1][0]

    def whole(self, stop: int) -> int:
        """This line or the next one that is not in the middle of a triple."""
        for begin, count, *_ in reversed(self._coming):
            if stop < begin + 3 * count:
                return stop + (begin - stop) % 3 if stop > begin else stop
        return stop

    def look(self, stop: int) -> tuple[Triples, int]:
        """The next stretch with those that are joined to it, up to this line at most, and where that ends."""
        coming, at, bends, failures = self._coming, len(self._coming) - 1, list[int](), list[ChunkFailed]()
        start, count, _, longest, rows, size = coming[at]
        end = start + 3 * count
        while coming[at - 1][2] and end + 5 <= stop and start >= self._alone:
            at -= 1
            bends.append(count)
            begin, more, _, its_longest, its_rows, its_size = coming[at]
            failures.append(self._failures[begin - 1])
            count, end, longest = count + more, begin + 3 * more, max(longest, its_longest)
            rows, size = rows + its_rows, size + its_size
        last = self._taken + count
        if end > stop:
            last, end = last - (end - stop) // 3, stop
            longest, rows, size = self._sums(self._taken, last)
        first, width = self._taken, self._size
        triples = Triples(
            self._chunks[start],
            int(self._times[start + 2]),
            self._lengths[first:last],
            longest,
            array("I", self._rows[4 * first : 4 * last]),
            array(self._size_code, self._sizes[width * first : width * last]),
            (rows, size),
            None,
            bends,
            failures,
        )
        return triples, end

    def _sums(self, first: int, last: int) -> tuple[int, int, int]:
        """Of these triples the longest length, all rows and bytes."""
        rows = array("I", self._rows[4 * first : 4 * last])
        sizes = array(self._size_code, self._sizes[self._size * first : self._size * last])
        return max(self._lengths[first:last]), sum(rows), sum(sizes)

    def took(self, end: int) -> None:
        """All up to this line is taken."""
        coming = self._coming
        while coming[-1][0] < end:
            begin, count, *_ = coming.pop()
            rest = max(0, begin + 3 * count - end) // 3
            self._taken += count - rest
            if rest:
                coming.append((end, rest, False, *self._sums(self._taken, self._taken + rest)))

    def part(self, end: int) -> None:
        """Up to this line they cannot be taken together."""
        self._alone = end


def _sums_of(numbers: Column, heads: Numbers) -> list[int]:
    """Of each stretch the sum, which may be more than 64 bits hold."""
    if not len(heads):
        return []
    wide = numbers.astype(object if numbers.max() >= _SUMMED else np.int64, copy=False)
    found: list[int] = np.add.reduceat(wide, heads).tolist()
    return found


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


def _are_joined(lines: Lines, begins: Numbers, counts: Numbers, failures: Mapping[int, ChunkFailed]) -> Flags:
    """Which stretches stand two lines behind the one before theirs, in which an attempt at the next chunk began and
    failed, and begin with that chunk.
    """
    joins, ends, run, chunk = np.zeros(len(begins), np.bool_), (begins + 3 * counts)[:-1], lines.run, lines.chunk
    behind, last = begins[1:], begins[:-1]
    near = 1 + np.flatnonzero(
        (behind - ends == 2) & (run[behind] == run[last]) & (chunk[behind] == chunk[last] + counts[:-1])
        & (lines.kind[ends] == STARTED) & (chunk[ends] == chunk[behind])
    )  # fmt: skip
    said = [failures.get(begin - 1) for begin in begins[near].tolist()]
    chunks = chunk[begins[near]].tolist()
    joins[near] = [it is not None and it.chunk_index == index for it, index in zip(said, chunks, strict=True)]
    return joins
