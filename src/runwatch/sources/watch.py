"""When to look again: the system's notifications, and a clock where there are none.

Notifications are hints. They can be late, lost, or never come (network file
systems, memory maps), so waiting for one always ends with the next due look.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Set

from runwatch.sources.mounts import silent_kind
from runwatch.sources.nudge import Nudge


class Watch:
    """Waits for notifications from directories."""

    def __init__(self, hint: Callable[[str], None], poll: bool) -> None:
        self.why_polling = "as asked for" if poll else ""
        """Empty while notifications come."""
        self._hint = hint
        self._watched: tuple[dict[str, int], dict[str, int]] | None = None
        self._checked: set[str] = set()
        self._devices: set[int | str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._stop = threading.Event()
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._nudge = Nudge(self._hear)

    @property
    def is_polling(self) -> bool:
        return bool(self.why_polling)

    def _hear(self, path: str) -> None:
        self._hint(path)
        self._news.set()

    async def wait(self, deep: Set[str], flat: Set[str], files: Iterable[str], seconds: float) -> bool:
        """Until a notification comes, or so many seconds are over. `files` are those that may grow at any time.

        True at once where watching has only now begun: what happened before may have been missed.
        """
        if not self.is_polling:
            self._check_mounts(deep | flat)
        if not self.is_polling and await self._begin(deep, flat):
            return True
        if not self.is_polling:
            self._nudge.follow(files)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()
        return False

    def close(self) -> None:
        """End the watching; from the loop's own thread, or when the loop has ended."""
        self._stop.set()
        if self._loop is not None and not self._loop.is_closed():
            for task in self._tasks:
                task.cancel()
        self._tasks.clear()
        self._watched = None
        self._nudge.close()

    def _check_mounts(self, directories: Set[str]) -> None:
        for directory in sorted(directories - self._checked):
            self._checked.add(directory)
            device = _device(directory)
            if device in self._devices:
                continue
            self._devices.add(device)
            if kind := silent_kind(directory):
                self._fall_back(f"{directory} is on {kind}")
                return

    async def _begin(self, deep: Set[str], flat: Set[str]) -> bool:
        """Watch these directories, if they are not watched already."""
        loop = asyncio.get_running_loop()
        wanted = (_existing(deep), _existing(flat - deep))
        if wanted == self._watched and loop is self._loop:
            return False
        self.close()
        self._loop, self._news, self._stop = loop, asyncio.Event(), threading.Event()
        self._watched = wanted
        self._nudge.begin()
        for directories, recursive in zip(wanted, (True, False), strict=True):
            if directories:
                self._tasks.append(loop.create_task(self._follow(directories, recursive, self._stop)))
        await asyncio.sleep(0)  # the tasks run up to their first wait: from then on nothing is missed
        return True

    async def _follow(self, directories: Collection[str], recursive: bool, stop: threading.Event) -> None:
        """Pass on what the system tells, until it fails.

        A directory below that may not be read is no failure. But whoever passes over it passes over every
        failure, also that no more can be watched: so that is asked for only where there is such a directory.
        """
        from watchfiles._rust_notify import WatchfilesRustInternalError

        try:
            try:
                await self._pass_on(directories, recursive, stop, partly=False)
            except PermissionError:
                await self._pass_on(directories, recursive, stop, partly=True)
        except (OSError, WatchfilesRustInternalError) as error:
            self._fall_back(f"no file notifications ({_reason(error)})")

    async def _pass_on(
        self, directories: Collection[str], recursive: bool, stop: threading.Event, partly: bool
    ) -> None:
        """What the system tells, as hints."""
        from watchfiles import awatch

        async for changes in awatch(
            *directories,
            watch_filter=None,
            debounce=80,
            step=30,  # each step wakes us: at 10 ms that alone is 0.4 % of a core
            stop_event=stop,  # set() and is_set() are all that is used, and it must be set from any thread
            recursive=recursive,
            force_polling=False,
            ignore_permission_denied=partly,
        ):
            for _, path in changes:
                self._hint(path)
            self._news.set()
        self._watched = None if not stop.is_set() else self._watched

    def _fall_back(self, why: str) -> None:
        self.why_polling = why
        self.close()
        self._news.set()


def _device(directory: str) -> int | str:
    """By this file systems differ; one that cannot be asked is like no other."""
    try:
        return os.stat(directory).st_dev
    except OSError:
        return directory


def _existing(directories: Set[str]) -> dict[str, int]:
    """Those that can be watched, each with its inode: one removed and made again must be watched anew."""
    found = {}
    for directory in directories:
        with contextlib.suppress(OSError):
            found[directory] = os.stat(directory).st_ino
    return found


def _reason(error: Exception) -> str:
    """`too many open files`, without the path and the numbers around it."""
    said = re.search(r"\(os error (\d+)\)", str(error))
    number = error.errno if isinstance(error, OSError) and error.errno else int(said[1]) if said else 0
    if number:
        return os.strerror(number).lower()
    return str(error).split(" about [")[0].rstrip(".")[:120] or type(error).__name__
