"""The bytes of one file, plain or compressed, by position.

A file is opened for reading only, without a lock, and read by `pread`, so that
nothing moves but our own idea of how far we are. Positions in a compressed file
are those of what it holds.
"""

from __future__ import annotations

import errno
import os
import zlib
from typing import Protocol

PRINT = 4096
"""Bytes at the start, and in front of a position, by which a file is known again."""

_LOOK = 1 << 20  # bytes searched at once for one that is no NUL
_STEP = 16 << 10  # compressed bytes read at once
_ZSTD_STEP = 1 << 10  # fed at once: zstd packs up to 32 KiB into a byte, so this is 32 MiB at the very worst
_MOST = 128 << 10  # bytes gzip gives at once

FileId = tuple[int, int]
"""Device and inode."""

Print = tuple[int, int]
"""How many bytes, and their hash: what is kept of bytes that must be known again."""


class Elsewhere(OSError):
    """Another file stands under this name now."""


def open_file(path: str) -> int:
    """A descriptor for reading. Never blocks, never creates, is not inherited."""
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)


def open_same(path: str, file: FileId) -> int:
    """A descriptor of this very file; `Elsewhere` if the name leads to another one."""
    descriptor = open_file(path)
    try:
        status = os.fstat(descriptor)
        if (status.st_dev, status.st_ino) != file:
            raise Elsewhere(path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def print_of(data: bytes) -> Print:
    """Enough to tell whether the same bytes stand there again; the same in each process (`ahead.py`)."""
    return len(data), zlib.crc32(data)


class Content(Protocol):
    """What a file holds."""

    def read(self, position: int, size: int) -> bytes:
        """Up to `size` bytes from `position`; nothing at the end of what there is."""
        ...

    @property
    def taken(self) -> int | None:
        """Bytes on disk behind what was read, None where they are the position itself."""
        ...

    @property
    def fault(self) -> str:
        """Why no more can be had, if that is not simply the end."""
        ...


class Plain:
    """A file that holds its lines as they are."""

    taken = None
    fault = ""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def read(self, position: int, size: int) -> bytes:
        return os.pread(self.descriptor, size, position)

    def written_from(self, position: int) -> int:
        """Where the next byte stands that is no NUL; -1 if there is none. A hole costs nothing."""
        while True:
            try:
                position = os.lseek(self.descriptor, position, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:  # a hole up to the end; all else means that nobody knows of holes
                    return -1
            data = os.pread(self.descriptor, _LOOK, position)
            if written := data.lstrip(b"\0"):
                return position + len(data) - len(written)
            if not data:
                return -1
            position += len(data)


class Member(Protocol):
    """One compressed stream; a file may hold several, one behind the other."""

    @property
    def eof(self) -> bool: ...
    def take(self, raw: bytes) -> tuple[bytes, bytes]:
        """What these bytes hold, and those of them that are still to be fed."""
        ...


class _Gzip:
    name = "gzip"

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    def take(self, raw: bytes) -> tuple[bytes, bytes]:
        data = self._stream.decompress(raw, _MOST)
        return data, self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail


class _Zstd:
    name = "zstd"

    def __init__(self) -> None:
        import zstandard  # 10 ms, and seldom needed

        self._error = zstandard.ZstdError
        self._stream = zstandard.ZstdDecompressor().decompressobj()

    @property
    def eof(self) -> bool:
        return self._stream.eof

    def take(self, raw: bytes) -> tuple[bytes, bytes]:
        try:
            data = self._stream.decompress(raw[:_ZSTD_STEP])
        except self._error as error:
            raise zlib.error(str(error).removeprefix("zstd decompress error: ")) from error
        unused = self._stream.unused_data if self._stream.eof else b""
        return data, unused + raw[_ZSTD_STEP:]


class Packed:
    """A compressed file, read as the stream it is; going back means beginning again."""

    def __init__(self, descriptor: int, packed: str) -> None:
        self._descriptor = descriptor
        self._kind: type[_Gzip | _Zstd] = _Gzip if packed == "gz" else _Zstd
        self._begin()

    def _begin(self) -> None:
        self._member: Member | None = None
        self._raw = b""
        self._taken = 0
        self._ready = bytearray()
        self._start = 0  # where `_ready` stands
        self._corrupt = ""

    @property
    def taken(self) -> int:
        return self._taken - len(self._raw)

    @property
    def unfinished(self) -> bool:
        """The file ends in the middle of a stream: cut off, or still being written."""
        return not self._corrupt and self._member is not None and not self._member.eof

    @property
    def fault(self) -> str:
        if self._corrupt:
            return f"corrupt {self._kind.name} data ({self._corrupt})"
        return f"{self._kind.name} data ends too early" if self.unfinished else ""

    def read(self, position: int, size: int) -> bytes:
        if position < self._start:
            self._begin()
        while self._start + len(self._ready) < position + size and self._more():
            self._drop(position - self._start)
        self._drop(position - self._start)
        return bytes(self._ready[:size]) if self._start == position else b""

    def _drop(self, size: int) -> None:
        size = min(max(size, 0), len(self._ready))
        del self._ready[:size]
        self._start += size

    def _more(self) -> bool:
        """Unpack one step further; false at the end of what can be had."""
        if self._corrupt:
            return False
        if not self._raw:
            self._raw = os.pread(self._descriptor, _STEP, self._taken)
            self._taken += len(self._raw)
        if self._member is None or self._member.eof:
            self._raw = self._raw.lstrip(b"\0")  # padding between streams
            if not self._raw:
                return False
            self._member = self._kind()
        ended = not self._raw
        try:
            data, self._raw = self._member.take(self._raw)
        except zlib.error as error:
            self._corrupt = str(error)
            return False
        self._ready += data
        return bool(data) or not ended


def content(descriptor: int, packed: str) -> Plain | Packed:
    """How to read this file."""
    return Packed(descriptor, packed) if packed else Plain(descriptor)


def unpacked_size(raw: Content, packed: str, size: int) -> int | None:
    """How much a compressed file of one stream holds, modulo 2^32, if it says so."""
    if packed == "gz":
        return int.from_bytes(raw.read(max(0, size - 4), 4), "little")
    import zstandard

    try:
        held = zstandard.frame_content_size(raw.read(0, 18))
    except zstandard.ZstdError:
        return None
    return held & 0xFFFFFFFF if held >= 0 else None
