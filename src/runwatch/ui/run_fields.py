"""What a filter and an order ask of a run: made when it is asked for, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from runwatch.answers.overview import RunRow, run_row
from runwatch.session.session import Session
from runwatch.session.standing import Standing

_AS_IT_STANDS: dict[str, Callable[[Standing], object]] = {
    "run_id": lambda standing: standing.run_id,
    "export": lambda standing: standing.export,
    "verdict": lambda standing: standing.verdict,
    "degraded": lambda standing: standing.degraded,
    "failures": lambda standing: standing.failures,
}
_IN_ITS_ROW: dict[str, Callable[[RunRow], object]] = {
    "why": lambda row: row.why,
    "rows": lambda row: row.rows_count,
    "rate": lambda row: row.rate_value,
    "retries": lambda row: row.retries,
    "chunks": lambda row: row.chunks_done,
    "elapsed": lambda row: row.elapsed_ms,
}
QUIET = ("succeeded", "skipped")
"""Verdicts of which no reason is shown."""


class RunFields:
    """The fields of one run; most lists never need more than its standing."""

    __slots__ = ("_row", "_session", "standing")

    def __init__(self, standing: Standing, session: Session) -> None:
        self.standing = standing
        self._session = session
        self._row: RunRow | None = None

    def get(self, name: str, /) -> object:
        """The value of a field; None is unknown."""
        look = _AS_IT_STANDS.get(name)
        if look is not None:
            return look(self.standing)
        row = self._made()
        return None if row is None else _IN_ITS_ROW[name](row)

    def values(self) -> Iterator[object]:
        """Its texts: names and verdict, and why, where there is a reason."""
        standing = self.standing
        yield from (standing.run_id, standing.export, standing.verdict)
        if standing.verdict not in QUIET:
            yield self.get("why")

    def _made(self) -> RunRow | None:
        if self._row is None:
            run = self._session.runs.by_id.get(self.standing.run_id)  # of some only the end of their log is known
            moment = None if run is None else self._session.judged(run)
            self._row = None if moment is None else run_row(moment)
        return self._row
