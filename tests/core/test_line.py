"""A line says the same whether or not its event stood in another one before."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fakes import SAMPLES
from tests.strategies import Logs, logs

from runwatch.core import line as one_line
from runwatch.core.decode import decode_line
from runwatch.core.events import Entry
from runwatch.core.line import decode_one

EVENT = b'{"RunCompleted":{"status":"success","error_message":null,"duration_ms":5}}'
LINE = b'{"run_id":"a","export_name":"b","recorded_at":"2026-11-23T18:14:51.055531366Z","event":' + EVENT + b"}"


def agrees(line: bytes) -> None:
    for _ in range(2):  # the second time its event is known
        for part in line.split(b"\n"):
            assert decode_one(part, "x") == decode_line(part, "x")


def test_every_line_of_every_sample() -> None:
    for path in sorted(SAMPLES.rglob("*.jsonl*")):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for line in data.split(b"\n"):
            agrees(line)


@given(made=logs())
def test_any_log(made: Logs) -> None:
    for lines in made.values():
        for line in lines:
            agrees(json.dumps(line).encode())


@given(st.lists(st.tuples(st.integers(0, len(LINE)), st.binary(max_size=3), st.integers(0, 3)), max_size=3))
@example([(0, b" ", 0), (len(LINE) + 1, b"\r", 0)])
@example([(11, b"\xff", 1)])
def test_lines_that_are_broken_anywhere(cuts: list[tuple[int, bytes, int]]) -> None:
    agrees(LINE)
    line = LINE
    for at, put, cut in cuts:
        line = line[:at] + put + line[at + cut :]
    agrees(line)


@pytest.mark.parametrize("text", ["", "\ud800", "\x00", "\x1b[2J", "\u202e", "a\nb", "x" * 20_000, "🙂"])
@pytest.mark.parametrize("key", ["run_id", "export_name", "recorded_at", "origin", "type", "entries"])
def test_any_text_beside_it(key: str, text: str) -> None:
    agrees(LINE)
    whole = json.loads(LINE) | {key: text}
    agrees(json.dumps(whole).encode())
    agrees(json.dumps(whole, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def test_a_line_that_says_something_twice() -> None:
    agrees(LINE)
    agrees(LINE[:-1] + b',"run_id":"c"}')
    agrees(b'{"event":{},' + LINE[1:])
    agrees(LINE[:-1] + b',"event":{}}')
    agrees(LINE + LINE)


def test_the_same_event_is_one_object_and_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_line, "REMEMBERED", 2)
    monkeypatch.setattr(one_line, "_lately", {})
    (one,), (other,) = (decode_one(line, "x") for line in (LINE, LINE.replace(b'"a"', b'"c"')))
    assert isinstance(one, Entry)
    assert isinstance(other, Entry)
    assert one.event is other.event
    for number in range(5):
        decode_one(LINE.replace(b":5", b":%d" % number), "x")
    assert len(one_line._lately) <= 2
