"""The attempts of a chunk as a list, the waits between them muted and never selected."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace
from textual.geometry import Size

from runwatch.answers import units
from runwatch.answers.chunk import AttemptRow
from runwatch.answers.view import Mark, Tone
from runwatch.core.places import Place
from runwatch.ui.line import Bit, Line, fit, spread
from runwatch.ui.safe import bit, mark_bit
from runwatch.ui.widgets.virtual_list import VirtualList

OUTCOMES = {
    "completed": (Mark.COMPLETED, Tone.INK),
    "failed": (Mark.FAILED, Tone.FAILED),
    "interrupted": (Mark.INTERRUPTED, Tone.DEGRADED),
    "running": (Mark.CHUNK_RUNNING, Tone.RUNNING),
}
_NUMBER, _BEGAN, _TOOK = 3, 12, 7
_GAP = "  "


class AttemptRows(Struct, frozen=True):
    """Attempt, wait, attempt, …: what the list asks for."""

    attempts: tuple[AttemptRow, ...]
    zone: tzinfo
    marked: frozenset[int] = frozenset()
    """The numbers of those with a bookmark."""

    @property
    def count(self) -> int:
        """A line an attempt, and one for each wait between two."""
        return max(0, 2 * len(self.attempts) - 1)

    def is_wait(self, index: int) -> bool:
        """Whether that line is a wait."""
        return index % 2 == 1

    def key(self, index: int) -> Hashable:
        """The attempt's number; a wait belongs to the one before."""
        return self.attempts[index // 2].number if not self.is_wait(index) else -self.attempts[index // 2].number

    def index_of(self, key: Hashable) -> int | None:
        """Where the attempt of this number stands."""
        return 2 * (key - 1) if isinstance(key, int) and 0 < key <= len(self.attempts) else None

    def line(self, index: int, width: int) -> Line:
        """One line."""
        row = self.attempts[index // 2]
        if self.is_wait(index):
            words = "wait unknown" if row.wait == units.UNKNOWN else f"wait {row.wait}"
            return (Bit(" " * (_NUMBER + len(_GAP)) + " "), bit(words, Tone.MUTED))
        return attempt_line(row, self.zone, width, marked=row.number in self.marked)


def attempt_line(row: AttemptRow, zone: tzinfo, width: int, *, marked: bool = False) -> Line:
    """Number, its bookmark, began, took, outcome, evidence."""
    began = units.UNKNOWN if row.began is None else units.clock(row.began, zone, milliseconds=True)
    mark, tone = OUTCOMES[row.outcome]
    left: Line = (
        bit(fit(f"{row.number:,}", _NUMBER, "right"), Tone.MUTED if row.began is None else Tone.INK),
        *((mark_bit(Mark.BOOKMARK), Bit(" ")) if marked else (Bit(_GAP),)),
        bit(fit(began, _BEGAN) + _GAP, Tone.MUTED if row.began is None else Tone.INK),
        bit(fit(row.took, _TOOK, "right") + _GAP, Tone.MUTED if row.took == units.UNKNOWN else Tone.INK),
        mark_bit(mark),
        Bit(" "),
        bit(row.outcome, tone, bold=row.outcome in ("failed", "interrupted")),
    )
    return spread(left, (bit(_where(row.evidence.places), Tone.MUTED),), width, gap=1)


def _where(places: tuple[Place, ...]) -> str:
    """`:2 :3`: the file stands in the verdict line."""
    if len(places) > 2:
        return f"{places[0].where} +{len(places) - 1}"
    return " ".join(place.where for place in places)


class AttemptList(VirtualList):
    """The cursor steps over the waits."""

    def move_to(self, index: int) -> None:
        """Put the cursor on this attempt; from a wait, on in the direction it came from."""
        rows = self.rows
        if isinstance(rows, AttemptRows) and 0 <= index < rows.count and rows.is_wait(index):
            index += 1 if index > self.cursor else -1
        super().move_to(index)

    def show_attempts(self, attempts: tuple[AttemptRow, ...], zone: tzinfo) -> None:
        """These attempts; nothing happens if they are drawn already."""
        before = self.rows
        marked = before.marked if isinstance(before, AttemptRows) else frozenset()
        rows = AttemptRows(attempts, zone, marked)
        if rows == before:
            return
        self.show(rows)
        if before.count != rows.count:
            self.refresh(layout=True)

    def show_bookmarks(self, marked: frozenset[int]) -> None:
        """Those attempts have one."""
        if isinstance(self.rows, AttemptRows) and self.rows.marked != marked:
            self.show(replace(self.rows, marked=marked))

    @property
    def head_height(self) -> int:
        """The names of the columns."""
        return 1

    def head(self, width: int) -> Line:
        names = ("#".rjust(_NUMBER), "began".ljust(_BEGAN), "took".rjust(_TOOK), "outcome")
        return (Bit(_GAP.join(names), "$faint"),)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.rows.count + self.head_height
