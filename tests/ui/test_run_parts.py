"""What the Run screen is laid out by: pure functions of views and sizes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import JOURNALS, SAMPLES, session_of

from runwatch.answers.run import run_view
from runwatch.answers.view import Evidence, Reason, VerdictView
from runwatch.core.places import Place, Segment
from runwatch.ui.line import Line, width_of
from runwatch.ui.notice import small_lines
from runwatch.ui.pane_tabs import tabs_line
from runwatch.ui.run_heights import Form, form_of, heights
from runwatch.ui.stage_views import deal, map_view, starts_remark
from runwatch.ui.verdict_line import verdict_lines
from runwatch.ui.widgets.chunk_layout import ChunkMapView

LOG = Segment(1, "a/orders.jsonl", "a/orders.jsonl", "orders")


def words(line: Line) -> str:
    return "".join(bit.text for bit in line).rstrip()


def reason(text: str, line: int) -> Reason:
    return Reason(text, Evidence(f"orders.jsonl:{line}", (Place(LOG, line),)))


def verdict(*texts: str) -> VerdictView:
    return VerdictView("failed", tuple(reason(text, number) for number, text in enumerate(texts, 1)), "an aside")


# ------------------------------------------------------------------------------------------------------------ verdict


def test_two_reasons_stand_below_each_other_with_their_evidence() -> None:
    first, second = verdict_lines(verdict("it failed", "a chunk failed", "more", "and more"), 80)
    assert words(first) == "  ✗ FAILED   it failed" + " " * 43 + "orders.jsonl:1"
    assert words(second) == "             a chunk failed" + " " * 28 + "+2 more   orders.jsonl:2"
    assert words(verdict_lines(verdict("it failed"), 80)[1]) == "             an aside"


def test_a_long_reason_takes_both_lines_before_it_is_cut() -> None:
    long = "98 of the 100 chunks seen never completed, and what they would have held is nowhere to be found"
    first, second = verdict_lines(verdict(long, "second"), 80)
    assert words(first) == "  ✗ FAILED   98 of the 100 chunks seen never completed, and what they would"
    assert words(second) == "             have held is nowhere to be found" + " " * 10 + "+1 more   orders.jsonl:1"


def test_evidence_gives_way_before_a_reason_does() -> None:
    """Alone it has the line below; beside another one first the file's name goes, then all of it."""
    first, second = verdict_lines(verdict("x" * 60), 80)
    assert words(first).endswith("x" * 60)
    assert words(second).endswith("an aside" + " " * 44 + "orders.jsonl:1")
    assert words(verdict_lines(verdict("x" * 60, "second"), 80)[0]).endswith("x    :1")
    assert words(verdict_lines(verdict("x" * 66, "second"), 80)[0]).endswith("x" * 66)


def test_a_number_stays_with_its_unit() -> None:
    first, second = verdict_lines(verdict("it took all of the time there was, which is to say 4 s"), 66)
    assert words(first).endswith("to say")
    assert words(second).strip().startswith("4 s")


def test_a_tiny_verdict_has_a_third_line_for_a_long_reason_and_no_more_than_it_needs() -> None:
    reason = "the reconciliation counts 2,000,000 exported rows, the files in the log 1,998,796"
    assert [words(line) for line in verdict_lines(verdict(reason), 40, 3)] == [
        " ✗ FAILED  the reconciliation counts",
        " 2,000,000 exported rows, the files in",
        " the log 1,998,796",
    ]
    assert len(verdict_lines(verdict("it failed in one line"), 40, 3)) == 1
    assert words(verdict_lines(verdict(reason), 40, 2)[1]) == " 2,000,000 exported rows, the files in…"


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4), st.integers(1, 250), st.integers(1, 3))
def test_a_verdict_never_takes_more_room_than_it_has(texts: list[str], width: int, height: int) -> None:
    lines = verdict_lines(verdict(*texts), width, height)
    assert 1 <= len(lines) <= max(2, height)
    if width >= 60:
        assert all(width_of(line) <= width for line in lines)


# ------------------------------------------------------------------------------------------------------------ heights


@given(st.integers(1, 300), st.integers(1, 120), st.tuples(st.integers(0, 300), st.integers(0, 300)))
def test_what_is_dealt_out_is_what_there_is(width: int, height: int, wants: tuple[int, int]) -> None:
    dealt = heights(width, height, wants)
    assert min(dealt.upper, dealt.lower, dealt.stage, dealt.gap) >= 0
    taken = dealt.verdict + dealt.gap + dealt.upper + dealt.lower + dealt.stage
    form = form_of(width, height)
    if form is Form.FULL:
        assert taken == height - 3
        assert (dealt.upper, dealt.lower) >= (9, 8)
        assert dealt.stage >= 11
    elif form is Form.NARROW:
        assert taken == height - 3
        assert dealt.stage >= 5, "map, bar and borders"
    elif height >= 5:
        assert taken == height - 3


def test_the_heights_of_the_pictures() -> None:
    full, narrow = heights(120, 40, (9, 8)), heights(80, 24, (9, 0))
    assert (full.upper, full.lower, full.stage) == (9, 8, 17)
    assert (narrow.gap, narrow.upper, narrow.stage) == (1, 9, 9)
    assert heights(120, 40, (9, 9)).lower == 9
    assert heights(120, 40, (11, 100)).lower == 10, "an error of a hundred lines does not push the stage away"


@given(st.integers(0, 80), st.integers(1, 200), st.integers(0, 200), st.integers(0, 50))
def test_the_stage_deals_out_no_more_than_it_has(inner: int, width: int, chunks: int, notables: int) -> None:
    view = ChunkMapView(bytes(chunks), range(chunks), ((0, chunks),))
    rows = deal(inner, width, view, notables)
    listed = 0 if rows.list_gap < 0 else rows.list_gap + 1
    assert rows.map_room + rows.bar_gap + 1 + listed <= max(1, inner)


# ------------------------------------------------------------------------------------------------------- stage, tabs


def test_a_burst_at_the_end_is_said_to_be_one() -> None:
    (moment,) = session_of(JOURNALS / "chunked_par.json").moments()
    stage = run_view(moment).stage
    assert map_view(stage).lanes == ()
    assert starts_remark(stage, has_ended=True) == "starts unknown: written in one burst at the end"
    (moment,) = session_of(SAMPLES / "orders-failed-recovered.jsonl").moments()
    assert starts_remark(run_view(moment).stage, has_ended=True) == ""
    assert len(map_view(run_view(moment).stage).lanes) == 4


def test_tabs_tell_where_the_bad_news_is() -> None:
    (moment,) = session_of(SAMPLES / "orders-failed-recovered.jsonl").moments()
    answers = run_view(moment).answers
    line, spots = tabs_line(answers, 1, 80)
    assert words(line) == " 1 Planned    2 Happened ✗ 2   3 Degraded   4 Succeeded ✗"
    assert [words(line)[first] for first, _, _ in spots] == ["1", " ", "3", "4"]
    assert words(tabs_line(answers, 0, 40)[0]) == " 1 Plan  2 Happ ✗2  3 Degr  4 Succ ✗"


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [
        (18, 3, ["too small: 18 × 3;", "the verdict is ✗", "failed"]),
        (60, 3, ["too small: 60 × 3; the verdict is ✗ failed", "orders"]),
        (18, 2, ["✗ failed", "orders"]),
        (18, 1, ["✗ failed orders"]),
        (1, 1, ["…"]),
    ],
)
def test_the_smallest_terminals_tell_the_verdict(width: int, height: int, said: list[str]) -> None:
    assert [words(line) for line in small_lines("failed", "orders", width, height)] == said
