"""The terminal for a dashboard whose stdin or stderr were given away: `< /dev/null`, `2> errors.txt`.

Textual takes keys from descriptor 0 and draws on stderr, whatever those are;
only that stdout is a terminal has been seen when we come here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


def take_keys_from_terminal() -> None:
    """Stdin is the log, and the source has its own descriptor of it: put the terminal in its place, for the keys."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise click.UsageError(
            f"stdin is the log, and there is no terminal for the keys ({error.strerror}); try: runwatch summary -"
        ) from None
    _put_in_place_of_stdin(terminal)


def find_keys() -> None:
    """Where stdin is no terminal, the keys come from ours; without one there are none, and a signal ends it.

    To be called before anything is opened: a closed stdin leaves its number to the next that is.
    """
    if sys.__stdin__ is not None and os.isatty(0):
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        terminal = os.open(os.devnull, os.O_RDONLY)
    _put_in_place_of_stdin(terminal)


@contextmanager
def drawing_on_stdout() -> Iterator[None]:
    """Where stderr is no terminal, what is drawn goes to stdout; complaints still go to stderr."""
    stderr = sys.__stderr__
    if stderr is None or not stderr.isatty():
        vars(sys)["__stderr__"] = sys.__stdout__
    try:
        yield
    finally:
        vars(sys)["__stderr__"] = stderr


def _put_in_place_of_stdin(terminal: int) -> None:
    if terminal:
        os.dup2(terminal, 0)
        os.close(terminal)
    if sys.__stdin__ is None:
        vars(sys)["__stdin__"] = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as we live
