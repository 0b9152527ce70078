"""The numbers of the files that lines name, each in its run; of many runs at once where all of them are new."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from runwatch.core.bulk.block import Numbers
from runwatch.core.bulk.bloom import NamesSeen
from runwatch.core.bulk.lines import Lines
from runwatch.core.bulk.names import numbers_of
from runwatch.core.names import Names


class Files:
    """Those of lines that stand together by run."""

    def __init__(self, lines: Lines, unnamed: Numbers, seen: NamesSeen, names: Mapping[int, Names]) -> None:
        """`unnamed`: lines whose file does not count; `names`: by run what `seen` is to look after."""
        self.is_named = lines.name != 0
        self.is_named[unnamed] = False
        before = np.zeros(len(lines.name) + 1, np.int32)
        np.cumsum(self.is_named, out=before[1:])
        hashes, runs = lines.name[self.is_named], lines.run[self.is_named]
        those = np.isin(runs, [*names])
        doubtful = seen.doubtful(runs[those], hashes[those], names)
        self._new = names.keys() - doubtful
        """Runs of which each name is a new one."""
        self._hashes, self._before = hashes, before.data
        """Names in front of each line;"""
        self.numbers = before[:-1].copy().data
        """by line the number of its file, less what `number` tells."""
        self._bytes = hashes.data.cast("B")

    def number(self, run: int, names: Names, start: int, stop: int) -> int:
        """Number the files of these lines, of that run; what is to be added to `numbers`."""
        first, last = self._before[start], self._before[stop]
        if run in self._new:
            had = len(names)
            names.add_unseen(self._bytes[8 * first : 8 * last])
            return had - first
        if first < last:
            those = start + np.flatnonzero(self.is_named[start:stop])
            np.asarray(self.numbers)[those] = numbers_of(names, self._hashes[first:last])
        return 0
