"""Lines of a log as columns: in the order of the log, or of their runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from runwatch.core.bulk.block import Column, Flags, Numbers
from runwatch.core.bulk.decode import ODD, Columns

EASY = ODD + 1
"""A line that was decoded as any other is, but of which nothing needs to be looked for in its run."""


class Lines(NamedTuple):
    """Lines that wait, in the order of the log."""

    run: Column
    """A number of `Waiting.run_ids`."""
    kind: Column
    time: Column
    line: Column
    chunk: Column
    """The chunk that begins or is done, the part_index of a FileWritten; of an `ODD` or `EASY` one where
    in `entries` it is.
    """
    rows: Column
    size: Column
    name: Column
    """Of its file, a hash; 0 where there is none."""

    def of(self, those: Numbers | Flags) -> Lines:
        """Some of them."""
        return Lines._make(column[those] for column in self)


def lines_of(columns: Columns, run: Numbers, those: Numbers | None, line: int) -> Lines:
    """These lines of a block, or all, the first of which has this number; each with its run."""
    if those is None:
        kept, those = [column.copy() for column in columns[2:7]], np.arange(len(run))
        kind = columns.kind.copy()
    else:
        kept, kind, run = [column[those] for column in columns[2:7]], columns.kind[those], run[those]
    time, chunk, rows, size, name = kept
    return Lines(
        run.astype(np.int32), kind, time, _narrow(those + line), chunk.astype(np.uint32, copy=False),
        rows.astype(np.uint32, copy=False), _narrow(size), name,
    )  # fmt: skip


def _narrow(numbers: Column) -> Column:
    """In four bytes where they have room there; numpy widens what is put together with wider ones."""
    is_small = numbers.itemsize > 4 and int(numbers.max(initial=0)) < 2**32
    return numbers.astype(np.uint32) if is_small else numbers


def together(parts: Sequence[Lines]) -> Lines:
    """One behind the other."""
    return Lines._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def joined(parts: list[Lines]) -> Lines:
    """All of them, one behind the other. `parts` is empty then: never all are there twice."""
    columns = [list(column) for column in zip(*parts, strict=True)]
    parts.clear()
    columns.reverse()
    whole = []
    while columns:
        whole.append(np.concatenate(columns.pop()))
    return Lines._make(whole)


def by_first_line(lines: Lines) -> Numbers:
    """The order in which the lines of each run stand together, a run that was heard of first first."""
    run = lines.run
    first = np.full(int(run.max()) + 1, len(run))
    first[run[::-1]] = np.arange(len(run) - 1, -1, -1)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return by_run(rank[run])


def apart(lines: Lines, size: int, *, as_heard: bool) -> Iterator[Lines | None]:
    """About so many of them at a time, those of each run together, in their order; None for a pause. `as_heard`: a run
    that was heard of first comes first.

    Whoever has taken one of these parts, and lets it go, has the room of it for others.
    """
    order = by_first_line(lines) if as_heard else by_run(lines.run)
    yield None
    firsts = np.flatnonzero(begins_of(lines.run[order]))
    cuts = np.unique(firsts[np.searchsorted(firsts, np.arange(0, len(order), size), "right") - 1])
    columns = [*reversed(lines)]
    del lines
    those = np.split(order, cuts[1:])
    parts: list[list[Column]] = [[] for _ in those]
    while columns:  # one after the other, so that never all are there twice
        _share_out(columns.pop(), those, parts)
        yield None
    del order, those
    parts.reverse()
    while parts:
        yield Lines._make(parts.pop())


def _share_out(column: Column, those: Sequence[Numbers], parts: Sequence[list[Column]]) -> None:
    for part, which in zip(parts, those, strict=True):
        part.append(column[which])


def by_run(run: Column) -> Numbers:
    """The order of lines in which those of each run stand together."""
    if not len(run) or int(run.max()) > 65_535:
        return np.argsort(run, kind="stable")
    return np.argsort(run.astype(np.uint16), kind="stable")  # several times as fast


def begins_of(run: Column) -> Flags:
    """Where another run begins."""
    begins = np.ones(len(run), np.bool_)
    begins[1:] = run[1:] != run[:-1]
    return begins
