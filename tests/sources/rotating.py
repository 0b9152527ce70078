"""A writer and a rotator, as careless as real ones."""

from __future__ import annotations

import gzip
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import zstandard


class Writer:
    """Writes lines in halves, and goes on in a renamed file until it is told."""

    def __init__(self, path: str, rng: random.Random) -> None:
        self.path = path
        self.written: list[bytes] = []
        self._rng = rng
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - open as long as the writer lives
        self._half = b""

    def write(self) -> None:
        """Some bytes: the rest of a line, whole lines, the first half of one."""
        for _ in range(self._rng.randrange(4)):
            line = b'{"n":%d,"pad":"%s"}' % (len(self.written), b"x" * self._rng.choice([0, 3, 90, 9000]))
            self._put(self._half)
            cut = self._rng.randrange(len(line) + 1) if self._rng.random() < 0.5 else len(line) + 1
            whole = line + b"\n"
            self._put(whole[:cut])
            self._half = whole[cut:]
            self.written.append(line)

    def finish(self) -> None:
        """No half line is left."""
        self._put(self._half)

    def close(self) -> None:
        self.finish()
        self._file.close()

    def reopen(self) -> None:
        """As after a signal: the rest of a line still goes to the old file."""
        self.close()
        self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115 - as above

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._half = b""


class Rotator:
    """The ways of logrotate, each step of them a moment at which someone may look."""

    def __init__(self, writer: Writer, look: Callable[[], object]) -> None:
        self._writer = writer
        self._path = writer.path
        self._look = look
        self._days = 0

    def create(self) -> None:
        self._shift()
        os.rename(self._path, f"{self._path}.1")
        self._look()
        self._writer.write()
        self._look()
        self._writer.reopen()

    def dated(self) -> None:
        os.rename(self._path, self._date())
        self._look()
        self._writer.write()
        self._writer.reopen()

    def copytruncate(self) -> None:
        self._writer.finish()
        self._shift()
        self._copy(f"{self._path}.1")

    def copytruncate_dated(self) -> None:
        self._writer.finish()
        self._copy(self._date())

    def truncate(self) -> None:
        """All that was written is lost unless it was read: so someone reads it."""
        self._writer.finish()
        self._look()
        self._look()
        os.truncate(self._path, 0)

    def compress(self) -> None:
        for path in self._rotated():
            if not path.endswith((".gz", ".zst")):
                self._pack(path)
                return

    def _copy(self, target: str) -> None:
        data = Path(self._path).read_bytes()
        with open(target, "wb", buffering=0) as copy:
            self._look()
            copy.write(data[: len(data) // 2])
            self._look()
            copy.write(data[len(data) // 2 :])
        self._look()
        os.truncate(self._path, 0)

    def _pack(self, path: str) -> None:
        data = Path(path).read_bytes()
        gz = len(data) % 2
        packed = gzip.compress(data) if gz else zstandard.ZstdCompressor().compress(data)
        target = path + (".gz" if gz else ".zst")
        with open(target, "wb", buffering=0) as file:
            file.write(packed[: len(packed) // 2])
            self._look()
            file.write(packed[len(packed) // 2 :])
        shutil.copystat(path, target)
        self._look()
        os.unlink(path)

    def _shift(self) -> None:
        for path in self._rotated():
            match = re.search(r"\.(\d+)(\.gz|\.zst)?$", path)
            if match:
                os.rename(path, f"{self._path}.{int(match[1]) + 1}{match[2] or ''}")
                self._look()

    def _rotated(self) -> list[str]:
        """The rotated files, those with the highest number first."""
        directory, base = os.path.split(self._path)
        names = [name for name in os.listdir(directory) if name.startswith(base) and name != base]
        return sorted((os.path.join(directory, name) for name in names), key=lambda path: (-_number(path), path))

    def _date(self) -> str:
        self._days += 1
        return f"{self._path}-{20261100 + self._days}"


def _number(path: str) -> int:
    match = re.search(r"jsonl\.(\d+)", path)
    return int(match[1]) if match else 0
