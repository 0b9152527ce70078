"""Blocks that somebody else decoded, while others are taken in: it comes to the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.bulk.disturbed import disturbances, disturbed, lively_lines
from tests.core.bulk.driven import Driver, small_limits
from tests.core.made import produced_lines

from runwatch.core.bulk import loading as in_bulk
from runwatch.core.bulk import waiting
from runwatch.core.bulk.decoder import decoded
from runwatch.core.bulk.heads import Heads
from runwatch.core.bulk.waiting import Waiting
from runwatch.core.places import Segment

made = st.builds(lively_lines, st.integers(0, 9), st.integers(1, 4), st.sampled_from([3, 9, 20]))


class Reader:
    """Feeds one block after the other: some as they are, some decoded, now and then by somebody else."""

    def __init__(self, driver: Driver, sizes: Sequence[int], moods: random.Random, *, always: bool = False) -> None:
        self._loading, self._moods, self._heads = driver.loading, moods, Heads()
        self._shared, self._ahead = (1.0, 1.0) if always else (0.8, 0.6)
        self._coming = _blocks(driver, sizes)
        self._last: Segment | None = None
        self.meanwhile = 0
        """Blocks fed while others were taken in."""

    def read(self) -> None:
        while self._feed():
            if self._loading.is_full:
                for _ in self._loading.settling():
                    while self._loading.has_room and self._moods.random() < self._ahead and self._feed():
                        self.meanwhile += 1
        self._loading.settle()

    def _feed(self) -> bool:
        block = next(self._coming, None)
        if block is None:
            return False
        data, segment, line, offset = block
        if segment is self._last and self._moods.random() < self._shared:
            if self._moods.random() < 0.1:
                self._heads = Heads()
            said = decoded([data[:7], data[7:]], self._heads)
            self._loading.feed_decoded(
                said if self._moods.random() < 0.6 else said._replace(columns=None), line, offset
            )
        else:
            self._loading.feed(data, segment, line, offset, None)
        self._last = segment
        return True


def _blocks(driver: Driver, sizes: Sequence[int]) -> Iterator[tuple[bytes, Segment, int, int]]:
    for file, lines in enumerate(driver.files):
        at = offset = number = 0
        while at < len(lines):
            size = sizes[number % len(sizes)]
            data = b"".join(lines[at : at + size])
            yield data, driver.where[file], at + 1, offset
            at, offset, number = at + size, offset + len(data), number + 1


def read(driver: Driver, reader: Reader) -> None:
    with small_limits(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_bulk, "OF_A_RUN", 5)
        patch.setattr(in_bulk, "PART", 1)
        reader.read()
        for file, said in enumerate(driver.files):
            driver.expect(file, 0, len(said))
        driver.compare()


@given(made, disturbances(), st.lists(st.integers(1, 50), min_size=1, max_size=9), st.integers(0, 999))
def test_it_comes_to_the_same(lines: list[bytes], how: object, sizes: list[int], seed: int) -> None:
    files = [disturbed(lines, how), produced_lines(3, 2, 9)]  # type: ignore[arg-type]
    driver = Driver(files)
    read(driver, Reader(driver, sizes, random.Random(seed)))


def test_of_a_run_that_nobody_was_sure_of_lines_can_wait_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where lines of it wait at any time; else all that comes of it is decoded one by one, for ever."""
    feed, bare = Waiting.feed, list[int]()

    def noted(self: Waiting, *arguments: object) -> int | None:
        taken = feed(self, *arguments)  # type: ignore[arg-type]
        bare.append(taken or 0)
        return taken

    later = [line.replace(b'"run_id":"', b'"run_id":"later_') for line in produced_lines(6, 3, 100)]
    lines = produced_lines(5, 1, 300)
    lines[200:] = [line for both in zip(lines[200:], later, strict=False) for line in both]
    monkeypatch.setattr(Waiting, "feed", noted)
    driver = Driver([lines])
    reader = Reader(driver, [20], random.Random(1), always=True)
    read(driver, reader)
    assert reader.meanwhile > 40
    assert len(bare) > 60
    assert min(bare[3:]) < 15, "of the runs that begin late some are decoded first"
    assert sum(bare) > len(lines) * 0.8


@pytest.mark.parametrize("is_decoded", [True, False])
def test_what_is_to_go_line_by_line_is_not_regular(is_decoded: bool) -> None:
    lines = produced_lines(7, 2, 60)
    lines[-30:] = [line.replace(b',"event":', b', "event":') for line in lines[-30:]]
    driver = Driver([lines])
    with small_limits(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "REGULAR", 0.5)
        *blocks, (data, _, line, offset) = _blocks(driver, [len(lines) % 30 or 30, *[30] * (len(lines) // 30)])
        for block in blocks:
            driver.loading.feed(*block, None)
            driver.loading.decode()
            driver.loading.settle()
        before = driver.loading.is_regular
        said = decoded([data], Heads())
        driver.loading.feed_decoded(said if is_decoded else said._replace(columns=None), line, offset)
        assert (before, driver.loading.is_regular) == (True, False)
        driver.loading.settle()
        driver.expect(0, 0, len(driver.files[0]))
        driver.compare()
