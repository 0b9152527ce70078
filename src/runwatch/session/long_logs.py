"""What takes in long logs, made ready once it is worth that: a tenth of a second, and twenty megabytes."""

from __future__ import annotations

import contextlib
import os
import threading
from functools import partial
from typing import TYPE_CHECKING

from runwatch.core.places import Segment
from runwatch.session.heap import keep_memory
from runwatch.sources.ahead import ahead_in

if TYPE_CHECKING:
    from runwatch.core.bulk.loading import Bulk
    from runwatch.core.loading import Loading
    from runwatch.session.second_process import SecondProcess, Spawned
    from runwatch.sources.ahead import Ahead
    from runwatch.sources.base import Source

LONG = 8 << 20
"""Bytes from which on it is."""
SURELY = 64 << 20
"""Where so many are still to be read, it is from the first block on."""
FOREVER = 1 << 60
"""More than any log has."""
LEAST = 64 << 10
"""Bytes of a block that counts: smaller ones are those of short logs, however many there are."""
_THREADS = "OPENBLAS_NUM_THREADS"


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
        self._spawned: Spawned | None = None
        """It gets ready."""
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
        if not self._loading.is_regular or (segment is self._asked and self._read < self._rested):
            return None
        ahead = ahead_in(source, segment)
        if ahead is None or ahead.left < SURELY:
            return None
        from runwatch.session import second_process

        if self._spawned is not None and self._spawned.segment is segment:
            return self._begun(self._spawned, ahead)
        self.close()
        self._asked, self._rested = segment, self._read + SURELY
        if second_process.is_possible():
            with contextlib.suppress(OSError):
                if self.may_wait and threading.active_count() == 1:
                    return second_process.forked(ahead)
                self._spawned, self._rested = second_process.Spawned(ahead), 0
        return None

    def _begun(self, spawned: Spawned, ahead: Ahead) -> SecondProcess | None:
        """The one that got ready; None as long as it does, and where it could not."""
        if not spawned.is_ready:
            return None
        self._spawned, process = None, spawned.begin(ahead)
        self._rested = self._read + (SURELY if process is not None else FOREVER)
        return process

    def close(self) -> None:
        """No other process is needed, for now at least."""
        if self._spawned is not None:
            self._spawned.end()
            self._spawned = None


def _imported() -> type[Bulk]:
    """Numpy without the threads of its linear algebra, which would each take room for nothing."""
    is_set = _THREADS in os.environ
    os.environ.setdefault(_THREADS, "1")
    from runwatch.core.bulk.loading import Bulk

    if not is_set:
        del os.environ[_THREADS]
    keep_memory()
    return Bulk
