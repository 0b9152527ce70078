"""The three frequent variants, and those a run begins and ends with, decoded by their types: a block of lines at once.

Nearly all lines of a log say that a chunk began, that a file was written or that
a chunk is done. Those of the form the producer writes are decoded here straight
into their types, at less than half the cost of dictionaries. Whatever else a line
is, `core/decode.py` decodes it; a line that both can read says the same in both,
which tests/core/test_wire.py holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, chain, pairwise
from operator import add
from typing import Annotated, NamedTuple, final

import orjson
from msgspec import UNSET, DecodeError, Meta, Raw, Struct, UnsetType
from msgspec.json import Decoder

from runwatch.core.decode import shared
from runwatch.core.events import Entry, Event, RunCompleted
from runwatch.core.line import Envelope, decode_envelope, entry_in, entry_with, event_of
from runwatch.core.text import safe
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


@final
class Ended(Struct, gc=False, forbid_unknown_fields=True):
    """RunCompleted: no two are alike, for each tells how long it took."""

    status: str
    duration_ms: Size
    error_message: str | None = None


class Box(Struct, gc=False, forbid_unknown_fields=True):
    """The `event` object; exactly one of them is there, or the line is a problem."""

    ChunkStarted: Started | UnsetType = UNSET
    FileWritten: Written | UnsetType = UNSET
    ChunkCompleted: Completed | UnsetType = UNSET
    RunCompleted: Ended | UnsetType = UNSET
    PlanResolved: Raw | UnsetType = UNSET
    """Its bytes: mostly the plan of another run that was decoded lately."""


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


class Typed(NamedTuple):
    """Lines, and what each of them says. All lists are of the same length."""

    lines: Sequence[bytes]
    items: Sequence[Item]
    times: Sequence[int]
    """ns since 1970."""
    digits: int
    """Of all these times."""


def rare_in(item: Item, identity: str, time: tuple[int, int]) -> Entry | None:
    """What a line says that is none of the frequent three; None where `core/decode.py` must be asked. `time`: with
    its digits.
    """
    if isinstance(item, Envelope):
        return entry_in(item, identity, time)
    return entry_with(_event_in(item.event), item, identity, time)


def _event_in(box: Box) -> Event | None:
    """The begin or the end of a run, where it is one of them."""
    plan, end = box.PlanResolved, box.RunCompleted
    if box.ChunkStarted or box.FileWritten or box.ChunkCompleted or bool(plan) == bool(end):
        return None
    if plan:
        return event_of(b'{"PlanResolved":%b}' % bytes(plan))
    assert end
    why = end.error_message
    return RunCompleted(
        status=shared(safe(end.status)),
        error_message=None if why is None else shared(safe(why)),
        duration_ms=end.duration_ms,
    )


def _otherwise(line: bytes) -> Item:
    """What a line that is no such `Line` says, if its event alone makes it another; else `ODD`."""
    try:
        return decode_envelope(line)
    except (DecodeError, UnicodeDecodeError):
        return ODD


def decode_lines(lines: Sequence[bytes]) -> list[Item]:
    """What each line says."""
    items: list[Item] = []
    decoded = map(_decode, lines)
    while True:
        try:
            items.extend(decoded)  # goes on behind the line that failed
        except (DecodeError, UnicodeDecodeError):
            items.append(_otherwise(lines[len(items)]))
        else:
            return items


def typed(logs: Sequence[Sequence[bytes]]) -> list[Typed]:
    """The lines of several logs, none of them without any: decoded at once, their times too where all begin alike."""
    items = decode_lines(list(chain.from_iterable(logs)))
    bounds = list(pairwise(accumulate(map(len, logs), initial=0)))
    if len({len(items[start].recorded_at) for start, _ in bounds}) == 1:
        times, digits = times_of(items)
        return [
            Typed(lines, items[start:stop], times[start:stop], digits)
            for lines, (start, stop) in zip(logs, bounds, strict=True)
        ]
    several = [items[start:stop] for start, stop in bounds]
    return [Typed(lines, some, *times_of(some)) for lines, some in zip(logs, several, strict=True)]


class _Minutes(dict[str, int]):
    """`2026-11-23T18:14:` → ns since 1970, less a second: the digits are read with a 1 in front, for a number cannot
    begin with zeros. Neighbours share it. KeyError for what is no minute.
    """

    def __missing__(self, minute: str) -> int:
        begin = parse_time(minute + "00Z")
        if begin is None or abs(begin[0]) > 2**63 - 120 * SECOND:
            raise KeyError(minute)
        if len(self) >= _MINUTES_KEPT:
            self.clear()
        self[minute] = begin[0] - SECOND
        return self[minute]


_minutes, _MINUTES_KEPT = _Minutes(), 3_000
_SECONDS = {f"{number:02d}": number * SECOND for number in range(60)}


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
    try:
        seconds = _seconds_of(texts)
    except KeyError:
        _put_aside(items, texts, digits, lambda text: not _is_some(text))
        seconds = _seconds_of(texts)
    parts: list[int] = orjson.loads("[1" + ",1".join([text[20:end] for text in texts]) + "]")
    return list(map(add, seconds, parts if unit == 1 else [part * unit for part in parts])), digits


def _put_aside(items: list[Item], texts: list[str], digits: int, is_odd: Callable[[str], bool]) -> None:
    for at, text in enumerate(texts):
        if is_odd(text):
            items[at], texts[at] = ODD, ODD.recorded_at[: 20 + digits] + "Z"


def _are_of_form(texts: list[str], digits: int) -> bool:
    joined, form = "\n".join(texts), _STAMP[: 20 + digits] + b"Z"
    return joined.isascii() and joined.encode().translate(_NO_DIGITS) == b"\n".join([form] * len(texts))


def _seconds_of(texts: list[str]) -> list[int]:
    """Each without its digits. KeyError where one is no time."""
    return [_minutes[text[:17]] + _SECONDS[text[17:19]] for text in texts]


def _is_some(text: str) -> bool:
    """Whether there is such a time."""
    try:
        return bool(_seconds_of([text]))
    except KeyError:
        return False
