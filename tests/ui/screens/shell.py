"""A small app around one page: what it is asked for is kept, so that a test can look at it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from runwatch.core.places import Place
from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source
from runwatch.ui.keys import bindings
from runwatch.ui.looks import LooksApp
from runwatch.ui.screens.events import EventsPage
from runwatch.ui.screens.page import Page
from runwatch.ui.screens.problems import ProblemsPage
from runwatch.ui.screens.raw import RawScreen

SIZES = [(120, 40), (80, 24), (40, 12), (200, 60), (100, 34), (120, 20), (18, 3), (1, 1)]
HOSTILE = "[/nope] [ERROR] [@click=app.quit]x[/] \x1b[31m \x1b]52;c;aGk=\x07 \x00 \u202eabc \x9b31m"
"""Markup that crashes, markup that vanishes, a live link, colours, the clipboard, NUL, a direction mark, C1."""
NOW = 1_795_458_262 * SECOND


class ShellApp(LooksApp):
    """Provides what pages ask of the app around them."""

    BINDINGS = bindings("app")

    def __init__(self, session: Session, page: Page, **options: Any) -> None:
        super().__init__(**options)
        self.session = session
        self.zone: tzinfo = UTC
        self.page = page
        self.copied: list[tuple[str, str]] = []
        self.opened: list[str] = []
        self.kept: dict[str, dict[str, Any]] = {}

    def on_mount(self) -> None:
        self.push_screen(self.page)

    def open_run(self, run_id: str, *, at_outcome: bool = False) -> None:
        self.opened.append(run_id)

    def open_chunk(self, run_id: str, chunk_index: int, attempt: int = 0) -> None:
        self.opened.append(f"{run_id} {chunk_index} {attempt}")

    def open_events(self, run_id: str, query: str = "") -> None:
        self.opened.append(f"{run_id} events {query}".rstrip())
        self.push_screen(EventsPage(run_id, query))

    def open_line(self, place: Place) -> None:
        self.opened.append(f"line {place}")

    def lead_to_runs(self, export: str | None = None) -> None:
        self.opened.append(f"runs {export}")

    def lead_to_run(self, run_id: str) -> None:
        self.opened.append(f"to {run_id}")

    def open_problems(self) -> None:
        self.push_screen(ProblemsPage())

    def open_raw(self, place: Place) -> None:
        self.opened.append(str(place))
        self.push_screen(RawScreen(place, self.session.source.line_at(place)))

    def copy(self, text: str, what: str) -> None:
        self.copied.append((text, what))

    def leave(self) -> None:
        self.opened.append("left")
        self.pop_screen()

    @property
    def shown(self) -> str:
        """What stands on the screen, row by row."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    @property
    def said(self) -> list[str]:
        """What was notified."""
        return [str(notice.message) for notice in self._notifications]


def session_of(*paths: Path, now: int = NOW) -> Session:
    """A session that has read all of these."""
    session = Session(open_source([str(path) for path in paths], poll=True), ManualClock(now))
    session.read(session.source.poll())
    return session


def read_more(session: Session) -> None:
    """What was written since."""
    session.source.rescan()
    session.read(session.source.poll())


def event(run_id: str, second: float, **fields: Any) -> bytes:
    """One line: `event("orders_1", 2.5, ChunkStarted={…})`."""
    time = f"2026-11-23T18:00:{second:06.3f}Z"
    return json.dumps({"run_id": run_id, "export_name": "orders", "recorded_at": time, "event": fields}).encode()


def write(path: Path, lines: Iterable[bytes]) -> Path:
    """A log of these lines."""
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def assert_harmless(text: str) -> None:
    """No control but the row's end, and no direction mark, reached the screen."""
    assert not {char for char in text if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)}
    assert "\u202e" not in text
