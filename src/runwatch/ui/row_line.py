"""A row of an answer as bits: the one way its spans are laid out, here and in the panes."""

from __future__ import annotations

from runwatch.answers.view import Row, Tone
from runwatch.ui.line import Bit, Line
from runwatch.ui.safe import bit

GAP = 3


def row_bits(row: Row) -> Line:
    """The values of a row, three blanks apart, each with its muted label in front."""
    bits: list[Bit] = []
    for span in row.spans:
        if bits:
            bits.append(Bit(" " * GAP))
        if span.lead:
            bits.append(bit(f"{span.lead} ", Tone.MUTED))
        bits.append(bit(span.text, span.tone, bold=span.bold))
    return tuple(bits)
