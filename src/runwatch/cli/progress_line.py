"""One line on stderr that tells how it goes: drawn again in place on a terminal, else now and then."""

from __future__ import annotations

import contextlib
import os
from types import TracebackType
from typing import TextIO

from runwatch.cli.output import note
from runwatch.core.times import SECOND
from runwatch.report.page import cells

APART = 60 * SECOND
"""Between two lines where they do not take each other's place."""
_CLEAR = "\r\x1b[K"


class ProgressLine:
    """Shows a text in the place of the last one, and leaves nothing behind on a terminal."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._is_terminal = stream is not None and stream.isatty()
        self._shown = ""
        self._told: int | None = None

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._is_terminal and self._shown:
            self._put(_CLEAR)

    def show(self, text: str, now: int) -> None:
        """This is how it goes; `now` counts ns."""
        if text == self._shown:
            return
        if self._is_terminal:
            self._put(_CLEAR + _cut(text, self._width()))
        elif self._told is None or now - self._told >= APART:
            note(text)
            self._told = now
        else:
            return
        self._shown = text

    def _width(self) -> int:
        """One less than it has: in the last column some begin a new line."""
        assert self._stream is not None
        with contextlib.suppress(OSError, ValueError):
            return max(10, os.get_terminal_size(self._stream.fileno()).columns - 1)
        return 79

    def _put(self, text: str) -> None:
        assert self._stream is not None
        with contextlib.suppress(OSError, ValueError):  # the terminal has gone
            self._stream.write(text)
            self._stream.flush()


def _cut(text: str, most: int) -> str:
    """As much of it as so many cells hold."""
    if cells(text) <= most:
        return text
    while cells(text) >= most:
        text = text[:-1]
    return f"{text}…"
