"""Exit codes of those commands that judge: PRODUCT.md, "Exit codes"."""

from __future__ import annotations

from collections.abc import Iterable

WELL, FAILED, NOTHING_THERE, CONTRADICTED, UNFINISHED = range(5)


def exit_code(verdicts: Iterable[str], degraded_fails: bool = False) -> int:
    """What these runs come to together: the first row of the table that holds."""
    found = set(verdicts)
    if not found:
        return NOTHING_THERE
    if found & {"failed", "lost"} or (degraded_fails and "degraded" in found):
        return FAILED
    if "contradicted" in found:
        return CONTRADICTED
    return UNFINISHED if found & {"running", "stalled"} else WELL
