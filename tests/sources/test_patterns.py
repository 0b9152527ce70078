"""Patterns match what the shell's and Python's do, and come to an end."""

from __future__ import annotations

import glob
import os
from pathlib import Path

import pytest

from runwatch.sources import visits
from runwatch.sources.found import normal
from runwatch.sources.patterns import matches

FILES = ["x.jsonl", "a/x.jsonl", "a/b/x.jsonl", "a/b/c/y.jsonl.1", "a/.hidden/x.jsonl", "[a]/x.jsonl", "a b/x.jsonl"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file in FILES:
        Path("logs", file).parent.mkdir(parents=True, exist_ok=True)
        Path("logs", file).touch()


def found(pattern: str) -> list[str]:
    return sorted({normal(path) for path in matches(pattern, os.getcwd())})


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize(
    "pattern",
    [
        *("logs/*.jsonl", "logs/**/*.jsonl", "logs/**", "**", "**/x.jsonl", "*/**/x.jsonl", "logs/**/b/**/*.jsonl*"),
        *("logs/a/**/c/*", "logs/[[]a]/**/*.jsonl", "logs/**/", "logs/**/**/x.jsonl", "no/**/x", "logs/?/x.jsonl"),
        *("./logs/**/x.jsonl", "logs/../logs/**/y*", "logs/a**/x.jsonl"),
    ],
)
def test_a_pattern_matches_as_in_python(pattern: str, absolute: bool) -> None:
    pattern = os.path.join(os.getcwd(), pattern) if absolute else pattern
    assert found(pattern) == sorted({normal(path) for path in glob.glob(pattern, recursive=True)} - {"."})


def test_links_that_lead_upwards_are_gone_through_once() -> None:
    for number in range(4):
        os.symlink("..", f"logs/a/up{number}")
    assert {os.path.realpath(path) for path in found("logs/**/*.jsonl")} == {
        os.path.realpath(f"logs/{file}") for file in FILES if file.endswith("jsonl") and "hidden" not in file
    }


def test_what_is_left_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "MOST", 3)
    left_out: dict[str, str] = {}
    assert len(list(matches("logs/**/x.jsonl", os.getcwd(), left_out))) == 3
    assert left_out == {"logs/**/x.jsonl": "more than 3 directories; the deepest are left out"}
