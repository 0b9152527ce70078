"""The raw view: the line itself, whatever it holds, and honest words where it is gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ui.screens.shell import HOSTILE, SIZES, ShellApp, assert_harmless, session_of, write

from runwatch.core.places import Place, Segment
from runwatch.ui.raw_text import RawText, gone_words, pretty_lines
from runwatch.ui.screens.raw import RawScreen

LINE = (
    b'{"run_id":"orders_1","event":{"ChunkFailed":{"chunk_index":0,"error":"db [/nope]","rate":1.50e3,"e":[],"o":{}}}}'
)


def place_in(path: str = "logs/orders.jsonl") -> Place:
    return Place(Segment(0, path, path, "orders"), 5, 0, 812)


def app_of(tmp_path: Path, line: bytes | None, place: Place | None = None) -> ShellApp:
    return ShellApp(session_of(write(tmp_path / "a.jsonl", [])), RawScreen(place or place_in(), line))


def texts(words: RawText, width: int = 80) -> list[str]:
    return ["".join(bit.text for bit in line) for line in words.lines(width)]


def test_the_pretty_form_keeps_every_token_as_the_log_has_it() -> None:
    """A number keeps its digits, a key that comes twice stands twice."""
    assert texts(RawText(b'{"a":1.50e3,"a":[],"big":123456789012345678901234567890,"o":{ },"l":[1,{"x":null}]}')) == [
        "{",
        '  "a": 1.50e3,',
        '  "a": [],',
        '  "big": 123456789012345678901234567890,',
        '  "o": { },',
        '  "l": [',
        "    1,",
        "    {",
        '      "x": null',
        "    }",
        "  ]",
        "}",
    ]


def test_a_line_that_is_not_json_is_shown_as_it_is() -> None:
    assert texts(RawText(b'{"run_id": "half')) == ['{"run_id": "half']
    assert texts(RawText(b"\xff\x00[/nope]")) == ["\\xff\\u0000[/nope]"]


def test_controls_and_direction_marks_are_escaped_in_both_forms() -> None:
    line = json.dumps({"error": HOSTILE}, ensure_ascii=False).encode()
    for verbatim in (False, True):
        shown = "".join(texts(RawText(line, verbatim=verbatim), 400))
        assert "\\u202eabc" in shown
        assert "\\u009b31m" in shown
        assert "[/nope] [ERROR] [@click=app.quit]x[/] \\u001b[31m" in shown


@pytest.mark.parametrize(
    "line",
    [
        b'{"error":"' + b"x" * (16 << 20) + b'"}',
        b"[" + b"1," * (8 << 20) + b"1]",
        b"[" * 500 + b"]" * 500,
        b"\x00" * (16 << 20),
    ],
    ids=["one text", "many members", "deep", "not JSON"],
)
def test_an_enormous_line_is_cut_and_says_so(line: bytes) -> None:
    for verbatim in (False, True):
        shown = RawText(line, verbatim=verbatim).lines(100)
        assert sum(len(bit.text) for row in shown for bit in row) < 400_000
        if len(line) > 65536:
            assert "".join(bit.text for bit in shown[-1]).startswith("… cut here: the first 64 KiB of 16.8 MB")


def test_long_values_are_wrapped_below_themselves() -> None:
    shown, is_cut = pretty_lines('{"error":"' + "word " * 30 + '"}', 40)
    assert not is_cut
    assert all(sum(len(bit.text) for bit in row) <= 40 for row in shown)


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_every_size(size: tuple[int, int], tmp_path: Path) -> None:
    app = app_of(tmp_path, LINE)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("j", "G", "v", "k", "g", "ctrl+d", "ctrl+u", "pagedown", "pageup", "y")
        assert_harmless(app.shown)
        assert len(app.copied) == 1


async def test_it_says_where_the_line_stands_and_scrolls(tmp_path: Path) -> None:
    app = app_of(tmp_path, b"[" + b",".join(b"%d" % number for number in range(100)) + b"]")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "orders.jsonl:5" in app.shown
        assert "logs/orders.jsonl:5 · byte 812" in app.shown
        assert "▼ 82 more" in app.shown
        await pilot.press("G")
        assert " 99 " in app.shown
        assert "more" not in app.shown
        await pilot.press("g", "j")
        assert " 0," in app.shown
        await pilot.press("v")
        await pilot.pause()
        assert "[0,1,2,3," in app.shown
        await pilot.press("v")
        await pilot.pause()
        assert "[0,1,2,3," not in app.shown
        await pilot.press("escape")
        assert app.opened == ["left"]


async def test_what_is_gone_is_said_to_be_gone(tmp_path: Path) -> None:
    place = place_in()
    place.segment.gone = "truncated"
    app = app_of(tmp_path, None, place)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "its bytes are gone: orders.jsonl was truncated" in app.shown
        await pilot.press("y")
        assert app.copied == []
    assert gone_words(place_in()) == "its bytes are gone: orders.jsonl cannot be read any more"


async def test_a_hostile_line_and_path_stay_text(tmp_path: Path) -> None:
    line = json.dumps({"[/nope]": HOSTILE}, ensure_ascii=False).encode()
    app = app_of(tmp_path, line, place_in(f"logs/{HOSTILE}.jsonl"))
    async with app.run_test(size=(200, 30)) as pilot:
        await pilot.pause()
        for key in ("v", "v", "y", "a"):
            await pilot.press(key)
            await pilot.pause()
            assert_harmless(app.shown)
        assert '"[/nope]": "[/nope] [ERROR] [@click=app.quit]x[/]' in app.shown
        assert_harmless(app.copied[0][0])


async def test_its_keys_stay_in_the_footer_when_it_is_painted_again(tmp_path: Path) -> None:
    app = app_of(tmp_path, LINE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.page.repaint()
        await pilot.pause()
        assert app.shown.splitlines()[-1].startswith(" esc back   v verbatim   y copy ")
