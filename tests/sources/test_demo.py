"""The demo's story: the same for the same seed, in the vocabulary, and with all that it promises in it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from runwatch.core.events import SOURCE_VARIANTS, VARIANTS
from runwatch.core.times import SECOND, parse_time
from runwatch.sources.demo import DemoWriter

START = 1_795_471_200 * SECOND
END = START + 1_200 * SECOND
CLASSES = {variant.__name__: variant for variant in (*VARIANTS, *SOURCE_VARIANTS)}

Line = dict[str, Any]


def written(directory: Path, seed: int = 7, *, fast: bool = False, until: int = END, step: int = SECOND) -> DemoWriter:
    writer = DemoWriter(directory, seed, fast, START)
    writer.history()
    for now in range(START, until + 1, step):
        writer.advance(now)
    return writer


def runs(directory: Path) -> dict[str, list[Line]]:
    """Lines by run, in the order of their log."""
    found: dict[str, list[Line]] = defaultdict(list)
    for log in sorted(directory.glob("*.jsonl")):
        for text in log.read_bytes().splitlines():
            line = json.loads(text)
            found[line["run_id"]].append(line)
    return found


def fields(line: Line) -> tuple[str, Line]:
    ((name, inside),) = line["event"].items()
    return name, inside


def time_of(line: Line) -> int:
    parsed = parse_time(line["recorded_at"])
    assert parsed is not None
    return parsed[0]


def contents(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def elements(lines: list[Line]) -> set[str]:
    """What of the story one run tells."""
    events = [fields(line) for line in lines]
    names = Counter(name for name, _ in events)
    status = next((inside["status"] for name, inside in events if name == "RunCompleted"), "no end")
    done = {inside["chunk_index"] for name, inside in events if name == "ChunkCompleted"}
    failed = {inside["chunk_index"] for name, inside in events if name == "ChunkFailed"}
    found = {status} | {f"quality {inside['severity']}" for name, inside in events if name == "QualityIssue"}
    found |= {name for name in names if name in ("SchemaChanged", "ProducerSeen")}
    found |= {"recovered"} if failed & done and status == "success" else set()
    found |= {"chunk failed"} if failed - done and status == "failed" else set()
    found |= {"retried"} if names["RetryAttempted"] and status == "success" else set()
    found |= {"governed"} if names["ParallelismAdjusted"] >= 4 else set()
    found |= {"total known"} if names["ChunkPlanned"] >= 200 and names["Progress"] >= 40 else set()
    found |= {"resumed"} if any(name == "PlanResolved" and inside["resume"] for name, inside in events) else set()
    if any(name == "ReconciliationResult" and not inside["matched"] for name, inside in events):
        found |= {"contradicted"} if status == "success" else set()
    return found


def test_the_same_seed_writes_the_same_bytes_however_often_it_is_asked(tmp_path: Path) -> None:
    """Torn lines and the rhythm of calls leave no trace in the end."""
    written(tmp_path / "a")
    written(tmp_path / "b", step=7 * SECOND // 10)
    written(tmp_path / "c", seed=8)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


@pytest.mark.parametrize("seed", range(3))
def test_every_line_is_of_the_vocabulary(tmp_path: Path, seed: int) -> None:
    written(tmp_path, seed)
    for lines in runs(tmp_path).values():
        for line in lines:
            name, inside = fields(line)
            spelled = {field.encode_name for field in msgspec.structs.fields(CLASSES[name])} - {"extra"}
            assert set(inside) == spelled
            msgspec.convert(inside, CLASSES[name])
            assert len(line["recorded_at"]) == len("2026-11-23T18:14:51.055531366Z")


def test_a_log_holds_the_runs_of_one_export(tmp_path: Path) -> None:
    written(tmp_path)
    for log in tmp_path.iterdir():
        lines = [json.loads(text) for text in log.read_bytes().splitlines()]
        assert {line["export_name"] for line in lines} == {log.stem}
        assert all(line["run_id"].startswith(f"{log.stem}_") for line in lines)
        assert len({line["run_id"] for line in lines}) > 3


@pytest.mark.parametrize("seed", range(3))
def test_the_past_fills_the_strip_of_last_outcomes(tmp_path: Path, seed: int) -> None:
    DemoWriter(tmp_path, seed, False, START).history()
    told = {run: elements(lines) for run, lines in runs(tmp_path).items()}
    assert 25 <= sum("no end" not in each for each in told.values()) <= 40
    count = Counter(element for each in told.values() for element in each)
    assert count["failed"] >= 3
    assert count["skipped"] >= 1
    assert count["contradicted"] == count["SchemaChanged"] == 1
    assert all(time_of(line) <= START for lines in runs(tmp_path).values() for line in lines)


@pytest.mark.parametrize("seed", range(3))
def test_everything_that_can_befall_a_run_is_seen_live(tmp_path: Path, seed: int) -> None:
    written(tmp_path, seed)
    live = [lines for lines in runs(tmp_path).values() if time_of(lines[-1]) > START]
    assert set().union(*map(elements, live)) >= {
        "success", "failed", "skipped", "no end", "recovered", "chunk failed", "retried", "quality WARN",
        "quality FAIL", "SchemaChanged", "governed", "contradicted", "resumed", "total known", "ProducerSeen",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_something_is_always_running_and_the_pace_is_human(tmp_path: Path, seed: int) -> None:
    written(tmp_path, seed)
    told = [lines for lines in runs(tmp_path).values() if fields(lines[-1])[0] == "RunCompleted"]
    spans = [(time_of(lines[0]), time_of(lines[-1])) for lines in told]
    for second in range(0, 540, 5):
        now = START + second * SECOND
        assert sum(begin <= now < end for begin, end in spans) >= 2, second
    live = sum(time_of(line) > START for lines in told for line in lines)
    assert 3 < live / 600 < 15


def test_times_never_run_backwards_in_a_log(tmp_path: Path) -> None:
    written(tmp_path)
    for log in tmp_path.iterdir():
        times = [time_of(json.loads(text)) for text in log.read_bytes().splitlines()]
        assert times == sorted(times)


def test_nothing_is_written_before_it_is_due(tmp_path: Path) -> None:
    writer = written(tmp_path, until=START + 30 * SECOND)
    due = writer.next_due_ns
    assert due is not None
    for log in tmp_path.iterdir():
        whole = log.read_bytes().rpartition(b"\n")[0].splitlines()
        assert max(time_of(json.loads(text)) for text in whole) <= START + 30 * SECOND


def test_a_log_is_sometimes_torn_and_made_whole_by_the_next_call(tmp_path: Path) -> None:
    writer = DemoWriter(tmp_path, 7, False, START)
    writer.history()
    torn: set[Path] = set()
    seen = 0
    for now in range(START, END, SECOND):
        before = {log: log.read_bytes() for log in torn}
        writer.advance(now)
        for log, half in before.items():
            line = log.read_bytes()[len(half) - len(half.rpartition(b"\n")[2]) :].split(b"\n")[0]
            assert json.loads(line)
        torn = {log for log in tmp_path.iterdir() if not log.read_bytes().endswith(b"\n")}
        seen += len(torn)
    assert seen >= 3
    assert torn == set()


def test_advance_tells_how_many_lines_became_whole(tmp_path: Path) -> None:
    writer = DemoWriter(tmp_path, 7, False, START)
    writer.history()
    past = sum(data.count(b"\n") for data in contents(tmp_path).values())
    told = sum(writer.advance(now) for now in range(START, END, SECOND))
    assert past + told == sum(data.count(b"\n") for data in contents(tmp_path).values())


def test_it_knows_when_it_is_due_next_and_when_it_is_done(tmp_path: Path) -> None:
    """Called just when it is due, it never waits in vain, and ends some ten minutes after its begin."""
    writer = DemoWriter(tmp_path, 7, False, START)
    writer.history()
    last = START
    while (due := writer.next_due_ns) is not None:
        assert not writer.finished
        last = max(last, due)
        writer.advance(last)
    assert writer.finished
    assert 540 * SECOND < last - START < 720 * SECOND


def test_fast_is_ten_times_quicker_and_the_same_story(tmp_path: Path) -> None:
    written(tmp_path / "slow")
    written(tmp_path / "fast", fast=True, step=SECOND // 10)
    slow, fast = (sorted(runs(tmp_path / name).values(), key=lambda lines: (lines[0]["export_name"], time_of(lines[0])))
                  for name in ("slow", "fast"))  # fmt: skip
    kinds = [[[fields(line)[0] for line in lines] for lines in told] for told in (slow, fast)]
    assert kinds[0] == kinds[1]
    ends = [max(time_of(lines[-1]) for lines in told) - START for told in (slow, fast)]
    assert ends[0] == pytest.approx(ends[1] * 10, rel=1e-6)


def test_nothing_outside_the_directory_is_written(tmp_path: Path) -> None:
    """The directory is made if it is not there."""
    written(tmp_path / "a" / "fleet", until=START + 60 * SECOND)
    assert {Path(name).parent for name in contents(tmp_path)} == {Path("a/fleet")}
    assert all(name.endswith(".jsonl") for name in contents(tmp_path))
