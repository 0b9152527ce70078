"""Which source reads what: the one table of them. Each is imported when a PATH is its own."""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

from msgspec import Struct

from runwatch.sources.base import Item, Source, Waiting, WrongPath

POSTGRES = ("postgresql://", "postgres://")
_LIKE_AN_ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/|.*://|.*\bpassword\s*=", re.DOTALL | re.IGNORECASE)


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

    `now` is the clock of whoever reads. Raises `WrongPath`.
    """
    options = Options(poll, cwd or here(), itertools.count(), now, set())
    claimed: dict[Kind, list[str]] = {}
    for path in map(meant, paths):
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
    if isinstance(source, Waiting):
        while source.wait_for_more():
            yield from source.poll()
        yield from source.poll()  # what it says of being whole may be older than its last word that no more comes


def _is_stdin(path: str, cwd: str) -> bool:
    return path == "-"


def _is_pipe(path: str, cwd: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(os.path.join(cwd, path)).st_mode)
    except (OSError, ValueError):
        return False


def _is_postgres(path: str, cwd: str) -> bool:
    return path.startswith(POSTGRES)


def _is_other_address(path: str, cwd: str) -> bool:
    """Whether it may hold a password, so that no file of that name may be waited for, or missed, in words."""
    return _LIKE_AN_ADDRESS.match(path) is not None and not os.path.lexists(os.path.join(cwd, path))


def _stdin(paths: Sequence[str], options: Options) -> list[Source]:
    from runwatch.sources.stdin import open_stdin

    return [open_stdin(options.numbers)]


def _pipes(paths: Sequence[str], options: Options) -> list[Source]:
    from runwatch.sources.stdin import open_pipe

    return [open_pipe(path, options.cwd, options.numbers) for path in paths]


def _postgres(paths: Sequence[str], options: Options) -> list[Source]:
    try:
        import_module("psycopg")
    except ImportError:  # also where it finds no libpq
        raise WrongPath("to read a PostgreSQL takes psycopg; pip install 'runwatch[postgres]'") from None
    from runwatch.sources.state.postgres import PostgresDatabase
    from runwatch.sources.state.source import StateSource

    databases = [PostgresDatabase(path) for path in dict.fromkeys(paths)]
    return [StateSource(database, numbers=options.numbers, now=options.now) for database in databases]


def _no_address(paths: Sequence[str], options: Options) -> list[Source]:
    """Said without the rest of it."""
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*(?=:/)", paths[0])
    what = f"{scheme[0]}://" if scheme else "such an address"
    more = " or postgresql://user@host/name" if "postgres" in what.lower() or not scheme else ""
    raise WrongPath(f"{what} is nothing that can be read; give a path{more}")


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


def meant(path: str) -> str:
    """The PATH itself; of rivet's configuration the address where rivet keeps its state, if the environment has one."""
    return (os.environ.get("RIVET_STATE_URL") or path) if os.path.basename(path) in CONFIGS else path


def state_of(path: str, cwd: str) -> str | None:
    """The state database that a PATH stands for: the file itself, or the one beside rivet's configuration."""
    name = os.path.basename(path)
    if name in CONFIGS:
        return os.path.join(os.path.dirname(path), STATE)
    if name == STATE:
        return path
    whole = os.path.join(cwd, path)
    try:
        if not stat.S_ISREG(os.stat(whole).st_mode):
            return None  # what a pipe holds can be read once only
        with open(whole, "rb") as file:
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
    Kind(_is_postgres, _postgres),
    Kind(_is_other_address, _no_address),
    Kind(lambda path, cwd: state_of(path, cwd) is not None, _states),
    Kind(lambda path, cwd: True, _files),
)
"""The first that claims a PATH reads it."""
