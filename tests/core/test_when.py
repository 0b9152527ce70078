from __future__ import annotations

from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import T0, completed, ended, plan, run_of, seen, started, warning

from runwatch.core import events as ev
from runwatch.core.durations import parse_duration
from runwatch.core.runs import Run
from runwatch.core.times import SECOND, format_time, parse_time
from runwatch.core.when import Cut, parse_when

LAST = T0 + 20 * SECOND
"""18:00:20, the last moment of the run below."""


def ns_of(text: str) -> int:
    time = parse_time(text)
    assert time is not None
    return time[0]


def the_run() -> Run:
    """Five events from 18:00:00 to 18:00:20, two of them at one instant."""
    return run_of((0, plan()), (10, started(0)), (10, warning()), (15, completed(0)), (20, ended()))


def cut(text: str, run: Run | None = None, zone: tzinfo = UTC, last: int = LAST) -> Cut:
    run = run or the_run()
    return parse_when(text, zone, [last]).cut(run.log, run.state)


@pytest.mark.parametrize(
    ("text", "stop", "seconds"),
    [
        ("2026-11-23T18:00:10Z", 3, 10),
        ("2026-11-23T20:00:10.000+02:00", 3, 10),
        ("2026-11-23T18:00:09.999999999Z", 1, 9.999999999),
        ("2026-11-23T17:59:59Z", 0, -1),
        ("2026-11-23T19:00:00Z", 5, 3600),
        ("2026-11-23T18:00Z", 5, 59.999999999),
        ("2026-11-23 20:00+02:00", 5, 59.999999999),
        ("2026-11-23T17:59Z", 0, -0.000000001),
        ("+0s", 1, 0),
        ("+10s", 3, 10),
        ("+9999ms", 1, 9.999),
        ("+1d", 5, 86400),
        ("-0s", 5, 20),
        ("-5s", 4, 15),
        ("-5.5s", 3, 14.5),
        ("-1m", 0, -40),
        ("0%", 1, 0),
        ("50%", 3, 10),
        ("50 %", 3, 10),
        ("99.9%", 4, 19.98),
        ("100%", 5, 20),
        ("150%", 5, 20),
        ("1", 1, 0),
        ("#2", 2, 10),
        ("3", 3, 10),
        ("5", 5, 20),
        ("#1200", 5, 20),
        (" #5 ", 5, 20),
    ],
)
def test_each_form_of_when_cuts_a_run_at_its_instant(text: str, stop: int, seconds: float) -> None:
    """A time, an offset from the start or the end, a share, or an event number."""
    found = cut(text)
    assert (found.stop, found.time) == (stop, T0 + round(seconds * SECOND))


def test_after_no_event_a_run_has_not_begun() -> None:
    """`#0` is in front of the first event."""
    assert cut("#0") == Cut(0, None)
    assert the_run().at(parse_when("#0", UTC, [LAST]), LAST, SECOND) is None


def test_an_event_number_counts_events_alone() -> None:
    """Repeats, source events and unknown events have no number, and what stands behind the n-th is not in."""
    unknown = ev.Unknown(variant="X")
    run = run_of(
        (0, ev.RunStarted()), (1, plan()), (1, plan()), (2, unknown), (2, seen()), (3, warning()), (4, unknown)
    )
    assert (cut("1", run).stop, cut("2", run).stop, cut("3", run).stop) == (2, 5, 5)
    assert cut("5", run_of((0, ev.RunStarted()), (1, unknown))).stop == 0


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("18:00", "2026-11-23T18:00:59.999999999Z"),
        ("18:01", "2026-11-22T18:01:59.999999999Z"),
        ("17:59", "2026-11-23T17:59:59.999999999Z"),
        ("18:00:20", "2026-11-23T18:00:20Z"),
        ("18:00:21", "2026-11-22T18:00:21Z"),
        ("18:00:20.000000001", "2026-11-22T18:00:20.000000001Z"),
        ("18:00:19.5", "2026-11-23T18:00:19.5Z"),
        ("00:00", "2026-11-23T00:00:59.999999999Z"),
        ("23:59", "2026-11-22T23:59:59.999999999Z"),
        ("2026-11-24 03:00", "2026-11-24T03:00:59.999999999Z"),
        ("2026-11-23T18:00:05", "2026-11-23T18:00:05Z"),
    ],
)
def test_a_time_of_day_is_its_latest_occurrence_not_after_the_last_moment(text: str, instant: str) -> None:
    """The end of that minute when the seconds are left out; a day given is the day meant."""
    assert cut(text).time == ns_of(instant)


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("19:00:00", ZoneInfo("Europe/Berlin"), "2026-11-23T18:00:00Z"),
        ("19:30:00", ZoneInfo("Europe/Berlin"), "2026-11-22T18:30:00Z"),
        ("23:30:10", timezone(timedelta(hours=5, minutes=30)), "2026-11-23T18:00:10Z"),
        ("01:00:00", timezone(timedelta(hours=7)), "2026-11-23T18:00:00Z"),
        ("2026-11-23T10:00:05", timezone(timedelta(hours=-8)), "2026-11-23T18:00:05Z"),
    ],
)
def test_a_time_of_day_is_read_in_the_zone_shown(text: str, zone: tzinfo, instant: str) -> None:
    """In the zone's own day, which may be another than UTC's."""
    assert cut(text, zone=zone).time == ns_of(instant)


def test_an_hour_that_comes_twice_means_its_latest_occurrence() -> None:
    """On the night when summer time ends 02:30 is an hour later than 02:30."""
    berlin = ZoneInfo("Europe/Berlin")
    between, behind = ns_of("2026-10-25T01:00:00Z"), ns_of("2026-10-25T06:00:00Z")
    assert cut("02:30:00", zone=berlin, last=behind).time == ns_of("2026-10-25T01:30:00Z")
    assert cut("02:30:00", zone=berlin, last=between).time == ns_of("2026-10-25T00:30:00Z")


def test_one_instant_serves_all_runs() -> None:
    """The last moment of any run read decides the day, not each run's own."""
    later = LAST + 86400 * SECOND
    when = parse_when("18:00:20", UTC, [LAST, later])
    run = the_run()
    assert when.cut(run.log, run.state).time == later


@pytest.mark.parametrize("text", ["2026-11-23T18:00:00Z", "18:00", "+10s", "-10s", "50%", "100%"])
def test_only_an_event_number_cuts_a_run_without_any_time(text: str) -> None:
    """It belongs to every T."""
    run = run_of((None, plan()), (None, started(0)), (None, ended()))
    assert cut(text, run).stop == 3
    assert cut("2", run) == Cut(2, None, 9)


def test_the_instant_of_an_event_number_has_the_log_s_digits() -> None:
    """`at.time` is the moment of the n-th event."""
    found = cut("2")
    assert (found.time, found.digits) == (T0 + 10 * SECOND, 9)
    assert cut("+10s").digits == 0
    assert cut("+10500ms").digits == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "+",
        "-",
        "+5",
        "5m",
        "1h",
        "+5x",
        "-1h-5m",
        "%",
        "50%%",
        "-5%",
        "+50%",
        "#",
        "#-1",
        "# 1",
        "1.5",
        "1,200",
        "25:00",
        "12:60",
        "18:00:61",
        "2026-02-30 18:00",
        "2026-13-01T18:00",
        "2026-11-23",
        "yesterday",
        "18:00Z",
        "²",
        "٣",
        "+" + "9" * 400 + "s",
        "+" + "9" * 40 + "d",
        "9999-12-31T23:59",
        "0001-01-01T00:00",
    ],
)
def test_what_is_no_moment_is_an_error_of_use_in_one_sentence(text: str) -> None:
    """A ValueError that quotes the text and says what could be written."""
    with pytest.raises(ValueError, match=r".{10,}") as error:
        parse_when(text, UTC, [LAST])
    assert "\n" not in str(error.value)


@given(st.text(max_size=12) | st.from_regex(r"[-+#]?[0-9]{1,30}[smhd%]?|[0-9]{1,4}-?[0-9:T.]{1,20}Z?", fullmatch=True))
def test_any_text_is_a_moment_that_can_be_told_or_a_value_error(text: str) -> None:
    """Nothing a user types is a crash, here or when the instant is written."""
    run = the_run()
    try:
        found = parse_when(text, ZoneInfo("America/New_York"), [LAST]).cut(run.log, run.state)
    except ValueError:
        return
    assert 0 <= found.stop <= 5
    if found.time is not None:
        assert format_time(found.time, found.digits)
    run.at(parse_when(text, UTC, [LAST]), LAST, SECOND)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("2h", 7200),
        ("1d", 86400),
        ("1h30m", 5400),
        ("1.5s", 1.5),
        ("250ms", 0.25),
        ("1m250ms", 60.25),
        ("0s", 0),
    ],
)
def test_a_duration_is_the_sum_of_its_pieces(text: str, seconds: float) -> None:
    """`90s`, `10m`, `2h`, `1d`, `1h30m`."""
    assert parse_duration(text) == round(seconds * SECOND)


@pytest.mark.parametrize("text", ["", "90", "s", "1y", "-5s", "1 h", "5m ", "1e3s", "٣s", "9" * 30 + "d"])
def test_what_is_no_duration_says_how_to_write_one(text: str) -> None:
    """The error names a way on."""
    with pytest.raises(ValueError, match=r"write 90s|292 years"):
        parse_duration(text)
