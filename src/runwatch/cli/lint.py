"""`runwatch lint`: every line that could not be used, and every event that is not known."""

from __future__ import annotations

from collections.abc import Sequence

import click

from runwatch.answers.units import plural
from runwatch.cli.codes import NOTHING_THERE
from runwatch.cli.options import READING, Asked, common, paths
from runwatch.cli.output import complain, note, write
from runwatch.cli.reading import nothing_there, opened, read_whole
from runwatch.core.events import Entry, Problem, Unknown
from runwatch.core.places import Place, Segment
from runwatch.core.runs import Runs
from runwatch.report.summary import by_place, trouble_of

BAD = 1


class Complaints(Runs):
    """Keeps every problem, and of events only their number: a log may be larger than memory."""

    def __init__(self) -> None:
        super().__init__()
        self.events = self.unknown = 0
        self.kept: list[tuple[Place | str, str]] = []

    def feed(
        self, entry: Entry | Problem, segment: Segment, line: int, offset: int, arrived: int | None = None
    ) -> None:
        """Note what is wrong with an entry."""
        if isinstance(entry, Problem):
            self.report(Place(segment, line, entry.number, offset), entry.reason)
            return
        self.events += 1
        if isinstance(entry.event, Unknown):
            self.unknown += 1
            inside = f"entry {entry.number}: " if entry.number else ""
            reason = f"{inside}unknown event {entry.event.variant}"
            self.kept.append((Place(segment, line, entry.number, offset), reason))

    def report(self, where: Place | str, reason: str) -> None:
        """Keep a problem."""
        self.problem_count += 1
        self.kept.append((where, reason))


@click.command(
    short_help="Every problem and unknown event.",
    epilog="Example: runwatch lint ./events/ && echo clean",
)
@paths
@common(READING)
def command(paths: Sequence[str], asked: Asked) -> int:
    """Print every line that is no event, and every unknown event, as file:line: reason.

    Exit code: 0 none, 1 some, 2 no logs there or wrong use.
    """
    with opened(paths, asked) as session:
        complaints = Complaints()
        session.read_into(complaints)
        read_whole(session, paths)
        found = sorted((trouble_of(*pair) for pair in complaints.kept), key=by_place)
        write("".join(f"{trouble.where}: {' '.join(trouble.reason.split())}\n" for trouble in found))
        logs = session.source.progress.files
        if not logs and not found:
            complain(nothing_there(session))
            return NOTHING_THERE
    note(_count(logs, complaints))
    return BAD if found else 0


def _count(logs: int, complaints: Complaints) -> str:
    """`12 logs, 4,312 events, no problems`."""
    parts = [plural(logs, "log"), plural(complaints.events, "event")]
    parts.append(plural(complaints.problem_count, "problem") if complaints.problem_count else "no problems")
    if complaints.unknown:
        parts.append(plural(complaints.unknown, "unknown event"))
    return ", ".join(parts)
