"""Each format, whole, on real logs: what a user sees, to be read by eye when it changes.

    RUNWATCH_GOLDENS=write pytest tests/report/test_goldens.py

writes them anew; look at the difference before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.calling import SAMPLES, call

GOLDEN = Path(__file__).parent / "golden"
WRONG = (
    "orders-failed-chunk.jsonl",
    "orders-failed-recovered.jsonl",
    "orders-disk-full.jsonl",
    "live-contradicted.jsonl",
    "orders-killed.jsonl",
    "drift-schema-changed.jsonl",
)
QUIET = (
    "gap-rotated-log.jsonl.1",
    "gap-rotated-log.jsonl",
    "empty_t-skipped.jsonl",
    "orders-recorded.jsonl",
    "small-problem-lines.jsonl",
    "orders-parallel.json",
)
CASES = {
    "all.txt": (*WRONG, *QUIET),
    "all-ascii.txt": (*WRONG, *QUIET, "--ascii"),
    "all.md": (*WRONG, *QUIET, "--format", "markdown"),
    "quiet.txt": QUIET,
    "quiet.md": (*QUIET, "--format", "markdown"),
    "half-way.txt": ("orders-recorded.jsonl", "orders-failed-recovered.jsonl", "--at", "50%"),
    "half-way.json": ("orders-recorded.jsonl", "--at", "50%", "--format", "json"),
    "failed.json": ("orders-failed-chunk.jsonl", "orders-failed-recovered.jsonl", "--format", "json"),
    "lost.json": ("orders-killed.jsonl", "--format", "json"),
    "problems.json": ("small-problem-lines.jsonl", "live-contradicted.jsonl", "--format", "json"),
    "nothing.txt": ("live-contradicted.jsonl", "--run", "none"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_report_is_what_it_was(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are told as the user can open them, so the place to stand is the samples' folder."""
    monkeypatch.chdir(SAMPLES)
    written = call("summary", *CASES[name]).stdout
    golden = GOLDEN / name
    if os.environ.get("RUNWATCH_GOLDENS") == "write":
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith(".txt")])
def test_a_text_fits_80_columns(name: str) -> None:
    """Wider is only evidence that cannot be broken."""
    lines = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_plain_text_is_ascii() -> None:
    """But for the log's own words."""
    text = (GOLDEN / "all-ascii.txt").read_text(encoding="utf-8")
    assert text.isascii()
