"""rivet's live progress stream, line by line in the form that every other log has.

Its lines have no time, and most of them name only the export: the run is the
one that last started in the same stream. What they say is put into the
vocabulary's own words here, and decoded as any other line is.
"""

from __future__ import annotations

from typing import Any

from runwatch.core.times import format_time

JSON = dict[str, Any]

_WORDS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "started": (("RunStarted", {}),),
    "progress_init": (("Progress", {"total_chunks": "chunks_total"}),),
    "progress": (("Progress", {"chunks_done": "chunks_done", "rows": "rows"}),),
    "finished": (
        ("Progress", {"total_rows": "rows", "files_produced": "files", "bytes_written": "bytes"}),
        ("RunCompleted", {}),
    ),
}
"""By a line's `type` the events it stands for, and their fields by its own; the last one takes what is left."""
SAID_AT_MOST = 2
"""Events that one line stands for; each of them is that line."""
_NAMES_RUN = ("started", "finished")
_ENVELOPE = frozenset({"type", "run_id", "export_name"})
_OURS = frozenset({"event", "recorded_at", "origin"})
"""What a line of another form has."""


class Unplaced(ValueError):
    """Nobody said which run a line is of; its text is the problem's reason."""


def is_told(value: JSON) -> bool:
    """Whether a line is one of the stream. `progress` is also how `Progress` may be spelt: that has a run or a time."""
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _WORDS or "export_name" not in value or not _OURS.isdisjoint(value):
        return False
    return kind != "progress" or ("chunks_done" in value and "run_id" not in value)


class Stream:
    """One stream: which run each export is at."""

    __slots__ = ("_latest", "_runs")

    def __init__(self) -> None:
        self._runs: dict[object, str] = {}
        self._latest = 0

    @property
    def is_told(self) -> bool:
        """At least one run has started in it."""
        return bool(self._runs)

    @property
    def is_stamped(self) -> bool:
        """Lines of it have the times of their arrival."""
        return self._latest > 0

    def said(self, value: JSON, arrived: int | None) -> list[JSON]:
        """What a line says, as lines of a log; at the time it `arrived` (ns) if that counts. Raises `Unplaced`."""
        kind = value["type"]
        envelope = {"run_id": self._run_of(kind, value), "export_name": value["export_name"]}
        others = {key: given for key, given in value.items() if key not in _ENVELOPE}
        fields: JSON = {}
        lines = []
        for variant, names in _WORDS[kind]:
            fields = {ours: others.pop(own) for own, ours in names.items() if own in others}
            stamp = {} if arrived is None else {"recorded_at": format_time(self._after(arrived), 9)}
            lines.append(envelope | stamp | {"event": {variant: fields}, "origin": "stream"})
        fields |= {key: given for key, given in others.items() if key not in fields}
        return lines

    def _run_of(self, kind: str, value: JSON) -> str:
        export = value["export_name"]
        if kind in _NAMES_RUN:
            run_id = value.get("run_id")
            if not isinstance(run_id, str):
                raise Unplaced(f"{kind}: no run_id")
            if isinstance(export, str):
                self._runs[export] = run_id
            return run_id
        if not isinstance(export, str) or export not in self._runs:
            raise Unplaced(f'{kind} of an export that no "started" was seen of: nobody says which run it is of')
        return self._runs[export]

    def _after(self, arrived: int) -> int:
        """No two at one time: those would be taken for one that came twice."""
        self._latest = max(arrived, self._latest + 1)
        return self._latest
