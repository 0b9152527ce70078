"""`runwatch events`: the matching events as JSONL, each line as it stands in the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import click

from runwatch.cli.codes import NOTHING_THERE, WELL
from runwatch.cli.lines import Lines
from runwatch.cli.matching import Asking, Matches
from runwatch.cli.options import LOOKS, READING, SELECTION, Asked, common, paths
from runwatch.cli.output import complain, is_read, write
from runwatch.cli.reading import nothing_there, when_of, whole
from runwatch.core.decode import snake_case
from runwatch.core.events import GROUPS, SOURCE_VARIANTS, VARIANTS, Unknown
from runwatch.session.session import Session

NAMES = tuple(variant.__name__ for variant in (*VARIANTS, *SOURCE_VARIANTS))
KINDS = {snake_case(name): name for name in NAMES}
_TO_THE_MINUTE = re.compile(r"((?:\d{4}-\d\d-\d\d[Tt ])?\d\d:\d\d)([Zz]|[+-]\d\d:\d\d)?", re.ASCII)


@click.command(
    short_help="The matching events as JSONL.",
    epilog="Example: runwatch events ./events/ --kind ChunkFailed --since 14:03 | jq .event",
)
@paths
@click.option("--kind", "kinds", metavar="NAME", multiple=True, help="Events of this kind, ChunkFailed; repeatable.")
@click.option(
    "--group", "groups", metavar="NAME", multiple=True, type=click.Choice([*GROUPS, "unknown"]),
    help="Events of this group, degraded; repeatable.",
)
@click.option("--chunk", metavar="N", type=click.IntRange(0), help="Only what names this chunk.")
@click.option("--since", metavar="WHEN", help="Only from this moment on; 14:03 is the begin of that minute.")
@click.option("--until", metavar="WHEN", help="Only up to this moment; 14:03 is the end of that minute.")
@click.option("--follow", is_flag=True, help="Go on as lines come, until ctrl+c.")
@common(SELECTION, READING, LOOKS)
def command(
    *,
    paths: Sequence[str],
    kinds: Sequence[str],
    groups: Sequence[str],
    chunk: int | None,
    since: str | None,
    until: str | None,
    follow: bool,
    asked: Asked,
) -> int:
    """Print events of all runs as lines of JSON, in the order of their times.

    Each line is the log's own. Without --kind or --group all events are
    printed; repeats never.
    """
    if since is not None and (minute := _TO_THE_MINUTE.fullmatch(since)):
        since = f"{minute[1]}:00{minute[2] or ''}"
    for text in (since, until):
        if text is not None:
            when_of(text, asked.options().zone)
    with whole(paths, asked) as session:
        zone = session.options.zone
        asking = Asking(
            frozenset(KINDS.get(kind, kind) for kind in kinds),
            frozenset(groups),
            chunk,
            None if since is None else when_of(since, zone, session),
            None if until is None else when_of(until, zone, session),
        )
        _warn(asking, session)
        _print(session, asking, follow)
        if not session.runs.all() and not follow:
            complain(nothing_there(session))
            return NOTHING_THERE
    return WELL


def _warn(asking: Asking, session: Session) -> None:
    """A name that nothing answers to is most likely a slip."""
    kept = (event for run in session.runs.by_id.values() for event in run.log.kept.values())
    seen = {event.kind for event in kept if isinstance(event, Unknown)}
    for kind in sorted(asking.kinds - seen - set(NAMES)):
        complain(f"no event here is called {kind}; known are {', '.join(NAMES)}")


def _print(session: Session, asking: Asking, follow: bool) -> None:
    """What there is, then what comes."""
    matches, lines = Matches(asking), Lines(session.source)

    def write_new() -> None:
        for block in lines.of(matches.new(session.selected())):
            write(block)

    write_new()
    if lines.gone:
        complain(f"{lines.gone:,} lines are no longer in their files; they are told from what was read")
    if follow:
        import asyncio

        asyncio.run(_follow(session, write_new))


async def _follow(session: Session, write_new: Callable[[], None]) -> None:
    while not session.source.progress.ended:
        await _changed(session)
        if not is_read():
            raise BrokenPipeError  # as if we had written: `… --follow | head -1` ends though nothing more comes
        session.read(session.source.poll())
        write_new()


async def _changed(session: Session) -> None:
    await session.source.changed()
