"""What a pattern matches: as the shell's, with `**` for any number of directories.

Python's own `**` goes through links again and again: two that lead upwards, and
it never ends. Here each directory is gone through once.
"""

from __future__ import annotations

import glob
import os
from collections import deque
from collections.abc import Iterator

from runwatch.sources.visits import Visits


def matches(pattern: str, cwd: str, left_out: dict[str, str] | None = None) -> Iterator[str]:
    """Paths that match, relative ones below `cwd`, some twice. What is not gone through is put in `left_out`."""
    first, found, rest = _split(pattern)
    if not found:
        yield from glob.iglob(pattern, root_dir=cwd)
        return
    starts = glob.iglob(first, root_dir=cwd) if glob.has_magic(first) else [first]
    visits, skipped = Visits(), {} if left_out is None else left_out
    for start in starts:
        for directory in _below(start, cwd, pattern, visits, skipped):
            if directory and not rest:
                yield directory
            if not pattern.endswith("**/"):
                yield from matches(f"{glob.escape(directory)}{rest or '*'}", cwd, skipped)


def _split(pattern: str) -> tuple[str, bool, str]:
    """In front of the first `**` that stands alone, whether there is one, and what is behind it."""
    parts = pattern.split("/")
    if "**" not in parts:
        return pattern, False, ""
    at = parts.index("**")
    return "".join(f"{part}/" for part in parts[:at]), True, "/".join(part for part in parts[at + 1 :] if part)


def _below(start: str, cwd: str, pattern: str, visits: Visits, left_out: dict[str, str]) -> Iterator[str]:
    """The directory and all below it, each with a slash behind, the nearest first; hidden ones are passed over."""
    left = deque([start])
    while left:
        directory = left.popleft()
        path = os.path.join(cwd, directory)
        try:
            if not visits.is_due(path or ".", directory.rstrip("/") or "/", pattern, left_out):
                continue
            with os.scandir(path or ".") as entries:
                left += [f"{directory}{entry.name}/" for entry in entries if _is_directory(entry)]
        except OSError:
            continue  # as the shell: what cannot be listed matches nothing
        yield directory


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return not entry.name.startswith(".") and entry.is_dir()
    except OSError:
        return False
