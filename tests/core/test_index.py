from __future__ import annotations

import json
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import (
    T0,
    Step,
    completed,
    cut_in_segments,
    ended,
    entry,
    feed,
    plan,
    read,
    run_of,
    segment,
    started,
    state_of,
    warning,
    whole,
    written,
)
from tests.strategies import Logs, logs

from runwatch.core.decode import decode_line
from runwatch.core.events import Entry, Problem
from runwatch.core.fold import fold
from runwatch.core.run import RunState
from runwatch.core.runs import Run, Runs
from runwatch.core.times import SECOND


def all_of(runs: Runs) -> Any:
    return {run_id: whole(run) for run_id, run in sorted(runs.by_id.items())}


def arranged(runs: Runs) -> Runs:
    for run in runs.by_id.values():
        run.log.is_arranged = False
    return runs


@given(logs(), st.integers(1, 3), st.randoms(use_true_random=False))
def test_segments_may_be_read_in_any_order_and_in_turn(made: Logs, parts: int, random: Any) -> None:
    """The state never depends on the order of reading: newest files first, or a line of each in turn."""
    segments = cut_in_segments(made, parts)
    in_order = [fed for own in segments for fed in own]
    expected = all_of(arranged(read(in_order)))
    assert all_of(read(in_order)) == expected
    assert all_of(read([fed for own in reversed(segments) for fed in own])) == expected
    queues = [list(own) for own in segments]
    in_turn = []
    while queues:
        queue = random.choice(queues)
        in_turn.append(queue.pop(0))
        queues = [queue for queue in queues if queue]
    assert all_of(read(in_turn, look_at=lambda: random.random() < 0.5)) == expected


@given(logs(), st.randoms(use_true_random=False))
def test_looking_in_between_changes_nothing(made: Logs, random: Any) -> None:
    """Folding in slices gives the same as folding at once, and what is placed at once stands where it is arranged."""
    fed = [fed for own in cut_in_segments(made, 1) for fed in own]
    expected = all_of(arranged(read(fed)))
    assert all_of(read(fed, look_at=lambda: True)) == expected
    assert all_of(read(fed, look_at=lambda: random.random() < 0.3)) == expected


@given(logs(), st.lists(st.integers(0, 30), max_size=4))
def test_a_state_folded_in_slices_is_the_state_at_that_place(made: Logs, cuts: list[int]) -> None:
    """state_at(n) is the fold of the first n, by whatever steps one comes there."""
    runs = read([fed for own in cut_in_segments(made, 1) for fed in own])
    for run in runs.by_id.values():
        assert run.state.positions == len(run.log.order)
        state = RunState(run.log.facts)
        for cut in sorted(cuts):
            fold(state, run.log, min(cut, len(run.log.order)))
            assert state_of(state, run.log) == state_of(run.state_at(state.positions), run.log)
        fold(state, run.log, len(run.log.order))
        assert state_of(state, run.log) == state_of(run.state, run.log)


@given(logs(), st.randoms(use_true_random=False))
def test_an_event_with_a_time_delivered_twice_is_folded_once(made: Logs, random: Any) -> None:
    """Log shippers deliver at least once: whatever comes again later in its file counts under repeats alone."""
    once, twice = Runs(), Runs()
    for path, lines in made.items():
        where, again, number = segment(path), [], 0
        for line in lines:
            (said,) = decode_line(json.dumps(line).encode(), path)
            assert isinstance(said, Entry)
            number += 1
            once.feed(said, where, number, 0)
            twice.feed(said, where, number, 0)
            if said.time is not None:
                again.append(said)
            if again and random.random() < 0.5:
                number += 1
                twice.feed(again.pop(random.randrange(len(again))), where, number, 0)
    for run_id, run in once.by_id.items():
        entries, repeats, state = whole(run)
        again_entries, again_repeats, again_state = whole(twice.by_id[run_id])
        assert (again_entries, again_state) == (entries, state)
        assert again_repeats >= repeats


# --------------------------------------------------------------------------------------------------------- by hand


def places(run: Run) -> list[str]:
    assert run.state is not None
    return [str(run.log.place(position)) for position in range(len(run.log.order))]


def test_several_files_are_merged_by_moment_and_ties_by_path() -> None:
    """A run in several files: by moment; of two at one moment the one of the lesser path comes first."""
    run = Run("r")
    feed(run, segment("b.jsonl"), (1, started(0)), (3, completed(0)))
    feed(run, segment("a.jsonl"), (1, plan()), (2, warning()), (3, warning("later")))
    assert places(run) == ["a.jsonl:1", "b.jsonl:1", "a.jsonl:2", "a.jsonl:3", "b.jsonl:2"]


def test_a_rotated_chain_is_one_file_oldest_first() -> None:
    """The lines of an older segment stand in front, whenever it is read and whatever its times are."""
    run = Run("r")
    feed(run, segment("x.jsonl", chain="x", order=1), (5, completed(0)), (6, ended()))
    feed(run, segment("x.jsonl.1", chain="x", order=0), (9, plan()), (4, started(0)))
    assert places(run) == ["x.jsonl.1:1", "x.jsonl.1:2", "x.jsonl:1", "x.jsonl:2"]
    assert [moment - T0 for moment in run.log.moments] == [9 * SECOND] * 4


def test_an_older_segment_of_the_second_file_is_not_simply_put_last() -> None:
    """Later than all that was read is not behind all that was read: its own file goes on behind it."""
    run = Run("r")
    feed(run, segment("a.jsonl"), (1, plan()))
    feed(run, segment("b.jsonl", chain="b", order=1), (2, started(0)))
    feed(run, segment("b.jsonl.1", chain="b", order=0), (3, warning()))
    assert places(run) == ["a.jsonl:1", "b.jsonl.1:1", "b.jsonl:1"]


def test_the_first_time_of_a_file_moves_the_lines_before_it() -> None:
    """With no moment before it, an entry without a time has the next known one."""
    run = Run("r")
    feed(run, segment("a.jsonl"), (1, plan()), (2, warning()))
    feed(run, segment("b.jsonl"), (None, started(0)))
    assert places(run) == ["a.jsonl:1", "b.jsonl:1", "a.jsonl:2"]
    feed(run, segment("a.jsonl"), (3, warning("third")), first_line=3)
    late = segment("b.jsonl")
    run = Run("r")
    feed(run, segment("a.jsonl"), (1, plan()), (2, warning()))
    feed(run, late, (None, started(0)))
    assert len(places(run)) == 3
    feed(run, late, (4, completed(0)), first_line=2)
    assert places(run) == ["a.jsonl:1", "a.jsonl:2", "b.jsonl:1", "b.jsonl:2"]
    assert [moment - T0 for moment in run.log.moments] == [SECOND, 2 * SECOND, 4 * SECOND, 4 * SECOND]


def test_a_file_without_any_time_begins_with_the_run() -> None:
    """Its entries have the earliest known moment of the run, whichever file is read first."""
    for first in ("a.jsonl", "b.jsonl"):
        run = Run("r")
        lines: dict[str, Step] = {"a.jsonl": (None, plan()), "b.jsonl": (3, started(0))}
        feed(run, segment(first), lines.pop(first))
        for path, step in lines.items():
            feed(run, segment(path), step)
        assert places(run) == ["a.jsonl:1", "b.jsonl:1"]
        assert [moment - T0 for moment in run.log.moments] == [3 * SECOND] * 2


def test_a_time_that_runs_backwards_keeps_its_line() -> None:
    """An entry earlier than the moment before it has that moment: the lines of one file keep their order."""
    run = run_of((5, plan()), (3, started(0)), (6, completed(0)))
    assert places(run) == ["orders.jsonl:1", "orders.jsonl:2", "orders.jsonl:3"]
    assert [moment - T0 for moment in run.log.moments] == [5 * SECOND, 5 * SECOND, 6 * SECOND]
    assert run.log.time(1) == T0 + 3 * SECOND


def test_without_a_time_two_equal_entries_are_two_events() -> None:
    """Only an equal time makes an equal entry a repeat."""
    run = run_of((1, warning()), (1, warning()), (None, warning()), (None, warning()), (2, warning()))
    assert (run.state.events, run.log.repeats) == (4, 1)


def test_an_event_that_differs_in_one_extra_field_is_no_repeat() -> None:
    """Fields that the vocabulary does not know are fields: equal means all of them, in any order."""
    lines = [
        b'{"run_id":"r","recorded_at":"2026-11-23T18:00:00Z","event":{"Warning":{"context":"c","message":"m"%s}}}'
        % more
        for more in (b"", b',"a":1,"b":{"c":2}', b',"b":{"c":2},"a":1', b',"b":{"c":3},"a":1')
    ]
    runs = Runs()
    for number, line in enumerate(lines, 1):
        (said,) = decode_line(line, "x")
        runs.feed(said, segment(), number, 0)
    run = runs.by_id["r"]
    assert (run.state.events, run.log.repeats) == (3, 1)


def test_the_moment_has_the_digits_of_the_time_it_was_taken_from() -> None:
    """A moment taken from an earlier entry is told with that entry's digits."""
    run = Run("r")
    run.feed(entry(1, plan(), digits=3), segment(), 1, None)
    run.feed(entry(None, started(0)), segment(), 2, None)
    run.feed(entry(2, completed(0), digits=0), segment(), 3, None)
    assert [run.log.digits_at(position) for position in range(3)] == [3, 3, 0]
    run.feed(entry(2, warning(), digits=6), segment(), 4, None)
    run.feed(entry(1, completed(1), digits=3), segment(), 5, None)
    assert [run.log.digits_at(position) for position in range(5)] == [3, 3, 0, 6, 6]


def test_thousands_of_events_behind_one_time_do_not_look_at_one_another() -> None:
    """A clock set back leaves all that follows at one moment, and each of them is told with its digits."""

    class Counted(array):  # type: ignore[type-arg]
        """Times that count how often one is looked at."""

        looks = 0

        def __getitem__(self, key: Any) -> Any:
            Counted.looks += 1
            return super().__getitem__(key)

    run = feed(Run("r"), segment(), (3600, warning()), *((number, started(number)) for number in range(2000)))
    assert run.state.events == 2001
    run.log.times = Counted("q", run.log.times)
    assert {run.log.digits_at(position) for position in range(2001)} == {9}
    assert Counted.looks < 10_000


def test_what_a_replaced_document_said_is_forgotten() -> None:
    """A later document of the same segment replaces it, and nothing of the old one stays."""
    document = segment("j.json")
    runs = Runs()
    for line, event in enumerate((plan(), started(0), completed(0, 7, "f")), 1):
        runs.feed(entry(line, event), document, line, 0)
    runs.feed(entry(2.5, warning()), segment("a.jsonl"), 1, 0)
    runs.feed(Problem("entry 4: no"), document, 1, 0)
    runs.take_out(document)
    (run,) = runs.all()
    assert (run.state.events, runs.problem_count, runs.problems) == (1, 0, [])
    runs.feed(entry(4, ended()), document, 1, 0)
    assert places(run) == ["a.jsonl:1", "j.json:1"]
    runs.take_out(segment("never seen"))
    assert run.state.events == 2


def test_of_a_replaced_document_no_problem_is_counted_that_was_not_kept_either() -> None:
    """10,002 problems of one document and one of another log: 10,000 are kept, all are counted, and all but one go."""
    document = segment("j.json")
    runs = Runs()
    runs.feed(Problem("no"), segment("a.jsonl"), 1, 0)
    for number in range(10_002):
        runs.feed(Problem("no", number), document, 1, 0)
    assert (runs.problem_count, len(runs.problems)) == (10_003, 10_000)
    runs.take_out(document)
    assert (runs.problem_count, len(runs.problems)) == (1, 1)
    runs.feed(Problem("no", 1), document, 1, 0)
    runs.take_out(document)
    assert (runs.problem_count, len(runs.problems)) == (1, 1)


def test_a_document_that_could_not_be_read_and_then_can_is_no_problem_any_more() -> None:
    """It was looked at while its writer was at it; another file's fault stays."""
    document = segment("j.json")
    runs = Runs()
    runs.report("j.json", "not a whole JSON document")
    runs.report("other.json", "cannot read")
    runs.take_out(document)
    runs.feed(entry(1, plan()), document, 1, 0)
    assert (runs.problem_count, runs.problems) == (1, [("other.json", "cannot read")])


def test_a_run_that_lost_all_its_entries_is_none() -> None:
    """What is forgotten whole is not shown as an empty run."""
    document = segment("j.json")
    runs = Runs()
    runs.feed(entry(1, plan()), document, 1, 0)
    assert len(runs.all()) == 1
    runs.take_out(document)
    assert runs.all() == []
    assert runs.by_id[next(iter(runs.by_id))].at(None, T0, SECOND) is None


@pytest.mark.parametrize("path", ["in one file", "in two files"])
def test_thousands_of_events_at_one_instant_are_compared_with_few_of_them(path: str) -> None:
    """Coarse clocks put a burst at one time: that must not make reading quadratic."""
    compared = 0

    class Counted(str):
        """A text that counts how often it is compared."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    steps: list[Step] = [(1, written(Counted(f"f{number}"))) for number in range(2000)]
    run = feed(Run("r"), segment("a.jsonl"), *steps)
    if path == "in two files":
        feed(run, segment("b.jsonl"), *steps[:1000])
    compared = 0
    assert (run.state.events, run.log.repeats) == (2000, 0 if path == "in one file" else 1000)
    assert compared < 20_000
