"""The command line: arguments in, exit code out. One file a command.

Nothing but click is imported until a command is chosen, and Textual only by
those that draw, so that a summary in a script starts at once.
"""

from __future__ import annotations

from runwatch.cli.commands import Commands

main = Commands(
    {
        "watch": "runwatch.cli.watch",
        "summary": "runwatch.cli.summary",
        "events": "runwatch.cli.events",
        "lint": "runwatch.cli.lint",
        "demo": "runwatch.cli.demo",
        "schema": "runwatch.cli.schema",
    }
)

__all__ = ["main"]
