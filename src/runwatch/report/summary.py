"""What a report tells: the runs asked for, what was read in all, and the problems.

The formats print this and nothing else, so that they can never disagree.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from runwatch.core.places import Place
from runwatch.core.runs import Moment
from runwatch.core.text import safe_line
from runwatch.core.verdict import VERDICTS
from runwatch.core.when import When
from runwatch.session.session import Session

PROBLEMS_AT_MOST = 100


class Trouble(Struct, frozen=True):
    """A line that could not be used; `line` is None where it is the whole file."""

    path: str
    line: int | None
    reason: str

    @property
    def where(self) -> str:
        """`orders.jsonl:15`, or the file alone, safe to show."""
        path = safe_line(self.path)
        return path if self.line is None else f"{path}:{self.line}"


class Totals(Struct, frozen=True):
    """All that was read, whatever was asked for; the verdicts are those at the moment shown."""

    runs: int
    events: int
    problems: int
    unknown_events: int
    verdicts: dict[str, int]
    """Those that occur, worst first."""


class Summary(Struct, frozen=True):
    """Everything a report says."""

    label: str
    """Where it was read from."""
    generated_at: int
    """ns, the session's clock."""
    when: When | None
    """The moment shown, as it was named; None is now."""
    runs: tuple[Moment, ...]
    """Those asked for, newest start first."""
    totals: Totals
    problems: tuple[Trouble, ...]
    """The first `PROBLEMS_AT_MOST`, by path and line."""


def summary_of(session: Session) -> Summary:
    """The summary of what a session has read, at the moment it shows."""
    runs = session.runs
    return Summary(
        label=session.source.label,
        generated_at=session.now(),
        when=session.when,
        runs=tuple(session.selected()),
        totals=_totals(session),
        problems=tuple(sorted((trouble_of(*pair) for pair in runs.problems), key=by_place)[:PROBLEMS_AT_MOST]),
    )


def _totals(session: Session) -> Totals:
    found = Counter(moment.judgement.verdict for moment in session.moments())
    runs = session.runs.all()
    return Totals(
        runs=len(runs),
        events=sum(run.state.events for run in runs),
        problems=session.runs.problem_count,
        unknown_events=session.runs.unknown_count,
        verdicts={verdict: found[verdict] for verdict in VERDICTS if verdict in found},
    )


def trouble_of(where: Place | str, reason: str) -> Trouble:
    """A problem as it is told: one in a document has the document's line, and the entry in its reason."""
    if isinstance(where, str):
        return Trouble(where, None, reason)
    return Trouble(where.segment.path, where.line, reason)


def by_place(trouble: Trouble) -> tuple[str, int, str]:
    """What problems are sorted by."""
    return trouble.path, trouble.line or 0, trouble.reason
