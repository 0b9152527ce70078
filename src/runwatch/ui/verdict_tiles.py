"""The verdict counts as tiles."""

from __future__ import annotations

from collections.abc import Iterable

from runwatch.answers.glyphs import VERDICTS
from runwatch.ui.safe import mark_bit, style
from runwatch.ui.widgets.tiles import Tile


def verdict_tiles(counts: Iterable[tuple[str, int]]) -> tuple[Tile, ...]:
    """One tile a verdict, worst first."""
    return tuple(
        Tile(mark_bit(VERDICTS[verdict].mark).text, verdict, count, style(VERDICTS[verdict].tone))
        for verdict, count in counts
    )
