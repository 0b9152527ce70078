"""All that a source has, at once; and what a second process reads on in a log of it, at once or in slices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
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
        if process := second(item.segment):
            try:
                _take_ahead(process, loading)
            finally:
                process.end()
        if loading.is_full:
            for _ in loading.settling():
                pass


def _take_ahead(process: SecondProcess, loading: Loading) -> None:
    """All that it reads, as long as most lines are as most are; and the next ones while others are taken in."""
    while loading.is_regular and _feed_next(process, loading):
        if loading.is_full:
            for _ in loading.settling():
                while loading.has_room and process.is_waiting and process.feed_next(loading):
                    pass


def _feed_next(process: SecondProcess, loading: Loading) -> bool:
    process.ask()
    return process.feed_next(loading)


async def take_ahead(
    process: SecondProcess, loading: Loading, told: Callable[[], None], give_way: Callable[[bool], Awaitable[object]]
) -> None:
    """The same in slices: `told` is called and `give_way` awaited behind each, and while nothing comes others go on."""
    try:
        while loading.is_regular:
            process.ask()
            if not process.is_waiting:
                await _something(process.held)
            if not process.feed_next(loading):
                return
            told()
            await give_way(False)
            for _ in loading.settling() if loading.is_full else ():
                await give_way(False)
                if loading.has_room and process.is_waiting:
                    process.feed_next(loading)
    finally:
        process.end()


async def _something(descriptor: int) -> None:
    """Until something can be read there."""
    import asyncio  # only whoever follows pays for it

    loop, comes = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, comes.set)
    try:
        await comes.wait()
    finally:
        loop.remove_reader(descriptor)
