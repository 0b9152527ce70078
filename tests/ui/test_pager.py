"""`O`: the user's own pager or editor at the line, without a shell, and a word where it cannot be had."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Any

import pytest
from tests.ui.test_keys_everywhere import go_to, top, watching

from runwatch.core.places import Place, Segment
from runwatch.ui import pager
from runwatch.ui.pager import Call, call, program_of, run

SOURCE = Path(pager.__file__).parents[2]
LINE = b'{"event":"\x1b[31m"}'


def place_of(path: str, line: int = 7, **more: Any) -> Place:
    return Place(Segment(0, path, path, "x", **more), line)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --------------------------------------------------------------------------------------------------- which, and how


def test_the_pager_comes_first_then_the_editors_then_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    both = {"PAGER": "less -R", "VISUAL": "nvim", "EDITOR": "vi"}
    assert program_of(both) == ("less", "-R")
    assert program_of(both | {"PAGER": "  "}) == ("nvim",)
    assert program_of({"EDITOR": "emacsclient -nw -c"}) == ("emacsclient", "-nw", "-c")
    assert program_of({"PAGER": "'/opt/my pager/less' -S"}) == ("/opt/my pager/less", "-S")
    assert program_of({"PAGER": "less 'never closed"}) == ("less 'never closed",)
    assert program_of({}) == ("less",)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert program_of({}) == ()


@pytest.mark.parametrize(
    ("program", "argv"),
    [
        (("less",), ("less", "+7", "./a.jsonl")),
        (("/usr/bin/less", "-R"), ("/usr/bin/less", "-R", "+7", "./a.jsonl")),
        (("vim",), ("vim", "+7", "./a.jsonl")),
        (("nano",), ("nano", "+7", "./a.jsonl")),
        (("hx",), ("hx", "./a.jsonl:7")),
        (("cat",), ("cat", "./a.jsonl")),
    ],
)
def test_a_plain_log_is_opened_at_the_line(program: tuple[str, ...], argv: tuple[str, ...], home: Path) -> None:
    (home / "a.jsonl").write_bytes(LINE)
    assert call(program, place_of("a.jsonl"), LINE) == Call(argv)


ODD = ["-R.jsonl", "+!touch owned.jsonl", "$(touch owned).jsonl", "a; touch owned.jsonl", "a b\nc.jsonl", "'.jsonl"]


@pytest.mark.parametrize("name", ODD)
def test_no_name_of_a_log_is_an_option_or_a_command(name: str, home: Path) -> None:
    """One argument, which begins with a dot or a slash; nothing is parsed by a shell."""
    (home / name).write_bytes(LINE)
    wanted = call(("less",), place_of(name), LINE)
    assert wanted.argv == ("less", "+7", f"./{name}")
    assert run(Call((sys.executable, "-c", "import sys; assert open(sys.argv[2]).read()", *wanted.argv[1:]))) == ""
    assert sorted(path.name for path in home.iterdir()) == [name]
    assert call(("less",), place_of(str(home / name)), LINE).argv[2] == str(home / name)


@pytest.mark.parametrize("what", ["document", "gzip", "pipe", "stdin", "gone", "absent"])
def test_what_cannot_be_opened_at_a_line_is_paged_as_text(what: str, home: Path) -> None:
    """Its controls as escapes: not every pager makes them harmless."""
    (home / "a.jsonl.gz").write_bytes(gzip.compress(LINE))
    (home / "a.json").write_bytes(LINE)
    os.mkfifo(home / "pipe.jsonl")
    place = {
        "document": place_of("a.json", document=True),
        "gzip": place_of("a.jsonl.gz"),
        "pipe": place_of("pipe.jsonl"),
        "stdin": place_of("-"),
        "gone": place_of("a.json", gone="removed"),
        "absent": place_of("nowhere.jsonl"),
    }[what]
    text = b'{"event":"\\u001b[31m"}\n'
    assert call(("less", "-S"), place, LINE) == Call(("less", "-S"), text)
    assert call(("vim",), place, LINE) == Call(("vim", "-"), text)


def test_what_cannot_run_or_fails_is_said_in_one_line(home: Path) -> None:
    (home / "plain.txt").write_text("no program")
    assert run(Call(("true",))) == ""
    assert run(Call(("no-such-pager", "+1"))) == "cannot run no-such-pager: No such file or directory"
    assert run(Call(("./plain.txt",))) == "cannot run ./plain.txt: Permission denied"
    assert run(Call(("sh", "-c", "exit 3"))) == "sh ended with 3"
    assert run(Call(("sh", "-c", "kill -9 $$"))) == "sh was ended by signal 9"
    assert run(Call(("true",), b"x" * 1_000_000)) == "", "it need not read what it is given"
    assert run(Call(("less\x00",))).startswith("cannot run less␀: ")


def test_an_interrupt_is_the_pagers_own() -> None:
    """ctrl+c reaches the whole group: we go on, the program has its usual way with it."""
    before = signal.getsignal(signal.SIGINT)
    ask = "import signal, sys; sys.exit(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    with pager._interrupts_are_theirs():
        os.kill(os.getpid(), signal.SIGINT)
        assert run(Call((sys.executable, "-c", ask))) == ""
    assert signal.getsignal(signal.SIGINT) is before


# --------------------------------------------------------------------------------------------------------- the key


@pytest.mark.parametrize("screen", ["run", "chunk", "events", "raw"])
async def test_the_key_opens_the_line_that_is_looked_at(screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Call] = []

    @contextmanager
    def suspended() -> Iterator[None]:
        yield

    def noted(wanted: Call) -> str:
        calls.append(wanted)
        return "less ended with 1"

    monkeypatch.setattr(pager, "run", noted)
    monkeypatch.setenv("PAGER", "less -R")
    async with watching("sample_runs/orders-failed-chunk.jsonl") as (app, pilot):
        monkeypatch.setattr(app, "suspend", suspended)
        await go_to(app, pilot, screen)
        await pilot.press("O")
        await pilot.pause()
        (wanted,) = calls
        assert wanted.argv[:2] == ("less", "-R")
        place = top(app).line_place()
        assert wanted.argv[2:] == (f"+{place.line}", f"./{place.segment.path}")
        assert [notice.message for notice in app._notifications] == ["less ended with 1"]


async def test_a_terminal_that_cannot_be_suspended_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "less")
    async with watching("sample_runs/orders-failed-chunk.jsonl") as (app, pilot):
        await go_to(app, pilot, "events")
        await pilot.press("O")
        (notice,) = app._notifications
        assert notice.message == "this terminal cannot be lent to less; v shows orders-failed-chunk.jsonl:1"


async def test_without_any_pager_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in pager.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("shutil.which", lambda name: None)
    async with watching("sample_runs/orders-failed-chunk.jsonl") as (app, pilot):
        await go_to(app, pilot, "raw")
        await pilot.press("O")
        (notice,) = app._notifications
        assert notice.message == "no pager: set PAGER or EDITOR, or install less; v shows the line"


async def test_what_has_no_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with watching("sample_runs/orders-failed-chunk.jsonl") as (app, pilot):
        await go_to(app, pilot, "run")
        await pilot.press("3", "j", "O")
        assert [notice.message for notice in app._notifications] == ["no line of the log stands behind this"]


def test_at_a_real_terminal_the_pager_has_it_and_gives_it_back(home: Path) -> None:
    """Suspended, run, resumed: what it was called with, and that the dashboard goes on."""
    event = {"run_id": "r_1", "export_name": "-x", "event": {"RunCompleted": {"status": "failed", "duration_ms": 1}}}
    (home / "-x.jsonl").write_text(json.dumps(event) + "\n")
    script = home / "less"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > called\n[ -t 0 ] && echo terminal >> called\nexit 5\n')
    script.chmod(0o755)
    terminal, inside = pty.openpty()
    ioctl(inside, TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "runwatch", "watch", "--poll", "./-x.jsonl"],
        cwd=home, stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
        env=os.environ | {"TERM": "xterm-256color", "PAGER": "./less", "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    os.close(inside)
    try:
        assert _until(terminal, b"failed"), "the dashboard came up"
        os.write(terminal, b"i")
        assert _until(terminal, b"RunCompleted")
        os.write(terminal, b"O")
        assert _until(terminal, b"./less ended with 5"), "it came back, and says how the pager ended"
        assert (home / "called").read_text().split("\n")[:3] == ["+1", "./-x.jsonl", "terminal"]
        os.write(terminal, b"\x11")
        assert _until(terminal, b"\x1b[?1049l", styled=True)  # who does not read what is drawn keeps it from ending
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


def _until(terminal: int, wanted: bytes, seconds: float = 60, *, styled: bool = False) -> bool:
    """Read until this was written; styles between words are left out unless they are what is wanted."""
    written, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            written += os.read(terminal, 1 << 16)
            if wanted in (written if styled else re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", written)):
                return True
    return False
