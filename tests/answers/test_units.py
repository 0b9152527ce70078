from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import T0

from runwatch.answers import units
from runwatch.core.times import SECOND

MS = 1_000_000
DAY = 86_400 * SECOND


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (812, "812"),
        (999, "999"),
        (1000, "1.00k"),
        (1234, "1.23k"),
        (9_994, "9.99k"),
        (9_995, "10.0k"),
        (40_000, "40.0k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (999_999, "1.00M"),
        (2_000_000, "2.00M"),
        (999_499_999, "999M"),
        (999_500_000, "1.00G"),
        (10**12, "1.00T"),
        (2**64, "18.4E"),
        (999.4, "999"),
        (999.6, "1.00k"),
    ],
)
def test_counts_in_tables_have_three_digits(number: float, text: str) -> None:
    """Three digits and k, M, G; exact below 1,000; rounding up takes the next unit."""
    assert units.short(number) == text


@pytest.mark.parametrize(
    ("speed", "text"),
    [
        (134_000, "134k/s"),
        (0, "0/s"),
        (0.01, "<0.1/s"),
        (0.05, "0.1/s"),
        (9.94, "9.9/s"),
        (9.96, "10/s"),
        (999_500, "1.00M/s"),
    ],
)
def test_a_rate_is_a_count_a_second(speed: float, text: str) -> None:
    """One decimal below ten, and slow is not nothing."""
    assert units.rate(speed) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (812, "812 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (201_000_000, "201 MB"),
        (4_200_000_000, "4.20 GB"),
        (10**15, "1.00 PB"),
        (2**64, "18.4 EB"),
    ],
)
def test_bytes_are_decimal_with_three_digits(number: int, text: str) -> None:
    """Bytes, a space, the unit."""
    assert units.size(number) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0 ms"),
        (240 * MS, "240 ms"),
        (999 * MS, "999 ms"),
        (999_499_999, "999 ms"),
        (999_500_000, "1.0 s"),
        (14_948 * MS, "14.9 s"),
        (59_949 * MS, "59.9 s"),
        (59_950 * MS, "1m00s"),
        (60 * SECOND, "1m00s"),
        (132 * SECOND, "2m12s"),
        (3_599_400 * MS, "59m59s"),
        (3_599_600 * MS, "1h00m"),
        (3_840 * SECOND, "1h04m"),
        (86_399_600 * MS, "1d00h"),
        (3 * DAY + 7_200 * SECOND, "3d02h"),
    ],
)
def test_a_duration_has_one_decimal_or_two_units(length: int, text: str) -> None:
    """ms, then one decimal, then two units; what rounds up to a minute is a minute."""
    assert units.duration(length) == text


def test_the_chunk_screen_has_two_decimals() -> None:
    """Two on the Chunk screen, none in estimates."""
    assert units.duration(2_090 * MS, 2) == "2.09 s"
    assert units.duration(59_996 * MS, 2) == "1m00s"
    assert units.duration(56_400 * MS, 0) == "56 s"
    assert units.duration(59_500 * MS, 0) == "1m00s"


@pytest.mark.parametrize(
    ("length", "age", "silence"),
    [
        (-5 * SECOND, "0 s", "0 s"),
        (48_900 * MS, "48 s", "48 s"),
        (60 * SECOND, "1 m", "1m00s"),
        (571 * SECOND, "9 m", "9m31s"),
        (3 * 3600 * SECOND, "3 h", "3h00m"),
        (2 * DAY, "2 d", "2d00h"),
    ],
)
def test_an_age_has_whole_units_and_a_silence_two(length: int, age: str, silence: str) -> None:
    """Whole units that have passed; of a stalled or lost run two."""
    assert (units.age(length), units.silence(length)) == (age, silence)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (1800, "30m"),
        (90, "90s"),
        (7200, "2h"),
        (5400, "90m"),
        (86_400, "1d"),
        (0.5, "0.5s"),
        (0, "0s"),
        (1_000_001, "1000001s"),
    ],
)
def test_a_length_somebody_chose_is_written_as_it_can_be_typed(length: float, text: str) -> None:
    """As `--stale-after` takes it."""
    assert units.whole_duration(round(length * SECOND)) == text


def test_times_are_those_of_the_zone_shown() -> None:
    """The clock; with ms in lists; another day with its date."""
    zone = timezone(timedelta(hours=7))
    assert units.clock(T0 + 127 * MS, UTC, milliseconds=True) == "18:00:00.127"
    assert units.clock(T0, zone) == "01:00:00"
    assert units.day_and_clock(T0, T0 + 3600 * SECOND, UTC) == "18:00:00"
    assert units.day_and_clock(T0, T0 + 10 * 3600 * SECOND, UTC) == "23 Nov 18:00"
    assert units.day_and_clock(T0, T0 + 3600 * SECOND, zone) == "01:00:00"
    assert units.day_and_clock(T0, T0 + 60 * DAY, UTC) == "2026-11-23"


@pytest.mark.parametrize(
    ("part", "text"), [(0, "0 %"), (0.384, "38 %"), (0.99, "99 %"), (0.999, "99 %"), (1, "100 %"), (2.8, "280 %")]
)
def test_what_is_not_whole_never_looks_it(part: float, text: str) -> None:
    """A half-read log never looks complete."""
    assert units.share(part) == text


def test_words_for_numbers() -> None:
    """The small ones that every sentence needs."""
    assert (units.count(2_000_000), units.signed(1234), units.signed(-5)) == ("2,000,000", "+1,234", "-5")
    assert (units.plural(1, "chunk"), units.plural(0, "chunk"), units.plural(2, "retry", "retries")) == (
        "1 chunk",
        "0 chunks",
        "2 retries",
    )
    assert [units.times(number) for number in (1, 2, 3, 1000)] == ["once", "twice", "3 times", "1,000 times"]
    assert [units.ordinal(number) for number in (1, 10, 11, 12, 13, 21, 22, 101, 111)] == [
        "first",
        "tenth",
        "11th",
        "12th",
        "13th",
        "21st",
        "22nd",
        "101st",
        "111th",
    ]
    assert (units.prose(2_000_000), units.prose(2_340_000), units.prose(812)) == ("2.0M", "2.34M", "812")
    assert units.difference(0.0031) == "+0.31 %"


def test_a_quotation_is_one_line_and_not_too_long() -> None:
    """The log's own words: the first line, cut."""
    assert units.quoted("\n boom \nat line 3") == '"boom"'
    assert units.quoted("") == '""'
    assert units.quoted("x" * 200) == '"' + "x" * 159 + '…"'
    assert units.one_line(" a\n\n b\tc ") == "a b c"


@given(st.integers(0, 2**70) | st.floats(0, 2.0**70))
def test_a_count_fits_its_column(number: float) -> None:
    """At most five cells, a rate seven, whatever the log says."""
    assert len(units.short(number)) <= 5
    assert len(units.rate(number)) <= 7
    assert len(units.size(int(number))) <= 7


@given(st.integers(0, 100 * DAY - 1) | st.integers(0, 120 * SECOND), st.sampled_from([0, 1, 2]))
def test_a_duration_fits_its_column(length: int, decimals: int) -> None:
    """At most eight cells up to 99 days."""
    assert len(units.duration(length, decimals)) <= 8
    assert len(units.age(length)) <= 5


@given(
    st.integers(0, 10**30),
    st.sampled_from([units.duration, units.age, units.silence, units.whole_duration, units.size]),
)
def test_no_number_is_too_great_for_words(number: int, words: object) -> None:
    """A log may say anything."""
    assert callable(words)
    assert words(number)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_the_words_grow_with_the_number(one: int, other: int) -> None:
    """A longer time never reads as a shorter one."""

    def value(text: str) -> float:
        sizes = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
        total, digits = 0.0, ""
        for part in text.replace(" ", "").replace("ms", "µ"):
            if part.isdigit() or part == ".":
                digits += part
            else:
                total, digits = total + float(digits) * sizes["ms" if part == "µ" else part], ""
        return total

    low, high = sorted((one, other))
    assert value(units.duration(low)) <= value(units.duration(high))
