"""Runs that begin among lines that go in bulk come to the same, whatever their first line is; most wait at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.bulk.disturbed import disturbances, disturbed, lively_lines, saying, time_of
from tests.core.bulk.driven import ALL, NONE, PARTLY, Driver, Move, in_bulk_only, read_both_ways, small_limits
from tests.core.made import produced_lines

from runwatch.core import loading
from runwatch.core.bulk import batch, waiting
from runwatch.core.events import ChunkStarted, PlanResolved, RunCompleted
from runwatch.core.runs import Runs

Lines = list[bytes]


def one_behind_another(runs: list[Lines]) -> Lines:
    """The next run begins while the last third of the one before it is still to come."""
    lines = runs[0][:]
    for run in runs[1:]:
        rest = lines[-len(run) // 3 :]
        del lines[-len(run) // 3 :]
        lines += [line for both in zip(rest, run, strict=False) for line in both]
        lines += run[len(rest) :]
    return lines


def other_run(lines: Lines, number: int) -> Lines:
    """The same, said by another run a day later."""
    return [
        line.replace(b'"run_id":"', b'"run_id":"r%d_' % number).replace(b"2026-11-23T", b"2026-11-%dT" % (23 + number))
        for line in lines
    ]


def runs_of(seed: int, count: int) -> list[Lines]:
    return [other_run(lively_lines(seed + number, 1, 12), number) for number in range(count)]


@given(st.integers(0, 9), disturbances(), in_bulk_only)
def test_runs_that_begin_while_others_go_on(seed: int, how: Any, moved: list[Move]) -> None:
    moved = [move._replace(settled=NONE if move.settled == ALL else min(move.settled, PARTLY)) for move in moved]
    read_both_ways([disturbed(one_behind_another(runs_of(seed, 4)), how)], moved)


@pytest.mark.parametrize(("begin", "kind"), [(0, PlanResolved), (1, ChunkStarted)])
def test_of_a_run_that_begins_only_the_first_line_and_the_end_go_alone(
    begin: int, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its log begins later than the run."""
    fed: list[type] = []
    feed = Runs.feed

    def noted(runs: Runs, entry: Any, *more: Any) -> None:
        fed.append(type(entry.event))
        feed(runs, entry, *more)

    monkeypatch.setattr(Runs, "feed", noted)
    runs = [other_run(produced_lines(3, 1, 30)[begin:], number) for number in range(4)]
    driver = Driver([one_behind_another(runs)])
    with small_limits():
        monkeypatch.setattr(batch, "AT_ONCE", 100)
        for start in range(0, len(driver.files[0]), 46):
            lines = driver.files[0][start : start + 46]
            offset = sum(map(len, driver.files[0][:start]))
            driver.loading.feed(b"".join(lines), driver.where[0], start + 1, offset, None)
            driver.loading.decode()
        driver.loading.settle()
    assert [len(run.log) for run in driver.runs.by_id.values()] == [92 - begin] * 4
    assert fed.count(RunCompleted) == 4
    assert fed[:1] == [kind]
    assert len(fed) <= 4 * 2 + 4, "and what stands in the block in which the end does"


def broken(line: bytes) -> bytes:
    """Its head can be read, but it is no JSON."""
    return line.replace(b'":{"', b'":{,"', 1)


def timeless(line: bytes) -> bytes:
    return line.replace(b'"recorded_at":"' + time_of(line) + b'",', b"")


def _first(put: Callable[[bytes], bytes]) -> Callable[[Lines], Lines]:
    return lambda lines: [put(lines[0]), *lines[1:]]


SEEN = b'{"ProducerSeen":{"host":"here","pid":7,"until":null,"superseded_by":null}}'
FIRST: dict[str, Callable[[Lines], Lines]] = {
    "a plan": lambda lines: lines,
    "a chunk begins": lambda lines: lines[1:],
    "a file": lambda lines: lines[2:],
    "a chunk is done": lambda lines: lines[3:],
    "a failure": _first(lambda line: saying(line, b'{"ChunkFailed":{"chunk_index":0,"error":"x","attempt":1}}')),
    "who runs it": _first(lambda line: saying(line, SEEN)),
    "its end": _first(lambda line: saying(line, b'{"RunCompleted":{"status":"success","duration_ms":1}}')),
    "what nobody knows": _first(lambda line: saying(line, b'{"Odd":{}}')),
    "no event": _first(lambda line: line.replace(b'"event":', b'"evens":')),
    "no entry": _first(broken),
    "no entry, then a line out of form": lambda lines: [
        broken(lines[0]), lines[1], lines[2].replace(b'"rows":', b'"rows": '), *lines[3:]
    ],
    "no entry, then no time": lambda lines: [broken(lines[0]), timeless(lines[1]), *lines[2:]],
    "no line": _first(lambda line: line[:-9] + b"\n"),
    "no time": _first(timeless),
    "a time that is no time": _first(lambda line: line.replace(time_of(line), b"yesterday")),
    "a time centuries ago": _first(lambda line: line.replace(b'"2026-', b'"1726-')),
    "a time too far ahead": _first(lambda line: line.replace(b'"2026-', b'"9026-')),
    "a later time": _first(lambda line: line.replace(b'"2026-', b'"2027-')),
    "another export": _first(lambda line: line.replace(b'"export_name":"', b'"export_name":"x')),
    "no export": _first(lambda line: line.replace(b'"export_name":"orders",', b"", 1)),
    "the same line twice": lambda lines: [lines[0], lines[0], *lines[1:]],
    "the next line twice": lambda lines: [lines[1], lines[1], *lines[2:]],
    "the second line first": lambda lines: [lines[1], lines[0], *lines[2:]],
}  # fmt: skip


@pytest.mark.parametrize("size", [4, 7, 50, 500])
@pytest.mark.parametrize("name", FIRST)
def test_whatever_it_begins_with(name: str, size: int) -> None:
    """Also where others are under way, and where it is the only new one of a block."""
    runs = [other_run(produced_lines(7 + number, 1, 20), number) for number in range(4)]
    odd = [runs[0], FIRST[name](runs[1]), runs[2], FIRST[name](runs[3])]
    for lines in (one_behind_another(odd), [line for run in odd for line in run]):
        for settled in (NONE, PARTLY):
            read_both_ways([lines], [Move(0, size, is_small=False, settled=settled, pauses=1)])


def test_runs_of_a_block_that_went_line_by_line_have_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too few of its lines were as most are, though what each begins with was known by then."""
    lines = [line for line in produced_lines(7, 1, 30) if b"RunCompleted" not in line]
    lines[5:9] = [timeless(line) for line in lines[5:9]]
    driver = Driver([lines])
    with small_limits():
        monkeypatch.setattr(waiting, "REGULAR", 0.9)
        monkeypatch.setattr(loading, "SKIPPED", 0)
        driver.read([Move(0, 13, is_small=False, settled=PARTLY, pauses=1)])
    driver.compare()
