"""What must stand on runwatch's screen for us to say so. Whoever changes the screens changes these lines."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.screen import Screen

Sight = Callable[[Screen], bool]

STATES = ("failed", "contradicted", "lost", "stalled", "degraded", "running", "succeeded", "skipped")
HEADING = 5
"""Lines above the table of the runs that name states too, in the tiles."""
BARE = "a bare app says this"


def has_content(*exports: str) -> Sight:
    """The name of one of these runs and its state, in one line of the table."""

    def seen(screen: Screen) -> bool:
        rows = screen.lines[HEADING:]
        return any(
            any(export in row for export in exports) and any(state in row.lower() for state in STATES) for row in rows
        )

    return seen


def is_whole(screen: Screen) -> bool:
    """All was read: the header says how it follows the log, and not that it reads."""
    header = screen.lines[0]
    return "runwatch" in header and any(state in header for state in ("● live", "● watching", "log ended"))


def is_final(*exports: str) -> Sight:
    """All was read, and a run is there with its state."""
    has = has_content(*exports)
    return lambda screen: is_whole(screen) and has(screen)


def says(text: str) -> Sight:
    """These words stand somewhere."""
    return lambda screen: text in screen.text


def lacks(text: str) -> Sight:
    """They do not, on a screen that is drawn."""
    return lambda screen: text not in screen.text and "runwatch" in screen.lines[0]


KEYS = (
    ("?", says("─ Keys ─"), "\x1b", lacks("─ Keys ─")),
    ("S", says("▲"), "S", lacks("▲")),
    ("\r", says("─ 1 Planned"), "\x1b", lacks("─ 1 Planned")),
    ("i", says("╭─ Events"), "\x1b", lacks("╭─ Events")),
)
"""A key and what it brings, a key and what that takes away again: help, sorting, a run, its events."""
EVENTS = "i"
"""The key for a run's events, whose page says how many there are."""


def has_events(count: int) -> Sight:
    """The events page of a run that has so many."""
    return says(f"╭─ Events {count:,} ")
