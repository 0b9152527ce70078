"""`runwatch demo`: a fleet that is made up as one watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import click

from runwatch.cli.options import LOOKS, Asked, common
from runwatch.cli.output import is_terminal
from runwatch.cli.reading import opened
from runwatch.cli.summary import summarise
from runwatch.cli.terminal import find_keys
from runwatch.cli.watch import draw
from runwatch.core.times import SECOND
from runwatch.session.clock import Clock, LiveClock
from runwatch.sources.demo import DemoWriter

STEP = 0.1
"""Seconds between two looks at what is due."""
GLANCE = 30 * SECOND
"""How much of the story has been told already where there is no time to watch it."""


@click.command(
    short_help="Watch runs that are made up as you look.",
    epilog="Example: runwatch demo --fast",
)
@click.option("--fast", is_flag=True, help="Ten seconds of the story in one.")
@click.option("--seed", metavar="N", type=int, default=1, show_default=True, help="Another seed, another story.")
@common(LOOKS)
def command(fast: bool, seed: int, asked: Asked) -> int:
    """Watch a believable fleet: failures, retries, a schema change, a run that dies.

    The logs are written below a temporary directory, which is removed at the
    end. Where stdout is no terminal, a summary of the first moments is printed.
    """
    clock: Clock = click.get_current_context().obj or LiveClock()
    with TemporaryDirectory(prefix="runwatch-demo-") as folder:
        if not is_terminal():
            begin = clock.now() - GLANCE
            writer = DemoWriter(Path(folder), seed, fast, begin)
            writer.history()
            writer.advance(begin + GLANCE)
            summarise([folder], asked)
            return 0
        find_keys()
        writer = DemoWriter(Path(folder), seed, fast, clock.now())
        writer.history()
        with _telling(writer, clock), opened([folder], asked) as session:
            draw(session, asked)
    return 0


@contextmanager
def _telling(writer: DemoWriter, clock: Clock) -> Iterator[None]:
    """Let the writer go on beside whatever is done here, until that is over."""
    over = Event()

    def tell() -> None:
        with suppress(OSError):  # a full disk ends the story, not the watching
            while not (over.wait(STEP) or writer.finished):
                writer.advance(clock.now())

    teller = Thread(target=tell, name="demo", daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
