"""The next event of all runs: the nearest, and found without looking into runs that are far away."""

from __future__ import annotations

from random import Random

import pytest
from tests.core.made import T0
from tests.session.scripted import ScriptedSource, block, over, warned

from runwatch.answers.notable import notables
from runwatch.core.runs import Moment
from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.nearest import Nearest
from runwatch.session.session import Session
from runwatch.session.stops import Kind, Stops


def session_of(*lines: dict[str, object]) -> Session:
    session = Session(ScriptedSource(), ManualClock(T0 + 3000 * SECOND))
    session.read([block(*lines)])
    return session


def nearest_of(session: Session, second: int) -> Nearest:
    """With the moment shown held there, and all runs judged."""
    session.playhead.hold(T0 + second * SECOND)
    session.lineup.follow()
    session.lineup.work(1000)
    return Nearest(session, Stops())


def test_it_is_the_nearest_of_all() -> None:
    chance = Random(11)
    lines = [warned(chance.randrange(600), f"r{chance.randrange(12)}") for _ in range(80)]
    lines.sort(key=lambda line: str(line["recorded_at"]))
    session = session_of(*lines)
    stamps = sorted({moment for run in session.runs.all() for moment in run.log.moments})
    for second in range(-5, 610, 7):
        nearest, now = nearest_of(session, second), T0 + second * SECOND
        after = [stamp for stamp in stamps if stamp > now]
        before = [stamp for stamp in stamps if stamp < now]
        for found in (nearest.event(1), nearest.stop(Kind.NOTABLE, 1), nearest.stop(Kind.DEGRADATION, 1)):
            assert (found and found[0]) == (after[0] if after else None)
        for found in (nearest.event(-1), nearest.stop(Kind.NOTABLE, -1), nearest.stop(Kind.DEGRADATION, -1)):
            assert (found and found[0]) == (before[-1] if before else None)
            if found is not None:
                assert session.runs.by_id[found[1]].log.moments[found[2]] == found[0]
        assert nearest.stop(Kind.FAILURE, 1) is None


def test_runs_that_are_over_and_were_well_are_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last failure may lie a hundred thousand runs back."""
    lines = [over(second, f"r{second}", "failed" if second == 3 else "success") for second in range(100)]
    session = session_of(*lines)
    nearest = nearest_of(session, 200)
    asked: list[str] = []
    whole = session.whole

    def noted(run_id: str) -> Moment | None:
        asked.append(run_id)
        return whole(run_id)

    monkeypatch.setattr(session, "whole", noted)
    found = nearest.stop(Kind.FAILURE, -1)
    assert found is not None
    assert (found[1], asked) == ("r3", ["r3"])
    moment = whole("r3")
    assert moment is not None
    assert notables(moment)[-1].position == found[2]
