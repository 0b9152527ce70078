"""The last outcomes of each export, as rows of a list."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.cells import cell_len

from runwatch.answers.glyphs import VERDICTS
from runwatch.answers.overview import ExportStrip
from runwatch.answers.view import Mark, Tone
from runwatch.ui.line import Bit, Line, fit
from runwatch.ui.safe import bit, line_text, mark_bit

NAME, NAME_AT_MOST = 11, 16
"""Cells of an export's name; more only where the names need them to differ."""


class OutcomeRows:
    """One export a row: its name, then one glyph a run, newest right."""

    def __init__(self, strips: Sequence[ExportStrip]) -> None:
        self.strips = strips
        names = (cell_len(line_text(strip.export)) for strip in strips)
        self._name = max(NAME, min(NAME_AT_MOST, max(names, default=0)))
        self._index = {strip.export: number for number, strip in enumerate(strips)}

    @property
    def count(self) -> int:
        """How many exports there are."""
        return len(self.strips)

    def key(self, index: int) -> Hashable:
        """The export's name."""
        return self.strips[index].export

    def index_of(self, key: Hashable) -> int | None:
        """Where that export stands."""
        return self._index.get(key) if isinstance(key, str) else None

    def line(self, index: int, width: int) -> Line:
        """The newest runs that fit."""
        strip = self.strips[index]
        room = max(1, (width - self._name) // 2)
        bits: list[Bit] = [bit(fit(line_text(strip.export), self._name), Tone.MUTED)]
        for verdict in strip.verdicts[-room:]:
            mark = VERDICTS[verdict].mark
            glyph = mark_bit(mark)
            bits += [Bit(" "), Bit(glyph.text, "$faint") if mark is Mark.SUCCEEDED else glyph]
        return tuple(bits)
