"""What took many lines at once otherwise than line by line, each found by chance or by reading, as small as it gets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from tests.core.bulk.disturbed import Lines, at_time, saying, time_of
from tests.core.bulk.driven import ALL, HALF_WAY, NONE, Driver, Move, read_both_ways, small_limits
from tests.core.made import produced_lines
from tests.core.test_kept import Reader, same

from runwatch.core import names
from runwatch.core.bulk.loading import Bulk
from runwatch.core.bulk.stretches import _sums_of
from runwatch.core.places import Place

BY_TEN = [Move(0, 10, is_small=False, settled=ALL, pauses=1)]


def named(lines: Lines, at: int, name: bytes) -> Lines:
    """With another file's name in one line."""
    line = re.sub(rb'"file_name":"[^"]*"', lambda _: b'"file_name":"' + name + b'"', lines[at])
    return [*lines[:at], line, *lines[at + 1 :]]


def first(lines: Lines, what: bytes, start: int = 0) -> int:
    return next(at for at in range(start, len(lines)) if what in lines[at])


def minutes_apart(lines: Lines) -> Lines:
    """Each line a minute behind the one before, on the minute."""
    return [at_time(line, b"2026-11-23T%02d:%02d:00.000000000Z" % divmod(at, 60)) for at, line in enumerate(lines)]


@pytest.mark.parametrize("kind", [b"FileWritten", b"ChunkCompleted"])
def test_a_file_without_a_name(kind: bytes) -> None:
    lines = produced_lines(5, 1, 20)
    read_both_ways([named(lines, first(lines, kind, 30), b"")], BY_TEN)


CUT_TWICE = pytest.mark.xfail(strict=True, reason="line by line it is cut once, and twice where it is read again")


@pytest.mark.parametrize("is_small", [pytest.param(True, marks=CUT_TWICE), False])
@pytest.mark.parametrize("name", [b"x" * 70_000, b"\\u0085" * 12_000], ids=["cut", "cut once it is safe"])
def test_a_name_that_is_cut(name: bytes, is_small: bool) -> None:
    """`safe` of what was cut already cuts it once more: it grew by what says so."""
    lines = produced_lines(5, 1, 20)
    moves = [BY_TEN[0]._replace(is_small=is_small)]
    read_both_ways([named(lines, first(lines, b"FileWritten", 30), name)], moves)


def test_times_that_are_centuries_apart() -> None:
    lines = produced_lines(5, 1, 20)
    late = [line.replace(b'"2026-', b'"2200-' if at >= 30 else b'"1700-') for at, line in enumerate(lines)]
    read_both_ways([late], BY_TEN)
    read_both_ways([[*late[:20], *lines[20:40], *late[40:]]], BY_TEN)


def test_a_run_that_goes_on_when_the_one_before_it_stops() -> None:
    """The last line of one run and the first one of the next, which was silent, have the same time."""
    one = [line for line in minutes_apart(produced_lines(5, 1, 9)) if b"RunCompleted" not in line]
    other = [line.replace(b'"run_id":"', b'"run_id":"x') for line in one]
    times = [time_of(line) for line in one]
    late = [at_time(line, times[at + 9]) for at, line in enumerate(other[10:19], 10)]
    read_both_ways([[*one[:10], *other[:10], *one[10:20], *late]], [Move(0, 20, is_small=False, settled=ALL, pauses=1)])


def test_a_repeat_of_what_came_line_by_line_at_the_same_time() -> None:
    lines = produced_lines(5, 1, 20)
    time = time_of(lines[19])
    tied = [at_time(line, time) if 19 < at < 24 else line for at, line in enumerate(lines)]
    blocks = [(10, False), (10, False), (4, True), (1, False), (99, False)]
    moves = [Move(0, count, is_small=is_small, settled=ALL, pauses=1) for count, is_small in blocks]
    read_both_ways([[*tied[:24], tied[23], *tied[24:]]], moves)


def test_a_run_that_ends_while_others_are_being_taken_in() -> None:
    """What ended it waits to be taken in when its next line is looked at."""
    lines = produced_lines(5, 1, 30)
    ended = saying(lines[40], b'{"RunCompleted":{"status":"success","error_message":null,"duration_ms":1}}')
    blocks = [(30, HALF_WAY, 1), (12, HALF_WAY, 6), (20, NONE, 0), (99, ALL, 0)]
    moves = [Move(0, count, False, settled, pauses) for count, settled, pauses in blocks]
    read_both_ways([[*lines[:41], ended, *lines[41:]]], moves)


@pytest.mark.parametrize("is_small", [True, False])
def test_one_more_attempt_at_a_chunk_of_which_nobody_saw_the_first_begin(is_small: bool) -> None:
    lines = [line for line in produced_lines(5, 1, 20) if b"RunCompleted" not in line]
    at = first(lines, b"ChunkStarted", 30)
    chunk = re.search(rb'"chunk_index":(\d+)', lines[at])
    assert chunk is not None
    failed = saying(lines[at], b'{"ChunkFailed":{"chunk_index":%s,"error":"boom","attempt":1}}' % chunk[1])
    early = at_time(failed, time_of(lines[at - 1])[:-2] + b"9Z")
    read_both_ways([[*lines[:at], early, *lines[at:]]], [Move(0, 15, is_small=is_small, settled=ALL, pauses=1)])


def test_runs_that_another_process_kept_go_on_among_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its names are hashed otherwise: all its lines are decoded one by one, and so their files are numbered."""
    data = b"".join(produced_lines(2, 3, 20))
    straight = Reader(data)
    straight.feed(len(straight.lines))
    with monkeypatch.context() as patch:
        patch.setattr(names, "SEED", 12345)
        before = Reader(data)
        before.feed(60)
    after = before.again()
    assert {run.log.facts.names.seed for run in after.runs.by_id.values()} == {12345}
    with small_limits():
        after.loading.bulk = Bulk
        after.feed(len(after.lines), 30)
        same(straight, after)


def test_an_event_that_is_looked_at_while_its_run_is_being_taken_in() -> None:
    """Somebody wrote over its line, which names a file now that nobody has heard of."""
    lines = [line for line in produced_lines(5, 1, 90) if b"RunCompleted" not in line]
    row = first(lines, b"FileWritten", 10)
    more = Driver([named(lines, row, b"another")])
    with small_limits():
        where = more.where[0]
        _feed(more, lines[:30], 0)
        more.loading.settle()
        _feed(more, lines[30:90], 30)
        settling = _begun(more)
        (run,) = more.runs.by_id.values()
        assert row < len(run.log) < 90, "it is being taken in"
        assert run.log.row_at(Place(where, row + 1)) == row
        run.log.event_of(row)
        list(settling)
        _feed(more, lines[90:], 90)
        more.loading.settle()
        assert len(run.log) == len(lines)


def _feed(driver: Driver, lines: Lines, before: int) -> None:
    offset = sum(map(len, driver.files[0][:before]))
    driver.loading.feed(b"".join(lines), driver.where[0], before + 1, offset, None)
    driver.loading.decode()


def _begun(driver: Driver) -> Iterator[None]:
    settling = driver.loading.settling(is_all=True)
    next(settling)
    return settling


STARTED = b'{"ChunkStarted":{"chunk_index":%d,"start_key":"1","end_key":"2"}}'
FAILED = b'{"ChunkFailed":{"chunk_index":%d,"error":"boom","attempt":1}}'
RETRIED = b'{"RetryAttempted":{"attempt":%d,"reason":"boom","backoff_ms":5}}'
OTHERS = {
    "it fails": [(STARTED, 0), (FAILED, 0)],
    "twice": [(STARTED, 0), (FAILED, 0), (STARTED, 0), (FAILED, 0)],
    "another one begins": [(STARTED, 1), (FAILED, 0)],
    "another one fails": [(STARTED, 0), (FAILED, 1)],
    "the last one fails": [(STARTED, -1), (FAILED, -1)],
    "it fails before it begins": [(FAILED, 0), (STARTED, 0)],
    "it begins twice": [(STARTED, 0), (STARTED, 0)],
    "a retry": [(STARTED, 0), (RETRIED, 0)],
}


@pytest.mark.parametrize("others", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("chunks", [[12], [12, 14], [1, 2, 12, 20, 21]])
def test_what_comes_between_chunks_that_go_as_planned(others: list[tuple[bytes, int]], chunks: list[int]) -> None:
    """An attempt at the next one that fails is taken together with what is about it, all else is not."""
    lines = [line for line in produced_lines(3, 1, 30) if b"RunCompleted" not in line]
    assert len(lines) == 91, "nothing else comes between them"
    for chunk in reversed(chunks):
        lines[1 + 3 * chunk : 1 + 3 * chunk] = [saying(lines[0], it % (chunk + more)) for it, more in others]
    read_both_ways([minutes_apart(lines)], [Move(0, 10, False, ALL, 1), Move(0, 150, False, ALL, 1)])
    read_both_ways([minutes_apart(lines)], BY_TEN)


def test_bytes_that_add_up_to_more_than_63_bits_hold() -> None:
    """No number of more than 16 digits is taken in bulk, but a thousand of them in one stretch."""
    sizes = np.array([10**16 - 1] * 1_000 + [1, 2], np.int64)
    assert _sums_of(sizes, np.array([0, 1_000])) == [1_000 * (10**16 - 1), 3]
    assert _sums_of(sizes[:0], np.array([], np.int64)) == []


def test_a_chunk_that_begins_again_at_the_same_time_behind_a_retry() -> None:
    lines = [line for line in produced_lines(5, 1, 9) if b"RunCompleted" not in line]
    retry = b'{"RetryAttempted":{"attempt":%d,"reason":"boom","backoff_ms":5}}'
    one, other = saying(lines[1], retry % 1), saying(lines[1], retry % 2)
    lines = [lines[0], one, lines[1], other, lines[1], *lines[2:]]
    tied = [at_time(line, time_of(lines[0])) if at < 7 else line for at, line in enumerate(lines)]
    read_both_ways([tied], [Move(0, 99, is_small=True, settled=ALL, pauses=1)])
