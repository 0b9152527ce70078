"""Reading gives way to what a key sets off."""

from __future__ import annotations

import asyncio
import os
import pty
import threading
import tty

import pytest
from textual import events

from runwatch.ui import driver
from runwatch.ui.driver import TerminalDriver
from runwatch.ui.turns import Turns


async def test_whatever_is_ready_comes_first() -> None:
    turns = Turns()
    done: list[int] = []

    async def work(steps: int) -> None:
        for _ in range(steps):
            threading.Event().wait(0.001)  # long enough to be seen as work
            await asyncio.sleep(0)
        done.append(steps)

    working = asyncio.create_task(work(5))
    await turns.others()
    assert done == [5]
    await working


async def test_a_key_is_answered_before_reading_goes_on() -> None:
    """Its answer may come behind a timer, as drawing does."""
    turns = Turns()
    done: list[str] = []
    assert not turns.are_short
    turns.note(events.Key("s", "s"))
    asyncio.get_running_loop().call_later(0.01, done.append, "drawn")
    await turns.others()
    assert done == ["drawn"]
    assert turns.are_short


async def test_a_key_that_is_on_its_way_comes_first_too() -> None:
    """From the thread that reads it to the app it takes several turns, in none of which there is much to do."""
    turns, loop = Turns(), asyncio.get_running_loop()
    loop.call_soon(lambda: loop.call_soon(lambda: loop.call_soon(turns.note, events.Key("s", "s"))))
    await turns.others()
    assert turns.are_short


async def test_what_is_no_key_is_not_waited_for() -> None:
    turns = Turns()
    turns.note(events.Idle())
    assert not turns.are_short


@pytest.mark.parametrize(
    ("typed", "keys"),
    [(b"\x1b", ["escape"]), (b"\x1b[A", ["up"]), (b"s", ["s"]), ("ä".encode(), ["ä"]), (b"s\x1b", ["s", "escape"])],
)
def test_keys_are_told_apart(typed: bytes, keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An escape alone comes at once, and does not take a sequence apart."""
    mine, theirs = pty.openpty()
    seen: list[str] = []
    reading = TerminalDriver.__new__(TerminalDriver)
    reading._debug, reading.fileno, reading.exit_event = False, theirs, threading.Event()
    reading.wake = os.pipe()
    monkeypatch.setattr(driver, "REST", 0.01)

    def note(event: events.Event) -> None:
        if isinstance(event, events.Key):
            seen.append(event.key if len(event.key) > 1 and event.key.isalpha() else event.character or event.key)
        if len(seen) == len(keys):
            reading.exit_event.set()

    monkeypatch.setattr(reading, "process_message", note)
    tty.setraw(theirs)
    os.write(mine, typed)
    thread = threading.Thread(target=reading.run_input_thread, daemon=True)
    thread.start()
    thread.join(10)
    reading.exit_event.set()
    for descriptor in (mine, theirs, *reading.wake):
        os.close(descriptor)
    assert seen == keys
