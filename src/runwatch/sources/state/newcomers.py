"""Runs that were not there before, found by the primary key alone, however many are stored.

A run_id is its export's name and a time behind it, so the new runs of an export
stand at the end of its range. Both ends of a range are written as run_ids of
that export are: such texts compare by their digits, whatever the collation.
What no range can hold (an export never seen, a clock hours behind) is found by
a scan that skips from export to export, and by a complete look now and then.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from runwatch.sources.state.database import Tables

SLACK = timedelta(minutes=15)
"""How far a host's clock may lie behind another's."""
SKIPPED_EVERY, COMPLETE_EVERY = 2.0, 60.0
"""Seconds. An export never seen is shown that late, what stands where no range has it that late."""

FIRST = "00010101T000000"
RANGES = """
SELECT s.run_id
FROM unnest({0}::text[], {0}::text[], {0}::text[]) AS export (since, now, until)
JOIN run_status s ON s.run_id > least(export.since, export.now) AND s.run_id < export.until
"""
NOW = "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD\"T\"HH24MISS')"
FIRST_OF_EACH = r"""
WITH RECURSIVE first (run_id) AS (
  (SELECT run_id FROM run_status ORDER BY run_id LIMIT 1)
  UNION ALL
  SELECT (
    SELECT s.run_id FROM run_status s
    WHERE s.run_id > CASE WHEN first.run_id ~ '_\d{8}T\d{6}\.\d{3}_\d+$'
      THEN regexp_replace(first.run_id, '\d{8}T\d{6}\.\d{3}_\d+$', '99991231T235959.999_9') ELSE first.run_id END
    ORDER BY s.run_id LIMIT 1
  )
  FROM first WHERE first.run_id IS NOT NULL
)
SELECT run_id FROM first WHERE run_id IS NOT NULL
"""
ALL = "SELECT run_id FROM run_status"
_RUN_ID = re.compile(r"(.+)_(\d{8}T\d{6})\.\d{3}_\d+", re.DOTALL)


class Newcomers:
    """Remembers what is known from look to look, so that one costs no more for the many that are known."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._latest: dict[str, str] = {}
        """The time in the newest run_id of each export."""
        self._owed: set[str] = set()
        """Found and not known yet: told again until they are."""
        self._skipped = self._completed = 0.0
        self._to_skip = self._to_complete = False
        """Whether there was a look since, which may have been blind to something."""

    @property
    def is_owing(self) -> bool:
        """Whether a scan that was left out at the last look is due, though nothing has changed since."""
        now = time.monotonic()
        return (self._to_skip and now - self._skipped >= SKIPPED_EVERY) or (
            self._to_complete and now - self._completed >= COMPLETE_EVERY
        )

    def find(self, tables: Tables, known: Sequence[str], held: Iterable[str]) -> list[str]:
        """Runs that are not known, the newest first. `held` are exports that somebody works on."""
        self._learn(known)
        now = time.monotonic()
        if not known or now - self._completed >= COMPLETE_EVERY:
            self._completed = self._skipped = now
            self._to_complete = self._to_skip = False
            self._owed.clear()
            found = _run_ids(tables, ALL)
        else:
            starts = dict.fromkeys(held, FIRST) | self._latest
            found = []
            self._to_complete = self._to_skip = True
            if now - self._skipped >= SKIPPED_EVERY:
                self._skipped, self._to_skip = now, False
                found = [run_id for run_id in _run_ids(tables, FIRST_OF_EACH) if run_id not in self._seen]
                starts = {name: FIRST for run_id in found for name, _ in _parts(run_id)} | starts
            found += _in_ranges(tables, starts)
        self._owed.update(run_id for run_id in found if run_id not in self._seen)
        return sorted(self._owed, key=_time_in, reverse=True)

    def _learn(self, known: Sequence[str]) -> None:
        if len(known) < len(self._seen):
            self._seen.clear()
            self._latest.clear()
        if len(known) == len(self._seen):
            return
        for run_id in known:
            if run_id not in self._seen:
                self._seen.add(run_id)
                for name, at in _parts(run_id):
                    self._latest[name] = max(at, self._latest.get(name, FIRST))
        self._owed -= self._seen


def _in_ranges(tables: Tables, starts: dict[str, str]) -> list[str]:
    """Runs since a little before these times, or before now where those lie ahead of it."""
    ((now,),) = tables.rows(NOW)
    values = [
        [f"{name}_{_earlier(at)}.000_0" for name, at in starts.items()],
        [f"{name}_{_earlier(str(now))}.000_0" for name in starts],
        [f"{name}_99991231T235959.999_9" for name in starts],
    ]
    return _run_ids(tables, RANGES.format(tables.mark), values) if starts else []


def _run_ids(tables: Tables, statement: str, values: Sequence[object] = ()) -> list[str]:
    return [str(run_id) for (run_id,) in tables.rows(statement, values)]


def _parts(run_id: str) -> Iterator[tuple[str, str]]:
    """The export in a run_id and the time, where it has both."""
    if match := _RUN_ID.fullmatch(run_id):
        yield match[1], match[2]


def _time_in(run_id: str) -> str:
    return next((at for _, at in _parts(run_id)), "")


def _earlier(at: str) -> str:
    try:
        return (datetime.fromisoformat(at) - SLACK).strftime("%Y%m%dT%H%M%S")
    except (ValueError, OverflowError):  # no time, whatever its digits; or the first one there is
        return FIRST
