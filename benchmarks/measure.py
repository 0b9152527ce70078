"""Programs started, and what they cost; and the program at a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import TracebackType

ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR")}


@dataclass(frozen=True)
class Cost:
    """What one run of a program took."""

    wall: float
    cpu: float
    peak: float
    """MB."""


def cost(command: Sequence[str], cwd: Path | None = None) -> Cost:
    """Run it to its end; its output goes nowhere. Its own usage, not that of others before it."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0 or b"Traceback" in errors:
        raise SystemExit(f"{' '.join(command)[:120]} failed: {errors.decode()[-400:]}")
    return Cost(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def typical(costs: Sequence[Cost]) -> Cost:
    """The median of each."""
    return Cost(*(median(getattr(each, field) for each in costs) for field in ("wall", "cpu", "peak")))


def pairs(one: Sequence[str], other: Sequence[str], times: int, cwd: Path | None = None) -> tuple[Cost, Cost, float]:
    """Both in turn, so that the machine's moods fall on both: typical costs, and the median ratio of their CPU."""
    both = [(cost(one, cwd), cost(other, cwd)) for _ in range(times)]
    ratio = median(first.cpu / max(second.cpu, 1e-6) for first, second in both)
    return typical([first for first, _ in both]), typical([second for _, second in both]), ratio


class Terminal:
    """`runwatch` at a terminal: keys in, bytes out."""

    def __init__(self, arguments: Sequence[str], cwd: Path, columns: int = 120, rows: int = 40) -> None:
        self._terminal, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "runwatch", *arguments],
            cwd=cwd,
            env=ENVIRONMENT | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"},
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
        )
        os.close(inside)
        self.written = bytearray()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.press("\x11")  # ctrl+q
        self.wait(lambda: self._process.poll() is not None, 10)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def wait(self, is_enough: Callable[[], bool], seconds: float) -> float | None:
        """Read what is written until that holds; the seconds it took, None if it never did."""
        begun = time.perf_counter()
        while not is_enough():
            left = seconds - (time.perf_counter() - begun)
            if left <= 0:
                return None
            if select.select([self._terminal], [], [], min(left, 0.05))[0]:
                try:
                    self.written += os.read(self._terminal, 1 << 16)
                except OSError:  # it has gone
                    return None
        return time.perf_counter() - begun

    def wait_for(self, text: str, seconds: float) -> float | None:
        """Until this text is written from now on."""
        self.written.clear()
        wanted = text.encode()
        return self.wait(lambda: wanted in self.written, seconds)

    def cpu(self) -> float:
        """CPU seconds it has used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """What this was measured on."""
    cpus = os.cpu_count()
    model = "unknown CPU"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().split("\n") if line.startswith("model name")
        ]
        model = names[0] if names else model
    version = ".".join(map(str, sys.version_info[:3]))
    load = f"{os.getloadavg()[0]:.1f}"
    return f"{model}, {cpus} cores, {sys.platform}, CPython {version}, load {load} at the start"


def share(values: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]
