"""Each pane alone: on an empty, a full and a hostile answer, at three sizes."""

from __future__ import annotations

import pytest
from tests.fakes import pressed, screen_text
from textual.app import ComposeResult

from runwatch.answers.view import Answer, Evidence, Mark, Row, Series, Span, Tone
from runwatch.core.places import Place, Segment
from runwatch.ui.answer_lines import pane_lines
from runwatch.ui.answer_pane import AnswerPane
from runwatch.ui.looks import LooksApp
from runwatch.ui.run_board import PANES

LOG = Segment(1, "logs/orders.jsonl", "logs/orders.jsonl", "orders")
HOSTILE = "[/nope] [@click=app.quit]x[/] \x1b[31m \u202e 漢字 $error"


def proof(*lines: int) -> Evidence:
    places = tuple(Place(LOG, line) for line in lines)
    return Evidence(" ".join(["orders.jsonl" + places[0].where, *(place.where for place in places[1:])]), places)


EMPTY = Answer("2", "Happened", "", ())
FULL = Answer(
    "2",
    "Happened",
    "211 chunks completed, 5.86M rows so far",
    (
        Row("chunks", (Span("211 of 300"), Span("3 recovered", Tone.DEGRADED)), Mark.SUCCEEDED),
        Row("attempts", (Span("217"), Span("2 failed", Tone.FAILED)), Mark.FAILED, proof(3, 5)),
        Row("", (Span("and a value that goes on for longer than any pane is wide, on and on and on and on and on"),)),
        Row("retries", (Span("2"), Span("18.3 s", lead="backoff")), Mark.NONE, proof(7)),
    ),
    badge=Mark.FAILED,
    badge_count=2,
    graph=Series((10.0, None, 20.0, 44_400.0), "44k", "44.4k", running=True),
)
BAD = Answer("2", HOSTILE, HOSTILE, tuple(Row(HOSTILE, (Span(HOSTILE), Span(HOSTILE, lead=HOSTILE))) for _ in range(9)))


PICTURE = [
    "╭─ 2 Happened ✗ 2 ─────────────────────────────────────────╮",
    "│ 211 chunks completed, 5.86M rows so far                  │",
    "│                                                          │",
    "│ rows/s        ▇  44k                                     │",
    "│ 44.4k      ▁ ▁█  0                                       │",
    "│ ✓ chunks     211 of 300   3 recovered                    │",
    "│ ✗ attempts   217   2 failed            orders.jsonl:3 :5 │",
    "│              and a value that goes on for longer than a… │",
    "│   retries    2   backoff 18.3 s           orders.jsonl:7 │",
    "│                                                          │",
    "│                                                          │",
    "╰──────────────────────────────────────────────────────────╯",
]


class Alone(LooksApp):
    def __init__(self, pane: AnswerPane) -> None:
        super().__init__()
        self.pane = pane
        self.opened = 0

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.styles.padding = 0  # as run.tcss has it
        self.pane.focus()

    def on_answer_pane_opened(self) -> None:
        self.opened += 1


@pytest.mark.parametrize("size", [(3, 2), (40, 8), (100, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("kind", PANES, ids=lambda kind: kind.NAME)
async def test_a_pane_shows_any_answer_at_any_size(kind: type[AnswerPane], size: tuple[int, int]) -> None:
    app = Alone(kind(classes="box"))
    async with app.run_test(size=size) as pilot:
        for answer in (EMPTY, FULL, BAD, EMPTY, BAD):
            app.pane.show(answer)
            await pressed(pilot, "j", "G", "ctrl+u", "pagedown", "k", "g")
            app.pane.shape(roomy=answer is BAD, tiny=answer is FULL)
            await pilot.pause()
            assert all(char.isprintable() or char == "\n" for char in screen_text(app))


def test_the_panes_are_those_of_the_keys() -> None:
    """Their order is that of the answers."""
    assert [(pane.KEY, pane.NAME) for pane in PANES] == [
        ("1", "Planned"),
        ("2", "Happened"),
        ("3", "Degraded"),
        ("4", "Succeeded"),
    ]


async def test_an_equal_answer_is_not_drawn_again() -> None:
    pane = PANES[1](classes="box")
    app = Alone(pane)
    async with app.run_test(size=(60, 16)) as pilot:
        pane.show(FULL)
        await pilot.pause()
        made = pane.made(pane.size.width)
        pane.show(Answer(*(getattr(FULL, name) for name in Answer.__struct_fields__)))
        assert pane.made(pane.size.width) is made


async def test_a_pane_reads_as_the_rules_of_looks_have_it() -> None:
    app = Alone(PANES[1](classes="box"))
    async with app.run_test(size=(60, 12)) as pilot:
        app.pane.show(FULL)
        await pilot.pause()
        assert screen_text(app).split("\n") == PICTURE


async def test_a_cursor_is_seen_only_once_it_was_moved() -> None:
    """Four panes with four cursors would be noise."""
    app = Alone(PANES[1](classes="box"))
    async with app.run_test(size=(60, 12)) as pilot:
        app.pane.show(FULL)
        await pilot.pause()
        assert "▌" not in screen_text(app)
        assert app.pane.evidence == proof(3, 5), "without a cursor the first evidence there is"
        await pressed(pilot, "j", "enter")
        assert "▌✓ chunks" in screen_text(app)
        assert app.opened == 1
        assert app.pane.evidence == Evidence()
        await pressed(pilot, "j", "j")
        assert app.pane.evidence == proof(3, 5), "a line without a label goes on from the one above"


async def test_a_long_value_wraps_where_there_is_room() -> None:
    app = Alone(PANES[1](classes="box"))
    async with app.run_test(size=(60, 14)) as pilot:
        app.pane.show(FULL)
        app.pane.shape(roomy=True, tiny=False)
        await pressed(pilot, "j", "j", "j")
        text = screen_text(app)
        assert "and a value that goes on for longer than " in text
        assert "any pane is wide, on and on" in text
        assert text.count("▌") == 3, "each line of the selected row is marked"


def test_a_figure_is_shown_whole_or_not_at_all_and_what_failed_goes_last() -> None:
    spans = (Span("18 of 48"), Span("11 recovered", Tone.DEGRADED), Span("12 failed", Tone.FAILED), Span("14 running"))
    answer = Answer("2", "Happened", "", (Row("chunks", spans),))
    shown = {
        width: "".join(bit.text for bit in pane_lines(answer, width).rows[0]).rstrip() for width in (70, 50, 40, 30)
    }
    assert shown == {
        70: "chunks     18 of 48   11 recovered   12 failed   14 running",
        50: "chunks     18 of 48   11 recovered   12 failed …",
        40: "chunks     18 of 48   12 failed …",
        30: "chunks     18 of 48 …",
    }


def test_a_tiny_pane_says_in_two_words_that_failures_are_not_recorded() -> None:
    spans = (Span("2,500"), Span("failures are not recorded in this run", Tone.MUTED))
    row = pane_lines(Answer("2", "Happened", "", (Row("attempts", spans),)), 38, tiny=True).rows[0]
    assert "".join(bit.text for bit in row).rstrip() == "attempts   2,500   failures unknown"
