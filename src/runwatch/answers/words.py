"""A finding in one sentence, with the numbers that contradict each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runwatch.answers import units
from runwatch.core.findings import Finding

Facts = dict[str, Any]


def finding_words(finding: Finding) -> str:
    """The sentence; each code has its own."""
    return _WORDS[finding.code](finding.facts)


def _reconcile_mismatch(facts: Facts) -> str:
    source, exported = facts["source"], facts["exported"]
    if source == exported:
        return f'the reconciliation says "not matched", with {units.count(source)} rows on both sides'
    delta = exported - source
    share = f" ({units.difference(delta / source)})" if source else ""
    many = f"{units.count(abs(delta))} too {'many' if delta > 0 else 'few'}{share}"
    return f"the source has {units.count(source)} rows, {units.count(exported)} were exported: {many}"


def _reconcile_rows(facts: Facts) -> str:
    exported, rows = facts["exported"], facts["rows"]
    return f"the reconciliation counts {units.count(exported)} exported rows, the files in the log {units.count(rows)}"


def _quality_fail(facts: Facts) -> str:
    return f"{units.plural(facts['count'], 'quality check')} failed"


def _chunk_unresolved(facts: Facts) -> str:
    return f"{units.count(facts['count'])} of {units.plural(facts['total'], 'chunk')} never completed"


def _chunk_written_twice(facts: Facts) -> str:
    if facts["count"] == 1:
        return f"two attempts of chunk {facts['first']:,} each left a file: its rows may be there twice"
    return f"{units.count(facts['count'])} chunks were written twice, the first is chunk {facts['first']:,}"


def _rows_disagree(facts: Facts) -> str:
    one, other = facts["counts"]
    return f"one file, two row counts: {facts['file']} has {units.count(one)} and {units.count(other)}"


def _after_end(facts: Facts) -> str:
    if not facts["count"]:
        return f"it ended {units.times(len(facts['statuses']))}, as " + ", then ".join(facts["statuses"][:5])
    return f"{units.plural(facts['count'], 'event')} came after the end"


def _check_not_reported(facts: Facts) -> str:
    return " and ".join(facts["checks"]) + " was planned, and no result was reported"


def _validation_partial(facts: Facts) -> str:
    after, files = units.count(facts["after"]), units.plural(facts["files"], "file")
    return f"validation covers what was written before it: {after} of {files} came after"


def _clock_backwards(facts: Facts) -> str:
    return f"the clock ran backwards {units.times(facts['count'])}, by more than a second"


def _time_unknown(facts: Facts) -> str:
    return f"{units.plural(facts['count'], 'event')} without a time"


_WORDS: dict[str, Callable[[Facts], str]] = {
    "reconcile_mismatch": _reconcile_mismatch,
    "reconcile_rows": _reconcile_rows,
    "validation_failed": lambda facts: "validation failed",
    "quality_fail": _quality_fail,
    "chunk_unresolved": _chunk_unresolved,
    "chunk_written_twice": _chunk_written_twice,
    "rows_disagree": _rows_disagree,
    "after_end": _after_end,
    "check_not_reported": _check_not_reported,
    "validation_partial": _validation_partial,
    "clock_backwards": _clock_backwards,
    "no_plan": lambda facts: "no plan in the log: what was asked for is unknown",
    "time_unknown": _time_unknown,
}
