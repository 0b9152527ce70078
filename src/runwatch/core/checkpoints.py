"""The state of a run after any number of its events, without folding them all again.

A checkpoint is small. Of what only grows (the columns of slots, attempts, parts
and files, lists of positions) it holds the length: those columns are cut from
the state at the end, and names and indexes are shared with it. What is changed
in such a column later is noted beside the checkpoint before it, as it was, and
put back. The rest are counters.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

from runwatch.core.causes import Causes
from runwatch.core.empty import NOTHING
from runwatch.core.files import Files
from runwatch.core.fold import fold
from runwatch.core.index import RunLog
from runwatch.core.numbers import Numbers, Slots
from runwatch.core.run import Chunks, RunState
from runwatch.core.series import Series

FIRST, MOST = 2_500, 10_000
"""Positions from one checkpoint to the next: a hundredth of what is folded, within these."""

GROWS: Mapping[type, frozenset[str]] = {
    Chunks: frozenset({
        "strewn", "troubled", "_delivered_twice", "attempt_start", "attempt_before", "first_attempt",
        "part_before", "part_attempt", "part_file", "part_rows", "part_position",
    }),
    Files: frozenset({"disputed", "first_naming", "numbers", "written"}),
    Causes: frozenset(),
    RunState: frozenset({
        "plan_warnings", "failures", "retries", "quality", "schema", "warnings", "parallelism",
        "outcomes", "after_end", "clock_backwards", "time_unknown", "progress_positions",
    }),
    Series: frozenset(),
}  # fmt: skip
"""Attributes to which the fold only ever appends; tests/core/test_checkpoints.py holds that."""
PUT_BACK: Mapping[type, frozenset[str]] = {
    Chunks: frozenset({"states", "last_attempt", "last_part", "attempt_end", "attempt_outcome"}),
    Files: frozenset({"changed", "last_naming"}),
}
"""Columns that grow, and are changed in place too: what an entry was is noted in `before` when it changes."""
WORKED_OUT = frozenset({"open", "recovered", "_written_twice", "_unsure"})
"""Attributes that follow from the others: `Chunks.work_out`."""
OWN = frozenset({"before", "settled", "facts"})
"""What only serves to put back, a state that is restored has none of it; and what is the log's."""

KINDS = tuple(GROWS)

Frozen = tuple[Any, ...]
"""What a checkpoint holds of an object: of each of its `_names` a value, a length, or another `Frozen`."""
Before = tuple[Mapping[int, Any], Mapping[int, Any]]
"""What slots and files were at a checkpoint, of those that changed before the next."""


def _freeze(thing: Any) -> Frozen:
    held = [(grows, getattr(thing, name)) for name, grows in _names(_kind(thing))]
    return tuple([_freeze_value(value) if not grows or value is None else len(value) for grows, value in held])


def _freeze_value(value: Any) -> Any:
    if isinstance(value, KINDS):
        return _freeze(value)
    if isinstance(value, Numbers | Slots):
        return value.count
    return _copy(value)


def _copy(value: Any) -> Any:
    if isinstance(value, array):
        return value[:]
    return value.copy() if isinstance(value, list | dict | set | bytearray) else value


def _thaw(frozen: Frozen, last: Any) -> Any:
    """The object as it was, but for what is to be put back; `last` is what became of it."""
    thing = _kind(last)()
    for (name, grows), value in zip(_names(_kind(last)), frozen, strict=True):
        now = getattr(last, name)
        setattr(thing, name, _cut(now, value) if grows and value is not None else _thaw_value(value, now))
    if isinstance(thing, Files):
        thing.facts = last.facts
    return thing


def _cut(column: Any, length: int) -> Any:
    if isinstance(column, dict):
        return column.copy() if length == len(column) else dict(islice(column.items(), length))
    return column[:length]


def _thaw_value(value: Any, now: Any) -> Any:
    if isinstance(now, KINDS):
        return _thaw(value, now)
    if isinstance(now, Numbers | Slots):
        return now.cut(value)
    return _copy(value)


def _kind(thing: Any) -> type:
    """Its class, also where it waits for columns (`core/late.py`)."""
    return next(kind for kind in type(thing).__mro__ if kind in GROWS)


@cache
def _names(kind: type) -> list[tuple[str, bool]]:
    """The attributes that a checkpoint holds of such a thing, and whether each grows."""
    grows = GROWS[kind] | PUT_BACK.get(kind, frozenset())
    slots = chain.from_iterable(getattr(each, "__slots__", ()) for each in kind.__mro__)
    return [(name, name in grows) for name in slots if name not in WORKED_OUT | OWN]


class Checkpoints:
    """Those of one run, in one order of its events. Where that order changes, they are made anew."""

    __slots__ = ("_before", "_kept", "_positions", "_shown", "due")

    def __init__(self) -> None:
        self.due = FIRST
        """The position from which `note` will keep the next."""
        self._positions: Sequence[int] = ()
        self._kept: Sequence[Frozen] = ()
        self._before: Sequence[Before] = ()
        """Of each checkpoint but the last, whose are in the state at the end."""
        self._shown: RunState | None = None
        """The state that was asked for last; the next one is mostly a few events on."""

    def let_go(self) -> None:
        """Forget the state that was asked for last."""
        self._shown = None

    def note(self, state: RunState) -> None:
        """Keep a checkpoint of `state`, which has been folded up to `due`."""
        chunks, files = state.chunks, state.files
        if self._kept:
            self._before = (*self._before, (chunks.before, files.before))
        self._kept = (*self._kept, _freeze(state))  # some hundred at most
        self._positions = (*self._positions, state.positions)
        chunks.before, chunks.settled = NOTHING, len(chunks.states)
        files.before, files.settled = NOTHING, len(files)
        self.due = state.positions + max(FIRST, min(MOST, state.positions // 100))

    def fold(self, state: RunState, log: RunLog, stop: int) -> None:
        """Fold up to `stop`, with a checkpoint wherever one is due."""
        while self.due <= stop:
            fold(state, log, self.due)
            self.note(state)
        fold(state, log, stop)

    def state_at(self, log: RunLog, last: RunState, stop: int) -> RunState:
        """The fold of the first `stop` positions; `last` is that of all of them.

        The state is good until the next is asked for: that one may go on from it.
        """
        if stop >= last.positions:
            return last
        number = bisect_right(self._positions, stop) - 1
        nearest = self._positions[number] if number >= 0 else 0
        shown = self._shown
        if shown is None or not nearest <= shown.positions <= stop:
            shown = self._restored(number, last) if number >= 0 else RunState(log.facts)
        fold(shown, log, stop)
        self._shown = shown
        return shown

    def _restored(self, number: int, last: RunState) -> RunState:
        state: RunState = _thaw(self._kept[number], last)
        chunks, files = state.chunks, state.files
        slots, rows = len(chunks.states), len(files)
        for changed in reversed([*self._before[number:], (last.chunks.before, last.files.before)]):
            for slot, before in changed[0].items():
                if slot < slots:
                    chunks.put_back(slot, before)
            for row, before in changed[1].items():
                if row < rows:
                    files.put_back(row, before)
        chunks.work_out()
        return state
