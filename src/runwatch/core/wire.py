"""The three frequent variants, decoded by their types: a block of lines at once.

Nearly all lines of a log say that a chunk began, that a file was written or that
a chunk is done. Those of the form the producer writes are decoded here straight
into their types, at less than half the cost of dictionaries. Whatever else a line
is, `core/decode.py` decodes it; a line that both can read says the same in both,
which tests/core/test_wire.py holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import add
from typing import Annotated, final

import orjson
from msgspec import UNSET, DecodeError, Meta, Struct, UnsetType
from msgspec.json import Decoder

from runwatch.core.line import Envelope, decode_envelope
from runwatch.core.times import SECOND, parse_time

Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Size = Annotated[int, Meta(ge=0, le=2**62)]


@final
class Started(Struct, gc=False, forbid_unknown_fields=True):
    """ChunkStarted."""

    chunk_index: Count
    start_key: str
    end_key: str


@final
class Written(Struct, gc=False, forbid_unknown_fields=True):
    """FileWritten."""

    file_name: str
    rows: Count
    bytes: Size
    part_index: Size


@final
class Completed(Struct, gc=False, forbid_unknown_fields=True):
    """ChunkCompleted."""

    chunk_index: Count
    rows: Count
    file_name: str | None = None


class Box(Struct, gc=False, forbid_unknown_fields=True):
    """The `event` object; exactly one of them is there, or the line is a problem."""

    ChunkStarted: Started | UnsetType = UNSET
    FileWritten: Written | UnsetType = UNSET
    ChunkCompleted: Completed | UnsetType = UNSET


class Line(Struct, gc=False, forbid_unknown_fields=True):
    """A line of these and nothing else."""

    event: Box
    recorded_at: str
    run_id: str | None = None
    export_name: str | None = None


_decode = Decoder(Line).decode
_STAMP = b"0000-00-00T00:00:00.000000000Z"
FORMS = (9, 6, 3)
"""Digits of a time."""
_NO_DIGITS = bytes.maketrans(b"123456789", b"000000000")
ODD = Line(event=Box(), recorded_at="1970-01-01T00:00:00.000000000Z")
"""Stands for a line that is to be decoded otherwise."""
Item = Line | Envelope


def otherwise(line: bytes) -> Item:
    """What a line that is no such `Line` says, if its event alone makes it another; else `ODD`."""
    try:
        return decode_envelope(line)
    except (DecodeError, UnicodeDecodeError):
        return ODD


def decode_lines(lines: Sequence[bytes], odd: Callable[[bytes], Item] = lambda _: ODD) -> list[Item]:
    """What each line says; what `odd` makes of one that is not of this form."""
    items: list[Item] = []
    decoded = map(_decode, lines)
    while True:
        try:
            items.extend(decoded)  # goes on behind the line that failed
        except (DecodeError, UnicodeDecodeError):
            items.append(odd(lines[len(items)]))
        else:
            return items


_seconds: dict[str, int] = {}
"""`2026-11-23T18:14:51` → ns since 1970, less a second; a whole minute at a time: neighbours share it."""
_SECONDS_KEPT = 3_000
_SIXTY = tuple(f"{number:02d}" for number in range(60))


def times_of(items: list[Item], digits: int = 9) -> tuple[list[int], int]:
    """The times of all items (ns since 1970), and with how many digits they are written: 3, 6 or 9, and `Z`.

    `digits` is what to expect. Of a block that has several only those written as most are can be taken: the others
    become `ODD`. The producer leaves out digits where they are zeros: one time in a thousand has six.
    """
    if not items:
        return [], digits
    texts = [item.recorded_at for item in items]
    if not _are_of_form(texts, digits):
        lengths = [len(text) for text in texts]
        digits = max(FORMS, key=lambda form: (lengths.count(21 + form), form == digits))
        _put_aside(items, texts, digits, lambda text: not _are_of_form([text], digits))
    end, unit = 20 + digits, 10 ** (9 - digits)
    while True:
        try:
            seconds = [_seconds[text[:19]] for text in texts]
        except KeyError as missing:
            second: str = missing.args[0]
            if not _note_minute(second):
                _put_aside(items, texts, digits, lambda text, second=second: text[:19] == second)  # type: ignore[misc]
            continue
        parts: list[int] = orjson.loads("[1" + ",1".join([text[20:end] for text in texts]) + "]")
        return list(map(add, seconds, parts if unit == 1 else [part * unit for part in parts])), digits


def _put_aside(items: list[Item], texts: list[str], digits: int, is_odd: Callable[[str], bool]) -> None:
    for at, text in enumerate(texts):
        if is_odd(text):
            items[at], texts[at] = ODD, ODD.recorded_at[: 20 + digits] + "Z"


def _are_of_form(texts: list[str], digits: int) -> bool:
    joined, form = "\n".join(texts), _STAMP[: 20 + digits] + b"Z"
    return joined.isascii() and joined.encode().translate(_NO_DIGITS) == b"\n".join([form] * len(texts))


def _note_minute(second: str) -> bool:
    """Remember the seconds of its minute; false where it is none."""
    begin = parse_time(second[:17] + "00Z")
    if begin is None or abs(begin[0]) > 2**63 - 120 * SECOND or second[17:] > "59":
        return False
    if len(_seconds) >= _SECONDS_KEPT:
        _seconds.clear()
    first = begin[0] - SECOND  # the digits are read with a 1 in front: a number cannot begin with zeros
    _seconds.update(zip(map(second[:17].__add__, _SIXTY), range(first, first + 60 * SECOND, SECOND), strict=True))
    return True
