"""Bytes of a log as numpy sees them: words of eight from anywhere on, digits as numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runwatch.core import breaks
from runwatch.core.names import SEED, keys_of

Numbers = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Column = NDArray[Any]
"""Of whatever is narrow enough."""

PAD = bytes(512)
"""Behind the lines of a block: what is looked at may reach beyond their end."""
MOST_DIGITS = 16
_HIGH = np.uint64(0xF0F0F0F0F0F0F0F0)
_ZERO = np.uint64(0x3030303030303030)
_ALL = np.uint64(2**64 - 1)
_SIX = np.uint64(0x0606060606060606)
_LEAST = np.array([0, *(10 ** (digits - 1) for digits in range(1, MOST_DIGITS + 1))], np.int64)
"""The smallest number of so many digits."""
_KEEP = np.array([0, *(2**64 - 2 ** (64 - 8 * digits) for digits in range(1, 9))], np.uint64)
_FILL = _ZERO & ~_KEEP


class Block:
    """Whole lines, the last with its newline too, and `PAD` behind them."""

    def __init__(self, data: bytes | memoryview) -> None:
        self.data = data
        self.bytes = np.frombuffer(data, np.uint8)

    def at(self, places: Numbers, width: int) -> Words:
        """(places, width/8) words: so many bytes from each place on."""
        whole = np.ndarray((len(self.data) - width + 1,), f"V{width}", self.data, 0, (1,))
        return whole[places].view(np.uint64).reshape(len(places), width // 8)

    def holds(self, places: Numbers, literal: bytes) -> Flags:
        """Where these bytes stand there."""
        words, masks = pattern(literal)
        return are(self.at(places, 8 * len(words)), words, masks)

    def until(self, begins: Numbers, ends: Numbers, width: int) -> Words:
        """(places, width/8) words of texts of at most that many bytes, zeros behind them."""
        words = self.at(begins, width)
        words &= _masks(width)[ends - begins]
        return words

    def number(self, begins: Numbers, ends: Numbers) -> tuple[Numbers, Flags]:
        """What the digits from each begin to its end come to, and where they are a JSON number of at most 16 digits."""
        lengths = ends - begins
        good = (lengths > 0) & (lengths <= MOST_DIGITS)
        lengths = np.where(good, lengths, 1)
        value, digits = _number(self.at(ends - 8, 8)[:, 0], np.minimum(lengths, 8))
        good &= digits
        if lengths.max(initial=0) > 8:
            more, digits = _number(self.at(ends - 16, 8)[:, 0], np.maximum(lengths - 8, 0))
            value += more * 100_000_000
            good &= digits
        good &= (value >= _LEAST[lengths]) | (lengths == 1)  # a zero in front is no JSON
        return value, good


def factors(count: int) -> Words:
    """Odd random numbers, at most 65, the same each time: `np.random` takes 10 ms to import."""
    return np.array([key % 2**64 | 1 for key in keys_of(SEED ^ 1)[:count]], np.uint64)


def count_breaks(data: bytes) -> int:
    """How many lines end in these bytes."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == 10))


breaks.count = count_breaks


def _number(words: Words, lengths: Numbers) -> tuple[Numbers, Flags]:
    """The last so many bytes of each word as a number, and where they are digits."""
    words = (words & _KEEP[lengths]) | _FILL[lengths]
    return eight(words), are_digits(words)


def are_digits(words: Words) -> Flags:
    """Where all eight bytes are digits."""
    found: Flags = (((words & _HIGH) ^ _ZERO) | (((words + _SIX) & _HIGH) ^ _ZERO)) == 0
    return found


def pairs(words: Words) -> Words:
    """Eight digits as four numbers of 16 bits."""
    return ((words & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(2561)) >> np.uint64(8) & np.uint64(0x00FF00FF00FF00FF)


def eight(words: Words) -> Numbers:
    """Eight digits as a number: pairs, fours, all."""
    words = (pairs(words) * np.uint64(6553601)) >> np.uint64(16)
    words = ((words & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
    return words.view(np.int64)


@cache
def _masks(width: int) -> Words:
    """(width + 1, width/8): all ones in the first so many bytes."""
    rows = b"".join(b"\xff" * length + bytes(width - length) for length in range(width + 1))
    return np.frombuffer(rows, np.uint64).reshape(width + 1, width // 8)


Pattern = tuple[list[Any], list[Any]]
"""Words, and which of their bits count."""


@cache
def pattern(literal: bytes, free: range | None = None) -> Pattern:
    """A text, of which the digits in the range `free` can be others."""
    width = -(-len(literal) // 8) * 8
    counts = bytes(0 if free and at in free and chr(char).isdigit() else 255 for at, char in enumerate(literal))
    masks = np.frombuffer(counts.ljust(width, b"\0"), np.uint64)
    return list(np.frombuffer(literal.ljust(width, b"\0"), np.uint64) & masks), list(masks)


def are(found: Words, words: list[Any], masks: list[Any]) -> Flags:
    """Which rows begin with these words."""
    differs = np.zeros(len(found), np.uint64)
    for at, (word, mask) in enumerate(zip(words, masks, strict=True)):
        differs |= found[:, at] ^ word if mask == _ALL else (found[:, at] & mask) ^ word
    found_all: Flags = differs == 0
    return found_all
