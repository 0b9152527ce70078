"""Header, footer, tiles, charts and columns as text, at each width class."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runwatch.ui import keys
from runwatch.ui.line import Line, width_of
from runwatch.ui.widgets.footer import footer_line
from runwatch.ui.widgets.header import HeaderView, header_line
from runwatch.ui.widgets.spark import graph, sparkline
from runwatch.ui.widgets.table import Column, lay_out
from runwatch.ui.widgets.tiles import Tile, tiles_one, tiles_two

LIVE = HeaderView("./events", (), (), "live", "●", "1.2k ev/s", "0.0 s behind", "", 3, "18:24:22", "UTC")
RUN = HeaderView(
    "./events", ("orders", "20261123T181353.078"), ("orders", "18:13:53"), "log ended", events="14 events",
    clock="18:24:22", zone="UTC",
)  # fmt: skip
TILES = (
    Tile("✗", "failed", 4, "$v-failed"),
    Tile("☠", "lost", 0, "$v-lost"),
    Tile("✓", "succeeded", 31, "$v-succeeded"),
)


def words(line: Line) -> str:
    return "".join(bit.text for bit in line)


def ends(line: Line) -> tuple[str, str]:
    left, _, right = words(line).strip().partition("    ")
    return left.strip(), right.strip()


@pytest.mark.parametrize(
    ("width", "right"),
    [
        (120, "● live · 1.2k ev/s · 0.0 s behind · 3 problems   18:24:22 UTC"),
        (80, "● live · 0.0 s behind · 3 problems   18:24:22 UTC"),
        (62, "● live · 3 problems   18:24:22 UTC"),
        (40, "● live 3! 18:24"),
    ],
)
def test_the_header_drops_words_but_never_state_problems_and_clock(width: int, right: str) -> None:
    assert ends(header_line(LIVE, width))[1] == right


def test_the_headers_path_gives_up_source_then_the_runs_date() -> None:
    assert words(header_line(RUN, 120)).startswith(" runwatch  ./events › orders › 20261123T181353.078 ")
    assert words(header_line(RUN, 90)).startswith(" runwatch  orders › 20261123T181353.078 ")
    assert words(header_line(RUN, 64)).startswith(" runwatch  orders › 18:13:53 ")
    assert words(header_line(RUN, 120)).rstrip().endswith("log ended · 14 events · no problems   18:24:22 UTC")
    last = next(bit for bit in header_line(RUN, 120) if bit.text.startswith("2026"))
    assert last.style == "$foreground"


def test_the_export_outlives_our_own_name() -> None:
    assert words(header_line(RUN, 44)).split() == ["orders", "›", "18:13:53", "log", "ended", "18:24"]
    assert words(header_line(RUN, 26)).strip().endswith("log ended 18:24")


def test_a_remark_is_cut_before_the_clock_is() -> None:
    view = replace(LIVE, remark="waiting for /var/log/exports/nightly", problems=0)
    for width in (120, 80, 40, 30):
        line = words(header_line(view, width))
        assert "18:24" in line
        assert "● live" in line
        assert "waiting" in line


def test_a_remark_is_cut_before_the_event_or_the_path_is() -> None:
    remark = "polling every 1 s: no file notifications"
    held = replace(RUN, state="paused at 18:13:56.970", state_mark="▍▍", clock="", events="event 6 of 12", held=True)
    line = words(header_line(replace(held, remark=remark), 80))
    for part in ("orders › 18:13:53", "paused at 18:13:56.970", "event 6 of 12", "polling every…"):
        assert part in line
    raw = replace(held, path=("", "", "18:13:53", "orders.jsonl:3"), path_short=(), events="", remark=remark)
    assert "orders.jsonl:3" in words(header_line(raw, 80))


def test_problems_are_amber_only_when_there_are_any() -> None:
    assert [bit.style for bit in header_line(LIVE, 120) if "problem" in bit.text] == ["$v-degraded"]
    assert [bit.style for bit in header_line(RUN, 120) if "problem" in bit.text] == ["$muted"]


@given(st.integers(1, 220), st.sampled_from([LIVE, RUN, HeaderView()]))
def test_one_line_is_one_line(width: int, view: HeaderView) -> None:
    assert width_of(header_line(view, width)) == width
    assert width_of(footer_line(keys.footer("runs"), keys.help_hint(), width)[0]) == width


def test_the_footer_has_nine_six_or_two_and_help_at_the_right() -> None:
    hints, always = keys.footer("run"), keys.help_hint()
    wide, narrow, tiny = (words(footer_line(hints, always, width)[0]) for width in (160, 80, 40))
    assert wide.startswith(" esc runs   1-4 pane   enter open   e next failure   i events ")
    assert narrow.rstrip() == " esc runs   1-4 pane   enter open   e failure   i events   space pause   ? help"
    assert tiny.rstrip() == " esc runs   1-4 pane             ? help"


def test_a_click_on_the_footer_finds_its_key() -> None:
    line, spots = footer_line(keys.footer("run"), keys.help_hint(), 80)
    for first, last, key in spots:
        shown = words(line)[first : last + 1]
        assert shown[0] != " " != shown[-1]
        assert key in {"escape", "1", "enter", "e", "i", "space", "question_mark"}


def test_tiles_in_two_lines_in_one_and_without_blanks() -> None:
    above, below = tiles_two(TILES, 60)
    assert words(above).split() == ["✗", "4", "☠", "0", "✓", "31"]
    assert words(below).split() == ["failed", "lost", "succeeded"]
    assert words(tiles_one(TILES, 80, "43 runs")).rstrip() == " ✗ 4   ☠ 0   ✓ 31    43 runs"
    assert words(tiles_one(TILES, 40, "43 runs")).rstrip() == " ✗4 ✓31 43 runs"
    assert next(bit for bit in above if "☠" in bit.text).style == "$faint", "a zero is there, and quiet"


def test_a_sparkline_is_blank_where_nothing_was_heard() -> None:
    assert sparkline([0, 1, None, 5, 7, 3, 9, 10]) == "▁▁ ▄▅▃▇▇"
    assert sparkline([1.0]) == "       ▇"
    assert sparkline([float("nan"), float("inf"), None, 0]) == "       ▁"
    assert sparkline([0, 5, 10], plain=True) == "     _:*"
    assert sparkline([]) == " " * 8


def test_a_graph_has_its_maximum_and_its_newest_bucket_in_blue() -> None:
    upper, lower = graph([0, None, 10, 20], 12, maximum="48k", running=True)
    assert (words(upper), words(lower)) == ("   ▇   48k  ", "▁ ██   0    ")
    assert next(bit for bit in lower if bit.style == "$v-running").text == "█"


COLUMNS = (
    Column("verdict", "verdict", 14, tiny=8),
    Column("export", "export", 15, gap=1, tiny=10, most=30),
    Column("started", "started", 8, gap=1, from_width=76),
    Column("bar", "chunks", 10, gap=3, from_width=110),
    Column("chunks", "chunks", 10, "right", covered_by="bar"),
    Column("last", "last", 7, "right"),
    Column("why", "why", 10, gap=3, from_width=160, rest=True),
)


def test_columns_drop_by_width_and_one_takes_the_slack() -> None:
    def names(room: int, terminal: int) -> list[str]:
        return [f"{placed.column.id}:{placed.width}" for placed in lay_out(COLUMNS, room, terminal)]

    assert names(35, 40) == ["verdict:8", "export:9", "chunks:10", "last:7"]
    assert names(71, 76) == ["verdict:14", "export:30", "started:8", "chunks:10", "last:7"]
    assert names(115, 120)[3] == "bar:10"
    assert names(195, 200)[-1] == "why:123"


def test_a_head_is_given_up_to_the_column_that_covers_it() -> None:
    heads = {placed.column.id: placed.head for placed in lay_out(COLUMNS, 115, 120)}
    assert (heads["bar"], heads["chunks"]) == ("chunks", "")
    assert {placed.column.id: placed.head for placed in lay_out(COLUMNS, 75, 80)}["chunks"] == "chunks"


def test_columns_never_overlap() -> None:
    for terminal in range(60, 220):
        x = 0
        for placed in lay_out(COLUMNS, terminal - 5, terminal):
            assert placed.start >= x
            x = placed.start + placed.width
        assert x <= terminal - 5


@pytest.mark.parametrize(
    ("width", "right"),
    [
        (120, "▍▍ paused at 18:14:00.600 · 49m27s behind · event 7 of 14 · 5 problems   UTC"),
        (80, "▍▍ paused at 18:14:00.600 · 49m27s behind · 5 problems"),
        (40, "▍▍ paused at 18:14:00.600 5!"),
    ],
)
def test_how_far_behind_a_held_moment_is_falls_away_late(width: int, right: str) -> None:
    """It is what one has to know before one takes it for now."""
    held = HeaderView(
        source="./events", path=("orders", "20261123T181353.078"), path_short=("orders", "18:13:53"),
        state="paused at 18:14:00.600", state_mark="▍▍", lag="49m27s behind", events="event 7 of 14", problems=5,
        zone="UTC", held=True,
    )  # fmt: skip
    assert words(header_line(held, width)).rstrip().endswith(right)
