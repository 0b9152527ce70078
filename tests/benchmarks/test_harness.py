"""What the benchmarks measure with: a screen, a terminal, a table. Nothing here looks at how long a thing took."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path

import pytest
from benchmarks import sight
from benchmarks.__main__ import GROUPS
from benchmarks.measure import Cost, Failed, cost, in_turn, ratio, share, typical
from benchmarks.others import FORMAT
from benchmarks.screen import Screen
from benchmarks.table import HEAD, Row, attempt, markdown, plain
from benchmarks.terminal import Terminal


def drawn(*pieces: str) -> Screen:
    screen = Screen(20, 4)
    for piece in pieces:
        screen.feed(piece.encode())
    return screen


def test_text_stands_where_it_was_put() -> None:
    """Whatever colours, titles and modes are about it."""
    screen = drawn("\x1b[?1049h\x1b]0;a title\x07\x1b[2;3H\x1b[1;38;2;1;2;3mone\x1b[0m\x1b[4;1Htwo\r\nx")
    assert screen.lines == ["", "  one", "", "xwo"]


def test_an_order_in_two_pieces_is_one() -> None:
    """Reads end anywhere, also in the middle of a letter."""
    screen = Screen(20, 4)
    data = "\x1b[3;5H● live".encode()
    for at in range(len(data)):
        screen.feed(data[at : at + 1])
    assert screen.lines[2] == "    ● live"


def test_what_is_erased_has_gone() -> None:
    assert drawn("abcdef\x1b[1;3H\x1b[K").lines[0] == "ab"
    assert drawn("abc\x1b[2;1Hdef\x1b[2J").text.strip() == ""


def test_only_a_row_of_the_table_is_content() -> None:
    """The tiles above it name every state, whatever there is."""
    tiles = "\x1b[3;1Hfailed running"
    assert not sight.has_content("orders")(drawn(tiles, "\x1b[4;1Horders"))
    screen = Screen(60, 10)
    screen.feed(b"\x1b[7;1H| running   orders")
    assert sight.has_content("orders")(screen)
    assert not sight.has_content("users")(screen)


def test_reading_is_not_whole() -> None:
    screen = Screen(60, 10)
    screen.feed(b" runwatch  live.jsonl   reading 4 %")
    assert not sight.is_whole(screen)
    screen.feed("\x1b[1;1H runwatch  a.jsonl  ● live \x1b[K".encode())
    assert sight.is_whole(screen)


def test_a_program_at_a_terminal_is_seen_and_answers_keys(tmp_path: Path) -> None:
    """Its end is told, and waiting for what never comes ends too."""
    code = "import sys; print('ready', flush=True); sys.stdin.readline(); print('answered', flush=True)"
    with Terminal([sys.executable, "-c", code], os.environ, tmp_path) as terminal:
        terminal.see(sight.says("ready"), 30, "greeting")
        terminal.press("\n")
        terminal.see(sight.says("answered"), 30, "answer")
        with pytest.raises(Failed, match="no more in 5 s; the program"):
            terminal.see(sight.says("more"), 5, "more")


def test_a_program_that_does_not_end_is_killed_and_named() -> None:
    with pytest.raises(Failed, match="no end after 0 s, killed"):
        cost([sys.executable, "-c", "while True: pass"], os.environ, 0.2)


def test_a_program_that_breaks_has_no_cost() -> None:
    with pytest.raises(Failed, match="ZeroDivisionError"):
        cost([sys.executable, "-c", "1 / 0"], os.environ, 30)


def test_memory_counts_the_children() -> None:
    """Two processes that hold 40 MB each hold 80."""
    hold = "held = bytearray(b'x') * (40 << 20); import time; time.sleep(0.5)"
    code = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {hold!r}])\n{hold}\nchild.wait()"
    if not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
        pytest.skip("only Linux tells who started whom")
    assert cost([sys.executable, "-c", code], os.environ, 30).peak > 80


def test_one_that_fails_does_not_keep_the_others_from_their_turns() -> None:
    turns: list[str] = []

    def works(name: str) -> Cost:
        turns.append(name)
        if name == "bad":
            raise Failed("broken")
        return Cost(2.0, 1.0, 3.0)

    good, bad, late = in_turn(3, 60, *(partial(works, name) for name in ("good", "bad", "late")))
    assert turns == ["good", "bad", "late", "good", "late", "good", "late"]
    assert typical(good) == Cost(2.0, 1.0, 3.0)
    assert ratio(good, late) == 1.0
    with pytest.raises(Failed, match="broken"):
        ratio(good, bad)


def test_a_row_that_fails_says_why_in_the_table() -> None:
    def fails() -> Row:
        raise Failed("no such | thing\nhere")

    row = attempt("a thing", fails)
    assert row.measured == "not measured: no such ¦ thing here"
    lines = markdown([row]).splitlines()
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == list(HEAD)
    assert {line.count("|") for line in lines} == {len(HEAD) + 1}
    assert json.loads(json.dumps(plain([row])))[0]["what"] == "a thing"


def test_shares_are_values_that_were_there() -> None:
    assert [share([3.0, 1.0, 2.0], part) for part in (0.0, 0.5, 1.0)] == [1.0, 2.0, 3.0]


def test_the_readme_has_a_row_for_every_group() -> None:
    page = (Path(FORMAT).parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in GROUPS if f"| `{name}` |" not in page] == []


def test_the_format_for_lnav_names_our_fields() -> None:
    fields = json.loads(FORMAT.read_text(encoding="utf-8"))["rivet_log"]
    assert {"run_id", "export_name", "event"} == set(fields["value"])
    assert fields["timestamp-field"] == "recorded_at"
