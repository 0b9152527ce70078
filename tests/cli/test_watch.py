"""`runwatch watch` and `runwatch demo`: the dashboard is opened on a terminal, and only there."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from tests.cli.calling import NOW, SAMPLES, call

from runwatch.cli import demo as demo_module
from runwatch.cli import watch as watch_module
from runwatch.session.session import Session
from runwatch.sources.demo import DemoWriter


class Opened(SimpleNamespace):
    """How the dashboard was opened."""

    session: Session
    ascii: bool
    color: bool


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Opened]:
    """A terminal, and a dashboard that is left at once."""
    calls: list[Opened] = []

    def run_app(session: Session, *, ascii: bool, color: bool, opening: object) -> str:  # noqa: A002 - as in the ui
        session.read(session.source.poll())
        calls.append(Opened(session=session, ascii=ascii, color=color))
        return ""

    ui = ModuleType("runwatch.ui.app")
    ui.run_app = run_app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "runwatch.ui.app", ui)
    for module in (watch_module, demo_module):
        monkeypatch.setattr(module, "is_terminal", lambda: True)
        monkeypatch.setattr(module, "find_keys", lambda: None)
    monkeypatch.setattr("runwatch.cli.output.is_terminal", lambda: True)
    return calls


def test_a_terminal_gets_the_dashboard(opened: list[Opened]) -> None:
    result = call(SAMPLES, "--export", "orders", "--last", "2", "--ascii", "--stale-after", "10m")
    assert (result.exit_code, result.stdout) == (0, "")
    (shown,) = opened
    assert (shown.ascii, shown.color) == (True, True)
    assert len(shown.session.selected()) == 2
    assert shown.session.options.stale_after == 600 * 10**9
    assert shown.session.now() == NOW


def test_colour_is_left_out_for_those_who_say_no(opened: list[Opened]) -> None:
    call(SAMPLES)
    call(SAMPLES, "--no-color")
    call(SAMPLES, env={"NO_COLOR": "1"})
    call(SAMPLES, env={"NO_COLOR": ""})
    assert [shown.color for shown in opened] == [True, False, False, True]


def test_a_path_that_does_not_exist_yet_is_watched(opened: list[Opened], tmp_path: Path) -> None:
    assert call(tmp_path / "later").exit_code == 0
    assert len(opened) == 1


def test_without_a_cache_nothing_is_kept(opened: list[Opened], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bookmarks and copies are there as long as runwatch runs, and nowhere on disk."""
    monkeypatch.setattr(watch_module, "cache_directory", lambda: str(tmp_path / "cache"))
    for more, kept in (("--no-cache",), []), ((), ["bookmarks.json", "copied.txt"]):
        call(SAMPLES, *more)
        session = opened[-1].session
        run_id = next(iter(session.runs.by_id))
        assert session.bookmarks.toggle(run_id, 0)
        assert bool(session.copies.keep("text")) == bool(kept)
        assert session.bookmarks.positions(run_id) == (0,)
        assert sorted(path.name for path in tmp_path.rglob("*.*")) == kept


def test_without_a_terminal_the_summary_is_printed() -> None:
    assert call("watch", SAMPLES).stdout == call("summary", SAMPLES).stdout


def test_the_demo_writes_into_a_directory_that_is_gone_afterwards(opened: list[Opened]) -> None:
    assert call("demo", "--fast", "--seed", "3").exit_code == 0
    (shown,) = opened
    assert len(shown.session.runs.all()) > 20
    assert not Path(shown.session.source.label).exists()


def test_the_demo_goes_on_while_one_watches(monkeypatch: pytest.MonkeyPatch, opened: list[Opened]) -> None:
    """Another thread writes what is due; it has ended when the dashboard is left."""
    wrote: list[int] = []
    monkeypatch.setattr(demo_module, "STEP", 0.001)

    def draw(session: Session, asked: Any) -> None:
        while len(wrote) < 3:
            pass

    def advance(self: Any, now: int) -> int:
        wrote.append(now)
        return 0

    monkeypatch.setattr(demo_module, "draw", draw)
    monkeypatch.setattr(DemoWriter, "advance", advance)
    assert call("demo").exit_code == 0
    assert set(wrote) == {NOW}
    assert "demo" not in [thread.name for thread in threading.enumerate()]


def test_without_a_terminal_the_demo_prints_a_summary_of_its_first_moments() -> None:
    """It judges nothing: its failed runs are not the user's."""
    result = call("demo", "--seed", "3")
    assert result.exit_code == 0
    assert "runs need attention" in result.stdout
    assert "running" in result.stdout
    assert result.stderr == ""
