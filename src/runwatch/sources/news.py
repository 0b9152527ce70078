"""A thread tells those who wait on an event loop that something has come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable


class News:
    """Told by any thread, awaited on any loop."""

    def __init__(self) -> None:
        self._listeners: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def tell(self) -> None:
        """Wake whoever waits."""
        for loop, event in list(self._listeners):
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(event.set)

    async def come(self, seconds: float, is_there: Callable[[], bool]) -> None:
        """Return when it was told, when `is_there` says so already, or when the time is over."""
        listener = (asyncio.get_running_loop(), asyncio.Event())
        self._listeners.append(listener)
        try:
            if not is_there():  # what came before we listened
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(listener[1].wait(), seconds)
        finally:
            self._listeners.remove(listener)
