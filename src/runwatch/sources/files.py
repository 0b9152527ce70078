"""Follow files and directories: growth, rotation, truncation, disappearance.

A poll looks at what there is, then reads what is new of it, the newest logs
first and the files of one log in their order. Each step of reading is finished
before its lines are given away, so a poll can be left anywhere.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Iterator, Sequence

from runwatch.core.places import Place
from runwatch.sources.again import Again
from runwatch.sources.base import Item, Progress
from runwatch.sources.chain import Identities
from runwatch.sources.discovery import Discovery
from runwatch.sources.held import Held
from runwatch.sources.reader import Elsewhere
from runwatch.sources.rotation import Chains
from runwatch.sources.tail import Changed, Tail, fault_of


class FileSource:
    """Logs in files: by name, by pattern, in directories."""

    def __init__(
        self, paths: Sequence[str], *, poll: bool = False, cwd: str = "", numbers: Iterator[int] | None = None
    ) -> None:
        self.label = paths[0] if len(paths) == 1 else f"{len(paths)} paths"
        self.progress = Progress()
        self._held = Held()
        self._chains = Chains(numbers or itertools.count(), Identities(), self._held)
        self._discovery = Discovery(paths, cwd or os.getcwd())
        self._again = Again(self._chains.by_segment)
        self._due: set[Tail] = set()
        self._ready: deque[Item] = deque()

    def poll(self) -> Iterator[Item]:
        yield from self._give()
        self._look()
        for tail in self._in_order():
            while self._step(tail):
                yield from self._give()
            yield from self._give()

    def _give(self) -> Iterator[Item]:
        while self._ready:
            yield self._ready.popleft()

    def _look(self) -> None:
        look = self._discovery.everything(self._chains.restless())
        found = [file for file in look.found if not file.may_be_document]
        lost = self._chains.unsettled(found, self._chains.all)
        if lost:
            look = self._discovery.everything(self._chains.restless() | lost)
            found = [file for file in look.found if not file.may_be_document]
        changes = self._chains.reconcile(found, list(self._chains.all))
        self._due |= changes.grown

    def _in_order(self) -> list[Tail]:
        newest: dict[str, int] = {}
        for tail in self._due:
            newest[tail.chain] = max(newest.get(tail.chain, 0), tail.mtime)
        return sorted(self._due, key=lambda tail: (-newest[tail.chain], tail.chain, tail.segment.order))

    def _step(self, tail: Tail) -> bool:
        try:
            items = tail.read(self._held.open(tail))
        except (Changed, Elsewhere, FileNotFoundError):
            self._due.discard(tail)
            return False
        except OSError as error:
            self._ready.append(fault_of(tail.segment, error))
            self._due.discard(tail)
            return False
        self._ready.extend(tail.last_line() if items is None else items)
        if items is None:
            self._due.discard(tail)
            self._held.rest(tail)
        return items is not None

    def rescan(self) -> None:
        """Make the next poll look at everything."""

    async def changed(self) -> None:
        import asyncio

        await asyncio.sleep(1)

    def line_at(self, place: Place) -> bytes | None:
        return self._again.line_at(place)

    def close(self) -> None:
        self._held.close_all()
        self._again.close()
