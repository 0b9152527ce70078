"""An answer as lines at a width: pure, and the same for every pane.

The answer stands first, in words; the figures below it, one a line, with what
proves them at the right.
"""

from __future__ import annotations

from dataclasses import dataclass

from runwatch.answers.view import Answer, Row, Series, Tone
from runwatch.ui.line import Bit, Line, cut, cut_line, fit_line, spread, width_of, wrap
from runwatch.ui.plain import is_plain
from runwatch.ui.row_line import row_bits
from runwatch.ui.safe import bit, line_text, mark_bit, style
from runwatch.ui.widgets.spark import graph

LABEL = 11
_GAP = 2
_LEAST = 18
"""Cells that a value keeps before its evidence gives way."""
_AXIS = 7
"""What `graph` needs for its labels."""


@dataclass(frozen=True, slots=True)
class PaneLines:
    """The head stays, the rows scroll."""

    head: tuple[Line, ...] = ()
    rows: tuple[Line, ...] = ()
    owners: tuple[int, ...] = ()
    """For each of `rows` the answer's row that it belongs to."""


def pane_lines(answer: Answer, width: int, *, label: int = LABEL, roomy: bool = False, tiny: bool = False) -> PaneLines:
    """`roomy`: long values wrap instead of being cut; `tiny`: no blank line, no evidence, no chart."""
    head = [*sentence_lines(answer, width, roomy=roomy, tiny=tiny)]
    if answer.graph is not None and not tiny:
        head += graph_lines(answer.graph, width, label)
    rows: list[Line] = []
    owners: list[int] = []
    has_marks = any(row.mark for row in answer.rows)
    for number, row in enumerate(answer.rows):
        for line in _row_lines(row, width, label, has_marks=has_marks, roomy=roomy, tiny=tiny):
            rows.append(line)
            owners.append(number)
    return PaneLines(tuple(head), tuple(rows), tuple(owners))


def sentence_lines(answer: Answer, width: int, *, roomy: bool = False, tiny: bool = False) -> tuple[Line, ...]:
    """The sentence and a blank line; a long one takes the blank line too."""
    text = line_text(" ".join(answer.sentence.split()))
    if not text:
        return ()
    look = style(Tone.MUTED if answer.quiet else Tone.INK, bold=not answer.quiet)
    rows = wrap(text, max(1, width))
    if len(rows) == 1:
        return ((Bit(text, look),),) if tiny else ((Bit(text, look),), ())
    if roomy:
        return (*((Bit(row, look),) for row in rows), ())
    return (Bit(rows[0], look),), (Bit(cut(" ".join(rows[1:]), width), look),)


def graph_lines(series: Series, width: int, label: int) -> tuple[Line, Line]:
    """`rows/s` and its present value beside two rows of bars."""
    room = min(max(0, width - label), len(series.values) + _AXIS)
    upper, lower = graph(series.values, room, maximum=series.maximum, running=series.running, plain=is_plain())
    now = fit_line((bit(series.current, bold=True),), label)
    return (*fit_line((Bit("rows/s", "$muted"),), label), *upper), (*now, *lower)


def _row_lines(row: Row, width: int, label: int, *, has_marks: bool, roomy: bool, tiny: bool) -> list[Line]:
    name: Line = (bit(row.label, Tone.MUTED),)
    if has_marks:
        name = (mark_bit(row.mark), Bit(" "), *name)
        label += 2
    front = fit_line(name, min(label, max(0, width)))
    room = max(0, width - width_of(front))
    values = row_bits(row)
    where: Line = () if tiny or not row.evidence.text else (bit(row.evidence.text, Tone.MUTED),)
    if where and room - width_of(where) - _GAP < min(_LEAST, width_of(values)):
        where = ()
    if roomy and where and width_of(values) + width_of(where) + _GAP > room:
        return _wrapped(row, front, values, where, room)
    if roomy and width_of(values) > room:
        return _wrapped(row, front, values, (), room)
    return [(*front, *(spread(values, where, room, _GAP) if where else cut_line(values, room)))]


def _wrapped(row: Row, front: Line, values: Line, where: Line, room: int) -> list[Line]:
    """A long value over several lines, its evidence on the first of them."""
    left = room - (width_of(where) + _GAP if where else 0)
    blank = (Bit(" " * width_of(front)),)
    if len(row.spans) != 1 or row.spans[0].lead:
        return [(*front, *spread(values, where, room, _GAP))]
    look = values[0].style
    pieces = wrap(values[0].text, max(1, left))
    first = (*front, *spread((Bit(pieces[0], look),), where, room, _GAP))
    return [first, *((*blank, Bit(piece, look)) for piece in pieces[1:])]
