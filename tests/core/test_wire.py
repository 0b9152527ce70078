"""The decoder by types and the tolerant one say the same of every line that both can read."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET
from tests.fakes import JOURNALS, SAMPLES
from tests.strategies import Logs, logs

from runwatch.core import wire
from runwatch.core.decode import decode_line
from runwatch.core.events import Entry
from runwatch.core.gathering import entry_of
from runwatch.core.line import Envelope, entry_in
from runwatch.core.times import parse_time
from runwatch.core.wire import ODD, Box, Completed, Line, Started, Written, decode_lines, rare_in, times_of, typed

HEAD = b'{"recorded_at":"2026-11-23T18:14:51.055531366Z","event":{'
STARTED = HEAD + b'"ChunkStarted":{"chunk_index":1,"start_key":"1","end_key":"2"}}}'
WRITTEN = HEAD + b'"FileWritten":{"file_name":"a","rows":1,"bytes":2,"part_index":0}}}'
COMPLETED = HEAD + b'"ChunkCompleted":{"chunk_index":1,"rows":3,"file_name":"a"}}}'
ENDED = HEAD + b'"RunCompleted":{"status":"failed","error_message":"no","duration_ms":1}}}'
PLANNED = HEAD + (
    b'"PlanResolved":{"export_name":"a","base_query":"q","strategy":"chunked","format":"csv","compression":"none",'
    b'"destination_type":"local","tuning_profile":"b","batch_size":1,"validate":true,"reconcile":true,"resume":false}}}'
)

BY_TYPE = b'{"ChunkStarted"', b'{"FileWritten"', b'{"ChunkCompleted"', b'{"RunCompleted"', b'{"PlanResolved"'


def agrees(line: bytes) -> bool:
    """Whether the decoder by types took this line; if it did, it must have made the same of it."""
    items = decode_lines([line])
    times, digits = times_of(items)
    (item,) = items
    slow = decode_line(line, "x")
    rare = rare_in(item, "x", (times[0], digits))
    if rare is not None:
        assert slow == [rare]
        return isinstance(item, Line)
    if not isinstance(item, Line):
        return False
    said = [getattr(item.event, name) for name in Box.__struct_fields__ if getattr(item.event, name)]
    if len(said) != 1 or not isinstance(said[0], Started | Written | Completed):
        return False
    run_id = "x" if item.run_id is None else item.run_id
    if not run_id.isprintable() or (item.export_name or "") != (getattr(slow[0], "export_name", "") or ""):
        return False  # core/loading.py takes neither
    assert slow == [entry_of(run_id, item.export_name, times[0], said[0], digits)]
    return True


def journal_lines(path: Path) -> list[bytes]:
    return [orjson.dumps(entry) for entry in orjson.loads(path.read_bytes())["entries"]]


def test_they_agree_on_every_line_of_every_sample_and_journal() -> None:
    """And nearly all lines of the real producer are of a form that is decoded by type."""
    lines = [line for path in sorted(JOURNALS.glob("*.json")) for line in journal_lines(path)]
    by_type = sum(map(agrees, lines))
    assert by_type > 2_500
    assert by_type == sum(kind in line for line in lines for kind in BY_TYPE)
    odd = [line for line in lines if len(orjson.loads(line)["recorded_at"]) < 30]
    assert len(odd) == 2, "the producer leaves out digits that are zeros"
    for path in sorted(SAMPLES.rglob("*.jsonl*")):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for line in data.split(b"\n"):
            agrees(line)


@given(made=logs())
def test_they_agree_on_any_log(made: Logs) -> None:
    for lines in made.values():
        for line in lines:
            agrees(orjson.dumps(line))


@given(
    st.sampled_from([STARTED, WRITTEN, COMPLETED, ENDED, PLANNED]),
    st.lists(st.tuples(st.integers(0, 150), st.binary(max_size=3), st.integers(0, 3)), max_size=3),
)
@example(STARTED, [(90, b'"', 0)])
def test_they_agree_on_lines_that_are_broken_anywhere(line: bytes, cuts: list[tuple[int, bytes, int]]) -> None:
    for at, put, cut in cuts:
        line = line[:at] + put + line[at + cut :]
    agrees(line)


ODDITIES = [
    (b'"chunk_index":1', b'"chunk_index":1.0'),
    (b'"chunk_index":1', b'"chunk_index":1e2'),
    (b'"chunk_index":1', b'"chunk_index":-0'),
    (b'"chunk_index":1', b'"chunk_index":true'),
    (b'"chunk_index":1', b'"chunk_index":18446744073709551616'),
    (b'"chunk_index":1', b'"chunk_index":4294967296'),
    (b'"chunk_index":1', b'"chunk_index":"x","chunk_index":1'),
    (b'"chunk_index":1', b'"chunk_index":1,"extra":{"a":1}'),
    (b'"start_key":"1"', b'"start_key":"\\ud800"'),
    (b'"start_key":"1"', b'"start_key":"\xff"'),
    (b'"start_key":"1"', b'"start_key":"\\u0000\x7f"'),
    (b'"start_key":"1"', b'"start_key":null'),
    (b'"event":{', b'"event":{"FileWritten":null,'),
    (b'"event":{', b'"event":{"ChunkCompleted":{"chunk_index":1,"rows":3},'),
    (b'"event":{', b'"event":{"type":"ChunkFailed",'),
    (b'"event":{', b'"origin":"tables","event":{'),
    (b'"event":{', b'"run_id":"a\\u001bb","event":{'),
    (b'"event":{', b'"run_id":5,"event":{'),
    (b"18:14:51", b"18:14:60"),
    (b"18:14:51", b"18:14:61"),
    (b"18:14:51", b"25:14:51"),
    (b"2026-11-23", b"2026-11-31"),
    (b"2026-11-23", b"0001-01-01"),
    (b"2026-11-23", b"2262-04-11"),
    (b".055531366Z", b".05553136Z"),
    (b".055531366Z", b".0555_1366Z"),
    (b".055531366Z", b".055531366+01:00"),
    (b".055531366Z", ".05553136\u0666Z".encode()),
    (b"{", b" {"),
    (b"}}}", b"}}} {}"),
    (b"}}}", b"}}}  "),
    (b"}}}", b"}}}\x00"),
]


TAKEN = [b'"chunk_index":-0', b'"start_key":"\\u0000\x7f"', b"2262-04-11", b" {", b"}}}  "]
"""Those of them that are as valid as the usual form, and so are decoded by their types."""


def test_they_agree_on_what_decoders_differ_about() -> None:
    assert all(old in STARTED for old, _ in ODDITIES)
    assert [new for old, new in ODDITIES if agrees(STARTED.replace(old, new, 1))] == TAKEN
    both = PLANNED[:-2] + ENDED[len(HEAD) - 1 :].replace(b"{", b",", 1)
    assert [new for old, new in ENDS if agrees(ENDED.replace(old, new, 1))] == ENDS_TAKEN
    no_text = PLANNED.replace(b'"q"', b'"\xff"')
    assert [agrees(line) for line in (ENDED, PLANNED, both, no_text)] == [True, True, False, False]


ENDS = [
    (b'"duration_ms":1', b'"duration_ms":1.0'),
    (b'"duration_ms":1', b'"duration_ms":-1'),
    (b'"duration_ms":1', b'"duration_ms":18446744073709551615'),
    (b'"duration_ms":1', b'"duration_ms":1,"more":{}'),
    (b',"duration_ms":1', b""),
    (b'"status":"failed"', b'"status":null'),
    (b'"status":"failed"', b'"status":"a\\u001bb"'),
    (b'"error_message":"no",', b""),
    (b'"error_message":"no"', b'"error_message":null'),
    (b'"error_message":"no"', b'"error_message":["no"]'),
    (b'"error_message":"no"', b'"error_message":"' + 70_000 * b"x" + b'"'),
    (b'"event":{', b'"run_id":"a\\u001bb","event":{'),
    (b'"event":{', b'"event":{"ChunkCompleted":{"chunk_index":1,"rows":3},'),
]
ENDS_TAKEN = [ENDS[at][1] for at in (6, 7, 8, 10)]


def test_a_line_that_is_odd_leaves_the_others() -> None:
    lines = [STARTED, b"", b"{", WRITTEN, b'{"event":5}', COMPLETED]
    assert [item is ODD for item in decode_lines(lines)] == [False, True, True, False, True, False]


def test_a_time_that_is_odd_leaves_the_others() -> None:
    stamps = [b"18:14:51.055531366Z", b"18:14:51.055531Z", b"25:14:51.055531366Z", b"18:14:51.055531367Z"]
    items = decode_lines([STARTED.replace(stamps[0], stamp) for stamp in stamps])
    times, digits = times_of(items)
    assert [item is ODD for item in items] == [False, True, True, False]
    assert (times[3], digits) == (times[0] + 1, 9)


@pytest.mark.parametrize("digits", [3, 6, 9])
def test_times_are_read_with_the_digits_that_most_have(digits: int) -> None:
    stamps = [f"2026-11-23T18:14:{second:02d}.{123456789 // 10 ** (9 - digits)}Z" for second in (1, 2, 61)]
    items = [item for stamp in stamps for item in decode_lines([STARTED.replace(HEAD[16:46], stamp.encode())])]
    for expected in (9, 6, 3):
        times, found = times_of(items, expected)
        assert found == digits
        assert times[:2] == [(parse_time(stamp) or (None,))[0] for stamp in stamps[:2]]
    assert [item is ODD for item in items] == [False, False, True]


@pytest.mark.parametrize("digits", [[9, 9, 9], [6, 6], [9, 6, 3], [9]])
def test_lines_of_several_logs_say_what_they_say_alone(digits: list[int]) -> None:
    def stamped(second: int, count: int) -> bytes:
        stamp = f"2026-11-23T18:14:{second:02d}.{123456789 // 10 ** (9 - count)}Z"
        return STARTED.replace(HEAD[16:46], stamp.encode())

    logs = [[stamped(second, count) for second in range(number + 4)] for number, count in enumerate(digits)]
    logs[-1] += [b"{", stamped(61, digits[-1]), stamped(3, 9), COMPLETED]
    for lines, found in zip(logs, typed(logs), strict=True):
        items = decode_lines(lines)
        times, expected = times_of(items)
        assert (found.lines, found.items, found.times, found.digits) == (lines, items, times, expected)


def test_no_more_minutes_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_MINUTES_KEPT", 3)
    stamps = [f"2026-11-23T18:{minute:02d}:51.055531366Z" for minute in (*range(9), *range(9))]
    items = decode_lines([STARTED.replace(HEAD[16:46], stamp.encode()) for stamp in stamps])
    assert times_of(items)[0] == [(parse_time(stamp) or (None,))[0] for stamp in stamps]
    assert len(wire._minutes) <= 3


def test_times_are_those_of_the_tolerant_decoder() -> None:
    stamps = ["2026-11-23T18:14:51.055531366Z", "2026-11-23T18:14:00.000000000Z", "1969-12-31T23:59:59.999999999Z"]
    items = [decode_lines([STARTED.replace(stamps[0].encode(), stamp.encode())])[0] for stamp in stamps]
    assert times_of(items)[0] == [(parse_time(stamp) or (None,))[0] for stamp in stamps]
    assert isinstance(items[0], Line)
    assert UNSET is items[0].event.FileWritten


def test_an_entry_is_never_made_of_a_line_without_a_time() -> None:
    """Its time is unknown: the columns of the short way have no such thing."""
    line = STARTED.replace(b'"recorded_at":"2026-11-23T18:14:51.055531366Z",', b"")
    assert decode_lines([line]) == [ODD]
    (entry,) = decode_line(line, "x")
    assert isinstance(entry, Entry)
    assert entry.time is None


@pytest.mark.parametrize(
    "event",
    [
        b'{"type":"run_completed","status":"success","error_message":null,"duration_ms":12}',
        b'{"type":"chunk_failed","chunk_index":1,"error":"no\\u0007","attempt":1}',
        b'{"Novel":{"a":[1]}}',
        b'{"RetryAttempted":{"attempt":"1"}}',
        b'{"Warning":{"context":"a","message":"\xff"}}',
        b'{"A":{},"B":{}}',
        b"7",
    ],
)
def test_another_event_alone_says_what_its_whole_line_does(event: bytes) -> None:
    """Or it says nothing, and the whole line is looked at."""
    line = b'{"run_id":"r","recorded_at":"2026-11-23T18:14:51.055531366Z","event":' + event + b"}"
    items = decode_lines([line])
    times, digits = times_of(items)
    item, whole = items[0], decode_line(line, "x")
    assert isinstance(item, Envelope)
    assert entry_in(item, "x", (times[0], digits)) == (whole[0] if isinstance(whole[0], Entry) else None)
