"""Chunks that are counted when somebody asks: the series are those of a run whose events were counted one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.core.made import plain
from tests.core.test_loading import fast, slow
from tests.strategies import BEGIN

from runwatch.core import growth
from runwatch.core.growth import chunks_of, rows_of
from runwatch.core.runs import Run
from runwatch.core.times import SECOND, format_time

RUN = "orders_20261123T181451.000_7"
Said = tuple[str, dict[str, Any]]


def file(chunk: int, rows: int | None = None, name: str | None = None) -> Said:
    told = {"rows": 10 + chunk if rows is None else rows, "bytes": 100, "part_index": 0}
    return "FileWritten", {"file_name": name or f"f{chunk}", **told}


def done(chunk: int, rows: int | None = None, name: str | None = "") -> Said:
    rows = 10 + chunk if rows is None else rows
    return "ChunkCompleted", {"chunk_index": chunk, "rows": rows, "file_name": f"f{chunk}" if name == "" else name}


def begun(chunk: int) -> Said:
    return "ChunkStarted", {"chunk_index": chunk, "start_key": "1", "end_key": "9"}


def chunks(first: int, count: int) -> list[Said]:
    return [said for chunk in range(first, first + count) for said in (begun(chunk), file(chunk), done(chunk))]


def failed(chunk: int) -> Said:
    return "ChunkFailed", {"chunk_index": chunk, "error": "boom", "attempt": 1}


def log_of(said: list[Said]) -> dict[str, bytes]:
    """A line every 0.4 s."""
    lines = (
        {"run_id": RUN, "export_name": "orders", "recorded_at": format_time(BEGIN + at * SECOND * 2 // 5, 9),
         "event": {kind: fields}, **({"origin": "stream"} if kind == "Progress" else {})}
        for at, (kind, fields) in enumerate(said)
    )  # fmt: skip
    return {"orders.jsonl": b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)}


def both(run: Run) -> Any:
    return plain(rows_of(run.state, run.log)), plain(chunks_of(run.state, run.log))


SLOW = "Warning", {"context": "source", "message": "slow"}
"""Behind it, it is known whose lines these are."""
BEHIND = {
    "nothing": [],
    "chunks one by one": [begun(6), begun(7), file(7), file(6), done(6), done(7)],
    "an attempt that failed": [begun(6), failed(6), *chunks(6, 1)],
    "a file again": [file(2)],
    "a file again, with other rows": [file(2, rows=99)],
    "a chunk again": [done(2)],
    "another part of a chunk": [file(2, name="g2"), done(2, name="g2")],
    "a part that nobody wrote": [begun(6), done(6, name="g6")],
    "that part, and its file behind it": [begun(6), done(6, name="g6"), file(6, name="g6")],
    "that part, and its file with more rows": [begun(6), done(6, name="g6"), file(6, rows=30, name="g6")],
    "a part without a file": [begun(6), done(6, name=None)],
    "an empty part without a file": [begun(6), done(6, rows=0, name=None)],
    "an empty part that nobody wrote": [begun(6), done(6, rows=0, name="g6"), *chunks(7, 1)],
    "a part with other rows than its file": [begun(6), file(6), done(6, rows=3)],
    "what a stream told": [("Progress", {"rows": 500, "chunks_done": 7}), ("Progress", {"rows": 900})],
    "a file of a name that a kept event numbered": [begun(6), file(6, rows=2**33), file(6, rows=5), done(6, rows=5)],
}


@pytest.mark.parametrize("more", [0, 3])
@pytest.mark.parametrize("asks_early", [False, True])
@pytest.mark.parametrize("behind", BEHIND)
def test_whatever_comes_behind_chunks_that_wait_to_be_counted(behind: str, asks_early: bool, more: int) -> None:
    first, last = [SLOW, *chunks(0, 6)], [*BEHIND[behind], *chunks(8, more)]
    expected = slow(log_of([*first, *last])).by_id[RUN]
    assert expected.state.uncounted is None
    runs, loading = fast(log_of(first), [1])
    run = runs.by_id[RUN]
    assert run.state.uncounted == (0, 0)
    if asks_early:
        assert both(run) == both(slow(log_of(first)).by_id[RUN])
        assert run.state.uncounted is None
    data = log_of([*first, *last])["orders.jsonl"]
    begin = len(log_of(first)["orders.jsonl"])
    assert run.straight is not None
    if last:
        loading.feed(data[begin:], run.straight, len(first) + 1, begin, None)
        loading.settle()
    assert both(run) == both(expected)


def test_chunks_that_go_as_planned_wait_on_however_they_come() -> None:
    """Where one of them alone were counted, all in front of it would have to be."""
    first, last = [SLOW, *chunks(0, 6)], BEHIND["chunks one by one"]
    runs, loading = fast(log_of(first), [1])
    run, begin = runs.by_id[RUN], len(log_of(first)["orders.jsonl"])
    assert run.straight is not None
    loading.feed(log_of([*first, *last])["orders.jsonl"][begin:], run.straight, len(first) + 1, begin, None)
    loading.settle()
    assert run.state.uncounted == (0, 0)
    assert rows_of(run.state, run.log).amount_since(BEGIN) == sum(range(10, 18))
    assert chunks_of(run.state, run.log).amount_since(BEGIN) == 8


def test_a_name_that_somebody_came_upon_while_they_wait() -> None:
    """Where a line was written over, whoever looks at its event hears of another file, which then has a number."""
    first, last = [SLOW, *chunks(0, 6)], [begun(6), file(6), done(6), begun(7), done(7, rows=0, name="come upon")]
    runs, loading = fast(log_of(first), [1])
    run, begin = runs.by_id[RUN], len(log_of(first)["orders.jsonl"])
    run.log.facts.file("come upon", 77)
    assert run.straight is not None
    loading.feed(log_of([*first, *last])["orders.jsonl"][begin:], run.straight, len(first) + 1, begin, None)
    loading.settle()
    assert run.state.files.numbers is not None
    assert both(run) == both(slow(log_of([*first, *last])).by_id[RUN])


def test_no_more_than_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "MOST", 4)
    runs, _ = fast(log_of(chunks(0, 6)), [])
    run = runs.by_id[RUN]
    assert run.state.uncounted is None
    assert both(run) == both(slow(log_of(chunks(0, 6))).by_id[RUN])


def test_an_earlier_state_counts_what_waited_then() -> None:
    """A checkpoint holds what was counted by then; what comes behind it has no part in it."""
    runs, _ = fast(log_of([SLOW, *chunks(0, 6)]), [1])
    run = runs.by_id[RUN]
    assert run.state.uncounted == (0, 0)
    earlier = run.state_at(10)
    expected = slow(log_of([SLOW, *chunks(0, 3)])).by_id[RUN]
    assert plain(chunks_of(earlier, run.log)) == plain(chunks_of(expected.state, expected.log))
    assert chunks_of(earlier, run.log).amount_since(BEGIN) == 3
