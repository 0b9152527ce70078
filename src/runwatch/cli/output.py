"""stdout is data only; everything else goes to stderr, a line at a time."""

from __future__ import annotations

import contextlib
import locale
import os
import select
import sys

import click

from runwatch.cli.codes import NOTHING_THERE
from runwatch.core.text import safe


class CannotWrite(click.ClickException):
    """Nobody has the answer; 1 would say that a run failed."""

    exit_code = NOTHING_THERE

    def __init__(self, why: str, where: str = "the output") -> None:
        super().__init__(f"cannot write {where}: {why}; make room, or send it elsewhere")


def complain(message: str) -> None:
    """One line on stderr about something wrong."""
    note(f"runwatch: {message}")


def note(message: str) -> None:
    """One line on stderr; if nobody reads that either, there is nobody left to tell."""
    with contextlib.suppress(OSError):
        click.echo(safe(" ".join(message.split())), err=True)


def write(data: str | bytes) -> None:
    """Put all of `data` on stdout, now. What cannot be written, but to a reader that has gone, is told in one line.

    Data for programs comes as bytes; of a text, what stdout's encoding lacks is written as an escape.
    """
    stream = sys.stdout
    if stream is None:
        raise CannotWrite("stdout is closed")
    if isinstance(data, str):
        data = data.encode(stream.encoding or "utf-8", "backslashreplace")
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go_of_stdout()
        raise CannotWrite(told(error)) from None


def is_read() -> bool:
    """Whether somebody is left at the other end of stdout, as far as can be told without writing."""
    stream = select.poll()
    try:
        stream.register(sys.stdout.fileno(), 0)
    except (AttributeError, OSError, ValueError):  # closed, or no real file: writing will say
        return True
    return not stream.poll(0)


def told(error: OSError) -> str:
    """`no space left on device`: what the system says."""
    return (error.strerror or str(error)).lower()


def let_go_of_stdout() -> None:
    """What could not be written must not fail a second time when Python ends."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):  # closed, or no real file
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def is_terminal() -> bool:
    """Whether somebody looks at stdout."""
    return sys.stdout is not None and sys.stdout.isatty()


def width() -> int:
    """Columns to fill: 80 in a log, the terminal's on a terminal that is neither tiny nor tiring to read."""
    if not is_terminal():
        return 80
    import shutil  # with every compression there is: 2 ms that a script need not wait

    return min(100, max(40, shutil.get_terminal_size().columns))


def wants_color() -> bool:
    """Colour is for terminals, and not for those who said no (https://no-color.org)."""
    return is_terminal() and not os.environ.get("NO_COLOR")


def is_ascii_only() -> bool:
    """Stdout or the locale cannot show more than ASCII."""
    codecs = (getattr(sys.stdout, "encoding", None) or "utf-8", locale.getencoding())
    if any(codec.lower().replace("-", "") != "utf8" for codec in codecs):
        return True
    # In a C locale Python sets LC_CTYPE by itself, and then believes it.
    coerced = os.environ.get("LC_CTYPE") in ("C.UTF-8", "C.utf8", "UTF-8") and not os.environ.get("LC_ALL")
    return coerced and os.environ.get("LANG") in ("C", "POSIX")
