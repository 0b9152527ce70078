"""Which of the lines of one time may say what was said before."""

from __future__ import annotations

import numpy as np

from runwatch.core.bulk.block import Numbers, Words, factors
from runwatch.core.bulk.decode import ODD
from runwatch.core.bulk.lines import Lines, begins_of, by_run, together

_FACTORS = factors(4)


def may_repeat(last: list[Lines], lines: Lines, before: Numbers, latest: Numbers) -> Numbers:
    """Those of the lines which may say the same as one in front of them, of their run and their time.

    `last` are the lines in front of all these, as far as they are at hand; `before` and `latest` are by run the time
    of the line in front of those, and in front of these.
    """
    count = len(lines.run)
    lines = together([*last, lines])
    order = by_run(lines.run)
    run, time = lines.run[order], lines.time[order]
    begins = begins_of(run)
    joins = ~begins
    joins[1:] &= time[1:] == time[:-1]
    group = np.cumsum(~joins)  # of one run and one time
    unknown, is_odd = np.zeros((2, int(group[-1]) + 1), np.bool_)
    known = np.where(order >= len(order) - count, latest[run], before[run])
    unknown[group[begins & (time == known)]] = True
    is_odd[group[lines.kind[order] >= ODD]] = True
    _, places = np.unique(_likes(lines.of(order)) + group.astype(np.uint64) * _FACTORS[3], return_index=True)
    repeats = np.ones(len(order), np.bool_)
    repeats[places] = False
    wrong = order[unknown[group] | (joins & (is_odd[group] | repeats))] - (len(order) - count)
    return wrong[wrong >= 0]


def _likes(lines: Lines) -> Words:
    """Another number for two that do not say the same, nearly always."""
    numbers = (lines.kind.astype(np.uint64), lines.chunk.astype(np.uint64), lines.name)
    total = np.zeros(len(lines.kind), np.uint64)
    for numbers_of, factor in zip(numbers, _FACTORS, strict=False):
        total += numbers_of * factor
    return total
