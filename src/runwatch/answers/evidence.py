"""Places in few words: `orders.jsonl:3 :5`, `orders.jsonl:7 +97`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from runwatch.answers.view import Evidence
from runwatch.core.findings import EVIDENCE_AT_MOST
from runwatch.core.places import Place
from runwatch.core.run import NOWHERE
from runwatch.core.runs import Moment
from runwatch.core.text import safe_line

_NAMED = 3
"""So many places are named one by one; of more, the first and how many others."""


def cite(places: Sequence[Place], total: int | None = None, full: bool = False) -> str:
    """The places as a screen shows them; `full` with the whole path instead of the file's name."""
    if not places:
        return ""
    first = places[0]
    path = safe_line(first.segment.path)
    name = path if full else path.rstrip("/").rpartition("/")[2] or path
    count = len(places) if total is None else total
    if count > _NAMED or any(place.segment is not first.segment for place in places):
        return f"{name}{first.where}" + (f" +{count - 1:,}" if count > 1 else "")
    return " ".join([f"{name}{first.where}", *(place.where for place in places[1:])])


def evidence(moment: Moment, positions: Iterable[int], total: int | None = None) -> Evidence:
    """The evidence at some positions, unknown ones left out; at most 20 places are kept."""
    known = islice((position for position in positions if position != NOWHERE), EVIDENCE_AT_MOST)
    places = tuple(moment.log.place(position) for position in known)
    return Evidence(cite(places, total), places)
