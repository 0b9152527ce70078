"""The table of formats. A new one is a file beside this and a line here."""

from __future__ import annotations

from importlib import import_module

from runwatch.report.look import Look
from runwatch.report.summary import Summary

FORMATS = {
    "text": "runwatch.report.text",
    "json": "runwatch.report.json",
    "markdown": "runwatch.report.markdown",
}
"""Each module has `render(summary, look)`; imported when it is asked for."""


def formatted(name: str, summary: Summary, look: Look) -> str:
    """The summary in the format of that name."""
    text: str = import_module(FORMATS[name]).render(summary, look)
    return text
