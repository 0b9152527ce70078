"""What decides how a report looks: the terminal, the locale, and what the user said."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from tests.cli.calling import ROOT, SAMPLES

from runwatch.session.zone import LocalZone

CONTRADICTED = str(SAMPLES / "live-contradicted.jsonl")


def on_a_terminal(*arguments: str, **env: str) -> str:
    """What `runwatch ARGUMENTS…` writes to a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    calm = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "LC_ALL", "LANG", "LC_CTYPE")}
    calm |= {"COLUMNS": "60", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "runwatch", *arguments]
    with subprocess.Popen(command, stdout=theirs, cwd=ROOT, env=calm | env) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                data = os.read(ours, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not data:
                break
            said += data
        process.wait(60)
    os.close(ours)
    return said.decode()


def test_a_terminal_gets_colour_and_lines_of_its_width() -> None:
    said = on_a_terminal("summary", CONTRADICTED)
    assert "\x1b[1;35m≠ CONTRADICTED" in said
    plain = re.sub(r"\x1b\[[\d;]*m", "", said)
    assert 40 < max(map(len, plain.splitlines())) <= max(60, len(CONTRADICTED) + 2)


def test_no_colour_where_that_was_said() -> None:
    assert "\x1b" not in on_a_terminal("summary", CONTRADICTED, "--no-color")
    assert "\x1b" not in on_a_terminal("summary", CONTRADICTED, NO_COLOR="1")


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "", "LANG": "C"}])
def test_a_locale_without_utf_8_gets_ascii(env: dict[str, str]) -> None:
    """Also where Python itself made UTF-8 of it."""
    assert on_a_terminal("summary", CONTRADICTED, "--no-color", **env).isascii()


def test_data_is_utf_8_in_any_locale(tmp_path_factory: pytest.TempPathFactory) -> None:
    """JSON has no other encoding."""
    log = tmp_path_factory.mktemp("logs") / "a.jsonl"
    log.write_text('{"event":{"Warning":{"context":"ü","message":"→"}}}\n', encoding="utf-8")
    for command in (["events"], ["summary", "--format", "json"]):
        env = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
        arguments = [sys.executable, "-m", "runwatch", *command, str(log)]
        ran = subprocess.run(arguments, check=False, capture_output=True, cwd=ROOT, env=env, timeout=60)
        assert "ü" in ran.stdout.decode(), ran.stderr


def test_local_time_changes_with_the_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """One offset for all moments would be wrong half of the year."""
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        for month, hours, name in ((1, 1, "CET"), (7, 2, "CEST")):
            moment = datetime(2026, month, 15, 12, tzinfo=UTC).astimezone(LocalZone())
            assert (moment.hour, moment.utcoffset(), moment.tzname()) == (12 + hours, timedelta(hours=hours), name)
            assert moment.timestamp() == datetime(2026, month, 15, 12, tzinfo=UTC).timestamp()
    finally:
        monkeypatch.undo()
        time.tzset()
