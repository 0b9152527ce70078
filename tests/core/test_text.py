from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from runwatch.core.text import LIMIT, escape_controls, mask, may_be_altered, safe


@given(st.text(st.characters(), max_size=200))
def test_text_made_safe_can_be_printed(text: str) -> None:
    """No control comes through but line breaks, and a second time changes nothing."""
    made = safe(text)
    assert not set(made) & {chr(code) for code in (*range(10), *range(11, 0x20), *range(0x7F, 0xA0), 0x202E, 0xD800)}
    assert safe(made) == made
    assert made.count("\n") == text.count("\n")


def test_plain_text_is_kept_as_it_is() -> None:
    """Letters of any script, wide ones, symbols and line breaks."""
    for text in ("", "plain", "two\nlines", "ünïcode 漢字 ✓ 🙂", "نص"):
        assert safe(text) == text


def test_each_kind_of_dangerous_character_has_a_visible_substitute() -> None:
    """C0 as pictures, the rest as escapes."""
    assert safe("a\tb\rc\x7f") == "a␉b␍c␡"
    assert safe("\x85\u2028\u2066\ufeff\U000e0001") == "\\u0085\\u2028\\u2066\\ufeff\\U000e0001"
    assert safe("\ud800") == "\\ud800"


def test_a_cut_falls_between_characters() -> None:
    """64 KiB are bytes; half a character is left out."""
    made = safe("x" + "é" * LIMIT)
    assert made.startswith("x" + "é" * (LIMIT // 2 - 1) + "… (cut: 131,073 bytes")


def test_errors_that_differ_in_numbers_have_one_mask() -> None:
    """Two with the same mask have one cause."""
    assert mask("chunk 17 at 0xdeadbeef: 12.5 s") == mask("chunk 3 at 0x0: 0.25 s")
    assert mask("timeout") != mask("refused")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_a_raw_line_keeps_its_value(text: str) -> None:
    """Controls as `\\uXXXX` are the same JSON value."""
    line = json.dumps(text, ensure_ascii=False)
    assert json.loads(escape_controls(line)) == text


@given(st.text(st.characters(), max_size=20))
def test_what_was_altered_can_be_told(text: str) -> None:
    """A text that holds no substitute is the one that the log has."""
    made = safe(text)
    assert made == text or may_be_altered(made)


def test_every_substitute_is_known_as_one_and_plain_text_is_not() -> None:
    """Each character of Unicode alone; a long text that was cut."""
    for code in range(0x110000):
        made = safe(chr(code))
        assert may_be_altered(made) == (made != chr(code) or made in "␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡"), hex(code)
    assert may_be_altered(safe("x" * (LIMIT + 1)))
    assert not may_be_altered("C:\\users\\new … (cut: short)")
