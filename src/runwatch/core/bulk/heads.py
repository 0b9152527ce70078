"""What lines begin with, up to their times: the run and the export that they name."""

from __future__ import annotations

import numpy as np

from runwatch.core.bulk.block import Block, Numbers, Words

LONGEST = 256
"""Bytes of a head."""
_FACTORS = np.random.default_rng().integers(0, 2**63, LONGEST // 8, np.uint64) * np.uint64(2) + np.uint64(1)


class Heads:
    """Those that were seen so far, by number."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = []
        """run_id, export_name."""
        self._words = np.zeros((0, 1), np.uint64)
        """Their bytes."""
        self._hashes = np.zeros(0, np.uint64)
        self._numbers = np.zeros(0, np.int64)
        """By hash, in the order of `_hashes`."""

    def numbers(self, block: Block, begins: Numbers, ends: Numbers) -> Numbers:
        """The number of each head; one that is new gets one."""
        width = max(-(-int((ends - begins).max()) // 8), self._words.shape[1])
        self._words = np.pad(self._words, ((0, 0), (0, width - self._words.shape[1])))
        words = block.until(begins, ends, 8 * width)
        numbers = self._known(words)
        if (numbers < 0).any():
            self._learn(block, begins, ends, words, np.flatnonzero(numbers < 0))
            numbers = self._known(words)
        return numbers

    def _known(self, words: Words) -> Numbers:
        """The number of each, -1 of those that have none."""
        if not self.names:
            return np.full(len(words), -1, np.int64)
        places = np.searchsorted(self._hashes, _hashes_of(words))
        numbers = self._numbers[np.minimum(places, len(self._hashes) - 1)]
        expected = self._words[numbers]
        differs = words[:, 0] ^ expected[:, 0]
        for at in range(1, words.shape[1]):
            differs |= words[:, at] ^ expected[:, at]
        numbers[differs != 0] = -1
        return numbers

    def _learn(self, block: Block, begins: Numbers, ends: Numbers, words: Words, those: Numbers) -> None:
        found: dict[bytes, int] = {}
        for at in those.tolist():
            found.setdefault(block.data[begins[at] : ends[at]], at)
        for text in found:
            run_id, export_name = text.removeprefix(b'{"run_id":"').decode("ascii").split('","export_name":"')
            self.names.append((run_id, export_name))
        self._words = np.concatenate((self._words, words[list(found.values())]))
        hashes = _hashes_of(self._words)
        self._numbers = np.argsort(hashes)
        self._hashes = hashes[self._numbers]


def _hashes_of(words: Words) -> Words:
    """Two that have the same are compared: it need not be a good one, only another one in each process."""
    hashes = words[:, 0] * _FACTORS[0]
    for at in range(1, words.shape[1]):
        hashes += words[:, at] * _FACTORS[at]
    return hashes
