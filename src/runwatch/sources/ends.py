"""How long logs end: read before they are, so that where things stand is known at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runwatch.sources.base import Ending
from runwatch.sources.held import Held
from runwatch.sources.reader import Plain
from runwatch.sources.tail import Tail

LONG = 1 << 20
"""Bytes; a shorter log is read in no time."""
LAST = 128 << 10
"""Bytes of it that are looked at."""
MOST = 20
"""Logs that are looked at: those written to last."""


def endings(tails: Iterable[Tail], held: Held) -> Iterator[Ending]:
    """The last whole lines of the long logs among these, of which nothing was read yet; the newest first."""
    found = [tail for tail in tails if tail.size > LONG and not tail.position and not tail.packed and not tail.cut]
    found.sort(key=lambda tail: (-tail.mtime, tail.segment.path))
    for tail in found[:MOST]:
        try:
            content = held.open(tail)
        except OSError:
            continue  # whoever reads it will say why not
        if isinstance(content, Plain) and (lines := _last_lines(content, tail.size)):
            yield Ending(tail.segment, lines)


def _last_lines(content: Plain, size: int) -> bytes:
    """Neither the one that is cut at the front, nor one without its end; none where it ends in room not written to."""
    try:
        data = content.read(max(0, size - LAST), LAST)
    except OSError:
        return b""
    return data[data.find(b"\n") + 1 : data.rfind(b"\n") + 1]
