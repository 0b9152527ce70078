"""What tests stand on in place of the real thing: an app around one page, a session whose clock stands still."""

from __future__ import annotations

import os
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from runwatch.core.index import NEVER
from runwatch.core.places import Place
from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.options import Options
from runwatch.session.session import Session
from runwatch.session.travel import Travel
from runwatch.sources.table import open_source
from runwatch.ui.keys import bindings
from runwatch.ui.looks import LooksApp
from runwatch.ui.screens.page import Page

DATA = Path(__file__).parent / "data"
JOURNALS = DATA / "journals"
SAMPLES = Path(__file__).parent.parent / "sample_runs"


def session_of(*paths: Path, later: float = 30, options: Options | None = None) -> Session:
    """Everything in these files, read; the clock stands `later` seconds behind the last event."""
    clock = ManualClock(0)
    home = paths[0].parent  # where the user stands: no path of this machine gets into a golden
    session = Session(open_source([os.path.relpath(path, home) for path in paths], cwd=str(home)), clock, options)
    session.read(session.source.poll())
    times = [time for run in session.runs.all() for time in run.log.moments if time != NEVER]
    clock.advance(max(times, default=0) + round(later * SECOND))
    return session


class ShellApp(LooksApp):
    """One page in a shell that notes what it is asked for."""

    BINDINGS = bindings("app")

    def __init__(self, session: Session, page: Page, *, plain: bool = False) -> None:
        super().__init__(plain=plain)
        self.session = session
        self.travel = Travel(session)
        self.zone: tzinfo = UTC
        self.page = page
        self.asked: list[tuple[Any, ...]] = []
        self.said: list[str] = []
        self.kept: dict[str, dict[str, Any]] = {}

    def on_mount(self) -> None:
        self.push_screen(self.page)

    def open_run(self, run_id: str, *, at_outcome: bool = False) -> None:
        self.asked.append(("run", run_id, at_outcome))

    def open_chunk(self, run_id: str, chunk_index: int, attempt: int = 0) -> None:
        self.asked.append(("chunk", run_id, chunk_index, attempt))

    def open_events(self, run_id: str, query: str = "") -> None:
        self.asked.append(("events", run_id, query))

    def open_line(self, place: Place) -> None:
        self.asked.append(("line", place.where))

    def lead_to_runs(self, export: str | None = None) -> None:
        self.asked.append(("runs", export))

    def lead_to_run(self, run_id: str) -> None:
        self.asked.append(("to run", run_id))

    def open_problems(self) -> None:
        self.asked.append(("problems",))

    def open_raw(self, place: Place) -> None:
        self.asked.append(("raw", place.where))

    def copy(self, text: str, what: str) -> None:
        self.asked.append(("copy", text, what))

    def leave(self) -> None:
        self.asked.append(("leave",))

    def notify(self, message: str, **options: Any) -> None:
        """Noted, and held to be literal: a name in it may come from a log."""
        assert options.get("markup") is False
        self.said.append(message)


def screen_text(app: LooksApp) -> str:
    """What stands on the screen now, without the blanks at the ends of its lines."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    """Press, and wait until everything that follows has happened."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
