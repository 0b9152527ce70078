"""The user's cache directory: what is kept there only he can read, and can be deleted at any time."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable


def cache_directory() -> str:
    """Where it is; it need not exist."""
    from platformdirs import user_cache_dir

    return user_cache_dir("runwatch", appauthor=False)


def make_private(directory: str) -> None:
    """See that it exists and that nobody else can look into it; raises `OSError` where that cannot be."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    found = os.stat(directory)
    if found.st_uid != os.geteuid():
        raise PermissionError(f"{directory} is another user's")
    if found.st_mode & 0o077:
        os.chmod(directory, stat.S_IMODE(found.st_mode) & 0o700)


def write_private(directory: str, name: str, data: bytes | Iterable[bytes | memoryview]) -> str:
    """Put a file there, whole or not at all, and tell its path; raises `OSError` where that cannot be."""
    make_private(directory)
    path = os.path.join(directory, name)
    import tempfile  # with random and shutil: 3 ms that only writing pays for

    descriptor, beside = tempfile.mkstemp(prefix=f".{name}-", dir=directory)  # 0600
    try:
        with open(descriptor, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    return path


def short_path(path: str) -> str:
    """`~/.cache/runwatch/copied.txt`."""
    home = os.path.expanduser("~")
    inside = os.path.isabs(home) and home != "/" and path.startswith(home.rstrip("/") + "/")
    return "~" + path[len(home.rstrip("/")) :] if inside else path
