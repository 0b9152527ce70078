"""What takes in long logs, made ready once it is worth that: a tenth of a second, and twenty megabytes."""

from __future__ import annotations

import contextlib
import os
import threading
from functools import partial
from typing import TYPE_CHECKING

from runwatch.core.places import Segment
from runwatch.sources.ahead import ahead_in

if TYPE_CHECKING:
    from runwatch.core.bulk.loading import Bulk
    from runwatch.core.loading import Loading
    from runwatch.session.second_process import SecondProcess
    from runwatch.sources.base import Source

LONG = 8 << 20
"""Bytes from which on it is."""
SURELY = 64 << 20
"""Where so many are still to be read, it is from the first block on."""
LEAST = 64 << 10
"""Bytes of a block that counts: smaller ones are those of short logs, however many there are."""
_THREADS = "OPENBLAS_NUM_THREADS"
_TRIM, _MMAP = -1, -3
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of mallopt(3)."""


class LongLogs:
    """Counts what was read of long logs, and makes ready."""

    def __init__(self, loading: Loading) -> None:
        self.may_wait = False
        """Nothing else is waiting meanwhile: no keys."""
        self._loading = loading
        self._read = 0
        """Bytes."""
        self._asked: Segment | None = None
        """In this log another process was to read on;"""
        self._rested = 0
        """once more it is only when so much is read."""
        self._is_begun = False

    def note(self, size: int, source: Source) -> None:
        """A block of so many bytes more. What a second process has read does not count."""
        if size < LEAST:
            return
        self._read += size
        if self._is_begun:
            return
        if self._read > LONG or (self.may_wait and source.progress.behind > SURELY):
            self._is_begun = True
            if self.may_wait:
                self._make_ready()
            else:
                threading.Thread(target=self._make_ready, daemon=True).start()

    def _make_ready(self) -> None:
        self._loading.bulk = partial(_imported(), is_alone=self.may_wait)

    def second(self, source: Source, segment: Segment) -> SecondProcess | None:
        """Another process that reads on in this log, if so much is left that it is worth it."""
        if segment is self._asked and self._read < self._rested:
            return None
        ahead = ahead_in(source, segment)
        if ahead is None or ahead.left < SURELY:
            return None
        from runwatch.session import second_process

        self._asked, self._rested = segment, self._read + SURELY
        if second_process.is_possible():
            with contextlib.suppress(OSError):
                return second_process.SecondProcess(ahead)
        return None


def _imported() -> type[Bulk]:
    """Numpy without the threads of its linear algebra, which would each take room for nothing."""
    is_set = _THREADS in os.environ
    os.environ.setdefault(_THREADS, "1")
    from runwatch.core.bulk.loading import Bulk

    if not is_set:
        del os.environ[_THREADS]
    _keep_memory()
    return Bulk


def _keep_memory() -> None:
    """Room of a block's arrays is used again for the next block's: to give it back and fetch it anew each time costs a
    sixth of all. Where malloc is not that of glibc, nothing happens.
    """
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(_TRIM, 24 << 20)
        mallopt(_MMAP, 6 << 20)
