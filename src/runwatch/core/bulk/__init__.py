"""Long logs by numpy: thousands of lines of the same form in one step.

Nothing else imports numpy, and this package is imported only where a log is
long: that takes a tenth of a second and twenty megabytes.
"""

import ctypes
import os

_THREADS = "OPENBLAS_NUM_THREADS"
_TRIM, _MMAP = -1, -3
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of mallopt(3)."""


def _import_alone() -> None:
    """Without the threads of its linear algebra: they would each take room, and nothing here multiplies matrices."""
    is_set = _THREADS in os.environ
    os.environ.setdefault(_THREADS, "1")
    import numpy  # noqa: F401, ICN001

    if not is_set:
        del os.environ[_THREADS]


def _keep_memory() -> None:
    """Room of a block's arrays is used again for the next block's: to give it back and fetch it anew each time costs a
    quarter of all. Where malloc is not that of glibc, nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(_TRIM, 32 << 20)
        mallopt(_MMAP, 2 << 20)


_import_alone()
_keep_memory()
