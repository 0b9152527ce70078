"""A program at a terminal of its own: keys in, what stands on the screen out."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from benchmarks.measure import Failed, end
from benchmarks.screen import Screen

COLUMNS, ROWS = 120, 40
LOOKS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
LEAVE = 10
"""Seconds it has to leave by itself."""
PAUSE = 0.05
"""Seconds between two looks whether the program still lives."""


class Terminal:
    """Ended by its own key when the `with` is left, by force where that takes too long."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path, leave: str = "\x11") -> None:
        """`leave`: the key that ends it; ctrl+q."""
        self._leave = leave
        self.screen = Screen(COLUMNS, ROWS)
        self._terminal, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.begun = time.perf_counter()
        self._process = subprocess.Popen(
            command, cwd=cwd, env={**env, **LOOKS}, stdin=inside, stdout=inside, stderr=inside, start_new_session=True
        )
        os.close(inside)
        os.set_blocking(self._terminal, False)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            with contextlib.suppress(Failed):
                self.press(self._leave)
            self._read_until(lambda: False, LEAVE)
        if self._process.poll() is None:
            end(self._process)
        self._process.wait()
        os.close(self._terminal)

    def press(self, keys: str) -> float:
        """When they were pressed."""
        at = time.perf_counter()
        try:
            os.write(self._terminal, keys.encode())
        except OSError as error:  # it has gone, or takes no more
            raise Failed(f"cannot press a key: {error}") from None
        return at

    def see(self, there: Callable[[Screen], bool], seconds: float, what: str) -> float:
        """Read until that stands on the screen; when it came. `what` names it where it never does."""
        seen = self.look(there, seconds)
        if seen is None:
            state = f"ended with {self._process.returncode}" if self._process.poll() is not None else "still runs"
            print(self.screen.text, file=sys.stderr)
            raise Failed(f"no {what} in {seconds:.0f} s; the program {state}")
        return seen

    def look(self, there: Callable[[Screen], bool], seconds: float) -> float | None:
        """The same, None where it never does."""
        return self._read_until(lambda: there(self.screen), seconds)

    def rest(self, seconds: float) -> None:
        """Go on reading, so that the program is never held up."""
        self._read_until(lambda: False, seconds)

    def cpu(self) -> float:
        """CPU seconds that it, and children of it that have ended, used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def peak(self) -> float:
        """MB it has held at most so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024

    def _read_until(self, enough: Callable[[], bool], seconds: float) -> float | None:
        """When the bytes came after which it was enough, None if it never was: too late, or the program has gone."""
        end = time.perf_counter() + seconds
        at = time.perf_counter()
        while not enough():
            left = end - time.perf_counter()
            if left <= 0:
                return None
            if select.select([self._terminal], [], [], min(left, PAUSE))[0]:
                try:
                    data = os.read(self._terminal, 1 << 16)
                except OSError:
                    data = b""
                if not data:  # it has gone
                    return None
                at = time.perf_counter()
                self.screen.feed(data)
        return at
