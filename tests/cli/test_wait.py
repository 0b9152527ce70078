"""`runwatch wait`: it ends when the runs have, and says how."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli.calling import JSON, WARNED, call, completed, ended, line, log, started
from tests.fakes import SAMPLES

from runwatch.cli.progress_line import APART, ProgressLine

PROGRAM = [sys.executable, "-m", "runwatch", "wait"]
STREAM = Path(__file__).parents[1] / "data" / "stream"


def now(event: JSON, **more: Any) -> str:
    """A line of this very moment: the runs of these tests go on."""
    stamp = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return line(event, second=None, recorded_at=stamp, **more)


def add(path: Path, *lines: str) -> None:
    with path.open("a") as end:
        end.write("".join(f"{each}\n" for each in lines))


@contextmanager
def waiting(*arguments: object, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The program, ended at the latest with the test."""
    both: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    program: subprocess.Popen[bytes] = subprocess.Popen([*PROGRAM, *map(str, arguments)], **both)
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def until_said(program: subprocess.Popen[bytes], words: bytes) -> None:
    """Until its stderr says so: then it has looked."""
    assert program.stderr is not None
    for said in program.stderr:
        if words in said:
            return
    raise AssertionError(words)


@pytest.mark.parametrize(
    ("end", "code", "more"),
    [
        ([ended()], 0, []),
        ([ended("failed")], 1, []),
        ([WARNED, ended()], 0, []),
        ([WARNED, ended()], 1, ["--fail-on", "degraded"]),
        ([{"QualityIssue": {"severity": "FAIL", "message": "m"}}, ended()], 3, []),
    ],
)
def test_it_ends_with_the_runs_that_go_on_and_their_verdict(
    tmp_path: Path, end: list[JSON], code: int, more: list[str]
) -> None:
    path = tmp_path / "x.jsonl"
    log(path, line(ended("failed"), run="before"), now(started()), now(started(), run="orders_2"))
    with waiting(tmp_path, *more) as program:
        until_said(program, b"0 of 2 runs ended; orders: ")
        add(path, now(completed()), now(ended()))
        add(path, *(now(each, run="orders_2") for each in [completed(), *end]))
        out, _ = program.communicate(timeout=60)
    assert program.returncode == code
    assert b"before" not in out
    assert out.count(b"orders") >= 2


def test_without_any_that_goes_on_the_first_to_appear_counts(tmp_path: Path) -> None:
    path = log(tmp_path / "x.jsonl", line(ended("failed"), run="before"))
    with waiting(tmp_path) as program:
        until_said(program, b"waiting for a run in ")
        add(path, now(started(), run="new"), now(completed(), run="new"), now(ended(), run="new"))
        out, _ = program.communicate(timeout=60)
    assert (program.returncode, b"nothing wrong in 1 run" in out) == (0, True)


def test_a_path_that_does_not_exist_yet_is_waited_for(tmp_path: Path) -> None:
    with waiting(tmp_path / "logs") as program:
        until_said(program, b"waiting for ")
        (tmp_path / "logs").mkdir()
        log(tmp_path / "logs" / "x.jsonl", now(started()), now(completed()), now(ended()))
        program.communicate(timeout=60)
    assert program.returncode == 0


def test_the_run_that_is_named_counts_also_if_it_has_ended_long_ago(tmp_path: Path) -> None:
    log(tmp_path / "x.jsonl", line(ended("failed"), run="a"), line(started(), run="b"), line(completed(), run="b"))
    done = call("wait", tmp_path, "--run", "a")
    assert (done.exit_code, done.stdout.startswith("the run needs attention: failed")) == (1, True)
    assert call("wait", tmp_path, "--run", "b").exit_code == 1, "lost"


@pytest.mark.parametrize("lines", [[], [now(started())]])
def test_when_the_time_is_over_it_says_so(tmp_path: Path, lines: list[str]) -> None:
    log(tmp_path / "x.jsonl", *lines)
    done = subprocess.run([*PROGRAM, tmp_path, "--timeout", "1s"], capture_output=True, check=False, timeout=60)
    assert (done.returncode, b"time is over" in done.stderr) == (4, True)
    assert bool(done.stdout) == bool(lines)


def test_runs_of_a_state_database_that_have_ended_are_not_among_those_that_appear() -> None:
    """They come one after the other, as those of a directory do not."""
    command = [*PROGRAM, str(SAMPLES / "state"), "--timeout", "2s"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (4, b"")
    assert b"time is over, and no run has appeared" in done.stderr


def test_a_run_that_goes_silent_for_good_is_lost_and_waited_for_no_longer(tmp_path: Path) -> None:
    log(tmp_path / "x.jsonl", now(started()))
    done = subprocess.run([*PROGRAM, tmp_path, "--stale-after", "2s"], capture_output=True, check=False, timeout=60)
    assert (done.returncode, b"LOST" in done.stdout) == (1, True)


def test_a_pipe_is_read_to_its_end_whatever_ended_before(tmp_path: Path) -> None:
    with waiting("-", stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        lines = (STREAM / "parallel.jsonl").read_bytes().splitlines(keepends=True)
        program.stdin.write(b"".join(lines[:10]))
        program.stdin.flush()
        until_said(program, b" of 4 runs ended; ")
        out, said = program.communicate(b"".join(lines[10:]), timeout=60)
    assert program.returncode == 1
    assert out.startswith(b"2 of 4 runs need attention: 2 failed")
    assert b"times are those of arrival" in said


def test_a_pipe_that_breaks_off_leaves_the_run_running() -> None:
    half = b"".join((STREAM / "orders.jsonl").read_bytes().splitlines(keepends=True)[:9])
    done = subprocess.run([*PROGRAM, "-"], input=half, capture_output=True, check=False, timeout=60)
    assert (done.returncode, b"7 of 20 chunks" in done.stdout) == (4, True)
    done = subprocess.run([*PROGRAM, "-"], input=b"", capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")


def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    log(tmp_path / "x.jsonl", now(started()))
    with waiting(tmp_path) as program:
        until_said(program, b"orders: ")
        program.send_signal(signal.SIGINT)
        out, said = program.communicate(timeout=60)
    assert (program.returncode, out, said.strip()) == (130, b"", b"")


def test_a_wrong_address_is_not_waited_for() -> None:
    done = call("wait", "nothing://here")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_on_a_terminal_the_line_takes_the_last_ones_place_and_goes_at_the_end(tmp_path: Path) -> None:
    path = log(tmp_path / "x.jsonl", now(started()))
    outside, inside = pty.openpty()
    try:
        with waiting(tmp_path, stderr=inside) as program:
            os.close(inside)
            seen = read_until(outside, b"orders: ")
            add(path, now(completed()), now(ended()))
            program.communicate(timeout=60)
            while select.select([outside], [], [], 0.1)[0]:
                try:
                    seen += os.read(outside, 65536)
                except OSError:  # its other end has gone, which Linux tells so
                    break
    finally:
        os.close(outside)
    assert b"\n" not in seen
    assert seen.endswith(b"\r\x1b[K")
    assert all(len(shown) < 80 for shown in re.split(rb"\r\x1b\[K", seen))


def read_until(descriptor: int, wanted: bytes) -> bytes:
    seen, late = b"", time.monotonic() + 30
    while wanted not in seen:
        assert select.select([descriptor], [], [], max(0, late - time.monotonic()))[0], seen
        seen += os.read(descriptor, 65536)
    return seen


def test_elsewhere_a_line_comes_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine(sys.stderr) as shown:
        for second in range(0, 3 * APART, APART // 4):
            shown.show(f"at {second}", second)
        shown.show("the same", 4 * APART)
        shown.show("the same", 9 * APART)
    assert capsys.readouterr().err.splitlines() == [f"at {minute * APART}" for minute in range(3)] + ["the same"]
