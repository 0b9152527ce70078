"""All runs in few figures each: right whatever came in between, and none is judged without a reason."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import T0
from tests.session.scripted import ScriptedSource, block, line, over, warned

from runwatch.core.runs import Moment, Run
from runwatch.core.times import SECOND
from runwatch.core.when import Instant
from runwatch.session.clock import ManualClock
from runwatch.session.lineup import Lineup
from runwatch.session.options import Options
from runwatch.session.ordered import BLOCK, Ordered
from runwatch.session.session import Session
from runwatch.sources.base import Item


def session_of(*items: Item, now: int = 100, options: Options | None = None) -> Session:
    session = Session(ScriptedSource(), ManualClock(T0 + now * SECOND), options)
    session.read(items)
    return session


def settled(session: Session, most: int = 3) -> Lineup:
    """What is noted is judged, a few at a time."""
    session.lineup.follow()
    while not session.lineup.work(most):
        pass
    return session.lineup


def later(session: Session, seconds: float) -> None:
    assert isinstance(session.clock, ManualClock)
    session.clock.advance(round(seconds * SECOND))


def assert_agrees(session: Session) -> None:
    """With the list that is made of all runs at once."""
    lineup, moments = settled(session), session.selected()
    counts = Counter(moment.judgement.verdict for moment in moments)
    assert {verdict: count for verdict, count in lineup.counts.items() if count} == counts
    shown = [run for run in lineup.standings.values() if run.verdict and run.is_selected]
    assert [run.run_id for run in sorted(shown, key=lambda run: run.place)] == [one.run_id for one in moments]
    exports = list(dict.fromkeys(moment.export for moment in moments))
    assert lineup.exports() == exports
    for export in exports:
        newest = [moment.run_id for moment in moments if moment.export == export][:2]
        assert [run.run_id for run in lineup.newest(export, 2)] == newest
    assert lineup.unknown_count == session.runs.unknown_count


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that were judged, one by one."""
    asked: list[str] = []
    at = Run.at

    def noted(run: Run, *given: Any, **how: Any) -> Moment | None:
        asked.append(run.run_id)
        return at(run, *given, **how)

    monkeypatch.setattr(Run, "at", noted)
    return asked


def test_only_runs_that_said_something_are_judged_again(judged: list[str]) -> None:
    session = session_of(block(*(over(second, f"r{second}") for second in range(50))))
    settled(session)
    assert len(judged) == 50
    settled(session)
    session.take(block(warned(51, "r7"), warned(52, "new"), line=51))
    later(session, 7200)
    settled(session)
    assert judged[50:] == ["new", "r7"]


def test_time_alone_is_asked_for_when_it_can_change_something(judged: list[str]) -> None:
    """Running, stalled, lost: three times in an hour, and not each second."""
    session = session_of(block(warned(0)), now=0)
    found = []
    for _ in range(3700):
        found.append(settled(session).standings["r"].verdict)
        later(session, 1)
    assert [verdict for verdict, before in zip(found, ["", *found], strict=False) if verdict != before] == [
        "running", "stalled", "lost",
    ]  # fmt: skip
    assert (found.index("stalled"), found.index("lost")) == (901, 1800)
    assert len(judged) == 3


def test_a_lease_is_asked_for_each_second() -> None:
    """It may run out before silence is long enough."""
    lease = line(0, "ProducerSeen", until="2026-11-23T18:01:40Z")
    session = session_of(block(warned(0), lease), now=0)
    later(session, 100)
    assert settled(session).standings["r"].verdict == session.moments()[0].judgement.verdict
    later(session, 1)
    assert settled(session).standings["r"].verdict == "lost"


def test_a_moment_asks_only_the_runs_that_it_lies_in(judged: list[str]) -> None:
    """Those over by then, or not begun, are what they were."""
    runs = [warned(10 * number, f"r{number}") for number in range(30)]
    ends = [over(10 * number + 5, f"r{number}") for number in range(30)]
    session = session_of(block(*(entry for pair in zip(runs, ends, strict=True) for entry in pair)), now=1000)
    settled(session)
    judged.clear()
    session.playhead.hold(T0 + 282 * SECOND)
    settled(session)
    assert sorted(judged) == ["r28", "r29"]
    judged.clear()
    session.playhead.hold(T0 + 273 * SECOND)
    settled(session)
    assert sorted(judged) == ["r27", "r28"]
    session.playhead.play()
    assert_agrees(session)


def test_who_asks_late_for_changes_is_told_of_all() -> None:
    session = session_of(block(warned(0, "a"), warned(0, "b")))
    lineup = settled(session)
    _, since = lineup.changes(0)
    for second in range(2000):
        session.take(block(warned(second % 60 + 60, "b"), line=second + 2))
        settled(session)
    changed, now = lineup.changes(since)
    assert set(changed) == {"a", "b"}
    assert list(lineup.changes(now)[0]) == []


steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(0, 9), st.integers(0, 900)),
        st.tuples(st.just("end"), st.integers(0, 9), st.integers(0, 900)),
        st.tuples(st.just("wait"), st.integers(0, 1200), st.just(0)),
        st.tuples(st.just("hold"), st.integers(0, 1200), st.just(0)),
        st.tuples(st.just("play"), st.just(0), st.just(0)),
        st.tuples(st.just("when"), st.integers(0, 900), st.just(0)),
        st.tuples(st.just("unknown"), st.integers(0, 9), st.integers(0, 900)),
        st.tuples(st.just("whole"), st.just(0), st.just(0)),
    ),
    max_size=12,
)  # fmt: skip


@given(steps, st.sampled_from([Options(), Options(last=2), Options(export="x1"), Options(run_id="x1_3")]))
def test_it_agrees_with_all_runs_asked_at_once(made: list[tuple[str, int, int]], options: Options) -> None:
    """Whatever is said, however time goes: the same verdicts, the same order, the same newest."""
    session = Session(ScriptedSource(), ManualClock(T0 + 300 * SECOND), options)
    for number, (verb, first, second) in enumerate(made, 1):
        run_id, named = f"x{first % 3}_{first}", {"export_name": f"x{first % 3}"}
        match verb:
            case "say":
                session.take(block(warned(second, run_id) | named, line=number))
            case "end":
                session.take(block(over(second, run_id) | named, line=number))
            case "unknown":
                session.take(block(line(second, "Mystery", run_id) | named, line=number))
            case "wait":
                later(session, first)
            case "hold":
                session.playhead.hold(T0 + first * SECOND)
            case "play":
                session.when = None
                session.playhead.play()
            case "when":
                session.when = Instant(T0 + first * SECOND)
            case "whole":
                session.read(())
        if number % 2:
            assert_agrees(session)
    assert_agrees(session)


def test_keys_stand_in_their_order_however_they_come_and_go() -> None:
    chance = Random(3)
    keys, ordered = list(range(5 * BLOCK)), Ordered()
    chance.shuffle(keys)
    for key in keys:
        ordered.add(key)
    gone = set(keys[: 3 * BLOCK])
    for key in gone:
        ordered.remove(key)
    left = sorted(set(keys) - gone)
    assert list(ordered) == [ordered[index] for index in range(len(ordered))] == left
    assert [ordered.index(key) for key in left] == list(range(len(left)))
    assert ordered.index(10 * BLOCK) == len(left)
