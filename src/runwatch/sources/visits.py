"""Directories come to at one look: each once, none that the system makes up, and not without end.

Links to directories are followed, and a link can lead to anywhere, also to `/`.
"""

from __future__ import annotations

import os

from runwatch.sources.found import file_id
from runwatch.sources.mounts import made_up_kind
from runwatch.sources.reader import FileId

MOST = 20_000
"""Directories gone through at one look."""


class Visits:
    """Remembers where we were."""

    def __init__(self) -> None:
        self._seen: set[FileId] = set()
        self._kinds: dict[int, str] = {}

    def is_due(self, path: str, shown: str, root: str, left_out: dict[str, str]) -> bool:
        """Whether we come here for the first time, and a log can be here. Raises `OSError`.

        What is left out is said under its own name, or under the PATH that leads to too many.
        """
        if len(self._seen) >= MOST:
            left_out[root] = f"more than {MOST:,} directories; the deepest are left out"
            return False
        file = file_id(os.stat(path))
        if file in self._seen:
            return False
        if file[0] not in self._kinds:
            self._kinds[file[0]] = made_up_kind(file[0])
        if kind := self._kinds[file[0]]:
            left_out[shown] = f"a {kind} file system holds no logs"
            return False
        self._seen.add(file)
        return True
