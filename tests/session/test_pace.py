from __future__ import annotations

from runwatch.core.times import SECOND
from runwatch.session.pace import Pace


def test_nothing_is_said_of_less_than_a_second() -> None:
    pace = Pace()
    assert pace.speed(0, 0, 0).left(10) is None
    assert pace.speed(SECOND // 2, 500, 50).size == 0
    assert pace.speed(SECOND, 1000, 100).size == 1000


def test_the_last_seconds_count() -> None:
    """A log that came slowly at first and pours in now is judged by now."""
    pace = Pace()
    for second in range(50):
        pace.speed(second * SECOND, second * 10, second)
    for second in range(50, 59):
        pace.speed(second * SECOND, (second - 49) * 1000, (second - 49) * 100)
    speed = pace.speed(59 * SECOND, 10_000, 1_000)
    assert (speed.size, speed.events) == (1000, 100)
    assert speed.left(5000) == 5 * SECOND


def test_what_stands_still_has_no_end_in_sight() -> None:
    pace = Pace()
    pace.speed(0, 700, 7)
    assert pace.speed(9 * SECOND, 700, 7).left(300) is None
