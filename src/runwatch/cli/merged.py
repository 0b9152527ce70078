"""Several logs as one: merged by moment as the model merges them, ties by path, the lines of each in their order."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import count

import orjson

from runwatch.cli.output import CannotWrite
from runwatch.core.places import Segment
from runwatch.core.times import parse_time
from runwatch.sources.cache import cache_directory
from runwatch.sources.spool import Spool

_READ = 64 << 10
Line = tuple[int, str, int, bytes, Segment]


class Merged:
    """Gathers whole lines of any logs, in a file of its own while they are gathered: they may be larger than memory."""

    def __init__(self) -> None:
        self._spool = Spool(cache_directory())
        self._spans: dict[str, list[tuple[int, int, Segment]]] = {}

    def add(self, data: bytes, segment: Segment) -> None:
        """More lines of a log; or all those of a document, also where it was another before."""
        if segment.document:
            self._spans[segment.chain] = []
        self._spans.setdefault(segment.chain, []).append((self._spool.size, len(data), segment))
        self._spool.write(data)
        if not self._spool.keeps:
            raise CannotWrite("there is no room for what is gathered in the cache directory")

    def lines(self) -> Iterator[tuple[bytes, Segment]]:
        """All of them, once."""
        for *_, line, segment in merge(*map(self._of, sorted(self._spans))):
            yield line, segment
        self._spool.close()

    def _of(self, chain: str) -> Iterator[Line]:
        """What has no time stands behind what is in front of it."""
        moment, numbers = 0, count()
        for start, size, segment in self._spans[chain]:
            for line in self._lines_in(start, start + size):
                moment = max(moment, _time_of(line))
                yield moment, chain, next(numbers), line, segment

    def _lines_in(self, start: int, end: int) -> Iterator[bytes]:
        half = b""
        while start < end:
            data = half + self._spool.read(start, min(_READ, end - start))
            start += min(_READ, end - start)
            *lines, half = data.split(b"\n")
            for line in lines:
                yield line + b"\n"


def _time_of(line: bytes) -> int:
    """ns; 0 where it has none. Of a document on one line the first entry's counts."""
    try:
        value = orjson.loads(line)
        if isinstance(value, dict) and "recorded_at" not in value and value.get("entries"):
            value = value["entries"][0]
        known = parse_time(value["recorded_at"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return 0
    return known[0] if known else 0
