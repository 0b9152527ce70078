from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from msgspec.structs import replace
from tests.core.made import T0, segment
from tests.session.scripted import ScriptedSource, block, document, line, over, warned

from runwatch.core import gathering
from runwatch.core.runs import Moment, Run
from runwatch.core.times import SECOND
from runwatch.core.when import Instant, Number, When
from runwatch.session.clock import ManualClock
from runwatch.session.options import Options
from runwatch.session.session import Session
from runwatch.sources.base import Fault, Item

HALF_AN_HOUR = 1800 * SECOND


def session_of(*items: Item, now: int = 100, options: Options | None = None) -> Session:
    session = Session(ScriptedSource(), ManualClock(T0 + now * SECOND), options)
    session.read(items)
    return session


def clock_of(session: Session) -> ManualClock:
    assert isinstance(session.clock, ManualClock)
    return session.clock


def names(moments: list[Moment]) -> list[str]:
    return [moment.run_id for moment in moments]


# --------------------------------------------------------------------------------------------- what there is to see


def test_runs_stand_newest_start_first_then_by_id() -> None:
    """Runs without any time stand behind all others."""
    timeless = warned(0, "t") | {"recorded_at": None}
    session = session_of(block(timeless, warned(5, "b"), warned(9, "a"), warned(5, "c"), over(60, "b")))
    assert names(session.moments()) == ["a", "b", "c", "t"]


def test_a_run_that_had_not_begun_is_left_out() -> None:
    """Each run has its own start; what is known later does not show earlier."""
    session = session_of(block(warned(5, "a"), warned(9, "b"), over(20, "a")))
    session.when = Instant(T0 + 8 * SECOND)
    assert [(moment.run_id, moment.judgement.verdict) for moment in session.moments()] == [("a", "running")]
    assert session.moment("b") is None
    assert session.moment("never heard of") is None
    session.when = None
    assert names(session.moments()) == ["b", "a"]


@pytest.mark.parametrize(
    ("options", "selected"),
    [
        (Options(), ["y2", "x3", "y1", "x2", "x1"]),
        (Options(run_id="x2"), ["x2"]),
        (Options(run_id="z"), []),
        (Options(export="x"), ["x3", "x2", "x1"]),
        (Options(last=1), ["y2", "x3"]),
        (Options(export="x", last=2), ["x3", "x2"]),
        (Options(run_id="x1", last=2), []),
    ],
)
def test_what_was_asked_for_is_selected(options: Options, selected: list[str]) -> None:
    """`--run`, `--export` and `--last`: only the newest so many runs of each export."""
    starts = {"x1": 1, "x2": 2, "y1": 3, "x3": 4, "y2": 5}
    lines = [warned(at, run_id) | {"export_name": run_id[0]} for run_id, at in starts.items()]
    session = session_of(block(*lines), options=options)
    assert names(session.selected()) == selected
    assert len(session.moments()) == 5


def test_a_fault_is_a_problem_with_its_place() -> None:
    """A line that could not be read has its line, a file that could not be opened its path alone."""
    where = segment("a.jsonl")
    session = session_of(Fault(where, 7, 70, "longer than 64 MiB"), Fault(where, None, 0, "no permission"))
    assert [(str(place), reason) for place, reason in session.runs.problems] == [
        ("a.jsonl:7", "longer than 64 MiB"),
        ("a.jsonl", "no permission"),
    ]
    assert session.runs.problem_count == 2


def test_a_block_is_fed_with_its_own_lines_and_bytes() -> None:
    """Places say where the block stands in its file."""
    session = session_of(block(warned(1), over(2), line=10))
    (moment,) = session.moments()
    assert [str(moment.log.place(position)) for position in (0, 1)] == ["a.jsonl:10", "a.jsonl:11"]
    assert session.events_read == 2
    assert session.is_whole


def test_a_document_that_grew_replaces_what_it_said() -> None:
    """Read anew, its entries are neither lost nor counted twice; other files keep theirs."""
    where = segment("j.json")
    session = session_of(block(warned(3)), document(where, "r", warned(1), {"event": 3}))
    assert (session.moments()[0].state.events, session.runs.problem_count) == (2, 1)
    session.take(document(where, "r", warned(1), warned(2), over(4)))
    (moment,) = session.moments()
    assert (moment.state.events, moment.log.repeats, moment.judgement.verdict) == (4, 0, "degraded")
    assert session.runs.problem_count == 0


def test_a_document_may_turn_out_to_be_of_another_run() -> None:
    """The run it spoke of before is gone."""
    where = segment("j.json")
    session = session_of(document(where, "old", warned(1, "old")))
    session.take(document(where, "new", warned(1, "new")))
    assert names(session.moments()) == ["new"]


# ------------------------------------------------------------------------------------------------------ time passing


def test_a_run_is_judged_anew_as_time_passes() -> None:
    """Running, stalled, lost: although nothing was read in between."""
    session = session_of(block(warned(0)), now=0)
    found = []
    for step in (0, 900 * SECOND, 1 * SECOND, 898 * SECOND, 1 * SECOND):
        clock_of(session).advance(step)
        found.append(session.moments()[0].judgement.verdict)
    assert found == ["running", "running", "stalled", "stalled", "lost"]


def test_a_line_that_came_is_seen_at_once() -> None:
    """A moment is kept until its run moves, and no longer."""
    session = session_of(block(warned(0)))
    before = session.moments()[0]
    assert session.moments()[0] is before
    session.take(block(over(50), line=2))
    assert session.moments()[0].judgement.verdict == "degraded"


def test_a_run_that_has_ended_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its verdict cannot change with the hour; that of a run under way is asked once a second."""
    session = session_of(block(warned(0, "over"), over(5, "over"), warned(0, "on")))
    asked: list[str] = []
    at = Run.at

    def counted(run: Run, when: When | None, now: int, stale_after: int, **how: bool) -> Moment | None:
        asked.append(run.run_id)
        return at(run, when, now, stale_after, **how)

    monkeypatch.setattr(Run, "at", counted)
    for _ in range(5):
        session.moments()
        session.moments()
        clock_of(session).advance(SECOND)
    assert (asked.count("over"), asked.count("on")) == (1, 5)


def test_the_list_is_the_same_as_long_as_all_in_it_is() -> None:
    """What a screen made of a hundred thousand runs is not made again at each tick."""
    session = session_of(block(over(0, "done"), over(1, "too")))
    first = session.selected()
    clock_of(session).advance(HALF_AN_HOUR)
    assert session.selected() is first
    session.read([block(warned(1899, "live"))])
    second = session.selected()
    assert names(second) == ["live", "too", "done"]
    assert names(first) == ["too", "done"]
    clock_of(session).advance(2 * HALF_AN_HOUR)
    third = session.selected()
    assert [moment.judgement.verdict for moment in second] == ["running", "succeeded", "succeeded"]
    assert [moment.judgement.verdict for moment in third] == ["lost", "succeeded", "succeeded"]
    assert third[1:] == second[1:]
    assert session.selected() is third


def test_a_moment_stands_still_until_it_is_changed() -> None:
    """The same T is answered from what is kept, another T is not."""
    session = session_of(block(warned(0), warned(5), over(10)))
    session.when = Number(1)
    first = session.moments()[0]
    clock_of(session).advance(3600 * SECOND)
    session.when = Number(1)
    assert session.moments()[0] is first
    session.when = Number(2)
    assert session.moments()[0].state.events == 2
    session.when = None
    assert session.moments()[0].judgement.verdict == "degraded"


def test_a_line_that_arrives_ends_a_silence() -> None:
    """What was there at the first look did not arrive while we watched."""
    session = session_of(block(warned(0)), now=5000)
    assert session.moments()[0].judgement.verdict == "lost"
    session.take(block(warned(1), line=2, arrived=True))
    assert session.moments()[0].judgement.verdict == "running"


# --------------------------------------------------------------------------------------------------------- following


async def settled() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_following_reads_whatever_each_poll_brings() -> None:
    """A hint leads to the next poll, and the end of the source ends it."""
    source = ScriptedSource([block(warned(0))], [block(over(5), line=2)], ends=True)
    session = Session(source, ManualClock(T0))
    following = asyncio.create_task(session.follow())
    await settled()
    assert (source.polled, session.events_read, session.is_whole, source.waiting) == (1, 1, True, 1)
    source.hint()
    await asyncio.wait_for(following, 5)
    assert (source.polled, session.events_read, source.waiting) == (2, 2, 0)


async def test_looking_again_does_not_wait_for_a_hint() -> None:
    """`r` reads now, also where notifications say nothing; once asked, it is done once."""
    source = ScriptedSource([], [block(warned(0))])
    session = Session(source, ManualClock(T0))
    following = asyncio.create_task(session.follow())
    await settled()
    session.look_again()
    await settled()
    assert (source.rescans, source.polled, session.events_read) == (1, 2, 1)
    await settled()
    assert source.polled == 2
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def test_to_ask_while_a_poll_is_under_way_is_not_lost() -> None:
    """The poll under way may have passed the place that is meant: another one follows."""
    source = ScriptedSource([block(warned(0)), block(warned(1), line=2)])
    session = Session(source, ManualClock(T0))
    following = asyncio.create_task(session.follow())
    await asyncio.sleep(0)
    session.look_again()
    await settled()
    assert source.polled == 2
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def test_following_can_be_cancelled_wherever_it_is() -> None:
    """While it waits and while it reads; nothing goes on behind it."""
    for steps in range(6):
        source = ScriptedSource([block(warned(0)), block(warned(1), line=2)])
        session = Session(source, ManualClock(T0))
        following = asyncio.create_task(session.follow())
        for _ in range(steps):
            await asyncio.sleep(0)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
        await settled()
        assert source.waiting == 0


async def test_keys_come_between_two_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much a poll brings, others have their turn after each slice; here each item is one."""
    monkeypatch.setattr("runwatch.session.session.BRIEF", 0)
    source = ScriptedSource([block(warned(second), line=second + 1) for second in range(10)], ends=True)
    session = Session(source, ManualClock(T0))
    following = asyncio.create_task(session.follow())
    seen = set()
    while not following.done():
        await asyncio.sleep(0)
        seen.add(session.events_read)
    assert set(range(1, 11)) <= seen


def chunk(number: int, run_id: str = "r") -> dict[str, object]:
    return line(number, "ChunkStarted", run_id, chunk_index=number, start_key="1", end_key="2")


async def test_keys_come_between_the_parts_of_what_was_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at the end of a log, and when a key ends the gathering: all of it at once may take half a second."""
    monkeypatch.setattr(gathering, "PART", 1)
    runs = ["a", "b", "c", "d"]
    where = replace(segment("a.jsonl"), is_plain=True)
    begun = block(*(warned(0, run_id) for run_id in runs), where=where)
    lines = block(*(chunk(second, run_id) for second in range(1, 9) for run_id in runs), where=where, line=5)
    session = Session(ScriptedSource([begun, lines], ends=True), ManualClock(T0))
    session.gathers = True
    known: list[int] = []

    async def give_way(_: bool) -> None:
        known.append(sum(run.state_so_far.positions for run in session.runs.by_id.values()))

    await session.follow(give_way=give_way)
    assert session.is_whole
    assert known == sorted(set(known)), "each time it knows more"
    assert len(known) >= len(runs)


async def test_what_comes_while_one_watches_is_taken_in_before_much_is_gathered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Out of a poll that has no end, as of a writer that is faster than reading."""
    monkeypatch.setattr("runwatch.session.session.FRESH", 0.0)
    monkeypatch.setattr("runwatch.session.session.SLICE", 3600.0)
    where, known = replace(segment("a.jsonl"), is_plain=True), []

    class Endless(ScriptedSource):
        def poll(self) -> Iterator[Item]:
            for number, item in enumerate(super().poll()):
                yield item
                known.append((number, sum(run.state_so_far.positions for run in session.runs.by_id.values())))

    more = [block(chunk(second), warned(second, "s"), where=where, line=2 * second) for second in range(1, 5)]
    source = Endless([block(warned(0), where=where)], more, ends=True)
    session = Session(source, ManualClock(T0))
    session.gathers = True
    source.hint()
    await session.follow()
    assert known == [(0, 0), (0, 3), (1, 5), (2, 7), (3, 9)]


async def test_what_goes_wrong_in_a_source_is_not_swallowed() -> None:
    """A source that fails ends the following, and says so."""

    class Failing(ScriptedSource):
        async def changed(self) -> None:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await Session(Failing([]), ManualClock(T0)).follow()


def test_a_half_read_log_is_not_called_lost() -> None:
    """It is silent only because it is not read yet; once it is whole, silence counts."""
    session = Session(ScriptedSource(), ManualClock(T0))
    session.take(block(warned(0)))
    clock_of(session).advance(10 * 3600 * SECOND)
    assert (session.is_whole, session.moments()[0].judgement.verdict) == (False, "running")
    session.playhead.hold()
    assert session.moments()[0].judgement.verdict == "running", "nor where the screen was frozen before it was read"
    session.playhead.hold(T0)
    assert session.moments()[0].now == T0, "a moment that was read is that moment"
    session.playhead.play()
    session.read(())
    assert session.moments()[0].judgement.verdict == "lost"
