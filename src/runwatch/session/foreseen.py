"""How a run ends, as the last lines of its log have it, while the rest of that is still to be read.

Of a part of a log neither counts nor findings can be told, so nothing is made
of it but what one line says by itself: which run, when, and how it ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from runwatch.core.decode import decode_line
from runwatch.core.events import Entry, ProducerSeen, RunCompleted, Unknown
from runwatch.core.index import NEVER
from runwatch.core.runs import parse_run_id
from runwatch.session.standing import Standing

PATIENCE = 0.008
"""Seconds that the end of one log may take; its last lines come first."""


class Foreseen(Struct):
    """What is told of one run."""

    run_id: str
    export: str = ""
    verdict: str = ""
    """By its outcome alone; `running` where none was seen. What it comes to, only all of it can say."""
    first: int = NEVER
    """The first moment seen, ns: it began no later."""
    last: int = NEVER
    """The last event's moment."""

    def standing(self, so_far: Standing, is_asked_for: Callable[[str, str], bool]) -> Standing:
        """In the place of what it comes to by what was read so far."""
        export = so_far.export or self.export
        return replace(
            so_far,
            export=export,
            verdict=self.verdict,
            began=self.first if so_far.began == NEVER else so_far.began,
            last=self.last,
            is_open=False,
            turns=None,
            is_selected=is_asked_for(self.run_id, export),
        )


def foreseen(lines: bytes, identity: str) -> dict[str, Foreseen]:
    """By run. The lines are looked at from the last one on, for as long as there is time."""
    found: dict[str, Foreseen] = {}
    end = time.monotonic() + PATIENCE
    for number, line in enumerate(reversed(lines.split(b"\n"))):
        for entry in decode_line(line, identity):
            if isinstance(entry, Entry) and not isinstance(entry.event, ProducerSeen | Unknown):
                _note(found, entry)
        if not number % 16 and time.monotonic() > end:
            break
    for told in found.values():
        told.export = told.export or parse_run_id(told.run_id)[0] or "unknown"
        told.verdict = told.verdict or "running"
    return found


def _note(found: dict[str, Foreseen], entry: Entry) -> None:
    """An entry that stands before all that were noted."""
    told = found.get(entry.run_id)
    if told is None:
        told = found[entry.run_id] = Foreseen(entry.run_id)
    told.export = told.export or entry.export_name or ""
    if entry.time is not None:
        told.first = entry.time
        told.last = max(told.last, entry.time)
    if isinstance(entry.event, RunCompleted) and not told.verdict:
        told.verdict = {"success": "succeeded", "skipped": "skipped"}.get(entry.event.status, "failed")
