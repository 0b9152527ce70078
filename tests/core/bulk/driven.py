"""A log through `core/loading.py` in any blocks, settled at any time and by either way; and line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st
from tests.core.made import state_of, whole

from runwatch.core import checkpoints, gathering, growth, loading
from runwatch.core.bulk import batch, names, waiting
from runwatch.core.bulk import loading as in_bulk
from runwatch.core.bulk.loading import Bulk
from runwatch.core.decode import decode_line
from runwatch.core.loading import Loading
from runwatch.core.places import Place, Segment
from runwatch.core.runs import Runs

NONE, PARTLY, HALF_WAY, ALL = range(4)
"""What is settled behind a block: nothing, whole chunks, as much as comes before the first pauses, everything."""


class Move(NamedTuple):
    """One block."""

    file: int
    """Which of the files it is taken from."""
    lines: int
    is_small: bool
    """So small that it goes line by line."""
    settled: int
    pauses: int
    """Of `HALF_WAY`."""


moves = st.lists(
    st.builds(
        Move, st.integers(0, 1), st.integers(1, 40), st.sampled_from([False, False, False, True]),
        st.sampled_from([NONE, PARTLY, HALF_WAY, ALL]), st.integers(1, 3),
    ),
    min_size=1, max_size=14,
)  # fmt: skip
in_bulk_only = moves.map(lambda those: [move._replace(is_small=False) for move in those])


@contextmanager
def small_limits() -> Iterator[None]:
    """Few lines are many."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (loading, "ENOUGH", 0), (loading, "LARGE", 0), (waiting, "REGULAR", 0.0), (checkpoints, "FIRST", 29),
            (in_bulk, "PART", 20), (in_bulk, "A_RUN", 3), (gathering, "PART", 20), (gathering, "A_RUN", 3),
            (names, "FEW", 3), (in_bulk, "LARGE", 12), (batch, "AT_ONCE", 25), (growth, "MOST", 12),
        ):  # fmt: skip
            patch.setattr(module, name, value)
        yield


def blocks_of(files: Sequence[Sequence[bytes]], moved: Sequence[Move]) -> Iterator[tuple[Move, int, int]]:
    """Each move with where its block begins, until all files are read; the moves begin anew where they are too few."""
    read, number = [0] * len(files), 0
    while any(at < len(lines) for at, lines in zip(read, files, strict=True)):
        move = moved[number % len(moved)]
        number += 1
        left = [file for file, lines in enumerate(files) if read[file] < len(lines)]
        file = left[move.file % len(left)]
        begin = read[file]
        read[file] = min(len(files[file]), begin + move.lines)
        yield move._replace(file=file), begin, read[file]


class Driver:
    """Reads files of lines both ways."""

    def __init__(self, files: Sequence[Sequence[bytes]], arrived: int | None = None) -> None:
        self.files, self.arrived = files, arrived
        self.runs, self.expected = Runs(self._read), Runs()
        self.loading = Loading(self.runs)
        self.loading.bulk = Bulk
        self.where = [Segment(n, f"{n}.jsonl", f"{n}.jsonl", f"{n}", is_plain=True) for n in range(len(files))]
        self._left: list[Iterator[None]] = []

    def _read(self, place: Place) -> bytes:
        return self.files[place.segment.number][place.line - 1].removesuffix(b"\n")

    def read(self, moved: Sequence[Move]) -> None:
        """All, in these blocks."""
        with pytest.MonkeyPatch.context() as patch:
            for move, begin, end in blocks_of(self.files, moved):
                lines, where = self.files[move.file], self.where[move.file]
                self.expect(move.file, begin, end)
                patch.setattr(loading, "ENOUGH", 1 << 30 if move.is_small else 0)
                data, offset = b"".join(lines[begin:end]), sum(map(len, lines[:begin]))
                self.loading.feed(data, where, begin + 1, offset, self.arrived)
                self.loading.decode()
                self._settle(move)
            self.loading.settle()

    def expect(self, file: int, begin: int, end: int) -> None:
        """These lines, one by one."""
        where = self.where[file]
        for number, line in enumerate(self.files[file][begin:end], begin + 1):
            for said in decode_line(line.removesuffix(b"\n"), where.identity):
                self.expected.feed(said, where, number, 0, self.arrived)

    def _settle(self, move: Move) -> None:
        if move.settled == NONE:
            return
        settling = self.loading.settling(is_all=move.settled == ALL)
        for pauses, _ in enumerate(settling, 1):
            if move.settled == HALF_WAY and pauses == move.pauses:
                self._left.append(settling)  # it is neither ended nor closed
                break

    def compare(self) -> None:
        """Everything that is known of each run, and what was known at some positions."""
        assert list(self.runs.by_id) == list(self.expected.by_id)
        for run_id, run in self.runs.by_id.items():
            expected = self.expected.by_id[run_id]
            assert whole(run) == whole(expected)
            assert (run.arrived, run.named) == (expected.arrived, expected.named)
            count = run.state.positions
            for stop in range(0, count, 1 + count // 6):
                assert state_of(run.state_at(stop), run.log) == state_of(expected.state_at(stop), expected.log)
            assert len(run.log.facts.names) == len(run.log.facts.file_rows)
        assert _said(self.runs) == _said(self.expected)
        assert self.loading.entries == sum(len(run.log) for run in self.runs.by_id.values()) + self.runs.problem_count


def _said(runs: Runs) -> Any:
    spoken_of = {where.path: sorted(run_ids) for where, run_ids in runs.run_ids.items()}
    return sorted((str(where), why) for where, why in runs.problems), runs.problem_count, spoken_of


def read_both_ways(files: Sequence[Sequence[bytes]], moved: Sequence[Move], arrived: int | None = None) -> Driver:
    """Both come to the same."""
    driver = Driver(files, arrived)
    with small_limits():
        driver.read(moved)
        driver.compare()
    return driver


assert batch.PART > checkpoints.MOST, "a part of a run ends where a chunk is done"
