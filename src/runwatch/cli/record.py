"""`runwatch record`: any source as one log."""

from __future__ import annotations

from collections.abc import Iterable

import click

from runwatch.answers.units import plural
from runwatch.cli.codes import NOTHING_THERE, WELL
from runwatch.cli.in_full import InFull
from runwatch.cli.log_file import LogFile, Output, Stdout, would_be_read
from runwatch.cli.merged import Merged
from runwatch.cli.options import READING, Asked, common
from runwatch.cli.output import complain, is_read, note
from runwatch.cli.reading import must_exist, opened
from runwatch.core.places import Place, Segment
from runwatch.session.session import STAMPED, Session
from runwatch.sources.base import Block, Fault, Item
from runwatch.sources.table import read_to_end

INCOMPLETE = 1
"""Something could not be read, and is not in the recording."""
_TOGETHER = 256 << 10


@click.command(
    short_help="Any source as one JSONL log.",
    epilog="Example: runwatch record ./events/ -o all.jsonl",
)
@click.argument("source", metavar="SOURCE", type=click.Path(readable=False))
@click.option(
    "-o", "--output", "log", metavar="LOG", required=True, help="A file that does not exist yet; - is stdout."
)
@click.option("--follow", is_flag=True, help="Go on as lines come, until ctrl+c or the end of SOURCE.")
@common(READING[1:])
def command(source: str, log: str, follow: bool, asked: Asked) -> int:
    """Write everything that SOURCE says into one log.

    Lines stay as they are, also those that are no events. What only its place
    told is written into a line: the run's name, and all that lines of a
    progress stream leave out. Several logs are merged by time, each keeping its
    order, those of a rotated or packed one oldest first; a journal document
    becomes a line an entry. A carriage return becomes a blank; half a line
    is written when its end has come.

    Where a document is replaced while it is followed, or a run's journal comes
    into a state database, LOG is written anew without what was said before,
    and put in the place of the old one: follow it by name, `tail -F`. A
    dashboard keeps what it read until it is opened again.

    Exit code: 0 all is in LOG, 1 not what could not be read, 2 nothing is there
    or LOG cannot be written.
    """
    must_exist([source])
    if log != "-" and would_be_read(log, source):
        raise click.UsageError(f"{log} would be read as one of the logs of {source}; choose another place for it")
    with opened([source], asked) as session:
        if log == "-":
            return Recorder(session, Stdout()).record(follow)
        file = LogFile(log)
        try:
            recorder = Recorder(session, file)
            code = recorder.record(follow)
            if code == NOTHING_THERE:
                file.remove()
            else:
                note(f"{plural(recorder.lines, 'line')} in {log}")
        finally:
            file.close()
    return code


class Recorder:
    """Takes what a source gives to where it is kept."""

    def __init__(self, session: Session, output: Output) -> None:
        self.lines = 0
        self._source, self._clock = session.source, session.clock
        self._output = output
        self._full = InFull()
        self._is_whole = True
        self._is_stamped = False
        self._known: set[Segment] = set()
        self._written: set[Segment] = set()
        """Documents and stored runs of which an earlier text is in the recording."""

    def record(self, follow: bool) -> int:
        """All there is, and then, if asked for, what comes."""
        self._take_all(read_to_end(self._source))
        progress = self._source.progress
        for path, reason in progress.unreadable:
            self._miss(f"cannot read {path}: {reason}")
        said = tuple(f"cannot read {path}: " for path, _ in progress.unreadable)
        for notice in progress.notices:
            if not notice.startswith(said):
                complain(notice)
        if follow:
            import asyncio

            asyncio.run(self._follow())
        elif not self._known and not progress.files:
            complain(f"nothing to record in {self._source.label}")
            return NOTHING_THERE
        return WELL if self._is_whole else INCOMPLETE

    async def _follow(self) -> None:
        while not self._source.progress.ended:
            await self._source.changed()
            if isinstance(self._output, Stdout) and not is_read():
                raise BrokenPipeError
            for item in self._source.poll():
                self._take(item)

    def _take_all(self, items: Iterable[Item]) -> None:
        """Those of one log as they come; those of several when all are there."""
        merged: Merged | None = None
        for item in items:
            if merged is None and not self._known and self._source.progress.files > 1:
                merged = Merged()
            self._take(item, merged)
        if merged is not None:
            self._write_merged(merged)

    def _take(self, item: Item, merged: Merged | None = None) -> None:
        segment = item.segment
        if segment not in self._known and self._output.is_at(segment.path):
            raise click.UsageError(f"{segment.path} is read and written at once; choose another place for the output")
        self._known.add(segment)
        if isinstance(item, Fault):
            where = segment.path if item.line is None else str(Place(segment, item.line))
            self._miss(f"{where}: {item.reason}")
            return
        data = self._full.text_of(item, self._clock.now())
        if self._full.is_stamped and not self._is_stamped:
            self._is_stamped = True
            complain(STAMPED)
        self.lines += data.count(b"\n")
        earlier = item.instead_of if isinstance(item, Block) else segment
        if merged is not None:
            merged.add(data, segment)
        elif earlier in self._written:
            self._output.replace(earlier, data, segment)
        else:
            self._output.write(data, _taken_back(segment))
        if _taken_back(segment) is not None:
            self._written.add(segment)

    def _write_merged(self, merged: Merged) -> None:
        together: list[bytes] = []
        size, before = 0, None
        for line, segment in merged.lines():
            of = _taken_back(segment)
            if size >= _TOGETHER or of is not before:
                self._output.write(b"".join(together), before)
                together, size, before = [], 0, of
            together.append(line)
            size += len(line)
        self._output.write(b"".join(together), before)

    def _miss(self, what: str) -> None:
        self._is_whole = False
        complain(what)


def _taken_back(segment: Segment) -> Segment | None:
    """The segment, if what it says may have to be taken back: a document, a run in a state database."""
    return segment if segment.document or segment.is_stored else None
