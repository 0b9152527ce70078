"""The Problems screen: which lines could not be read, why, and the line itself with the place that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ui.screens.shell import HOSTILE, SIZES, ShellApp, assert_harmless, event, read_more, session_of, write
from textual.widgets import Input

from runwatch.core.places import Place, Segment
from runwatch.ui.problem_words import ProblemRows, ProblemWords, column_of
from runwatch.ui.problems_answer import ProblemsView, aside, sentence
from runwatch.ui.screens.problems import ProblemsPage
from runwatch.ui.screens.raw import RawScreen

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "sample_runs" / "small-problem-lines.jsonl"
GOOD = event("orders_1", 1, PlanWarning={"rule": "r", "message": "m"})


def app_of(*paths: Path) -> ShellApp:
    return ShellApp(session_of(*paths), ProblemsPage())


def texts(reason: str, line: bytes | None, width: int = 80) -> list[str]:
    place = Place(Segment(0, "a.jsonl", "a.jsonl", "a"), 4, 0, 99)
    return ["".join(bit.text for bit in row).rstrip() for row in ProblemWords((place, reason), line).lines(width)]


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_every_size(size: tuple[int, int]) -> None:
    app = app_of(SAMPLE)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in ("j", "G", "k", "g", "ctrl+d", "n", "N", "f", "tab", "m", "m", "slash", "x", "escape", "a", "y"):
            await pilot.press(key)
        await pilot.pause()
        assert_harmless(app.shown)
        assert app.screen is app.page


async def test_it_says_how_many_of_how_many_and_lists_them_by_path_and_line(tmp_path: Path) -> None:
    second = write(tmp_path / "b.jsonl", [b"{", GOOD])
    first = write(tmp_path / "a.jsonl", [GOOD, b'{"run_id":"orders_1","expo'])
    app = app_of(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "2 lines of 4 could not be read" in app.shown
        assert "They are kept, counted and shown; nothing was dropped." in app.shown
        rows = [row for row in app.shown.split("\n") if " not JSON: " in row]
        assert ["a.jsonl" in rows[0], "b.jsonl" in rows[1]] == [True, True]
        assert str(tmp_path) not in rows[0]
        assert "a.jsonl:2 · byte" in app.shown
        assert "its run_id is orders_1; its event is unknown" in app.shown
    assert first < second


async def test_the_mark_stands_under_the_place_that_is_wrong() -> None:
    app = app_of(SAMPLE)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        await pilot.press("j")
        await pilot.pause()
        rows = app.shown.split("\n")
        mark = next(row for row in rows if "▲" in row)
        assert "▲ the line ends here, inside a string" in mark
        line = next(row for row in rows if '"run_id":' in row)
        assert mark.index("▲") == len(line.rstrip("│ ")) - 1


@pytest.mark.parametrize("width", [20, 33, 60, 61, 80])
def test_the_mark_is_right_in_any_row_of_a_wrapped_line(width: int) -> None:
    line = "é" * 50 + "\x00" + "世" * 40 + "X" + "y" * 60
    shown = texts("not JSON: bad at column 92", line.encode(), width)
    at = next(number for number, row in enumerate(shown) if "▲" in row)
    from rich.cells import cell_len

    cells = cell_len(shown[at][: shown[at].index("▲")])
    before = shown[at - 1]
    assert "X" in before
    assert cell_len(before[: before.index("X")]) == cells


def test_a_long_line_is_cut_around_the_mark_and_says_so() -> None:
    line = b"a" * 100_000 + b"X" + b"b" * 100_000
    shown = texts("not JSON: bad at column 100,001", line, 100)
    assert any("97,953 characters before this are not shown" in row for row in shown)
    assert any("X" in row for row in shown)
    assert "more characters; v shows them" in shown[-1]
    assert sum(map(len, shown)) < 6_000


def test_bytes_that_are_no_text_are_marked_too() -> None:
    assert column_of("not UTF-8 at byte 3", b"\xc3\xa9\xff") == 2
    assert column_of("not UTF-8 at byte 3", b"ab\xff") == 3
    assert column_of("missing", b"ab") is None
    assert column_of("bad at column 0", b"") is None
    assert any("\\xff" in row for row in texts("not UTF-8 at byte 3", b"ab\xff"))


def test_what_is_gone_and_what_is_a_whole_file_is_said() -> None:
    assert texts("not JSON", None)[-1] == "its bytes are gone: a.jsonl cannot be read any more"
    words = ProblemWords(("a.gz", "truncated"), None)
    assert "the whole file" in "".join(bit.text for row in words.lines(80) for bit in row)
    assert [bit.text for bit in ProblemRows([("a.gz", "cut")]).cell(0, "line", 8)] == ["–"]


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (ProblemsView(read=4312), "no problems: all 4,312 lines were read"),
        (ProblemsView(read=1), "no problems: the one line was read"),
        (ProblemsView(), "no problems: no line was read yet"),
        (ProblemsView(read=7, is_whole=False), "no problems so far: all 7 lines were read"),
        (ProblemsView(lines=3, read=48210, kept=3), "3 lines of 48,210 could not be read"),
        (ProblemsView(lines=1, files=2, read=5, kept=3), "1 line of 5 and 2 files could not be read"),
        (ProblemsView(files=1, kept=1), "1 file could not be read"),
    ],
)
def test_the_sentence_has_the_numbers(view: ProblemsView, said: str) -> None:
    assert sentence(view) == said


def test_what_is_capped_is_said_to_be_capped() -> None:
    assert "The first 10,000 of 12,345" in aside(ProblemsView(lines=12345, read=20000, kept=10000))
    assert aside(ProblemsView(lines=1, read=2, kept=1, unknown=1)).endswith("1 unknown event is no problem.")


async def test_without_problems_it_says_so_and_they_appear_when_they_come(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [GOOD])
    app = app_of(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "no problems: the one line was read" in app.shown
        assert "╭" not in app.shown
        await pilot.press("j", "v", "y", "enter", "m", "tab", "f")
        with path.open("ab") as log:
            log.write(b"not json\n{\n")
        read_more(app.session)
        app.page.repaint()
        await pilot.pause()
        assert "2 lines of 3 could not be read" in app.shown
        assert "Problems 2" in app.shown


async def test_the_filter_narrows_as_it_is_typed_and_esc_peels_it() -> None:
    app = app_of(SAMPLE)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"!reason:json")
        await pilot.pause()
        assert "Problems 3 of 5" in app.shown
        assert "not JSON" not in app.shown
        await pilot.press("enter", "n")
        await pilot.pause()
        assert app.focused is app.page.query_one("#list")
        assert "FileWritten.rows" in app.shown
        await pilot.press("escape")
        await pilot.pause()
        assert "Problems 5" in app.shown
        assert app.opened == []
        await pilot.press("slash", *"q?", "escape")
        await pilot.pause()
        assert "Problems 5" in app.shown
        assert app.screen is app.page
        await pilot.press("escape")
        assert app.opened == ["left"]


async def test_a_filter_without_hits_says_how_many_it_hides(tmp_path: Path) -> None:
    app = app_of(SAMPLE)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"[/nope]", "enter")
        await pilot.pause()
        assert "no problem matches [/nope]; 5 are hidden" in app.shown
        await pilot.press("v", "y", "enter", "f", "m", "m")
        assert app.copied == []
        app.page.query_one(Input).value = "\x1b]52;c;x\x07"
        await pilot.pause()
        assert_harmless(app.page.query_one(Input).value)


async def test_enter_and_v_open_the_line_and_y_cites_it() -> None:
    app = app_of(SAMPLE)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for key in ("v", "enter"):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, RawScreen)
            await pilot.press("escape")
        await pilot.press("y")
        assert app.copied[0][0].endswith("small-problem-lines.jsonl:2: PlanWarning.message: missing")


async def test_f_keeps_the_cursor_on_the_one_that_came_last(tmp_path: Path) -> None:
    """Wherever it stands in the list; a move by hand ends it."""
    write(tmp_path / "b.jsonl", [b"{1", b"{2"])
    path = write(tmp_path / "a.jsonl", [b"{3"])
    app = app_of(tmp_path)
    page = app.page
    assert isinstance(page, ProblemsPage)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("G", "f")
        await pilot.pause()
        with path.open("ab") as log:
            log.write(b"{4\n")
        read_more(app.session)
        page.repaint()
        await pilot.pause()
        assert "a.jsonl:2 · byte" in app.shown
        await pilot.press("g")
        await pilot.pause()
        assert not page.following


async def test_a_file_that_cannot_be_read_has_no_line_to_open(tmp_path: Path) -> None:
    app = app_of(write(tmp_path / "a.jsonl", [GOOD]))
    app.session.runs.report(f"logs/{HOSTILE}.gz", "not a gzip file")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        assert "1 file could not be read" in app.shown
        assert_harmless(app.shown)
        await pilot.press("v")
        assert app.said == ["the whole file cannot be read; there is no line to show"]


@pytest.mark.parametrize("size", [(200, 60), (80, 24), (40, 12), (18, 3)])
async def test_a_hostile_line_stays_text(size: tuple[int, int], tmp_path: Path) -> None:
    line = json.dumps({"run_id": HOSTILE, "event": HOSTILE}, ensure_ascii=False).encode()
    app = app_of(write(tmp_path / "a.jsonl", [line, HOSTILE.encode(), b"\xff" + HOSTILE.encode()]))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in ("j", "j", "tab", "m", "m", "v", "v", "escape", "a"):
            await pilot.press(key)
            await pilot.pause()
            assert_harmless(app.shown)


async def test_ten_thousand_problems_move_at_once(tmp_path: Path) -> None:
    app = app_of(write(tmp_path / "a.jsonl", [b"{"] * 10_050))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "10,050 lines of 10,050 could not be read" in app.shown
        assert "The first 10,000 of 10,050 are kept and shown" in app.shown
        await pilot.press("G")
        await pilot.pause()
        assert "10,000" in app.shown


async def test_a_tiny_terminal_has_the_reason_in_full_below_the_list(tmp_path: Path) -> None:
    write(tmp_path / "a-file-with-a-long-name.jsonl", [b'{"run_id":"orders_1","export_name":"orders","event":"No"}'])
    app = app_of(tmp_path)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        reason = app.session.runs.problems[0][1]
        assert reason[:30] in app.shown.splitlines()[-4]
