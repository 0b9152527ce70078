"""Directories gone through for logs, with all that is below them.

Links to directories are followed, each directory is read once, and hidden
entries are passed over.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Collection

from runwatch.sources.found import Found, Look, file_id, link_target, visible
from runwatch.sources.names import LogName, any_name, log_name
from runwatch.sources.tail import reason_of
from runwatch.sources.visits import Visits

_NOTHING_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
"""A link to nowhere or to itself, or gone already."""


class Spot:
    """A directory and how we came to it. What stands in it is named by what is in front of its name."""

    __slots__ = ("below", "inside", "inside_below", "inside_shown", "is_shown_as_it_is", "path", "root")

    def __init__(self, root: str, path: str, below: str) -> None:
        self.root = root
        """The PATH, as the user can open it."""
        self.path = path
        """Absolute."""
        self.below = below
        """The path below PATH."""
        self.inside = f"{path.rstrip('/')}/"
        self.inside_below = f"{visible(below)}/" if below else ""
        self.inside_shown = f"{root.rstrip('/')}/{self.inside_below}"
        self.is_shown_as_it_is = self.inside_shown == self.inside

    @property
    def shown(self) -> str:
        """As the user can open it."""
        return os.path.join(self.root, visible(self.below)).rstrip("/") or "/"


class Directories:
    """Those that the PATHs lead to."""

    def __init__(self) -> None:
        self.spots: dict[str, Spot] = {}
        """Gone through at the last look, by absolute path."""
        self._visits = Visits()

    def clear(self) -> None:
        """Before a new look at everything."""
        self.spots.clear()
        self._visits = Visits()

    def walk(self, root: str, path: str, look: Look) -> None:
        """A directory and all below it, the nearest first."""
        left = deque([Spot(root, path, "")])
        while left:
            left += self._list(left.popleft(), look, None)

    def some(self, chains: Collection[str], look: Look) -> None:
        """The files of these logs only, where their directories have been gone through before."""
        for directory in {os.path.dirname(chain) for chain in chains} & self.spots.keys():
            self._list(self.spots[directory], look, chains)

    def _list(self, spot: Spot, look: Look, chains: Collection[str] | None) -> list[Spot]:
        """Its logs go to the look, its directories are returned."""
        try:
            if chains is None and not self._visits.is_due(spot.path, spot.shown, spot.root, look.left_out):
                return []
            self.spots[spot.path] = spot
            with os.scandir(spot.path) as entries:
                return [below for entry in entries if (below := self._entry(entry, spot, look, chains))]
        except (FileNotFoundError, NotADirectoryError):
            return []  # it went between two looks
        except OSError as error:
            look.unreadable[spot.shown] = reason_of(error)
            return []

    def _entry(self, entry: os.DirEntry[str], spot: Spot, look: Look, chains: Collection[str] | None) -> Spot | None:
        """A log goes to the look; a directory is returned."""
        base = entry.name
        if base.startswith("."):
            return None
        name = log_name(base) or (any_name(base) if base.endswith(".json") else None)
        if chains is not None and (name is None or spot.inside + name.stem not in chains):
            return None
        try:
            if name is None:
                is_directory = entry.is_dir()
            else:
                status = entry.stat()
                is_directory = stat.S_ISDIR(status.st_mode)
                if stat.S_ISREG(status.st_mode):
                    look.found.append(_found(entry, spot, name, status))
        except OSError as error:
            if error.errno not in _NOTHING_THERE:
                where = os.path.join(spot.shown, visible(entry.name)) if entry.is_symlink() else spot.shown
                look.unreadable[where] = reason_of(error)
            return None
        return Spot(spot.root, entry.path, os.path.join(spot.below, entry.name)) if is_directory else None


def _found(entry: os.DirEntry[str], spot: Spot, name: LogName, status: os.stat_result) -> Found:
    base, path = visible(entry.name), entry.path
    shown = path if spot.is_shown_as_it_is and base is entry.name else spot.inside_shown + base
    real, real_shown = link_target(path, shown) if entry.is_symlink() else ("", "")
    return Found(
        path=path,
        shown=shown,
        below=spot.inside_below + base,
        chain=path if name.stem == entry.name else spot.inside + name.stem,
        name=name,
        file=file_id(status),
        size=status.st_size,
        mtime=status.st_mtime_ns,
        real=real,
        real_shown=real_shown,
    )
