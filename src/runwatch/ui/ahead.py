"""What other pages need, made ready a little at a time while nobody waits: their modules and their sheets.

The first picture does without them. Whoever opens a page for the first time
would wait for both, and for Textual to parse every sheet there is once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from textual.css.stylesheet import Stylesheet

import runwatch.ui.screens

PAGES = ("run", "events", "help", "chunk", "raw", "problems", "reasons")
"""Modules below `ui/screens/`; those that are opened most come first. A sheet has the same name."""


def made_ready(stylesheet: Stylesheet) -> Iterator[str]:
    """Each page's name once it is; whoever goes on to the next decides when."""
    for name in PAGES:
        import_module(f"{runwatch.ui.screens.__name__}.{name}")
        yield name
    for name in PAGES:
        sheet = str(Path(runwatch.ui.screens.__path__[0], f"{name}.tcss"))
        if Path(sheet).exists() and not stylesheet.has_source(sheet):
            stylesheet.read(sheet)
            stylesheet.parse()  # those that were parsed before are remembered
            yield name
