"""Many names at once have the numbers that they have one by one."""

from __future__ import annotations

import pickle
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runwatch.core import names as one_by_one
from runwatch.core.bulk import names as at_once
from runwatch.core.bulk.names import numbers_of
from runwatch.core.late import Column, waiting
from runwatch.core.names import Names, hash_of

HASHES = [hash_of(f"name {each}") for each in range(5_000)]
LOW = [each << 40 for each in range(1, 50)] + [(each << 40) + 31 for each in range(50)]
"""Those of which many want the same place in a table."""
values = st.sampled_from(HASHES[:40] + LOW) | st.sampled_from([1, 2**64 - 1, 1023, 1022])
ways = st.sampled_from(["once", "each", "new", "let go"])
steps = st.lists(st.tuples(st.lists(values, max_size=60), ways), max_size=12)


def numbered(names: Names, added: list[int]) -> list[int]:
    """At once."""
    found: list[int] = numbers_of(names, np.array(added, np.uint64)).tolist()
    return found


def same(names: Names, expected: Names) -> None:
    """The same hashes by number, and each is found again."""
    assert names.hashes == expected.hashes
    assert [names.find(value) for value in [*expected.hashes]] == list(range(len(expected)))
    assert len(names) == len(expected)


@pytest.mark.parametrize(("few", "as_few"), [(0, 0), (3, 0), (400, 0), (400, 2), (400, 16)])
@given(steps=steps)
def test_any_sequence_has_the_same_numbers(few: int, as_few: int, steps: list[tuple[list[int], str]]) -> None:
    names, expected = Names(), Names()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(at_once, "FEW", few)
        patch.setattr(at_once, "_AS_FEW", as_few)
        patch.setattr(at_once, "_SMALLEST", 32)
        patch.setattr(one_by_one, "LARGE", 16)
        for added, how in steps:
            if how == "once":
                assert numbered(names, added) == [expected.find(value) for value in added]
            elif how == "each":
                assert [names.find(value) for value in added] == [expected.find(value) for value in added]
            elif how == "new":
                assert names.add_new(added) == expected.add_new(added)
            else:
                names.let_go()
            assert names.hashes == expected.hashes
        same(names, expected)


@pytest.mark.parametrize("ways", [(0, 0), (400, 0), (400, 16)])
@pytest.mark.parametrize("repeated", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_any_sizes_while_the_table_grows(
    seed: int, repeated: float, ways: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among them one by one, as the tolerant way adds them, and by text."""
    monkeypatch.setattr(at_once, "FEW", ways[0])
    monkeypatch.setattr(at_once, "_AS_FEW", ways[1])
    monkeypatch.setattr(one_by_one, "LARGE", 64)
    rng, names, expected, heard = random.Random(seed), Names(), Names(), 0
    while heard < 3_500:
        size = rng.choice([0, 1, 2, 9, 80, 399, 400, 401, 900])
        many = [rng.choice(HASHES[: heard + 1]) if rng.random() < repeated else HASHES[heard + at]
                for at in range(size)]  # fmt: skip
        heard += 50 + round(size * (1 - repeated))
        assert numbered(names, many) == [expected.find(value) for value in many]
        text = f"name {rng.randrange(heard + 3)}"
        assert names.number(text) == expected.number(text)
        some = HASHES[heard - 1 : heard + 2]
        assert [names.find(value) for value in some] == [expected.find(value) for value in some]
    same(names, expected)


def test_one_that_is_there_twice_spoils_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was added before it was seen is taken back, of the table too."""
    monkeypatch.setattr(at_once, "FEW", 0)
    for at in range(0, 60, 7):
        names, expected = Names(), Names()
        many = [*LOW[:at], *HASHES[:30], *LOW[at:60], HASHES[5]]
        assert numbered(names, many) == [expected.find(value) for value in many]
        assert numbered(names, many) == [expected.find(value) for value in many]
        same(names, expected)
        assert sum(number > 0 for number in names.table) == len(names)


def test_the_name_that_was_numbered_last_one_by_one_keeps_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_once, "FEW", 0)
    names = Names()
    assert names.number("name 7") == 0
    assert numbered(names, HASHES[:10]) == [1, 2, 3, 4, 5, 6, 7, 0, 8, 9]
    assert [names.number(f"name {each}") for each in (7, 0, 9, 10)] == [0, 1, 9, 10]


def test_names_that_were_put_away_and_found_again_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where their columns wait to be made, as those of a large log do."""
    monkeypatch.setattr(at_once, "FEW", 0)
    for count in (5, 30, 500, 2_000):
        names, expected = Names(), Names()
        for value in HASHES[:count]:
            names.find(value)
            expected.find(value)
        names.let_go()
        again = pickle.loads(pickle.dumps(names))
        late: Any = Names.__new__(waiting(Names))
        state = {name: getattr(names, name) for name in Names.__slots__}
        columns = {name: Column(state[name].typecode, state[name].tobytes()) for name in ("hashes", "table")}
        late.__setstate__((None, state | columns))
        many = [*HASHES[count - 3 : count + 600], *LOW, HASHES[0]]
        numbers = [expected.find(value) for value in many]
        for each in (again, late):
            assert numbered(each, many) == numbers
            same(each, expected)


@pytest.mark.parametrize("count", [3, 40, 900])
def test_what_was_known_to_be_new_is_in_the_table_once_it_is_asked_for(count: int) -> None:
    names, values = Names(), HASHES[:count]
    names.find(HASHES[-1])
    names.add_unseen(memoryview(np.array(values, np.uint64).tobytes()))
    assert (len(names), names.tabled) == (count + 1, 1)
    assert [names.find(value) for value in [*values, HASHES[-1], HASHES[-2]]] == [*range(1, count + 1), 0, count + 1]
    assert names.tabled == len(names) == count + 2


def test_the_table_of_many_is_whole_before_they_are_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it who opens their log again."""
    monkeypatch.setattr(one_by_one, "LARGE", 100)
    few, many = Names(), Names()
    few.add_unseen(memoryview(np.array(HASHES[:90], np.uint64).tobytes()))
    many.add_unseen(memoryview(np.array(HASHES[:200], np.uint64).tobytes()))
    few.let_go()
    many.let_go()
    assert (few.tabled, many.tabled) == (0, 200)
    same(few, few)
    same(many, many)


@pytest.mark.parametrize("known", [0, 500], ids=["all new", "many known"])
def test_a_large_table_grows_bit_by_bit(known: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step on all of its names would keep a key waiting: each moves four for each that comes."""
    monkeypatch.setattr(one_by_one, "LARGE", 256)
    monkeypatch.setattr(at_once, "LARGE", 256)
    monkeypatch.setattr(at_once, "FEW", 10)
    moved: list[int] = []
    build = Names._build

    def counted(self: Names, more: int) -> None:
        before = self._moved
        build(self, more)
        moved.append(self._moved - before)

    names, expected = Names(), Names()
    assert numbered(names, HASHES[:600]) == [*range(600)]
    monkeypatch.setattr(Names, "_build", counted)
    for first in range(600, 5_000, 20):
        added = [*HASHES[first : first + 20], *HASHES[: known // 50]]
        assert numbered(names, added) == [*range(first, first + 20), *range(known // 50)]
    assert sum(moved) > 5_000
    assert max(moved) <= 4 * (20 + known // 50)
    for value in HASHES:
        expected.find(value)
    same(names, expected)
