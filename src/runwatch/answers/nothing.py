"""Why no run was found where some were looked for, and what to do about it."""

from __future__ import annotations

from runwatch.core.runs import Runs


def nothing_read(label: str, runs: Runs) -> str:
    """One sentence; `label` is what was read."""
    problems = runs.problem_count
    files = [(where, why) for where, why in runs.problems if isinstance(where, str)]
    if files:
        more = f" (+{len(files) - 1:,} more)" if len(files) > 1 else ""
        return f"no runs in {label}; {files[0][0]}: {files[0][1]}{more}"
    if problems:
        return f"no runs in {label}; `runwatch lint` says why {problems:,} of its lines could not be used"
    if unknown := runs.unknown_count:
        return f"no runs in {label}; `runwatch lint` names its unknown events, {unknown:,} in all"
    return f"no runs in {label}; a PATH is an event log (.jsonl, .ndjson, .json), a directory of them, or rivet's state"
