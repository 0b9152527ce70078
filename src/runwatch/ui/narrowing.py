"""Which runs are shown, and which is the next that failed or degraded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from runwatch.answers.filters import parse_filter
from runwatch.answers.overview import RunRow
from runwatch.core.verdict import ATTENTION
from runwatch.ui.runs_table import fields_of


def one_export(name: str) -> str:
    """The filter that keeps the runs of one export; of a name with quotes in it, what can be asked for."""
    return f'export="{name}"' if '"' not in name else f'export:"{max(name.split(chr(34)), key=len)}"'


class Narrowing(Struct, frozen=True):
    """What hides runs: a filter, and attention only."""

    text: str = ""
    attention: bool = False

    def keeps(self, rows: Iterable[RunRow]) -> list[RunRow]:
        """Those that are shown."""
        wanted = parse_filter(self.text)
        return [
            row
            for row in rows
            if not (self.attention and row.verdict not in ATTENTION)
            and (not self.text or wanted.matches(fields_of(row)))
        ]

    def words(self, shown: int) -> str:
        """For the table's title."""
        words = [f"/{self.text}"] if self.text else []
        words += ["attention only"] if self.attention else []
        return f" · {shown:,} shown: {', '.join(words)}" if words else ""


class FailureWalk:
    """From failed run to failed run: asked again, it goes on from the one it found last."""

    def __init__(self) -> None:
        self._found: str | None = None

    def next(self, rows: Sequence[RunRow], order: Iterable[int]) -> int | None:
        """The next row of `order` that has a failure; None at the end, and then it begins anew."""
        for index in order:
            if rows[index].failures and rows[index].run_id != self._found:
                self._found = rows[index].run_id
                return index
        self._found = None
        return None
