"""Many names at once: their numbers, as `core/names.py` gives them one by one."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from runwatch.core import names as one_by_one
from runwatch.core.bulk.block import Numbers, Words
from runwatch.core.names import LARGE, Names

FEW = 400
"""Of fewer names one by one costs less."""
_AS_FEW = 16
"""Names that are known for each of those few, where it costs less to put all of them into a dictionary."""
_SMALLEST = 1024
"""Places in a table."""
Table = NDArray[np.uint32]


def numbers_of(names: Names, values: Words) -> Numbers:
    """The number of each hash; a new one gets the next."""
    if len(values) < FEW and len(names) < _AS_FEW * len(values):
        return _numbers_of_few(names, values)
    names.catch_up()
    numbers = _numbers_of(names, values)
    names.tabled = len(names)
    return numbers


def _numbers_of_few(names: Names, values: Words) -> Numbers:
    """The same without the table, which need not be there."""
    number_of = {value: number for number, value in enumerate(names.hashes)}
    numbers = [number_of.setdefault(value, len(number_of)) for value in values.tolist()]
    names.hashes.extend([*number_of][len(names) :])
    return np.array(numbers, np.int64)


def _numbers_of(names: Names, values: Words) -> Numbers:
    first, few = len(names), len(values) < FEW
    if few or names.mask >= LARGE:
        names.make_room(len(values))
    else:
        _make_room(names, len(values))
    if names.mask >= 0 and (_add_few(names, values) if few else _add_new(names, values)):
        return np.arange(first, first + len(values))
    if few:
        return np.array([names.find(value) for value in values.tolist()], np.int64)
    table = np.frombuffer(names.table, np.uint32)
    numbers = _find(table, np.frombuffer(names.hashes, np.uint64), values)
    new = np.flatnonzero(numbers < 0)
    if len(new):
        _, heard, which = np.unique(values[new], return_index=True, return_inverse=True)
        order = np.argsort(heard)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        numbers[new], added = first + rank[which], values[new][heard[order]]
        names.hashes.frombytes(added.tobytes())
        _put(table, added, first)
    return numbers


def _add_new(names: Names, values: Words) -> bool:
    """Number them if each is a new one; if not, nothing has happened."""
    first = len(names)
    names.hashes.frombytes(values.tobytes())
    table, hashes = np.frombuffer(names.table, np.uint32), np.frombuffer(names.hashes, np.uint64)
    mask = np.uint64(len(table) - 1)
    numbers, slots = np.arange(first + 1, first + 1 + len(values), dtype=np.uint32), values & mask
    while len(slots):
        free = table[slots] == 0
        table[slots[free]] = numbers[free]  # of several for one place the last one has it
        held = table[slots]
        lost = np.flatnonzero(held != numbers)
        numbers, slots, held, values = numbers[lost], (slots[lost] + np.uint64(1)) & mask, held[lost], values[lost]
        if (hashes[held - 1] == values).any():
            del hashes
            _take_back(names, first)
            return False
    return True


def _add_few(names: Names, values: Words) -> bool:
    """The same, where each step on all of them costs more than it does for one after the other."""
    first = len(names)
    names.hashes.frombytes(values.tobytes())
    table, hashes, mask = names.table, names.hashes, names.mask
    for number, slot in enumerate((values & np.uint64(mask)).tolist(), first + 1):
        at = slot
        while other := table[at]:
            if hashes[other - 1] == hashes[number - 1]:
                del hashes[number:]
                _take_back(names, first)
                return False
            at = (at + 1) & mask
        table[at] = number
    return True


def _take_back(names: Names, first: int) -> None:
    """Those from there on."""
    table = np.frombuffer(names.table, np.uint32)
    table[table > first] = 0
    del names.hashes[first:]


def _find(table: Table, hashes: Words, values: Words) -> Numbers:
    """The number of each, -1 of those that are not there."""
    mask = np.uint64(len(table) - 1)
    numbers, slots, left = np.full(len(values), -1, np.int64), values & mask, np.arange(len(values))
    while len(left):
        held = table[slots]
        taken = held > 0
        left, slots, held = left[taken], slots[taken], held[taken] - 1
        same = hashes[held] == values[left]
        numbers[left[same]] = held[same]
        left, slots = left[~same], (slots[~same] + np.uint64(1)) & mask
    return numbers


def _put(table: Table, values: Words, first: int) -> None:
    """These are not there yet, and are numbered from `first` on."""
    mask = np.uint64(len(table) - 1)
    numbers, slots = np.arange(first + 1, first + 1 + len(values), dtype=np.uint32), values & mask
    while len(slots):
        free = table[slots] == 0
        table[slots[free]] = numbers[free]  # of several for one place the last one has it
        lost = table[slots] != numbers
        numbers, slots = numbers[lost], (slots[lost] + np.uint64(1)) & mask


def _put_all(table: array[int], hashes: array[int], first: int) -> None:
    if len(hashes) < FEW:
        one_by_one.put_each(table, hashes, first)
    else:
        _put(np.frombuffer(table, np.uint32), np.frombuffer(hashes, np.uint64), first)


one_by_one.put_all = _put_all


def _make_room(names: Names, more: int) -> None:
    """At most half of the table will be taken."""
    count = len(names) + more
    if count * 2 > names.mask:
        names.mask = max(_SMALLEST, 1 << (2 * count).bit_length()) - 1
        names.table = array("I", bytes(4 * names.mask + 4))
        names.let_go()
        _put(np.frombuffer(names.table, np.uint32), np.frombuffer(names.hashes, np.uint64), 0)
