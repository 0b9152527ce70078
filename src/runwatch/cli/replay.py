"""`runwatch replay`: the dashboard on a finished log, with the clock in the user's hand."""

from __future__ import annotations

from collections.abc import Sequence

import click

from runwatch.cli.options import LOOKS, READING, Asked, common, paths
from runwatch.cli.output import is_terminal
from runwatch.cli.reading import keeping, must_exist, opened, when_of
from runwatch.cli.summary import summarise
from runwatch.cli.terminal import find_keys
from runwatch.cli.watch import draw
from runwatch.session.playhead import RATES, Playhead


@click.command(
    short_help="A finished log, with the clock in your hand.",
    epilog="Example: runwatch replay ./events/orders.jsonl --at 50% --paused",
)
@paths
@click.option("--run", metavar="ID", help="This run; without it you choose, where the log has several.")
@click.option(
    "--speed",
    metavar="N",
    type=click.FloatRange(RATES[0], RATES[-1]),
    default=10,
    show_default=True,
    help="So many times as fast as it was.",
)
@click.option("--at", metavar="WHEN", help="Begin at a moment: a time, +90s, -5m, 50% or an event number.")
@click.option("--paused", is_flag=True, help="Hold the first moment, until space is pressed.")
@common(READING, LOOKS)
def command(
    *, paths: Sequence[str], speed: float, at: str | None, paused: bool, asked: Asked
) -> int:
    """Show a finished log as it was while it was written: any moment, both ways.

    space pauses and plays, [ ] go by events, { } by notable ones, t to any
    moment, - + change the speed; e and w go from failure to failure and from
    degradation to degradation. Where stdout is no terminal, the summary is printed instead.
    """
    if not is_terminal():
        return summarise(paths, asked, at=at)
    if at is not None:
        when_of(at, asked.options().zone)
    if "-" in paths:
        raise click.UsageError("a pipe cannot be replayed; write it to a file, or watch it: runwatch -")
    must_exist(paths)
    find_keys()
    with opened(paths, asked) as session, keeping(session, asked):
        session.playhead = Playhead(session.clock, recorded=True, rate=speed)
        draw(session, asked, at=at, paused=paused)
    return 0
