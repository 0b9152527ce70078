"""`runwatch record --follow` on a state database, while rivet is at work on it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import scenarios
from tests.real.kept import FOLDER
from tests.real.rivet import Project, TookTooLong, wait_until

HOST = "exports-1"
BEHIND = 30.0
"""Seconds that the end of a run may take to be in the log."""
INTERRUPTED = 130


@contextmanager
def recording(project: Project, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A recorder of the project's state, interrupted at the end of the block."""
    command = [sys.executable, "-m", "runwatch", "record", project.watched, "-o", str(log), "--follow", "--no-cache"]
    with log.with_suffix(".said").open("wb") as said:
        recorder = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
    try:
        yield recorder
        recorder.send_signal(signal.SIGINT)
        code = recorder.wait(BEHIND)
    finally:
        recorder.kill()
        recorder.wait(10)
    if code != INTERRUPTED:
        raise AssertionError(f"record: exit code {code}\n{log.with_suffix('.said').read_text(errors='replace')}")


def recorded(project: Project) -> bytes:
    """A run of twenty chunks by two workers, recorded from its second chunk on; without this machine's names."""
    scenarios.twenty_chunks(project, 0.03)
    log = project.folder / "recorded.jsonl"
    with project.running() as run:
        scenarios.until(run, project, scenarios.AT_CHUNK_1)
        with recording(project, log) as recorder:
            run.wait()
            wait_until(lambda: recorder.poll() is not None or _is_over(log), "the run's end in the log", BEHIND, 0.05)
            if recorder.poll() is not None:
                raise TookTooLong(f"record had ended before\n{log.with_suffix('.said').read_text(errors='replace')}")
    return "".join(_neutral(line, project) + "\n" for line in log.read_text().splitlines()).encode()


def _is_over(log: Path) -> bool:
    """The journal, which has both, has come in place of what was said before."""
    said = log.read_bytes() if log.exists() else b""
    return b'"RunCompleted"' in said and b'"PlanResolved"' in said


def _neutral(line: str, project: Project) -> str:
    """A line with other names for the host and the folder."""
    entry = json.loads(line)
    seen = entry["event"].get("ProducerSeen")
    if seen:
        seen["host"] = HOST
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    return line.replace(str(project.folder.resolve()), FOLDER).replace(str(project.folder), FOLDER)
