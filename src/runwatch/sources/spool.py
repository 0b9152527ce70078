"""What a stream brought, kept so that its lines can be shown again.

In the user's cache directory, readable by the user alone and without a name, so
that nothing stays behind. Where that cannot be written: in memory up to a
limit, then in a temporary file.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from runwatch.sources.cache import make_private

MOST_IN_MEMORY = 64 << 20
"""Bytes kept in memory where the cache directory cannot be written."""


class _Store(Protocol):
    """One place to keep bytes."""

    def write(self, data: bytes, position: int) -> None: ...
    def read(self, position: int, size: int) -> bytes: ...
    def close(self) -> None: ...


class _File:
    def __init__(self, directory: str) -> None:
        """Raises `OSError` where there is no writing."""
        self._descriptor, path = tempfile.mkstemp(prefix="stdin-", dir=directory)
        os.unlink(path)

    def write(self, data: bytes, position: int) -> None:
        left = memoryview(data)
        while left:
            size = os.pwrite(self._descriptor, left, position)
            left, position = left[size:], position + size

    def read(self, position: int, size: int) -> bytes:
        return os.pread(self._descriptor, size, position)

    def close(self) -> None:
        os.close(self._descriptor)


class _Memory:
    def __init__(self, most: int) -> None:
        self._data = bytearray()
        self._most = most

    def write(self, data: bytes, position: int) -> None:
        if position + len(data) > self._most:
            raise OSError
        self._data[position:] = data

    def read(self, position: int, size: int) -> bytes:
        return bytes(self._data[position : position + size])

    def close(self) -> None:
        self._data = bytearray()


class _Nowhere:
    def write(self, data: bytes, position: int) -> None:
        """Nothing is kept any more."""

    def read(self, position: int, size: int) -> bytes:
        return b""

    def close(self) -> None:
        pass


def _temporary() -> list[str]:
    """Where temporary files may go. Python would also take where we stand: that is often beside the logs."""
    asked = os.environ.get("TMPDIR", "")
    usual = ("/tmp", "/var/tmp")  # noqa: S108 - only for files that mkstemp names and that have no name for long
    return [directory for directory in (asked, *usual) if os.path.isabs(directory)]


class Spool:
    """Bytes in the order they came. Where one store fails the next goes on."""

    taken = None  # as the sources' other contents: positions are bytes on disk
    fault = ""

    def __init__(self, cache: str, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self.notice = ""
        """What the header must say about it."""
        self.size = 0
        self._stores: list[tuple[int, _Store]] = []
        self._next = self._choices(cache, most_in_memory)
        self._begin_store()

    @property
    def keeps(self) -> bool:
        """What comes in now can be read again."""
        return not isinstance(self._stores[-1][1], _Nowhere)

    def write(self, data: bytes) -> None:
        while True:
            start, store = self._stores[-1]
            try:
                store.write(data, self.size - start)
            except OSError:
                self._begin_store()
            else:
                self.size += len(data)
                return

    def read(self, position: int, size: int) -> bytes:
        """Up to `size` bytes; nothing where there are none, or no longer."""
        end = self.size
        for start, store in reversed(self._stores):
            if start <= position < end:
                return store.read(position - start, min(size, end - position))
            end = start
        return b""

    def close(self) -> None:
        for _, store in self._stores:
            store.close()
        self._stores = [(0, _Nowhere())]

    def _choices(self, cache: str, most: int) -> Iterator[tuple[str, Callable[[], _Store]]]:
        def in_cache() -> _Store:
            make_private(cache)
            return _File(cache)

        yield "", in_cache
        yield f"{cache} cannot be written: what comes in is kept in memory", lambda: _Memory(most)
        for directory in _temporary():
            yield f"{cache} cannot be written: what comes in is kept in a temporary file", partial(_File, directory)
        yield "nothing can be written: lines that come in now cannot be shown again", _Nowhere

    def _begin_store(self) -> None:
        for notice, store in self._next:
            try:
                self._stores.append((self.size, store()))
            except OSError:
                continue
            self.notice = notice
            return
