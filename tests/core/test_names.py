"""Names keep their numbers however many there are, and none of them waits for all others."""

from __future__ import annotations

import pytest

from runwatch.core import names as module
from runwatch.core.names import Names, hash_of

COUNT = 5_000


def test_names_are_numbered_in_the_order_in_which_they_come() -> None:
    names = Names()
    assert [names.number(f"name {each}") for each in range(COUNT)] == list(range(COUNT))
    assert [names.number(f"name {each}") for each in range(COUNT)] == list(range(COUNT))
    assert len(names) == COUNT


def test_many_at_once_have_the_same_numbers_and_one_that_is_known_spoils_all() -> None:
    names = Names()
    for first in range(0, COUNT, 50):
        assert names.add_new([hash_of(f"name {each}") for each in range(first, first + 50)])
        assert not names.add_new([hash_of("another"), hash_of(f"name {first}")])
    assert [names.number(f"name {each}") for each in range(COUNT)] == list(range(COUNT))
    assert names.number("another") == COUNT


def test_the_table_grows_a_few_names_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    names, moved, build = Names(), [0], Names._build

    def counted(self: Names, more: int) -> None:
        before = self._moved
        build(self, more)
        moved[-1] += self._moved - before

    monkeypatch.setattr(Names, "_build", counted)
    monkeypatch.setattr(module, "LARGE", 64)
    for each in range(COUNT):
        moved.append(0)
        names.number(f"name {each}")
    assert sum(moved) >= COUNT
    assert max(moved) < 40


def test_what_is_let_go_in_the_midst_of_growing_is_made_again() -> None:
    names = Names()
    for each in range(COUNT):
        names.number(f"name {each}")
        if each % 97 == 0:
            names.let_go()
    assert [names.number(f"name {each}") for each in range(COUNT)] == list(range(COUNT))
