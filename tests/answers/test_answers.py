"""All answers on all kinds of runs: each moment has its words, none is empty, and none has a line too many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from tests.core.made import T0, ended, moment_of, runs_of, segment, warning
from tests.strategies import BEGIN, SECOND, Logs, logs

from runwatch.answers.chunk import chunk_view
from runwatch.answers.overview import age_words, failures, run_row
from runwatch.answers.run import run_view
from runwatch.answers.view import Evidence
from runwatch.core.decode import decode_line
from runwatch.core.runs import Moment, Run, Runs
from runwatch.core.times import MILLISECOND
from runwatch.core.when import Instant, Number

JOURNALS = sorted((Path(__file__).parent.parent / "data" / "journals").glob("*.json"))
STALE_AFTER = 1800 * SECOND


def journal(path: Path) -> Run:
    runs = Runs()
    for said in decode_line(json.dumps(json.loads(path.read_text(encoding="utf-8"))).encode(), "x"):
        runs.feed(said, segment(f"{path.stem}.json"), 1, 0)
    (run,) = runs.all()
    return run


def stops(count: int) -> list[int]:
    """Every prefix of a short log; of a long one its ends and some in between."""
    return list(range(1, count + 1)) if count <= 60 else [*range(1, 20), *range(20, count, count // 20), count]


def texts(view: Any) -> Iterator[tuple[str, str]]:
    """(field, text) of all that a view shows as one line; evidence, queries and errors in full apart."""
    for name in view.__struct_fields__:
        value = getattr(view, name)
        for inner in value if isinstance(value, tuple) else [value]:
            if isinstance(inner, Evidence):
                assert inner.places or not inner.text
            elif isinstance(inner, Struct):
                yield from texts(inner)
            elif isinstance(inner, str) and name not in ("query", "error", "cause"):
                yield name, inner


def assert_sound(moment: Moment, later: int) -> None:
    """Everything the screens show of a moment can be made, has words, and one line where there is room for one."""
    view = run_view(moment)
    assert view.verdict.reasons
    assert [answer.key for answer in view.answers] == ["1", "2", "3", "4"]
    row = run_row(moment)
    assert age_words(row, moment.now + later)
    views = [chunk_view(moment, index) for index in moment.state.chunks.indexes[:50]]
    for shown in (view, row, *views):
        assert shown is not None
        for name, text in texts(shown):
            if name in ("sentence", "verdict", "elapsed", "rows", "rate", "chunks", "took", "outcome", "word", "label"):
                assert text or name in ("label", "rows", "took"), name
            assert "\n" not in text, (name, text)
    for reason in view.verdict.reasons:
        assert reason.text.strip(" :;,")
    for answer in view.answers:
        assert answer.sentence.strip(" :;,")
        assert all(span.text for line in answer.rows for span in line.spans)
    counts = dict(view.stage.counts)
    assert sum(counts.values()) == len(view.stage.states) == len(view.stage.indexes)
    for chunk in views:
        assert chunk is not None
        assert chunk.reason.text
        assert bool(chunk.query) != bool(chunk.query_note)


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
def test_every_moment_of_every_journal_can_be_shown(path: Path) -> None:
    """After each of its events, running on the spot and long after."""
    run = journal(path)
    for number in stops(run.state.events):
        moment = run.at(Number(number), 0, STALE_AFTER)
        assert moment is not None
        assert moment.state.events == number
        assert_sound(moment, 0)
    for later in (0, 10 * SECOND, 20 * 60 * SECOND, STALE_AFTER):
        moment = run.at(Instant(run.log.moments[-1] + later), 0, STALE_AFTER)
        assert moment is not None
        assert_sound(moment, later)


@given(logs(), st.integers(1, 25), st.sampled_from([0, 31 * SECOND, 16 * 60 * SECOND, 3600 * SECOND]))
def test_every_moment_of_any_log_can_be_shown(made: Logs, number: int, later: int) -> None:
    """Whatever valid events say, in whatever order: no exception, no empty sentence, no line break in a line."""
    for run in runs_of(made).all():
        times = [time for time in run.log.moments if time > 0]
        found = run.at(None, max(times, default=BEGIN) + later, STALE_AFTER)
        assert found is not None
        cut = run.at(Number(number), T0, STALE_AFTER)
        for moment in (found, cut):
            if moment is not None:
                assert_sound(moment, later)
                assert failures(moment) >= len(moment.state.failures)


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)
def test_every_chunk_of_every_journal_has_its_page(path: Path) -> None:
    """As many attempts as the log tells of, and a query where plan, key and bounds are there."""
    run = journal(path)
    moment = run.at(None, run.log.moments[-1] + 60 * 1000 * MILLISECOND, STALE_AFTER)
    assert moment is not None
    chunks = moment.state.chunks
    for slot, index in enumerate(chunks.indexes):
        view = chunk_view(moment, index)
        assert view is not None
        assert (view.chunk_index, len(view.attempts)) == (index, chunks.tries(slot))
        assert [attempt.number for attempt in view.attempts] == list(range(1, chunks.tries(slot) + 1))
    assert chunk_view(moment, 10**9) is None


@pytest.mark.parametrize(("count", "words"), [(1, "b"), (3, "b (first of 3)")])
def test_of_several_alike_a_reason_tells_the_first_and_how_many_there_are(count: int, words: str) -> None:
    """`+1 more` beside it counts reasons."""
    warnings = [(at, warning("b" if at == 0 else "c")) for at in range(count)]
    moment = moment_of(*warnings, (count, ended()))
    first, *_ = run_view(moment).verdict.reasons
    assert first.text.endswith(words)
    assert "more" not in first.text
