"""Which glyph a meaning gets, and its stand-in where only ASCII can be shown.

Screens and text reports draw the same glyphs, so they stand here, below both.
A glyph never stands alone: a word or a position says the same.
"""

from __future__ import annotations

from msgspec import Struct

from runwatch.answers.view import Mark, Tone


class Glyph(Struct, frozen=True):
    """One cell, its ASCII stand-in, and the tone it is drawn in."""

    glyph: str
    plain: str
    tone: Tone
    bold: bool = False


class Verdict(Struct, frozen=True):
    """How a verdict is shown."""

    mark: Mark
    word: str
    tiny: str
    """The word below 60 columns."""
    tone: Tone
    filled: bool
    """The badge is filled: bad news only."""
    bold: bool
    """The word is bold in a table."""
    quiet: bool
    """Its whole row recedes: nothing is wrong and nothing moves."""


MARKS: dict[Mark, Glyph] = {
    Mark.NONE: Glyph(" ", " ", Tone.MUTED),
    Mark.FAILED: Glyph("✗", "X", Tone.FAILED, bold=True),
    Mark.CONTRADICTED: Glyph("≠", "#", Tone.CONTRADICTED, bold=True),
    Mark.LOST: Glyph("☠", "!", Tone.LOST, bold=True),
    Mark.STALLED: Glyph("◌", "o", Tone.STALLED, bold=True),
    Mark.DEGRADED: Glyph("~", "~", Tone.DEGRADED, bold=True),
    Mark.RUNNING: Glyph("▶", ">", Tone.RUNNING),
    Mark.SUCCEEDED: Glyph("✓", "+", Tone.SUCCEEDED),
    Mark.SKIPPED: Glyph("↷", "-", Tone.SKIPPED),
    Mark.NOT_ASKED: Glyph("·", ".", Tone.MUTED),
    Mark.PENDING: Glyph("·", ".", Tone.FAINT),
    Mark.CHUNK_RUNNING: Glyph("◧", ">", Tone.RUNNING, bold=True),
    Mark.COMPLETED: Glyph("■", "=", Tone.CALM),
    Mark.RECOVERED: Glyph("◆", "R", Tone.DEGRADED, bold=True),
    Mark.INTERRUPTED: Glyph("□", "!", Tone.DEGRADED, bold=True),
    Mark.PARTLY: Glyph("▪", ":", Tone.CALM),
    Mark.RETRY: Glyph("»", "r", Tone.DEGRADED),
    Mark.BOOKMARK: Glyph("▲", "^", Tone.ACCENT),
}

VERDICTS: dict[str, Verdict] = {
    verdict.word: verdict
    for verdict in (
        Verdict(Mark.FAILED, "failed", "fail", Tone.FAILED, filled=True, bold=True, quiet=False),
        Verdict(Mark.CONTRADICTED, "contradicted", "contra", Tone.CONTRADICTED, filled=True, bold=True, quiet=False),
        Verdict(Mark.LOST, "lost", "lost", Tone.LOST, filled=True, bold=True, quiet=False),
        Verdict(Mark.STALLED, "stalled", "stall", Tone.STALLED, filled=True, bold=True, quiet=False),
        Verdict(Mark.DEGRADED, "degraded", "degr", Tone.DEGRADED, filled=True, bold=False, quiet=False),
        Verdict(Mark.RUNNING, "running", "run", Tone.RUNNING, filled=False, bold=False, quiet=False),
        Verdict(Mark.SUCCEEDED, "succeeded", "ok", Tone.SUCCEEDED, filled=False, bold=False, quiet=True),
        Verdict(Mark.SKIPPED, "skipped", "skip", Tone.SKIPPED, filled=False, bold=False, quiet=True),
    )
}
"""Worst first: the order of tiles and of severity."""

CHUNK_WORDS: dict[Mark, str] = {
    Mark.COMPLETED: "completed",
    Mark.RECOVERED: "recovered",
    Mark.FAILED: "failed",
    Mark.INTERRUPTED: "interrupted",
    Mark.CHUNK_RUNNING: "running",
    Mark.PENDING: "pending",
}
"""In the order of the legend."""

ONE_CELL: dict[str, str] = {
    **{shape.glyph: shape.plain for mark, shape in MARKS.items() if mark},
    "·": ".",
    "–": "-",
    "—": "-",
    "›": ">",
    "×": "x",
    "≈": "~",
    "≥": ">",
    "…": ".",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "▌": "*",
    "▍": "|",
    "●": "O",
    "▼": "v",
    "━": "=",
    "╺": "-",
    "─": "-",
    "┄": ".",
    "├": "|",
    "┤": "|",
    "│": "|",
    "╭": "+",
    "╮": "+",
    "╰": "+",
    "╯": "+",
    **dict(zip("▁▂▃▄▅▆▇█", "_.-:=+*#", strict=True)),
}
"""Our glyphs and a stand-in of the same width, for text that is laid out already."""

_WORDS = str.maketrans({**ONE_CELL, "…": "..", "→": "->", "←": "<-", "≥": ">=", "\ufffd": "?"})


def plain(text: str) -> str:
    """The same text with our own glyphs in ASCII; may be longer, so do it before laying out."""
    return text if text.isascii() else text.translate(_WORDS)


def glyph(mark: Mark, *, plain: bool = False) -> str:
    """The one cell that stands for this meaning."""
    shape = MARKS[mark]
    return shape.plain if plain else shape.glyph
