"""The boxes of the Chunk screen as lines: each a frozen view that lays itself out at a width."""

from __future__ import annotations

from datetime import UTC, tzinfo

from msgspec import Struct
from rich.cells import cell_len

from runwatch.answers import units
from runwatch.answers.attempt import AttemptView
from runwatch.answers.chunk import ChunkView
from runwatch.answers.glyphs import MARKS
from runwatch.answers.view import Row, Tone
from runwatch.ui.line import Bit, Line, cut_line, fit, spread, wrap
from runwatch.ui.raw_text import copied_text
from runwatch.ui.row_line import row_bits
from runwatch.ui.safe import bit, line_text, mark_bit, wrapped
from runwatch.ui.where import where_bits
from runwatch.ui.widgets.drawn import Drawn

LABEL = 11
_TONES = {"failed": Tone.FAILED, "interrupted": Tone.DEGRADED}


def verdict_lines(view: ChunkView, width: int) -> tuple[Line, ...]:
    """Two lines: glyph, word and reason; what else matters below. A long reason takes both, and is never cut."""
    tone = MARKS[view.state].tone
    tone = Tone.INK if tone in (Tone.CALM, Tone.FAINT) else tone
    head: Line = (mark_bit(view.state), bit(f" {view.word}   ", tone, bold=True))
    taken = len(view.word) + 5
    where = bit(view.reason.evidence.text, Tone.MUTED)
    hang, room = Bit(" " * taken), max(8, width - taken)
    reason = line_text(view.reason.text)
    aside = (hang, bit(view.aside, Tone.MUTED))
    if cell_len(reason) + cell_len(where.text) + 2 <= room:
        return spread((*head, Bit(reason, "bold $foreground")), (where,), width), cut_line(aside, width)
    rows = wrap(reason, room)
    first = cut_line((*head, Bit(rows[0], "bold $foreground")), width)
    if len(rows) == 1:
        short = where_bits(view.reason.evidence, width - taken - cell_len(view.aside) - 2)
        return first, spread(aside, short or where_bits(view.reason.evidence, 12, full=False), width)
    return first, cut_line((hang, Bit(" ".join(rows[1:]), "bold $foreground")), width)


class ChunkVerdict(Drawn):
    """The state in its colour, why, and the line that proves it."""

    DEFAULT_CSS = """
    ChunkVerdict { height: 2; width: 1fr; padding: 0 2; }
    """
    view: ChunkView | None = None

    def show(self, view: ChunkView | None) -> None:
        """Draw this; nothing happens if it is drawn already."""
        if view != self.view:
            self.view = view
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        """What is drawn at this width."""
        if self.view is None:
            unheard: Line = (Bit("nothing was heard of this chunk at this moment", "bold $foreground"),)
            return unheard, ()
        return verdict_lines(self.view, width)


class ChunkFacts(Struct, frozen=True):
    """Keys, rows, parts and neighbours."""

    rows: tuple[Row, ...] = ()

    def lines(self, width: int) -> tuple[Line, ...]:
        """One line a fact."""
        return tuple(cut_line((bit(fit(row.label, LABEL), Tone.MUTED), *row_bits(row)), width) for row in self.rows)


class ErrorWords(Struct, frozen=True):
    """How the selected attempt ended, in full."""

    view: AttemptView

    def lines(self, width: int) -> tuple[Line, ...]:
        """The sentence, the error with its line breaks, and where else it was seen."""
        view = self.view
        lines = list(wrapped(view.headline, width, bold=True))
        if view.text:
            lines += [(), *wrapped(view.text, width, _TONES.get(view.outcome, Tone.INK))]
        if view.delivered:
            rows, *names = view.delivered
            lines += [(), *wrapped(f"delivered {rows}", width)]
            lines += [line for name in names for line in wrapped(name, width, Tone.MUTED)]
        if view.again:
            way = "; ctrl+p, then same error, leads there" if view.again.endswith(" runs") else ""
            lines += [(), *wrapped(view.again + way, width, Tone.MUTED)]
        return tuple(lines)


class QueryWords(Struct, frozen=True):
    """The query that reads just this range, or why there is none."""

    query: str = ""
    note: str = ""

    def lines(self, width: int) -> tuple[Line, ...]:
        """The query with its line breaks."""
        if not self.query:
            return wrapped(self.note, width, Tone.MUTED)
        note = wrapped(self.note, width, Tone.DEGRADED) if self.note else ()
        return (*wrapped(self.query, width), *note, (Bit("y", "bold $accent"), Bit(" copies it", "$muted")))


class TinyWords(Struct, frozen=True):
    """All in one column, what matters most first: the state, why, the selected attempt; then it can be scrolled."""

    chunk: ChunkView
    attempt: AttemptView | None
    zone: tzinfo = UTC

    def lines(self, width: int) -> tuple[Line, ...]:
        """No boxes, no columns."""
        view = self.chunk
        tone = MARKS[view.state].tone
        tone = Tone.INK if tone in (Tone.CALM, Tone.FAINT) else tone
        lines: list[Line] = [(mark_bit(view.state), bit(f" {view.word}", tone, bold=True))]
        lines += wrapped(view.reason.text, width, bold=True)
        if self.attempt is not None:
            row = view.attempts[self.attempt.number - 1]
            began = "when it began is unknown"
            if row.began is not None:
                began = f"began {units.clock(row.began, self.zone, milliseconds=True)}"
            where = " ".join(place.where for place in row.evidence.places[:4])
            lines += [(), *ErrorWords(self.attempt).lines(width)]
            lines += [cut_line((bit(f"{began}  {where}", Tone.MUTED),), width)]
            if row.wait:
                words = "wait unknown" if row.wait == units.UNKNOWN else f"{row.wait} until the next attempt"
                lines += [cut_line((bit(words, Tone.MUTED),), width)]
        aside = wrapped(view.aside, width, Tone.MUTED) if view.aside else ()
        query = QueryWords(view.query, view.query_note).lines(width)
        return (*lines, (), *aside, *ChunkFacts(view.facts).lines(width), (), *query)


def to_copy(view: ChunkView, selected: AttemptView | None, focused: str | None, line: bytes | None) -> tuple[str, str]:
    """What `y` copies, by the box that has the focus, and what it is called; of what is not there the next best."""
    error = selected.text if selected is not None else ""
    if line is not None:
        return copied_text(line), "the line"
    if error and (focused == "error" or (focused != "chunk" and not view.query)):
        return error, "the error"
    if view.query and focused != "chunk":
        return view.query, "the query"
    keys = next((row.spans[0].text for row in view.facts if row.label == "keys"), "unknown")
    return f"{view.run_id} chunk {view.chunk_index}: {keys}", "chunk and range"
