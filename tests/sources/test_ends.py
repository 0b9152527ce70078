"""How long logs end, told before they are read."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from tests.sources.seen import Seen

from runwatch.sources import ends
from runwatch.sources.base import Foreseeing
from runwatch.sources.table import open_source


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ends, "LONG", 100)
    monkeypatch.setattr(ends, "LAST", 50)


def lines(count: int, name: str = "n") -> bytes:
    return b"".join(b'{"%s":%d}\n' % (name.encode(), number) for number in range(10, 10 + count))


def write(path: str, data: bytes, age: int = 0) -> None:
    Path(path).write_bytes(data)
    os.utime(path, (10**9 - age, 10**9 - age))


def endings(*paths: str) -> tuple[Seen, list[tuple[str, bytes]]]:
    seen = Seen(open_source(paths))
    assert isinstance(seen.source, Foreseeing)
    return seen, [(ending.segment.path, ending.data) for ending in seen.source.endings()]


def test_whole_lines_only_and_then_all_of_it_is_read() -> None:
    write("x.jsonl", lines(30) + b'{"n":')
    seen, told = endings("x.jsonl")
    assert told == [("x.jsonl", lines(30)[-36:])]
    assert b"".join(line + b"\n" for line in seen.poll()) == lines(30)
    assert not any(line.arrived for line in seen.lines)


def test_the_logs_written_to_last_come_first_and_only_the_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "MOST", 2)
    for age, name in enumerate("dbca"):
        write(f"{name}.jsonl", lines(30, name), age)
    write("short.jsonl", lines(3))
    write("packed.jsonl.gz", gzip.compress(os.urandom(1000)))
    _, told = endings(".")
    assert [path for path, _ in told] == ["./d.jsonl", "./b.jsonl"]


def test_what_ends_in_room_not_written_to_says_nothing() -> None:
    write("x.jsonl", lines(30) + b"\0" * 200)
    assert endings("x.jsonl")[1] == []


def test_what_was_read_is_not_foretold() -> None:
    write("x.jsonl", lines(30))
    seen = Seen(open_source(["x.jsonl"]))
    assert len(seen.poll()) == 30
    assert isinstance(seen.source, Foreseeing)
    assert list(seen.source.endings()) == []


def test_of_several_sources_each_tells_its_own(tmp_path: Path) -> None:
    write("x.jsonl", lines(30))
    source = open_source(["x.jsonl", "-"])
    assert isinstance(source, Foreseeing)
    assert [ending.segment.path for ending in source.endings()] == ["x.jsonl"]
    source.close()
