"""The terminal for a dashboard whose stdin or stderr were given away: `< /dev/null`, `2> errors.txt`.

Textual takes keys from descriptor 0 and draws on stderr, whatever those are;
only that stdout is a terminal has been seen when we come here.
"""

from __future__ import annotations

import os
import signal
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


def end_with_terminal(grace: float = 2.0) -> None:
    """End this process once its terminal has gone, also where no SIGHUP comes and drawing waits for ever.

    Textual's writer ends at the first failed write, and whoever draws then waits
    for it: no handler of ours would run. The normal way out has `grace` seconds.
    """
    import select
    import threading
    import time

    def look() -> None:
        watched = select.poll()
        watched.register(1, 0)  # hang-ups are always told
        while not (found := watched.poll(1000)):
            pass
        if found[0][1] & select.POLLHUP:
            time.sleep(grace)
            os._exit(128 + signal.SIGHUP)

    threading.Thread(target=look, name="runwatch-terminal", daemon=True).start()
