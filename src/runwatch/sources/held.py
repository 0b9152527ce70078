"""Files kept open, so that one which is renamed and removed can still be read to its end.

Never all of them: of thousands only those written to last, the others are
opened, read and closed.
"""

from __future__ import annotations

import contextlib
import os
import resource

from runwatch.sources.reader import PRINT, Packed, Plain, content, open_same
from runwatch.sources.tail import Tail


class Held:
    """The open files of the tails."""

    def __init__(self, most: int = 256) -> None:
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most = most if allowed < 0 else max(4, min(most, allowed // 4))
        self._open: dict[Tail, tuple[int, Plain | Packed]] = {}
        self._oldest = 0

    def __contains__(self, tail: object) -> bool:
        return tail in self._open

    def tails(self) -> list[Tail]:
        """Those that are open: the ones written to last."""
        return list(self._open)

    def open(self, tail: Tail) -> Plain | Packed:
        """The tail's bytes. Raises `OSError`; `Elsewhere` if its name leads to another file now."""
        held = self._open.get(tail)
        if held is None:
            descriptor = open_same(tail.path, tail.file)
            held = self._open[tail] = (descriptor, content(descriptor, tail.packed))
        return held[1]

    def size(self, tail: Tail) -> int:
        """Bytes on disk of an open file, whatever its name is now."""
        return os.fstat(self._open[tail][0]).st_size

    def start(self, tail: Tail) -> bytes:
        """The first bytes of a plain file that is open, also those not read yet; none if it was truncated since."""
        held = self._open.get(tail)
        if held is None or not isinstance(held[1], Plain) or not tail.starts(held[1]):
            return b""
        return held[1].read(0, PRINT)

    def rest(self, tail: Tail) -> None:
        """The tail is read to its end: keep it open if it is one of those written to last."""
        held = self._open.get(tail)
        if held is None:
            return
        if isinstance(held[1], Packed):
            self.close(tail)
        elif len(self._open) > self._most:
            if tail.mtime > self._oldest:
                self.close(min(self._open, key=lambda open_tail: open_tail.mtime))
                self._oldest = min(open_tail.mtime for open_tail in self._open)
            else:
                self.close(tail)

    def close(self, tail: Tail) -> None:
        held = self._open.pop(tail, None)
        if held is not None:
            with contextlib.suppress(OSError):  # nothing was written: what was read stands
                os.close(held[0])

    def close_all(self) -> None:
        for tail in list(self._open):
            self.close(tail)
