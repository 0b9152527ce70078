"""Doors that are shut and opened again: what was read is neither called removed nor read twice."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from tests.sources.seen import Seen

from runwatch.sources.table import open_source

NOBODY = 65534


@pytest.fixture(autouse=True)
def _as_nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Root passes through every door, so the test is somebody else for a while."""
    here = tempfile.mkdtemp(prefix="runwatch-")
    monkeypatch.chdir(here)
    os.makedirs("logs/sub")
    is_root = os.geteuid() == 0
    if is_root:
        for path in (here, "logs", "logs/sub"):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path in ("logs", "logs/sub"):
            os.chmod(path, 0o700)
        shutil.rmtree(here)


def write(path: str, *texts: str) -> None:
    with open(path, "a", encoding="utf-8") as log:
        log.write("".join(f"{text}\n" for text in texts))


@pytest.mark.parametrize("door", ["logs", "logs/sub"])
@pytest.mark.parametrize("mode", [0, 0o444, 0o111])
@pytest.mark.parametrize("path", ["logs", "logs/sub/x.jsonl", "logs/sub/*.jsonl"])
def test_a_file_behind_a_shut_door_was_not_removed(path: str, mode: int, door: str) -> None:
    write("logs/sub/x.jsonl", "1", "2")
    seen = Seen(open_source([path]))
    seen.poll()
    os.chmod(door, mode)
    seen.poll()
    seen.poll()
    progress = seen.source.progress
    assert not any("removed" in notice for notice in progress.notices)
    assert progress.unreadable or mode == 0o111  # a file can be opened though its directory cannot be listed
    os.chmod(door, 0o755)
    write("logs/sub/x.jsonl", "3")
    assert seen.poll() == [b"3"]
    assert seen.texts == [b"1", b"2", b"3"]
    assert seen.open_again() == 3
    assert seen.source.progress.notices == ()


def test_a_document_behind_a_shut_door_is_not_read_twice() -> None:
    write("logs/sub/x.json", '{"run_id":"a","entries":[]}')
    seen = Seen(open_source(["logs"]))
    seen.poll()
    os.chmod("logs/sub", 0)
    seen.poll()
    os.chmod("logs/sub", 0o755)
    seen.poll()
    assert len(seen.documents) == 1
    assert not seen.documents[0].segment.gone


def test_what_was_rotated_behind_a_shut_door_is_read_in_order() -> None:
    write("logs/sub/x.jsonl", "1")
    seen = Seen(open_source(["logs"]))
    seen.poll()
    os.rename("logs/sub/x.jsonl", "logs/sub/x.jsonl.1")
    write("logs/sub/x.jsonl.1", "2")
    write("logs/sub/x.jsonl", "3")
    os.chmod("logs/sub", 0)
    seen.poll()
    os.chmod("logs/sub", 0o755)
    assert seen.poll() == [b"2", b"3"]


def test_a_file_that_really_went_behind_a_shut_door_is_said_when_it_opens() -> None:
    write("logs/sub/x.jsonl", "1")
    seen = Seen(open_source(["logs"]))
    seen.poll()
    os.unlink("logs/sub/x.jsonl")
    os.chmod("logs/sub", 0)
    seen.poll()
    os.chmod("logs/sub", 0o755)
    seen.poll()
    assert seen.source.progress.notices == ("logs/sub/x.jsonl was removed; what was read stays",)


def test_a_directory_whose_files_cannot_be_looked_at_is_said_once() -> None:
    write("logs/sub/x.jsonl", "1")
    write("logs/sub/y.jsonl", "2")
    os.chmod("logs/sub", 0o444)
    seen = Seen(open_source(["logs"]))
    assert seen.poll() == []
    assert seen.source.progress.unreadable == (("logs/sub", "permission denied"),)


def test_a_link_through_a_shut_door_is_said() -> None:
    os.mkdir("secret")
    write("secret/x.jsonl", "1")
    os.symlink("../secret/x.jsonl", "logs/x.jsonl")
    os.symlink("nowhere.jsonl", "logs/y.jsonl")
    os.symlink("z.jsonl", "logs/z.jsonl")
    os.chmod("secret", 0)
    seen = Seen(open_source(["logs"]))
    seen.poll()
    assert seen.source.progress.unreadable == (("logs/x.jsonl", "permission denied"),)
    os.chmod("secret", 0o755)
