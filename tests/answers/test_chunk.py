from __future__ import annotations

import pytest
from tests.core.made import Step, completed, failed, moment_of, plan, started, written

from runwatch.answers.attempt import time_lost
from runwatch.answers.chunk import ChunkView, chunk_view, key_words
from runwatch.answers.view import Mark


def view_of(*steps: Step, chunk: int = 0) -> ChunkView:
    view = chunk_view(moment_of(*steps), chunk)
    assert view is not None
    return view


def fact(view: ChunkView, label: str) -> list[str]:
    return [span.text for row in view.facts if row.label == label for span in row.spans]


def test_a_chunk_tells_its_attempts_and_the_wait_between_them() -> None:
    """Times by the events' own; nothing is told that the log does not say."""
    view = view_of(
        (0, plan()), (1, started(0)), (3.5, failed(0, "boom\nat 3")), (5, started(0)), (7, completed(0, 20, "f"))
    )
    first, second = view.attempts
    assert (first.took, first.outcome, first.wait, first.error) == ("2.50 s", "failed", "1.50 s", "boom\nat 3")
    assert (second.took, second.outcome, second.wait, second.error) == ("2.00 s", "completed", "", "")
    assert (view.state, view.word) == (Mark.RECOVERED, "RECOVERED")
    assert view.reason.text == "20 rows on the second attempt, after 1 failure"
    backwards = view_of((0, plan()), (5, started(0)), (4, failed(0)), (3, started(0)), (None, completed(0)))
    assert [(row.took, row.wait) for row in backwards.attempts] == [("?", "?"), ("?", "")]
    assert view_of((5, completed(0))).attempts[0].took == "?"


def test_the_time_lost_is_the_sum_of_what_the_broken_attempts_took() -> None:
    """Also where the log's clock was set back before them, and the run's moments stand still."""
    moment = moment_of((100, plan()), (10, started(0)), (14, failed(0)), (20, started(0)), (22, completed(0)))
    view = chunk_view(moment, 0)
    assert view is not None
    assert view.attempts[0].took == "4.00 s"
    assert time_lost(moment, view) == "4.0 s of it in failed attempts"


def test_the_same_file_twice_is_one_part() -> None:
    """However often the log names it."""
    view = view_of((1, started(0)), (2, completed(0, 5, "a")), (3, completed(0, 5, "a")), (4, written("a", 5, 1000)))
    assert fact(view, "parts") == ["1", "1.00 kB"]
    assert fact(view, "rows")[0] == "5"
    assert fact(view_of((2, completed(0, 5)), (3, completed(0, 5))), "parts")[0] == "2"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("500000", "500,000"),
        ("-12345", "-12,345"),
        ("0", "0"),
        ("00501", "00501"),
        ("-0", "-0"),
        ("1e5", "1e5"),
        ("", ""),
        ("٣", "٣"),
    ],
)
def test_only_a_whole_number_gets_commas(key: str, words: str) -> None:
    """A postal code is a text, whatever it looks like."""
    assert key_words(key) == words


@pytest.mark.parametrize(
    ("base", "key", "bounds", "where"),
    [
        ("SELECT * FROM t;  ", "id", ("1", "500000"), "id >= 1 AND id <= 500000"),
        ("SELECT * FROM t -- all", "id", ("-1.5", "2"), "id >= -1.5 AND id <= 2"),
        ("SELECT 1", "Order Id", ("a'b", "00501"), "q.\"Order Id\" >= 'a''b' AND q.\"Order Id\" <= '00501'"),
        ("SELECT 1", 'a"b', ("1; DROP TABLE t", ""), 'q."a""b" >= \'1; DROP TABLE t\' AND q."a""b" <= \'\''),
    ],
)
def test_the_query_reads_just_this_range(base: str, key: str, bounds: tuple[str, str], where: str) -> None:
    """`base_query` with the inclusive bounds on `chunk_key`, keys and names quoted where they must be."""
    view = view_of((0, plan(base_query=base, chunk_key=key)), (1, started(0, *bounds)))
    assert view.query == f"SELECT * FROM (\n{base.strip().rstrip(';')}\n) AS q\nWHERE {where}"
    assert view.query_note == ""


def test_without_plan_key_or_bounds_there_is_no_query() -> None:
    """And it says which of them is missing."""
    assert view_of((1, started(0))).query_note == "the log holds no plan, so no query"
    assert view_of((0, plan()), (1, started(0))).query_note == "the plan names no key"
    assert (
        view_of((0, plan(chunk_key="id")), (1, completed(0))).query_note
        == "the log does not say which keys this chunk covers"
    )


def test_the_neighbours_are_named_where_they_are_known() -> None:
    """By index; a chunk that nothing is known of does not apply."""
    view = view_of((1, started(0)), (3, completed(0)), (4, started(1)), (5, failed(1)), chunk=1)
    assert fact(view, "previous") == ["chunk 0", "2.0 s", "completed"]
    assert fact(view, "next") == ["–"]
