"""Which runs are shown, and which is the next that failed or degraded."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from runwatch.session.standing import Standing


def one_export(name: str) -> str:
    """The filter that keeps the runs of one export; of a name with quotes in it, what can be asked for."""
    return f'export="{name}"' if '"' not in name else f'export:"{max(name.split(chr(34)), key=len)}"'


class Narrowing(Struct, frozen=True):
    """What hides runs: a filter, and attention only."""

    text: str = ""
    attention: bool = False

    def words(self, shown: int) -> str:
        """For the table's title."""
        words = [f"/{self.text}"] if self.text else []
        words += ["attention only"] if self.attention else []
        return f" · {shown:,} shown: {', '.join(words)}" if words else ""


class FailureWalk:
    """From failed run to failed run: asked again, it goes on from the one it found last."""

    def __init__(self) -> None:
        self._found: str | None = None

    def next(self, standings: Iterable[tuple[int, Standing]]) -> int | None:
        """The next row that has a failure; None at the end, and then it begins anew."""
        for index, standing in standings:
            if standing.failures and standing.run_id != self._found:
                self._found = standing.run_id
                return index
        self._found = None
        return None
