"""Whose turn it is: reading gives way to whatever else is ready, and wholly to a key until that is answered.

What a key sets off takes many turns of the loop (a page is opened in twenty),
and a slice of reading before each would make it ten times as long. So after a
key nothing is read until the loop has been at rest for a moment.
"""

from __future__ import annotations

import asyncio
import time

from textual import events

TURNS = 50
"""Turns that are left to others at most, one after the other."""
AT_ONCE, SEVERAL = 0.0005, 4
"""Seconds: so many turns that come back so soon found nothing else to do. A key takes three from the thread that reads
it until it is known for one, and a slice of reading before each would be three slices."""
STEP, STEPS = 0.004, 5
"""The loop is at rest when so many steps of so many seconds each took no longer: drawing waits 16 ms."""
PATIENCE = 0.25
"""Seconds that reading stands still for one key at most."""
BUSY = 1.0
"""Seconds after a key in which the next one is to be expected."""
_OF_THE_USER = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)


class Turns:
    """Told of every event, and asked before each slice of reading."""

    def __init__(self) -> None:
        self._is_pressed = False
        self._pressed_at = -BUSY

    def note(self, event: events.Event) -> None:
        """If it is the user's, it is to be answered first."""
        if isinstance(event, _OF_THE_USER):
            self._is_pressed = True
            self._pressed_at = time.monotonic()

    @property
    def are_short(self) -> bool:
        """Keys are coming: none should wait long for a slice to end."""
        return time.monotonic() - self._pressed_at < BUSY

    async def others(self) -> None:
        """All that is ready, and what the keys among it set off."""
        idle = 0
        for _ in range(TURNS):
            begun = time.monotonic()
            await asyncio.sleep(0)
            idle = idle + 1 if time.monotonic() - begun < AT_ONCE else 0
            if idle == SEVERAL or self._is_pressed:
                break
        if self._is_pressed:
            await self._rest()
            self._is_pressed = False

    async def _rest(self) -> None:
        end, quiet = time.monotonic() + PATIENCE, 0
        while quiet < STEPS and time.monotonic() < end:
            begun = time.monotonic()
            await asyncio.sleep(STEP)
            quiet = quiet + 1 if time.monotonic() - begun < 2 * STEP else 0
