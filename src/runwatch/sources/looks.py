"""What to look at, and when: everything, what a notification named, or what is due.

Looking at ten thousand files takes 50 ms, at one of them nothing. So a poll
behind a notification looks only at what was named, and now and then at the
files written to last, and rarely at everything: notifications can be lost.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator

from runwatch.core.places import Segment
from runwatch.sources.base import Item
from runwatch.sources.chain import Identities
from runwatch.sources.compare import Comparison
from runwatch.sources.discovery import Discovery
from runwatch.sources.documents import Documents
from runwatch.sources.found import Look
from runwatch.sources.held import Held
from runwatch.sources.rotation import Chains
from runwatch.sources.tail import Tail

ACTIVE = 1.5
"""Seconds between two looks at the files written to last."""
POLL = 1.0
"""Seconds between two looks where no notifications come."""
RETRY = 5.0
"""Seconds after which a directory that could not be listed is tried again."""
LEAVING = 10.0
"""Seconds that a removed file, still open, may go on being written to."""
_RAREST = 60.0
_WALK_SHARE, _POLLING_WALK_SHARE = 1000, 25
"""A look at everything may take this part of the time; where no notifications come it is all we have."""


class Looks:
    """Keeps the logs in step with the disk, at little cost."""

    def __init__(
        self, discovery: Discovery, chains: Chains, documents: Documents, held: Held, identities: Identities
    ) -> None:
        self.hints: deque[str] = deque()
        """Paths that notifications named; appended to from outside."""
        self.doubts: set[str] = set()
        """Logs where reading found something else than the last look did."""
        self.again: set[Tail] = set()
        """Files that could not be read, or not to a proper end: to be tried at each look."""
        self.due: set[Tail] = set()
        """To be read."""
        self.removed: deque[str] = deque(maxlen=3)
        """What to say of the files that went last."""
        self.last = Look()
        """The last look at everything."""
        self._discovery = discovery
        self._chains = chains
        self._documents = documents
        self._held = held
        self._identities = identities
        self._pace, self._walk_share = ACTIVE, _WALK_SHARE
        self._gone: deque[Segment] = deque()
        self._leaving: dict[Tail, float] = {}
        self._next_active = self._next_walk = self._period = 0.0
        self._first = True

    def everything(self) -> None:
        """Look at all there is."""
        self.hints.clear()
        begun = time.monotonic()
        restless = self._chains.restless() | self.doubts
        look = self._discovery.everything(restless)
        difference = self._difference(look, None)
        if not (unsettled := difference.unsettled) <= restless:
            look = self._discovery.everything(restless | unsettled)
            difference = self._difference(look, None)
        self._take(look, difference, None)
        look.found.clear()  # ten thousand of them, and what they said is known now
        self.last = look
        self._first = False
        self.due |= {tail for tail in self.again if not tail.segment.gone}
        self._drain_the_leaving()
        ended = time.monotonic()
        pause = self._pause(ended - begun)
        self._next_walk = ended + (min(pause, RETRY) if look.unreadable else pause)
        self._next_active = ended + self._pace

    def what_is_due(self) -> None:
        """Look at what notifications named, and at what has not been looked at for long."""
        keys = set(self.doubts)
        while self.hints:
            path = self.hints.popleft()
            if not self._glance(path):
                key = self._discovery.log_of(path)
                if key is None:
                    return self.everything()
                keys.add(key)
        now = time.monotonic()
        if now >= self._next_walk:
            return self.everything()
        if now >= self._next_active:
            keys |= self._glance_at_the_active()
            self.due |= {tail for tail in self.again if not tail.segment.gone}
            self._drain_the_leaving()
            self._period = self._pause(time.monotonic() - now)
            self._next_active = time.monotonic() + self._period
        keys.discard("")
        return self._logs_anew(keys) if keys else None

    def hand_over(self, path: str) -> None:
        """If this turned out to be no document but lines, let the next look take it for a log."""
        if path in self._documents.lines:
            self.doubts.add(path)
            if not self._documents.lines[path]:
                self._chains.known_before.add(path)

    def cut_off(self, tail: Tail) -> list[Item]:
        """Lines in front of this file that will have no end, if something was read of it."""
        chain = self._chains.all.get(tail.chain)
        return chain.cut_off(tail, self.again, self._may_have_more) if chain is not None and tail.position else []

    def _may_have_more(self, tail: Tail) -> bool:
        """Whether it has grown since the last look, which a renamed one must wait for."""
        return not self._glance(tail.path) or tail.behind > 0

    def set_pace(self, polling: bool) -> None:
        """Without notifications we look more often."""
        self._pace, self._walk_share = (POLL, _POLLING_WALK_SHARE) if polling else (ACTIVE, _WALK_SHARE)

    @property
    def period(self) -> int:
        """Seconds between two looks at files, at present: with very many files they become more."""
        return max(1, round(self._period))

    def gone(self) -> Iterator[Segment]:
        """Segments whose file went since this was asked last."""
        while self._gone:
            yield self._gone.popleft()

    def until_due(self) -> float:
        """Seconds until a poll has something to look at, notifications apart."""
        return max(0.0, min(self._next_active, self._next_walk) - time.monotonic())

    def _pause(self, cost: float) -> float:
        """Seconds to rest after a look that took so long."""
        return min(max(self._pace, cost * self._walk_share), _RAREST)

    def _glance_at_the_active(self) -> set[str]:
        """Look at the files written to last, or at all where no notifications come; returns the logs that changed."""
        polling = self._walk_share == _POLLING_WALK_SHARE
        tails = list(self._chains.by_path.values()) if polling else self._held.tails()
        return {tail.chain for tail in tails if not tail.segment.gone and not self._glance(tail.path)}

    def _logs_anew(self, keys: set[str]) -> None:
        look = self._discovery.only(keys, self._chains.restless() | self.doubts)
        difference = self._difference(look, keys)
        if difference.unsettled or difference.begins_packed(self._chains.all):
            self.everything()
        else:
            self._take(look, difference, keys)

    def _difference(self, look: Look, keys: set[str] | None) -> Comparison:
        return self._chains.compare((found for found in look.found if not self._documents.reads(found)), keys)

    def _take(self, look: Look, difference: Comparison, keys: set[str] | None) -> None:
        self.doubts.clear()
        self._identities.give(found for found in look.found if found.asked)  # together, so that none depends on reading
        documents = [found for found in look.found if self._documents.reads(found)]
        gone = self._documents.reconcile(documents, keys, self._first)
        changes = self._chains.apply(difference, self._first)
        self.due |= changes.grown
        self._gone.extend(changes.truncated)
        for segment in gone:
            self._gone.append(segment)
            self.removed.append(f"{segment.path} was removed; what was read stays")
        for tail in changes.removed:
            self._leave(tail)

    def _leave(self, tail: Tail) -> None:
        self._gone.append(tail.segment)
        if tail in self._held:
            self._leaving[tail] = time.monotonic() + LEAVING
        missed = tail.behind if tail not in self._held else 0
        what = f"before its last {missed} bytes were read" if missed else "what was read stays"
        self.removed.append(f"{tail.segment.path} was removed{' ' if missed else '; '}{what}")

    def _drain_the_leaving(self) -> None:
        """A file without a name can still be written to, and read while it is open."""
        now = time.monotonic()
        for tail, end in list(self._leaving.items()):
            tail.size = self._held.size(tail)
            if tail.behind:
                self.due.add(tail)
                self._leaving[tail] = now + LEAVING
            elif now >= end:
                del self._leaving[tail]
                self._held.close(tail)

    def _glance(self, path: str) -> bool:
        """Whether this is a file we know, and has at most grown; it is due then."""
        tail = self._chains.by_path.get(path)
        if tail is None:
            return False
        try:
            status = os.stat(path)
        except OSError:
            return False
        if (status.st_dev, status.st_ino) != tail.file or (not tail.cut and status.st_size < tail.taken):
            return False
        if self._chains.grow(tail, status.st_size, status.st_mtime_ns):
            self.due.add(tail)
        return True
