"""An answer as lines at a width: pure, and the same for every pane.

The answer stands first, in words; the figures below it, one a line, with what
proves them at the right.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from runwatch.answers.view import Answer, Row, Series, Span, Tone
from runwatch.ui.line import Bit, Line, cut, cut_line, ellipsis, fit_line, spread, width_of, wrap
from runwatch.ui.plain import is_plain
from runwatch.ui.row_line import row_bits
from runwatch.ui.safe import bit, line_text, mark_bit, style
from runwatch.ui.where import where_bits
from runwatch.ui.widgets.spark import graph

LABEL = 11
_GAP = 2
_LEAST = 18
"""Cells that a value keeps before its evidence gives way."""
_AXIS = 7
"""What `graph` needs for its labels."""


class PaneLines(Struct, frozen=True):
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
    look = _Look(width, label + 2 * has_marks, has_marks, roomy, tiny)
    look = replace(look, full=all(_fits(row, look) for row in answer.rows))
    for number, row in enumerate(answer.rows):
        for line in _row_lines(row, look):
            rows.append(line)
            owners.append(number)
    return PaneLines(tuple(head), tuple(rows), tuple(owners))


class _Look(Struct, frozen=True):
    """How the rows of one pane are drawn: all alike."""

    width: int
    label: int
    """Cells in front of the values, mark included."""
    has_marks: bool
    roomy: bool
    tiny: bool
    full: bool = True
    """Evidence with the file's name; without where one of them would not fit."""

    @property
    def room(self) -> int:
        """Cells for values and evidence."""
        return max(0, self.width - self.label)


def _fits(row: Row, look: _Look) -> bool:
    room = _where_room(width_of(row_bits(row)), look)
    return cell_len(row.evidence.text) <= room


def _where_room(wanted: int, look: _Look) -> int:
    """Cells for the evidence of a value that needs `wanted`: of a very long one a third."""
    kept = wanted if wanted <= look.room and not look.roomy else min(wanted, max(_LEAST, look.room * 2 // 3))
    return max(0, look.room - _GAP - kept)


def sentence_lines(answer: Answer, width: int, *, roomy: bool = False, tiny: bool = False) -> tuple[Line, ...]:
    """The sentence and a blank line; a long one takes the blank line too."""
    text = line_text(" ".join(answer.sentence.split()))
    if not text:
        return ()
    look = style(Tone.MUTED if answer.quiet else Tone.INK, bold=not answer.quiet)
    rows = wrap_glued(text, width)
    if tiny and len(rows) > 1:
        rows = wrap_glued(_shorter(text), width)
    if len(rows) == 1:
        text = rows[0]
        return ((Bit(text, look),),) if tiny else ((Bit(text, look),), ())
    if roomy:
        return (*((Bit(row, look),) for row in rows), ())
    return (Bit(rows[0], look),), (Bit(cut(" ".join(rows[1:]), width), look),)


def _shorter(text: str) -> str:
    """`4 chunks, 2.0M rows in 14.9 s`: what all of them are need not be said where there is no room."""
    return re.sub(r"^([\d,]+ chunks?) completed,", r"\1,", text)


def wrap_glued(text: str, width: int) -> list[str]:
    """Rows in which a number and its unit stay together."""
    glued = re.sub(r"(?<=\d) (?=(?:ms|s|B|[kMGTP]B|%|×)(?:\W|$))", "\u00a0", text)
    return [row.replace("\u00a0", " ") for row in wrap(glued, max(1, width))]


def graph_lines(series: Series, width: int, label: int) -> tuple[Line, Line]:
    """`rows/s` and its present value beside two rows of bars."""
    room = min(max(0, width - label), len(series.values) + _AXIS)
    upper, lower = graph(series.values, room, maximum=series.maximum, running=series.running, plain=is_plain())
    now = fit_line((bit(series.current, bold=True),), label)
    return (*fit_line((Bit("rows/s", "$muted"),), label), *upper), (*now, *lower)


def _row_lines(row: Row, look: _Look) -> list[Line]:
    name: Line = (bit(row.label, Tone.MUTED),)
    if look.has_marks:
        name = (mark_bit(row.mark), Bit(" "), *name)
    front = fit_line(name, min(look.label, max(0, look.width)))
    values = _values(row, look)
    where = () if look.tiny else where_bits(row.evidence, _where_room(width_of(values), look), full=look.full)
    if look.roomy and width_of(values) + width_of(where) + _GAP > look.room:
        return _wrapped(row, front, values, where, look.room)
    return [(*front, *(spread(values, where, look.room, _GAP) if where else cut_line(values, look.room)))]


_BRIEF = (("of unknown total", "of ?"), ("failures are not recorded in this run", "failures unknown"))


def _values(row: Row, look: _Look) -> Line:
    """All figures, or as many whole ones as fit: a number cut in two is another number. What failed goes last."""
    spans = row.spans
    if look.tiny:
        for long, short in _BRIEF:
            spans = tuple(replace(span, text=span.text.replace(long, short)) for span in spans)
    more: Line = ()
    while _is_cut(row, spans, look.room - width_of(more)) and not look.roomy:
        last = next((at for at in range(len(spans) - 1, 0, -1) if spans[at].tone is not Tone.FAILED), len(spans) - 1)
        spans, more = (*spans[:last], *spans[last + 1 :]), (Bit(f" {ellipsis()}", "$muted"),)
    return (*row_bits(replace(row, spans=spans)), *more)


def _is_cut(row: Row, spans: tuple[Span, ...], room: int) -> bool:
    """The last figure would lose digits; of words the beginning is better than nothing."""
    is_figure = spans[-1].text.lstrip("+-≥ ")[:1].isdigit() if len(spans) > 1 else False
    return is_figure and width_of(row_bits(replace(row, spans=spans))) > room


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
