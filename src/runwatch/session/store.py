"""What was folded of large logs, kept from one session to the next.

A file a log, in the user's cache directory: what the log must be to be known
again (`sources/resume.py`), then what was folded of it (`core/kept.py`). Where
anything is not as expected the log is read anew; nothing here is ever an error.
"""

from __future__ import annotations

import contextlib
import itertools
import mmap
import os
import stat
import zlib
from collections.abc import Callable, Iterable, Set
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from runwatch.core.places import Segment
from runwatch.core.runs import Runs
from runwatch.sources.cache import make_private, write_private
from runwatch.sources.resume import Log, Logs, Mark

if TYPE_CHECKING:
    from runwatch.core.kept import Part, Share

LEAST = 4 << 20
"""Bytes of a log for which it is worth it."""
OF_A_RUN = 64 << 10
"""Bytes of a log for each of its runs: of less, reading it anew costs hardly more."""
NEW = 0.1
"""This part of a log must be new for it to be kept again."""
FILES, BYTES = 20, 2 << 30
"""Kept at most; what was not used for longest makes room."""
MAGIC = b"runwatch log 1\n\0"
_PAGE, _APART = 4096, 256 << 10


class Header(Struct, frozen=True):
    """What a file begins with."""

    form: str
    """Of all that follows."""
    path: str
    identity: str
    marks: list[Mark]
    check: int
    """Of what stands for the objects, and of some of the columns."""
    sizes: list[list[int]]
    """Of the log as such, then of each run: bytes of what stands for its objects, then of each column."""


class Store:
    """Keeps logs in a directory, and finds them there again."""

    def __init__(self, directory: Callable[[], str]) -> None:
        """`directory` is asked for only where there is a large log."""
        self._root = directory
        self._known: dict[str, int] = {}
        """By log, the bytes of it that need not be read."""

    @property
    def directory(self) -> str:
        """Where all is kept."""
        return os.path.join(self._root(), "logs")

    def restore(self, logs: Logs, runs: Runs) -> int:
        """Take in what is known of logs of which nothing was read yet; how many entries that were."""
        return sum(self._restore_one(log, logs, runs) for log in logs.large(LEAST))

    def _restore_one(self, log: Log, logs: Logs, runs: Runs) -> int:
        from runwatch.core.kept import adopt

        path = os.path.join(self.directory, _name_of(log))
        try:
            taken = _found_in(_mapped(path), log, logs, runs)
        except Exception:  # what stands in a file can be wrong in any way, and the log is there to be read
            return 0
        if taken is None:
            return 0
        share, steps, size = taken
        entries = adopt(runs, share, log.segments[: len(steps)])
        if entries is None:
            return 0
        self._known[log.path] = size
        for step in steps:
            step()
        with contextlib.suppress(OSError):
            os.utime(path)
        return entries

    def save(self, logs: Logs, runs: Runs, faulty: Set[Segment] = frozenset(), streams: Set[str] = frozenset()) -> None:
        """Keep what was folded of large logs, where much of it was not known before.

        What had a fault is `faulty`: it may be gone the next time. Lines of `streams` rest on those in front of them.
        """
        for log in logs.large(LEAST):
            if log.segments[0].chain in streams:
                continue
            if log.read - self._known.get(log.path, 0) > NEW * log.size and faulty.isdisjoint(log.segments):
                self._save_one(log, logs, runs)

    def _save_one(self, log: Log, logs: Logs, runs: Runs) -> None:
        from runwatch.core import kept  # with pickle: only who has large logs needs it

        marks, share = logs.marks(log), kept.share_of(runs, log.segments)
        if marks is None or share is None or log.size < OF_A_RUN * len(share.runs):
            return
        made = list(kept.to_bytes(share, log.segments))
        sizes = [[len(objects), *map(len, columns)] for objects, columns in made]
        header = Header(_form(), log.path, log.identity, marks, _check(made), sizes)
        head = msgspec.msgpack.encode(header)
        parts: list[bytes | memoryview] = [MAGIC, len(head).to_bytes(8, "little"), head]
        for objects, columns in made:
            parts += [objects, *columns]
        with contextlib.suppress(OSError):
            make_private(self._root())
            make_private(self.directory)
            if _make_room(self.directory, sum(map(len, parts))):
                write_private(self.directory, _name_of(log), parts)


# ---------------------------------------------------------------------------------------------------------- one file


def _name_of(log: Log) -> str:
    from hashlib import blake2b

    return blake2b(os.fsencode(log.path), digest_size=16).hexdigest()


def _form() -> str:
    """Another one for another version of runwatch or of Python: what is kept may have another form or meaning."""
    from hashlib import blake2b

    import runwatch
    from runwatch.core import kept

    stamps = []
    for part in ("core", "sources"):
        with os.scandir(os.path.join(runwatch.__path__[0], part)) as entries:
            stats = [(each.name, each.stat()) for each in entries if each.name.endswith(".py")]
        stamps += [(name, status.st_size, status.st_mtime_ns) for name, status in stats]
    return blake2b(f"{sorted(stamps)} {kept.shape()}".encode(), digest_size=16).hexdigest()


def _mapped(path: str) -> mmap.mmap:
    """A file of the user's own; raises `OSError` for all others."""
    with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW), "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise PermissionError(path)
        return mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)


def _found_in(data: mmap.mmap, log: Log, logs: Logs, runs: Runs) -> tuple[Share, list[Callable[[], None]], int] | None:
    """What this file holds, if it is of that log; what makes each of its files be read from there on; bytes of them."""
    from runwatch.core import kept

    view = memoryview(data)
    start = len(MAGIC) + 8
    if view[: len(MAGIC)] != MAGIC:
        return None
    end = start + int.from_bytes(view[len(MAGIC) : start], "little")
    header = msgspec.msgpack.decode(view[start:end], type=Header)
    if header.form != _form() or header.path != log.path:
        return None
    steps = logs.go_on(log, header.marks)
    if steps is None:
        return None
    starts = list(itertools.accumulate(map(sum, header.sizes), initial=end))

    def part(number: int) -> Part:
        ends = itertools.accumulate(header.sizes[number], initial=starts[number])
        objects, *columns = [view[first:last] for first, last in itertools.pairwise(ends)]
        return objects, columns

    if starts[-1] != len(view) or header.check != _check(map(part, range(len(header.sizes)))):
        return None
    segments = log.segments[: len(header.marks)]
    share = kept.from_bytes(part(0), lambda run: part(run + 1), segments, runs.again)
    if header.identity != log.identity and any(run.run_id == header.identity for run in share.runs):
        return None  # lines that name no run are another one's now
    return share, steps, sum(mark.position for mark in header.marks)


def _check(parts: Iterable[Part]) -> int:
    """Of all objects, and of a page here and there of large columns: bytes that never reached the disk are zeros.

    To check all of them would take longer than to use them.
    """
    check = 0
    for objects, columns in parts:
        check = zlib.crc32(objects, check)
        for column in columns:
            for at in range(_APART, len(column), _APART):
                check = zlib.crc32(column[at : at + _PAGE], check)
    return check


# ------------------------------------------------------------------------------------------------------- all of them


def _make_room(directory: str, size: int) -> bool:
    """Remove what was not used for longest, until so many bytes more may be kept; false where that can never be."""
    if size > BYTES:
        return False
    with os.scandir(directory) as entries:
        there = [(each.path, each.stat(follow_symlinks=False)) for each in entries]
    found = sorted((status.st_mtime_ns, status.st_size, path) for path, status in there)
    total = sum(gone for _, gone, _ in found)
    while found and (len(found) >= FILES or total + size > BYTES):
        _, gone, path = found.pop(0)
        os.unlink(path)
        total -= gone
    return True
