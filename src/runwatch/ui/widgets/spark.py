"""Small charts of a short series: one row, or two. Blank where nothing was heard."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isfinite

from runwatch.ui.line import Bit, Line, fit_line
from runwatch.ui.widgets.drawn import joined

BUCKETS = 8
_STEPS = "▁▂▃▄▅▆▇"
"""No full block: rows of a table would touch."""
_FULL = "█"
_PLAIN = str.maketrans(dict(zip(_STEPS + _FULL, "_.-:=+*#", strict=True)))
_LABEL = 5

Values = Sequence[float | None]


def sparkline(values: Values, width: int = BUCKETS, *, plain: bool = False) -> str:
    """The newest `width` values, newest right, from 0 to their own maximum; `▁` is a true 0."""
    shown = _finite(values)[-width:]
    top = max((value for value in shown if value is not None), default=0.0)
    text = "".join(" " if value is None else _STEPS[_level(value, top, 7) - 1] for value in shown).rjust(width)
    return text.translate(_PLAIN) if plain else text


def graph(
    values: Values, width: int, *, maximum: str = "", running: bool = False, plain: bool = False
) -> tuple[Line, Line]:
    """Two rows of exactly `width` cells: `calm`, the newest bucket blue while it runs; maximum and 0 at the right."""
    room = max(0, width - _LABEL - 2)
    shown = _finite(values)[-room:] if room else []
    top = max((value for value in shown if value is not None), default=0.0)
    levels = [None if value is None else _level(value, top, 15) for value in shown]
    upper = [" " if level is None or level <= 8 else _STEPS[level - 9] for level in levels]
    lower = [" " if level is None else (_FULL if level >= 8 else _STEPS[level - 1]) for level in levels]
    return (
        (*_row(upper, room, running=running, plain=plain), *_label(maximum)),
        (*_row(lower, room, running=running, plain=plain), *_label("0" if levels else "")),
    )


def _row(glyphs: Sequence[str], room: int, *, running: bool, plain: bool) -> Line:
    last = len(glyphs) - 1
    bits = [
        Bit(glyph.translate(_PLAIN) if plain else glyph, "$v-running" if running and at == last else "$calm")
        for at, glyph in enumerate(glyphs)
    ]
    return fit_line(joined(bits), room)


def _label(text: str) -> Line:
    return fit_line((Bit("  "), Bit(text, "$muted")), _LABEL + 2)


def _finite(values: Values) -> list[float | None]:
    """A value that is no number was not heard."""
    return [value if value is not None and isfinite(value) and value >= 0 else None for value in values]


def _level(value: float, top: float, steps: int) -> int:
    return max(1, min(steps, ceil(value / top * steps))) if top > 0 else 1
