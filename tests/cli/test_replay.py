"""`runwatch replay`: a finished log, and a clock that is the user's."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.cli.calling import SAMPLES, call

from runwatch.cli import replay as replay_module
from runwatch.session.session import Session

RECOVERED = SAMPLES / "orders-failed-recovered.jsonl"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Session]:
    """A terminal, and a dashboard that is left once it has read."""
    sessions: list[Session] = []

    def run_app(session: Session, **_: object) -> str:
        session.read(session.source.poll())
        sessions.append(session)
        return "" if session.options.run_id != "nobody" else "no run is called nobody; look again"

    ui = ModuleType("runwatch.ui.app")
    ui.run_app = run_app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "runwatch.ui.app", ui)
    monkeypatch.setattr(replay_module, "is_terminal", lambda: True)
    monkeypatch.setattr(replay_module, "find_keys", lambda: None)
    return sessions


def test_time_begins_where_the_run_does_at_ten_times_its_speed(opened: list[Session]) -> None:
    assert call("replay", RECOVERED).exit_code == 0
    (session,) = opened
    (run,) = session.runs.all()
    assert (session.is_live, session.playhead.rate, session.now()) == (False, 10, run.log.moment(0))
    assert session.label == f"replay {RECOVERED}"


def test_speed_and_run_are_the_users(opened: list[Session]) -> None:
    call("replay", SAMPLES / "nightly-four-exports.jsonl", "--speed", "0.5", "--run", "users_20261123T180454.557_10425")
    assert (opened[0].playhead.rate, opened[0].options.run_id) == (0.5, "users_20261123T180454.557_10425")


def test_a_run_without_an_outcome_goes_on_for_as_long_as_it_takes_to_be_lost(opened: list[Session]) -> None:
    call("replay", SAMPLES / "orders-killed.jsonl", "--stale-after", "10m")
    (run,) = opened[0].runs.all()
    last = run.log.moments[-1]
    assert opened[0].playhead.span == (run.log.moments[0], last + 600 * 10**9)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl does not exist"),
        ([RECOVERED, "--at", "noon"], "'noon' is no moment"),
        ([RECOVERED, "--speed", "0"], "0.1<=x<=1000"),
        (["-"], "write it to a file"),
        ([RECOVERED, "--run", "nobody"], "no run is called nobody"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_line(
    opened: list[Session], arguments: list[str | Path], words: str
) -> None:
    result = call("replay", *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr


def test_without_a_terminal_the_summary_is_printed() -> None:
    assert call("replay", RECOVERED).stdout == call("summary", RECOVERED).stdout
    half = call("replay", RECOVERED, "--at", "50%")
    assert (half.stdout, half.exit_code) == (call("summary", RECOVERED, "--at", "50%").stdout, 4)
