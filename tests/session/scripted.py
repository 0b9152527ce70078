"""A source whose polls are written down beforehand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.core.made import segment

from runwatch.core.places import Place, Segment
from runwatch.sources.base import Block, Document, Item, Progress


class ScriptedSource:
    """Each poll brings the next items; a hint comes when `hint()` is called."""

    def __init__(self, *polls: Sequence[Item], ends: bool = False) -> None:
        self.label = "scripted"
        self.progress = Progress()
        self.polls = [list(poll) for poll in polls]
        self.polled = 0
        self.rescans = 0
        self.waiting = 0
        self._ends = ends
        self._hint = asyncio.Event()

    def hint(self) -> None:
        self._hint.set()

    def poll(self) -> Iterator[Item]:
        self.polled += 1
        items = self.polls.pop(0) if self.polls else []
        self.progress.ended = self._ends and not self.polls
        yield from items

    async def changed(self) -> None:
        self.waiting += 1
        try:
            await self._hint.wait()
        finally:
            self.waiting -= 1
        self._hint.clear()

    def rescan(self) -> None:
        self.rescans += 1

    def line_at(self, place: Place) -> bytes | None:
        return None

    def close(self) -> None:
        pass


def block(*lines: dict[str, Any], where: Segment | None = None, line: int = 1, arrived: bool = False) -> Block:
    data = b"\n".join(json.dumps(given).encode() for given in lines)
    return Block(where or segment("a.jsonl"), data, line, 0, arrived)


def document(where: Segment, run_id: str, *entries: dict[str, Any], arrived: bool = False) -> Document:
    return Document(where, json.dumps({"run_id": run_id, "entries": list(entries)}).encode(), arrived)


def line(seconds: int, variant: str, run_id: str = "r", **fields: Any) -> dict[str, Any]:
    """One event, so many seconds behind 18:00:00."""
    stamp = f"2026-11-23T18:{seconds // 60:02d}:{seconds % 60:02d}Z"
    return {"run_id": run_id, "recorded_at": stamp, "event": {variant: fields}}


def warned(seconds: int, run_id: str = "r") -> dict[str, Any]:
    return line(seconds, "Warning", run_id, context="c", message="m")


def over(seconds: int, run_id: str = "r", status: str = "success") -> dict[str, Any]:
    return line(seconds, "RunCompleted", run_id, status=status, duration_ms=1)
