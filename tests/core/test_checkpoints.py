"""The state after any number of events, whichever way one comes there, is the fold of those events."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import cut_in_segments, read, segment, state_of
from tests.fakes import JOURNALS
from tests.strategies import Logs, logs

from runwatch.core import checkpoints
from runwatch.core.checkpoints import GROWS, WORKED_OUT, Checkpoints
from runwatch.core.decode import decode_line
from runwatch.core.events import Entry
from runwatch.core.fold import fold
from runwatch.core.index import RunLog
from runwatch.core.run import RunState
from runwatch.core.runs import Run
from runwatch.core.series import BUCKETS

PREFIXES = 300
"""Of a journal of more than 200 entries, so many of its prefixes are looked at."""


@pytest.fixture(params=[1, 7, 1000])
def spacing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Positions between two checkpoints; 1000 is what the program begins with."""
    spaced: int = request.param
    monkeypatch.setattr(checkpoints, "FIRST", spaced)
    monkeypatch.setattr(checkpoints, "MOST", max(spaced, 40))
    return spaced


def fed(path: Path) -> Run:
    run: Run | None = None
    place = segment(path.name)
    for decoded in decode_line(path.read_bytes(), "x"):
        assert isinstance(decoded, Entry)
        run = run or Run(decoded.run_id)
        run.feed(decoded, place, decoded.number, None)
    assert run is not None
    return run


def prefixes(length: int, seed: str) -> list[int]:
    """Every prefix of a short log, 300 seeded ones of a long one."""
    if length <= 200:
        return list(range(length + 1))
    return sorted(random.Random(seed).sample(range(length + 1), PREFIXES))


def folds(log: RunLog, stops: list[int]) -> Iterator[tuple[int, Any]]:
    """(n, the fold of the first n) in one go, with no checkpoint in sight; `stops` rise."""
    state = RunState(log.facts)
    for stop in stops:
        fold(state, log, stop)
        yield stop, state_of(state, log)


@pytest.mark.parametrize("path", sorted(JOURNALS.glob("*.json")), ids=lambda path: path.stem)
@pytest.mark.parametrize("spacing", [7, pytest.param(1000, marks=pytest.mark.slow)], indirect=True)
def test_a_seek_to_any_prefix_of_a_journal_is_its_fold(path: Path, spacing: int) -> None:
    """From the start, from the end, at random, and by steps."""
    run = fed(path)
    entries = len(json.loads(path.read_text())["entries"])
    assert len(run.log.order) == run.log.number_at(entries - 1) == entries
    expected = dict(folds(run.log, prefixes(entries, path.stem)))
    shuffled = random.Random(path.stem).sample(list(expected), len(expected))
    for stops in (expected, reversed(expected), shuffled, *([step] * 2 for step in list(expected)[:20])):
        for stop in stops:
            assert state_of(run.state_at(stop), run.log) == expected[stop], stop


@given(made=logs(), picks=st.lists(st.integers(0, 40), max_size=8), spaced=st.integers(1, 9))
def test_a_seek_in_any_log_is_its_fold(made: Logs, picks: list[int], spaced: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "FIRST", spaced)
        patch.setattr(checkpoints, "MOST", spaced)
        runs = read([fed for own in cut_in_segments(made, 2) for fed in own])
        for run in runs.by_id.values():
            count = run.state.positions  # this puts a log of several files in order
            kept = Checkpoints()
            kept.due = spaced
            whole = RunState(run.log.facts)
            kept.fold(whole, run.log, count)
            stops = [min(pick, count) for pick in picks]
            expected = dict(folds(run.log, sorted(stops)))
            for stop in stops:
                assert state_of(kept.state_at(run.log, whole, stop), run.log) == expected[stop]
                assert state_of(run.state_at(stop), run.log) == expected[stop]


def test_a_seek_leaves_the_end_as_it_is(spacing: int) -> None:
    """What is shown is another state than the one that goes on being folded."""
    run = fed(JOURNALS / "chunked_empty_chunks_ckpt_par.json")
    at_end = state_of(run.state, run.log)
    for stop in range(len(run.log.order)):
        run.state_at(stop)
    assert state_of(run.state, run.log) == at_end


def test_each_attribute_that_is_said_to_grow_only_grows() -> None:
    """A column that were changed in place would be cut from a later state with later values in it."""
    for path in sorted(JOURNALS.glob("*.json")):
        run = fed(path)
        before = _grown(RunState())
        state = RunState(run.log.facts)
        for stop in range(0, len(run.log.order) + 1, 1 + len(run.log.order) // 100):
            fold(state, run.log, stop)
            now = _grown(state)
            assert all(now[key][: len(column)] == column for key, column in before.items())
            before = now


def _grown(state: RunState) -> dict[tuple[str, str], list[Any]]:
    things = [("run", state), ("chunks", state.chunks), ("files", state.files), ("causes", state.causes)]
    return {
        (name, attribute): list(column.items() if isinstance(column, dict) else column)
        for name, thing in things
        for attribute in GROWS[type(thing)]
        for column in [getattr(thing, attribute)]
        if column is not None
    }


def test_each_attribute_that_is_worked_out_is_one() -> None:
    chunks = RunState().chunks
    assert all(hasattr(chunks, name) for name in WORKED_OUT)


def test_a_checkpoint_keeps_no_column(spacing: int) -> None:
    """However many chunks are done: they no longer move, and a further checkpoint costs what moved since the last."""
    kept = fed(JOURNALS / "many_chunks_par.json").checkpoints
    assert len(kept._kept) > 1
    assert max(_sizes(kept._kept[-1])) <= BUCKETS
    assert max(len(changed) for pair in kept._before for changed in pair) <= spacing


def _sizes(frozen: Any) -> Iterator[int]:
    for value in frozen:
        if isinstance(value, tuple):
            yield from _sizes(value)
        elif hasattr(value, "__len__"):
            yield len(value)
