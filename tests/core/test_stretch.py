"""Events of all kinds that stand one behind the other are taken in many at once, and come to the same as one by one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import whole
from tests.core.test_loading import Files, are_same, fast, slow
from tests.strategies import BEGIN, EVENTS, JSON, MS, SECOND, rfc3339

from runwatch.core import checkpoints, stretch
from runwatch.core.events import ChunkFailed, RunCompleted
from runwatch.core.runs import Run

ONWARD = st.sampled_from([0, 1, 1, 1, MS, 300 * MS, 2 * SECOND])
NAMES = st.sampled_from(["orders"] * 12 + ["carts", None])
RARELY = {"RunCompleted", "ProducerSeen", "Progress", "RunStarted", "ChunkTeleported"}


@st.composite
def straight(draw: st.DrawFn) -> Files:
    """Logs in the producer's own form whose times mostly rise: of one run each, now and then of two."""
    made: Files = {}
    for name in ("a.jsonl", "b.jsonl", "c.jsonl")[: draw(st.integers(1, 3))]:
        lines: list[bytes] = []
        time, own = BEGIN + draw(st.integers(0, 3)) * MS, draw(st.sampled_from([(name,), (name,), (name, "shared")]))
        for _ in range(draw(st.integers(1, 8))):
            time += draw(ONWARD)
            events = draw(some_events())
            for event in events:
                time += draw(ONWARD)
                lines.append(line(draw(st.sampled_from(own)), draw(NAMES), time, event))
        made[name] = b"".join(lines)
    return made


@st.composite
def some_events(draw: st.DrawFn) -> Sequence[JSON]:
    """Some chunks that went as planned, or one event of any kind."""
    if draw(st.booleans()):
        first, count = draw(st.integers(0, 2)), draw(st.integers(1, 3))
        return [
            event
            for chunk in range(first, first + count)
            for event in (
                {"ChunkStarted": {"chunk_index": chunk, "start_key": "1", "end_key": "2"}},
                {"FileWritten": {"file_name": f"f{chunk}", "rows": 5, "bytes": 6, "part_index": chunk}},
                {"ChunkCompleted": {"chunk_index": chunk, "rows": 5, "file_name": f"f{chunk}"}},
            )
        ]
    name = draw(st.sampled_from([name for name in EVENTS if name not in RARELY or draw(st.integers(0, 3)) == 0]))
    return [draw(EVENTS[name])]


def line(run: str, name: str | None, time: int, event: JSON) -> bytes:
    named: JSON = {"run_id": run, "export_name": name, "recorded_at": rfc3339(time, 9, 0), "event": event}
    return json.dumps(named).encode() + b"\n"


@given(files=straight(), sizes=st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_any_events_in_their_order_come_to_the_same(files: Files, sizes: list[int]) -> None:
    expected = slow(files)
    are_same(*fast(files, sizes), expected)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "FIRST", 7)
        are_same(*fast(files, [100]), slow(files))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many events of which kinds were taken in many at once."""
    counts: Counter[str] = Counter()
    real = stretch._take

    def counted(run: Run, part: stretch.Part, kinds: Sequence[type], digits: int) -> Iterator[None]:
        counts.update(kind.__name__ for kind in kinds)
        return real(run, part, kinds, digits)

    monkeypatch.setattr(stretch, "_take", counted)
    return counts


def log_of(*events: tuple[int, JSON], name: str | None = "orders") -> Files:
    return {"a.jsonl": b"".join(line("r", name, BEGIN + time, event) for time, event in events)}


TEXTS = "export_name", "base_query", "strategy", "format", "compression", "destination_type", "tuning_profile"
FLAGS = "validate", "reconcile", "resume"
PLAN: JSON = {"PlanResolved": {**dict.fromkeys(TEXTS, "x"), "batch_size": 1, **dict.fromkeys(FLAGS, False)}}
BEGUN: JSON = {"ChunkStarted": {"chunk_index": 0, "start_key": "1", "end_key": "2"}}
FAILED: JSON = {"ChunkFailed": {"chunk_index": 0, "error": "no", "attempt": 1}}
RETRIED: JSON = {"RetryAttempted": {"attempt": 1, "reason": "no", "backoff_ms": 5}}
WARNED: JSON = {"Warning": {"context": "a", "message": "b"}}
ENDED: JSON = {"RunCompleted": {"status": "failed", "error_message": "no", "duration_ms": 9}}


def both(files: Files) -> Run:
    """The run, which is the same both ways."""
    expected = slow(files)
    runs, loader = fast(files, [100])
    are_same(runs, loader, expected)
    (run,) = runs.by_id.values()
    return run


def test_a_run_is_taken_in_from_its_first_event_to_its_last(taken: Counter[str]) -> None:
    run = both(log_of((0, PLAN), (1, BEGUN), (2, FAILED), (3, RETRIED), (4, BEGUN), (5, WARNED), (6, ENDED)))
    assert taken == Counter(PlanResolved=1, Started=2, ChunkFailed=1, RetryAttempted=1, Warning=1, RunCompleted=1)
    assert run.straight is None, "nothing behind the end is as usual"
    assert run.state.last_heard == 6


def test_what_comes_behind_the_end_goes_one_by_one(taken: Counter[str]) -> None:
    run = both(log_of((0, PLAN), (1, ENDED), (2, WARNED), (3, BEGUN), (4, ENDED)))
    assert taken == Counter(PlanResolved=1, RunCompleted=1)
    assert list(run.state.after_end) == [2, 3]
    assert list(run.state.outcomes) == [1, 4]


@pytest.mark.parametrize("ending", [WARNED, RETRIED, ENDED])
def test_a_silence_counts_if_work_ended_it(ending: JSON, taken: Counter[str]) -> None:
    run = both(log_of((0, PLAN), (1, BEGUN), (5 * SECOND, ending)))
    assert run.state.longest_gap == 1
    worked = both(log_of((0, PLAN), (1, BEGUN), (5 * SECOND, FAILED)))
    assert worked.state.longest_gap == 5 * SECOND - 1
    assert taken[ChunkFailed.__name__] == 1


@pytest.mark.parametrize("repeated", [PLAN, WARNED, FAILED, ENDED])
def test_a_rare_event_delivered_again_at_the_same_time_is_a_repeat(repeated: JSON, taken: Counter[str]) -> None:
    run = both(log_of((0, BEGUN), (1, repeated), (1, repeated), (1, WARNED), (2, BEGUN)))
    assert run.log.repeats == (2 if repeated is WARNED else 1)


def test_a_repeat_may_be_written_with_fewer_digits() -> None:
    """The first one goes the long way, and the second one must not be taken for new."""
    events = (PLAN, WARNED, BEGUN)
    first, second, third = (line("r", "orders", BEGIN + time, event) for time, event in enumerate(events))
    shorter = second.replace(b"790Z", b"79Z")
    assert shorter != second
    run = both({"a.jsonl": first + shorter + second + third})
    assert (run.log.repeats, list(run.state.warnings)) == (1, [1])


def test_each_event_keeps_the_export_that_it_names() -> None:
    lines = [line("r", name, BEGIN + time, WARNED) for time, name in enumerate(("orders", "carts", "orders", None))]
    log = both({"a.jsonl": b"".join(lines)}).log
    assert [log.names.at(row) for row in range(4)] == ["orders", "carts", "orders", None]


def test_a_run_that_names_no_export_goes_one_by_one(taken: Counter[str]) -> None:
    run = both(log_of((0, PLAN), (1, BEGUN), (2, ENDED), name=None))
    assert (run.state.export_name, len(taken)) == (None, 0)


def test_a_checkpoint_behind_a_rare_event_is_the_state_there(monkeypatch: pytest.MonkeyPatch) -> None:
    files = log_of((0, PLAN), (1, BEGUN), (2, FAILED), (3, RETRIED), (4, WARNED), (5, BEGUN), (6, ENDED))
    at_once = both(files)
    monkeypatch.setattr(checkpoints, "FIRST", 3)
    run = both(files)
    for stop in range(8):
        assert whole_state(run, stop) == whole_state(at_once, stop)


def whole_state(run: Run, stop: int) -> Any:
    state = run.state_at(stop)
    return state.positions, list(state.failures), list(state.retries), list(state.warnings), state.chunks.counts


def triple(chunk: int, begun: int, done: int) -> list[tuple[int, JSON]]:
    return [
        (begun, {"ChunkStarted": {"chunk_index": chunk, "start_key": "1", "end_key": "2"}}),
        (done - 1, {"FileWritten": {"file_name": f"f{chunk}", "rows": 5, "bytes": 6, "part_index": chunk}}),
        (done, {"ChunkCompleted": {"chunk_index": chunk, "rows": 5, "file_name": f"f{chunk}"}}),
    ]


@pytest.mark.parametrize("first_done", [20, 90])
def test_a_chunk_that_nobody_saw_begin_is_not_the_slowest(first_done: int) -> None:
    """Its second attempt was short or long: the first one began before the log did."""
    run = both(log_of((0, FAILED), *triple(0, 10, first_done), *triple(1, 100, 130)))
    assert (run.state.chunks.slowest, run.state.chunks.longest) == (1, 30)


def test_a_chunk_takes_from_the_begin_of_its_first_attempt_to_the_end_of_its_last() -> None:
    run = both(log_of((0, BEGUN), (5, FAILED), *triple(0, 100, 120), *triple(1, 200, 230)))
    assert (run.state.chunks.slowest, run.state.chunks.longest) == (0, 120)


def test_each_of_many_short_logs_is_taken_in_whole(taken: Counter[str]) -> None:
    events = ((0, PLAN), (1, BEGUN), (2, FAILED), (3, ENDED))
    files = {
        f"{number}.jsonl": b"".join(line(f"r{number}", "orders", BEGIN + time, event) for time, event in events)
        for number in range(300)
    }
    runs, loader = fast(files, [100])
    are_same(runs, loader, slow(files))
    assert taken[RunCompleted.__name__] == 300
    assert whole(runs.by_id["r7"]) == whole(slow({"7.jsonl": files["7.jsonl"]}).by_id["r7"])
