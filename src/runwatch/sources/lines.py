"""Bytes in, whole lines out.

A writer may be half way through a line when we read. The half is kept and
joined to what comes next; it is never decoded, and never lost. Nothing here
touches a file: the same bytes give the same lines, however they are cut.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import orjson

from runwatch.core import breaks

LONGEST_LINE = 16 << 20
"""Bytes; a longer line is refused, and never held in memory."""
LARGEST_BLOCK = 256 << 10
"""Bytes; a longer line comes alone."""

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\0"
_ENDS = {b"{": b"}", b"[": b"]", b'"': b'"', b"t": b"e", b"f": b"e", b"n": b"l"}
"""By the first byte of a JSON value, its last."""
_NO_HALF = bytearray()
"""Shared by all that wait for nothing; nobody writes into it."""


class Lines(NamedTuple):
    """Whole lines that stand together.

    A carriage return in front of a newline is a blank here, so that a position
    in `data` is a position in the file.
    """

    data: bytes
    line: int
    offset: int


class Refused(NamedTuple):
    """A line that cannot be given."""

    line: int
    offset: int
    reason: str


Piece = Lines | Refused


class _Line(Enum):
    """What is known of the line we are in."""

    GATHERING = "gathering"
    TOO_LONG = "too long"
    GIVEN = "given"  # whole without its newline, and given already


class LineSplitter:
    """Cuts a stream of bytes into lines, and knows where each of them stands."""

    __slots__ = (
        *("_ends_in_cr", "_half", "_line", "_longest", "_nuls", "_passed"),
        *("_refusal", "_start", "_state", "_told"),
    )  # there is one a file

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._line = 1
        self._start = 0  # offset of the first byte of the line that counts
        self._half = _NO_HALF
        self._passed = 0  # bytes of this line that are not in the half: skipped, or given
        self._state = _Line.GATHERING
        self._nuls = False  # this line began with NULs
        self._refusal = ""  # why the line we are in is refused
        self._told = False  # and that it was said
        self._ends_in_cr = False

    @property
    def half(self) -> int:
        """Bytes of the last line that wait for its end."""
        return len(self._half)

    def rest(self) -> tuple[int, int] | None:
        """The line that waits for its end and where it begins, if that is all there is to know: for `go_on`."""
        if self._state is not _Line.GATHERING or self._nuls or self._told:
            return None
        return self._line, self._start

    def go_on(self, line: int, offset: int) -> None:
        """What is fed next begins with this line."""
        self._line, self._start = line, offset

    def feed(self, data: bytes) -> list[Piece]:
        """The lines that are whole now. `data` is what follows all that was fed before."""
        end = data.rfind(b"\n") + 1
        if not end:
            self._hold(data)
            return []
        if self._half:
            whole = b"".join((self._half, memoryview(data)[:end]))
            self._half = _NO_HALF
        else:
            whole = data[:end]
        pieces = self._whole_lines(whole)
        self._hold(data[end:])
        return pieces

    def flush(self) -> list[Piece]:
        """What can be said at the end of what there is.

        A last line without its newline is given if it is whole JSON, else it waits.
        """
        if self._state is _Line.GATHERING:
            return self._last_line()
        return self._refused(" so far")

    def cut_off(self) -> list[Piece]:
        """What can be said where the rest of the last line will not come."""
        if self._state is not _Line.GATHERING or self._told or not self._half.strip(_BLANK):
            return []
        self._told = True
        reason = f"line cut off after {len(self._half)} bytes; the log goes on without its end"
        return [Refused(self._line, self._start, reason)]

    def _last_line(self) -> list[Piece]:
        if not self._half or not is_whole_json(self._half):
            return []
        data = bytes(self._half)
        self._passed = len(data)
        self._half = _NO_HALF
        self._state = _Line.GIVEN
        return [Lines(data.replace(b"\r", b" "), self._line, self._start)]

    def _hold(self, data: bytes) -> None:
        """Keep the beginning of a line whose end has not come."""
        if not data:
            return
        if self._state is not _Line.GATHERING:
            self._pass(data)
            return
        if not self._half:
            self._half = bytearray()
        self._half += data
        self._skip_bom()
        self._skip_nuls()
        if len(self._half) > self._longest + 1:  # one more: it may be the CR of a CRLF
            self._state = _Line.TOO_LONG
            half, self._half = bytes(self._half), _NO_HALF
            self._pass(half)

    def _pass(self, data: bytes) -> None:
        """Go over bytes of a line that is too long, or was given already."""
        self._passed += len(data)
        self._ends_in_cr = data.endswith(b"\r")
        if self._state is _Line.TOO_LONG:
            self._refusal = "too long"
        elif data.strip(_BLANK):
            self._refusal = "text behind a whole line"

    def _refused(self, far: str = "") -> list[Piece]:
        """Each line is refused once, at the latest at its end."""
        if self._told or not self._refusal:
            return []
        self._told = True
        if self._state is _Line.TOO_LONG:
            return [self._too_long(self._passed - self._ends_in_cr, far)]
        return [Refused(self._line, self._start, self._refusal)]

    def _too_long(self, size: int, far: str = "") -> Refused:
        limit = f"{self._longest >> 20} MiB" if self._longest >= 1 << 20 else f"{self._longest} bytes"
        return Refused(self._line, self._start, f"line longer than {limit} ({size} bytes{far})")

    def _skip_bom(self) -> None:
        if self._start == 0 and self._line == 1 and self._half.startswith(_BOM):
            del self._half[:3]
            self._start = 3

    def _skip_nuls(self) -> None:
        """A writer without O_APPEND leaves a hole of NULs behind copytruncate; it may be gigabytes."""
        if self._half.startswith(b"\0"):
            size = len(self._half)
            self._half = self._half.lstrip(b"\0")
            self._start += size - len(self._half)
            self._nuls = True

    def _whole_lines(self, whole: bytes) -> list[Piece]:
        """`whole` ends with a newline and begins where the line we are in does (or goes on)."""
        pieces: list[Piece] = []
        if self._state is not _Line.GATHERING:
            end = whole.index(b"\n")
            pieces += self._end_of_passed(whole[:end])
            whole = whole[end + 1 :]
        if self._start == 0 and self._line == 1 and whole.startswith(_BOM):
            whole = whole[3:]
            self._start = 3
        if self._nuls or len(whole) > self._longest or b"\0" in whole:
            return pieces + self._one_by_one(whole)
        if len(whole) > LARGEST_BLOCK:
            end = whole.index(b"\n") + 1
            pieces += self._given(whole[:end])
            whole = whole[end:]
        return pieces + self._given(whole)

    def _end_of_passed(self, rest: bytes) -> list[Piece]:
        if rest:
            self._pass(rest)
        pieces = self._refused()
        self._next_line(self._passed + 1)
        return pieces

    def _next_line(self, size: int) -> None:
        """The line we were in has ended; `size` are its bytes, its newline included."""
        self._line += 1
        self._start += size
        self._passed = 0
        self._state = _Line.GATHERING
        self._nuls = self._ends_in_cr = self._told = False
        self._refusal = ""

    def _given(self, whole: bytes) -> list[Piece]:
        if not whole:
            return []
        data = whole.replace(b"\r\n", b" \n") if b"\r" in whole else whole  # one byte is found much faster than two
        lines = Lines(data, self._line, self._start)
        self._line += breaks.count(whole)
        self._start += len(whole)
        return [lines]

    def _one_by_one(self, whole: bytes) -> list[Piece]:
        """The slow way, for NULs at the start of a line and for lines beyond the limit."""
        pieces: list[Piece] = []
        together: list[bytes] = []
        for raw in whole.split(b"\n")[:-1]:
            body = raw.lstrip(b"\0")
            holed = self._nuls or len(body) < len(raw)
            too_long = len(body) - body.endswith(b"\r") > self._longest
            if not holed and not too_long:
                together.append(raw + b"\n")
                continue
            pieces += self._given(b"".join(together))
            together.clear()
            self._start += len(raw) - len(body)
            if too_long:
                pieces.append(self._too_long(len(body) - body.endswith(b"\r")))
                self._next_line(len(body) + 1)
            elif body.strip(b"\r"):
                self._nuls = False
                together.append(body + b"\n")
            else:
                self._next_line(len(body) + 1)
        return pieces + self._given(b"".join(together))


def is_whole_json(text: bytes | bytearray) -> bool:
    """Whether this is one JSON value that can have no more to it. A number can: it may be half of a longer one."""
    first, last = bytes(text[:64].lstrip()[:1]), bytes(text[-64:].rstrip()[-1:])
    if not first or _ENDS.get(first) != last:
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
