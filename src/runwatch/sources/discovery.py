"""Which files the PATHs lead to, now.

Asked again and again: files appear, are renamed and go. Nothing is opened here,
only listed; what the files hold and which of them belong together is decided by
those who read them.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Collection

from runwatch.sources.directories import Directories
from runwatch.sources.found import Found, Look, chain_of, file_id, link_target, normal, visible
from runwatch.sources.names import any_name, log_name
from runwatch.sources.patterns import matches
from runwatch.sources.tail import reason_of


class Discovery:
    """The PATHs: files by name, patterns, directories."""

    def __init__(self, paths: Collection[str], cwd: str) -> None:
        self._roots = list(dict.fromkeys(normal(path) for path in paths))
        self._cwd = cwd
        self._look = Look()
        self._restless: Collection[str] = ()
        self._only: Collection[str] | None = None
        self.directories = Directories()
        self.deep: set[str] = set()
        """Directories of which all below is ours."""
        self.flat: set[str] = set()
        """Directories of which only some names are ours: around files, patterns and what is waited for."""
        self._matched: set[str] = set()
        self._by_name: dict[str, str] = {}

    def everything(self, restless: Collection[str]) -> Look:
        """All files there are. `restless` are the logs given by name whose neighbours matter."""
        self._look, self._restless, self._only = Look(), restless, None
        self.directories.clear()
        self.deep, self.flat = set(), set()
        for root in self._roots:
            self._path(root)
        if self._look.left_out:  # a watch of all below would go there
            self.flat |= self.directories.spots.keys()
            self.deep = set()
        return self._look

    def only(self, chains: Collection[str], restless: Collection[str]) -> Look:
        """The files of these logs; directories are not gone through again."""
        self._look, self._restless, self._only = Look(), restless, chains
        self.directories.some(chains, self._look)
        for root in self._roots:
            path = self._absolute(root)
            if path not in self.directories.spots and (glob.has_magic(root) or chain_of(path) in chains):
                self._path(root)
        return self._look

    def log_of(self, path: str) -> str | None:
        """The log that a notification is about: `""` if none of ours, None if only a look at everything can tell."""
        if log := self._by_name.get(chain_of(path)):
            return log
        directory, base = os.path.split(path)
        if self._is_hidden(path):
            return ""
        if directory in self.directories.spots:
            if log_name(base) or base.endswith(".json"):
                return chain_of(path)
            return None if path in self.directories.spots or os.path.isdir(path) else ""
        if any(glob.has_magic(root) for root in self._roots) and not os.path.isdir(path):
            return chain_of(path)
        if directory in self.flat:
            expected = [self._absolute(root) for root in self._look.waiting]
            return None if any(f"{waiting}/".startswith(f"{path}/") for waiting in expected) else ""
        return None

    def _is_hidden(self, path: str) -> bool:
        """Below a hidden entry of a directory that is ours."""
        return any(path.startswith(f"{root}/") and "/." in path[len(root) :] for root in self.deep)

    def _absolute(self, path: str) -> str:
        """`.` parts are dropped: notifications come under the same name then."""
        joined = os.path.join(self._cwd, path)
        return normal("/".join(part for part in joined.split("/") if part != ".") or "/")

    def _path(self, root: str) -> None:
        path = self._absolute(root)
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            if glob.has_magic(root):
                self._pattern(root)
            else:
                self._look.waiting.append(root)
                self._missing(root, path)
        except OSError as error:
            self._look.unreadable[root] = reason_of(error)
        else:
            self._existing(root, visible(os.path.basename(path)), status)

    def _pattern(self, root: str) -> None:
        """Each match is a PATH given by name, but for its identity: that is below the pattern's fixed part."""
        fixed = root
        while glob.has_magic(fixed):
            fixed = os.path.dirname(fixed)
        self._beside(self._absolute(os.path.join(fixed, "x")))
        matching = sorted(set(map(normal, matches(root, self._cwd, self._look.left_out))))
        for match in matching:
            try:
                status = os.stat(self._absolute(match))
            except OSError:
                continue  # it went, or is a link to nowhere
            self._existing(match, visible(os.path.relpath(match, fixed or ".")), status)
        for match in self._matched - set(matching):
            if chain_of(self._absolute(match)) in self._restless:
                self._missing(match, self._absolute(match))
        self._matched.update(matching)
        if not matching:
            self._look.waiting.append(root)
            self._try(fixed or ".", root)

    def _try(self, directory: str, root: str) -> None:
        """Nothing matches: there may be nothing, or a door is shut."""
        try:
            os.scandir(self._absolute(directory)).close()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            self._look.unreadable[root] = reason_of(error)

    def _existing(self, shown: str, below: str, status: os.stat_result) -> None:
        path = self._absolute(shown)
        if stat.S_ISDIR(status.st_mode):
            if self._only is None:
                self.deep.add(path)
                self.directories.walk(visible(shown), path, self._look)
        elif not stat.S_ISREG(status.st_mode):
            self._look.unreadable[shown] = "not a file"
        elif self._only is None or chain_of(path) in self._only:
            self._named(shown, path, below, status)

    def _named(self, shown: str, path: str, below: str, status: os.stat_result) -> None:
        self._beside(path)
        chain = self._by_name[chain_of(path)] = chain_of(path)
        real, real_shown = link_target(path, shown)
        self._look.found.append(
            Found(
                path=path,
                shown=visible(shown),
                below=below,
                chain=chain,
                name=any_name(os.path.basename(path)),
                file=file_id(status),
                size=status.st_size,
                mtime=status.st_mtime_ns,
                named=True,
                real=real,
                real_shown=visible(real_shown),
            )
        )
        if chain in self._restless:
            self._neighbours(chain, path, shown)
            self._neighbours(chain, real, real_shown)
        if real:
            self._beside(real)
            self._by_name[chain_of(real)] = chain

    def _missing(self, root: str, path: str) -> None:
        """Nothing stands under this name; what stood there may have been renamed."""
        self._beside(path)
        if self._only is None or chain_of(path) in self._only:
            self._neighbours(chain_of(path), path, root)

    def _neighbours(self, chain: str, path: str, shown: str) -> None:
        """Files that may be rotated parts of the one that stands, or stood, at `path`."""
        directory, base = os.path.split(path)
        stem = any_name(base).stem
        try:  # an empty path, where there was no link, has none
            names = [name for name in os.listdir(directory) if name.startswith(stem) and name != base]
        except OSError:
            return
        for name in names:
            beside = os.path.join(directory, name)
            status = _regular(beside) if any_name(name).stem == stem else None
            if status is not None:
                self._look.found.append(
                    Found(
                        path=beside,
                        shown=visible(os.path.join(os.path.dirname(shown), name)),
                        below=visible(name),
                        chain=chain,
                        name=any_name(name),
                        file=file_id(status),
                        size=status.st_size,
                        mtime=status.st_mtime_ns,
                        asked=False,
                    )
                )

    def _beside(self, path: str) -> None:
        """Notifications are wanted from the file's directory, or the nearest above it that exists."""
        directory = os.path.dirname(path)
        while directory not in self.flat and not os.path.isdir(directory) and directory != "/":
            directory = os.path.dirname(directory)
        self.flat.add(directory)


def _regular(path: str) -> os.stat_result | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None
