from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from runwatch.ui.line import Bit, cut, cut_line, fit, fit_line, spread, to_content, width_of, wrap
from runwatch.ui.plain import use_plain

TEXT = st.text(st.sampled_from("ab 日本é…✗\u0301"), max_size=20)
WIDTH = st.integers(0, 24)


def words(line: tuple[Bit, ...]) -> str:
    return "".join(bit.text for bit in line)


def test_a_cut_text_says_so() -> None:
    assert cut("terminating connection", 12) == "terminating…"
    assert cut("short", 5) == "short"
    assert cut("日本語", 4) == "日…"
    assert [cut("abc", width) for width in (0, 1, 2)] == ["", "…", "a…"]


def test_in_ascii_the_cut_takes_two_cells() -> None:
    use_plain(True)
    assert cut("terminating", 6) == "term.."
    assert cut("terminating", 1) == "."


def test_both_ends_of_a_row() -> None:
    assert words(spread((Bit("left"),), (Bit("right"),), 14)) == "left     right"
    assert words(spread((Bit("left and more"),), (Bit("right"),), 14)) == "left a…  right"
    assert words(spread((Bit("left"),), (), 6)) == "left  "


def test_wrapping_keeps_the_texts_own_breaks() -> None:
    assert wrap("one two three\nfour", 8) == ["one two", "three", "four"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("a\n\nb", 4) == ["a", "", "b"]
    assert wrap("日本語", 4) == ["日本", "語"]


@given(TEXT, WIDTH)
def test_nothing_is_wider_than_it_may_be(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width
    assert cell_len(fit(text, width, "right")) == width
    line = (Bit(text[:3], "$muted"), Bit(text[3:], "bold $v-failed"))
    assert width_of(cut_line(line, width)) <= width
    assert width_of(fit_line(line, width)) == width
    assert all(cell_len(row) <= max(width, 2) for row in wrap(text, width))


def test_a_line_is_never_markup() -> None:
    content = to_content((Bit("[b]x[/nope] ", "$muted"), Bit("[@click=app.quit]", "$v-failed")))
    assert content.plain == "[b]x[/nope] [@click=app.quit]"
    assert [span.style for span in content.spans] == ["$muted", "$v-failed"]
