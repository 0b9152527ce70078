"""Which source reads what: the one table of them. Each is imported when a PATH is its own."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from runwatch.sources.base import Item, Source, Waiting


class Options(Struct, frozen=True):
    """How to read, whatever it is."""

    poll: bool
    """No file notifications."""
    cwd: str
    numbers: Iterator[int]
    """Of segments, over all sources."""
    now: Callable[[], int]
    """The time, ns since 1970: where a place does not say when something was, it was when it came."""
    states: set[str]
    """State databases that are read: each once, however many PATHs lead to it."""


class Kind(Struct, frozen=True):
    """One kind of place that lines come from."""

    claims: Callable[[str, str], bool]
    """Whether this PATH, below that directory, is one."""
    open: Callable[[Sequence[str], Options], list[Source]]
    """The sources for all PATHs of this kind, in the order given."""


def open_source(
    paths: Sequence[str], *, poll: bool = False, cwd: str = "", now: Callable[[], int] = lambda: 0
) -> Source:
    """The source for these PATHs; relative ones are below `cwd`, else below where we stand.

    `now` is the clock of whoever reads.
    """
    options = Options(poll, cwd or here(), itertools.count(), now, set())
    claimed: dict[Kind, list[str]] = {}
    for path in paths:
        kind = next(kind for kind in TABLE if kind.claims(path, options.cwd))
        claimed.setdefault(kind, []).append(path)
    sources = [source for kind, some in claimed.items() for source in kind.open(some, options)]
    if len(sources) == 1:
        return sources[0]
    from runwatch.sources.together import Together

    return Together(sources)


def here() -> str:
    """Where we stand. Where that was removed under our feet it still has a name, and may come again."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return os.path.abspath(os.path.join("/", os.environ.get("PWD", "")))


def read_to_end(source: Source) -> Iterator[Item]:
    """All there is, once: files as they are now, a pipe to its end."""
    yield from source.poll()
    while isinstance(source, Waiting) and source.wait_for_more():
        yield from source.poll()


def _is_stdin(path: str, cwd: str) -> bool:
    return path == "-"


def _is_pipe(path: str, cwd: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(os.path.join(cwd, path)).st_mode)
    except (OSError, ValueError):
        return False


def _stdin(paths: Sequence[str], options: Options) -> list[Source]:
    from runwatch.sources.stdin import open_stdin

    return [open_stdin(options.numbers)]


def _pipes(paths: Sequence[str], options: Options) -> list[Source]:
    from runwatch.sources.stdin import open_pipe

    return [open_pipe(path, options.cwd, options.numbers) for path in paths]


def _files(paths: Sequence[str], options: Options) -> list[Source]:
    from runwatch.sources.files import FileSource

    sources: list[Source] = [FileSource(paths, poll=options.poll, cwd=options.cwd, numbers=options.numbers)]
    return sources + [_beside(path, options) for path in paths if os.path.isdir(os.path.join(options.cwd, path))]


def _beside(directory: str, options: Options) -> Source:
    """The state database that a directory holds, or will hold once rivet runs there."""
    from runwatch.sources.awaited import Awaited

    path = os.path.join(directory, STATE)
    return Awaited(os.path.join(options.cwd, path), lambda: next(iter(_states([path], options)), None))


STATE = ".rivet_state.db"
CONFIGS = ("rivet.yaml", "rivet.yml")
SQLITE = b"SQLite format 3\0"


def state_of(path: str, cwd: str) -> str | None:
    """The state database that a PATH stands for: the file itself, or the one beside rivet's configuration."""
    name = os.path.basename(path)
    if name in CONFIGS:
        return os.path.join(os.path.dirname(path), STATE)
    if name == STATE:
        return path
    try:
        if not stat.S_ISREG(os.stat(os.path.join(cwd, path)).st_mode):
            return None
        with open(os.path.join(cwd, path), "rb") as file:
            return path if file.read(len(SQLITE)) == SQLITE else None
    except (OSError, ValueError):
        return None


def _states(paths: Sequence[str], options: Options) -> list[Source]:
    from runwatch.sources.state.source import StateSource
    from runwatch.sources.state.sqlite import SqliteDatabase

    sources: list[Source] = []
    for name in filter(None, (state_of(path, options.cwd) for path in paths)):
        path = os.path.join(options.cwd, name)
        if (real := os.path.realpath(path)) not in options.states:
            options.states.add(real)
            sources.append(StateSource(SqliteDatabase(path, name), numbers=options.numbers, now=options.now))
    return sources


TABLE = (
    Kind(_is_stdin, _stdin),
    Kind(_is_pipe, _pipes),
    Kind(lambda path, cwd: state_of(path, cwd) is not None, _states),
    Kind(lambda path, cwd: True, _files),
)
"""The first that claims a PATH reads it."""
