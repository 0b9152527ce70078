"""The demo's lines, written when they are due, as a fleet of producers would.

Nothing here knows what time it is: whoever calls says so. Writers are sometimes
seen half way through a line, so this one now and then stops in the middle of one
and writes the rest the next time.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from random import Random

from runwatch.core.encode import encode
from runwatch.core.events import Entry
from runwatch.sources.demo.story import Story

TEAR = 0.03
"""How often the last line of a log is torn."""
FASTER = 10


class DemoWriter:
    """A fleet's logs, one `<export>.jsonl` each, in one directory; nothing is written outside it.

    The same seed and start give the same bytes. `fast` lets ten seconds pass in one.
    """

    def __init__(self, directory: Path, seed: int, fast: bool, start_ns: int) -> None:
        story = Story(seed, start_ns, 1 / FASTER if fast else 1.0)
        timed = [(entry.time or 0, entry) for entry in (*story.past(), *story.present())]
        timed.sort(key=lambda each: each[0])
        self._due: deque[tuple[int, Entry]] = deque(timed)
        self._halves: dict[str, bytes] = {}
        self._directory = directory
        self._start_ns = start_ns
        self._now = start_ns
        self._chance = Random(f"{seed}/torn")

    @property
    def finished(self) -> bool:
        """Everything has been written."""
        return not self._due and not self._halves

    @property
    def next_due_ns(self) -> int | None:
        """When `advance` has something to write again; None when finished."""
        if self._halves:
            return self._now
        return self._due[0][0] if self._due else None

    def history(self) -> None:
        """Write the past at once: the runs of the last hours, and those under way up to now."""
        self._write(self._until(self._start_ns))

    def advance(self, now_ns: int) -> int:
        """Write the rest of torn lines and all lines due up to `now_ns`; returns how many lines became whole."""
        self._now = max(self._now, now_ns)
        texts, whole = dict(self._halves), len(self._halves)
        self._halves.clear()
        for name, lines in self._until(now_ns).items():
            whole += len(lines)
            if self._chance.random() < TEAR:
                cut = len(lines[-1]) // 2
                lines[-1], self._halves[name] = lines[-1][:cut], lines[-1][cut:]
                whole -= 1
            texts[name] = texts.get(name, b"") + b"".join(lines)
        self._write({name: [text] for name, text in texts.items()})
        return whole

    def _until(self, now_ns: int) -> dict[str, list[bytes]]:
        """The lines that are due, by the log they belong to."""
        lines: dict[str, list[bytes]] = {}
        while self._due and self._due[0][0] <= now_ns:
            entry = self._due.popleft()[1]
            lines.setdefault(f"{entry.export_name}.jsonl", []).append(encode(entry) + b"\n")
        return lines

    def _write(self, logs: dict[str, list[bytes]]) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        for name, lines in logs.items():
            with (self._directory / name).open("ab") as log:
                log.write(b"".join(lines))
