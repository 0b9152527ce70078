"""What the end of a log tells before it is read: nothing that one line does not say by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.core.made import T0, segment
from tests.session.scripted import ScriptedSource, block, line, over, warned

from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.options import Options
from runwatch.session.playhead import Playhead
from runwatch.session.session import Session
from runwatch.sources.base import Block, Ending

WHERE = segment("a.jsonl")


def joined(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(given).encode() + b"\n" for given in lines)


class Foretold(ScriptedSource):
    """Knows how its log ends."""

    def __init__(self, ending: bytes, *polls: list[Block]) -> None:
        super().__init__(*polls, ends=True)
        self.ending = ending

    def endings(self) -> Iterator[Ending]:
        assert not self.polled
        yield Ending(WHERE, self.ending)


def session_of(*ending: dict[str, Any], options: Options | None = None) -> Session:
    session = Session(ScriptedSource(), ManualClock(T0 + 100 * SECOND), options)
    session.foresee(joined(*ending), WHERE.identity)
    return session


def verdicts(session: Session) -> dict[str, str]:
    session.lineup.follow()
    while not session.lineup.work(3):
        pass
    return {run_id: standing.verdict for run_id, standing in session.lineup.standings.items() if standing.verdict}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("success", "succeeded"), ("failed", "failed"), ("skipped", "skipped"), ("aborted", "failed")],
)
def test_the_outcome_alone_tells(status: str, verdict: str) -> None:
    session = session_of(warned(5), over(6, status=status), line(7, "Progress", "q"))
    assert verdicts(session) == {"r": verdict, "q": "running"}
    assert session.lineup.counts[verdict] == 1
    assert session.lineup.total == 2
    told = session.ahead("r")
    assert told is not None
    assert (told.first, told.last) == (T0 + 5 * SECOND, T0 + 6 * SECOND)
    assert not session.runs.by_id


def test_it_counts_until_the_log_is_read_as_far() -> None:
    session = session_of(over(6))
    session.take(block(warned(1), where=WHERE))
    assert verdicts(session) == {"r": "succeeded"}
    session.take(block(over(6), where=WHERE, line=2))
    assert session.ahead("r") is None
    assert verdicts(session) == {"r": "degraded"}


def test_what_is_not_there_once_all_is_read_is_gone() -> None:
    session = session_of(over(6), over(6, "q"))
    assert verdicts(session) == {"r": "succeeded", "q": "succeeded"}
    session.read([block(over(6), where=WHERE)])
    assert verdicts(session) == {"r": "succeeded"}
    assert session.lineup.total == 1


def test_another_moment_knows_nothing_of_it() -> None:
    session = session_of(over(6))
    assert verdicts(session) == {"r": "succeeded"}
    session.playhead.seek(T0 + SECOND)
    assert verdicts(session) == {}
    assert session.ahead("r") is None


def test_only_what_was_asked_for_is_counted() -> None:
    session = session_of(over(6), over(6, "q"), options=Options(run_id="q"))
    verdicts(session)
    assert session.lineup.total == 1


def test_lines_that_say_nothing_tell_nothing() -> None:
    session = session_of(line(1, "Rumour"))
    session.foresee(b"nothing\n\n{}\n", WHERE.identity)
    assert verdicts(session) == {}
    assert not session.runs.problem_count


def test_the_newest_log_has_the_first_word() -> None:
    session = session_of(over(9))
    session.foresee(joined(warned(2)), WHERE.identity)
    assert verdicts(session) == {"r": "succeeded"}


async def test_it_is_told_before_anything_is_read() -> None:
    session = Session(Foretold(joined(over(6)), [block(warned(1), over(6), where=WHERE)]), ManualClock(T0))
    told: list[tuple[int, dict[str, str]]] = []
    await session.follow(lambda: told.append((session.events_read, verdicts(session))))
    assert told == [(0, {"r": "succeeded"}), (2, {"r": "degraded"})]


async def test_recorded_time_foresees_nothing() -> None:
    clock = ManualClock(T0)
    source = Foretold(joined(over(6)), [block(over(6), where=WHERE)])
    session = Session(source, clock, None, Playhead(clock, recorded=True))
    await session.follow()
    assert not session.foreseen
