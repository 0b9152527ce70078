"""A file that a PATH leads to, as one look found it."""

from __future__ import annotations

import os

from msgspec import Struct, field

from runwatch.sources.names import LogName, any_name, without_ending
from runwatch.sources.reader import FileId


class Found(Struct):
    """A file that a PATH leads to. Never changed; not frozen only because that costs as much as finding it."""

    path: str
    """Absolute."""
    shown: str
    """As the user can open it."""
    below: str
    """The path below PATH; its base name where it was given by name."""
    chain: str
    """The absolute path of the log, without what rotation put behind it."""
    name: LogName
    file: FileId
    size: int
    mtime: int
    named: bool = False
    """Given by name: read whatever its ending."""
    asked: bool = True
    """Not merely a neighbour that may turn out to be a rotated part of a file given by name."""
    real: str = ""
    """Where it leads, if it is a link."""
    real_shown: str = ""


class Look(Struct):
    """What one look found."""

    found: list[Found] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    """Directories and why they cannot be listed."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Directories that are not gone through, and why: trying again would not help."""
    waiting: list[str] = field(default_factory=list)
    """PATHs that lead to nothing yet."""


def file_id(status: os.stat_result) -> FileId:
    """By this a file is known under any name, as long as it lives."""
    return status.st_dev, status.st_ino


def is_out_of_reach(path: str, file: FileId) -> bool:
    """Whether a file that a look did not find still stands there, as far as anyone can tell: a door was shut."""
    try:
        return file_id(os.stat(path)) == file
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def visible(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 as escapes."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def normal(path: str) -> str:
    """PATH as typed, but for doubled and closing slashes."""
    text = "/".join(part for part in path.split("/") if part)
    return ("/" + text if path.startswith("/") else text) or "."


def chain_of(path: str) -> str:
    """The log that a file belongs to by its name."""
    directory, base = os.path.split(path)
    return os.path.join(directory, any_name(base).stem)


def link_target(path: str, shown: str) -> tuple[str, str]:
    """Where a link leads, absolute and as the user can open it; nothing if it is none."""
    try:
        target = os.readlink(path)
    except OSError:
        return "", ""
    return os.path.realpath(path), os.path.normpath(os.path.join(os.path.dirname(shown), target))


def below_path(found: Found) -> str:
    """What a log is called, if no other is: its path below PATH, without ending."""
    return without_ending(_of_log(found.below, found))


def with_path(found: Found) -> str:
    """What it is called else: the same, with PATH."""
    return without_ending(with_ending(found))


def with_ending(found: Found) -> str:
    """What it can always be called: its path as the user can open it, without what rotation put behind it."""
    return _of_log(found.shown, found)


def _of_log(path: str, found: Found) -> str:
    """The path of the log, where this is that of the file."""
    if found.chain == found.path:
        return path
    return path[: path.rfind("/") + 1] + visible(found.name.stem)
