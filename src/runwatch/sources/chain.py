"""One log: the files that rotation made of it, oldest first, and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec import Struct

from runwatch.core.empty import NOTHING, own
from runwatch.sources.base import Item
from runwatch.sources.found import Found, below_path, with_ending, with_path
from runwatch.sources.names import BARE, Rank
from runwatch.sources.reader import FileId
from runwatch.sources.tail import Tail

_FIRST = (0.0,)


class Chain(Struct, eq=False):
    """One log: its files that are there, oldest first."""

    key: str
    shown: str
    identity: str
    alone: bool
    """Given by a name that rotation made: what comes to stand beside it is none of ours."""
    tails: tuple[Tail, ...] = ()
    orders: tuple[float, ...] = ()
    """Places given so far, also to files that are gone."""
    copies: Mapping[FileId, Tail] = NOTHING
    """Files seen to repeat one of ours while it was still there."""
    ended: tuple[Tail, ...] = ()
    """Files that went or were truncated with half a line read of them."""
    left: int = -1
    """When the file that left last was written to: what is older was there before we followed."""

    def place(self, rank: Rank) -> float:
        """A place for a newly found file: in front of the files that are newer, or behind all."""
        if not self.orders:
            self.orders = _FIRST
            return 0.0
        newer = [tail.segment.order for tail in self.tails if tail.rank > rank]
        if not newer:
            order = max(self.orders) + 1
        else:
            limit = min(newer)
            older = [order for order in self.orders if order < limit]
            order = (max(older) + limit) / 2 if older else limit - 1
        self.orders = (*self.orders, order)
        return order

    def add(self, tail: Tail) -> None:
        self.tails = tuple(sorted((*self.tails, tail), key=lambda other: other.segment.order))

    def remove(self, tail: Tail) -> None:
        self.tails = tuple(other for other in self.tails if other is not tail)

    def cut_off(self, tail: Tail, unfinished: Collection[Tail], has_more: Callable[[Tail], bool]) -> list[Item]:
        """Lines cut in two, now that something was read of the file behind them.

        Their halves are not put together: bytes between them can be missing, and two events would make one.
        Of a file that is still there the end may have come since we looked: `has_more` looks again.
        """
        if not self.ended and len(self.tails) < 2:
            return []
        before = [
            other
            for other in self.tails
            if other.segment.order < tail.segment.order and other.lines.half and not other.behind
        ]
        over = [*self.ended, *(other for other in before if other not in unfinished and not has_more(other))]
        items = [item for other in over if other not in unfinished for item in other.cut_off()]
        self.ended = ()
        return items

    def note_copy(self, file: FileId, original: Tail) -> None:
        """A file repeats one of ours."""
        copies = self.copies = own(self.copies)
        copies[file] = original

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
    """What logs are called; no two the same, where that can be had. A name once given stays: runs stand under it."""

    def __init__(self, is_log: Callable[[str], bool] = lambda path: True) -> None:
        """`is_log` tells a log from a file that only looks like one by its name; asked where two want one name."""
        self._is_log = is_log
        self._names: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        """By name, the file that has it: its path, nothing where it was given by name and so is surely a log."""

    def name(self, log: str) -> str:
        """What the log of this path is called; it was named before."""
        return self._names[log]

    def give(self, logs: Iterable[Found]) -> None:
        """Name these logs (one file of each), where they have no name yet: the shortest that tells them apart."""
        left = {found.chain: found for found in logs if found.chain not in self._names}
        for identity, last in ((below_path, False), (with_path, False), (with_ending, True)):
            wanted: dict[str, list[Found]] = {}
            for found in left.values():
                wanted.setdefault(identity(found), []).append(found)
            for wish, claimants in wanted.items():
                self._give(wish, claimants, last)
            left = {key: found for key, found in left.items() if key not in self._names}

    def _give(self, identity: str, claimants: list[Found], anyhow: bool) -> None:
        """A name to the one log that wants it; `anyhow`: to all that do, for they have no other."""
        holder = self._taken.get(identity)
        if len(claimants) > 1 or holder is not None:
            claimants = claimants if anyhow else [found for found in claimants if self._is_sure(_in_doubt(found))]
            holder = holder if holder is None or self._is_sure(holder) else None
        if anyhow or (len(claimants) == 1 and holder is None):
            for found in claimants:
                self._names[found.chain] = identity
                self._taken[identity] = _in_doubt(found)

    def _is_sure(self, path: str) -> bool:
        return not path or self._is_log(path)


def _in_doubt(found: Found) -> str:
    return "" if found.named else found.path


def new_chain(found: Found, identity: str) -> Chain:
    """The log that this file is the first seen part of."""
    return Chain(found.chain, with_ending(found), identity, alone=found.named and found.name.rank != BARE)
