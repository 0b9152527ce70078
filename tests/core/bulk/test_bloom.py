"""Which names of many runs are new is never told wrong, however many there are and wherever they came from."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runwatch.core.bulk import bloom as module
from runwatch.core.bulk.bloom import NamesSeen
from runwatch.core.names import Names, hash_of

HASHES = [hash_of(f"name {each}") for each in range(4_000)]
NEAR = [each << 48 for each in range(1, 9)] + [5 | each << 56 for each in range(8)]
"""Those of which many want the same words and bits."""
shares = st.lists(st.tuples(st.integers(0, 3), st.lists(st.sampled_from(HASHES[:30] + NEAR), max_size=12)), max_size=4)
batches = st.lists(st.tuples(shares, st.booleans()), max_size=6)


def told(seen: NamesSeen, shares: list[tuple[int, list[int]]], names: dict[int, Names]) -> set[int]:
    runs = [run for run, values in shares for _ in values]
    values = [value for _, values in shares for value in values]
    return seen.doubtful(np.array(runs, np.int32), np.array(values, np.uint64), names)


def expected(shares: list[tuple[int, list[int]]], names: dict[int, Names]) -> set[int]:
    """Looked at one by one."""
    return {run for run, values in shares
            if len({*values}) < len(values) or {*values} & {*names[run].hashes}}  # fmt: skip


@given(batches=batches)
def test_whoever_has_a_name_twice_is_told(batches: list[tuple[list[tuple[int, list[int]]], bool]]) -> None:
    """Also of names that came by another way in between, and with layers that are full after a few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_FIRST", 4)
        seen, names = NamesSeen(), {run: Names() for run in range(4)}
        for these, is_noted in batches:
            shares = sorted(dict(these).items())
            assert told(seen, shares, names) == expected(shares, names)
            for run, values in shares:
                for value in values:
                    names[run].find(value)
                if is_noted:
                    seen.note(run, names[run])
                names[run].find(HASHES[100 + len(names[run])])


def test_a_run_that_is_read_anew_has_names_of_its_own() -> None:
    """Fewer than before, and none of them was added."""
    seen, names = NamesSeen(), {1: Names()}
    told(seen, [(1, HASHES[:100])], names)
    assert names[1].add_new(HASHES[:100])
    seen.note(1, names[1])
    again = {1: Names()}
    assert again[1].add_new(HASHES[200:250])
    assert told(seen, [(1, HASHES[240:260])], again) == {1}
    assert not told(seen, [(1, HASHES[300:310])], again)


def test_the_same_name_in_another_run_is_new() -> None:
    seen, names = NamesSeen(), {1: Names(), 2: Names()}
    assert not told(seen, [(1, HASHES[:100]), (2, HASHES[:100])], names)


@pytest.mark.parametrize("few", [0, 4, 10_000])
def test_names_in_doubt_are_looked_at(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all bits are set every name is in doubt; what is told is what is there."""
    monkeypatch.setattr(module, "_FEW", few)
    seen, names = NamesSeen(), {7: Names(), 9: Names()}
    for value in HASHES[:1_000]:
        names[7].find(value)
    seen._layers[0][:] = np.uint64(2**64 - 1)
    assert not told(seen, [(7, HASHES[1_000:1_040]), (9, HASHES[:40])], names)
    assert told(seen, [(7, [*HASHES[2_000:2_040], HASHES[999]]), (9, HASHES[2_000:2_040])], names) == {7}


def test_few_are_in_doubt_though_they_are_many() -> None:
    """A hundred thousand in twenty runs: of as many new ones hardly any is looked for."""
    rng, seen, names = np.random.default_rng(4), NamesSeen(), {run: Names() for run in range(20)}
    runs = np.repeat(np.arange(20, dtype=np.int32), 10_000)
    for _ in range(3):
        seen.doubtful(runs, rng.integers(1, 2**63, 200_000, np.uint64), names)
    assert len(seen._layers) > 1
    hits = seen._hits(module._keys(runs, rng.integers(1, 2**63, 200_000, np.uint64)))
    assert len(hits) < 20


def test_what_is_there_twice_is_told_whole() -> None:
    """Two that share half their bits are not the same."""
    rng = random.Random(3)
    keys = [rng.getrandbits(64) for _ in range(500)]
    keys += [keys[3], keys[7], keys[7], keys[9] ^ 1, keys[11] ^ 2**31]
    counts = Counter(keys)
    found = module._twice(np.array(keys, np.uint64)).tolist()
    assert sorted(found) == [at for at, key in enumerate(keys) if counts[key] > 1]
