"""Where a recording goes: a new file, or stdout. Whatever happens, what stands there are whole lines."""

from __future__ import annotations

import glob
import os
import stat
import tempfile
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Protocol

import click

from runwatch.cli.output import CannotWrite, complain, told, write
from runwatch.core.places import Segment
from runwatch.sources.names import any_name

_COPIED = 1 << 20


class Output(Protocol):
    """Takes whole lines."""

    def write(self, data: bytes, segment: Segment | None = None) -> None:
        """Put them behind all others, now. Of `segment`, if they may have to be taken back."""
        ...

    def replace(self, segment: Segment, data: bytes, by: Segment) -> None:
        """What that segment said is no longer so; this is, which another says or the same."""
        ...

    def is_at(self, path: str) -> bool:
        """It is that file."""
        ...


class Stdout:
    """Lines for whoever reads them."""

    def write(self, data: bytes, segment: Segment | None = None) -> None:
        write(data)

    def replace(self, segment: Segment, data: bytes, by: Segment) -> None:
        complain(f"{segment.path} was replaced: what it says now stands behind what it said before")
        write(data)

    def is_at(self, path: str) -> bool:
        return False


class LogFile:
    """A file that was not there before; a device or a pipe may have been."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._size = 0
        self._spans: list[tuple[int, int, Segment]] = []
        """Begin and length of what may have to be taken back, in order."""
        try:
            self._is_plain = not os.path.exists(path) or stat.S_ISREG(os.stat(path).st_mode)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL if self._is_plain else os.O_WRONLY
            self._descriptor = os.open(path, flags | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            raise click.UsageError(f"{path} exists, and is not written over; choose another name") from None
        except OSError as error:
            raise click.UsageError(f"cannot write {path}: {told(error)}; choose another place") from None

    @property
    def is_empty(self) -> bool:
        """Nothing was written."""
        return not self._size

    def write(self, data: bytes, segment: Segment | None = None) -> None:
        self._put(self._descriptor, data, self._size)
        if segment is not None and data:
            self._spans.append((self._size, len(data), segment))
        self._size += len(data)

    def replace(self, segment: Segment, data: bytes, by: Segment) -> None:
        """Written anew beside it and put in its place: whoever reads it then finds no line that does not hold."""
        if not self._is_plain:
            complain(f"{segment.path} was replaced: what it says now stands behind what it said before")
            self.write(data, by)
            return
        try:
            self._write_anew(segment)
        except OSError as error:
            raise CannotWrite(told(error), self.path) from None
        self.write(data, by)

    def is_at(self, path: str) -> bool:
        with suppress(OSError):
            return os.path.samestat(os.stat(path), os.fstat(self._descriptor))
        return False

    def remove(self) -> None:
        """As if it had never been."""
        if self._is_plain:
            os.unlink(self.path)

    def close(self) -> None:
        os.close(self._descriptor)

    def _put(self, descriptor: int, data: bytes, size: int) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(descriptor, left) :]
        except BrokenPipeError:
            raise
        except BaseException as error:  # ctrl+c too
            if self._is_plain:
                os.ftruncate(descriptor, size)  # not half a line stays behind
            if isinstance(error, OSError):
                raise CannotWrite(told(error), self.path) from None
            raise

    def _write_anew(self, segment: Segment) -> None:
        folder, name = os.path.split(self.path)
        anew, beside = tempfile.mkstemp(prefix=f".{name}-", dir=folder or ".")
        try:
            os.fchmod(anew, stat.S_IMODE(os.fstat(self._descriptor).st_mode))
            at, size, spans = 0, 0, []
            for start, length, of in [*self._spans, (self._size, 0, segment)]:
                size += self._copy(anew, at, start)
                at = start
                if of is not segment:
                    spans.append((size, length, of))
                    size += self._copy(anew, at, at + length)
                at += length
            os.replace(beside, self.path)
        except BaseException:  # ctrl+c too
            os.close(anew)
            with suppress(OSError):
                os.unlink(beside)
            raise
        os.close(self._descriptor)
        self._descriptor, self._size, self._spans = anew, size, spans

    def _copy(self, anew: int, start: int, end: int) -> int:
        for at in range(start, end, _COPIED):
            left = memoryview(os.pread(self._descriptor, min(_COPIED, end - at), at))
            while left:
                left = left[os.write(anew, left) :]
        return end - start


def would_be_read(log: str, source: str) -> bool:
    """Whether a file of that name would be one of those that SOURCE stands for, or a part of such a log."""
    folder, name = os.path.split(os.path.abspath(log))
    for base in {folder, os.path.realpath(folder)}:
        for own in {name, any_name(name).stem}:
            parts = os.path.join(base, own).split("/")
            for path in {os.path.abspath(source), os.path.realpath(source)}:
                wanted = path.split("/")
                if any(_match(parts[:length], wanted) for length in range(1, len(parts) + 1)):
                    return True
    return False


def _match(parts: list[str], wanted: list[str]) -> bool:
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return _match(parts, wanted[1:]) or (bool(parts) and _match(parts[1:], wanted))
    if not parts:
        return False
    first = wanted[0]
    is_same = fnmatchcase(parts[0], first) if glob.has_magic(first) else parts[0] == first
    return is_same and _match(parts[1:], wanted[1:])
