"""Compressed logs: streamed, cut off, corrupt, growing."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from tests.sources.seen import Seen

from runwatch.core.places import Place
from runwatch.sources import patience
from runwatch.sources.reader import Packed
from runwatch.sources.table import open_source, read_to_end

LINES = b"".join(b'{"n":%d,"pad":"%s"}\n' % (n, os.urandom(8).hex().encode()) for n in range(20_000))
zstd = zstandard.ZstdCompressor().compress

packers = pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("zst", zstd)])
Pack = Callable[[bytes], bytes]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(patience, "APART", 0.0)


@packers
def test_a_compressed_log_is_read_and_its_lines_open_again(ending: str, pack: Pack) -> None:
    """Positions are those of what it holds, whatever order they are asked for in."""
    name = f"x.jsonl.{ending}"
    Path(name).write_bytes(pack(LINES))
    seen = Seen(open_source([name]))
    assert seen.poll() == LINES.splitlines()
    assert not any(line.arrived for line in seen.lines)
    progress, size = seen.source.progress, os.path.getsize(name)
    assert (progress.bytes_total, progress.bytes_read, progress.behind) == (size, size, 0)
    for number in (19_999, 5, 12_000, 0):
        line = seen.lines[number]
        assert line.offset == len(b"\n".join(LINES.splitlines()[:number])) + bool(number)
        assert seen.source.line_at(line.place) == line.text


@packers
def test_a_log_cut_off_is_read_as_far_as_it_goes(ending: str, pack: Pack) -> None:
    Path(f"x.jsonl.{ending}").write_bytes(pack(LINES)[:-5000])
    seen = Seen(open_source(["x.jsonl." + ending]))
    seen.take(read_to_end(seen.source))
    assert len(seen.lines) > 1000
    assert [line.text for line in seen.lines] == LINES.splitlines()[: len(seen.lines)]
    kind = {"gz": "gzip", "zst": "zstd"}[ending]
    assert seen.reasons == [f"x.jsonl.{ending}:None: {kind} data ends too early"]
    assert seen.poll() == []
    assert len(seen.faults) == 1


@packers
def test_a_corrupt_log_is_read_up_to_the_fault(ending: str, pack: Pack) -> None:
    Path(f"x.jsonl.{ending}").write_bytes(pack(LINES) + b"garbage!" * 100)
    seen = Seen(open_source(["x.jsonl." + ending]))
    seen.poll()
    assert [line.text for line in seen.lines] == LINES.splitlines()
    assert [fault.reason.split(" (")[0] for fault in seen.faults] == [
        "corrupt gzip data" if ending == "gz" else "corrupt zstd data"
    ]
    assert seen.source.progress.behind == 0
    assert seen.poll() == []
    assert len(seen.faults) == 1


def test_a_broken_checksum_is_told() -> None:
    data = bytearray(gzip.compress(LINES))
    data[-5] ^= 1
    Path("x.jsonl.gz").write_bytes(data)
    seen = Seen(open_source(["."]))
    seen.poll()
    assert [fault.reason.split(" (")[0] for fault in seen.faults] == ["corrupt gzip data"]


@packers
def test_a_log_that_is_being_compressed_is_waited_for(ending: str, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "APART", 3600.0)
    data = pack(LINES)
    seen = Seen(open_source(["."]))
    for cut in (10, len(data) // 3, len(data) // 2, len(data)):
        Path(f"x.jsonl.{ending}").write_bytes(data[:cut])
        seen.poll()
    assert seen.texts == LINES.splitlines()
    assert seen.faults == []


@packers
def test_what_is_appended_as_a_further_stream_is_read(ending: str, pack: Pack) -> None:
    path = Path(f"x.jsonl.{ending}")
    path.write_bytes(pack(b"1\n2") + pack(b"2\n"))
    seen = Seen(open_source([path.name]))
    assert seen.poll() == [b"1", b"22"]
    with path.open("ab") as log:
        log.write(pack(b"3\n"))
    assert seen.poll() == [b"3"]
    assert [(line.number, line.offset, line.arrived) for line in seen.lines[2:]] == [(3, 5, True)]


@pytest.mark.parametrize("data", [b"", b"not compressed at all\n", b"\x1f\x8b", b"(\xb5/\xfd"])
@packers
def test_a_file_that_only_pretends_does_no_harm(data: bytes, ending: str, pack: Pack) -> None:
    Path(f"x.jsonl.{ending}").write_bytes(data)
    seen = Seen(open_source(["."]))
    seen.take(read_to_end(seen.source))
    assert seen.lines == []
    assert len(seen.faults) == bool(data)


@pytest.mark.parametrize(("ending", "pack", "size", "piece"), [("gz", gzip.compress, 4, 1), ("zst", zstd, 40, 33)])
def test_a_bomb_is_unpacked_in_small_pieces(ending: str, pack: Pack, size: int, piece: int) -> None:
    """A gigabyte of nothing is one line too long; it must never stand in memory. Sizes in MiB."""
    Path("bomb").write_bytes(pack(b"\0" * (size << 20)) * 2)
    descriptor = os.open("bomb", os.O_RDONLY)
    held = Packed(descriptor, ending)
    most = position = 0
    while data := held.read(position, 128 << 10):
        position += len(data)
        most = max(most, len(held._ready))
    os.close(descriptor)
    assert position == 2 * size << 20
    assert most <= piece << 20


@pytest.fixture
def closing() -> Iterator[list[Seen]]:
    opened: list[Seen] = []
    yield opened
    for seen in opened:
        seen.source.close()


def test_a_place_that_is_not_there_opens_to_nothing(closing: list[Seen]) -> None:
    Path("x.jsonl.gz").write_bytes(gzip.compress(b"1\n"))
    seen = Seen(open_source(["."]))
    closing.append(seen)
    seen.poll()
    segment = seen.lines[0].segment
    assert seen.source.line_at(Place(segment, 9, 0, 100)) is None
    assert seen.source.line_at(Place(segment, 1, 3, 0)) is None
