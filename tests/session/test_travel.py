"""Going through time: each verb stands where the log says, and any way there shows the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.core.made import state_of
from tests.fakes import JOURNALS, SAMPLES, ShellApp, screen_text, session_of
from tests.session.scripted import ScriptedSource, block, line, over, warned

from runwatch.answers.run import RunView, run_view
from runwatch.core.times import SECOND, parse_time
from runwatch.session.clock import ManualClock
from runwatch.session.playhead import Playhead
from runwatch.session.session import Session
from runwatch.session.stops import Kind
from runwatch.session.travel import Travel
from runwatch.ui.screens.run import RunPage

RECOVERED = SAMPLES / "orders-failed-recovered.jsonl"
"""14 events: #1 at 18:24:04.812, #2 61 ms later; chunk 0 fails in 3 and 5, recovers in 7; the run fails in 14."""
NOON = 1_795_435_200 * SECOND
"""2026-11-23T12:00:00Z, the day of `scripted.line`."""


def at(clock: str) -> int:
    """ns of a time of that day."""
    moment = parse_time(f"2026-11-23T{clock}Z")
    assert moment is not None
    return moment[0]


def recorded(session: Session, rate: float = 10) -> Travel:
    """The same session with its time in the user's hand."""
    session.playhead = Playhead(session.clock, recorded=True, rate=rate)
    session.read(())
    return Travel(session)


def scripted(*lines: dict[str, Any]) -> Session:
    """What a log with these lines says; the clock hours later."""
    session = Session(ScriptedSource([block(*lines)]), ManualClock(at("23:00:00")))
    session.read(session.source.poll())
    return session


def shown(session: Session, run_id: str) -> int:
    """How many events of a run are shown."""
    moment = session.moment(run_id)
    return 0 if moment is None else moment.state.events


# ------------------------------------------------------------------------------------------------------------ verbs


def test_events_go_one_by_one_both_ways_and_end() -> None:
    session = session_of(RECOVERED)
    travel = recorded(session)
    (run_id,) = session.runs.by_id
    assert shown(session, run_id) == 1
    for number in range(2, 15):
        assert travel.go(Kind.EVENT, 1, run_id) == ""
        assert shown(session, run_id) == number
    assert travel.go(Kind.EVENT, 1, run_id) == "no later event in this run"
    for number in range(13, 0, -1):
        assert travel.go(Kind.EVENT, -1, run_id) == ""
        assert shown(session, run_id) == number
    assert travel.go(Kind.EVENT, -1, run_id) == "no earlier event in this run"
    assert shown(session, run_id) == 1


def test_equals_in_time_are_gone_through_one_by_one() -> None:
    """Equal stamps keep the order of the log; an event number is always exact."""
    session = scripted(*(warned(7) | {"event": {"Warning": {"context": str(n), "message": "m"}}} for n in range(4)))
    travel = recorded(session)
    assert shown(session, "r") == 4  # all that stand at the moment it begins
    for number in (3, 2, 1):
        travel.go(Kind.EVENT, -1, "r")
        assert shown(session, "r") == number
    assert travel.go_to("#3", "r", UTC) == ""
    assert shown(session, "r") == 3
    travel.go(Kind.EVENT, 1, "r")
    assert shown(session, "r") == 4


def test_failures_and_notable_events_are_where_the_log_has_them() -> None:
    session = session_of(RECOVERED)
    travel = recorded(session)
    (run_id,) = session.runs.by_id

    def stops(kind: Kind, step: int) -> list[int]:
        found = []
        while not travel.go(kind, step, run_id):
            found.append(shown(session, run_id))
        return found

    assert stops(Kind.FAILURE, 1) == [3, 5, 14]
    assert stops(Kind.FAILURE, -1) == [5, 3]
    assert stops(Kind.NOTABLE, 1) == [5, 7, 14]
    assert stops(Kind.NOTABLE, -1) == [7, 5, 3]
    assert stops(Kind.DEGRADATION, 1) == []


def test_degradations_are_quality_schema_and_warnings() -> None:
    lines = [
        line(0, "QualityIssue", severity="WARN", message="m"),
        line(1, "RetryAttempted", attempt=1, reason="r", backoff_ms=1),
        line(2, "SchemaChanged", added=[], removed=["a"], type_changed=[]),
        warned(3),
        over(4),
    ]
    session = scripted(*lines)
    travel = recorded(session)
    found = [shown(session, "r")]
    while not travel.go(Kind.DEGRADATION, 1, "r"):
        found.append(shown(session, "r"))
    assert found == [1, 3, 4]


def test_what_has_no_number_is_passed_over() -> None:
    lines = [warned(0), line(1, "Progress", chunks_total=9), line(2, "Surprise"), warned(3)]
    for entry in lines[1:2]:
        entry["event"]["Progress"] |= {"chunks_done": 1, "rows": 1, "files": 1, "bytes": 1}
    session = scripted(*lines)
    travel = recorded(session)
    travel.go(Kind.EVENT, 1, "r")
    moment = session.moment("r")
    assert moment is not None
    assert (moment.state.events, moment.state.positions) == (2, 4)
    travel.go(Kind.EVENT, -1, "r")
    assert shown(session, "r") == 1


def test_all_runs_share_one_clock() -> None:
    """Without a run in view the next event is the next of any."""
    session = scripted(warned(0, "a"), warned(2, "a"), warned(1, "b"), over(3, "b", status="failed"))
    travel = recorded(session)
    seen = [(shown(session, "a"), shown(session, "b"))]
    while not travel.go(Kind.EVENT, 1, None):
        seen.append((shown(session, "a"), shown(session, "b")))
    assert seen == [(1, 0), (1, 1), (2, 1), (2, 2)]
    assert [moment.run_id for moment in session.moments()] == ["b", "a"]
    travel.go_to("18:00:00", "a", UTC)
    assert [moment.run_id for moment in session.moments()] == ["a"]
    assert travel.go(Kind.FAILURE, 1, None) == ""
    assert session.now() == at("18:00:03")


def test_ten_seconds_are_ten_seconds() -> None:
    session = session_of(RECOVERED)
    travel = recorded(session)
    travel.shift(10 * SECOND)
    travel.shift(-3 * SECOND)
    begin = session.playhead.span
    assert begin is not None
    assert session.now() == begin[0] + 7 * SECOND


@pytest.mark.parametrize(
    ("text", "events", "words"),
    [
        ("#5", 5, ""),
        ("5", 5, ""),
        ("#99", 14, "the last event is #14"),
        ("#0", 1, "the first event is #1"),
        ("100%", 14, ""),
        ("0%", 1, ""),
        ("+1s", 2, "the nearest event before is #2, 939 ms earlier"),
        ("-0s", 14, ""),
        ("2026-11-23T18:24:05.920Z", 2, "the nearest event before is #2, "),
        ("noon", 1, "'noon' is no moment"),
        ("2026-11-23T18:00:00Z", 1, "this run begins 24m05s later"),
    ],
)
def test_a_moment_is_gone_to_as_it_is_written(text: str, events: int, words: str) -> None:
    session = session_of(RECOVERED)
    travel = recorded(session)
    (run_id,) = session.runs.by_id
    said = travel.go_to(text, run_id, UTC)
    assert (shown(session, run_id), said.startswith(words), bool(said)) == (events, True, bool(words))


def test_a_run_without_any_time_is_gone_through_by_number() -> None:
    lines = [{key: value for key, value in warned(n).items() if key != "recorded_at"} for n in range(3)]
    session = scripted(*lines)
    travel = recorded(session)
    assert shown(session, "r") == 3  # it belongs to every T
    assert travel.go_to("#2", "r", UTC) == ""
    assert shown(session, "r") == 2
    assert "no time" in travel.go_to("50%", "r", UTC)
    travel.go(Kind.EVENT, -1, "r")
    assert shown(session, "r") == 1


# --------------------------------------------------------------------------------------------------- playing, live


def test_at_a_thousand_times_no_event_is_skipped() -> None:
    """Every event is there at its moment and not before; between two looks there may be many."""
    session = session_of(JOURNALS / "many_chunks_par.json")
    travel = recorded(session, rate=1000)
    (run_id,) = session.runs.by_id
    log, clock = session.runs.by_id[run_id].log, session.clock
    assert isinstance(clock, ManualClock)
    travel.play_or_pause()
    seen = 0
    while session.playhead.is_playing:
        travel.advance()
        now, count = session.now(), shown(session, run_id)
        assert count == sum(moment <= now for moment in log.moments)
        assert count >= seen
        seen = count
        clock.advance(SECOND // 300)
    assert shown(session, run_id) == len(log.order)


def test_a_run_without_an_outcome_is_watched_until_it_is_lost() -> None:
    session = session_of(SAMPLES / "orders-killed.jsonl")
    travel = recorded(session)
    (run_id,) = session.runs.by_id
    travel.seek(session.playhead.span[1] if session.playhead.span else 0)
    moment = session.moment(run_id)
    assert moment is not None
    assert moment.judgement.verdict == "lost"
    travel.shift(-1 * SECOND)
    moment = session.moment(run_id)
    assert moment is not None
    assert moment.judgement.verdict == "stalled"


def test_the_screen_stands_still_while_reading_goes_on() -> None:
    """Every seek, both ways, on a run that is still being written."""
    source = ScriptedSource([block(warned(0), warned(1))], [block(warned(2), warned(9), line=3, arrived=True)])
    clock = ManualClock(at("18:00:05"))
    session = Session(source, clock)
    session.read(source.poll())
    travel = Travel(session)
    travel.play_or_pause()
    assert shown(session, "r") == 2
    clock.advance(5 * SECOND)
    session.read(source.poll())
    assert (shown(session, "r"), session.now()) == (3, at("18:00:05"))
    whole = session.whole("r")
    assert whole is not None
    assert whole.state.events == 4
    travel.go(Kind.EVENT, 1, "r")
    assert (shown(session, "r"), session.now()) == (4, at("18:00:09"))
    travel.go(Kind.EVENT, -1, "r")
    travel.go(Kind.EVENT, -1, "r")
    assert shown(session, "r") == 2
    travel.play_or_pause()
    assert (session.is_live, shown(session, "r")) == (True, 4)


def test_a_clock_that_is_slow_elsewhere_kills_no_run_where_the_screen_is_frozen() -> None:
    """Lines that we saw come count from their coming, live or frozen, whatever has come since."""
    source = ScriptedSource([], [block(warned(0), warned(1), arrived=True)], [block(warned(2), line=3, arrived=True)])
    clock = ManualClock(at("21:00:00"))
    session = Session(source, clock)
    session.read(source.poll())
    session.read(source.poll())
    clock.advance(5 * SECOND)
    assert session.moments()[0].judgement.verdict == "running"
    session.playhead.hold()
    frozen = session.moments()[0].judgement
    assert (frozen.verdict, frozen.silence and frozen.silence.length) == ("running", 5 * SECOND)
    clock.advance(600 * SECOND)
    session.read(source.poll())
    assert session.moments()[0].judgement.verdict == "running"


def test_stepping_back_from_what_is_live_freezes_it_there() -> None:
    session = scripted(warned(0), warned(1), warned(2))
    travel = Travel(session)
    assert travel.go(Kind.EVENT, 1, "r") == "no later event in this run"
    assert session.is_live
    travel.go(Kind.EVENT, -1, "r")
    assert (session.is_live, shown(session, "r"), session.now()) == (False, 2, at("18:00:01"))


def test_what_lies_ahead_of_the_present_is_the_present() -> None:
    session = scripted(warned(0))
    travel = Travel(session)
    assert "nothing lies ahead" in travel.shift(10 * SECOND)
    travel.shift(-10 * SECOND)
    assert not session.is_live
    travel.shift(10 * SECOND)
    assert session.is_live


def test_a_file_that_turns_up_late_keeps_the_moment() -> None:
    """Its events are merged in: numbers behind them shift, the screen keeps its T."""
    from tests.core.made import segment

    late = segment("a0.jsonl")
    source = ScriptedSource([block(warned(0), warned(4), warned(8))], [block(line(2, "Surprise"), over(3), where=late)])
    session = Session(source, ManualClock(at("20:00:00")))
    session.read(source.poll())
    travel = Travel(session)
    travel.go_to("#2", "r", UTC)
    session.read(source.poll())
    moment = session.moment("r")
    assert moment is not None
    assert (session.now(), moment.state.events, moment.state.has_ended) == (at("18:00:04"), 3, True)


# ------------------------------------------------------------------------------------------- any way shows the same


def without_ahead(view: RunView) -> RunView:
    """A view without what the time bar knows of the future."""
    bar: dict[str, Any] = {"marks": (), "density": (), "ahead": None, "end": None, "now": None}
    known = bar | {"estimated": False, "tail": ""}
    stage = msgspec.structs.replace(view.stage, **known)
    return msgspec.structs.replace(view, stage=stage)


def ways(session: Session, run_id: str) -> Iterator[Callable[[int], None]]:
    """How one comes to the n-th position."""
    travel = Travel(session)
    count = len(session.runs.by_id[run_id].log.order)

    def direct(stop: int) -> None:
        travel.go_to_position(run_id, stop - 1)

    def from_the_start(stop: int) -> None:
        direct(1)
        direct(stop)

    def from_the_end(stop: int) -> None:
        direct(count)
        direct(stop)

    def by_steps(stop: int) -> None:
        direct(max(1, stop - 3))
        while shown(session, run_id) < stop:
            travel.go(Kind.EVENT, 1, run_id)

    def by_steps_back(stop: int) -> None:
        direct(min(count, stop + 3))
        while shown(session, run_id) > stop:
            travel.go(Kind.EVENT, -1, run_id)

    yield from (direct, from_the_start, from_the_end, by_steps, by_steps_back)


JOURNALS_SHOWN = ["chunkfail_permanent_ckpt_seq__01_orders", "retry_full_exhausted", "kill9_ckpt_seq", "quality_fail",
                  "chunked_rotated_parts", "live_ckpt_par", "reconcile_mismatch_full_insert"]  # fmt: skip


@pytest.mark.parametrize("journal", JOURNALS_SHOWN)
def test_any_way_to_a_moment_is_what_a_reader_saw_who_had_read_no_further(journal: str, tmp_path: Path) -> None:
    """Backwards is as right as forwards: nothing remembers the future or forgets the past."""
    whole = session_of(JOURNALS / f"{journal}.json")
    (run_id,) = whole.runs.by_id
    document = json.loads((JOURNALS / f"{journal}.json").read_text())
    count = len(document["entries"])
    chance = random.Random(journal)
    for stop in sorted(chance.sample(range(1, count + 1), min(count, 6))):
        part = tmp_path / f"{journal}.json"
        part.write_text(json.dumps(document | {"entries": document["entries"][:stop]}))
        reader = session_of(part)
        moment = whole.runs.by_id[run_id].log.moment(stop - 1)
        assert moment is not None
        reader.playhead.seek(moment)
        saw = reader.moment(run_id)
        assert saw is not None
        for go in ways(whole, run_id):
            go(stop)
            found = whole.moment(run_id)
            assert found is not None
            assert state_of(found.state, found.log) == state_of(saw.state, saw.log)
            assert found.judgement.verdict == saw.judgement.verdict
            mine, theirs = run_view(found, UTC, whole.whole(run_id)), run_view(saw, UTC, reader.whole(run_id))
            assert str(without_ahead(mine)) == str(without_ahead(theirs))


@pytest.mark.parametrize("journal", JOURNALS_SHOWN[:3])
async def test_any_way_to_a_moment_shows_the_same_screen(journal: str) -> None:
    session = session_of(JOURNALS / f"{journal}.json")
    (run_id,) = session.runs.by_id
    count = len(session.runs.by_id[run_id].log.order)
    app = ShellApp(session, RunPage(run_id))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for stop in {1, count // 2, count}:
            seen = set()
            for go in ways(session, run_id):
                go(stop)
                app.page.repaint()
                await pilot.pause()
                seen.add(screen_text(app))
            assert len(seen) == 1
