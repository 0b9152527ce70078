"""The language behind `/`: nothing typed is wrong, and each term means one thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runwatch.answers.filters import FIELDS, PROBLEM_FIELDS, Filter, parse_filter

RUN: dict[str, object] = {
    "run_id": "orders_20261123T181353.078_19620",
    "export": "Orders",
    "verdict": "failed",
    "why": 'rivet ended with status "failed" [/nope]',
    "rows": 2_000_000,
    "rate": None,
    "retries": 2,
    "degraded": 0,
    "chunks": "4/20",
    "failures": 98,
    "elapsed": 14_948,
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "orders",
        "ORDERS failed",
        '"ended with status"',
        "!users",
        "!!orders",
        "verdict:fail",
        "Verdict:FAILED",
        "verdict=failed",
        "export:der",
        'why:"with status"',
        "rows>0",
        "rows>=2M",
        "rows=2,000,000",
        "rows:2000k",
        "rows<2.1m",
        "!rows>2M",
        "retries=2 failures>=98",
        "degraded=0",
        "chunks>=4",
        "chunks:4/",
        "elapsed>14s",
        "elapsed<15",
        "elapsed<=1h30m",
        "elapsed>14900ms",
        "rate=?",
        "!rate>0",
        "[/nope]",
    ],
)
def test_what_holds_of_a_run_leaves_it(text: str) -> None:
    assert parse_filter(text).matches(RUN)


@pytest.mark.parametrize(
    "text",
    [
        "users",
        "orders users",
        "!orders",
        "verdict:ailed",
        "verdict=fail",
        '"status ended"',
        "rows>2M",
        "rows<0",
        "rate>0",
        "rate<1G",
        "retries=3",
        "retries:3",
        "elapsed>15s",
        "elapsed<240ms",
        "2000000",
    ],
)
def test_what_does_not_hold_hides_it(text: str) -> None:
    assert not parse_filter(text).matches(RUN)


@pytest.mark.parametrize("text", ["verdict:", "rows>", "rows>=", "!", '"', '""', "!verdict:"])
def test_a_term_that_is_only_half_typed_hides_nothing(text: str) -> None:
    """The list may not go blank between two key strokes."""
    found = parse_filter(text)
    assert found.matches(RUN)
    assert not found


@pytest.mark.parametrize("text", ["rows>many", "colour:red", "elapsed>soon", "chunk_index>0", "rows>1e9", "rows>-1"])
def test_a_bad_field_or_number_is_a_plain_word(text: str) -> None:
    assert not parse_filter(text).matches(RUN)
    assert parse_filter(text).matches({**RUN, "why": f"he typed {text} here"})


def test_fields_can_be_those_of_a_problem() -> None:
    problem = {"path": "old/users.jsonl", "line": 4112, "reason": "not JSON: unterminated string"}
    assert parse_filter("line>4000 path:old !reason:keys", PROBLEM_FIELDS).matches(problem)
    assert not parse_filter("line>5000", PROBLEM_FIELDS).matches(problem)


def test_equal_texts_are_equal_filters() -> None:
    assert parse_filter("rows>0") == parse_filter("rows>0") != parse_filter("rows>1")
    assert len({parse_filter("a"), parse_filter("a")}) == 1
    assert Filter("") == parse_filter("")


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text())
TERMS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "!", "!!"]),
    st.sampled_from([*FIELDS, "nope", ""]),
    st.sampled_from([":", ">", ">=", "<", "<=", "=", ""]),
    st.one_of(st.text(), st.sampled_from(["1.5M", "90s", "1h30m", '"a b', "9" * 5000, "0" * 40 + "s", "?", "1."])),
)


@given(st.one_of(st.text(), st.lists(TERMS).map(" ".join)), st.dictionaries(st.sampled_from([*FIELDS]), VALUES))
def test_no_text_and_no_row_ever_raises(text: str, row: dict[str, object]) -> None:
    assert parse_filter(text).matches(row) in (True, False)


@given(st.sampled_from([*FIELDS]), st.integers(0, 10**12), VALUES)
def test_a_bang_turns_the_answer_round(field: str, number: int, value: object) -> None:
    for sign in (":", "=", ">", "<="):
        asked = f"{field}{sign}{number}"
        assert parse_filter(asked).matches({field: value}) != parse_filter(f"!{asked}").matches({field: value})
