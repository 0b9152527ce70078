"""Which parts of a run a terminal has room for, and how many lines each gets: pure.

Height is dealt out from the top; what is dropped goes in the order of the
rules of looks: blank lines, notable list, the stage down to map and bar, the
second line of the verdict.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

UPPER, LOWER = 9, 8
"""Lines of the panes, borders included, where there are four."""
GROWTH = 2
"""Lines by which a pane may grow in 40; one more in each four beyond."""
STAGE = 12
"""Panes do not grow into the stage beyond this."""
_FIXED = 6
"""Header, blank, verdict of two, blank, footer."""


class Form(StrEnum):
    """By width and height together."""

    FULL = "full"
    NARROW = "narrow"
    TINY = "tiny"


def form_of(width: int, height: int) -> Form:
    """Four panes; one with tabs and boxes; one without."""
    if width < 60 or height < 16:
        return Form.TINY
    return Form.NARROW if width < 100 or height < 34 else Form.FULL


class Heights(Struct, frozen=True):
    """Lines of each part; `lower` 0 where one pane is shown."""

    verdict: int
    gap: int
    """Blank lines below the verdict."""
    upper: int
    lower: int
    stage: int


def heights(width: int, height: int, wants: tuple[int, int], *, has_map: bool = True, listing: bool = False) -> Heights:
    """`wants`: what the upper and lower panes could fill; `listing`: the notable events have the focus."""
    form = form_of(width, height)
    if form is Form.FULL:
        return _full(height, wants)
    if form is Form.NARROW:
        return _narrow(height, wants[0])
    return _tiny(height, has_map=has_map, listing=listing)


def _full(height: int, wants: tuple[int, int]) -> Heights:
    """Two rows of panes, that grow by turns where one needs more."""
    upper, lower = UPPER, LOWER
    spare = height - _FIXED - upper - lower - STAGE
    most = GROWTH + max(0, height - 40) // 4
    wants = (min(wants[0], UPPER + most), min(wants[1], LOWER + most))
    while spare > 0 and (upper < wants[0] or lower < wants[1]):
        if lower < wants[1] and (lower - LOWER <= upper - UPPER or upper >= wants[0]):
            lower += 1
        else:
            upper += 1
        spare -= 1
    return Heights(2, 1, upper, lower, height - _FIXED - upper - lower)


def _narrow(height: int, wanted: int) -> Heights:
    """Header, verdict of two, tabs and footer take five."""
    gap = 1 if height >= 22 else 0
    room = height - 5 - gap
    pane = min(UPPER, room - 5)
    pane = max(pane, min(wanted, room - STAGE))
    return Heights(2, gap, pane, 0, room - pane)


def _tiny(height: int, *, has_map: bool, listing: bool) -> Heights:
    """Header, tabs and footer take three."""
    verdict = 3 if height >= 12 else 2 if height >= 10 else 1  # it takes no more of them than it needs
    room = max(0, height - 3 - verdict)
    stage = 1 + has_map if room >= 4 else 1 if room == 3 else 0
    if listing and room >= 4:
        stage += 1
    return Heights(verdict, 0, room - stage, 0, stage)
