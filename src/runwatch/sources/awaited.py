"""A source that may not be there yet: it is opened when its file appears, and until then says nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from runwatch.core.places import Place
from runwatch.sources.base import Item, Progress, Source, Waiting

PERIOD = 2.0
"""Seconds between two looks for the file."""


class Awaited:
    """What stands at a path, once something does. It has no label of its own: nobody asked for it by name."""

    label = ""

    def __init__(self, path: str, open_it: Callable[[], Source | None]) -> None:
        """`open_it` gives None where it turns out to be read already."""
        self._path = path
        self._open = open_it
        self._source: Source | None = None
        self._is_closed = False
        self._nothing = Progress()

    @property
    def progress(self) -> Progress:
        """Of what is there."""
        return self._nothing if self._source is None else self._source.progress

    def poll(self) -> Iterator[Item]:
        if self._source is None and not self._is_closed and self._is_there():
            self._source = self._open()
            self._is_closed = self._source is None
        if self._source is not None:
            yield from self._source.poll()

    async def changed(self) -> None:
        import asyncio  # only whoever follows pays for it: 20 ms, and five megabytes

        while self._source is None:
            await asyncio.sleep(PERIOD)
            if not self._is_closed and self._is_there():
                return
        await self._source.changed()

    def wait_for_more(self) -> bool:
        """Block until more has come; false where nothing is there."""
        source: object = self._source
        return isinstance(source, Waiting) and source.wait_for_more()

    def _is_there(self) -> bool:
        return os.path.exists(self._path)

    def rescan(self) -> None:
        if self._source is not None:
            self._source.rescan()

    def line_at(self, place: Place) -> bytes | None:
        return None if self._source is None else self._source.line_at(place)

    def close(self) -> None:
        self._is_closed = True
        if self._source is not None:
            self._source.close()
