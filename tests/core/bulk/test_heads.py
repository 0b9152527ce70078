"""Heads and names as they come, of any length: each is told apart from all others, and taken where there is room."""

from __future__ import annotations

from itertools import count

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.bulk.test_decode import HEAD, LINES, taken

from runwatch.core.bulk import heads as module
from runwatch.core.bulk.heads import LONGEST, Heads
from runwatch.core.names import WORDS


@pytest.mark.parametrize("length", [1, 7, 8, 9, 15, 16, 17, 4 * WORDS - 1, 4 * WORDS, 4 * WORDS + 1, 5_000])
def test_names_of_any_length(length: int) -> None:
    lines = [line.replace(b"a.csv", b"n" * length) for line in LINES[1:]]
    assert taken(lines) == [length <= 4 * WORDS] * 2
    assert taken([*lines, *LINES[1:]])[2:] == [True, True], "one that is longer makes no difference to others"


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1])
def test_heads_of_any_length(length: int) -> None:
    """A head is all up to the comma in front of the time."""
    run_id = b"r" * (length - HEAD.index(b',"recorded_at"') + len("orders_1"))
    lines, heads = [line.replace(b"orders_1", run_id) for line in LINES], Heads()
    assert taken([*lines, *LINES], heads) == [length <= LONGEST] * 3 + [True] * 3
    assert taken([*LINES, *lines], heads) == [True] * 3 + [length <= LONGEST] * 3
    assert taken(LINES, heads) == [True] * 3


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40), min_size=1, max_size=30))
def test_heads_are_told_apart(run_ids: list[str]) -> None:
    """However many, in whatever order they come; and those that are none are learned by nobody."""
    heads, number = Heads(), count()
    for end in range(1, len(run_ids) + 1, 3):
        dumped = [orjson.dumps(run_id).decode() for run_id in run_ids[:end]]
        lines = [LINES[next(number) % 3].replace(b'"orders_1"', run_id.encode()) for run_id in dumped]
        for is_taken, run_id in zip(taken(lines, heads), dumped, strict=True):
            assert is_taken == ("\\" not in run_id) or {" ", "!"} & {*run_id}, "blanks are odd where there are few"
    assert len(set(heads.names)) == len(heads.names)


def test_heads_that_differ_in_few_bits_are_learned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The upper byte of a word, times an odd number, is a byte: of a hundred heads that differ in two such places some
    fall together under every second choice of factors. Those are learned anew in each block, and never taken.
    """
    for seed in range(8):
        factors = np.random.default_rng(seed).integers(0, 2**63, LONGEST // 8, np.uint64)
        monkeypatch.setattr(module, "_FACTORS", factors * np.uint64(2) + np.uint64(1))
        run_ids = [b"xxxx%dxxxxxxx%d" % (one, other) for one in range(10) for other in range(10)]
        lines, heads = [LINES[0].replace(b"orders_1", run_id) for run_id in run_ids], Heads()
        for _ in range(3):
            assert all(taken(lines, heads))
        assert len(heads.names) == 100
