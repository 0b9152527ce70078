"""What lines begin with, up to their times: the run and the export that they name."""

from __future__ import annotations

import re

import numpy as np

from runwatch.core.bulk.block import Block, Flags, Numbers, Pattern, Words, are, factors

LONGEST = 256
"""Bytes of a head."""
_FORM = re.compile(rb'{"run_id":"([^"]*)","export_name":"([^"]*)')
_BITS, _HALF = np.uint64(48), np.uint64(32)
_ALL = np.uint64(2**64 - 1)
_FACTORS = factors(LONGEST // 8)


class Heads:
    """Those that were seen so far, by number."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = []
        """run_id, export_name."""
        self._words = np.zeros((0, 1), np.uint64)
        """Their bytes."""
        self._only: Pattern = ([], [])
        """The first of them."""
        self._columns: list[int] = []
        """Words of a head that are enough to tell it from all others."""
        self._hashes = np.zeros(0, np.uint64)
        """Of these words."""
        self._numbers = np.zeros(0, np.int64)
        """By hash, in the order of `_hashes`."""
        self._first_by_bits = np.zeros(1 << 16, np.int64)
        """One of those whose hash has these bits first."""

    def numbers(self, block: Block, begins: Numbers, ends: Numbers) -> Numbers:
        """The number of each head, a new one for a new one; -1 of what is none."""
        width = max(-(-int((ends - begins).max()) // 8), self._words.shape[1])
        if width > self._words.shape[1]:
            self._widen(width)
        words = block.until(begins, ends, 8 * width)
        numbers = self._known(words)
        if (numbers < 0).any():
            self._learn(block, begins, ends, words, np.flatnonzero(numbers < 0))
            numbers = self._known(words)
        return numbers

    def find(self, block: Block, begins: Numbers, ends: Numbers) -> Numbers:
        """The number of each, -1 of what has none; it may be any bytes, also zeros as stand behind those of others."""
        width = 8 * self._words.shape[1]
        fits = (ends - begins <= width) & (block.bytes[ends - 1] != 0)
        words = block.until(begins, np.where(fits, ends, begins), width)
        return np.where(fits, self._known(words), -1)

    def _widen(self, width: int) -> None:
        self._words = np.pad(self._words, ((0, 0), (0, width - self._words.shape[1])))
        if self.names:
            self._only = list(self._words[0]), [_ALL] * width

    def _known(self, words: Words) -> Numbers:
        """The number of each, -1 of those that have none."""
        if not self.names:
            return np.full(len(words), -1, np.int64)
        if len(self.names) == 1:
            return np.where(are(words, *self._only), 0, -1)
        hashes = self._hashes_of(words)
        numbers: Numbers = self._first_by_bits[hashes >> _BITS]
        wrong = np.flatnonzero(self._differ(words, numbers))
        if len(wrong):  # another one has the same bits, or it is new
            places = np.searchsorted(self._hashes, hashes[wrong])
            others = self._numbers[np.minimum(places, len(self._hashes) - 1)]
            numbers[wrong] = np.where(self._differ(words[wrong], others), -1, others)
        return numbers

    def _differ(self, words: Words, numbers: Numbers) -> Flags:
        expected = self._words[numbers]
        differs = words[:, 0] ^ expected[:, 0]
        for at in range(1, words.shape[1]):
            differs |= words[:, at] ^ expected[:, at]
        found: Flags = differs != 0
        return found

    def _learn(self, block: Block, begins: Numbers, ends: Numbers, words: Words, those: Numbers) -> None:
        found: dict[bytes, int] = {}
        for at in those.tolist():
            found.setdefault(bytes(block.data[begins[at] : ends[at]]), at)
        rows = []
        for text, at in found.items():
            form = _FORM.fullmatch(text)
            if form is not None:
                self.names.append((form[1].decode("ascii"), form[2].decode("ascii")))
                rows.append(at)
        if not rows:
            return
        self._words = np.concatenate((self._words, words[rows]))
        self._only = list(self._words[0]), [_ALL] * self._words.shape[1]
        self._choose_columns()
        hashes = self._hashes_of(self._words)
        self._numbers = np.argsort(hashes)
        self._hashes = hashes[self._numbers]
        self._first_by_bits[hashes >> _BITS] = np.arange(len(hashes))

    def _choose_columns(self) -> None:
        """Those with most different words first, until all heads have other ones."""
        count = self._words.shape[1]
        different = [len(np.unique(self._words[:, at])) for at in range(count)]
        self._columns = []
        for at in sorted(range(count), key=lambda at: -different[at]):
            self._columns.append(at)
            if len(np.unique(self._hashes_of(self._words))) == len(self._words):
                break

    def _hashes_of(self, words: Words) -> Words:
        """Two that have the same are compared: it need not be a good one, but the last bytes of a word must count."""
        hashes = np.zeros(len(words), np.uint64)
        for number, at in enumerate(self._columns):
            hashes += (words[:, at] ^ (words[:, at] >> _HALF)) * _FACTORS[number]
        return hashes
