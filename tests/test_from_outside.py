"""The program as it is started by others: with streams given away, closed or full, and from odd places."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_runs" / "orders-failed-chunk.jsonl"
PATIENCE = 30.0


def shell(command: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """What a shell gets from a command with `$RW` in it."""
    variables = os.environ | {"RW": f"{sys.executable} -m runwatch", "SAMPLE": str(SAMPLE)} | env
    return subprocess.run(
        ["bash", "-c", command], cwd=cwd, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


class Screen:
    """A shell's command on a terminal of its own."""

    def __init__(self, command: str) -> None:
        self.seen = b""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, b"\x18\x00\x50\x00\x00\x00\x00\x00")
        variables = os.environ | {"RW": f"{sys.executable} -m runwatch", "SAMPLE": str(SAMPLE), "TERM": "xterm"}
        self._process = subprocess.Popen(
            ["bash", "-c", f"exec 3</dev/null; {command}"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=variables,
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no lock is taken in it
        )
        os.close(theirs)

    def wait_for(self, text: bytes) -> None:
        """Until it is drawn."""
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            ready, _, _ = select.select([self._ours], [], [], max(0, end - time.monotonic()))
            assert ready, self.seen[-2000:]
            self.seen += os.read(self._ours, 1 << 16)

    def press(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def code(self) -> int:
        """With which it ended."""
        end = time.monotonic() + PATIENCE
        try:
            while self._process.poll() is None and time.monotonic() < end:
                if select.select([self._ours], [], [], 0.05)[0]:
                    try:
                        self.seen += os.read(self._ours, 1 << 16)
                    except OSError:  # closed at the other end
                        break
            return self._process.wait(timeout=5)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._ours)


@pytest.mark.slow
@pytest.mark.parametrize("given", ["</dev/null", "<&-", "2>{}", "2>&-", "</dev/null 2>{}"])
def test_the_dashboard_uses_the_terminal_whatever_its_other_streams_are(given: str, tmp_path: Path) -> None:
    """In a shell's `while read` stdin is not the terminal, and stderr is often put aside: both must do no harm."""
    aside = tmp_path / "aside"
    screen = Screen(f"$RW $SAMPLE {given.format(aside)}")
    screen.wait_for(b"FAILED")
    screen.press(b"q")
    assert screen.code() == 0
    assert b"Traceback" not in screen.seen
    assert not aside.exists() or aside.read_bytes() == b""


def test_a_log_behind_a_shut_door_is_not_said_to_be_missing() -> None:
    """A loop of links stands for all that is there and cannot be reached: root may enter everywhere."""
    found = shell('cd "$(mktemp -d)" && ln -s self self && $RW summary self/a.jsonl')
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("runwatch: self/a.jsonl cannot be reached: too many levels of symbolic links;")


def test_a_directory_that_was_removed_under_our_feet(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    found = shell("rmdir ../gone; $RW summary $SAMPLE | head -1; $RW lint - <$SAMPLE; $RW summary x", cwd=gone)
    assert found.stdout == "the run needs attention: failed\n"
    assert found.stderr == (
        "1 log, 12 events, no problems\n"
        "runwatch: x does not exist; check the path (`runwatch --help` lists the commands)\n"
    )


def test_a_closed_stdin_is_called_so() -> None:
    found = shell("$RW summary - <&-")
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == "runwatch: stdin is closed; `runwatch --help` tells what can be read\n"


def test_an_empty_path_is_shown() -> None:
    assert shell("$RW ''").stderr.startswith("runwatch: '' does not exist;")


def test_what_cannot_be_read_is_a_problem_and_half_of_the_logs_do_not_pass_for_all(tmp_path: Path) -> None:
    """As a directory that cannot be listed: `/dev/null` is no file and stands for it, as root may read everything."""
    lint = shell("$RW lint $SAMPLE /dev/null")
    assert (lint.returncode, lint.stdout) == (1, "/dev/null: cannot read: not a file\n")
    assert lint.stderr == "runwatch: cannot read /dev/null: not a file\n1 log, 12 events, 1 problem\n"
    reply = json.loads(shell("$RW summary --format json $SAMPLE /dev/null").stdout)
    assert reply["totals"]["problems"] == 1
    assert reply["problems"] == [{"path": "/dev/null", "line": None, "reason": "cannot read: not a file"}]


def test_local_times_are_named_as_they_are_shown(tmp_path: Path) -> None:
    """A run of last summer is not shown in winter time, and must not be called so."""
    log = tmp_path / "a.jsonl"
    log.write_text('{"recorded_at":"2026-07-01T10:00:00Z","event":{"Warning":{"context":"c","message":"m"}}}\n')
    shown = shell(f"$RW summary --local {log}", TZ="Europe/Berlin").stdout
    assert "times in CEST\n" in shown
    assert "started 2026-07-01 12:00:00" in shown


def test_an_interrupt_at_the_very_start_leaves_no_traceback(tmp_path: Path) -> None:
    """While the program is still being loaded; whoever imports it keeps the handler he had."""
    (tmp_path / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    found = shell("$RW summary x; exit $?", PYTHONPATH=str(tmp_path))
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "")
    check = "import signal, runwatch.cli; assert signal.getsignal(2) is signal.default_int_handler"
    assert shell(f"{sys.executable} -c '{check}'").returncode == 0


def test_an_option_without_its_value_says_what_to_do_next() -> None:
    found = shell("$RW summary --at")
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("runwatch: Option '--at' requires an argument; `runwatch")


def test_an_event_number_of_any_length_beyond_the_last_is_the_last() -> None:
    for number in ("9" * 30, "'#" + "9" * 30 + "'", "9" * 9000, "0" * 30 + "12"):
        found = json.loads(shell(f"$RW summary --format json --at {number} $SAMPLE").stdout)
        assert found["runs"][0]["at"]["event"] == 12
