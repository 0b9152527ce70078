"""`runwatch summary`: the answers once, on stdout, with an exit code."""

from __future__ import annotations

from collections.abc import Sequence

import click

from runwatch.answers.units import plural
from runwatch.cli.codes import exit_code
from runwatch.cli.options import LOOKS, READING, SELECTION, Asked, common, paths
from runwatch.cli.output import complain, write
from runwatch.cli.reading import nothing_there, when_of, whole
from runwatch.report.formats import FORMATS, formatted
from runwatch.report.summary import Summary, summary_of


@click.command(
    short_help="The answers once, with an exit code.",
    epilog="Example: runwatch summary ./events/ --format json | jq .totals",
)
@paths
@click.option("--at", metavar="WHEN", help="The state at a moment: a time, +90s, -5m, 50% or an event number.")
@click.option("--format", "name", type=click.Choice(list(FORMATS)), default="text", help="How to say it.")
@click.option("--fail-on", type=click.Choice(["degraded"]), help="Let a degraded run count as failed.")
@common(SELECTION, READING, LOOKS)
def command(paths: Sequence[str], at: str | None, name: str, fail_on: str | None, asked: Asked) -> int:
    """Answer the four questions for every run, once, on stdout.

    Exit code: 0 all ended well, 1 one failed or was lost, 2 no runs there or
    wrong use, 3 one is contradicted, 4 one is still running or stalled.
    """
    return summarise(paths, asked, at=at, name=name, degraded_fails=fail_on == "degraded")


def summarise(
    paths: Sequence[str], asked: Asked, *, at: str | None = None, name: str = "text", degraded_fails: bool = False
) -> int:
    """Write the summary of these PATHs; the exit code is the runs'."""
    zone = asked.options().zone
    if at is not None:
        when_of(at, zone)  # before reading gigabytes
    with whole(paths, asked) as session:
        if at is not None:
            session.when = when_of(at, zone, session)
        summary = summary_of(session)
        text = formatted(name, summary, asked.look())
        write(text.encode() if name == "json" else text)
        if not summary.runs:
            complain(_none_left(summary) if summary.totals.runs else nothing_there(session))
    return exit_code((moment.judgement.verdict for moment in summary.runs), degraded_fails)


def _none_left(summary: Summary) -> str:
    found = f"{plural(summary.totals.runs, 'run')} in {summary.label}"
    return f"{found}, but none that was asked for and had begun by then; `runwatch summary` without options lists them"
