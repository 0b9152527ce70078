"""The user's own pager or editor, opened at a line of a log.

Nothing here goes through a shell: the words of $PAGER are split and the path
is one argument, which never begins with a dash or a plus. A log whose file
cannot be opened at a line is not opened: its line goes to the program's stdin.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct
from textual.app import App, SuspendNotSupported

from runwatch.answers.evidence import cite
from runwatch.core.places import Place
from runwatch.core.text import safe_line
from runwatch.sources.names import any_name
from runwatch.ui.raw_text import copied_text, gone_words

VARIABLES = ("PAGER", "VISUAL", "EDITOR")
FALLBACK = "less"
EDITORS = frozenset({"vi", "vim", "nvim", "view", "vimx", "nano", "rnano", "pico", "kak"})
"""Programs that read stdin where they are given `-`."""
AT_LINE = EDITORS | frozenset({"less", "more", "most", "emacs", "emacsclient", "mg", "joe", "jed", "micro", "ne"})
"""Programs that take `+LINE` in front of a path."""
WITH_COLON = frozenset({"hx", "helix", "subl"})
"""Programs that take `PATH:LINE`."""


class Call(Struct, frozen=True):
    """What to run, and what to give it on stdin (None: the terminal's)."""

    argv: tuple[str, ...]
    text: bytes | None = None

    @property
    def program(self) -> str:
        """As it is said to the user."""
        return safe_line(self.argv[0])


def program_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The words of the first variable that names a program, else `less` where it is installed, else nothing."""
    for name in VARIABLES:
        words = environment.get(name, "").strip()
        if words:
            try:
                return tuple(shlex.split(words))
            except ValueError:  # a quote that is never closed: it is one word, and will not be found
                return (words,)
    return (FALLBACK,) if shutil.which(FALLBACK) else ()


def call(program: tuple[str, ...], place: Place, line: bytes) -> Call:
    """How this program is opened at a place; `line` is what stands there."""
    name = os.path.basename(program[0])
    if not can_be_opened(place):
        reads = ("-",) if name in EDITORS else ()
        return Call((*program, *reads), copied_text(line).encode() + b"\n")
    path = place.segment.path
    if not path.startswith(("/", "./", "../")):  # never an option, never a command
        path = f"./{path}"
    if name in AT_LINE:
        return Call((*program, f"+{place.line}", path))
    return Call((*program, f"{path}:{place.line}" if name in WITH_COLON else path))


def can_be_opened(place: Place) -> bool:
    """A plain file whose lines are the log's: not packed, no document, no pipe, and still there."""
    segment = place.segment
    if segment.document or segment.gone or any_name(os.path.basename(segment.path)).packed:
        return False
    try:
        return stat.S_ISREG(os.stat(segment.path).st_mode)
    except OSError:
        return False


def show_line(app: App[None], place: Place, line: bytes | None) -> str:
    """Put the user's program in the place of the app until it ends; what is to be said then, empty if all went well."""
    if line is None:
        return gone_words(place)
    program = program_of(os.environ)
    if not program:
        return f"no pager: set PAGER or EDITOR, or install {FALLBACK}; v shows the line"
    wanted = call(program, place, line)
    try:
        with app.suspend(), _interrupts_are_theirs():
            return run(wanted)
    except SuspendNotSupported:
        return f"this terminal cannot be lent to {wanted.program}; v shows {cite((place,))}"


def run(wanted: Call) -> str:
    """Wait until it has ended; one line if it could not be run, or failed."""
    try:
        ended = subprocess.run(wanted.argv, input=wanted.text, check=False)  # noqa: S603 - the user's own program
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"cannot run {wanted.program}: {why}"
    if ended.returncode < 0:
        return f"{wanted.program} was ended by signal {-ended.returncode}"
    return f"{wanted.program} ended with {ended.returncode}" if ended.returncode else ""


@contextmanager
def _interrupts_are_theirs() -> Iterator[None]:
    """ctrl+c in a pager reaches us too. A handler of our own is not inherited; "ignore" would be."""
    try:
        before = signal.signal(signal.SIGINT, lambda number, frame: None)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
