"""Whole logs through both ways, in any blocks, settled whenever: all runs, and what they were before, are the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.core.bulk.disturbed import at_ticks, disturbances, disturbed, lively_lines, shuffled_blocks
from tests.core.bulk.driven import (
    ALL,
    HALF_WAY,
    NONE,
    PARTLY,
    Driver,
    Move,
    in_bulk_only,
    moves,
    read_both_ways,
    small_limits,
)
from tests.core.made import produced_lines
from tests.core.test_loading import of
from tests.strategies import Logs, logs

from runwatch.core import loading
from runwatch.core.bulk import files
from runwatch.core.bulk import loading as in_bulk
from runwatch.core.bulk.block import Numbers, Words
from runwatch.core.bulk.loading import Bulk
from runwatch.core.bulk.names import numbers_of
from runwatch.core.loading import Loading
from runwatch.core.names import Names
from runwatch.core.places import Segment
from runwatch.core.runs import Runs

ABANDONED = [Move(0, 4, False, NONE, 0), Move(0, 1, False, HALF_WAY, 1)]
made = st.builds(lively_lines, st.integers(0, 9), st.integers(1, 4), st.sampled_from([3, 9, 20]))
arrivals = st.none() | st.just(10**18)


def to_the_end(moved: list[Move]) -> list[Move]:
    """What is settled, but for chunks that are not done, is settled to its end."""
    return [move._replace(settled=PARTLY) if move.settled == HALF_WAY else move for move in moved]


@pytest.fixture
def fed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Entries that went into the runs one by one."""
    found: list[object] = []
    feed = Runs.feed

    def noted(runs: Runs, entry: Any, *more: Any) -> None:
        found.append(entry)
        feed(runs, entry, *more)

    monkeypatch.setattr(Runs, "feed", noted)
    return found


@given(made, disturbances(), in_bulk_only, arrivals)
def test_what_comes_in_bulk(lines: list[bytes], how: Any, moved: list[Move], arrived: int | None) -> None:
    read_both_ways([disturbed(lines, how)], to_the_end(moved), arrived)


@given(made, disturbances("tied", "tied again"), moves, arrivals)
def test_what_comes_now_in_bulk_and_now_line_by_line(
    lines: list[bytes], how: Any, moved: list[Move], arrived: int | None
) -> None:
    read_both_ways([disturbed(lines, how)], to_the_end(moved), arrived)


@given(lines=made, digits=st.sampled_from([0, 1, 3]), how=disturbances(), moved=moves)
@example(lines=lively_lines(2, 3, 2), digits=0, how=[], moved=[Move(0, 1, is_small=False, settled=NONE, pauses=0)])
def test_times_that_many_share(lines: list[bytes], digits: int, how: Any, moved: list[Move]) -> None:
    """Writers tell their times as coarse as their clocks are."""
    read_both_ways([disturbed(at_ticks(lines, digits), how)], to_the_end(moved))


@given(lines=made, seed=st.integers(0, 99), how=disturbances("tied", "tied again"), moved=in_bulk_only)
@example(lines=lively_lines(0, 2, 3), seed=0, how=[], moved=ABANDONED)
def test_what_was_settled_half_way_is_gone_on_with(lines: list[bytes], seed: int, how: Any, moved: list[Move]) -> None:
    """Behind what was left others wait meanwhile, of the same runs."""
    read_both_ways([disturbed(shuffled_blocks(lines, seed), how)], moved)


@given(made, disturbances(), moves, arrivals)
def test_runs_in_two_files(lines: list[bytes], how: Any, moved: list[Move], arrived: int | None) -> None:
    """Blocks of one and of the other in turn: half of the lines in each, or the same lines in both."""
    lines = disturbed(lines, how)
    read_both_ways([lines[::2], lines[1::2]], to_the_end(moved), arrived)
    read_both_ways([lines, lines[len(lines) // 3 :]], to_the_end(moved), arrived)


@given(made, st.integers(0, 99), moves)
def test_chunks_out_of_their_order(lines: list[bytes], seed: int, moved: list[Move]) -> None:
    read_both_ways([shuffled_blocks(lines, seed)], to_the_end(moved))


@given(made=logs(), moved=moves)
def test_any_log(made: Logs, moved: list[Move]) -> None:
    files = [[line + b"\n" for line in data.split(b"\n")[:-1]] for data in of(made).values()]
    read_both_ways(files, [move._replace(file=at % 3) for at, move in enumerate(to_the_end(moved))])


@pytest.mark.parametrize("settled", [NONE, PARTLY, ALL])
@pytest.mark.parametrize("size", [7, 30, 100])
def test_nearly_nothing_of_an_undisturbed_log_goes_the_long_way(size: int, settled: int, fed: list[object]) -> None:
    """What comes before its run is known does, and what ends it."""
    lines = produced_lines(7, 3, 120)
    first = Move(0, 6, is_small=False, settled=ALL, pauses=1)
    driver = Driver([lines])
    driver.expected.feed = lambda *_: None  # type: ignore[method-assign]
    with small_limits():
        driver.read([first, first, first, *[Move(0, size, is_small=False, settled=settled, pauses=1)] * 2000])
    assert sum(len(run.log) for run in driver.runs.by_id.values()) == len(lines)
    assert len(fed) < 30 < len(lines) / 30
    assert driver.loading._bulk is not None
    assert driver.loading._gathering is not None
    assert not driver.loading._gathering.count


@pytest.mark.parametrize("settled", [NONE, PARTLY])
def test_no_name_of_an_undisturbed_log_is_put_into_a_table(settled: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known to be new, but for a chunk that had begun in front of what goes in bulk: one a run."""
    asked: list[Names] = []

    def noted(names: Names, values: Words) -> Numbers:
        asked.append(names)
        return numbers_of(names, values)

    monkeypatch.setattr(files, "numbers_of", noted)
    driver = Driver([produced_lines(7, 3, 120)])
    with small_limits():
        monkeypatch.setattr(in_bulk, "LARGE", 1_000)
        driver.read([Move(0, 37, is_small=False, settled=settled, pauses=1)] * 999)
    assert len(asked) <= len(driver.runs.by_id)
    assert all(len(run.log.facts.names) > 50 for run in driver.runs.by_id.values())
    driver.compare()


@pytest.mark.parametrize("name", ["retried", "failed", "six digits", "cut", "blank", "seen", "more keys", "odd file"])
def test_an_odd_line_takes_no_others_with_it(name: str, fed: list[object]) -> None:
    lines = disturbed(produced_lines(7, 2, 120), [(name, 200 + 40 * each, 3) for each in range(9)])
    driver = Driver([lines])
    driver.expected.feed = lambda *_: None  # type: ignore[method-assign]
    with small_limits():
        driver.read([Move(0, 6, is_small=False, settled=ALL, pauses=1)] * 999)
    assert len(fed) < 70 < len(lines) / 10


@given(made, disturbances("tied", "tied again"), st.lists(st.integers(1, 50), min_size=1, max_size=9))
def test_lines_that_come_while_they_are_watched(lines: list[bytes], how: Any, sizes: list[int]) -> None:
    """Each block at another time, by which a run is known to be alive."""
    lines, at, offset, number = disturbed(lines, how), 0, 0, 0
    driver = Driver([lines])
    with small_limits():
        while at < len(lines):
            driver.arrived, size = 10**18 + number * 10**9 // 2, sizes[number % len(sizes)]
            data = b"".join(lines[at : at + size])
            driver.loading.feed(data, driver.where[0], at + 1, offset, driver.arrived)
            driver.loading.settle()
            driver.expect(0, at, at + size)
            at, offset, number = at + size, offset + len(data), number + 1
        driver.compare()
    for run_id, run in driver.runs.by_id.items():
        expected = driver.expected.by_id[run_id]
        for moment in range(10**18, driver.arrived or 0, 10**8):
            assert run._arrivals.until(moment) == expected._arrivals.until(moment)


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("cut", [1, 37, 90])
def test_the_last_line_needs_no_newline(end: bytes, cut: int) -> None:
    data = b"".join(produced_lines(3, 1, 20)[:50]).removesuffix(b"\n")[:-cut] + end
    lines = data.splitlines(keepends=True)
    read_both_ways([lines], [Move(0, 10, is_small=False, settled=ALL, pauses=1)])


def test_blocks_of_which_too_few_lines_are_as_most_go_the_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """And bulk is tried again later, without a line lost in between."""
    monkeypatch.setattr(loading, "SKIPPED", 2)
    monkeypatch.setattr(loading, "MOST_SKIPPED", 4)
    lines = produced_lines(7, 2, 120)
    for at in range(300, 400):
        lines[at] = lines[at].replace(b'":', b'": ')
    ways: list[bool] = []
    chosen, feed = Loading._bulk_for, Bulk.feed

    def noted(self: Loading, *given: Any) -> Bulk | None:
        bulk = chosen(self, *given)
        if bulk is None:
            ways.append(False)
        return bulk

    def fed(self: Bulk, *given: Any) -> int | None:
        taken = feed(self, *given)
        ways.append(taken is not None)
        return taken

    monkeypatch.setattr(Loading, "_bulk_for", noted)
    monkeypatch.setattr(Bulk, "feed", fed)
    driver = Driver([lines])
    with small_limits():
        monkeypatch.setattr("runwatch.core.bulk.waiting.REGULAR", 0.9)
        driver.read([Move(0, 20, is_small=False, settled=ALL, pauses=1)] * 99)
        driver.compare()
    assert True in ways[ways.index(True) : 15]
    assert ways[15:20] == [False] * 5
    assert ways[-10:-2] == [True] * 8


def test_a_log_that_is_not_plain_is_never_taken_in_bulk() -> None:
    lines = produced_lines(7, 1, 20)
    runs = Runs(lambda place: lines[place.line - 1])
    loader = Loading(runs)
    loader.bulk = Bulk
    with small_limits():
        loader.feed(b"".join(lines), Segment(0, "a", "a", "a"), 1, 0, None)
        loader.settle()
    (run,) = runs.by_id.values()
    assert len(run.log) == len(run.log.kept) == len(lines)
