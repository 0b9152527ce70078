"""What was folded of a log as bytes, and back: so that a log opened again need not be read again.

Bytes that are turned into objects must not be able to do anything: only the
classes named here are made, and what they hold is theirs. Columns are given and
taken as they are in memory, beside the rest.
"""

from __future__ import annotations

import pickle
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from runwatch.core import events as ev
from runwatch.core.again import Again
from runwatch.core.arrivals import NO_ARRIVALS, Arrivals
from runwatch.core.causes import Causes
from runwatch.core.checkpoints import Checkpoints
from runwatch.core.chunks import Chunks
from runwatch.core.facts import Facts, Stretches
from runwatch.core.files import Files
from runwatch.core.index import RunLog
from runwatch.core.late import KINDS, Column, columns_of, waiting
from runwatch.core.names import Names
from runwatch.core.numbers import Known, Numbers, Slots
from runwatch.core.order import Order
from runwatch.core.places import Place, Segment
from runwatch.core.placing import Placing
from runwatch.core.rows import Events
from runwatch.core.run import RunState
from runwatch.core.runs import PROBLEMS_KEPT, Kept, Run, Runs
from runwatch.core.series import Series
from runwatch.core.steps import Counts, Steps, Threes

Made = TypeVar("Made")
SMALL = 4 << 10
"""Bytes of a column that stands among the rest: it would cost more beside it."""

LARGE = 4 << 20
"""Bytes of all columns of a run of which each is made when it is asked for; of less all are made at once."""


class FoundAgain(Run):
    """A run that an earlier session kept: most of it is made when it is asked for, and then it is a `Run`.

    Only while it waits for that does it cost anything to ask for an attribute.
    """

    __slots__ = ()

    def __init__(
        self, run_id: str, straight: Segment | None, named: str | None, moved: int, later: Callable[[], Kept]
    ) -> None:
        self.run_id, self.straight, self.named, self._moved, self._later = run_id, straight, named, moved, later
        self.arrived, self._arrivals = None, NO_ARRIVALS

    def __getattr__(self, name: str) -> Any:
        if name not in Kept._fields:
            raise AttributeError(name)
        self.log, self.state_so_far, self.checkpoints = self._later()
        self.log.placing.found_again(self.log)
        del self._later
        self.__class__ = Run  # type: ignore[assignment]
        return getattr(self, name)


class Share(Struct):
    """What one log has said: all of the runs that it alone speaks of, and its problems."""

    entries: int
    runs: list[Run]
    run_ids: list[list[str]]
    """Those that each of its segments speaks of."""
    problems: list[tuple[Place, str]]
    problem_counts: list[int]
    """How many each of its segments has, kept or not."""
    starts: list[Sequence[tuple[int, int]]]
    """Where lines of its segments begin."""


def share_of(runs: Runs, segments: Sequence[Segment]) -> Share | None:
    """What these segments have said, all of one log; None where others speak of its runs, or not all is known."""
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
    entries = sum(len(run.log) for run in found) + sum(counts)
    starts = [segment.starts for segment in segments]
    return Share(entries, found, [sorted(each) for each in spoken_of], problems, counts, starts)


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
        runs.by_id[run.run_id] = run
        runs.changed[run.run_id] = None
    runs.problem_count += sum(share.problem_counts)
    runs.problems += share.problems[: PROBLEMS_KEPT - len(runs.problems)]
    runs.revision += 1
    return share.entries


CLASSES: tuple[type, ...] = (
    Share, Kept, RunLog, RunState, Arrivals, Causes, Checkpoints, Chunks, Counts, Events, Facts, Files, Known, Names,
    Numbers, Order, Place, Placing, Series, Slots, Steps, Stretches, Threes, *ev.VARIANTS,
    *ev.SOURCE_VARIANTS, ev.Unknown,
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
    return Column(code, data).make()


def late_column(code: str, data: bytes | memoryview) -> Column:
    """Stands for a column that may be made when it is asked for."""
    raise NotImplementedError(code)


def live_segment(number: int) -> Segment:
    """Stands for the segment that has this place in the log now."""
    raise NotImplementedError(number)


def live_again() -> Again | None:
    """Stands for what reads an event again."""
    raise NotImplementedError


def live_run(place: int, run_id: str, straight: Segment | None, named: str | None, moved: int) -> Run:
    """Stands for a run; all else of it is made when it is asked for."""
    raise NotImplementedError(run_id)


def struct(kind: type[Struct], fields: dict[str, Any]) -> Struct:
    """An event as it was."""
    return kind(**fields)


def _reduce_struct(value: Struct) -> tuple[Any, ...]:
    return struct, (type(value), {name: getattr(value, name) for name in value.__struct_fields__})


def _reduce_column(values: array[Any], may_be_late: bool = False) -> tuple[Any, ...]:
    if values.itemsize * len(values) <= SMALL:
        return (array, (values.typecode, values.tobytes())) if values else (array, (values.typecode,))
    return late_column if may_be_late else column, (values.typecode, pickle.PickleBuffer(values))


Part = tuple[bytes | memoryview, Sequence[memoryview]]
"""What stands for some objects, and their columns."""
Table = dict[type, Callable[[Any], tuple[Any, ...]]]


def to_bytes(share: Share, segments: Sequence[Segment]) -> Iterator[Part]:
    """The log as such, then each of its runs."""
    number_of = {segment: number for number, segment in enumerate(segments)}
    place_of = {run: number for number, run in enumerate(share.runs)}
    runs = [run.let_go() for run in share.runs]
    table: Table = dict.fromkeys((kind for kind in CLASSES if issubclass(kind, Struct)), _reduce_struct)
    table |= {
        array: _reduce_column,
        Segment: lambda segment: (live_segment, (number_of[segment],)),
        Again: lambda again: (live_again, ()),
        Run: lambda run: (live_run, (place_of[run], *runs[place_of[run]][:-1])),
    }
    yield _part(share, table)
    for *_, rest in runs:
        own = {id(each) for held in (rest.log, rest.state_so_far) for each in columns_of(held)}
        yield _part(rest, table | {array: lambda values, own=own: _reduce_column(values, id(values) in own)})


def _part(thing: Share | Kept, table: Table) -> Part:
    file, columns = _Written(), []
    pickler = pickle.Pickler(file, 5, buffer_callback=lambda buffer: columns.append(buffer.raw()))
    pickler.dispatch_table = table
    pickler.dump(thing)
    return b"".join(file.parts), columns


class _Written:
    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.write = self.parts.append


# ------------------------------------------------------------------------------------------------------- and back


class _Read:
    def __init__(self, data: bytes | memoryview) -> None:
        self._data, self._at = data, 0

    def read(self, size: int) -> bytes:
        """So many bytes more."""
        self._at += size
        return bytes(self._data[self._at - size : self._at])

    def readline(self) -> bytes:
        """What we write has no lines."""
        raise EOFError


class _Unpickler(pickle.Unpickler):
    """Makes what is known here, and nothing else."""

    def __init__(self, part: Part, known: Mapping[tuple[str, str], Any]) -> None:
        super().__init__(_Read(part[0]), buffers=part[1])
        self._known = known

    def find_class(self, module: str, name: str) -> Any:
        """One of the few; KeyError for all else."""
        return self._known[module, name]


def from_bytes(
    part: Part, part_of: Callable[[int], Part], segments: Sequence[Segment], again: Again | None
) -> Share:
    """What was kept, with these segments; `part_of` gives that of a run. Raises whatever it will for something else."""

    def make_run(place: int, run_id: str, straight: Segment | None, named: str | None, moved: int) -> Run:
        return FoundAgain(run_id, straight, named, moved, lambda: make_rest(part_of(place)))

    def make_rest(part: Part) -> Kept:
        return _made(part, late if sum(map(len, part[1])) >= LARGE else known, Kept)

    stand_ins: dict[Callable[..., Any], Any] = {
        column: column, late_column: column, struct: struct, live_run: make_run,
        live_segment: segments.__getitem__, live_again: lambda: again,
    }  # fmt: skip
    known: dict[tuple[str, str], Any] = {(kind.__module__, kind.__name__): kind for kind in CLASSES}
    known |= {(each.__module__, each.__name__): made for each, made in stand_ins.items()}
    known["array", "array"] = array
    late = known | {(kind.__module__, kind.__name__): waiting(kind) for kind in KINDS}
    late[late_column.__module__, late_column.__name__] = Column
    return _made(part, known, Share)


def _made(part: Part, known: Mapping[tuple[str, str], Any], kind: type[Made]) -> Made:
    made = _Unpickler(part, known).load()
    if not isinstance(made, kind):
        raise TypeError(made)
    return made
