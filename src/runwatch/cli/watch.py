"""`runwatch watch`, also `runwatch PATH`: the dashboard."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from runwatch.cli.options import LOOKS, READING, SELECTION, Asked, common, paths
from runwatch.cli.output import is_terminal
from runwatch.cli.reading import keeping, opened
from runwatch.cli.terminal import drawing_on_stdout, end_with_terminal, find_keys, take_keys_from_terminal
from runwatch.session.session import Session
from runwatch.sources.cache import cache_directory

TEXTUAL = {"ESCDELAY": "25", "TEXTUAL_FPS": "250"}
"""What Textual is asked for if the user does not say: milliseconds until `esc` is no beginning of another key (else
100), and how often a second it draws what has moved (else 60 times, so that it would wait up to 16 ms)."""


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
        from runwatch.cli.summary import summarise  # with the reports, which the dashboard does without

        return summarise(paths, asked)
    if "-" not in paths:
        find_keys()
    with opened(paths, asked) as session, keeping(session, asked):
        if "-" in paths:
            take_keys_from_terminal()
        draw(session, asked)
    return 0


def draw(session: Session, asked: Asked, *, at: str | None = None, paused: bool = False) -> None:
    """Open the dashboard on a session; where its time is recorded, `at` this WHEN, and playing unless `paused`."""
    for name, value in TEXTUAL.items():
        os.environ.setdefault(name, value)
    from runwatch.ui.app import run_app
    from runwatch.ui.opening import Opening

    look = asked.look()
    if not asked.no_cache:
        session.keep_in(cache_directory())
    end_with_terminal()
    with drawing_on_stdout():
        trouble = run_app(session, ascii=look.plain, color=look.color, opening=Opening(at, paused=paused))
    if trouble:
        raise click.UsageError(trouble)
