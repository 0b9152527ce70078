"""All that a source has, at once: nothing else is waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from runwatch.core.loading import Loading
from runwatch.sources.base import Block, Item

AHEAD = 12
"""Blocks read between two steps of taking in what others said, where another process decodes them meanwhile."""


def take_all(items: Iterable[Item], take: Callable[[Item], None], loading: Loading) -> None:
    """Take each item, which goes to `loading`; what it gathers is taken in whenever that is enough."""
    coming = iter(items)
    item = next(coming, None)
    while item is not None:
        take(item)
        item = None
        if loading.is_full:
            for _ in loading.settling():
                item = item or _read_ahead(coming, take, loading)
        item = item or next(coming, None)


def _read_ahead(coming: Iterator[Item], take: Callable[[Item], None], loading: Loading) -> Item | None:
    """Let blocks be decoded while others are taken in; the item that has to wait for that, if there was one."""
    for item in islice(coming, AHEAD):
        is_more = isinstance(item, Block) and item.instead_of is None and not item.arrived
        if not (is_more and loading.has_room(item.segment)):
            return item
        take(item)
    return None
