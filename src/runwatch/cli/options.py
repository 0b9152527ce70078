"""The options that commands share, and the forms of their values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from functools import wraps
from typing import Any

import click
from msgspec import Struct

from runwatch.cli.output import is_ascii_only, wants_color, width
from runwatch.core.durations import parse_duration
from runwatch.report.look import Look
from runwatch.session.options import STALE_AFTER, Options
from runwatch.session.zone import LocalZone

Command = Callable[..., Any]


class Asked(Struct, frozen=True):
    """What the shared options say."""

    run: str | None = None
    export: str | None = None
    last: int | None = None
    stale_after: int = STALE_AFTER
    poll: bool = False
    no_cache: bool = False
    utc: bool = True
    no_color: bool = False
    ascii: bool = False

    def options(self) -> Options:
        """As the session wants them."""
        zone = UTC if self.utc else LocalZone()
        return Options(self.stale_after, zone, run_id=self.run, export=self.export, last=self.last)

    def look(self) -> Look:
        """As the reports want them."""
        color = wants_color() and not self.no_color
        return Look(color=color, plain=self.ascii or is_ascii_only(), zone=self.options().zone, width=width())


def duration(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """ns of `90s`, `10m`, `2h`, `1d`, `1h30m`."""
    if value is None:
        return None
    try:
        length = parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None
    if not length:
        raise click.BadParameter(f"{value!r} is no time at all; write 90s, 10m, 2h, 1d or 1h30m", ctx, param)
    return length


paths = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(readable=False))
"""One that cannot be read is a problem among the others, and does not keep those from being read."""

SELECTION = (
    click.option("--run", metavar="ID", help="Only the run with this run_id."),
    click.option("--export", metavar="NAME", help="Only runs of this export."),
    click.option("--last", metavar="N", type=click.IntRange(1), help="Only the newest N runs of each export."),
)
READING = (
    click.option(
        "--stale-after",
        metavar="DURATION",
        default="30m",
        show_default=True,
        callback=duration,
        help="Silence after which a run without an outcome can be lost.",
    ),
    click.option("--poll", is_flag=True, help="Look at files now and then, without the system's notifications."),
    click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing."),
)
LOOKS = (
    click.option("--utc/--local", default=True, help="Times in UTC, as without either, or in local time."),
    click.option("--no-color", is_flag=True, help="No colour; NO_COLOR in the environment does the same."),
    click.option("--ascii", is_flag=True, help="Plain glyphs; by itself where the locale is not UTF-8."),
)


def common(*groups: tuple[Command, ...]) -> Callable[[Command], Command]:
    """Give a command these groups of options; they reach it together, as `asked`."""

    def decorate(function: Command) -> Command:
        @wraps(function)
        def gathered(*args: Any, **values: Any) -> Any:
            own = {name: values.pop(name) for name in Asked.__struct_fields__ if name in values}
            return function(*args, asked=Asked(**own), **values)

        decorated: Command = gathered
        for option in reversed([option for group in groups for option in group]):
            decorated = option(decorated)
        return decorated

    return decorate
