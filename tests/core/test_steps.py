"""A column that stores its jumps alone says the same as a list, whatever becomes of it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runwatch.core.steps import FEW, Counts, Steps, Threes

STRETCHES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.booleans(), st.integers(0, 99)), max_size=60)


@given(stretches=STRETCHES, kind=st.sampled_from([Steps, Threes]))
def test_it_says_what_a_list_says(stretches: list[tuple[int, int, bool, int]], kind: type[Steps]) -> None:
    column, step, listed = kind(), kind.step, list[int]()
    for number, count, follows, place in stretches:
        first = listed[-1] + step if follows and listed else number
        column.extend_from(first, count)
        listed += [first + step * each for each in range(count)]
        column.append(-1)
        listed.append(-1)
        row = len(listed) - 1 if place < 90 else place % len(listed)
        column[row] = listed[row] = listed[-2] + step
        assert column[row] == listed[row]
    assert (len(column), list(column)) == (len(listed), listed)
    assert [column[row] for row in range(-len(listed), len(listed))] == listed * 2
    assert [list(column[:length]) for length in range(len(listed))] == [listed[:n] for n in range(len(listed))]
    assert list(column.kept(range(0, len(listed), 2))) == listed[::2]
    for start in range(len(listed)):
        with suppress(ValueError):
            assert column.index(start, start) == listed.index(start, start)


BENDS = st.sets(st.integers(0, 29), max_size=5).map(sorted)


@given(
    kind=st.sampled_from([Steps, Threes, Counts]),
    parts=st.lists(st.tuples(st.integers(0, 30), BENDS, st.integers(-2, 3).filter(bool), st.booleans()), max_size=40),
)
def test_several_jumps_at_once_are_what_they_are_one_by_one(
    kind: type[Steps], parts: list[tuple[int, list[int], int, bool]]
) -> None:
    column, other = kind(), kind()
    for first, bends, jump, goes_on in parts:
        number = column[-1] + kind.step if goes_on and len(column) else 100 + first
        numbers = [number + kind.step * row + jump * sum(row >= bend for bend in bends) for row in range(30)]
        column.extend_bent(number, 30, bends, jump)
        for each in numbers:
            other.append(each)
    assert list(column) == list(other)
    held = ("count", "offset", "stored")
    assert [getattr(column, name) for name in held] == [getattr(other, name) for name in held]
    assert (list(column.ends), list(column.offsets)) == (list(other.ends), list(other.offsets))


@given(numbers=st.sets(st.integers(0, 200)), batch=st.integers(1, 20))
def test_numbers_that_rise_are_taken_many_at_once(numbers: set[int], batch: int) -> None:
    column, listed = Steps(), sorted(numbers)
    for at in range(0, len(listed), batch):
        column.extend(listed[at : at + batch])
    assert list(column) == listed


def test_nothing_but_jumps_is_stored_while_they_are_few() -> None:
    column = Threes()
    for stretch in range(FEW):
        column.extend_from(1000 * stretch, 100)
    assert (column.stored, len(column.ends)) == (None, FEW - 1)
    for stretch in range(1000):
        column.append(7 * stretch)
    assert column.stored is not None
    assert column[FEW * 100 + 5] == 35


def test_what_is_not_there_has_no_place() -> None:
    column = Steps()
    column.extend([1, 2, 3])
    for number, start in ((0, 0), (4, 0), (2, 2)):
        with pytest.raises(ValueError, match=r"."):
            column.index(number, start)
    for row in (3, -4):
        with pytest.raises(IndexError):
            column[row]
