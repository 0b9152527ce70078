"""What was folded of a log as bytes, and back: so that a log opened again need not be read again.

Bytes that are turned into objects must not be able to do anything: only the
classes named here are made, and what they hold is theirs. Columns are given and
taken as they are in memory, beside the rest.
"""

from __future__ import annotations

import pickle
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from msgspec import Struct

from runwatch.core import events as ev
from runwatch.core.again import Again
from runwatch.core.arrivals import Arrivals
from runwatch.core.causes import Causes
from runwatch.core.checkpoints import Checkpoints
from runwatch.core.chunks import Chunks
from runwatch.core.facts import Facts, Stretches
from runwatch.core.files import Files
from runwatch.core.index import RunLog
from runwatch.core.names import Names
from runwatch.core.numbers import Known, Numbers, Slots
from runwatch.core.order import Order
from runwatch.core.places import Place, Segment
from runwatch.core.placing import Placing
from runwatch.core.rows import Events
from runwatch.core.run import RunState
from runwatch.core.runs import PROBLEMS_KEPT, Run, Runs
from runwatch.core.series import Series

SMALL = 4 << 10
"""Bytes of a column that stands among the rest: it would cost more beside it."""


class Share(Struct):
    """What one log has said: all of the runs that it alone speaks of, and its problems."""

    runs: list[Run]
    run_ids: list[list[str]]
    """Those that each of its segments speaks of."""
    problems: list[tuple[Place, str]]
    problem_counts: list[int]
    """How many each of its segments has, kept or not."""
    starts: list[list[tuple[int, int]]]
    """Where lines of its segments begin."""


def share_of(runs: Runs, segments: Sequence[Segment]) -> Share | None:
    """What these segments have said, all of one log; None where others have to do with it, or not all is known."""
    spoken_of = [runs.run_ids.get(segment, set()) for segment in segments]
    run_ids = set().union(*spoken_of)
    ours = set(segments)
    if any(not run_ids.isdisjoint(others) for segment, others in runs.run_ids.items() if segment not in ours):
        return None
    problems = [(where, why) for where, why in runs.problems if isinstance(where, Place) and where.segment in ours]
    counts = [runs.problems_in.get(segment, 0) for segment in segments]
    if len(problems) < min(sum(counts), PROBLEMS_KEPT):
        return None
    found = [runs.by_id[run_id] for run_id in runs.by_id if run_id in run_ids]
    for run in found:
        assert run.state.positions == len(run.log.order), "in its order"
        run.let_go()
    return Share(found, [sorted(ids) for ids in spoken_of], problems, counts, [each.starts for each in segments])


def adopt(runs: Runs, share: Share, segments: Sequence[Segment]) -> int | None:
    """Take in what these segments have said; how many entries that were. None, and nothing, where it does not fit."""
    if any(run.run_id in runs.by_id for run in share.runs):
        return None
    known = list(zip(segments, share.run_ids, share.problem_counts, share.starts, strict=True))
    for segment, run_ids, count, starts in known:
        runs.run_ids[segment] = set(run_ids)
        runs.problems_in[segment] = count
        segment.starts = starts
    for run in share.runs:
        run.found_again()
        runs.by_id[run.run_id] = run
        runs.changed[run.run_id] = None
    problems = sum(share.problem_counts)
    runs.problem_count += problems
    runs.problems += share.problems[: PROBLEMS_KEPT - len(runs.problems)]
    runs.revision += 1
    return sum(len(run.log) for run in share.runs) + problems


CLASSES: tuple[type, ...] = (
    Share, Run, RunLog, RunState, Arrivals, Causes, Checkpoints, Chunks, Events, Facts, Files, Known, Names, Numbers,
    Order, Place, Placing, Series, Slots, Stretches, *ev.VARIANTS, *ev.SOURCE_VARIANTS, ev.Unknown,
)  # fmt: skip
"""All that is ever made."""


def shape() -> str:
    """Another text wherever what is kept has another form."""
    forms = [(kind.__name__, [getattr(base, "__slots__", "") for base in kind.__mro__]) for kind in CLASSES]
    events = [kind.__struct_fields__ for kind in CLASSES if issubclass(kind, Struct)]
    return repr((sys.version_info[:2], sys.byteorder, array("I").itemsize, forms, events))


# ------------------------------------------------------------------------------------------------------- into bytes


def column(code: str, data: bytes | memoryview) -> array[Any]:
    """A column as it was."""
    made: array[Any] = array(code)
    made.frombytes(data)
    return made


def live_segment(number: int) -> Segment:
    """Stands for the segment that has this place in the log now."""
    raise NotImplementedError(number)


def live_again() -> Again | None:
    """Stands for what reads an event again."""
    raise NotImplementedError


def struct(kind: type[Struct], fields: dict[str, Any]) -> Struct:
    """An event as it was."""
    return kind(**fields)


def _reduce_struct(value: Struct) -> tuple[Any, ...]:
    return struct, (type(value), {name: getattr(value, name) for name in value.__struct_fields__})


def _reduce_column(values: array[Any]) -> tuple[Any, ...]:
    if values.itemsize * len(values) <= SMALL:
        return (array, (values.typecode, values.tobytes())) if values else (array, (values.typecode,))
    return column, (values.typecode, pickle.PickleBuffer(values))


class _Written:
    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.write = self.parts.append


def to_bytes(share: Share, segments: Sequence[Segment]) -> tuple[bytes, list[memoryview]]:
    """What stands for it, and the columns beside."""
    written, columns = _Written(), []
    number_of = {segment: number for number, segment in enumerate(segments)}
    pickler = pickle.Pickler(written, 5, buffer_callback=lambda buffer: columns.append(buffer.raw()))
    pickler.dispatch_table = {
        array: _reduce_column,
        **{kind: _reduce_struct for kind in CLASSES if issubclass(kind, Struct)},
        Segment: lambda segment: (live_segment, (number_of[segment],)),
        Again: lambda again: (live_again, ()),
    }
    pickler.dump(share)
    return b"".join(written.parts), columns


# ------------------------------------------------------------------------------------------------------- and back


class File(Protocol):
    """Bytes that can be read one after the other."""

    def read(self, size: int = ..., /) -> bytes:
        """So many of them."""
        ...

    def readline(self) -> bytes:
        """Up to the next newline."""
        ...


class _Unpickler(pickle.Unpickler):
    """Makes what is known here, and nothing else."""

    def __init__(self, file: Any, columns: Iterable[memoryview], known: dict[tuple[str, str], Any]) -> None:
        super().__init__(file, buffers=columns)
        self._known = known

    def find_class(self, module: str, name: str) -> Any:
        """One of the few; KeyError for all else."""
        return self._known[module, name]


def from_bytes(
    file: File, columns: Iterable[memoryview], segments: Sequence[Segment], again: Again | None
) -> Share:
    """What was kept, with these segments. Raises whatever it will where this is something else."""
    known: dict[tuple[str, str], Any] = {(kind.__module__, kind.__name__): kind for kind in CLASSES}
    stand_ins: dict[Callable[..., Any], Any] = {
        column: column, struct: struct, live_segment: segments.__getitem__, live_again: lambda: again,
    }  # fmt: skip
    known |= {(each.__module__, each.__name__): made for each, made in stand_ins.items()}
    share = _Unpickler(file, columns, known | {("array", "array"): array}).load()
    if not isinstance(share, Share):
        raise TypeError(share)
    return share
