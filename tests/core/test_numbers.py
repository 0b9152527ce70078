"""A column that stores nothing while its numbers follow one another says the same as one that stores them all."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runwatch.core.numbers import Straight

STRETCHES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.booleans()), max_size=6)


@given(stretches=STRETCHES, first=st.integers(0, 1))
def test_it_says_what_a_list_says(stretches: list[tuple[int, int, bool]], first: int) -> None:
    column, listed = Straight(first), list[int]()
    for number, count, follows in stretches:
        begin = len(listed) + first if follows else number
        numbers = range(begin, begin + count)
        column.extend(numbers)
        listed += numbers
        column.append(number)
        listed.append(number)
        assert (len(column), list(column), column[-1]) == (len(listed), listed, listed[-1])
        assert [list(column[:length]) for length in range(len(listed))] == [listed[:n] for n in range(len(listed))]
        assert list(column.kept(range(0, len(listed), 2))) == listed[::2]
        for start in range(len(listed)):
            with suppress(ValueError):
                assert column.index(number, start) == listed.index(number, start)


def test_nothing_is_stored_while_they_follow_one_another() -> None:
    column = Straight()
    column.extend(range(1000))
    column.append(1000)
    assert column.stored is None
    column.append(7)
    assert column.stored is not None


def test_what_is_not_there_has_no_place() -> None:
    column = Straight(first=1)
    column.extend([1, 2, 3])
    for number, start in ((0, 0), (4, 0), (2, 2)):
        with pytest.raises(ValueError, match=r"."):
            column.index(number, start)
    with pytest.raises(IndexError):
        column[3]
