"""Memory that is kept for the next block."""

from __future__ import annotations

import os

_TRIM, _MMAP = -1, -3
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of mallopt(3)."""


def keep_memory() -> None:
    """Room of a block's arrays is used again for the next block's: to give it back and fetch it anew each time costs a
    sixth of all. Where malloc is not that of glibc, nothing happens.
    """
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(_TRIM, 24 << 20)
        mallopt(_MMAP, 6 << 20)
