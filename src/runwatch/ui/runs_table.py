"""The Runs table: its columns, its cells, and the order of its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from datetime import tzinfo
from typing import Any

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.glyphs import VERDICTS
from runwatch.answers.overview import ChunkBar, RunRow, age_words, run_row
from runwatch.answers.view import Tone
from runwatch.core.runs import Moment
from runwatch.core.verdict import VERDICTS as BY_SEVERITY
from runwatch.ui.line import Bit, Line
from runwatch.ui.plain import is_plain
from runwatch.ui.safe import bit, style, verdict_bits
from runwatch.ui.widgets.spark import sparkline
from runwatch.ui.widgets.table import Column

BAR = 10
COLUMNS = (  # below 34 cells there is no room for all that is never dropped: half a number is worse than none
    Column("verdict", "verdict", 14, tiny=8),
    Column("export", "export", 15, gap=1, tiny=10, most=30),
    Column("started", "started", 12, gap=1, from_width=76),
    Column("elapsed", "elapsed", 8, "right", from_width=68),
    Column("bar", "chunks", BAR, gap=3, from_width=110, sortable=False),
    Column("chunks", "chunks", 10, "right", from_width=34, covered_by="bar"),
    Column("rows", "rows", 7, "right", from_width=60),
    Column("rate", "rows/s", 7, "right", from_width=100),
    Column("spark", "", 8, gap=1, from_width=118, sortable=False),
    Column("retries", "retr", 5, "right", from_width=100),
    Column("degraded", "degr", 5, "right", from_width=100),
    Column("last", "last", 7, "right", from_width=24),
    Column("why", "why", 0, gap=3, from_width=160, rest=True, sortable=False),
)
SORTABLE = tuple(column.id for column in COLUMNS if column.sortable)
_SORTS: dict[str, Callable[[RunRow], Any]] = {
    "verdict": lambda row: -BY_SEVERITY.index(row.verdict),
    "export": lambda row: row.export,
    "started": lambda row: row.started,
    "elapsed": lambda row: row.elapsed_ms,
    "chunks": lambda row: row.chunks_done,
    "rows": lambda row: row.rows_count,
    "rate": lambda row: row.rate_value,
    "retries": lambda row: row.retries,
    "degraded": lambda row: row.degraded,
    "last": lambda row: row.last_event,
}
ASCENDING_FIRST = frozenset({"export"})
"""Columns that begin with the smallest; the others with the newest, worst or greatest."""


class Sorting(Struct, frozen=True):
    """By which column, and which way; rows without a value stand last either way."""

    column: str = "started"
    descending: bool = True

    def next(self, shown: Collection[str] = SORTABLE) -> Sorting:
        """By the next of the columns shown, or by start again, in its usual direction."""
        at = SORTABLE.index(self.column) + 1
        turn = (*SORTABLE[at:], *SORTABLE[:at])
        column = next((name for name in turn if name in shown or name == "started"), self.column)
        return Sorting(column, column not in ASCENDING_FIRST)

    def apply(self, rows: Sequence[RunRow]) -> list[RunRow]:
        """Sorted; equals stay newest first."""
        key = _SORTS[self.column]
        known = [row for row in rows if key(row) is not None]
        unknown = [row for row in rows if key(row) is None]
        return sorted(known, key=key, reverse=self.descending) + unknown

    @property
    def words(self) -> str:
        """For the border's foot: `newest first`."""
        if self.column == "export" and not self.descending:
            return "grouped by export, newest first"
        if self.column == "started":
            return "newest first" if self.descending else "oldest first"
        head = next(column.head for column in COLUMNS if column.id == self.column)
        return f"by {head}, {'falling' if self.descending else 'rising'}"


class RowKeeper:
    """Makes a run's row once for each state of the run."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Moment, RunRow]] = {}
        self._made: tuple[Sequence[Moment], list[RunRow]] = ((), [])

    def rows(self, moments: Sequence[Moment]) -> list[RunRow]:
        """A row for each moment, in their order; the same list for the same one."""
        if moments is not self._made[0]:
            self._kept = {moment.run_id: self._row(moment) for moment in moments}
            self._made = (moments, [row for _, row in self._kept.values()])
        return self._made[1]

    def _row(self, moment: Moment) -> tuple[Moment, RunRow]:
        found = self._kept.get(moment.run_id)
        return found if found is not None and found[0] is moment else (moment, run_row(moment))


class RunRows:
    """The rows as the table asks for them."""

    def __init__(self, rows: Sequence[RunRow], now: int, zone: tzinfo) -> None:
        self.rows = rows
        self.now = now
        self.zone = zone
        self._index = {row.run_id: number for number, row in enumerate(rows)}

    @property
    def count(self) -> int:
        """How many runs are shown."""
        return len(self.rows)

    def key(self, index: int) -> Hashable:
        """The run_id."""
        return self.rows[index].run_id

    def index_of(self, key: Hashable) -> int | None:
        """Where that run stands."""
        return self._index.get(key) if isinstance(key, str) else None

    def sign(self, index: int) -> Hashable:
        """The row, and its words that time alone changes: each second a screenful is asked for them."""
        row = self.rows[index]
        started = None if row.started is None else units.day_and_clock(row.started, self.now, self.zone)
        return row, age_words(row, self.now), started

    def cell(self, index: int, column: str, width: int) -> Line:
        """One cell of one run."""
        row = self.rows[index]
        ink = Tone.MUTED if VERDICTS[row.verdict].quiet else Tone.INK
        match column:
            case "verdict":
                return verdict_bits(row.verdict, tiny=width < 14)
            case "export":
                return (bit(row.export, ink, bold=ink is Tone.INK),)
            case "started":
                return _started(row, self.now, self.zone)
            case "bar":
                return bar_cells(row.bar, row.verdict)
            case "spark":
                return _spark(row)
            case "last":
                tone = Tone.MUTED if row.silence is None else Tone.STALLED
                return (bit(age_words(row, self.now), tone, bold=row.silence is not None),)
            case "retries" | "degraded":
                number = row.retries if column == "retries" else row.degraded
                loud = Tone.DEGRADED if column == "degraded" else ink
                return (bit(units.short(number), loud if number else Tone.FAINT, bold=bool(number)),)
            case "why":
                return (bit(row.why, Tone.INK),)
        words: dict[str, str] = {
            "elapsed": row.elapsed, "chunks": row.chunks, "rows": row.rows, "rate": row.rate,
        }  # fmt: skip
        return (_figure(words[column], ink),)


def _figure(text: str, ink: Tone) -> Bit:
    """`–` faint: does not apply; `?` muted: the log does not say; a zero faint."""
    if text in (units.NOT_APPLICABLE, "0"):
        return bit(text, Tone.FAINT)
    return bit(text, Tone.MUTED if text == units.UNKNOWN else ink)


def _started(row: RunRow, now: int, zone: tzinfo) -> Line:
    if row.started is None:
        return (bit(units.UNKNOWN, Tone.MUTED),)
    return (bit(units.day_and_clock(row.started, now, zone), Tone.MUTED),)


def _spark(row: RunRow) -> Line:
    if row.spark is None:
        return ()
    tone = Tone.RUNNING if row.spark.running else Tone.FAINT
    return (Bit(sparkline(row.spark.values, plain=is_plain()), style(tone)),)


def bar_cells(bar: ChunkBar, verdict: str) -> Line:
    """The chunk bar: proportional where a total is known, else one mark a chunk and no remainder."""
    done_style = "$v-running" if verdict == "running" else "$calm"
    if bar.finished:
        return (Bit("━" * BAR, "$calm"),)
    if bar.total:
        return _share_cells(bar, bar.total, done_style)
    return _count_cells(bar, done_style)


def _share_cells(bar: ChunkBar, total: int, done_style: str) -> Line:
    done = min(BAR, bar.done * BAR // total)
    failed = min(BAR - done, -(-bar.failed * BAR // total))
    if bar.failed and not failed:
        done, failed = BAR - 1, 1
    working = min(BAR - done - failed, 1 if bar.running else 0)
    rest = BAR - done - failed - working
    return (
        Bit("━" * done, done_style),
        Bit("✗" + "━" * (failed - 1) if failed else "", "$v-failed"),
        Bit("╺" * working, done_style),
        Bit("─" * rest, "$rule"),
    )


def _count_cells(bar: ChunkBar, done_style: str) -> Line:
    room = BAR - 1
    failed = min(bar.failed, room if not bar.done else room - min(bar.done, 2))
    done = min(bar.done, room - failed)
    running = min(bar.running, room - failed - done)
    more = "+" if bar.done + bar.failed + bar.running > done + failed + running else ""
    return (
        Bit("▪" * done, done_style),
        Bit("✗" * failed, "$v-failed"),
        Bit("▪" * running, "$v-running"),
        Bit(more, "$muted"),
    )


def fields_of(row: RunRow) -> dict[str, object]:
    """What a filter can name."""
    return {
        "run_id": row.run_id,
        "export": row.export,
        "verdict": row.verdict,
        "why": row.why,
        "rows": row.rows_count,
        "rate": row.rate_value,
        "retries": row.retries,
        "degraded": row.degraded,
        "chunks": row.chunks_done,
        "elapsed": row.elapsed_ms,
        "failures": row.failures,
    }
