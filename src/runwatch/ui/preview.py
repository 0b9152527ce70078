"""The selected run in a few lines: verdict, why, chunks, rows, time, checks."""

from __future__ import annotations

from datetime import UTC, tzinfo

from runwatch.answers import units
from runwatch.answers.lanes import STATES
from runwatch.answers.run import RunView
from runwatch.answers.stage import Stage
from runwatch.answers.view import Mark, Reason, Row, Tone
from runwatch.ui.line import Bit, Line, cut_line, spread, wrap
from runwatch.ui.plain import is_plain
from runwatch.ui.row_line import row_bits
from runwatch.ui.safe import badge, bit, mark_bit
from runwatch.ui.widgets.drawn import Drawn
from runwatch.ui.widgets.time_bar import TimeBarView, TimeMark, bar

CELLS = 16
LABEL = 9


def brief_lines(view: RunView, width: int) -> tuple[Line, ...]:
    """Two lines: the badge and the first reason, then the second, or the rest of the first."""
    mark = badge(view.verdict.verdict)
    first, *others = view.verdict.reasons
    room = max(1, width - len(mark.text) - 1)
    rows = wrap(" ".join(first.text.split()), room)
    top: Line = (mark, Bit(" "), bit(rows[0], bold=True))
    if len(rows) > 1:
        return top, (Bit(" " * (len(mark.text) + 1)), bit(" ".join(rows[1:]), bold=True))
    below = others[0] if others else Reason(view.verdict.aside)
    return top, spread((Bit("  "), bit(below.text, Tone.MUTED)), (bit(_where(first, below), Tone.MUTED),), width)


def _where(first: Reason, below: Reason) -> str:
    return below.evidence.text or first.evidence.text


def preview_lines(view: RunView, width: int, zone: tzinfo) -> tuple[Line, ...]:
    """Up to nine lines."""
    first, *others = view.verdict.reasons
    mark = badge(view.verdict.verdict)
    head: Line = (mark, Bit("  "), bit(first.text, bold=True))
    lines: list[Line] = [spread(head, (bit(first.evidence.text, Tone.MUTED),), width)]
    below = others[0] if others else Reason(view.verdict.aside)
    rows = wrap(" ".join(below.text.split()), max(1, width - 24))[:2]
    for number, row in enumerate(rows):
        last = number == len(rows) - 1
        where: Line = (bit(below.evidence.text, Tone.MUTED),) if last else ()
        lines.append(spread((Bit("  "), bit(row, Tone.MUTED)), where, width))
    lines.append(())
    lines += [(*_label("chunks"), *_chunks(view.stage)), (*_label("rows"), *_rows(view))]
    lines += [(*_label("time"), *_time(view.stage, width, zone)), (*_label("checks"), *_checks(view))]
    return tuple(cut_line(line, width) for line in lines)


def _label(word: str) -> Line:
    return (Bit(f"  {word.ljust(LABEL)}", "$muted"),)


def _chunks(stage: Stage) -> Line:
    if not stage.states:
        return (Bit("none seen", "$muted"),)
    cells: list[Bit] = []
    if len(stage.states) <= CELLS:
        for code in stage.states:
            cells += [mark_bit(STATES[code]), Bit(" ")]
        cells.append(Bit("  "))
    for mark, number in stage.counts:
        word = "running" if mark is Mark.CHUNK_RUNNING else mark.value
        tone = {Mark.FAILED: Tone.FAILED, Mark.RECOVERED: Tone.DEGRADED, Mark.INTERRUPTED: Tone.DEGRADED}.get(mark)
        cells += [bit(f"{units.count(number)} {word}", tone or Tone.MUTED), Bit("   ")]
    if not stage.total_known:
        cells.append(Bit("of unknown total", "$muted"))
    return tuple(cells)


def _row(view: RunView, question: int, label: str) -> Row | None:
    return next((row for row in view.answers[question].rows if row.label == label), None)


def _rows(view: RunView) -> Line:
    bits: list[Bit] = []
    for label in ("rows", "files"):
        row = _row(view, 1, label)
        if row is not None:
            bits += [bit(f"{label} ", Tone.MUTED)] if bits else []
            bits += [*row_bits(row), Bit("   ")]
    return tuple(bits) or (Bit("unknown", "$muted"),)


def _time(stage: Stage, width: int, zone: tzinfo) -> Line:
    if stage.start is None or stage.end is None:
        return (Bit("unknown", "$muted"),)
    start, end = units.clock(stage.start, zone), units.clock(stage.end, zone)
    marks = tuple(TimeMark(mark.time, mark.mark.value) for mark in stage.marks)
    view = TimeBarView(start=stage.start, now=stage.now, end=stage.end, estimated=stage.estimated, marks=marks)
    cells = max(4, width - LABEL - 2 - len(start) - 2 - 2 - len(end) - 2 - len(stage.tail))
    edges = ("|", "|") if is_plain() else ("├", "┤")
    about = ("~" if is_plain() else "≈") if stage.estimated else " "
    return (
        Bit(f"{start} {edges[0]}", "$muted"),
        *bar(view, cells, plain=is_plain()),
        Bit(f"{edges[1]}{about}{end}  ", "$muted"),
        bit(stage.tail),
    )


def _checks(view: RunView) -> Line:
    bits: list[Bit] = []
    for label in ("validation", "reconciliation"):
        row = _row(view, 3, label)
        if row is not None and row.spans:
            bits += [mark_bit(row.mark), bit(f" {label} {row.spans[0].text}", row.spans[0].tone), Bit("   ")]
    return tuple(bits)


class Preview(Drawn):
    """The selected run below the table; `brief` makes it two lines."""

    def __init__(self, *, brief: bool = False, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self.brief = brief
        self.view: RunView | None = None
        self.zone: tzinfo = UTC

    def show(self, view: RunView | None, zone: tzinfo) -> None:
        """Draw this run; nothing happens if it is drawn already."""
        if (view, zone) != (self.view, self.zone):
            self.view, self.zone = view, zone
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        """What is drawn at this width."""
        if self.view is None:
            return ()
        return brief_lines(self.view, width) if self.brief else preview_lines(self.view, width, self.zone)
