"""Blocks that are decoded elsewhere come back later, while others are taken in: it comes to the same."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.bulk.disturbed import disturbances, disturbed, lively_lines
from tests.core.bulk.driven import Driver, small_limits
from tests.core.made import produced_lines

from runwatch.core.bulk import loading as in_bulk
from runwatch.core.bulk.decoder import Decoded, Here
from runwatch.core.bulk.heads import Heads
from runwatch.core.bulk.loading import Bulk
from runwatch.core.places import Segment

made = st.builds(lively_lines, st.integers(0, 9), st.integers(1, 4), st.sampled_from([3, 9, 20]))


class Slow:
    """Decodes when it likes."""

    most = 3

    def __init__(self, heads: Heads, moods: random.Random, longest: int = 1 << 30) -> None:
        self._here, self._moods, self._longest = Here(), moods, longest
        self._here.known = heads
        self._coming: deque[Sequence[bytes]] = deque()
        self.put_in = 0

    @property
    def heads(self) -> Sequence[tuple[str, str]]:
        return self._here.heads

    def put(self, blocks: Sequence[bytes]) -> bool:
        if sum(map(len, blocks)) > self._longest:
            return False
        self._coming.append(blocks)
        self.put_in += 1
        assert len(self._coming) <= self.most
        return True

    @property
    def is_done(self) -> bool:
        return self._moods.random() < 0.3

    def get(self) -> Decoded:
        self._here.put(self._coming.popleft())
        decoded = self._here.get()
        return decoded if self._moods.random() < 0.95 else decoded._replace(columns=None)


def read(driver: Driver, sizes: Sequence[int]) -> None:
    """Blocks of so many lines, as a session reads that has nothing else to do."""
    coming = _blocks(driver, sizes)
    block = next(coming, None)
    while block is not None:
        driver.loading.feed(*block)
        block = None
        if driver.loading.is_full:
            for _ in driver.loading.settling():
                while block is None and driver.loading.has_room(driver.where[0]):
                    block = next(coming, None)
                    if block is None:
                        break
                    if driver.loading.has_room(block[1]):
                        driver.loading.feed(*block)
                        block = None
        block = block or next(coming, None)
    driver.loading.settle()


def _blocks(driver: Driver, sizes: Sequence[int]) -> Iterator[tuple[bytes, Segment, int, int, None]]:
    for file, lines in enumerate(driver.files):
        at = offset = number = 0
        while at < len(lines):
            size = sizes[number % len(sizes)]
            data = b"".join(lines[at : at + size])
            yield data, driver.where[file], at + 1, offset, None
            at, offset, number = at + size, offset + len(data), number + 1


@given(made, disturbances(), st.lists(st.integers(1, 50), min_size=1, max_size=9), st.integers(0, 99), st.booleans())
def test_it_comes_to_the_same(lines: list[bytes], how: object, sizes: list[int], seed: int, is_short: bool) -> None:
    files = [disturbed(lines, how), produced_lines(3, 2, 9)]  # type: ignore[arg-type]
    driver, moods, used = Driver(files), random.Random(seed), []

    def elsewhere(heads: Heads) -> Slow:
        used.append(Slow(heads, moods, 3000 if is_short else 1 << 30))
        return used[-1]

    driver.loading.bulk = partial(Bulk, elsewhere=elsewhere)
    with small_limits(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_bulk, "SHARED", 0)
        patch.setattr(in_bulk, "OF_A_RUN", 5)
        read(driver, sizes)
        for file, said in enumerate(files):
            driver.expect(file, 0, len(said))
        driver.compare()


def test_it_is_asked_for_where_there_are_few_runs() -> None:
    """And goes on with what lines began with so far."""
    lines = produced_lines(7, 2, 200)
    driver, used = Driver([lines]), []

    def elsewhere(heads: Heads) -> Slow:
        assert len(heads.names) == 2
        used.append(Slow(heads, random.Random(1)))
        return used[-1]

    driver.loading.bulk = partial(Bulk, elsewhere=elsewhere)
    with small_limits(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_bulk, "SHARED", 40)
        patch.setattr(in_bulk, "OF_A_RUN", 60)
        read(driver, [30])
        driver.expect(0, 0, len(lines))
        driver.compare()
    assert len(used) == 1
    assert used[0].put_in > 20


@pytest.mark.parametrize("shared", [40, 60])
def test_it_is_not_where_runs_are_many_or_where_there_is_nobody(shared: int) -> None:
    lines, asked = produced_lines(7, 20, 30), []
    driver = Driver([lines])

    def elsewhere(heads: Heads) -> None:
        asked.append(heads)

    driver.loading.bulk = partial(Bulk, elsewhere=elsewhere)
    with small_limits(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_bulk, "SHARED", shared)
        patch.setattr(in_bulk, "OF_A_RUN", 50)
        read(driver, [30])
        driver.expect(0, 0, len(lines))
        driver.compare()
    assert bool(asked) == (shared == 40)
