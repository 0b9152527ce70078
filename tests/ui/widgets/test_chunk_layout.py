"""The four forms of the map as text: what is drawn at which width."""

from __future__ import annotations

from collections import Counter

from runwatch.answers import glyphs
from runwatch.answers.lanes import STATES
from runwatch.answers.view import Mark
from runwatch.ui.line import Line, width_of
from runwatch.ui.widgets import chunk_cells as cells
from runwatch.ui.widgets.chunk_cells import COMPLETED, FAILED, INTERRUPTED, PENDING, RECOVERED, RUNNING
from runwatch.ui.widgets.chunk_layout import ChunkMapView, Form, Layout, layout, stands_for, with_cursor
from runwatch.ui.widgets.lanes import LaneRow, LaneSpan

S = 1_000_000_000


def words(line: Line) -> str:
    return "".join(bit.text for bit in line).rstrip()


def view(states: bytes) -> ChunkMapView:
    return ChunkMapView(states, range(len(states)), tuple(Counter(states).items()))


def drawn(made: Layout) -> list[str]:
    return [words(row) for row in made.rows]


ORDERS = ChunkMapView(
    bytes([RECOVERED, COMPLETED, RUNNING]),
    range(3),
    lanes=(
        LaneRow(0, RECOVERED, (LaneSpan(0, 2 * S, "failed"), LaneSpan(3 * S, 7 * S, "completed")), "500k", "7.4 s", 3),
        LaneRow(1, COMPLETED, (LaneSpan(7 * S, 10 * S, "completed"),), "500k", "2.9 s"),
        LaneRow(2, RUNNING, (LaneSpan(11 * S, None, "running"),), "", "2.0 s"),
    ),
    start=0,
    end=15 * S,
)


def test_lanes_stand_on_the_time_axis() -> None:
    made = layout(ORDERS, 76, 6)
    assert made.form is Form.LANES
    assert drawn(made) == [
        "chunk 0 ◆  ━━━━━✗┄━━━━━━━━━━■                         500k   7.4 s   3 tries",
        "chunk 1 ■                   ━━━━━━━━■                 500k   2.9 s",
        "chunk 2 ◧                             ━━━━━━━━━━━            2.0 s",
    ]
    assert {bit.style for bit in made.rows[0] if "━" in bit.text} == {"$v-failed", "$calm"}
    assert {width_of(row) for row in made.rows} == {76}


def test_lanes_in_ascii() -> None:
    assert drawn(layout(ORDERS, 76, 6, plain=True))[0] == (
        "chunk 0 R  =====X.===========                         500k   7.4 s   3 tries"
    )


def test_an_end_that_is_not_known_is_not_invented() -> None:
    lane = LaneRow(0, INTERRUPTED, (LaneSpan(5 * S, None, "interrupted"),))
    made = layout(ChunkMapView(bytes([INTERRUPTED]), range(1), lanes=(lane,), end=15 * S), 76, 6)
    assert drawn(made)[0].count("□") == 2
    assert "━" not in drawn(made)[0]


def test_long_chunk_numbers_keep_the_axis() -> None:
    lane = LaneRow(123_456, COMPLETED, (LaneSpan(0, S, "completed"),))
    row = drawn(layout(ChunkMapView(bytes([COMPLETED]), (123_456,), lanes=(lane,), end=S), 76, 6))[0]
    assert row.startswith("123456 ■   ━")


def test_too_many_lanes_become_spaced_cells() -> None:
    made = layout(ORDERS, 76, 2)
    assert made.form is Form.SPACED
    assert drawn(made)[0] == "◆ ■ ◧"


def test_spaced_cells_with_a_legend_of_what_is_there() -> None:
    states = bytes([COMPLETED] * 5 + [RECOVERED, FAILED, INTERRUPTED, RUNNING, PENDING, PENDING])
    made = layout(view(states), 80, 6)
    assert drawn(made) == [
        "■ ■ ■ ■ ■ ◆ ✗ □ ◧ · ·",
        "",
        "■ 5 completed   ◆ 1 recovered   ✗ 1 failed   □ 1 interrupted   ◧ 1 running",
        "· 2 pending",
    ]
    assert drawn(layout(view(states), 80, 6, plain=True))[0] == "= = = = = R X ! > . ."


def test_packed_cells_stand_in_round_rows() -> None:
    made = layout(view(bytes([COMPLETED] * 250 + [PENDING] * 50)), 116, 6)
    assert (made.form, made.per_row, made.map_rows) == (Form.PACKED, 100, 3)
    assert drawn(made)[2] == "200    " + "■" * 50 + "·" * 50
    assert made.foot == "one cell a chunk, 100 a row"
    assert layout(view(bytes(100)), 76, 6).per_row == 50


def test_one_failed_chunk_in_a_million_is_seen() -> None:
    states = bytearray([COMPLETED]) * 1_000_000
    states[777_777] = FAILED
    made = layout(view(bytes(states)), 116, 5)
    assert made.form is Form.DENSITY
    assert made.foot == "a cell is 3,334 chunks and shows the worst of them"
    assert sum(row.count("✗") for row in drawn(made)[:3]) == 1
    assert "✗ 1 failed, in 1 cell" in drawn(made)[-1]
    assert stands_for(view(bytes(states)), made, 777_777 // made.size * made.size) == 777_777


def test_a_cell_shows_the_worst_in_it() -> None:
    def of(*states: int) -> int:
        return cells.worst(bytes(states))

    assert of(COMPLETED, FAILED, COMPLETED) == FAILED
    assert of(COMPLETED, FAILED) == cells.HALF_FAILED
    assert of(COMPLETED, INTERRUPTED, RUNNING) == INTERRUPTED
    assert of(COMPLETED, RUNNING, PENDING) == RUNNING
    assert of(COMPLETED, PENDING) == cells.PARTLY
    assert of(RECOVERED, *[COMPLETED] * 9) == RECOVERED
    assert of(RECOVERED, *[COMPLETED] * 10) == COMPLETED
    assert of(PENDING, PENDING) == PENDING


def test_every_chunk_has_a_cell_and_every_cell_a_chunk() -> None:
    for count, width, room in ((1, 80, 6), (39, 30, 4), (300, 116, 6), (1234, 50, 5), (99_999, 116, 12), (7, 9, 2)):
        made = layout(view(bytes(count)), width, room)
        assert len(made.rows) <= max(room, made.map_rows)
        for position in {0, count // 2, count - 1}:
            found = made.position(*made.place(position))
            assert found is not None
            assert found == position // made.size * made.size


def test_the_cursor_is_reverse_video() -> None:
    made = layout(view(bytes([COMPLETED] * 3)), 40, 4)
    reversed_bits = [bit for bit in with_cursor(made, 1)[0] if "reverse" in bit.style]
    assert [bit.text for bit in reversed_bits] == ["■"]
    assert words(with_cursor(made, 1)[0]) == words(made.rows[0])
    lanes = layout(ORDERS, 76, 6)
    assert with_cursor(lanes, 2)[2][0] == ("chunk 2", "reverse $foreground")
    assert [words(row) for row in with_cursor(lanes, 2)] == drawn(lanes)


def test_nothing_is_drawn_of_nothing_and_the_smallest_terminal_does_not_matter() -> None:
    assert layout(ChunkMapView(), 80, 6).rows == ()
    assert layout(view(bytes([FAILED] * 1000)), 1, 1).map_rows >= 1


def test_the_maps_states_and_glyphs_are_those_of_the_answers() -> None:
    """The widget may not know the answers, so this holds the two tables together."""
    assert [(look.glyph, look.plain) for look in cells.LOOKS[:6]] == [
        (glyphs.glyph(mark), glyphs.glyph(mark, plain=True)) for mark in STATES
    ]
    assert [look.word for look in cells.LOOKS[:6]] == [glyphs.CHUNK_WORDS[mark] for mark in STATES]
    assert cells.LOOKS[cells.PARTLY].glyph == glyphs.glyph(Mark.PARTLY)
    for look, mark in zip(cells.LOOKS, STATES, strict=False):
        shape = glyphs.MARKS[mark]
        assert look.style == ("bold " if shape.bold else "") + f"${shape.tone.value}"
