"""A block of lines decoded at once: the three frequent variants, byte for byte as the producer writes them.

Where a log has thousands of lines of the same form, what stands between their
values need not be parsed: it is enough to see that it is there. Quotes are
looked for in the whole block, so that a value begins and ends where the n-th of
its line does; then each step is one operation on all lines. A line that differs
in a single byte is `ODD`, and is decoded otherwise. What is read here says the
same in `core/decode.py`, which tests/core/bulk/test_decode.py holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from runwatch.core.bulk import heads, stamps
from runwatch.core.bulk.block import PAD, Block, Flags, Numbers, Words, are, pattern
from runwatch.core.facts import LARGEST
from runwatch.core.names import SEED, WORDS, keys_of

STARTED, WRITTEN, COMPLETED, ODD = range(4)
"""What a line says; the order is that of `core/marks.py`."""
LONGEST_NAME, FARTHEST = 4 * WORDS, 2**62
"""Bytes of a name; ns from 1970 of a time: no two of them are farther apart than 64 bits can say."""
_BEHIND_HEAD = b',"recorded_at":"' + stamps.FORM + b'","event":'
_STAMP, DIGITS = range(16, 46), 9
_FORMS = {
    STARTED: (26, b'{"ChunkStarted":{"chunk_index":'),
    WRITTEN: (26, b'{"FileWritten":{"file_name":"'),
    COMPLETED: (24, b'{"ChunkCompleted":{"chunk_index":'),
}
"""How many quotes such a line has, and what stands behind `"event":`."""
SIGNS = b"\\", b"\x7f"
"""These stand for others, or are odd themselves, though they are not below `#`."""
_KIND_AT, _WIDTH = 7, 96
"""The word that tells kinds apart, and how many bytes are looked at from behind a head."""


class Columns(NamedTuple):
    """What each line of a block says; of an `ODD` one only where it begins and ends counts, and its head.

    Where that is not -1, its time counts too, and `chunk` is where in it the event begins, which ends in front of its
    last brace if it is one at all.
    """

    kind: NDArray[np.uint8]
    head: Numbers
    """The number of what stands in front of its time (`Heads`)."""
    time: Numbers
    """ns since 1970."""
    chunk: Numbers
    """The chunk that begins or is done; of a FileWritten its part_index."""
    rows: Numbers
    size: Numbers
    """Bytes."""
    name: Words
    """Of its file; a hash (`core/names.py`)."""
    begins: Numbers
    """Where it begins in the block."""
    ends: Numbers
    """Where its newline stands."""


class _Quotes:
    """Quotes of some lines, by their order in each."""

    def __init__(self, at: Numbers, first: Numbers) -> None:
        """`at`: all quotes of the block, and its newlines; `first`: where among them each line's first one is."""
        self._at, self._first = at, first

    def __getitem__(self, number: int) -> Numbers:
        return self._at[self._first + number]

    def of(self, lines: Numbers) -> _Quotes:
        return _Quotes(self._at, self._first[lines])


def decode_bulk(data: bytes | memoryview, known: heads.Heads, signs: Iterable[bytes] = SIGNS) -> Columns:
    """What each line of a block says. `data` ends with a newline and `PAD`; of `SIGNS` it may have these."""
    block = Block(data)
    at, breaks, plain = _scan(block, signs)
    ends, count = at[breaks], len(breaks)
    begins, first = np.zeros(count, np.int64), np.zeros(count, np.int64)
    begins[1:], first[1:] = ends[:-1] + 1, breaks[:-1] + 1
    head, time, chunk, rows, size = np.zeros((5, count), np.int64)
    kind, name = np.full(count, ODD, np.uint8), np.zeros(count, np.uint64)
    columns = Columns(kind, head, time, chunk, rows, size, name, begins, ends)
    quotes, many = _Quotes(at, first), breaks - first
    lines = np.flatnonzero(plain & (many >= 24) & (many <= 26))
    lines = lines[block.holds(ends[lines] - 3, b"}}}\n")]
    behind = quotes.of(lines)[7] + 1
    short = behind - begins[lines] <= heads.LONGEST
    lines, behind = lines[short], behind[short]
    if len(lines):
        behind_head = block.at(behind, _WIDTH)
        times, good = stamps.times_of(behind_head[:, 2:6])
        good &= np.abs(times) < FARTHEST
        found = _by_kind(behind_head, good, many[lines])
        _read(block, quotes, {kind: lines[those] for kind, those in found.items()}, columns)
        columns.time[lines] = times
        regular = columns.kind[lines] != ODD
        lines = lines[regular]
        if len(lines):
            columns.head[lines] = known.numbers(block, begins[lines], behind[regular] - 1)
            columns.kind[lines[columns.head[lines] < 0]] = ODD
    odd = np.flatnonzero(columns.kind == ODD)
    columns.head[odd] = -1
    odd = odd[many[odd] >= 12]
    if len(odd):
        _read_heads(block, odd, quotes.of(odd)[7] + 1, known, columns)
    return columns


def _read_heads(block: Block, lines: Numbers, behind: Numbers, known: heads.Heads, columns: Columns) -> None:
    """The heads and times of odd lines, as far as they are as those of others. `behind`: where the head may end."""
    numbers = known.find(block, columns.begins[lines], behind - 1)
    words, masks = pattern(_BEHIND_HEAD, _STAMP)
    behind_head = block.at(behind, 8 * len(words))
    times, good = stamps.times_of(behind_head[:, 2:6])
    good &= (numbers >= 0) & (np.abs(times) < FARTHEST) & are(behind_head, words, masks)
    good &= (block.bytes[behind - 1] == ord('"')) & (block.bytes[columns.ends[lines] - 1] == ord("}"))
    those = lines[good]
    columns.head[those], columns.time[those] = numbers[good], times[good]
    columns.chunk[those] = behind[good] + len(_BEHIND_HEAD) - columns.begins[those]


def _scan(block: Block, signs: Iterable[bytes]) -> tuple[Numbers, Numbers, Flags]:
    """Where all quotes and newlines stand, which of these are newlines, and which lines have nothing that is odd: only
    characters that stand for themselves.
    """
    bare = block.bytes[: len(block.data) - len(PAD)]
    at = np.flatnonzero(bare.view(np.int8) < 35)  # also blanks, `!`, controls, and all that is not ASCII: one look
    found = bare[at]
    breaks = np.flatnonzero(found == 10)
    plain = np.ones(len(breaks), np.bool_)
    if np.count_nonzero(found == 34) + len(breaks) < len(at):
        others = np.flatnonzero((found != 34) & (found != 10))
        if len(others) * 4 > len(breaks):  # not only the messages of a few have blanks
            odd = others[(found[others] > 34) | (found[others] < 32)]
            plain[np.searchsorted(breaks, odd)] = False
            at = at[(found == 34) | (found == 10)]
            breaks = np.flatnonzero(bare[at] == 10)
        else:
            plain[np.searchsorted(breaks, others)] = False
    for sign in signs:
        plain[np.searchsorted(at[breaks], np.flatnonzero(bare == sign[0]))] = False
    return at, breaks, plain


def _by_kind(behind: Words, good: Flags, many: Numbers) -> dict[int, Numbers]:
    """Which of them say what, as far as that stands in front of their values."""
    found = {}
    for kind, (quotes, begin) in _FORMS.items():
        words, masks = pattern(_BEHIND_HEAD + begin, _STAMP)
        those = np.flatnonzero(good & (many == quotes) & (behind[:, _KIND_AT] == words[_KIND_AT]))
        found[kind] = those[are(behind[those], words, masks)]
    return found


def _read(block: Block, quotes: _Quotes, lines: dict[int, Numbers], columns: Columns) -> None:
    """The values of these lines, by what they say."""
    started, written, completed = (quotes.of(lines[kind]) for kind in (STARTED, WRITTEN, COMPLETED))
    begins = (started[17], written[21], written[23], written[25], completed[17], completed[19])
    last = columns.ends[lines[WRITTEN]] - 2
    ends = (started[18], written[22], written[24], last, completed[18], completed[20])
    values, good = block.number(np.concatenate(begins) + 2, np.concatenate(ends) - 1)
    places = np.cumsum([len(each) for each in begins])[:-1]
    (index, rows, size, part, chunk, count), are_good = np.split(values, places), np.split(good, places)

    middle = started[21]
    fits = (
        are_good[0] & (index <= LARGEST)
        & block.holds(started[18] - 1, b',"start_key":"') & (started[20] == started[18] + 12)
        & block.holds(middle, b'","end_key":"') & (started[24] == middle + 12)
        & (started[25] == columns.ends[lines[STARTED]] - 4)
    )  # fmt: skip
    _note(columns, STARTED, lines[STARTED][fits], (index[fits],))

    name = written[18] + 1, written[19]
    fits = (
        are_good[1] & are_good[2] & are_good[3] & (rows <= LARGEST)
        & block.holds(name[1], b'","rows":') & (written[21] == name[1] + 7)
        & block.holds(written[22] - 1, b',"bytes":') & (written[23] == written[22] + 6)
        & block.holds(written[24] - 1, b',"part_index":') & (written[25] == written[24] + 11)
        & (name[1] - name[0] <= LONGEST_NAME)
    )  # fmt: skip
    those = lines[WRITTEN][fits]
    _note(columns, WRITTEN, those, (part[fits], rows[fits], size[fits]))
    columns.name[those] = _names(block, name[0][fits], name[1][fits])

    name = completed[22] + 1, completed[23]
    fits = (
        are_good[4] & are_good[5] & (chunk <= LARGEST) & (count <= LARGEST)
        & block.holds(completed[18] - 1, b',"rows":') & (completed[19] == completed[18] + 5)
        & block.holds(completed[20] - 1, b',"file_name":"') & (completed[22] == completed[20] + 12)
        & (name[1] == columns.ends[lines[COMPLETED]] - 4) & (name[1] - name[0] <= LONGEST_NAME)
    )  # fmt: skip
    those = lines[COMPLETED][fits]
    _note(columns, COMPLETED, those, (chunk[fits], count[fits]))
    columns.name[those] = _names(block, name[0][fits], name[1][fits])


def _note(columns: Columns, kind: int, lines: Numbers, values: tuple[Numbers, ...]) -> None:
    """`values`: chunk, rows, size, as far as such lines have them."""
    columns.kind[lines] = kind
    for column, numbers in zip((columns.chunk, columns.rows, columns.size), values, strict=False):
        column[lines] = numbers


_LOW = np.uint64(0xFFFFFFFF)
_KEYS = [
    np.array([key >> shift & 2**64 - 1 for key in keys_of(SEED)], np.uint64) for shift in (0, 128)
]  # fmt: skip


def _names(block: Block, begins: Numbers, ends: Numbers) -> Words:
    """What `core/names.py` makes of these texts."""
    lengths = (ends - begins).astype(np.uint64)
    words = block.until(begins, ends, max(8, -(-int(lengths.max(initial=0)) // 8) * 8))
    high, low = (lengths * keys[WORDS] for keys in _KEYS)
    for at in range(words.shape[1]):
        for number, half in enumerate((words[:, at] & _LOW, words[:, at] >> np.uint64(32)), 2 * at):
            high += half * _KEYS[0][number]
            low += half * _KEYS[1][number]
    hashes: Words = (high & ~_LOW) | (low >> np.uint64(32))
    hashes[hashes == 0] = 1
    return hashes
