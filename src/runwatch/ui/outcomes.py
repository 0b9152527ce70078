"""The last outcomes of each export, as rows of a list."""

from __future__ import annotations

from collections.abc import Hashable

from rich.cells import cell_len

from runwatch.answers.glyphs import VERDICTS
from runwatch.answers.overview import ExportStrip
from runwatch.answers.view import Mark, Tone
from runwatch.session.lineup import Lineup
from runwatch.ui.line import Bit, Line, fit
from runwatch.ui.safe import bit, line_text, mark_bit

NAME, NAME_AT_MOST = 11, 16
"""Cells of an export's name; more only where the names need them to differ."""
NAMES_MEASURED = 1_000
LENGTH = 20
"""Runs of an export whose outcomes are kept in view."""


class ExportStrips:
    """The exports, that with the newest run first; what became of the runs of each is looked up when it is shown."""

    def __init__(self, lineup: Lineup) -> None:
        self._lineup = lineup
        self.exports = lineup.exports()

    def __len__(self) -> int:
        return len(self.exports)

    def strip(self, index: int) -> ExportStrip:
        """The last outcomes of one of them."""
        export = self.exports[index]
        newest = self._lineup.newest(export, LENGTH)[::-1]
        verdicts = tuple(standing.verdict for standing in newest)
        return ExportStrip(export, verdicts, tuple(standing.run_id for standing in newest))


class OutcomeRows:
    """One export a row: its name, then one glyph a run, newest right."""

    def __init__(self, strips: ExportStrips) -> None:
        self.strips = strips
        names = (cell_len(line_text(export)) for export in strips.exports[:NAMES_MEASURED])
        self._name = max(NAME, min(NAME_AT_MOST, max(names, default=0)))
        self._index = {export: number for number, export in enumerate(strips.exports)}

    @property
    def count(self) -> int:
        """How many exports there are."""
        return len(self.strips)

    def key(self, index: int) -> Hashable:
        """The export's name."""
        return self.strips.exports[index]

    def index_of(self, key: Hashable) -> int | None:
        """Where that export stands."""
        return self._index.get(key) if isinstance(key, str) else None

    def line(self, index: int, width: int) -> Line:
        """The newest runs that fit."""
        strip = self.strips.strip(index)
        room = max(1, (width - self._name) // 2)
        bits: list[Bit] = [bit(fit(line_text(strip.export), self._name), Tone.MUTED)]
        for verdict in strip.verdicts[-room:]:
            mark = VERDICTS[verdict].mark
            glyph = mark_bit(mark)
            bits += [Bit(" "), Bit(glyph.text, "$faint") if mark is Mark.SUCCEEDED else glyph]
        return tuple(bits)
