from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from tests.core.made import T0, completed, ended, moment_of, plan, started
from tests.session.scripted import ScriptedSource, block, over

from runwatch.answers.overview import RunRow, run_row
from runwatch.answers.run import RunView, run_view
from runwatch.core.runs import Moment
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.ui import runs_table, view_keeper
from runwatch.ui.runs_table import RowKeeper
from runwatch.ui.view_keeper import ViewKeeper


def moments() -> list[Moment]:
    return [moment_of((0, plan()), (1, ended())), moment_of((0, plan()), (1, started(0)), (2, completed(0)))]


def test_a_view_is_made_once_for_a_moment_and_a_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs tens of milliseconds of a large run, and is asked for ten times a second."""
    made: list[Moment] = []
    original = run_view

    def noted(moment: Moment, *others: Any) -> RunView:
        made.append(moment)
        return original(moment, *others)

    monkeypatch.setattr(view_keeper, "run_view", noted)
    one, other = moments()
    keeper, local = ViewKeeper(), timezone(timedelta(hours=2))
    first = keeper.view(one, UTC)
    assert keeper.view(one, UTC) is first
    assert made == [one]
    assert keeper.view(other, UTC) != first
    keeper.view(other, local)
    assert made == [one, other, other]
    assert keeper.view(None, local) is None


def test_only_the_rows_that_are_looked_at_and_moved_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred thousand runs forty are on the screen, and few of them move."""
    made: list[str] = []
    original = run_row

    def noted(moment: Moment, *, is_whole: bool) -> RunRow:
        made.append(moment.run_id)
        return original(moment, is_whole=is_whole)

    monkeypatch.setattr(runs_table, "run_row", noted)
    session = Session(ScriptedSource(), ManualClock(T0))
    session.read([block(*(over(second, f"r{second}") for second in range(50)))])
    keeper = RowKeeper(session)
    row = keeper.row("r7")
    assert keeper.row("r7") is row
    session.take(block(over(60, "r7", "failed"), over(61, "r8", "failed"), line=51))
    assert keeper.row("r7").verdict == "failed"
    assert made == ["r7", "r7"]
