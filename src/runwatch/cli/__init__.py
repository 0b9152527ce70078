"""The command line: arguments in, exit code out. One file a command.

Nothing but click is imported until a command is chosen, and Textual only by
those that draw, so that a summary in a script starts at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import NoReturn

_OURS = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT)
if _OURS is signal.default_int_handler:  # until a command can say so itself, ctrl+c ends it without a traceback
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from runwatch.cli.commands import Commands  # noqa: E402

if _OURS is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.default_int_handler)

main = Commands(
    {
        "watch": "runwatch.cli.watch",
        "replay": "runwatch.cli.replay",
        "summary": "runwatch.cli.summary",
        "events": "runwatch.cli.events",
        "lint": "runwatch.cli.lint",
        "record": "runwatch.cli.record",
        "wait": "runwatch.cli.wait",
        "demo": "runwatch.cli.demo",
        "schema": "runwatch.cli.schema",
    }
)


def run() -> NoReturn:
    """The whole process: a command, then the end at once. To free what was read takes a quarter of the time."""
    code: object = 1
    try:
        main()
    except SystemExit as end:
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # a pipe that closed, a stream that never was
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


__all__ = ["main", "run"]
