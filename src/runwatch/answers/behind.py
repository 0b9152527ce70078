"""The events that a figure rests on: their places, and the filter that finds all of them.

One event is opened as it stands; several are listed by a filter that the user
can see and change. A figure that no event tells of has neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import merge

from msgspec.structs import replace

from runwatch.answers.evidence import evidence
from runwatch.answers.view import Evidence, Row
from runwatch.core.run import NOWHERE, RunState
from runwatch.core.runs import Moment
from runwatch.core.steps import Steps

NAMED = 100
"""So many chunks are named one by one in a filter."""
OF_KIND: Mapping[str, Callable[[RunState], tuple[Iterable[int], int]]] = {
    "ChunkCompleted": lambda state: _all(state.chunks.part_position),
    "ChunkFailed": lambda state: _all(state.failures),
    "ChunkStarted": lambda state: (_starts(state), state.chunks.starts),
    "FileWritten": lambda state: _all(state.written),
    "RetryAttempted": lambda state: _all(state.retries),
}
"""Where the events of a kind stand, in the order of the log, and how many there are."""


def of_kinds(*kinds: str) -> str:
    """The filter that finds the events of these kinds and no others."""
    return f"kind={'|'.join(kinds)}"


def of_chunks(query: str, indexes: Sequence[int]) -> str:
    """The same for these chunks only; of very many all chunks stay in it."""
    return f"{query} chunk={'|'.join(map(str, sorted(indexes)))}" if 0 < len(indexes) <= NAMED else query


def resting_on(moment: Moment, row: Row, *kinds: str, said: bool = False) -> Row:
    """The row, with all events of these kinds behind it; where they stand is written beside it only if `said`."""
    found = [OF_KIND[kind](moment.state) for kind in kinds]
    held = [kind for kind, (_, count) in zip(kinds, found, strict=True) if count]
    positions = merge(*(positions for positions, count in found if count))
    return listed(moment, row, positions, sum(count for _, count in found), of_kinds(*held), said=said)


def listed(
    moment: Moment, row: Row, positions: Iterable[int], count: int, query: str, *, said: bool = False
) -> Row:
    """The row with `count` events behind it, at these positions; of several, `query` finds them."""
    where = evidence(moment, positions, count)
    return replace(row, evidence=where if said else Evidence("", where.places), query=query if count > 1 else "")


def at(moment: Moment, row: Row, position: int) -> Row:
    """The row with this one event behind it, unsaid; NOWHERE: with none."""
    return listed(moment, row, [position], 1, "")


def _all(positions: Sequence[int] | Steps) -> tuple[Iterable[int], int]:
    return positions, len(positions)


def _starts(state: RunState) -> Iterator[int]:
    return (position for position in state.chunks.attempt_start if position != NOWHERE)
