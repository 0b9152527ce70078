"""Which names of many runs were there before: nearly certain at once, and where that is in doubt by looking.

A table of all names of a run is what tells one name from another (`core/names.py`).
But most names of a log are new, and to see that, a few bits a name do, which all
runs share: a filter after Bloom (1970), four bits in each of two words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from runwatch.core.bulk.block import Column, Flags, Numbers, Words
from runwatch.core.names import Names

_FIRST, _A_WORD = 1 << 16, 2
"""Words of the first layer, and of how many names for each the next one is begun, of twice the size."""
_FEW = 4
"""Of so many hashes each is looked for on its own."""
_ONE, _SHIFTS, _LAST = np.uint64(1), [np.uint64(shift) for shift in (40, 46, 52, 58)], np.uint64(63)
_OTHER = np.uint64(20)
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""So the same name in another run is another key."""


class NamesSeen:
    """The names of the runs of one log, as far as they were added."""

    def __init__(self) -> None:
        self._layers = [np.zeros(_FIRST, np.uint64)]
        self._room = _FIRST * _A_WORD
        """Keys that the last layer has room for."""
        self._added: dict[int, tuple[Names, int]] = {}
        """By run how many of its names, the first so many, were added. A run that is read anew has others."""

    def doubtful(self, runs: Column, values: Words, names: Mapping[int, Names]) -> set[int]:
        """The runs of which a hash is there twice among these, or was before. All are added.

        `runs` are the numbers of those that the values belong to, each standing together; `names` what they had so far.
        """
        self._catch_up(names)
        keys = _keys(runs, values)
        found = {*runs[_twice(keys)].tolist()}
        hits = self._hits(keys)
        for number, those in _by_run(runs[hits], hits):
            if number not in found and _has_any(names[number], values[those]):
                found.add(number)
        self._add(keys)
        return found

    def note(self, number: int, names: Names) -> None:
        """All names that a run has now were added."""
        self._added[number] = names, len(names)

    def _catch_up(self, names: Mapping[int, Names]) -> None:
        """Add what came by another way."""
        missing = []
        for number, its in names.items():
            known, added = self._added.get(number, (its, 0))
            if len(its) and (known is not its or added < len(its)):
                missing.append((number, np.frombuffer(its.hashes, np.uint64)[added if known is its else 0 :]))
        if missing:
            runs = np.repeat([number for number, _ in missing], [len(values) for _, values in missing])
            self._add(_keys(runs, np.concatenate([values for _, values in missing])))

    def _hits(self, keys: Words) -> Numbers:
        """Where in all a key may be that was added; of others that is told of one in a hundred thousand."""
        bits, found = _bits(keys), np.zeros(len(keys), np.bool_)
        for layer in self._layers:
            those = np.flatnonzero(_have(layer, keys, bits))
            found[those] |= _have(layer, keys[those] >> _OTHER, bits[those])
        return np.flatnonzero(found)

    def _add(self, keys: Words) -> None:
        while len(keys) > self._room:
            self._put(keys[: self._room])
            keys = keys[self._room :]
            self._layers.append(np.zeros(2 * len(self._layers[-1]), np.uint64))
            self._room = len(self._layers[-1]) * _A_WORD
        self._put(keys)
        self._room -= len(keys)

    def _put(self, keys: Words) -> None:
        bits = _bits(keys)
        _set(self._layers[-1], keys, bits)
        _set(self._layers[-1], keys >> _OTHER, bits)


def _have(layer: Words, keys: Words, bits: Words) -> Flags:
    """Of which keys all bits are set in the word that is theirs."""
    found: Flags = (layer[_words(keys, layer)] & bits) == bits
    return found


def _set(layer: Words, keys: Words, bits: Words) -> None:
    words = _words(keys, layer)
    while len(words):
        layer[words] |= bits  # of several for one word only the last one is heeded
        left = (layer[words] & bits) != bits
        words, bits = words[left], bits[left]


def _keys(runs: Column, values: Words) -> Words:
    keys: Words = values ^ (runs.astype(np.uint64) + _ONE) * _MIX
    return keys


def _words(keys: Words, layer: Words) -> Words:
    words: Words = keys & np.uint64(len(layer) - 1)
    return words


def _bits(keys: Words) -> Words:
    """Four bits of a word, less where some are the same."""
    bits = np.zeros(len(keys), np.uint64)
    for shift in _SHIFTS:
        bits |= _ONE << (keys >> shift & _LAST)
    return bits


def _twice(keys: Words) -> Numbers:
    """All those that are there more than once; looked for by half their bits, for that is less to sort."""
    halves = (keys >> np.uint64(32)).astype(np.uint32)
    ordered = np.sort(halves)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    those = np.flatnonzero(np.isin(halves, again)) if len(again) else np.zeros(0, np.int64)
    _, which, counts = np.unique(keys[those], return_inverse=True, return_counts=True)
    twice: Numbers = those[counts[which] > 1]
    return twice


def _by_run(runs: Column, places: Column) -> Iterable[tuple[int, Column]]:
    begins = np.flatnonzero(np.diff(runs, prepend=-1))
    return zip(runs[begins].tolist(), np.split(places, begins[1:]), strict=False)  # of none there is one part


def _has_any(names: Names, values: Words) -> bool:
    """Whether any of these is there: each name is looked at, which costs a thousandth of a second for a million."""
    hashes = np.frombuffer(names.hashes, np.uint64)
    if len(values) <= _FEW:
        return any((hashes == value).any() for value in values)
    quarters = np.zeros(1 << 16, np.bool_)
    quarters[values.view(np.uint16)[::4]] = True
    near = hashes[quarters[hashes.view(np.uint16)[::4]]]
    return bool(np.isin(near, values).any())
