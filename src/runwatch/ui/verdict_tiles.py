"""The verdict counts as tiles."""

from __future__ import annotations

from collections.abc import Iterable

from runwatch.answers.glyphs import VERDICTS
from runwatch.ui.glyphs import glyph
from runwatch.ui.safe import style
from runwatch.ui.widgets.tiles import Tile


def verdict_tiles(counts: Iterable[tuple[str, int]]) -> tuple[Tile, ...]:
    """One tile a verdict, worst first."""
    return tuple(
        Tile(glyph(VERDICTS[verdict].mark), verdict, count, style(VERDICTS[verdict].tone)) for verdict, count in counts
    )
