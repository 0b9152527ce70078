"""A large log is read once; then it opens as it was left, in another process too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.calling import call
from tests.core.test_kept import produced

from runwatch.session import store

Env = dict[str, str | None]

LINES = produced(1, 8_000).splitlines(keepends=True)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(LINES[:-2_000]))
    assert path.stat().st_size > store.LEAST
    return path


def summary(log: Path, cache: Path, *options: str, seed: int = 0) -> str:
    """Of a process of its own."""
    env = os.environ | {"XDG_CACHE_HOME": str(cache), "HOME": str(cache), "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-m", "runwatch", "summary", "--format", "json", "--at", "100%", *options, str(log)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=60)
    assert ran.stderr == ""
    return ran.stdout.partition('"totals"')[2]


def test_another_process_knows_the_log_and_its_files_again(log: Path, tmp_path: Path) -> None:
    """Each process hashes texts in a way of its own."""
    cache = tmp_path / "cache"
    assert summary(log, cache, seed=1)
    assert len(list(cache.glob("**/logs/*"))) == 1
    assert summary(log, cache, seed=2) == summary(log, tmp_path / "none", "--no-cache")
    with log.open("ab") as file:
        file.write(b"".join(LINES[-2_000:]))
    assert summary(log, cache, seed=3) == summary(log, tmp_path / "none", "--no-cache")
    assert not (tmp_path / "none").exists()


def test_without_a_cache_nothing_is_kept_or_looked_for(log: Path, tmp_path: Path) -> None:
    env: Env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for command in ("summary", "watch", "events"):
        assert call(command, log, "--no-cache", env=env).stdout
    assert not (tmp_path / "cache").exists()


def test_of_a_small_log_nothing_is_kept(log: Path, tmp_path: Path) -> None:
    log.write_bytes(b"".join(LINES[:1_000]))
    assert call("summary", log, env={"XDG_CACHE_HOME": str(tmp_path / "cache")}).stdout
    assert not (tmp_path / "cache").exists()


def test_events_of_a_log_that_was_kept_are_those_of_the_log(log: Path, tmp_path: Path) -> None:
    env: Env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    anew = call("events", log, "--no-cache").stdout
    for _ in range(2):
        assert call("events", log, env=env).stdout == anew
    assert list((tmp_path / "cache").glob("**/logs/*"))
