"""A log that wants to command the terminal: nothing crashes, all of it is literal text, none of it is a control."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.fakes import screen_text
from textual.pilot import Pilot

from runwatch.cli import main
from runwatch.core.events import SOURCE_VARIANTS, VARIANTS
from runwatch.core.text import safe
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source
from runwatch.ui.app import RunwatchApp
from runwatch.ui.screens.page import Page
from runwatch.ui.verdict_line import VerdictLine

JSON = dict[str, Any]
SIZES = [(40, 12), (80, 24), (200, 60)]
T0 = 1_795_456_800
"""2026-11-23T18:00:00Z."""

PAYLOADS = {
    "closing tag": "[/nope]",
    "markup that vanishes": "[ERROR]",
    "a link": "[@click=app.quit]",
    "an open tag": "[bold red on green",
    "a theme's variable": "$v-failed [$accent]",
    "escape": "\x1b[31m\x1b[2J\x1b[?1049l",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "title": "\x1b]0;owned\x1b\\",
    "C1": "\x9b31m\x9d52;c;ZXZpbA==\x9c\x90q\x9c",
    "NUL and the like": "a\x00b\x07\x08\x0c\x0e\x7f",
    "right to left": "\u202egpj.exe\u202c\u2066x\u2069\u200f\u061c",
    "joined emoji": "👩‍👩‍👧‍👦🏳️‍🌈👍🏽e\u0301\u0301",
    "wide": "表計算の注文一覧",
    "line breaks": "one\ntwo\r\nthree\rfour\x0b\x85\u2028five\ttabbed",
    "long": "x" * 100_000,
    "long without end": "表" * 40_000,
    "empty": "",
    "blanks": "   ",
}
TOGETHER = {
    "markup": "[/nope][ERROR] [@click=app.quit]quit[/] [b $v-failed",
    "controls": "".join(PAYLOADS[name] for name in ("clipboard", "title", "C1", "NUL and the like", "right to left")),
    "layout": "".join(PAYLOADS[name] for name in ("wide", "joined emoji", "line breaks")),
}
MIXED = "".join(text[:40] for text in PAYLOADS.values())
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


# ---------------------------------------------------------------------------------------------------- a hostile log


def stamped(second: int, run_id: str, bad: str, variant: str, **fields: Any) -> JSON:
    """One event with every key and value it could have, and some it should not."""
    own = {key: value for key, value in fields.items() if key != "extras"} | {bad: bad, "more": [bad, {bad: bad}]}
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(T0 + second))
    line = {"run_id": run_id, "export_name": bad, "recorded_at": f"{whole}.000000001Z", "event": {variant: own}}
    return line | {bad: bad} if bad not in line else line


def plan(bad: str) -> JSON:
    texts = dict.fromkeys(
        ["export_name", "base_query", "strategy", "format", "compression", "destination_type", "tuning_profile"], bad
    )
    hashed = {"column": bad, "covered": [bad], "render": bad, bad: bad}
    flags = {"validate": True, "reconcile": True, "resume": False, "resumable": True}
    return texts | flags | {"batch_size": 1, "chunk_key": bad, "row_hash": hashed}


def story(run_id: str, bad: str, status: str, *, matched: bool) -> Iterator[JSON]:
    """Every variant, each of its texts hostile; chunk 0 fails and recovers, chunk 1 stays failed."""
    steps: list[tuple[str, JSON]] = [
        ("RunStarted", {"destination": bad}),
        ("PlanResolved", plan(bad)),
        ("PlanWarning", {"rule": bad, "message": bad}),
        *(("ChunkPlanned", {"chunk_index": n, "start_key": bad, "end_key": bad}) for n in range(3)),
        ("ProducerSeen", {"host": bad, "pid": 1, "until": bad, "superseded_by": bad}),
        ("Progress", {"chunks_total": 3, "chunks_done": 0, "rows": 0, "files": 0, "bytes": 0}),
        ("ChunkStarted", {"chunk_index": 0, "start_key": bad, "end_key": bad}),
        ("ChunkFailed", {"chunk_index": 0, "error": bad, "attempt": 1}),
        ("RetryAttempted", {"attempt": 1, "reason": bad, "backoff_ms": 900}),
        ("ChunkStarted", {"chunk_index": 0, "start_key": bad, "end_key": bad}),
        ("FileWritten", {"file_name": bad, "rows": 3, "bytes": 5, "part_index": 0}),
        ("ChunkCompleted", {"chunk_index": 0, "rows": 3, "file_name": bad}),
        ("ChunkStarted", {"chunk_index": 1, "start_key": bad, "end_key": bad}),
        ("ChunkFailed", {"chunk_index": 1, "error": f"{bad}\n{bad}", "attempt": 1}),
        ("QualityIssue", {"severity": "FAIL", "message": bad}),
        ("QualityIssue", {"severity": bad, "message": bad}),
        ("SchemaChanged", {"added": [bad], "removed": [bad, bad], "type_changed": [[bad, bad, bad]]}),
        ("Warning", {"context": bad, "message": bad}),
        ("ParallelismAdjusted", {"from": 1, "to": 2, "reason": bad}),
        ("ValidationResult", {"passed": False}),
        ("ReconciliationResult", {"source_count": 3, "exported_rows": 3 if matched else 2, "matched": matched}),
        (bad, {"x": bad}),
        (f"Unknown{bad}", {}),
        ("RunCompleted", {"status": status, "error_message": bad, "duration_ms": 21_000}),
    ]
    for second, (variant, fields) in enumerate(steps):
        yield stamped(second, run_id, bad, variant, **fields)
    yield {"run_id": run_id, "recorded_at": bad, "origin": bad, "event": {"Warning": {"context": bad, "message": bad}}}


def problems(bad: str) -> Iterator[bytes]:
    """Lines that cannot be used: as JSON, and as they are."""
    wrong: list[Any] = [
        bad,
        [bad],
        {"run_id": bad, "event": {bad: bad, "more": bad}},
        {"run_id": bad, "event": {"ChunkFailed": {"error": [bad]}}},
        {"run_id": [bad], "event": {"Warning": {}}},
        {"type": bad, bad: bad},
        {"recorded_at": 5, "event": {bad: {}}},
    ]
    yield from (json.dumps(value).encode() for value in wrong)
    yield json.dumps(bad, ensure_ascii=False).encode("utf-8", "surrogatepass").replace(b"\n", b" ") + b"\xff\xfe{"
    yield bad.encode().replace(b"\n", b" ") + b" is no JSON"


def file_name(bad: str) -> str:
    """As much of it as a file system takes."""
    return bad.replace("/", "∕").replace("\0", "␀").encode()[:180].decode("utf-8", "ignore") or "empty"


def hostile_log(folder: Path, bad: str) -> Path:
    """A directory of that name with a log of that name, in which every text is that."""
    home = folder / file_name(bad)
    home.mkdir(exist_ok=True)
    runs = [
        *story(f"{bad} late", bad, bad, matched=True),
        *story(f"{bad} lies", bad, "success", matched=False),
        *story(bad, bad, "failed", matched=True),
    ]
    lines = [json.dumps(line).encode() for line in runs] + list(problems(bad))
    (home / f"{file_name(bad)}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return home


def app_on(home: Path) -> RunwatchApp:
    source = open_source([home.name], poll=True, cwd=str(home.parent))
    return RunwatchApp(Session(source, ManualClock((T0 + 60) * 10**9)))


def test_the_hostile_log_has_every_variant() -> None:
    told = {variant for line in story("r", "bad", "failed", matched=True) for variant in line["event"]}
    assert {kind.__name__ for kind in (*VARIANTS, *SOURCE_VARIANTS)} < told


# ---------------------------------------------------------------------------------------------- the walk through it


async def shown(pilot: Pilot[None], *keys: str) -> str:
    """Press, and look at what is on the screen then: harmless, and as wide as the terminal."""
    await pilot.press(*keys)
    await pilot.pause()
    app = pilot.app
    assert app.is_running
    for strip in app.screen._compositor.render_strips():
        assert strip.cell_length == app.size.width, strip.text
        for segment in strip:
            assert all(ord(char) >= 32 and not 127 <= ord(char) <= 159 for char in segment.text), segment
            assert not BIDI.search(segment.text), segment
            assert segment.control is None
            if segment.style is not None:
                assert segment.style.link is None
                assert "@click" not in segment.style.meta
    return screen_text(app)  # type: ignore[arg-type]


async def walk(pilot: Pilot[None]) -> AsyncIterator[tuple[str, str]]:
    """(screen, what stands on it) for every screen, from Runs and back to it."""
    yield "runs", await shown(pilot)
    yield "runs", await shown(pilot, "j", "x", "s")
    yield "runs", await shown(pilot, "tab")
    yield "runs", await shown(pilot, "tab", "S", "x", "g", "m")
    yield "run", await shown(pilot, "escape", "enter")
    for number in "1234":
        yield f"pane {number}", await shown(pilot, number, "m")
        yield f"pane {number}", await shown(pilot, "G")
        await shown(pilot, "escape")
    yield "run", await shown(pilot, "0", "e")
    for _ in range(8):
        yield "run", await shown(pilot, "tab")
        if isinstance(pilot.app.focused, VerdictLine):
            break
    yield "reasons", await shown(pilot, "enter")
    yield "reasons", await shown(pilot, "G")
    yield "raw", await shown(pilot, "enter")
    yield "raw", await shown(pilot, "v", "G")
    yield "raw", await shown(pilot, "y", "b", "B")
    yield "run", await shown(pilot, "escape", "w", "l")
    yield "runs", await shown(pilot, "escape", "escape")
    yield "chunk", await shown(pilot, "g", "e")
    for _ in range(5):
        yield "chunk", await shown(pilot, "tab", "m")
        yield "chunk", await shown(pilot, "y", "escape", "b")
    yield "raw", await shown(pilot, "v")
    yield "chunk", await shown(pilot, "escape", "h", "e", "E", "y")
    yield "events", await shown(pilot, "i", "escape")
    for keys in ("G", "slash kind:failed|started", "n N", "e w", "tab m G", "escape escape y"):
        yield "events", await shown(pilot, *_typed(keys))
    yield "raw", await shown(pilot, "v")
    yield "run", await shown(pilot, "escape", "q", "q", "enter", "2", "j", "enter")
    yield "chunk", await shown(pilot, *["escape"] * 3, "e")
    yield "problems", await shown(pilot, "P")
    yield "problems", await shown(pilot, "tab", "m")
    yield "raw", await shown(pilot, "escape", "tab", "y", "v")
    yield "problems", await shown(pilot, "escape", "G")
    yield "help", await shown(pilot, "question_mark")
    yield "palette", await shown(pilot, "escape", "ctrl+p")
    yield "palette", await shown(pilot, *"op", "down")
    yield "runs", await shown(pilot, *["escape"] * 4)


def _typed(keys: str) -> list[str]:
    """`slash kind:failed` opens the filter, types and keeps it; other words are keys."""
    first, *rest = keys.split()
    return ["slash", *rest[0], "enter"] if first == "slash" else keys.split()


async def walked(home: Path, size: tuple[int, int]) -> dict[str, str]:
    """All that each screen showed."""
    texts: dict[str, str] = {}
    app = app_on(home)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            while not app.session.is_whole:
                await pilot.pause()
            app.tick()
            async for screen, text in walk(pilot):
                texts[screen] = f"{texts.get(screen, '')}\n{text}"
            assert isinstance(app.screen, Page)
            assert app.screen.NAME == "runs"
    finally:
        app.session.source.close()
    return texts


def words_of(bad: str) -> str:
    """What can be seen of a text in a narrow place: its first visible characters."""
    return safe(bad).split("\n")[0].strip()[:8].strip()


def assert_literal(texts: dict[str, str], bad: str, *screens: str) -> None:
    for screen in screens:
        assert words_of(bad) in texts[screen], f"{words_of(bad)!r} is not on {screen}:\n{texts[screen]}"


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param("markup", (200, 60), marks=pytest.mark.slow),
        ("controls", (80, 24)),
        pytest.param("layout", (80, 24), marks=pytest.mark.slow),
    ],
)
async def test_a_hostile_log_is_literal_text_on_every_screen(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    """In a row of runs, in panes, in an error, in a reason: as it was written, or its substitutes."""
    bad = TOGETHER[name]
    texts = await walked(hostile_log(tmp_path, bad), size)
    assert_literal(texts, bad, "runs", "run", "chunk", "pane 1", "pane 2", "pane 3")


@pytest.mark.slow
async def test_a_hostile_log_harms_no_small_terminal(tmp_path: Path) -> None:
    """Some of each attack in every text."""
    texts = await walked(hostile_log(tmp_path, MIXED), (40, 12))
    assert_literal(texts, MIXED, "runs", "chunk", "pane 1")


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", PAYLOADS)
async def test_every_attack_at_every_size(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    """The same walk with each text alone."""
    texts = await walked(hostile_log(tmp_path, PAYLOADS[name]), size)
    assert_literal(texts, PAYLOADS[name], "chunk", "pane 1")


@pytest.mark.parametrize("bad", ["[/nope]", "\x1b]52;c;ZXZpbA==\x07", "export:[@click=app.quit]"])
async def test_a_hostile_filter_is_literal_text(bad: str, tmp_path: Path) -> None:
    """Typed, or pasted with its controls; on all screens that filter."""
    from textual.events import Paste

    app = app_on(hostile_log(tmp_path, "[/nope]"))
    try:
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await pilot.pause()
            for screen in ("runs", "problems", "events"):
                ways = {"problems": ["P"], "events": ["q", "g", "i"]}
                await shown(pilot, *ways.get(screen, []), "slash")
                app.screen.post_message(Paste(bad))
                if app.focused is not None:
                    app.focused.post_message(Paste(bad))
                text = await shown(pilot)
                assert words_of(bad) in text
                await shown(pilot, "enter")
                await shown(pilot, "n", "N", "escape")
    finally:
        app.session.source.close()


# ------------------------------------------------------------------------------------------------ printed, not drawn


@pytest.mark.parametrize("command", ["summary", "summary --format markdown", "summary --format json", "lint", "events"])
def test_what_is_printed_holds_no_control_but_line_breaks(command: str, tmp_path: Path) -> None:
    """Also from the names of files, and in JSON, where a control keeps its value as an escape."""
    bad = "".join(PAYLOADS[name] for name in ("escape", "clipboard", "C1", "NUL and the like", "right to left"))
    printed = CliRunner().invoke(main, [*command.split(), str(hostile_log(tmp_path, bad))])
    assert printed.exception is None or isinstance(printed.exception, SystemExit)
    for text in (printed.stdout, printed.stderr):
        assert all(char == "\n" or (ord(char) >= 32 and not 127 <= ord(char) <= 159) for char in text)
        assert not BIDI.search(text)


# ------------------------------------------------------------------------------------------------- at a real terminal


def written_to_terminal(home: Path, keys: str, seconds: float = 2.5) -> bytes:
    """What the program writes to a terminal of 80 × 24 in which these keys are pressed, one by one."""
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "runwatch", "watch", "--poll", home.name],
        cwd=home.parent,
        env=environment | {"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", "LC_ALL": "C.UTF-8"},
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    written = bytearray()
    try:
        _read_until(terminal, written, lambda: b"problem" in written, 30)
        for key in keys:
            os.write(terminal, key.encode())
            _read_until(terminal, written, lambda: False, seconds / len(keys))
        os.write(terminal, b"\x11")  # ctrl+q
        _read_until(terminal, written, lambda: process.poll() is not None, 30)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        os.close(terminal)
    return bytes(written)


def _read_until(terminal: int, written: bytearray, is_enough: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_enough() and time.monotonic() < end:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                written += os.read(terminal, 1 << 16)
            except OSError:  # the other side has closed it
                return


def commands(written: bytes) -> set[bytes]:
    """The kinds of control sequences in it: OSC by number, CSI by its letter, other escapes by theirs."""
    assert not re.search(rb"\xc2[\x80-\x9f]", written)  # C1 in UTF-8
    found = re.findall(rb"\x1b(?:\](\d*)|\[([<=>?]?)[0-9;:]*([ -/]?[@-~])|([^\[\]]))", written)
    kinds = {b"]" + osc if osc else b"[" + mark + letter if letter else other for osc, mark, letter, other in found}
    return kinds | {bytes([code]) for code in set(written) if code < 32 and code not in (7, 10, 13, 27)}


KEYS_PRESSED = "\r1m2m3m4m0e\x1bgePj\x1b[Bv"


def test_a_terminal_gets_the_same_commands_from_a_hostile_log_as_from_a_benign_one(tmp_path: Path) -> None:
    """Byte for byte at the driver: no clipboard, no title, no C1, no mode that Textual does not set by itself."""
    everything = "".join(
        PAYLOADS[name] for name in ("escape", "clipboard", "title", "C1", "NUL and the like", "a link")
    )
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    benign = written_to_terminal(hostile_log(tmp_path / "a", "orders"), KEYS_PRESSED)
    hostile = written_to_terminal(hostile_log(tmp_path / "b", everything), KEYS_PRESSED)
    assert "␛]52;c".encode() in hostile
    assert b"\x1b]52" not in hostile
    assert hostile.count(b"\x1b]") == benign.count(b"\x1b]")
    assert commands(hostile) <= commands(benign)
    assert not BIDI.search(hostile.decode("utf-8", "replace"))
