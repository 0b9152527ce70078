from __future__ import annotations

from runwatch.core.arrivals import MOST, Arrivals
from runwatch.core.times import SECOND


def test_the_last_arrival_up_to_a_moment() -> None:
    arrivals = Arrivals()
    assert arrivals.until(0) is None
    for tenths in (100, 104, 109, 120, 125):
        arrivals.note(tenths * SECOND // 10)
    known = {9: None, 10: 10, 11: 10, 12: 12, 13: 12.5, 99: 12.5}
    assert {second: arrivals.until(second * SECOND) for second in known} == {
        second: None if time is None else round(time * SECOND) for second, time in known.items()
    }


def test_what_is_kept_is_bounded_and_never_later_than_asked_for() -> None:
    arrivals = Arrivals()
    for second in range(10 * MOST):
        arrivals.note(second * SECOND)
    assert len(arrivals._times) <= MOST
    for second in (0, 1, MOST, 5 * MOST, 10 * MOST - 1):
        found = arrivals.until(second * SECOND)
        assert found is not None
        assert found <= second * SECOND
    assert arrivals.until(10 * MOST * SECOND) == (10 * MOST - 1) * SECOND
