"""What a filter finds is the same whether or not stretches of the log are passed over; and they are."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import T0, produced_lines

from runwatch.answers import event_hits, event_sieve
from runwatch.answers.event_fields import EventFields
from runwatch.answers.event_hits import Hits
from runwatch.answers.filters import EVENT_FIELDS, parse_filter
from runwatch.core import events as ev
from runwatch.core import places
from runwatch.core.index import RunLog
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source, read_to_end

WORDS = (
    "chunk", "chunk1_", "written", "filewritten", "failed", "passed", "FATAL", "connection due", "parquet", "orders",
    "17", "000", "gone", "its bytes", "kib are shown", "ünter", "UNTER", "k", "ﬀ", "a\\b", '"', "␛", "nobody", ".",
    "written parquet", "!written", "!nobody orders", "kind:file", "rows=0", "rows>19000", "bytes>1", "message:x",
    "status:", "file:chunk2", "attempt>1", "error:conn",
)  # fmt: skip
ODD = ("ünterwegs", "a\\b", 'say "hm"', "\x1b[1m", "K", "\x7f", "ﬀ", "x" * 70_000)
"""What a name of a file may be."""


def session_of(path: Path) -> Session:
    clock = ManualClock(T0)
    session = Session(open_source([str(path)], poll=False, now=clock.now), clock)
    session.read(read_to_end(session.source))
    return session


def all_of(text: str, log: RunLog, stop: int) -> list[int]:
    """As it is defined: each event is looked at."""
    wanted, fields = parse_filter(text, EVENT_FIELDS), EventFields(log)
    return [position for position in range(stop) if wanted.matches(fields.at(position))]


def hits_of(text: str, log: RunLog, stops: Sequence[int], most: int) -> list[int]:
    hits = Hits(parse_filter(text, EVENT_FIELDS), log)
    for stop in stops:
        while not hits.examine(stop, most):
            assert hits.examined < stop
        assert hits.examined >= stop
    return hits.positions.tolist()


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "APART", 3000)
    monkeypatch.setattr(event_sieve, "FEWEST", 3)
    monkeypatch.setattr("runwatch.sources.tail.BLOCK", 4000)
    monkeypatch.setattr("runwatch.sources.tail.ROOM", 4000)


def odd_lines(seed: int, runs: int, chunks: int) -> list[bytes]:
    """Of every thirtieth file the name is something odd, of some lines the ends are, of few the whole."""
    rng, lines = random.Random(seed), produced_lines(seed, runs, chunks)
    for at in range(len(lines)):
        if b"FileWritten" in lines[at] and rng.random() < 0.03:
            value = json.loads(lines[at])
            value["event"]["FileWritten"]["file_name"] = rng.choice(ODD)
            plain = rng.random() < 0.5
            lines[at] = json.dumps(value, ensure_ascii=plain, separators=(",", ":")).encode() + b"\n"
        elif rng.random() < 0.02:
            lines[at] = lines[at].replace(b"\n", b"\r\n")
        elif rng.random() < 0.01:
            lines[at] = rng.choice([b"\n", b"what?\n", lines[at - 1]])
    return lines


@pytest.mark.parametrize("runs", [1, 3])
def test_it_finds_the_same(tmp_path: Path, runs: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(odd_lines(runs, runs, 200)))
    session, found = session_of(path), 0
    for run in session.runs.by_id.values():
        stop = run.state.positions
        for text in WORDS:
            expected = all_of(text, run.log, stop)
            found += bool(expected)
            assert hits_of(text, run.log, [stop], 7) == expected, text
            assert hits_of(text, run.log, [stop // 3, stop // 2, stop // 4, stop], 50) == expected, text
    assert found > 15


@given(st.integers(0, 99), st.sampled_from(WORDS), st.integers(1, 60), st.lists(st.integers(0, 400), max_size=5))
def test_wherever_one_stops(seed: int, text: str, most: int, stops: list[int]) -> None:
    log = next(iter(SESSIONS[seed % len(SESSIONS)].runs.by_id.values())).log
    reached = max([*stops, 10])
    assert hits_of(text, log, [*stops, 10], most) == all_of(text, log, reached)


SESSIONS: list[Session] = []


@pytest.fixture(autouse=True, scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "APART", 3000)
        patch.setattr("runwatch.sources.tail.BLOCK", 4000)
        patch.setattr("runwatch.sources.tail.ROOM", 4000)
        for seed in range(4):
            path = tmp_path_factory.mktemp("sieve") / f"{seed}.jsonl"
            path.write_bytes(b"".join(odd_lines(seed, 1 + seed % 2, 150)))
            SESSIONS.append(session_of(path))


def test_what_stands_in_two_files_is_found_too(tmp_path: Path) -> None:
    """Merged by time: a row is not its own position then."""
    lines = produced_lines(5, 1, 200)
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines[0::2]))
    (tmp_path / "b.jsonl").write_bytes(b"".join(lines[1::2]))
    session = session_of(tmp_path)
    (run,) = session.runs.by_id.values()
    assert not run.log.is_straight
    for text in WORDS:
        assert hits_of(text, run.log, [run.state.positions], 20) == all_of(text, run.log, run.state.positions), text


@pytest.mark.parametrize("name", ["rows", "bytes", "file", "status", "attempt"])
def test_what_is_told_without_reading_is_what_the_event_says(name: str) -> None:
    attribute, told = "file_name" if name == "file" else name, set()
    for session in SESSIONS:
        for run in session.runs.by_id.values():
            fields = EventFields(run.log)
            for position in range(run.state.positions):
                expected = getattr(run.log.event(position), attribute, None)
                assert fields.at(position).get(name) == expected
                told.add(expected)
    assert len(told) > 1
    assert None in told


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Positions of which the event was read again."""
    read, asked = RunLog.event, list[int]()

    def noted(self: RunLog, position: int) -> ev.Event:
        asked.append(position)
        return read(self, position)

    monkeypatch.setattr(RunLog, "event", noted)
    return asked


@pytest.mark.parametrize(
    ("text", "most"), [("nobody", 200), ("chunk150_", 300), ("message:nobody", 0), ("rows=17", 30), ("!nobody", 5000)]
)
def test_what_cannot_hold_it_is_not_read(
    tmp_path: Path, text: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(produced_lines(3, 1, 1000)))
    (run,) = session_of(path).runs.by_id.values()
    asked = counted(monkeypatch)
    stop = run.state.positions
    hits_of(text, run.log, [stop], 64)
    assert len(asked) <= most + len(run.log.kept)
    assert stop > 3000


def test_where_its_bytes_are_gone_all_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(produced_lines(3, 1, 100)))
    session = session_of(path)
    (run,) = session.runs.by_id.values()
    path.unlink()
    session.source.rescan()
    session.read(session.source.poll())
    for text in ("chunk9", "completed", "gone", "bytes"):
        assert hits_of(text, run.log, [300], 9) == all_of(text, run.log, 300)
    assert len(hits_of("its bytes are gone", run.log, [300], 9)) > 200


def test_one_stretch_costs_as_much_as_a_few_events(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(produced_lines(3, 1, 1000)))
    (run,) = session_of(path).runs.by_id.values()
    hits = Hits(parse_filter("nobody", EVENT_FIELDS), run.log)
    for _ in range(5):
        hits.examine(3000, event_hits.SIEVED)
    assert 0 < hits.examined < 300
