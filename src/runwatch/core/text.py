"""The only door for text from outside.

A log can hold terminal commands, invisible marks and megabytes. Here all of it
becomes text that is safe to show: line breaks stay, every other control
character and direction mark becomes a visible substitute, and what is too long
is cut and says so.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

LIMIT = 64 * 1024
"""Bytes (UTF-8) of one text that are kept."""
DEPTH = 64
"""Levels of a JSON value that are kept."""

_C0 = "".join(map(chr, [*range(0x00, 0x0A), *range(0x0B, 0x20), 0x7F]))
_ESCAPED = (
    "".join(map(chr, range(0x80, 0xA0)))  # C1: CSI and OSC in one character
    + "\u00ad\u061c\u180e\u200b\u200e\u200f"
    + "\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
    + "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f"
    + "\ufeff\ufff9\ufffa\ufffb"
    + "".join(map(chr, range(0xE0000, 0xE0080)))  # tag characters: an invisible alphabet
)
_UNSAFE = "[" + re.escape(_C0 + _ESCAPED) + "\ud800-\udfff]"
"""Not compiled here: that takes 1 ms at every start, and few texts need it. `re` keeps what it has compiled."""


def _substitute(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def safe(text: str) -> str:
    """`text` as it may be shown, at most about `LIMIT` bytes.

    ESC becomes `␛`, NUL `␀`; a C1 control or direction mark `\\u202e`.
    """
    if len(text) * 4 > LIMIT:
        text = _cut(text)
    if text.isprintable():
        return text
    return re.sub(_UNSAFE, _substitute, text)


def _cut(text: str) -> str:
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) <= LIMIT:
        return text
    kept = encoded[:LIMIT].decode("utf-8", "ignore")
    return f"{kept}… (cut: {len(encoded):,} bytes, the first {LIMIT // 1024} KiB are shown)"


_SUBSTITUTED = (
    "[\u2400-\u241f\u2421]"
    r"|\\u(?:00(?:[89][0-9a-f]|ad)|061c|180e|20(?:0b|0e|0f|2[8-9a-e]|6[0-46-9a-f])|feff|fff[9ab]|d[89a-f][0-9a-f]{2})"
    r"|\\U000e00[0-7][0-9a-f]"
    r"|… \(cut: [0-9,]+ bytes, the first "
)


def may_be_altered(text: str) -> bool:
    """Whether a text that passed here may have been another before: it holds a substitute, or was cut."""
    return re.search(_SUBSTITUTED, text) is not None


def safe_value(value: Any, depth: int = 0) -> Any:
    """`safe` for every text inside a JSON value, to a depth that no screen shows."""
    if isinstance(value, str):
        return safe(value)
    if depth > DEPTH and isinstance(value, dict | list):
        return f"(nested more than {DEPTH} deep: see the line itself)"
    if isinstance(value, dict):
        return {safe(str(key)): safe_value(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [safe_value(inner, depth + 1) for inner in value]
    return value


def safe_line(text: str) -> str:
    """`safe`, with its line breaks as blanks: a path, which can hold anything too, in one row."""
    return safe(text).replace("\n", " ")


_VARYING = re.compile(r"0x[0-9a-fA-F]+|\b[0-9a-f]{8,}\b|\d+")


@lru_cache(maxsize=64)  # many chunks fail for one reason
def mask(text: str) -> str:
    """A message without what varies from one to the next: two with the same mask have one cause."""
    return _VARYING.sub("#", text)


def escape_controls(line: str) -> str:
    """A raw line with its controls as `\\uXXXX`: inside JSON text that is the same value."""
    if line.isprintable():
        return line
    return re.sub(_UNSAFE[:-1] + "\n]", lambda match: _escape(ord(match.group())), line)


def _escape(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
