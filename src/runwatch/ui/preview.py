"""The selected run in a few lines: verdict, why, chunks, rows, time, checks."""

from __future__ import annotations

from datetime import UTC, tzinfo

from rich.cells import cell_len

from runwatch.answers import units
from runwatch.answers.glyphs import CHUNK_WORDS
from runwatch.answers.lanes import STATES
from runwatch.answers.run import RunView
from runwatch.answers.stage import Stage
from runwatch.answers.view import Mark, Reason, Row, Tone
from runwatch.ui.line import Bit, Line, cut_line, spread, wrap
from runwatch.ui.plain import is_plain
from runwatch.ui.row_line import row_bits
from runwatch.ui.safe import badge, bit, mark_bit, wrapped
from runwatch.ui.stage_views import bar_view
from runwatch.ui.verdict_line import verdict_lines
from runwatch.ui.where import where_bits
from runwatch.ui.widgets.drawn import Drawn
from runwatch.ui.widgets.time_bar import bar

CELLS = 16
LABEL = 9


def preview_lines(view: RunView, width: int, zone: tzinfo) -> tuple[Line, ...]:
    """Up to nine lines."""
    lines = [*_head(view, width), *_below(view, width), ()]
    lines += [(*_label("chunks"), *_chunks(view.stage)), (*_label("rows"), *_rows(view))]
    lines += [(*_label("time"), *_time(view.stage, width, zone)), (*_label("checks"), *_checks(view))]
    return tuple(cut_line(line, width) for line in lines)


def _head(view: RunView, width: int) -> list[Line]:
    """The badge and the first reason in one line or two: where it stands in the log must not cut it."""
    first = view.verdict.reasons[0]
    mark = badge(view.verdict.verdict)
    indent = cell_len(mark.text) + 2
    room = max(8, width - indent)
    text = " ".join(first.text.split())
    fits = cell_len(text) + cell_len(first.evidence.text) + 2 <= room
    rows = [text] if fits else wrap(text, room)
    rows = [rows[0], " ".join(rows[1:])] if len(rows) > 1 else rows
    lines: list[Line] = []
    for number, row in enumerate(rows):
        lead = (mark, Bit("  ")) if number == 0 else (Bit(" " * indent),)
        spare = room - cell_len(row) - 2 if number == len(rows) - 1 else 0
        lines.append(spread((*lead, bit(row, bold=True)), where_bits(first.evidence, spare), width))
    return lines


def _below(view: RunView, width: int) -> list[Line]:
    """The second reason, or what else there is to say, in at most two lines."""
    below = view.verdict.reasons[1] if len(view.verdict.reasons) > 1 else Reason(view.verdict.aside)
    rows = wrap(" ".join(below.text.split()), max(1, width - 2))
    if len(rows) == 1 and cell_len(rows[0]) + cell_len(below.evidence.text) + 4 > width:
        rows = wrap(rows[0], max(1, width - 24))
    rows = rows[:1] + [" ".join(rows[1:])] * (len(rows) > 1)
    lines: list[Line] = []
    for number, row in enumerate(rows):
        where = where_bits(below.evidence, 22) if number == len(rows) - 1 else ()
        lines.append(spread((Bit("  "), bit(row, Tone.MUTED)), where, width))
    return lines


def _label(word: str) -> Line:
    return (Bit(f"  {word.ljust(LABEL)}", "$muted"),)


def _chunks(stage: Stage) -> Line:
    if not stage.states:
        return (Bit("only their number is known" if stage.total_known else "none seen", "$muted"),)
    cells: list[Bit] = []
    if len(stage.states) <= CELLS:
        for code in stage.states:
            cells += [mark_bit(STATES[code]), Bit(" ")]
        cells.append(Bit("  "))
    for mark, number in stage.counts:
        tone = {Mark.FAILED: Tone.FAILED, Mark.RECOVERED: Tone.DEGRADED, Mark.INTERRUPTED: Tone.DEGRADED}.get(mark)
        cells += [bit(f"{units.count(number)} {CHUNK_WORDS[mark]}", tone or Tone.MUTED), Bit("   ")]
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
    view = bar_view(stage, zone)
    cells = max(4, width - LABEL - 2 - len(view.start_label) - 2 - 2 - len(view.end_label) - 2 - len(view.tail))
    edges = ("|", "|") if is_plain() else ("├", "┤")
    about = ("~" if is_plain() else "≈") if stage.estimated else " "
    return (
        Bit(f"{view.start_label} {edges[0]}", "$muted"),
        *bar(view, cells, plain=is_plain()),
        Bit(f"{edges[1]}{about}{view.end_label}  ", "$muted"),
        bit(view.tail),
    )


def _checks(view: RunView) -> Line:
    bits: list[Bit] = []
    for label in ("validation", "reconciliation"):
        row = _row(view, 3, label)
        if row is not None and row.spans:
            words = row.spans[0].text.removeprefix("asked, ").replace("not yet reported", "not yet")
            bits += [mark_bit(row.mark), bit(f" {label} {words}", row.spans[0].tone), Bit("   ")]
    return tuple(bits)


class Preview(Drawn):
    """The selected run below the table; `brief` makes it two lines."""

    def __init__(self, *, brief: bool = False, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self.brief = brief
        self.view: RunView | None = None
        self.zone: tzinfo = UTC
        self.words = ""

    def show(self, view: RunView | None, zone: tzinfo, words: str = "") -> None:
        """Draw this run, or `words` where there is no view of it; nothing happens if that is drawn already."""
        if (view, zone, words) != (self.view, self.zone, self.words):
            self.view, self.zone, self.words = view, zone, words
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        """What is drawn at this width."""
        if self.view is None:
            return wrapped(self.words, max(1, width - 4), Tone.MUTED)
        return verdict_lines(self.view.verdict, width) if self.brief else preview_lines(self.view, width, self.zone)
