"""Laying out text: wrapping, evidence at the right edge, colour that moves nothing."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runwatch.answers.view import Span, Tone
from runwatch.report.look import Look
from runwatch.report.page import Page, cells, wrapped


def lines(page: Page) -> list[str]:
    return page.text().splitlines()


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 6, ["one", "two", "three"]),
        ("", 5, []),
        ("  many   blanks ", 20, ["many blanks"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("a unbreakable", 4, ["a", "unbr", "eaka", "ble"]),
        ("日本語 です", 6, ["日本語", "です"]),
        ("日本語", 1, ["日", "本", "語"]),
    ],
)
def test_text_is_broken_at_blanks_and_only_a_longer_word_inside(text: str, width: int, expected: list[str]) -> None:
    assert wrapped(text, width) == expected


@given(st.text(alphabet="ab 日é́", max_size=60), st.integers(2, 20))
def test_no_line_is_too_long_and_no_sign_is_lost(text: str, width: int) -> None:
    found = wrapped(text, width)
    assert all(cells(line) <= width for line in found)
    assert "".join(found).replace(" ", "") == "".join(text.split())


def test_a_text_goes_on_below_its_begin() -> None:
    page = Page(Look(width=20))
    page.put("one two three four five", Span("lead  "))
    assert lines(page) == ["lead  one two three", "      four five"]


def test_evidence_stands_at_the_right_edge_or_on_a_line_of_its_own() -> None:
    page = Page(Look(width=20))
    page.put("short", right="a.jsonl:7")
    page.put("a little longer", right="a.jsonl:7")
    page.put("x", right="a/very/long/path.jsonl:7")
    assert lines(page) == [
        "short      a.jsonl:7",
        "a little longer",
        "           a.jsonl:7",
        "x",
        "a/very/long/path.jsonl:7",
    ]


def test_colour_moves_nothing() -> None:
    """Without its codes a painted page is the unpainted one."""
    pages = [Page(Look(width=24, color=color)) for color in (False, True)]
    for page in pages:
        page.put("one two three four five six", Span("✗ ", Tone.FAILED, bold=True), tone=Tone.MUTED, right="a:1")
    plain, painted = (page.text() for page in pages)
    assert "\x1b[1;31m✗ \x1b[0m" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == plain


def test_plain_glyphs_are_laid_out_at_their_own_width() -> None:
    page = Page(Look(width=9, plain=True))
    page.put("a → b → c", Span("✗ "))
    assert lines(page) == ["X a -> b", "  -> c"]


def test_two_blank_lines_are_one_and_none_stands_first() -> None:
    page = Page(Look())
    page.blank()
    page.put("x")
    page.blank()
    page.blank()
    page.put("y")
    assert lines(page) == ["x", "", "y"]


def test_a_word_of_64_kib_does_not_hang_the_report() -> None:
    """Each line looks at its own part of the word: all that was left of it was measured for each, a minute in all."""
    begun = time.process_time()
    found = wrapped("é" * 65_536, 70)
    assert time.process_time() - begun < 5
    assert (len(found), "".join(found)) == (937, "é" * 65_536)
