"""From PATHs to a session that has read them."""

from __future__ import annotations

import gc
import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo

import click

from runwatch.answers.nothing import nothing_read
from runwatch.cli.options import Asked
from runwatch.cli.output import complain, told
from runwatch.core.when import When, parse_when, span_of
from runwatch.session.clock import Clock, LiveClock
from runwatch.session.session import Session
from runwatch.session.store import Store
from runwatch.sources.base import WrongPath
from runwatch.sources.cache import cache_directory
from runwatch.sources.patterns import matches
from runwatch.sources.table import TABLE, here, meant, open_source, read_to_end, state_of

MANY = 1_000_000
"""New objects after which cycles are looked for while all is read: ten thousand logs are half of that, without any."""


@contextmanager
def opened(paths: Sequence[str], asked: Asked) -> Iterator[Session]:
    """A session that has read nothing yet. Its clock is the context's object, if that has one."""
    clock: Clock = click.get_current_context().obj or LiveClock()
    try:
        source = open_source(paths, poll=asked.poll, now=clock.now)
    except WrongPath as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise click.UsageError(f"{where}{told(error)}; `runwatch --help` tells what can be read") from None
    try:
        yield Session(source, clock, asked.options())
    finally:
        source.close()


@contextmanager
def whole(paths: Sequence[str], asked: Asked) -> Iterator[Session]:
    """A session that has read all there is at PATHs that must exist."""
    with opened(paths, asked) as session, keeping(session, asked), _seldom_looked_through():
        read_whole(session, paths)
        yield session


@contextmanager
def _seldom_looked_through() -> Iterator[None]:
    """What was read is not looked through at the end either, when the command has all but ended."""
    before = gc.get_threshold()
    gc.set_threshold(MANY)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*before)


@contextmanager
def keeping(session: Session, asked: Asked) -> Iterator[None]:
    """What was kept of large logs is not read again; what is read now is kept at the end."""
    if not asked.no_cache:
        session.keep_logs_in(Store(cache_directory))
    yield
    session.keep_logs()


def read_whole(session: Session, paths: Sequence[str]) -> None:
    """Read all there is; what the source has to say about it goes to stderr.

    What could not be listed is a problem too: half of the logs must not pass for all of them.
    """
    must_exist(paths)
    session.read(read_to_end(session.source))
    progress = session.source.progress
    for path, reason in progress.unreadable:
        session.runs.report(path, f"cannot read: {reason}")
        complain(f"cannot read {path}: {reason}")
    said = tuple(f"cannot read {path}: " for path, _ in progress.unreadable)
    for notice in session.notices:
        if not notice.startswith(said):
            complain(notice)


def must_exist(paths: Sequence[str]) -> None:
    """A wrong PATH is worth a word at once: only the dashboard waits for one to appear."""
    for path in map(meant, paths):
        if (state := state_of(path, here())) is not None and not os.path.exists(state):
            raise click.UsageError(f"there is no {state}: rivet makes it at its first run, beside its configuration")
        if os.path.exists(path) or not names_files(path):
            continue
        if not glob.has_magic(path):
            raise click.UsageError(f"{path or repr(path)} {_why_not(path)}")
        if next(matches(path, here()), None) is None:
            raise click.UsageError(f"nothing matches {path}; check the pattern, or let `runwatch watch` wait for it")


def _why_not(path: str) -> str:
    """Why there is nothing at a PATH: what stands behind a shut door may well exist."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        return f"cannot be reached: {told(error)}; check the path and its permissions"
    return "does not exist; check the path (`runwatch --help` lists the commands)"


def names_files(path: str) -> bool:
    """Whether this PATH is left to the last source of the table: files, by name or pattern."""
    return next(kind for kind in TABLE if kind.claims(path, here())) is TABLE[-1]


def when_of(text: str, zone: tzinfo, session: Session | None = None) -> When:
    """The moment that WHEN names. Without a session only its form is looked at."""
    try:
        return parse_when(text, zone, () if session is None else last_moments(session))
    except (ValueError, OverflowError) as error:
        raise click.UsageError(str(error)) from None


def last_moments(session: Session) -> Iterable[int]:
    """The last moment of each run that has any time."""
    for run in session.runs.all():
        span = span_of(run.log, run.state)
        if span is not None:
            yield span[1]


def nothing_there(session: Session) -> str:
    """Why no run was found, and what to do."""
    return nothing_read(session.source.label, session.runs)
