"""`runwatch watch`, also `runwatch PATH`: the dashboard."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from runwatch.cli.options import LOOKS, READING, SELECTION, Asked, common, paths
from runwatch.cli.output import is_terminal
from runwatch.cli.reading import opened
from runwatch.cli.summary import summarise
from runwatch.session.session import Session


@click.command(
    short_help="The dashboard; the same as `runwatch PATH`.",
    epilog="Example: runwatch watch ./events/ 'archive/*.jsonl.gz'",
)
@paths
@common(SELECTION, READING, LOOKS)
def command(paths: Sequence[str], asked: Asked) -> int:
    """Watch the logs below PATH, also those that appear later. `?` lists the keys.

    Where stdout is no terminal, the summary is printed instead, with its exit
    code.
    """
    if not is_terminal():
        return summarise(paths, asked)
    with opened(paths, asked) as session:
        if "-" in paths:
            take_keys_from_terminal()
        draw(session, asked)
    return 0


def take_keys_from_terminal() -> None:
    """Stdin is the log, and the source has its own descriptor of it: put the terminal in its place, for the keys."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise click.UsageError(
            f"stdin is the log, and there is no terminal for the keys ({error.strerror}); try: runwatch summary -"
        ) from None
    os.dup2(terminal, 0)
    os.close(terminal)


def draw(session: Session, asked: Asked) -> None:
    """Open the dashboard on a session."""
    from runwatch.ui.app import run_app

    look = asked.look()
    run_app(session, ascii=look.plain, color=look.color)
