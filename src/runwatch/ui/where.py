"""Evidence as a screen shows it: in full where there is room, without the file's name where there is less."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from runwatch.answers.view import Evidence, Tone
from runwatch.ui.line import Line
from runwatch.ui.safe import bit


def where_bits(evidence: Evidence, room: int, *, full: bool = True) -> Line:
    """`orders.jsonl:3 :5` if asked for, else `:3 :5`, else nothing."""
    for text in (evidence.text if full else "", short_where(evidence)):
        if text and cell_len(text) <= room:
            return (bit(text, Tone.MUTED),)
    return ()


def short_where(evidence: Evidence) -> str:
    """Without the file's name: `:3 :5`, `:7 +97`."""
    if not evidence.places:
        return ""
    path = evidence.places[0].segment.path
    return evidence.text.removeprefix(path.rstrip("/").rpartition("/")[2] or path)


def widest(evidence: Iterable[Evidence]) -> int:
    """Cells that the longest of these takes in full."""
    return max((cell_len(each.text) for each in evidence), default=0)
