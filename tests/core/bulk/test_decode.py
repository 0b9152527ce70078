"""What a block says when it is decoded at once is what its lines say one by one."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.core.bulk.disturbed import lively_lines
from tests.core.made import produced_lines
from tests.fakes import JOURNALS, SAMPLES
from tests.strategies import Logs, logs

from runwatch.core import events as ev
from runwatch.core.bulk.block import PAD
from runwatch.core.bulk.decode import COMPLETED, ODD, STARTED, WRITTEN, decode_bulk
from runwatch.core.bulk.heads import Heads
from runwatch.core.decode import decode_line
from runwatch.core.events import Entry
from runwatch.core.line import event_of
from runwatch.core.names import Names, hash_of
from runwatch.core.times import format_time

HEAD = b'{"run_id":"orders_1","export_name":"orders","recorded_at":"2026-11-23T18:14:51.055531366Z","event":{'
FORMS = {
    ev.ChunkStarted: HEAD + b'"ChunkStarted":{"chunk_index":1,"start_key":"1","end_key":"2"}}}',
    ev.FileWritten: HEAD + b'"FileWritten":{"file_name":"a.csv","rows":1,"bytes":2,"part_index":0}}}',
    ev.ChunkCompleted: HEAD + b'"ChunkCompleted":{"chunk_index":1,"rows":3,"file_name":"a.csv"}}}',
}
LINES = list(FORMS.values())


def taken(lines: list[bytes], heads: Heads | None = None, end: bytes = b"\n") -> list[bool]:
    """Which of these lines were; of each of them the same must have been made as one by one."""
    heads, data = heads or Heads(), b"\n".join(lines) + end
    columns = decode_bulk(data + (b"" if data.endswith(b"\n") else b"\n") + PAD, heads)
    whole = data.removesuffix(b"\n").split(b"\n")
    assert [data[begin:end] for begin, end in zip(columns.begins, columns.ends, strict=True)] == whole
    for number, line in enumerate(whole):
        row = {name: getattr(columns, name)[number].item() for name in columns._fields}
        if row["kind"] != ODD:
            assert said(row, heads) == said_alone(line), line
        elif row["head"] >= 0 and (event := event_of(line[row["chunk"] : -1])) is not None:
            run_id, export_name = heads.names[row["head"]]
            entry = Entry(run_id=run_id, event=event, export_name=export_name, time=row["time"], digits=9)
            assert [entry] == decode_line(line, "nobody named it")
    kinds: list[bool] = (columns.kind != ODD).tolist()
    return kinds


def said(row: dict[str, Any], heads: Heads) -> tuple[Any, ...]:
    """What the columns say of one line, as far as its kind has them."""
    head = *heads.names[row["head"]], row["time"]
    if row["kind"] == STARTED:
        return ev.ChunkStarted, *head, row["chunk"]
    if row["kind"] == WRITTEN:
        return ev.FileWritten, *head, row["name"], row["rows"], row["size"], row["chunk"]
    assert row["kind"] == COMPLETED
    return ev.ChunkCompleted, *head, row["chunk"], row["rows"], row["name"]


def said_alone(line: bytes) -> tuple[Any, ...]:
    """The same of what `core/decode.py` makes of it."""
    (entry,) = decode_line(line, "nobody named it")
    assert isinstance(entry, Entry)
    assert (entry.digits, entry.origin, entry.number) == (9, "journal", 0)
    assert getattr(entry.event, "extra", None) is None
    head = type(entry.event), entry.run_id, entry.export_name, entry.time
    match entry.event:
        case ev.ChunkStarted():
            return *head, entry.event.chunk_index
        case ev.FileWritten(file_name=file, rows=rows, bytes=size, part_index=part):
            return *head, numbered(file), rows, size, part
        case ev.ChunkCompleted(chunk_index=chunk, rows=rows, file_name=name):
            assert name is not None
            return *head, chunk, rows, numbered(name)
    raise AssertionError(entry)


def numbered(name: str) -> int:
    """Its hash, by which it is numbered either way."""
    assert Names().hash_of(name) == hash_of(name)
    return hash_of(name)


def is_frequent(line: bytes) -> bool:
    return any(b'"event":{"' + kind.__name__.encode() in line for kind in FORMS)


def journal_lines() -> list[bytes]:
    """The real producer's, as it would log them."""
    found = []
    for path in sorted(JOURNALS.glob("*.json")):
        document = orjson.loads(path.read_bytes())
        named = {key: document[key] for key in ("run_id", "export_name")}
        found += [orjson.dumps(named | {key: entry[key] for key in ("recorded_at", "event")})
                  for entry in document["entries"]]  # fmt: skip
    return found


def test_they_agree_on_every_line_of_every_journal() -> None:
    lines = journal_lines()
    odd = [line for line, is_taken in zip(lines, taken(lines), strict=True) if is_frequent(line) and not is_taken]
    assert sum(map(is_frequent, lines)) > 2_500
    short = [line for line in odd if b'"file_name":null' not in line]
    assert len(odd) == 20, "chunks without rows have no file"
    assert len(short) == 2, "the producer leaves out digits that are zeros"
    assert all(len(orjson.loads(line)["recorded_at"]) < 30 for line in short)


def test_they_agree_on_every_line_of_every_sample() -> None:
    frequent = all_taken = 0
    for path in sorted(SAMPLES.rglob("*.jsonl*")):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = data.removesuffix(b"\n").split(b"\n")
        frequent += sum(map(is_frequent, lines))
        all_taken += sum(taken(lines))
    assert all_taken > frequent * 0.9 > 1_000


@pytest.mark.parametrize("size", [3, 100, 10_000])
def test_all_frequent_lines_of_the_producer_are_taken(size: int) -> None:
    lines, heads = [line.removesuffix(b"\n") for line in produced_lines(3, 12, 40)], Heads()
    found = [one for at in range(0, len(lines), size) for one in taken(lines[at : at + size], heads)]
    assert found == [is_frequent(line) for line in lines]
    assert sum(found) > 1_400
    assert len(heads.names) == 12, "a head is learned once"


def test_odd_lines_with_a_head_that_is_known_are_told_by_their_event() -> None:
    lines = [line for line in lively_lines(3, 4, 60) if b"PlanResolved" not in line]
    columns = decode_bulk(b"".join(lines) + PAD, Heads())
    odd = columns.kind == ODD
    assert odd.sum() > 20
    assert (columns.head[odd] >= 0).all()
    taken([line.removesuffix(b"\n") for line in lines])


TAIL = b'"ChunkFailed":{"chunk_index":1,"error":"no room","attempt":1}}'


@pytest.mark.parametrize(
    ("line", "is_known"),
    [
        (HEAD + TAIL + b"}", True),
        (HEAD + TAIL + b',"export_name":"other"}', True),
        (HEAD + TAIL + b"} ", False),
        (HEAD + TAIL + b"}\r", False),
        (HEAD + TAIL + b',"more":{}}', True),
        (HEAD.replace(b"orders_1", b"orders_2") + TAIL + b"}", False),
        (HEAD.replace(b"366Z", b"36Z") + TAIL + b"}", False),
        (HEAD.replace(b"366Z", b"366+00:00") + TAIL + b"}", False),
        (HEAD.replace(b"recorded_at", b"recorded-at") + TAIL + b"}", False),
        (HEAD.replace(b"2026-11-23", b"2026-02-30") + TAIL + b"}", False),
        (HEAD.replace(b"2026-11-23", b"9999-11-23") + TAIL + b"}", False),
    ],
)
def test_of_an_odd_line_head_and_time_are_told_where_they_are_as_those_of_others(line: bytes, is_known: bool) -> None:
    heads = Heads()
    columns = decode_bulk(b"\n".join([*LINES, line]) + b"\n" + PAD, heads)
    assert columns.kind[-1] == ODD
    assert (columns.head[-1] >= 0) == is_known
    taken([*LINES, line], heads)


@given(made=logs())
def test_they_agree_on_any_log(made: Logs) -> None:
    for lines in made.values():
        taken([orjson.dumps(line) for line in lines])


pieces = st.binary(max_size=3) | st.sampled_from(
    [b"0", b"-0", b"00", b'"', b"\\", b'\\"', b"\n", b"\r", b"\t", b" ", b"\0", b"\x7f", b"\xff",
     "\u00e9\u2028".encode(), b"}", b"}}}", b"{", b",", b'","', b'":', b"99999999999999999", b"4294967296",
     b"4611686018427387905", b'"rows":1,']
)  # fmt: skip
cuts = st.lists(st.tuples(st.integers(0, 190), pieces, st.integers(0, 4)), min_size=1, max_size=3)


@given(st.sampled_from(LINES), cuts, st.sampled_from([b"\n", b""]))
@example(LINES[0], [(150, b'"', 0)], b"\n")
@example(LINES[1], [(0, b" ", 0)], b"\n")
@example(LINES[1], [(118, b"", 5)], b"")
def test_they_agree_on_lines_that_are_broken_anywhere(
    line: bytes, cuts: list[tuple[int, bytes, int]], end: bytes
) -> None:
    """And the lines around it are what they were."""
    for at, put, cut in cuts:
        line = line[:at] + put + line[at + cut :]
    taken([line], end=end)
    found = taken([*LINES, line, *LINES])
    assert found[:3] == found[-3:] == [True] * 3


def test_they_agree_wherever_one_byte_is_another() -> None:
    others = [b"", b'"', b"\\", b"0", b"}", b" ", b"\x7f", b"\x80", b"\0", b"!", b"#", b"00"]
    for line in LINES:
        changed = [line[:at] + other + line[at + 1 :] for at in range(len(line)) for other in others]
        changed += [line[:at] + other + line[at:] for at in range(len(line)) for other in others]
        assert 0.05 < sum(taken(changed)) / len(changed) < 0.2


def number_forms() -> list[tuple[bytes, bool]]:
    """Numbers as they may be written, and whether such a chunk is one that the columns have room for."""
    good = [b"0", b"7", b"10", b"12345678", b"123456789", b"4294967295"]
    bad = [
        b"4294967296", b"9999999999999999", b"4611686018427387905", b"12345678901234567", b"18446744073709551616",
        b"00", b"01", b"-0", b"-1", b"+1", b"1.0", b"1e2", b"1E2", b"", b" 1", b"1 ", b"true", b"null", b'"1"', b"[1]",
        b"1,", b"0x1", b"1_0", "\u0661".encode(), b"0000000000000001", b"NaN",
    ]  # fmt: skip
    return [(each, True) for each in good] + [(each, False) for each in bad]


@pytest.mark.parametrize("number", range(len(number_forms())))
def test_they_agree_on_every_way_to_write_a_number(number: int) -> None:
    text, is_good = number_forms()[number]
    for line in LINES:
        for key in (b"chunk_index", b"rows", b"bytes", b"part_index"):
            old = b'"%s":' % key
            if old in line:
                begin = line.index(old) + len(old)
                (found,) = taken([line[:begin] + text + line[begin + 1 :]])
                is_size = key in (b"bytes", b"part_index")
                assert found == (is_good or (is_size and text in (b"4294967296", b"9" * 16)))


STAMPS = {
    b"2026-11-23T18:14:51.055531366Z": True, b"1969-12-31T23:59:59.999999999Z": True,
    b"2024-02-29T00:00:00.000000000Z": True, b"1678-01-01T00:00:00.000000000Z": False,
    b"2261-12-31T23:59:59.999999999Z": False, b"2000-02-29T23:59:59.000000001Z": True,
    b"2026-02-30T18:14:51.055531366Z": False, b"2026-02-29T18:14:51.055531366Z": False,
    b"2026-00-10T18:14:51.055531366Z": False, b"2026-13-10T18:14:51.055531366Z": False,
    b"1900-02-29T18:14:51.055531366Z": False, b"2026-11-00T18:14:51.055531366Z": False,
    b"2026-11-23T24:00:00.000000000Z": False, b"2026-11-23T18:60:51.055531366Z": False,
    b"2026-11-23T18:14:60.055531366Z": False, b"2026-11-23T18:14:61.055531366Z": False,
    b"1600-01-01T00:00:00.000000000Z": False, b"9999-12-31T23:59:59.999999999Z": False,
    b"0000-01-01T00:00:00.000000000Z": False, b"2262-04-11T23:47:16.854775807Z": False,
    b"2026-11-23T18:14:51.055531Z": False, b"2026-11-23T18:14:51.055Z": False, b"2026-11-23T18:14:51Z": False,
    b"2026-11-23T18:14:51.0555313660Z": False, b"2026-11-23T18:14:51.055531366z": False,
    b"2026-11-23t18:14:51.055531366Z": False, b"2026-11-23 18:14:51.055531366Z": False,
    b"2026-11-23T18:14:51.055531366+00:00": False, b"2026-11-23T18:14:51.05553136+": False,
    b"2026-11-23T18:14:51,055531366Z": False, b"2026-11-23T18:14:51.05553136:Z": False,
    b"2026-11-23T18:14:51./55531366Z": False, b"202:-11-23T18:14:51.055531366Z": False, b"": False,
}  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=["started", "written", "completed"])
def test_they_agree_on_every_time(line: bytes) -> None:
    lines = [line.replace(b"2026-11-23T18:14:51.055531366Z", stamp) for stamp in STAMPS]
    assert dict(zip(STAMPS, taken(lines), strict=True)) == STAMPS
    assert [taken([each])[0] for each in lines] == list(STAMPS.values())


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(0, 29), st.integers(0, 255)), min_size=1))
def test_they_agree_on_any_time(made: list[tuple[int, int, int]]) -> None:
    """Some with one byte that is another."""
    lines = []
    for time, at, byte in made:
        stamp = bytearray(format_time(time).encode())
        if byte < 128:
            stamp[at] = byte
        lines.append(LINES[0].replace(b"2026-11-23T18:14:51.055531366Z", bytes(stamp)))
    taken(lines)


ENDINGS = {b" ": False, b"\r": False, b"\t": False, b"\0": False, b" {}": False, b"}": False, b",": False, b"{}": False}


@pytest.mark.parametrize("line", LINES, ids=["started", "written", "completed"])
def test_they_agree_on_what_stands_around_a_line(line: bytes) -> None:
    assert {end: taken([line + end])[0] for end in ENDINGS} == ENDINGS
    assert taken([line + line, line, b"", line, b" ", b"\r", line]) == [False, True, False, True, False, False, True]
    assert taken([b" " + line, b"\xef\xbb\xbf" + line, b"[" + line + b"]"]) == [False] * 3
    assert taken([line], end=b"") == [True]
    assert taken([b""]) == taken([b"", b""])[:1] == [False]


SWAPPED = [
    (b'"run_id":"orders_1",', b'"run_id":"orders_1","run_id":"orders_1",'),
    (b'"run_id":"orders_1","export_name":"orders"', b'"export_name":"orders","run_id":"orders_1"'),
    (b'"run_id":"orders_1",', b""),
    (b'"run_id":"orders_1"', b'"run_id":null'),
    (b'"run_id":"orders_1"', b'"run_id":7'),
    (b'"run_id":"orders_1"', b'"run_id":"orders\\u005f1"'),
    (b'"run_id":"orders_1"', '"run_id":"örders"'.encode()),
    (b'"run_id":"orders_1"', b'"run_id" :"orders_1"'),
    (b'"export_name":"orders"', b'"export_name":"a\x7fb"'),
    (b'"event":{', b'"origin":"tables","event":{'),
    (b'"event":{', b'"event":{"type":"x",'),
    (b'{"chunk_index":1,', b'{"chunk_index":2,"chunk_index":1,'),
    (b'"end_key":"2"', b'"end_key":"2","end_key":"3"'),
    (b'"rows":1', b'"rows":2,"rows":1'),
    (b'"a.csv"', b'"a\\u002ecsv"'),
    (b'"a.csv"', b'"a\\"b"'),
    (b'"a.csv"', '"ä.csv"'.encode()),
    (b'"a.csv"', b'"a\tb"'),
    (b'"a.csv"', b"null"),
]


def test_they_agree_on_other_keys_and_escapes() -> None:
    changed = [line.replace(old, new) for line in LINES for old, new in SWAPPED if old in line]
    assert len(changed) > 30
    assert not any(taken(changed))
    fine = {b'"run_id":"orders_1"': b'"run_id":""', b'"export_name":"orders"': b'"export_name":""', b'"1"': b'"a-b#"'}
    assert all(taken([line.replace(old, new) for line in LINES for old, new in fine.items()]))
