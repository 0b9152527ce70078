"""Notifications, and what serves where there are none."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles
from tests.sources.seen import Seen

from runwatch.sources import looks, watch
from runwatch.sources.mounts import made_up_kind, silent_kind
from runwatch.sources.table import open_source

linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify and /proc")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(looks, "ACTIVE", 0.5)
    monkeypatch.setattr(looks, "POLL", 0.5)
    os.mkdir("logs")


@pytest.fixture
async def opened() -> AsyncIterator[list[Seen]]:
    some: list[Seen] = []
    yield some
    for seen in some:
        seen.source.close()


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as log:
        log.write(text + "\n")


async def watching(opened: list[Seen], *paths: str, poll: bool = False) -> Seen:
    """A source that has read all and waits."""
    seen = Seen(open_source(paths, poll=poll))
    opened.append(seen)
    seen.poll()
    await seen.source.changed()
    seen.poll()
    return seen


async def lines(seen: Seen, count: int, within: float) -> list[bytes]:
    """The next lines, as they come; fewer if they do not come in time."""
    found: list[bytes] = []
    end = time.monotonic() + within
    while len(found) < count and time.monotonic() < end:
        await seen.source.changed()
        found += seen.poll()
    return found


@pytest.mark.parametrize("path", ["logs", "./logs/", "logs/x.jsonl", "logs/*.jsonl", "."])
async def test_an_append_is_seen_at_once(opened: list[Seen], path: str) -> None:
    write("logs/x.jsonl", "1")
    seen = await watching(opened, path)
    for text in (b"2", b"3", b"4"):
        write("logs/x.jsonl", text.decode())
        assert await lines(seen, 1, 1.0) == [text]


@linux
async def test_a_poll_behind_a_notification_looks_only_there(
    opened: list[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(300):
        write(f"logs/{n}.jsonl", "1")
    seen = await watching(opened, "logs")
    write("logs/7.jsonl", "2")
    await seen.source.changed()

    def refuse(path: str) -> None:
        raise AssertionError(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert seen.poll() == [b"2"]


async def test_files_and_directories_that_appear_are_seen(opened: list[Seen]) -> None:
    seen = await watching(opened, "logs", "later", "more/*.log", "named/x.log")
    write("logs/a.jsonl", "1")
    assert await lines(seen, 1, 2.0) == [b"1"]
    write("logs/deep/er/b.jsonl", "2")
    assert await lines(seen, 1, 2.0) == [b"2"]
    write("later/c.jsonl", "3")
    assert await lines(seen, 1, 2.0) == [b"3"]
    write("later/c.jsonl", "4")
    assert await lines(seen, 1, 2.0) == [b"4"]
    write("more/d.log", "5")
    assert await lines(seen, 1, 2.0) == [b"5"]
    write("named/x.log", "6")
    assert await lines(seen, 1, 2.0) == [b"6"]


@pytest.mark.parametrize("path", ["logs", "logs/x.jsonl"])
async def test_rotation_is_seen_as_it_happens(opened: list[Seen], path: str) -> None:
    write("logs/x.jsonl", "0")
    seen = await watching(opened, path)
    for n in range(1, 6):
        for number in range(n - 1, 0, -1):
            os.rename(f"logs/x.jsonl.{number}", f"logs/x.jsonl.{number + 1}")
        os.rename("logs/x.jsonl", "logs/x.jsonl.1")
        write("logs/x.jsonl", str(n))
        assert await lines(seen, 1, 2.0) == [b"%d" % n]
    assert seen.texts == [b"%d" % n for n in range(6)]


async def test_a_lost_notification_loses_nothing(opened: list[Seen], monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory map, another host: the slow look finds it."""
    write("logs/x.jsonl", "1")
    seen = await watching(opened, "logs")
    assert seen.files._watch is not None
    monkeypatch.setattr(seen.files._watch, "_hint", lambda path: None)
    write("logs/x.jsonl", "2")
    assert await lines(seen, 1, 4.0) == [b"2"]


async def test_waiting_ends_with_the_slow_look(opened: list[Seen]) -> None:
    write("logs/x.jsonl", "1")
    seen = await watching(opened, "logs")
    begun = time.monotonic()
    await seen.source.changed()
    assert time.monotonic() - begun < 2.5


async def test_polling_serves_where_notifications_are_not_wanted(opened: list[Seen]) -> None:
    write("logs/x.jsonl", "1")
    seen = await watching(opened, "logs", poll=True)
    assert seen.source.progress.notices == ("polling every 1 s: as asked for",)  # it is, outside of tests
    write("logs/x.jsonl", "2")
    assert await lines(seen, 1, 2.5) == [b"2"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no file notifications (no space left on device)"),
        (OSError(errno.EMFILE, "Too many open files"), "no file notifications (too many open files)"),
    ],
)
async def test_polling_serves_where_notifications_fail(
    opened: list[Seen], monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    """The system allows only so many watches."""

    def failing(*args: object, **options: object) -> AsyncIterator[object]:
        raise error

    monkeypatch.setattr(watchfiles, "awatch", failing)
    write("logs/x.jsonl", "1")
    seen = await watching(opened, "logs")
    write("logs/x.jsonl", "2")
    assert await lines(seen, 1, 3.0) == [b"2"]
    assert seen.source.progress.notices == (f"polling every 1 s: {said}",)


async def test_a_directory_that_may_not_be_read_does_not_end_the_watch_of_the_others(
    opened: list[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = watchfiles.awatch, []

    def picky(*directories: str, **options: Any) -> AsyncIterator[object]:
        asked.append(options["ignore_permission_denied"])
        if not asked[-1]:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(*directories, **options)

    monkeypatch.setattr(watchfiles, "awatch", picky)
    seen = await watching(opened, "logs")
    write("logs/x.jsonl", "1")
    assert await lines(seen, 1, 2.0) == [b"1"]
    assert (asked, seen.source.progress.notices) == ([False, True], ())


UNSHARED = ["unshare", "--user", "--map-root-user", "sh", "-c"]
FEW = """\
import asyncio
from runwatch.sources.table import open_source
source = open_source(["logs"])
async def main():
    list(source.poll())
    await source.changed()
    await source.changed()
    print(*source.progress.notices, sep="\\n")
asyncio.run(main())
source.close()
"""


def unshared(*script: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(watch.__file__).parents[2])}
    return subprocess.run([*UNSHARED, *script], check=False, capture_output=True, text=True, env=environment)


@linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("echo 4 > /proc/sys/user/max_inotify_watches", "OS file watch limit reached"),
        ("echo 0 > /proc/sys/user/max_inotify_instances", "too many open files"),
    ],
)
def test_where_the_system_allows_no_more_watches_that_is_said(limits: str, said: str) -> None:
    """The limits of a user namespace are its own: nobody else is bothered."""
    if not shutil.which("unshare") or unshared(limits).returncode:
        pytest.skip("user namespaces with limits of their own cannot be made here")
    for number in range(9):
        os.makedirs(f"logs/{number}")
    done = unshared(f'{limits}; exec "$0" -c "$1"', sys.executable, FEW)
    assert (done.stdout.rstrip(), done.stderr) == (f"polling every 1 s: no file notifications ({said})", "")


async def test_polling_serves_on_a_network_file_system(opened: list[Seen], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "silent_kind", lambda directory: "nfs4")
    write("logs/x.jsonl", "1")
    seen = await watching(opened, "logs")
    assert seen.source.progress.notices == (f"polling every 1 s: {os.getcwd()}/logs is on nfs4",)


async def test_what_is_read_again_by_hand_is_looked_at_wholly(opened: list[Seen]) -> None:
    write("logs/x.jsonl", "1")
    seen = await watching(opened, "logs")
    seen.files._woken = True
    write("logs/y.jsonl", "2")
    seen.source.rescan()
    assert seen.poll() == [b"2"]


async def test_closing_ends_the_tasks() -> None:
    write("logs/x.jsonl", "1")
    seen = await watching([], "logs")
    assert len(asyncio.all_tasks()) == 2
    seen.source.close()
    await asyncio.sleep(0.2)
    assert len(asyncio.all_tasks()) == 1


def test_a_source_can_be_waited_for_in_a_second_loop() -> None:
    write("logs/x.jsonl", "1")
    seen = Seen(open_source(["logs"]))
    for n in (2, 3):

        async def follow(text: bytes) -> None:
            await seen.source.changed()
            seen.poll()
            write("logs/x.jsonl", text.decode())
            assert await lines(seen, 1, 2.0) == [text]

        asyncio.run(follow(b"%d" % n))
    seen.source.close()


# ------------------------------------------------------------------------------------------------------------ mounts

TABLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
40 22 0:40 / /home rw - nfs4 server:/home rw,vers=4.2
41 40 8:2 / /home/me/local rw shared:2 master:3 - xfs /dev/sdb rw
42 22 0:41 / /mnt/with\\040blank rw - fuse.sshfs host:/ rw
43 22 0:42 / /mnt/c rw - 9p drvfs rw
"""


@linux
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/log", ""),
        ("/home/me/x.jsonl", "nfs4"),
        ("/home/me/local/logs", ""),
        ("/homes", ""),
        ("/mnt/with blank/logs", "fuse.sshfs"),
        ("/mnt/c/Users", "9p"),
    ],
)
def test_a_file_system_without_notifications_is_known(tmp_path: Path, path: str, kind: str) -> None:
    (tmp_path / "mountinfo").write_text(TABLE, encoding="utf-8")
    assert silent_kind(path, str(tmp_path / "mountinfo")) == kind


def test_where_nobody_says_what_is_mounted_notifications_are_trusted(tmp_path: Path) -> None:
    assert silent_kind("/", str(tmp_path / "nothing")) == ""


@linux
@pytest.mark.parametrize(("device", "kind"), [((0, 21), "proc"), ((0, 40), ""), ((8, 1), ""), ((9, 9), "")])
def test_a_file_system_that_holds_nothing_written_is_known(tmp_path: Path, device: tuple[int, int], kind: str) -> None:
    (tmp_path / "mountinfo").write_text(f"{TABLE}22 27 0:21 / /proc rw - proc proc rw\n", encoding="utf-8")
    assert made_up_kind(os.makedev(*device), str(tmp_path / "mountinfo")) == kind


@linux
async def test_a_link_into_proc_is_left_out_and_the_rest_is_watched(opened: list[Seen]) -> None:
    os.symlink("/proc", "logs/proc")
    os.makedirs("logs/sub")
    seen = await watching(opened, "logs")
    progress = seen.source.progress
    assert progress.unreadable == (("logs/proc", "a proc file system holds no logs"),)
    assert progress.notices == ("cannot read logs/proc: a proc file system holds no logs",)
    for path in ("logs/sub/x.jsonl", "logs/new/deep/y.jsonl"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, "{}")
        assert await lines(seen, 1, 2.0) == [b"{}"]
