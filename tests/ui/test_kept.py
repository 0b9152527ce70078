from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from tests.core.made import completed, ended, moment_of, plan, started

from runwatch.answers.overview import RunRow, run_row
from runwatch.answers.run import RunView, run_view
from runwatch.core.runs import Moment
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


def test_only_the_rows_of_runs_that_moved_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred thousand runs a few move."""
    made: list[Moment] = []
    original = run_row

    def noted(moment: Moment) -> RunRow:
        made.append(moment)
        return original(moment)

    monkeypatch.setattr(runs_table, "run_row", noted)
    (still, _), keeper = moments(), RowKeeper()
    shown = [still]
    rows = keeper.rows(shown)
    assert keeper.rows(shown) is rows
    assert keeper.rows([still]) == rows
    assert made == [still]
    moved = moment_of((0, plan()), (1, ended("failed")))
    assert [row.verdict for row in keeper.rows([moved])] == ["failed"]
    assert made == [still, moved]
