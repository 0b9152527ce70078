"""One log: the files that rotation made of it, oldest first, and what it is called."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from runwatch.sources.base import Item
from runwatch.sources.found import Found, identities, visible
from runwatch.sources.names import BARE, Rank
from runwatch.sources.reader import FileId
from runwatch.sources.tail import Tail


@dataclass(slots=True, eq=False)
class Chain:
    """One log: its files that are there, oldest first."""

    key: str
    shown: str
    identity: str
    alone: bool
    """Given by a name that rotation made: what comes to stand beside it is none of ours."""
    tails: list[Tail] = field(default_factory=list)
    orders: list[float] = field(default_factory=list)
    """Places given so far, also to files that are gone."""
    copies: dict[FileId, Tail] = field(default_factory=dict)
    """Files seen to repeat one of ours while it was still there."""
    ended: list[Tail] = field(default_factory=list)
    """Files that went or were truncated with half a line read of them."""
    left: int = -1
    """When the file that left last was written to: what is older was there before we followed."""

    def place(self, rank: Rank) -> float:
        """A place for a newly found file: in front of the files that are newer, or behind all."""
        newer = [tail.segment.order for tail in self.tails if tail.rank > rank]
        if not newer:
            order = max(self.orders, default=-1.0) + 1
        else:
            limit = min(newer)
            older = [order for order in self.orders if order < limit]
            order = (max(older) + limit) / 2 if older else limit - 1
        self.orders.append(order)
        return order

    def add(self, tail: Tail) -> None:
        self.tails.append(tail)
        self.tails.sort(key=lambda other: other.segment.order)

    def cut_off(self, tail: Tail, unfinished: Collection[Tail]) -> list[Item]:
        """Lines cut in two, now that something was read of the file behind them.

        Their halves are not put together: bytes between them can be missing, and two events would make one.
        """
        before = [other for other in self.tails if other.segment.order < tail.segment.order and not other.behind]
        items = [item for other in (*self.ended, *before) if other not in unfinished for item in other.cut_off()]
        self.ended.clear()
        return items

    def follows(self, found: Found) -> bool:
        """Whether a file never seen is a part of this log that we are to read.

        A log given by name is read from that file on: its older parts are not asked for.
        """
        if found.asked:
            return True
        if self.alone:
            return False
        if self.tails:
            return found.name.rank > self.tails[0].rank
        return 0 <= self.left <= found.mtime

    @property
    def is_restless(self) -> bool:
        """Its files are not simply one under the log's own name, so its neighbours matter."""
        return bool(self.tails) and (len(self.tails) > 1 or self.tails[0].rank != BARE)


class Identities:
    """What logs are called; no two the same, where that can be had."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, logs: Iterable[Found]) -> dict[str, str]:
        """Names for these new logs (one file of each), by the log's path: the shortest that tells them apart."""
        named: dict[str, str] = {}
        left = {found.chain: list(identities(found)) for found in logs}
        for last in (False, False, True):
            wanted: dict[str, list[str]] = {}
            for key, choices in left.items():
                wanted.setdefault(choices.pop(0), []).append(key)
            for identity, keys in wanted.items():
                if last or (len(keys) == 1 and identity not in self._taken):
                    named |= dict.fromkeys(keys, identity)
            self._taken.update(named.values())
            left = {key: choices for key, choices in left.items() if key not in named}
        return named


def new_chain(found: Found, identity: str) -> Chain:
    """The log that this file is the first seen part of."""
    shown = os.path.join(os.path.dirname(found.shown), visible(found.name.stem))
    return Chain(found.chain, shown, identity, alone=found.named and found.name.rank != BARE)
