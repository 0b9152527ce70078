"""A line that could not be read, as it stands, with a mark under the place that is wrong."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence

from msgspec import Struct
from rich.cells import cell_len

from runwatch.answers import units
from runwatch.answers.filters import PROBLEM_FIELDS, parse_filter
from runwatch.answers.view import Tone
from runwatch.core.places import Place
from runwatch.core.text import escape_controls
from runwatch.ui.line import Bit, Line, ellipsis
from runwatch.ui.raw_text import gone_words, is_json, verbatim_lines
from runwatch.ui.safe import bit, line_text, wrapped

Problem = tuple[Place | str, str]
"""(where, why), as `Runs.problems` has them; a text is a file that cannot be read at all."""
SHOWN = 4096
"""Characters of the line that are laid out."""
_COLUMN = re.compile(r" at (column|byte) ([\d,]{1,12})")
_RUN_ID = re.compile(rb'"run_id"\s*:\s*"([^"\\]{1,200})"')
_KIND = re.compile(rb'"event"\s*:\s*\{\s*"([A-Za-z_]{1,40})"')


class ProblemWords(Struct, frozen=True):
    """The reason, the line, the mark, and what can still be told of it."""

    problem: Problem
    line: bytes | None

    def lines(self, width: int) -> tuple[Line, ...]:
        """All of it at this width."""
        where, reason = self.problem
        head = (*wrapped(reason, width, bold=True), ())
        if isinstance(where, str):
            return (*head, *wrapped("the whole file; nothing of it was read", width, Tone.MUTED))
        if self.line is None:
            return (*head, *wrapped(gone_words(where), width, Tone.DEGRADED))
        told = told_of(self.line)
        below: tuple[Line, ...] = ((), *wrapped(told, width, Tone.MUTED)) if told else ()
        return (*head, *marked_lines(self.line, column_of(reason, self.line), reason, width), *below)


def column_of(reason: str, line: bytes) -> int | None:
    """The character, from 1, that the reason names."""
    match = _COLUMN.search(reason)
    if match is None:
        return None
    number = int(match[2].replace(",", "") or "0")
    if match[1] == "byte":
        number = len(line[: max(0, number - 1)].decode("utf-8", "backslashreplace")) + 1
    return number or None


def marked_lines(line: bytes, column: int | None, reason: str, width: int) -> tuple[Line, ...]:
    """The line in rows, a caret under the column; of a long line the part around it."""
    text = line.decode("utf-8", "backslashreplace")
    first = max(0, min((column or 1) - SHOWN // 2, len(text) - SHOWN))
    shown = escape_controls(text[first : first + SHOWN])
    rows = list(verbatim_lines(shown, width))
    if column is not None and first < column <= max(first + SHOWN, len(text) + 1):
        before = escape_controls(text[first : column - 1])
        rows = _with_caret(rows, cell_len(before), _why_here(reason, column, len(text)), width)
    if first:
        rows.insert(0, (bit(f"… {units.count(first)} characters before this are not shown", Tone.DEGRADED),))
    left = len(text) - first - SHOWN
    if left > 0:
        rows.append((bit(f"… cut here: {units.count(left)} more characters; v shows them", Tone.DEGRADED),))
    return tuple(rows)


def _with_caret(rows: list[Line], cells: int, words: str, width: int) -> list[Line]:
    """The mark below the row that this many cells reach into; its words on the side that has room."""
    at, seen = 0, 0
    while at < len(rows) - 1 and seen + _cells(rows[at]) <= cells:
        seen += _cells(rows[at])
        at += 1
    x = min(max(0, cells - seen), max(0, width - 1))
    if x + 2 + len(words) <= width:
        mark = (Bit(" " * x), bit(f"▲ {words}", Tone.DEGRADED))
    elif x > len(words):
        mark = (Bit(" " * (x - len(words) - 1)), bit(f"{words} ▲", Tone.DEGRADED))
    else:
        mark = (Bit(" " * x), bit("▲", Tone.DEGRADED))
    return [*rows[: at + 1], mark, *rows[at + 1 :]]


def _cells(row: Line) -> int:
    return sum(cell_len(piece.text) for piece in row)


def _why_here(reason: str, column: int, length: int) -> str:
    if "unterminated string" in reason:
        return "the line ends here, inside a string"
    return "the line ends here" if column > length else "here"


def told_of(line: bytes) -> str:
    """What a broken line still says of itself; empty if it names no run."""
    start = line[: 2 * SHOWN]
    run = _RUN_ID.search(start)
    if run is None:
        return ""
    kind = _KIND.search(start)
    event = f"its event is {kind[1].decode()}" if kind else "its event is unknown"
    until = "" if is_json(line) else "as far as it goes, "
    return f"{until}its run_id is {run[1].decode('utf-8', 'backslashreplace')}; {event}"


def path_of(problem: Problem) -> str:
    """The file."""
    where = problem[0]
    return where if isinstance(where, str) else where.segment.path


def line_of(problem: Problem) -> int:
    """The line; 0 where it is the whole file."""
    where = problem[0]
    return 0 if isinstance(where, str) else where.line


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By path, then by line."""
    return sorted(problems, key=lambda problem: (path_of(problem), line_of(problem)))


def matching(problems: list[Problem], text: str) -> list[Problem]:
    """Those that a filter leaves."""
    wanted = parse_filter(text, PROBLEM_FIELDS)
    return [problem for problem in problems if wanted.matches(_fields(problem))] if wanted else problems


def _fields(problem: Problem) -> dict[str, object]:
    return {"path": path_of(problem), "line": line_of(problem), "reason": problem[1]}


def citation(problem: Problem) -> str:
    """`orders.jsonl:15: not JSON: …`, as `lint` prints it."""
    return f"{problem[0]}: {problem[1]}"


class ProblemRows:
    """Problems as the table asks for them."""

    def __init__(self, problems: Sequence[Problem], below: str = "") -> None:
        """`below` is the source's label: paths in that folder are shown without it."""
        self.problems = problems
        self._folder = below.rstrip("/") + "/"
        self._index: dict[Hashable, int] = {problem: number for number, problem in enumerate(problems)}

    @property
    def count(self) -> int:
        """How many are shown."""
        return len(self.problems)

    def key(self, index: int) -> Hashable:
        """The problem itself."""
        return self.problems[index]

    def index_of(self, key: Hashable) -> int | None:
        """Where it stands."""
        return self._index.get(key)

    def cell(self, index: int, column: str, width: int) -> Line:
        """One cell of one problem."""
        problem = self.problems[index]
        where, reason = problem
        match column:
            case "file":
                return (bit(_cut_left(line_text(path_of(problem).removeprefix(self._folder)), width)),)
            case "line":
                number = units.NOT_APPLICABLE if isinstance(where, str) else _number(where)
                return (bit(number, Tone.FAINT if isinstance(where, str) else Tone.INK),)
        return (bit(reason),)


def _number(place: Place) -> str:
    number = "" if place.segment.document else units.count(place.line)
    return f"{number}#{place.entry:,}" if place.entry else number or units.NOT_APPLICABLE


def _cut_left(path: str, width: int) -> str:
    """The end of a path says more than its beginning."""
    if cell_len(path) <= width:
        return path
    mark = ellipsis()
    while path and cell_len(path) + len(mark) > width:
        path = path[1:]
    return mark + path
