"""Events that the user wants to find again, in any run; kept between starts, never beside the log.

A bookmark names its event by what it is, not by where it stood: its run, its
time, its variant and its fields. So it is found again in a log that has grown,
was rotated, packed or moved.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from runwatch.core.encode import fields_of
from runwatch.core.events import Event
from runwatch.core.index import NEVER, RunLog
from runwatch.core.order import Order
from runwatch.core.places import Place
from runwatch.core.runs import Run, Runs
from runwatch.core.times import format_time, parse_time
from runwatch.sources.cache import short_path, write_private

NAME = "bookmarks.json"
SCHEMA = "runwatch.bookmarks/1"
MOST = 1_000
"""Bookmarks that are kept; beyond it the oldest goes."""
LARGEST = 4 << 20
"""Bytes of the file."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One event, by what it is. Two equal entries with a time are one event; without, they differ in their place."""

    run_id: str
    time: int | None
    """Its own recorded_at, ns."""
    kind: str
    content: str
    """A hash of its fields."""
    place: str = ""
    """File and line of what has no time."""
    digits: int = field(default=9, compare=False)


class Bookmarks:
    """Those of all runs, and where their events stand in the runs read so far."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._all: dict[Bookmark, None] = {}
        """The oldest first."""
        self._found: dict[str, _Found] = {}
        self._directory: str | None = None
        self.reached: dict[str, int] = {}
        """Of each run the position of the bookmark that was set, or gone to, last."""
        self._has_complained = False
        self.notice = ""
        """What the user should be told; whoever does so empties it."""

    def keep_in(self, directory: str) -> None:
        """Between starts, there; those kept already come back."""
        self._directory = directory
        self._reload()

    def positions(self, run_id: str) -> tuple[int, ...]:
        """Where a run's bookmarks stand in its order; those whose event has not been read are left out."""
        run = self._runs.by_id.get(run_id)
        if run is None or not self._all:
            return ()
        found = self._found.get(run_id)
        if found is None:
            wanted = [bookmark for bookmark in self._all if bookmark.run_id == run_id]
            found = self._found[run_id] = _Found(wanted)
        return found.positions(run)

    def following(self, run_id: str, position: int) -> int | None:
        """The run's next bookmark behind a position; behind the last comes the first again. None without any."""
        known = self.positions(run_id)
        return known[bisect_right(known, position) % len(known)] if known else None

    def toggle(self, run_id: str, position: int) -> bool:
        """Set one on this event, or take it away; whether there is one now."""
        bookmark = name_of(run_id, self._runs.by_id[run_id].log, position)
        self._reload()  # another runwatch may have kept some since
        is_set = bookmark not in self._all
        if is_set:
            self._all[bookmark] = None
            self.reached[run_id] = position
            while len(self._all) > MOST:
                del self._all[next(iter(self._all))]
        else:
            del self._all[bookmark]
        self._found.clear()
        self._save()
        return is_set

    # ------------------------------------------------------------------------------------------------ the file

    def _reload(self) -> None:
        """What the file holds comes first; what it cannot give stays as it is."""
        if self._directory is None:
            return
        path = os.path.join(self._directory, NAME)
        try:
            with open(path, "rb") as file:
                kept = _decode(file.read(LARGEST + 1))
        except FileNotFoundError:
            return
        except (OSError, ValueError, RecursionError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._give_up(f"{short_path(path)} is ignored: {why}", keep=isinstance(error, _Newer))
            return
        self._all = dict.fromkeys(kept)
        self._found.clear()

    def _save(self) -> None:
        if self._directory is None:
            return
        try:
            write_private(self._directory, NAME, _encode(self._all))
        except OSError as error:
            why = f"{short_path(self._directory)} cannot be written ({error.strerror or error})"
            self._give_up(f"bookmarks last until runwatch ends: {why}", keep=True)

    def _give_up(self, words: str, *, keep: bool) -> None:
        """Say why once. What must be kept as it is is left alone from now on; a broken file the next one replaces."""
        if keep:
            self._directory = None
        if not self._has_complained:
            self._has_complained = True
            self.notice = words


class _Found:
    """The bookmarks of one run. Looked for once in each row, however often it is asked."""

    def __init__(self, wanted: list[Bookmark]) -> None:
        self._wanted = wanted
        self._order: Order | None = None
        self._looked = 0
        self._positions: dict[Bookmark, int] = {}
        self._sorted: tuple[int, ...] = ()

    def positions(self, run: Run) -> tuple[int, ...]:
        order, log = run.order, run.log
        if order is not self._order:  # put in order anew: what stood there may stand elsewhere
            self._order, self._looked, self._positions = order, 0, {}
        rows = len(log)
        if self._looked == rows:
            return self._sorted
        for bookmark in self._wanted:
            if bookmark not in self._positions:
                position = _position_of(bookmark, log, self._looked)
                if position is not None:
                    self._positions[bookmark] = position
        self._looked, self._sorted = rows, tuple(sorted(self._positions.values()))
        return self._sorted


def _position_of(bookmark: Bookmark, log: RunLog, first: int) -> int | None:
    """Where its event stands, among the rows from `first` on."""
    time = NEVER if bookmark.time is None else bookmark.time
    row = first - 1
    while True:
        try:
            row = log.times.index(time, row + 1)
        except ValueError:
            return None
        if _is_at(bookmark, log, row):
            position = _place_in_order(log, row)
            if position is not None:
                return position


def _is_at(bookmark: Bookmark, log: RunLog, row: int) -> bool:
    """The cheap comparisons first: rows without a time can be many."""
    if log.kind_of(row) != bookmark.kind:
        return False
    if bookmark.time is None and _where(log, row) != bookmark.place:
        return False
    return _content(log.event_of(row)) == bookmark.content


def _place_in_order(log: RunLog, row: int) -> int | None:
    """None for what came before, and so has no place."""
    if row < len(log.order) and log.order[row] == row:
        return row
    try:
        return log.order.index(row)
    except ValueError:
        return None


def _where(log: RunLog, row: int) -> str:
    """`orders.jsonl:7`, by the log's own name: rotation does not change it."""
    segment = log.segments.at(row)
    return os.path.basename(segment.chain) + Place(segment, log.lines[row], log.numbers.get(row, 0)).where


def name_of(run_id: str, log: RunLog, position: int) -> Bookmark:
    """The bookmark of the event at a position of a run's order."""
    row, time = log.order[position], log.time(position)
    event = log.event_of(row)
    where = _where(log, row) if time is None else ""
    return Bookmark(run_id, time, event.kind, _content(event), where, log.digits_of(row))


def _content(event: Event) -> str:
    """The same for equal fields, at any start."""
    from hashlib import blake2b  # here, for most starts have no bookmarks: 4 ms

    fields = json.dumps(fields_of(event), sort_keys=True, default=str)
    return blake2b(fields.encode(), digest_size=12).hexdigest()


# ------------------------------------------------------------------------------------------------------ on disk


class _Newer(ValueError):
    """A later runwatch wrote it."""


def _encode(bookmarks: dict[Bookmark, None]) -> bytes:
    """As many of the newest as the file may hold."""
    lines: list[str] = []
    room = LARGEST - 1_000
    for bookmark in reversed(bookmarks):
        time = None if bookmark.time is None else format_time(bookmark.time, bookmark.digits)
        told: dict[str, Any] = {"run_id": bookmark.run_id, "recorded_at": time, "event": bookmark.kind}
        told |= {"fields": bookmark.content} | ({"place": bookmark.place} if bookmark.place else {})
        line = json.dumps(told)
        room -= len(line) + 3
        if room < 0:
            break
        lines.append(line)
    listed = ",\n".join(reversed(lines))
    return f'{{"schema": "{SCHEMA}", "bookmarks": [\n{listed}\n]}}\n'.encode()


def _decode(data: bytes) -> list[Bookmark]:
    """Those in a file; one that makes no sense is left out. Raises ValueError where the whole of it makes none."""
    if len(data) > LARGEST:
        raise ValueError("it is too large")
    try:
        told = json.loads(data)
    except ValueError:
        raise ValueError("it is not what runwatch writes") from None
    schema, listed = (told.get("schema"), told.get("bookmarks")) if isinstance(told, dict) else (None, None)
    if isinstance(schema, str) and schema != SCHEMA and schema.startswith(SCHEMA.partition("/")[0] + "/"):
        raise _Newer(f"another version of runwatch wrote it ({schema[:40]})")
    if schema != SCHEMA or not isinstance(listed, list):
        raise ValueError("it is not what runwatch writes")
    return [bookmark for one in listed[-MOST:] if (bookmark := _bookmark(one)) is not None]


def _bookmark(told: Any) -> Bookmark | None:
    if not isinstance(told, dict):
        return None
    run_id, stamp, kind = told.get("run_id"), told.get("recorded_at"), told.get("event")
    content, place = told.get("fields"), told.get("place", "")
    time = parse_time(stamp) if isinstance(stamp, str) else None
    if (stamp is not None and time is None) or (time is None and not place):
        return None
    if not all(isinstance(text, str) for text in (run_id, kind, content, place)):
        return None
    return Bookmark(str(run_id), time and time[0], str(kind), str(content), str(place), time[1] if time else 9)
