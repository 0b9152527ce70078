"""The rows of the Runs table, each made when it is looked at, and its cells."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import tzinfo

from msgspec.structs import replace

from runwatch.answers import units
from runwatch.answers.glyphs import VERDICTS
from runwatch.answers.overview import ChunkBar, RunRow, age_words, run_row
from runwatch.answers.view import Tone
from runwatch.core.index import NEVER
from runwatch.core.runs import Moment
from runwatch.session.foreseen import Foreseen
from runwatch.session.session import Session
from runwatch.ui.line import Bit, Line
from runwatch.ui.plain import is_plain
from runwatch.ui.ranked import Ranked
from runwatch.ui.safe import bit, style, verdict_bits
from runwatch.ui.sorting import BAR
from runwatch.ui.widgets.spark import sparkline

KEPT = 1_000
"""Rows that are kept, at most."""


class RowKeeper:
    """Makes a run's row once for each state of the run; the rows seen last are kept."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[str, tuple[Moment | None, Foreseen | bool, RunRow]] = {}

    def row(self, run_id: str) -> RunRow:
        """The run as it is now; where its moment is not told yet, as it was."""
        moment, told = self._session.moment(run_id), self._session.ahead(run_id)
        key = told or self._session.is_run_whole(run_id)
        found = self._kept.get(run_id)
        if found is not None and (found[0] is moment or moment is None) and found[1] is key:
            return found[2]
        if len(self._kept) > KEPT:
            self._kept.clear()
        row = _untold(run_id) if moment is None else run_row(moment, is_whole=key is True)
        if told is not None:
            row = _ahead(told, row)
        self._kept[run_id] = (moment, key, row)
        return row


def _untold(run_id: str) -> RunRow:
    """A run that had not begun at the moment shown: it is about to leave the list, or only how it ends is known."""
    none = units.UNKNOWN
    return RunRow(run_id, none, "running", None, none, None, ChunkBar(), none, 0, none, None, none, None, None,
                  None, None, None, None, "", 0)  # fmt: skip


def _ahead(told: Foreseen, row: RunRow) -> RunRow:
    """How the run ends, beside what was read of it so far."""
    return replace(
        row,
        export=told.export if row.export == units.UNKNOWN else row.export,
        verdict=told.verdict,
        why="",
        spark=None,
        silence=None,
        last_event=told.last if told.last != NEVER else None,
        is_whole=False,
    )


class RunRows:
    """The rows as the table asks for them; each is made when it is looked at."""

    def __init__(self, ranked: Ranked, keeper: RowKeeper, now: int, zone: tzinfo) -> None:
        self._ranked = ranked
        self._keeper = keeper
        self.now = now
        self.zone = zone
        self._made: tuple[int, RunRow | None] = (-1, None)

    def __len__(self) -> int:
        return len(self._ranked)

    def __iter__(self) -> Iterator[RunRow]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> RunRow:
        if self._made[0] != index or self._made[1] is None:
            self._made = (index, self._keeper.row(self.key(index)))
        assert self._made[1] is not None
        return self._made[1]

    @property
    def count(self) -> int:
        """How many runs are shown."""
        return len(self)

    def key(self, index: int) -> str:
        """The run_id."""
        return self._ranked.run_id(index)

    def index_of(self, key: Hashable) -> int | None:
        """Where that run stands."""
        return self._ranked.index_of(key) if isinstance(key, str) else None

    def sign(self, index: int) -> Hashable:
        """The row, and its words that time alone changes: each second a screenful is asked for them."""
        row = self[index]
        started = None if row.started is None else units.day_and_clock(row.started, self.now, self.zone)
        same = row if row.silence is None else replace(row, silence=0)  # how long it is silent is in the words
        return same, age_words(row, self.now), started

    def cell(self, index: int, column: str, width: int) -> Line:
        """One cell of one run."""
        row = self[index]
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
                if number is None:
                    return (_figure(units.UNKNOWN, ink),)
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
