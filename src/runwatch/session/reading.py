"""All that a source has, at once: nothing else is waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from runwatch.core.loading import Loading
from runwatch.core.places import Segment
from runwatch.sources.base import Item

if TYPE_CHECKING:
    from runwatch.session.second_process import SecondProcess


def take_all(
    items: Iterable[Item],
    take: Callable[[Item], None],
    loading: Loading,
    second: Callable[[Segment], SecondProcess | None],
) -> None:
    """Take each item, which goes to `loading`; what it gathers is taken in whenever that is enough. Who `second` says
    reads on in the log of the last one.
    """
    for item in items:
        take(item)
        if loading.is_regular and (process := second(item.segment)) is not None:
            try:
                _take_ahead(process, loading)
            finally:
                process.end()
        if loading.is_full:
            for _ in loading.settling():
                pass


def _take_ahead(process: SecondProcess, loading: Loading) -> None:
    """All that it reads, as long as most lines are as most are; and the next ones while others are taken in."""
    while loading.is_regular and process.feed_next(loading):
        if loading.is_full:
            for _ in loading.settling():
                while loading.has_room and process.is_waiting and process.feed_next(loading):
                    pass
