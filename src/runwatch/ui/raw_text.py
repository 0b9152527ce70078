"""A line of a log as text: pretty, or as it stands; never a terminal command, never too long to lay out.

The pretty form is made of the line's own tokens, not of what they mean: a
number keeps its digits, a key that comes twice stands twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson
from msgspec import Struct
from rich.cells import cell_len, chop_cells

from runwatch.answers import units
from runwatch.answers.evidence import cite
from runwatch.answers.view import Tone
from runwatch.core.places import Place
from runwatch.core.text import escape_controls
from runwatch.sources.base import Source
from runwatch.ui.line import Bit, Line, wrap
from runwatch.ui.safe import bit, line_text

SHOWN = 64 * 1024
"""Characters of one line that are laid out."""
COPIED = 1 << 20
"""Bytes of one line that a terminal's clipboard is given at most."""
INDENT = 2
_DEEPEST = 40
"""Columns of indent beyond which nothing is indented further."""
_TOKEN = re.compile(r'"(?:[^"\\]+|\\.)*"?|\{\s*\}|\[\s*\]|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_OPENS, _CLOSES = "{[", "}]"


class RawText(Struct, frozen=True):
    """A line, or why there is none."""

    line: bytes | None
    gone: str = ""
    verbatim: bool = False

    def lines(self, width: int) -> tuple[Line, ...]:
        """All of it at this width; what is cut says so in its last line."""
        if self.line is None:
            return tuple((bit(row, Tone.DEGRADED),) for row in wrap(line_text(self.gone), width))
        text = text_of(self.line)
        if self.verbatim or not is_json(self.line):
            return (*verbatim_lines(escape_controls(text[:SHOWN]), width), *cut_note(self.line, len(text) > SHOWN))
        shown, is_cut = pretty_lines(text, width)
        return (*shown, *cut_note(self.line, is_cut))


def text_of(line: bytes) -> str:
    """As much of a line as is ever laid out, bytes that are no UTF-8 as `\\xXX`; its controls are still in it."""
    return line[: 4 * SHOWN].decode("utf-8", "backslashreplace")


def is_json(line: bytes) -> bool:
    """Whether it can be shown in the pretty form; one too long to be parsed while a key waits is taken at its word."""
    if len(line) > COPIED:
        return line[:1] in (b"{", b"[")
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def copied_text(line: bytes) -> str:
    """What `y` puts into the clipboard: the line as it stands, controls as `\\uXXXX`, at most `COPIED` bytes of it."""
    return escape_controls(line[:COPIED].decode("utf-8", "backslashreplace"))


class LineKeeper:
    """Reads a line once, however often it is drawn; again while it could not be read."""

    def __init__(self) -> None:
        self._kept: tuple[Place | None, str, bytes | None] = (None, "", None)

    def line_at(self, source: Source, place: Place) -> bytes | None:
        """The line at a place; None where its bytes are gone."""
        place_now = (place, place.segment.gone)
        if self._kept[:2] != place_now or self._kept[2] is None:
            self._kept = (*place_now, source.line_at(place))
        return self._kept[2]


def gone_words(place: Place) -> str:
    """Why a place has no bytes any more."""
    path = place.segment.path
    name = path.rstrip("/").rpartition("/")[2] or path
    why = f"{name} was {place.segment.gone}" if place.segment.gone else f"{name} cannot be read any more"
    return f"its bytes are gone: {why}"


def place_words(place: Place, *, full: bool = False) -> str:
    """`orders.jsonl:5 · byte 812`; without the byte where only the line is known."""
    where = cite((place,), full=full)
    return where if place.segment.document or place.offset < 0 else f"{where} · byte {units.count(place.offset)}"


def cut_note(line: bytes, is_cut: bool) -> tuple[Line, ...]:
    """What stands below a line that is not shown whole."""
    words = f"… cut here: the first {SHOWN // 1024} KiB of {units.size(len(line))} are shown"
    return ((bit(words, Tone.DEGRADED),),) if is_cut else ()


def verbatim_lines(text: str, width: int) -> tuple[Line, ...]:
    """The text in rows of exactly its own characters: no blank is lost where a row ends."""
    return tuple((Bit(row, "$foreground"),) for row in chop_cells(text, max(1, width))) or ((),)


def pretty_lines(text: str, width: int) -> tuple[list[Line], bool]:
    """One member a line, indented; and whether the text was longer than is shown."""
    lines: list[Line] = []
    room = SHOWN
    for depth, key, value in _members(text):
        indent = " " * min(_DEEPEST, depth * INDENT, width // 2)
        room -= len(indent) + len(key) + len(value) + 1
        lines += _member_lines(indent, key, value if room > 0 else value[: len(value) + room], width)
        if room <= 0:
            return lines, True
    return lines, len(text) >= 4 * SHOWN


def _members(text: str) -> Iterator[tuple[int, str, str]]:
    """(depth, `"key": `, what stands behind it with its comma) for each line of the pretty form."""
    depth, key, value = 0, "", ""
    for match in _TOKEN.finditer(text):
        word = escape_controls(match.group())
        if word == ",":
            yield depth, key, value + word
            key = value = ""
        elif word == ":":
            key, value = f"{value}: ", ""
        elif word in _OPENS:
            yield depth, key, word
            depth, key, value = depth + 1, "", ""
        elif word in _CLOSES:
            if value:
                yield depth, key, value
            depth, key, value = depth - 1, "", word
        else:
            value += word
    if value:
        yield depth, key, value


def _member_lines(indent: str, key: str, value: str, width: int) -> list[Line]:
    """A member, its value wrapped below itself where it is long."""
    tone = Tone.MUTED if value.rstrip(",") in ("{", "}", "[", "]") else Tone.INK
    head = indent + key
    taken = cell_len(head)
    if taken + 8 > width or taken > width // 2:
        rows = wrap(value, max(1, width - len(indent)))
        first: list[Line] = [(bit(head.rstrip(), Tone.MUTED),)] if key else []
        return [*first, *((Bit(indent), Bit(row, f"${tone.value}")) for row in rows)]
    rows = wrap(value, max(1, width - taken))
    hanging = Bit(" " * taken)
    rest: list[Line] = [(hanging, Bit(row, f"${tone.value}")) for row in rows[1:]]
    return [(bit(head, Tone.MUTED), Bit(rows[0], f"${tone.value}")), *rest]
