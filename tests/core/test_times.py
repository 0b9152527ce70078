from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import T0

from runwatch.core.times import SECOND, digits_of, format_time, parse_time


@pytest.mark.parametrize(
    ("text", "after", "digits"),
    [
        ("2026-11-23T18:00:00Z", 0, 0),
        ("2026-11-23t18:00:00z", 0, 0),
        ("2026-11-23T18:00:00.5Z", SECOND // 2, 1),
        ("2026-11-23T18:00:00.055Z", 55_000_000, 3),
        ("2026-11-23T18:00:00.000055Z", 55_000, 6),
        ("2026-11-23T18:00:00.000000055Z", 55, 9),
        ("2026-11-23T18:00:00.0000000559Z", 55, 9),
        ("2026-11-23T20:30:00+02:30", 0, 0),
        ("2026-11-23T12:30:00.001-05:30", 1_000_000, 3),
        ("2026-11-23T18:00:00-00:00", 0, 0),
        ("2026-11-24T17:59:00+23:59", 0, 0),
        ("2026-11-23T17:59:60Z", 0, 0),
        ("2026-11-23T17:59:60.000000000Z", 0, 9),
    ],
)
def test_a_time_is_an_instant_with_its_digits(text: str, after: int, digits: int) -> None:
    """0 to 9 digits (what is finer is cut), Z or an offset, either case, a leap second."""
    assert parse_time(text) == (T0 + after, digits)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-11-23",
        "2026-11-23T18:00:00",
        "2026-11-23T18:00Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T18:60:00Z",
        "2026-11-23T18:00:61Z",
        "2026-11-23T18:00:00.Z",
        "2026-11-23T18:00:00+24:00",
        "2026-11-23T18:00:00+02:60",
        "2026-11-23T18:00:00+0200",
        " 2026-11-23T18:00:00Z",
        "٢٠٢٦-11-23T18:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "2262-04-11T23:47:16.854775808Z",
        "2262-04-11T23:47:59.000000000Z",
        "2026-11-23T18:00:0x.000000000Z",
        "2026-11-23T18:00:61.000000000Z",
        "2026-11-23T18-00-00.000000000Z",
        "2026-11-23T18:00:00.00000000٣Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_what_is_no_time_is_unknown(text: str) -> None:
    """Nor is one that 64 bits of nanoseconds cannot hold, as the zero time that some producers write."""
    assert parse_time(text) is None


@given(st.integers(-(2**63) + SECOND, 2**63 - 1), st.sampled_from([0, 3, 6, 9]))
def test_a_time_is_written_with_the_digits_it_had(time: int, digits: int) -> None:
    """A cut time never looks exact, and reading it again gives the same."""
    cut = time - time % 10 ** (9 - digits)
    text = format_time(time, digits)
    assert parse_time(text) == (cut, digits)
    assert len(text) == 20 + bool(digits) + digits
    assert digits_of(cut) <= digits
