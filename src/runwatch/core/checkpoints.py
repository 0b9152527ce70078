"""The state of a run after any number of its events, without folding them all again.

A checkpoint is small. Of what only grows (the columns of attempts and parts,
lists of positions) it holds the length: those columns are cut from the state
at the end, and names and indexes are shared with it. Of what is changed in
place it holds pages, and shares every page that did not move with the
checkpoint before. The rest are counters.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

from runwatch.core.causes import Causes
from runwatch.core.files import Files
from runwatch.core.fold import fold
from runwatch.core.index import RunLog
from runwatch.core.numbers import Numbers
from runwatch.core.run import Chunks, RunState
from runwatch.core.series import Series

PAGE = 4096
"""Bytes of a column that are kept, or shared, as one."""
FIRST, MOST = 1_000, 10_000
"""Positions from one checkpoint to the next: a hundredth of what is folded, within these."""

GROWS: Mapping[type, frozenset[str]] = {
    Chunks: frozenset({
        "indexes", "troubled", "_delivered_twice", "attempt_before", "attempt_start",
        "part_before", "part_attempt", "part_file", "part_rows", "part_position",
    }),
    Files: frozenset({"disputed", "naming_before", "naming_position"}),
    Causes: frozenset(),
    RunState: frozenset({
        "plan_warnings", "written", "failures", "retries", "quality", "schema", "warnings", "parallelism",
        "outcomes", "after_end", "clock_backwards", "time_unknown", "progress_positions",
    }),
    Series: frozenset(),
}  # fmt: skip
"""Attributes to which the fold only ever appends; tests/core/test_checkpoints.py holds that."""
WORKED_OUT = frozenset({"open", "recovered", "_written_twice", "_unsure"})
"""Attributes that follow from the others: `Chunks.work_out`."""


class _Pages(NamedTuple):
    """A column that is changed in place; `typecode` is empty for a bytearray."""

    typecode: str
    pages: tuple[bytes, ...]

    @classmethod
    def of(cls, column: array[Any] | bytearray, before: Any) -> _Pages:
        data = column.tobytes() if isinstance(column, array) else bytes(column)
        typecode = column.typecode if isinstance(column, array) else ""
        kept = before.pages if isinstance(before, _Pages) else ()
        pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
        for number, page in enumerate(kept[: len(pages)]):
            if pages[number] == page:
                pages[number] = page
        return cls(typecode, tuple(pages))

    def column(self) -> array[Any] | bytearray:
        data = b"".join(self.pages)
        return array(self.typecode, data) if self.typecode else bytearray(data)


Frozen = dict[str, Any]
"""What a checkpoint holds of an object: by attribute a value, a length, pages, or another `Frozen`."""


def _freeze(thing: Any, before: Frozen) -> Frozen:
    grows = GROWS[type(thing)]
    return {
        name: len(value) if name in grows else _freeze_value(value, before.get(name))
        for name, value in _attributes(thing).items()
        if name not in WORKED_OUT
    }


def _freeze_value(value: Any, before: Any) -> Any:
    if type(value) in GROWS:
        return _freeze(value, before or {})
    if isinstance(value, array | bytearray):
        return _Pages.of(value, before)
    if isinstance(value, Numbers):
        return value.count
    return value.copy() if isinstance(value, list | dict | set) else value


def _thaw(frozen: Frozen, last: Any) -> Any:
    """The object as it was; `last` is what became of it, whose growing columns are cut."""
    thing = type(last)()
    grows = GROWS[type(last)]
    for name, value in frozen.items():
        now = getattr(last, name)
        setattr(thing, name, _cut(now, value) if name in grows else _thaw_value(value, now))
    return thing


def _cut(column: Any, length: int) -> Any:
    if isinstance(column, dict):
        return column.copy() if length == len(column) else dict(islice(column.items(), length))
    return column[:length]


def _thaw_value(value: Any, now: Any) -> Any:
    if type(now) in GROWS:
        return _thaw(value, now)
    if isinstance(value, _Pages):
        return value.column()
    if isinstance(now, Numbers):
        return now.cut(value)
    return value.copy() if isinstance(value, list | dict | set) else value


def _attributes(thing: Any) -> dict[str, Any]:
    slots = getattr(type(thing), "__slots__", None)
    return vars(thing) if slots is None else {name: getattr(thing, name) for name in slots}


class Checkpoints:
    """Those of one run, in one order of its events. Where that order changes, they are made anew."""

    def __init__(self) -> None:
        self.due = FIRST
        """The position from which `note` will keep the next."""
        self._positions: list[int] = []
        self._kept: list[Frozen] = []
        self._shown: RunState | None = None
        """The state that was asked for last; the next one is mostly a few events on."""

    def note(self, state: RunState) -> None:
        """Keep a checkpoint of `state`, which has been folded up to `due`."""
        self._kept.append(_freeze(state, self._kept[-1] if self._kept else {}))
        self._positions.append(state.positions)
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
            shown = self._restored(number, last) if number >= 0 else RunState()
        fold(shown, log, stop)
        self._shown = shown
        return shown

    def _restored(self, number: int, last: RunState) -> RunState:
        state: RunState = _thaw(self._kept[number], last)
        state.chunks.work_out()
        return state
