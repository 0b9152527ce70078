from __future__ import annotations

from rich.cells import cell_len

from runwatch.answers.glyphs import MARKS, ONE_CELL, VERDICTS, glyph, plain
from runwatch.answers.view import Mark


def test_every_mark_is_one_cell_and_has_an_ascii_stand_in() -> None:
    for mark in Mark:
        assert cell_len(glyph(mark)) == 1
        assert len(glyph(mark, plain=True)) == 1
        assert glyph(mark, plain=True).isascii()
    assert set(MARKS) == set(Mark)


def test_verdicts_stand_worst_first() -> None:
    order = ["failed", "contradicted", "lost", "stalled", "degraded", "running", "succeeded", "skipped"]
    assert list(VERDICTS) == order
    assert [len(verdict.tiny) <= 6 for verdict in VERDICTS.values()] == [True] * 8


def test_plain_says_the_same_in_ascii() -> None:
    assert plain("✗ 2 › orders · 2.8 × → ≈18:25 – a… ▁▇ ├━●─┤") == "X 2 > orders . 2.8 x -> ~18:25 - a.. _* |=O-|"
    assert plain("Zoë 日本") == "Zoë 日本", "text from outside is not ours to change"


def test_stand_ins_for_finished_lines_keep_their_width() -> None:
    assert all(len(one) == len(other) == 1 and other.isascii() for one, other in ONE_CELL.items())
