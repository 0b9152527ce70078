"""Blocks of lines, gathered and taken in many at once, come to the same as line by line through the tolerant way."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import produced_lines, segment, whole
from tests.strategies import Logs, logs

from runwatch.core import checkpoints, gathering, loading
from runwatch.core.again import GONE
from runwatch.core.bulk import loading as bulk_loading
from runwatch.core.bulk import waiting
from runwatch.core.bulk.loading import Bulk
from runwatch.core.gathering import Gathering
from runwatch.core.line import decode_one
from runwatch.core.loading import Loading
from runwatch.core.places import Place, Segment
from runwatch.core.runs import Runs
from runwatch.core.short_logs import TOGETHER

Files = dict[str, bytes]


def slow(files: Files) -> Runs:
    """Each line through `decode_line` and `Run.feed`, every event kept."""
    runs = Runs()
    for each, (path, data) in enumerate(files.items()):
        where = Segment(each, path, path, path)
        offset = 0
        for number, line in enumerate(data.split(b"\n"), 1):
            for said in decode_one(line, path):
                runs.feed(said, where, number, offset)
            offset += len(line) + 1
    return runs


def fast(files: Files, sizes: list[int], bulk: type[Bulk] | None = None) -> tuple[Runs, Loading]:
    """In blocks of so many lines, read again where an event is asked for."""
    lines = {path: data.split(b"\n") for path, data in files.items()}

    def read(place: Place) -> bytes | None:
        return lines[place.segment.path][place.line - 1]

    runs = Runs(read)
    loader = Loading(runs)
    loader.bulk = bulk
    for number, (path, data) in enumerate(files.items()):
        where = Segment(number, path, path, path, is_plain=True)
        all_lines = data.split(b"\n")[:-1]
        cuts = list(accumulate(sizes, initial=0))
        cuts = [cut for cut in cuts if cut < len(all_lines)] + [len(all_lines)]
        offset = 0
        for first, last in pairwise(cuts):
            block = b"".join(line + b"\n" for line in all_lines[first:last])
            loader.feed(block, where, first + 1, offset, None)
            if loader.is_full:
                list(loader.settling())
            offset += len(block)
    loader.settle()
    return runs, loader


@contextmanager
def small_blocks() -> Iterator[None]:
    """Blocks of few lines are taken in bulk, however many of them are not as most are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "ENOUGH", 0)
        patch.setattr(loading, "LARGE", 900)
        patch.setattr(waiting, "REGULAR", 0.0)
        patch.setattr(bulk_loading, "OF_A_RUN", 20)
        yield


def same(files: Files, sizes: list[int]) -> Runs:
    """Both ways."""
    expected = slow(files)
    runs, loader = fast(files, sizes)
    are_same(runs, loader, expected)
    with small_blocks():
        are_same(*fast(files, sizes, Bulk), expected)
    return runs


def are_same(runs: Runs, loader: Loading, expected: Runs) -> None:
    assert list(runs.by_id) == list(expected.by_id)
    for run_id, run in runs.by_id.items():
        assert whole(run) == whole(expected.by_id[run_id])
    assert sorted((str(where), why) for where, why in runs.problems) == sorted(
        (str(where), why) for where, why in expected.problems
    )
    assert loader.entries == sum(len(run.log) for run in runs.by_id.values()) + runs.problem_count


def of(made: Logs) -> Files:
    return {path: b"".join(json.dumps(line).encode() + b"\n" for line in lines) for path, lines in made.items()}


@given(made=logs(), sizes=st.lists(st.integers(1, 9), min_size=1, max_size=20))
def test_any_log_comes_to_the_same(made: Logs, sizes: list[int]) -> None:
    same(of(made), sizes)


@pytest.mark.parametrize("gathered", [1, 50, 30_000])
@pytest.mark.parametrize("count", [1, 7])
def test_runs_of_the_producer_come_to_the_same(count: int, gathered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "GATHERED", gathered)
    monkeypatch.setattr(checkpoints, "FIRST", 97)
    lines = produced_lines(count, count, 60)
    runs = same({"a.jsonl": b"".join(lines)}, [40] * 100)
    kept = sum(len(run.log.kept) for run in runs.by_id.values())
    assert kept < len(lines) // 5, "the frequent events are not kept"


DISTURBANCES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a chunk started again": lambda lines: [*lines[:9], lines[1].replace(b"00:00:00.", b"00:00:59."), *lines[9:]],
    "delivered twice": lambda lines: [*lines, *lines],
    "a line twice": lambda lines: [*lines[:9], lines[8], *lines[9:]],
    "out of order": lambda lines: [*lines[20:], *lines[:20]],
    "two neighbours": lambda lines: [*lines[:30], lines[31], lines[30], *lines[32:]],
    "broken": lambda lines: [*lines[:9], b"{\n", *lines[9:30], b"\n", *lines[30:]],
    "without a time": lambda lines: [*lines[:9], lines[9].replace(b"recorded_at", b"recorded"), *lines[9:]],
    "microseconds": lambda lines: [re.sub(rb"(\.\d{6})\d{3}Z", rb"\1Z", line) for line in lines],
    "milliseconds": lambda lines: [re.sub(rb"(\.\d{3})\d{6}Z", rb"\1Z", line) for line in lines],
    "many at a time": lambda lines: [re.sub(rb"\d\.\d{9}Z", rb"0.000000001Z", line) for line in lines],
    "digits that change": lambda lines: [
        re.sub(rb"(\.\d{6})\d{3}Z", rb"\1Z", line) if 20 < at < 60 or at % 9 == 0 else line
        for at, line in enumerate(lines)
    ],
    "another export": lambda lines: [line.replace(b"orders_00", b"x", 1 + at % 2) for at, line in enumerate(lines)],
    "indexes backwards": lambda lines: [line.replace(b'"chunk_index":1', b'"chunk_index":9') for line in lines],
    "indexes far away": lambda lines: [line.replace(b'index":', b'index":7000') for line in lines],
    "its begin is gone": lambda lines: lines[31:],
    "it goes on with another": lambda lines: [
        re.sub(rb'"chunk_index":(\d+)', lambda found: b'"chunk_index":%d' % (int(found[1]) + 500), line)
        for line in lines
    ],
    "it goes on, and back": lambda lines: [
        re.sub(rb'"chunk_index":([12]\d)', lambda found: b'"chunk_index":%d' % (int(found[1]) + 50), line)
        for line in [*lines[:1], *lines[40:], *lines[1:40]]
    ],
    "rows that differ": lambda lines: [line.replace(b'"rows":19', b'"rows":18') for line in lines],
    "one file": lambda lines: [line.replace(b"_chunk", b"\\u001b_chunk") for line in lines],
    "no names": lambda lines: [re.sub(rb',"file_name":"[^"]*"}}', b',"file_name":null}}', line) for line in lines],
    "huge numbers": lambda lines: [line.replace(b'"rows":', b'"rows":9999999999') for line in lines],
    "compact no more": lambda lines: [line.replace(b'":', b'": ') for line in lines],
    "carriage returns": lambda lines: [line.replace(b"\n", b" \n") for line in lines],
    "bare entries": lambda lines: [b'{"rec' + line.split(b'"rec', 1)[1] for line in lines],
    "only completions": lambda lines: [line for line in lines if b"Started" not in line],
    "no files written": lambda lines: [line for line in lines if b"FileWritten" not in line],
}  # fmt: skip


@pytest.mark.parametrize("name", DISTURBANCES)
def test_whatever_is_not_as_usual_comes_to_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "FIRST", 37)
    same({"a.jsonl": b"".join(DISTURBANCES[name](produced_lines(5, 1, 40)))}, [13] * 40)


def test_what_shares_its_time_with_what_was_taken_before_goes_the_short_way_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One tick of a writer can have a thousand lines of one time, and a block ends anywhere among them."""
    lines = DISTURBANCES["many at a time"](produced_lines(5, 1, 40))
    same({"a.jsonl": b"".join(lines)}, [13] * 40)
    same({"a.jsonl": b"".join([*lines[:40], *lines[20:]])}, [13] * 40)
    fed: list[object] = []
    feed = Runs.feed

    def noted(runs: Runs, *said: Any) -> None:
        fed.append(said)
        feed(runs, *said)

    monkeypatch.setattr(Runs, "feed", noted)
    monkeypatch.setattr(gathering, "OF_A_RUN", 10)
    fast({"a.jsonl": b"".join(lines)}, [13] * 40)
    assert len(fed) < 10, "plan, outcome and what stands around them"


@pytest.mark.parametrize(("count", "chunks"), [(1, 200), (60, 3)])
def test_a_pause_comes_after_few_lines_of_one_run_and_after_few_runs(
    count: int, chunks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To take in a line of another run costs more than one of the same."""
    lines = produced_lines(1, count, chunks)
    monkeypatch.setattr(gathering, "PART", 60)
    monkeypatch.setattr(gathering, "A_RUN", 15)
    runs = Runs(lambda place: lines[place.line - 1])
    loader = Loading(runs)
    loader.feed(b"".join(lines), Segment(0, "a", "a", "a", is_plain=True), 1, 0, None)
    taken, touched = [0], [0]
    steps = Gathering._steps

    def noted(self: Gathering, run_id: str, own: list[Any], stop: int, arrived: int | None) -> Iterator[None]:
        taken[-1] += stop // 3
        touched[-1] += 1
        return steps(self, run_id, own, stop, arrived)

    monkeypatch.setattr(Gathering, "_steps", noted)
    for _ in loader.settling(is_all=True):
        taken.append(0)
        touched.append(0)
    assert sum(taken) > 500
    assert max(taken) <= 120
    assert max(touched) <= 4


def test_many_short_logs_come_to_the_same() -> None:
    """Some of one run, some of several, some that speak of one another's."""
    files = {f"{n}.jsonl": b"".join(produced_lines(n, 1 + n % 3, 3)) for n in range(2 * TOGETHER)}
    lines = [line for data in files.values() for line in data.splitlines(keepends=True)]
    files |= {f"again{n}.jsonl": b"".join(lines[n::40][:9]) for n in range(40)}
    runs = same(files, [5] * 40)
    assert len(runs.run_ids) == len(files)


def test_a_run_in_two_files_and_a_copy_come_to_the_same() -> None:
    lines = produced_lines(3, 3, 30)
    same({"b.jsonl": b"".join(lines[::2]), "a.jsonl": b"".join(lines[1::2])}, [20] * 40)
    same({"b.jsonl": b"".join(lines), "a.jsonl": b"".join(lines)}, [20] * 40)


def test_a_seek_needs_no_log() -> None:
    """The frequent events are folded again from the columns."""
    runs, _ = fast({"a.jsonl": b"".join(produced_lines(1, 1, 900))}, [400] * 20)
    (run,) = runs.by_id.values()
    expected = slow({"a.jsonl": b"".join(produced_lines(1, 1, 900))}).by_id[run.run_id]
    runs.again._read = _fails  # type: ignore[union-attr]
    for stop in random.Random(1).sample(range(len(run.log.order)), 60):
        assert run.state_at(stop).chunks.counts == expected.state_at(stop).chunks.counts
        assert run.state_at(stop).files.total_rows == expected.state_at(stop).files.total_rows


def _fails(place: Place) -> bytes:
    raise AssertionError(place)


def test_an_event_whose_line_is_gone_keeps_its_figures() -> None:
    """What was counted stays true; the texts are said to be gone."""
    runs, _ = fast({"a.jsonl": b"".join(produced_lines(1, 1, 3))}, [400])
    (run,) = runs.by_id.values()
    before = [run.log.event(position) for position in range(len(run.log.order))]
    runs.again._kept.clear()  # type: ignore[union-attr]
    runs.again._read = lambda place: None  # type: ignore[union-attr]
    for position, event in enumerate(before):
        left = run.log.event(position)
        assert left.kind == event.kind
        for field in ("chunk_index", "rows", "bytes"):
            assert getattr(left, field, None) == getattr(event, field, None)


def test_a_line_that_was_written_over_is_not_taken_for_the_event() -> None:
    """Another chunk, another file, another kind: the screen must not show what was never counted."""
    lines = produced_lines(1, 1, 3)
    runs, _ = fast({"a.jsonl": b"".join(lines)}, [400])
    (run,) = runs.by_id.values()
    runs.again._kept.clear()  # type: ignore[union-attr]
    runs.again._read = lambda place: lines[(place.line + 2) % len(lines)]  # type: ignore[union-attr]
    for position in range(1, 10):
        event = run.log.event(position)
        assert event.kind == run.log.kind_at(position)
        assert GONE in (getattr(event, "start_key", None), getattr(event, "file_name", None))


def test_a_place_is_that_of_its_line(tmp_path: Path) -> None:
    lines = produced_lines(2, 2, 20)
    runs, _ = fast({"a.jsonl": b"".join(lines)}, [7] * 40)
    for run in runs.by_id.values():
        for position in range(len(run.log.order)):
            said: dict[str, Any] = json.loads(lines[run.log.place(position).line - 1])
            assert said["run_id"] == run.run_id
            assert next(iter(said["event"])) == run.log.kind_at(position)


def test_segment_finds_the_begin_of_a_line_near_it() -> None:
    where = segment()
    for number in range(1, 10_000, 10):
        where.note_start(number, (number - 1) * 500)
    for line in (1, 2, 900, 5_432, 9_999):
        first, offset, end = where.stretch(line)
        assert first <= line
        assert offset == (first - 1) * 500
        assert (line - first) * 500 < 128 << 10
        assert end is None or end > (line - 1) * 500


def test_lines_of_a_stream_are_of_their_own_stream() -> None:
    """What was begun in one short log says nothing of the lines in another that is decoded with it."""
    begun = b'{"type":"started","run_id":"r","export_name":"orders"}\n'
    on = b'{"type":"progress","export_name":"orders","chunks_done":1,"rows":2}\n'
    runs, loader = fast({"a.jsonl": begun + on, "b.jsonl": on, "c.jsonl": begun.replace(b'"r"', b'"s"') + on}, [100])
    assert {run_id: len(run.log) for run_id, run in runs.by_id.items()} == {"r": 2, "s": 2}
    assert [str(where) for where, _ in runs.problems] == ["b.jsonl:1"]
    assert sorted(loader.streams) == ["a.jsonl", "c.jsonl"]
