"""`runwatch wait`: block until runs have ended, then say how."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from msgspec.structs import replace

from runwatch.cli.codes import NOTHING_THERE, UNFINISHED, exit_code
from runwatch.cli.options import LOOKS, READING, SELECTION, Asked, common, duration, paths
from runwatch.cli.output import complain, note, write
from runwatch.cli.progress_line import ProgressLine
from runwatch.cli.reading import keeping, must_exist, opened
from runwatch.cli.waiting import Awaited
from runwatch.core.times import SECOND
from runwatch.report.formats import formatted
from runwatch.report.summary import summary_of
from runwatch.session.session import Session

LOOK = 1.0
"""Seconds between two looks at the least: time alone can end a run."""


@click.command(
    short_help="Block until runs have ended, then say how.",
    epilog="Example: runwatch wait ./events/ --timeout 2h && echo good",
)
@paths
@click.option(
    "--timeout", metavar="DURATION", callback=duration, help="Give up after that long; without it never. Exit code 4."
)
@click.option("--fail-on", type=click.Choice(["degraded"]), help="Let a degraded run count as failed.")
@common(SELECTION, READING, LOOKS)
def command(paths: Sequence[str], timeout: int | None, fail_on: str | None, asked: Asked) -> int:
    """Wait until none of the awaited runs is running or stalled.

    That is the run named by --run, else all that are so at the start, else the
    first to appear; of a pipe all, until it is closed. A PATH that does not
    exist yet is waited for, and a lost run for no longer. How it goes stands on
    stderr, in one line; the summary of the awaited runs on stdout at the end.

    Exit code: 0 all ended well, 1 one failed or was lost, 2 no runs there or
    wrong use, 3 one is contradicted, 4 the time is over, or the pipe was closed
    while one was still running.
    """
    import asyncio

    must_exist([path for path in paths if "://" in path])
    with opened(paths, asked) as session, keeping(session, asked):
        awaited = Awaited(session)
        with ProgressLine(sys.stderr) as line:
            in_time = asyncio.run(_wait(session, awaited, line, timeout))
        for notice in session.notices:
            complain(notice)
        moments = awaited.moments
        if not in_time:
            note("time is over" if moments else "time is over, and no run has appeared")
        if moments:
            write(formatted("text", replace(summary_of(session), runs=tuple(moments)), asked.look()))
        elif in_time:
            complain(f"{session.source.label} ended without a run")
            return NOTHING_THERE
    if not in_time:
        return UNFINISHED
    return exit_code((moment.judgement.verdict for moment in moments), fail_on == "degraded")


async def _wait(session: Session, awaited: Awaited, line: ProgressLine, most: int | None) -> bool:
    """Until they have ended; false where `most` ns were over before."""
    import asyncio

    clock = session.clock
    end = None if most is None else clock.ticks() + most
    while True:
        session.read(session.source.poll())
        awaited.look()
        if awaited.is_over:
            return True
        line.show(awaited.line(), clock.ticks())
        left = LOOK if end is None else min(LOOK, (end - clock.ticks()) / SECOND)
        if left <= 0:
            return False
        changing = asyncio.ensure_future(session.source.changed())
        await asyncio.wait([changing], timeout=left)
        if changing.done():
            changing.result()
            continue
        changing.cancel()
        await asyncio.gather(changing, return_exceptions=True)
