from __future__ import annotations

import pytest

from runwatch.answers import glyphs
from runwatch.answers.view import Mark
from runwatch.ui.line import Line, width_of
from runwatch.ui.widgets.axis import axis, cell_of
from runwatch.ui.widgets.time_bar import MARKS, TimeBarView, TimeMark, bar, bar_line

PAUSED = TimeBarView(
    0, 50, 100, False, (TimeMark(20, "failed"), TimeMark(30, "recovered"), TimeMark(80, "failed")),
    "18:13:53", "18:14:08", "+7.5 s of 14.9 s",
)  # fmt: skip


def words(line: Line) -> str:
    return "".join(bit.text for bit in line)


def test_past_heavy_future_light_and_marks_ahead_in_muted() -> None:
    line = bar_line(PAUSED, 76)
    assert words(line) == "18:13:53  ├━━━━━━━✗━━━◆━━━━━━━●──────────✗───────┤ 18:14:08 +7.5 s of 14.9 s"
    assert [bit.style for bit in line if bit.text == "✗"] == ["bold $v-failed", "$muted"]
    assert next(bit.style for bit in line if bit.text == "●") == "$accent"


def test_in_ascii() -> None:
    assert words(bar(PAUSED, 20, plain=True)) == "====X=R===O-----X---"
    estimate = TimeBarView(0, 50, 100, estimated=True, end_label="18:25:18")
    assert words(bar(estimate, 10, plain=True)) == "=====O...."
    assert "~18:25:18" in words(bar_line(estimate, 116, plain=True))


def test_an_estimate_is_dotted_and_says_about() -> None:
    line = bar_line(TimeBarView(0, 50, 100, True, (), "18:22:10", "18:25:18", "about 56 s left"), 116)
    assert "●┄┄" in words(line)
    assert "┤≈18:25:18" in words(line)


def test_without_an_end_the_bar_ends_at_now() -> None:
    assert words(bar(TimeBarView(0, 50, None), 6)) == "━━━━━●"


def test_a_tiny_tail_says_the_figure_alone() -> None:
    view = TimeBarView(0, 100, 100, False, (), "18:13:53", "18:14:08", "took 14.9 s")
    assert words(bar_line(view, 38)) == "18:13 ├━━━━━━━━━━━━━━━━━━━━━●┤  14.9 s"


@pytest.mark.parametrize(
    ("tail", "shown"),
    [
        ("about 1m06s left", "≈1m06s"),
        ("silent 1m48s", "1m48s"),
        ("silence unknown", "unknown"),
        ("so far 3.2 s", "3.2 s"),
    ],
)
def test_no_tail_loses_its_figure_in_a_tiny_terminal(tail: str, shown: str) -> None:
    view = TimeBarView(0, 100, 100, False, (), "18:13:53", "18:14:08", tail)
    assert words(bar_line(view, 38)).endswith(f" {shown}")


@pytest.mark.parametrize(
    ("tail", "shown"),
    [("+18.6 s of ≈1m47s", "+18.6 s of 1m47s"), ("+11h02m of ≈12h47m", "+11h02m of 12h47m")],
)
@pytest.mark.parametrize("width", [76, 116])
def test_a_tail_never_touches_the_label_before_it(width: int, tail: str, shown: str) -> None:
    view = TimeBarView(0, 50, 100, True, (), "18:22:10", "18:25:18", tail)
    line = words(bar_line(view, width))
    assert "┤≈18:25:18 " in line
    assert width == 116 or shown in line or line.endswith(f" {shown.partition(' of ')[0]}")


def test_a_bar_without_a_start_is_not_drawn() -> None:
    assert words(bar(TimeBarView(None, 50, 100), 6)).strip() == ""


def test_two_marks_in_one_cell_show_the_worse() -> None:
    marks = (TimeMark(10, "retry"), TimeMark(11, "contradicted"), TimeMark(12, "degraded"))
    assert words(bar(TimeBarView(0, 100, 100, marks=marks), 10)) == "━≠━━━━━━━●"


def test_four_equal_marks_in_a_row_become_a_stretch() -> None:
    marks = tuple(TimeMark(time, "failed") for time in range(20, 60))
    line = bar(TimeBarView(0, 100, 100, marks=marks), 10)
    assert words(line) == "━━✗━━✗━━━●"
    assert next(bit for bit in line if bit.text == "✗━━✗").style == "bold $v-failed"


def test_lanes_and_bar_share_their_columns_at_every_width() -> None:
    for width in range(1, 220):
        columns = axis(width)
        if columns.bar:
            assert width_of(bar_line(PAUSED, width)) == width
            assert words(bar_line(PAUSED, width))[columns.start - 1] == "├"


def test_a_moment_outside_stands_at_the_edge() -> None:
    assert [cell_of(time, 10, 20, 5) for time in (0, 10, 15, 20, 99)] == [0, 0, 2, 4, 4]
    assert cell_of(5, 5, 5, 3) == 2


def test_marks_are_those_of_the_answers() -> None:
    for kind, look in MARKS.items():
        shape = glyphs.MARKS[Mark(kind)]
        assert (look.glyph, look.plain) == (shape.glyph, shape.plain)
        assert look.style.endswith(f"${shape.tone.value}")


def test_a_bookmark_stands_beside_what_is_worse_so_that_both_are_seen() -> None:
    """Between two worse ones it gives way; ahead of the cursor it is muted like every mark."""
    view = TimeBarView(0, 50, 100, False, (TimeMark(20, "failed"), TimeMark(20, "bookmark"), TimeMark(80, "bookmark")))
    assert words(bar(view, 21)) == "━━━━✗▲━━━━●─────▲────"
    assert words(bar(view, 21, plain=True)) == "====X^====O-----^----"
    assert [bit.style for bit in bar(view, 21) if "▲" in bit.text] == ["$accent", "$muted"]
    full = TimeBarView(0, 100, 100, False, (*(TimeMark(at, "failed") for at in (15, 20, 25)), TimeMark(20, "bookmark")))
    assert "▲" not in words(bar(full, 21))


def test_where_there_is_little_room_the_tail_is_the_way_gone_alone() -> None:
    held = TimeBarView(start=0, now=50, end=100, tail="+7.6 s of 15.0 s")
    assert words(bar_line(held, 40)).rstrip().endswith("┤  +7.6 s")
