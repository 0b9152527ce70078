"""When Python looks for garbage: seldom until the first picture, then often, and little at a time.

Pages that were left are cycles of thousands of objects. To look through a
hundred thousand new ones at once takes 45 ms, in which no key is answered.
"""

from __future__ import annotations

import gc

YOUNG, OLDER, OLDEST = 5_000, 5, 400
"""New objects after which the new ones are looked through (2 ms), so many times after which those that stayed are
(10 ms), and so many of that until all are, as seldom as before."""


def look_often() -> None:
    """From now on; what is there already stays for good, and is passed over."""
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLDEST)
