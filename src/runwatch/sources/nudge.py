"""Who writes to a file that is open here is heard of at once, where the system can tell (Linux, `inotify`).

Directories are watched by another thread, which looks every 30 ms at what has
come and then once more whether that was all. The files that grow are known; of
each of those one word from the system is enough. It is a hint, as all are: what
cannot be had this way comes the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import struct
from collections.abc import Callable, Iterable

MODIFIED = 0x2
_EVENT = struct.Struct("iIII")
_ROOM = 64 << 10


class Nudge:
    """Hints at the files it was told of, from the loop it was begun in."""

    def __init__(self, hint: Callable[[str], None]) -> None:
        self._hint = hint
        self._descriptor = -1
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: dict[str, int] = {}
        self._paths: dict[int, str] = {}

    def begin(self) -> None:
        """Listen; nothing happens where that cannot be."""
        self.close()
        with contextlib.suppress(OSError, AttributeError):
            self._system = ctypes.CDLL(None, use_errno=True)
            self._descriptor = self._system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor >= 0:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._descriptor, self._read)

    def follow(self, paths: Iterable[str]) -> None:
        """These files, and no others."""
        if self._descriptor < 0:
            return
        wanted = dict.fromkeys(paths)
        for path in [path for path in self._watched if path not in wanted]:
            number = self._watched.pop(path)
            self._paths.pop(number, None)
            self._system.inotify_rm_watch(self._descriptor, number)
        for path in wanted:
            if path not in self._watched:
                number = self._system.inotify_add_watch(self._descriptor, os.fsencode(path), MODIFIED)
                if number >= 0:
                    self._watched[path] = number
                    self._paths[number] = path

    def close(self) -> None:
        """Hear of nothing any more."""
        if self._descriptor < 0:
            return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1
        self._watched.clear()
        self._paths.clear()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            data, at, found = os.read(self._descriptor, _ROOM), 0, set()
            while at < len(data):
                number, mask, _, length = _EVENT.unpack_from(data, at)
                at += _EVENT.size + length
                path = self._paths.get(number)
                if path is None:
                    continue
                found.add(path)
                if not mask & MODIFIED:  # the file is gone: another one may have its name
                    del self._paths[number], self._watched[path]
            for path in found:
                self._hint(path)
