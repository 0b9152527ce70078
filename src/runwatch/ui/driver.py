"""The terminal's keys, `esc` among them without delay.

An `esc` may be the beginning of another key's sequence. Textual gives the rest a
tenth of a second to come, and then looks only ten times a second whether that
is over; so `esc` would be the slowest of all keys. The rest comes in the same
packet: `cli/watch.py` asks for less time, and here it is looked at in time.
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from typing import Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

REST, SOON, OFTEN = 2.0, 0.005, 40
"""Seconds to wait for input, or for the end; the same behind an `esc`, so often."""


class TerminalDriver(LinuxDriver):
    """Textual's own, but for how long it waits behind an `esc`, and at the end."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.wake = os.pipe()
        """Written to when it is over: else the terminal would come back a tenth of a second later."""

    def disable_input(self) -> None:
        """No more keys."""
        os.write(self.wake[1], b"!")
        super().disable_input()
        os.read(self.wake[0], 1)

    def run_input_thread(self) -> None:
        """Give each key away as soon as it is known which it is."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        looks = 0
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno, self.wake[0]], [], [], SOON if looks else REST)
            looks = max(0, looks - 1)
            if self.fileno in ready:
                data = os.read(self.fileno, 4096)
                if not data:
                    self.exit_event.wait(REST)  # stdin has ended
                for event in parser.feed(text) if (text := decode(data)) else ():
                    self.process_message(event)
                looks = OFTEN if data.endswith(b"\x1b") else 0
            for event in parser.tick():
                self.process_message(event)
                looks = 0
