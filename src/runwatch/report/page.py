"""Lines of text for a terminal or a CI log: wrapped, aligned, painted.

Everything is laid out by the cells it takes, in plain glyphs where only ASCII
can be shown, and painted last, so that colour never moves anything.
"""

from __future__ import annotations

import re
from unicodedata import combining, east_asian_width

from msgspec.structs import replace

from runwatch.answers.glyphs import plain
from runwatch.answers.view import Span, Tone
from runwatch.report.look import Look

# The sixteen colours, so that the terminal's own palette decides what they look like.
_CODES: dict[Tone, str] = {
    Tone.MUTED: "2",
    Tone.FAINT: "2",
    Tone.ACCENT: "34",
    Tone.RUNNING: "34",
    Tone.SUCCEEDED: "32",
    Tone.DEGRADED: "33",
    Tone.STALLED: "33",
    Tone.FAILED: "31",
    Tone.LOST: "31",
    Tone.CONTRADICTED: "35",
    Tone.SKIPPED: "2",
}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Page:
    """What has been written so far."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._lines: list[str] = []

    def text(self) -> str:
        """All of it, each line with its newline and without blanks at its end."""
        return "".join(f"{line.rstrip()}\n" for line in self._lines)

    def blank(self) -> None:
        """One empty line, unless there is one."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def put(
        self,
        text: str,
        *lead: Span,
        under: int | None = None,
        tone: Tone = Tone.INK,
        bold: bool = False,
        right: str = "",
    ) -> None:
        """A text behind its `lead`, wrapped below its own begin (or `under` so many cells).

        `right` stands at the right edge of the last line, or of one more; it is never cut or broken.
        """
        text, right = self._shown(text), self._shown(right)
        if self.look.plain:
            lead = tuple(replace(span, text=self._shown(span.text)) for span in lead)
        taken = sum(cells(span.text) for span in lead)
        indent = taken if under is None else under
        lines = wrapped(text, self.look.width - indent, self.look.width - taken) or [""]
        beside = (taken if len(lines) == 1 else indent) + cells(lines[-1])
        out = [" " * indent + self.paint(Span(line, tone, bold)) for line in lines]
        out[0] = "".join(map(self.paint, (*lead, Span(lines[0], tone, bold))))
        if right:
            gap = self.look.width - beside - cells(right)
            if gap < 2:
                out.append("")
                gap = max(indent, self.look.width - cells(right))
            out[-1] += " " * gap + self.paint(Span(right, Tone.MUTED))
        self._lines += out

    def paint(self, span: Span) -> str:
        """The words in their tone, where colour is wanted."""
        codes = [*(["1"] if span.bold else []), *([_CODES[span.tone]] if span.tone in _CODES else [])]
        if not self.look.color or not codes or not span.text.strip():
            return span.text
        return f"\x1b[{';'.join(codes)}m{span.text}\x1b[0m"

    def _shown(self, text: str) -> str:
        return plain(text) if self.look.plain else text


def cells(text: str) -> int:
    """Terminal cells that a text takes."""
    if text.isascii():
        return len(text)
    wider = _NOT_ASCII.findall(text)
    return len(text) - len(wider) + sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in wider
    )


def wrapped(text: str, width: int, first: int | None = None) -> list[str]:
    """Lines of at most `width` cells, the first of at most `first`; a longer word is broken."""
    lines: list[str] = []
    line, taken, room = "", 0, width if first is None else first
    words = text.split()
    whole = " ".join(words)
    if cells(whole) <= room:
        return [whole] if whole else []
    for word in words:
        rest = word
        while (fitting := _fitting(rest, room - (taken + 1 if line else 0))) < len(rest):
            if not line:  # it does not fit even alone
                fitting = max(1, fitting)
                line, rest = rest[:fitting], rest[fitting:]
            lines.append(line)
            line, taken, room = "", 0, width
        line, taken = (f"{line} {rest}", taken + 1 + cells(rest)) if line else (rest, cells(rest))
    return [*lines, line] if line else lines


def _fitting(word: str, room: int) -> int:
    """How many characters of a word fit. No more of it is looked at: it may have 64 KiB, and be asked about a line."""
    if word.isascii():
        return min(len(word), max(0, room))
    taken = 0
    for number, sign in enumerate(word):
        taken += cells(sign)
        if taken > room:
            return number
    return len(word)
