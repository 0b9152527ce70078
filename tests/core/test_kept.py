"""What was folded of a log, as bytes and back, is what it was, and goes on as if it had never been away."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import produced_lines, segment, state_of, whole
from tests.core.test_loading import of
from tests.strategies import Logs, logs

from runwatch.core import checkpoints, kept, steps
from runwatch.core.loading import Loading
from runwatch.core.places import Place, Segment
from runwatch.core.runs import Runs


class Reader:
    """Reads the lines of one log, and can be put away and taken up again."""

    def __init__(self, data: bytes, identity: str = "a.jsonl", path: str = "a.jsonl") -> None:
        self.lines = data.splitlines(keepends=True)
        self.runs = Runs(lambda place: self.lines[place.line - 1].rstrip(b"\n"))
        self.loading = Loading(self.runs)
        self.where = Segment(7, path, path, identity, is_plain=True)
        self.read = 0

    def feed(self, stop: int, size: int = 5) -> None:
        """Up to this line, in blocks of so many."""
        while self.read < stop:
            end = min(stop, self.read + size)
            offset = sum(map(len, self.lines[: self.read]))
            self.where.note_start(self.read + 1, offset)
            self.loading.feed(b"".join(self.lines[self.read : end]), self.where, self.read + 1, offset, None)
            self.read = end
        self.loading.settle()

    def again(self, path: str = "x/a.jsonl") -> Reader:
        """Another one that has read nothing, and knows it all."""
        share = kept.share_of(self.runs, [self.where])
        assert share is not None
        parts = [(bytes(objects), [memoryview(bytes(each)) for each in columns])
                 for objects, columns in kept.to_bytes(share, [self.where])]  # fmt: skip
        other = Reader(b"".join(self.lines), path=path)
        found = kept.from_bytes(parts[0], parts[1:].__getitem__, [other.where], other.runs.again)
        entries = kept.adopt(other.runs, found, [other.where])
        assert entries is not None
        other.loading.entries, other.read = entries, self.read
        assert other.where.starts == self.where.starts
        return other


def said(reader: Reader) -> Any:
    """All there is to know of what was read, whatever the log is called."""
    runs = reader.runs
    found = {run_id: whole(run) for run_id, run in runs.by_id.items()}
    for entries, _, _ in found.values():
        entries[:] = [(where.rpartition("/")[2], *rest) for where, *rest in entries]
    problems = sorted((place.where, why) for place, why in runs.problems if isinstance(place, Place))
    places = [runs.find(Place(reader.where, line + 1)) for line in range(reader.read)]
    return found, problems, runs.problem_count, runs.unknown_count, reader.loading.entries, places


def same(one: Reader, other: Reader) -> None:
    assert said(one) == said(other)
    for run_id, run in one.runs.by_id.items():
        again = other.runs.by_id[run_id]
        for stop in range(0, len(run.log.order), 1 + len(run.log.order) // 7):
            seen, expected = again.state_at(stop), run.state_at(stop)
            assert state_of(seen, again.log) == state_of(expected, run.log)


def produced(count: int, chunks: int, seed: int = 4) -> bytes:
    """Interleaved runs as the producer writes them."""
    return b"".join(produced_lines(seed, count, chunks))


@given(made=logs(), cut=st.floats(0, 1))
def test_any_log_goes_on_as_if_it_had_been_read(made: Logs, cut: float) -> None:
    data = next(iter(of(made).values()))
    straight = Reader(data)
    straight.feed(len(straight.lines))
    before = Reader(data)
    before.feed(round(cut * len(before.lines)))
    after = before.again()
    same(before, after)
    after.feed(len(after.lines))
    same(straight, after)


@pytest.mark.parametrize("large", [1, 10_000, 4 << 20])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("jumps", [0, 2, 1000])
def test_runs_of_the_producer_go_on(share: float, large: int, jumps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was named before and is named again is the same; with checkpoints on both sides."""
    monkeypatch.setattr(steps, "FEW", jumps)
    monkeypatch.setattr(steps, "RARE", 8 if jumps else 2**60)
    monkeypatch.setattr(checkpoints, "FIRST", 37)
    monkeypatch.setattr(kept, "SMALL", 64)
    monkeypatch.setattr(kept, "LARGE", large)
    data = produced(3, 80) + b"{\n" + produced(3, 80, seed=5)
    straight = Reader(data)
    straight.feed(len(straight.lines))
    before = Reader(data)
    before.feed(round(share * len(before.lines)))
    after = before.again()
    same(before, after)
    after.feed(len(after.lines))
    same(straight, after)
    same(straight, after.again("y/a.jsonl"))


def test_frequent_events_still_take_the_short_way() -> None:
    data = produced(1, 50)
    before = Reader(data)
    before.feed(60)
    after = before.again()
    after.feed(80)
    (run,) = after.runs.by_id.values()
    assert run.straight is after.where
    assert len(run.log.kept) < 10


def test_a_run_that_other_logs_speak_of_is_not_kept() -> None:
    reader = Reader(produced(2, 5))
    reader.feed(len(reader.lines))
    assert kept.share_of(reader.runs, [reader.where])
    other = Segment(8, "b.jsonl", "b.jsonl", "b", is_plain=True)
    reader.loading.feed(reader.lines[1], other, 1, 0, None)
    reader.loading.settle()
    assert kept.share_of(reader.runs, [reader.where]) is None
    assert kept.share_of(reader.runs, [other]) is None


def test_what_is_known_already_is_not_taken_in() -> None:
    reader = Reader(produced(1, 5))
    reader.feed(len(reader.lines))
    share = kept.share_of(reader.runs, [reader.where])
    assert share is not None
    before = said(reader)
    assert kept.adopt(reader.runs, share, [segment()]) is None
    assert said(reader) == before


class Evil:
    def __reduce__(self) -> Any:
        return print, ("made",)


@pytest.mark.parametrize(
    "thing",
    [Evil(), print, pickle.Unpickler, kept.to_bytes, {"a": 1}, None, [kept.share_of]],
)
def test_nothing_else_is_ever_made(thing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((KeyError, TypeError)):
        kept.from_bytes((pickle.dumps(thing, 5), []), [].__getitem__, [], None)
    assert capsys.readouterr().out == ""


def test_another_form_has_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.shape()
    assert kept.shape() == before
    monkeypatch.setattr(kept, "CLASSES", kept.CLASSES[:-1])
    assert kept.shape() != before


def test_a_run_is_made_when_it_is_asked_for() -> None:
    before = Reader(produced(2, 5))
    before.feed(len(before.lines))
    after = before.again()
    first, second = after.runs.by_id.values()
    assert [hasattr(run, "_later") for run in (first, second)] == [True, True]
    assert first.revision == before.runs.by_id[first.run_id].revision
    assert [hasattr(run, "_later") for run in (first, second)] == [False, True]
    assert not hasattr(first, "what nobody knows")
