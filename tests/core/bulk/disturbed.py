"""Logs as the producer writes them, disturbed here and there as hypothesis will have it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from benchmarks import logs as made_up
from hypothesis import strategies as st
from tests.core.made import produced_lines

Lines = list[bytes]
_TIME = re.compile(rb'"recorded_at":"([^"]*)"')
_EVENT = b'"event":'


def lively_lines(seed: int, count: int, chunks: int) -> Lines:
    """Interleaved runs, of which many chunks fail, are tried again or warned about."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FAILED", "RETRIED", "WARNED"):
            patch.setattr(made_up, name, 0.04)
        return produced_lines(seed, count, chunks)


def time_of(line: bytes) -> bytes:
    """As it is written; empty where there is none."""
    found = _TIME.search(line)
    return found[1] if found else b""


def at_time(line: bytes, time: bytes) -> bytes:
    """The same at another time."""
    return _TIME.sub(lambda _: b'"recorded_at":"' + time + b'"', line)


def saying(line: bytes, event: bytes) -> bytes:
    """Another event of the same run at the same time."""
    return line.partition(_EVENT)[0] + _EVENT + event + b"}\n"


def at_ticks(lines: Lines, digits: int) -> Lines:
    """Times are told no finer than that, so that many lines share one, though with nine digits."""
    cut = re.compile(rb"(\.\d{%d})\d*Z" % digits)
    return [cut.sub(lambda found: found[1] + b"0" * (9 - digits) + b"Z", line) for line in lines]


# ------------------------------------------------------------------------------------- each at a place, with a number


def _again(lines: Lines, at: int, far: int) -> Lines:
    return [*lines[: at + far], lines[at % len(lines)], *lines[at + far :]]


def _swapped(lines: Lines, at: int, far: int) -> Lines:
    lines[at], lines[-far % len(lines)] = lines[-far % len(lines)], lines[at]
    return lines


def _neighbours(lines: Lines, at: int, far: int) -> Lines:
    lines[at : at + 2] = reversed(lines[at : at + 2])
    return lines


def _tied(lines: Lines, at: int, far: int) -> Lines:
    return [at_time(line, time_of(lines[at])) if at < place <= at + far else line for place, line in enumerate(lines)]


def _tied_again(lines: Lines, at: int, far: int) -> Lines:
    return _again(_tied(lines, at, far), at + far // 2, far - far // 2)


def _dropped(lines: Lines, at: int, far: int) -> Lines:
    return lines[:at] + lines[at + 1 :]


def _instead(old: bytes, new: bytes) -> Callable[[Lines, int, int], Lines]:
    def put(lines: Lines, at: int, far: int) -> Lines:
        lines[at] = lines[at].replace(old, new, 1)
        return lines

    return put


def _of_few_files(lines: Lines, at: int, far: int) -> Lines:
    """Some lines name one file, which others have named or not."""
    name = b'"file_name":"%d"' % (far % 5)
    return [re.sub(rb'"file_name":"[^"]*"', name, line) if at <= place < at + far else line
            for place, line in enumerate(lines)]  # fmt: skip


def _of_other_chunks(lines: Lines, at: int, far: int) -> Lines:
    index = b'"chunk_index":%d,' % (far % 7)
    return [re.sub(rb'"chunk_index":\d+,', index, line) if at <= place < at + far % 9 else line
            for place, line in enumerate(lines)]  # fmt: skip


def _followed_by(*events: bytes) -> Callable[[Lines, int, int], Lines]:
    def put(lines: Lines, at: int, far: int) -> Lines:
        more = [saying(lines[at], event % {b"far": far} if b"%(" in event else event) for event in events]
        return [*lines[: at + 1], *more, *lines[at + 1 :]]

    return put


def _later_digits(lines: Lines, at: int, far: int) -> Lines:
    lines[at] = re.sub(rb"(\.\d{6})\d{3}Z", rb"\1Z", lines[at])
    return lines


def _cut(lines: Lines, at: int, far: int) -> Lines:
    lines[at] = lines[at][: 7 * far].rstrip(b"\n") + b"\n"
    return lines


DISTURBANCES: dict[str, Callable[[Lines, int, int], Lines]] = {
    "again": _again,
    "swapped": _swapped,
    "neighbours": _neighbours,
    "tied": _tied,
    "tied again": _tied_again,
    "dropped": _dropped,
    "few files": _of_few_files,
    "other chunks": _of_other_chunks,
    "another export": _instead(b'"export_name":"', b'"export_name":"x'),
    "another run": _instead(b'"run_id":"', b'"run_id":"x'),
    "no time": _instead(b'"recorded_at"', b'"recorded"'),
    "no run": _instead(b'"run_id"', b'"run"'),
    "six digits": _later_digits,
    "cut": _cut,
    "from tables": _instead(b',"event":', b',"origin":"tables","event":'),
    "more keys": _instead(b'"rows":', b'"more":1,"rows":'),
    "huge": _instead(b'"rows":', b'"rows":99999'),
    "blank": lambda lines, at, far: [*lines[:at], b" \r\n", b"\n", *lines[at:]],
    "ended": _followed_by(b'{"RunCompleted":{"status":"success","error_message":null,"duration_ms":1}}'),
    "failed": _followed_by(b'{"ChunkFailed":{"chunk_index":%(far)d,"error":"boom","attempt":1}}'),
    "retried": _followed_by(b'{"RetryAttempted":{"attempt":1,"reason":"boom","backoff_ms":5}}'),
    "seen": _followed_by(b'{"ProducerSeen":{"host":"h","pid":7,"superseded_by":null,"until":null}}'),
    "unknown": _followed_by(b'{"Teleported":{"chunk_index":1,"file_name":"1","rows":9}}'),
    "more files": _followed_by(
        b'{"FileWritten":{"file_name":"1","rows":5,"bytes":7,"part_index":%(far)d}}',
        b'{"ChunkCompleted":{"chunk_index":%(far)d,"rows":5,"file_name":"1"}}',
    ),
    "nameless": _followed_by(b'{"ChunkCompleted":{"chunk_index":%(far)d,"rows":5,"file_name":null}}'),
    "odd file": _followed_by(b'{"FileWritten":{"file_name": "1","rows":5,"bytes":7,"part_index":%(far)d}}'),
}

Disturbance = tuple[str, int, int]


def disturbed(lines: Lines, how: list[Disturbance]) -> Lines:
    """One after the other; the first number says where, the second how far or how many."""
    for name, at, far in how:
        lines = DISTURBANCES[name]([*lines], at % len(lines), far)
    return [line + b"\n" for line in b"".join(lines).split(b"\n")[:-1]]


def disturbances(*without: str) -> st.SearchStrategy[list[Disturbance]]:
    """A few, mostly of few kinds."""
    names = st.sampled_from([name for name in DISTURBANCES if name not in without])
    each = st.tuples(names, st.integers(0, 999), st.integers(1, 30))
    return st.lists(each, max_size=5)


def shuffled_blocks(lines: Lines, seed: int) -> Lines:
    """Chunks out of their order, each whole: what a run with several workers writes."""
    rng, whole = random.Random(seed), [lines[at : at + 9] for at in range(0, len(lines), 9)]
    times = [time_of(line) for line in lines]
    rng.shuffle(whole)
    moved: list[Any] = [line for block in whole for line in block]
    return [at_time(line, time) for line, time in zip(moved, times, strict=True)]
