"""The moment shown: live, held, or running through recorded time."""

from __future__ import annotations

import pytest

from runwatch.core.order import Order
from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.playhead import RATES, Anchor, Playhead

T0 = 1_795_456_800 * SECOND
LATER = T0 + 10**6 * SECOND
"""The machine's clock while a log of `T0` is looked at."""


def recorded(rate: float = 10, length: float = 60) -> tuple[Playhead, ManualClock]:
    """A show of so many seconds from T0 on."""
    clock = ManualClock(LATER)
    head = Playhead(clock, recorded=True, rate=rate)
    head.set_span(T0, T0 + round(length * SECOND))
    return head, clock


def seconds(head: Playhead) -> float:
    """Where it is, behind T0."""
    return (head.now() - T0) / SECOND


def test_live_is_the_clock() -> None:
    clock = ManualClock(T0)
    head = Playhead(clock)
    clock.advance(5 * SECOND)
    assert (head.is_live, head.now()) == (True, T0 + 5 * SECOND)


def test_a_live_moment_is_held_while_the_present_goes_on() -> None:
    clock = ManualClock(T0)
    head = Playhead(clock)
    head.hold()
    clock.advance(7 * SECOND)
    assert (head.is_live, head.now(), head.present()) == (False, T0, T0 + 7 * SECOND)
    head.play()
    assert (head.is_live, head.now()) == (True, T0 + 7 * SECOND)


def test_recorded_time_begins_at_its_start_and_waits() -> None:
    head, clock = recorded()
    clock.advance(9 * SECOND)
    assert (head.is_live, head.is_playing, seconds(head)) == (False, False, 0)


@pytest.mark.parametrize("rate", RATES)
def test_recorded_time_runs_at_its_rate(rate: float) -> None:
    head, clock = recorded(rate, length=10_000)
    head.play()
    for _ in range(80):  # in many small steps, as a screen asks: no error adds up
        clock.advance(SECOND // 16)
        head.now()
    assert seconds(head) == pytest.approx(5 * rate, abs=1e-9)


def test_a_paused_show_keeps_its_place() -> None:
    """Pausing must not let recorded time run on."""
    head, clock = recorded()
    head.play()
    clock.advance(2 * SECOND)
    head.hold()
    clock.advance(100 * SECOND)
    assert seconds(head) == 20
    head.play()
    clock.advance(SECOND)
    assert seconds(head) == 30


def test_the_end_is_the_end_and_play_begins_again() -> None:
    head, clock = recorded(length=60)
    head.play()
    clock.advance(100 * SECOND)
    assert (seconds(head), head.is_at_end, head.is_playing) == (60, True, False)
    head.play()
    clock.advance(SECOND)
    assert (seconds(head), head.is_playing) == (10, True)


def test_a_longer_span_gives_more_to_show() -> None:
    """The log is still being written."""
    head, clock = recorded(length=60)
    head.play()
    clock.advance(3 * SECOND)
    head.set_span(T0, T0 + 600 * SECOND)
    assert seconds(head) == 30
    clock.advance(10 * SECOND)
    assert seconds(head) == 130


def test_a_change_of_rate_leaves_the_moment_where_it_is() -> None:
    head, clock = recorded()
    head.play()
    clock.advance(2 * SECOND)
    head.set_rate(1)
    assert seconds(head) == 20
    clock.advance(5 * SECOND)
    assert seconds(head) == 25


def test_rates_go_up_and_down_within_their_ends() -> None:
    head, _ = recorded(10)
    head.faster()
    assert head.rate == 20
    head.faster(-1)
    head.faster(-1)
    assert head.rate == 5
    for _ in RATES:
        head.faster(-1)
    assert head.rate == 0.1
    for _ in RATES:
        head.faster()
    assert head.rate == 1000
    head.set_rate(7)
    head.faster()
    assert head.rate == 10


def test_a_seek_while_playing_plays_on_from_there() -> None:
    head, clock = recorded()
    head.play()
    head.seek(T0 + 40 * SECOND)
    clock.advance(SECOND)
    assert (seconds(head), head.is_playing) == (50, True)


def test_a_seek_stays_within_the_span() -> None:
    head, _ = recorded(length=60)
    head.seek(T0 - 5 * SECOND)
    assert seconds(head) == 0
    head.seek(T0 + 99 * SECOND)
    assert seconds(head) == 60


def test_playing_lets_go_of_the_exact_event() -> None:
    """It is behind its equals in time as soon as time runs."""
    head, clock = recorded()
    head.hold(T0 + 5 * SECOND, Anchor("a", 3, Order()))
    head.hold()
    assert head.anchor is not None
    head.play()
    clock.advance(SECOND)
    assert head.anchor is None


def test_a_long_silence_is_shortened_and_said() -> None:
    """At ×10 a silence of 50 s takes 5 s to watch: a longer one ends one second of viewing before the next event."""
    head, clock = recorded(10, length=1000)
    head.play()
    head.skip_to(T0 + 50 * SECOND)
    assert (seconds(head), head.skipped) == (0, 0)
    head.skip_to(T0 + 400 * SECOND)
    assert (seconds(head), head.skipped) == (390, 390 * SECOND)
    clock.advance(SECOND)
    assert seconds(head) == 400
    head.hold()
    assert head.skipped == 0


def test_silences_are_left_alone_where_they_are_wanted_or_nothing_plays() -> None:
    head, _ = recorded(10, length=1000)
    head.skip_to(T0 + 400 * SECOND)
    assert seconds(head) == 0
    head.play()
    head.skips_idle = False
    head.skip_to(T0 + 400 * SECOND)
    head.skips_idle = True
    head.skip_to(None)
    assert seconds(head) == 0
