"""Files and directories followed: what is read, in which order, under which name."""

from __future__ import annotations

import errno
import mmap
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.sources.seen import Seen, after_next_look, lines_of

from runwatch.sources import reader, visits
from runwatch.sources.base import Block
from runwatch.sources.table import open_source


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(path: str, *texts: str, mode: str = "a") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, mode, encoding="utf-8") as log:
        log.write("".join(f"{text}\n" for text in texts))


def watch(*paths: str) -> Seen:
    return Seen(open_source(paths))


# ------------------------------------------------------------------------------------------------- growth and halves


def test_a_file_is_read_and_followed() -> None:
    write("x.jsonl", '{"n":1}', '{"n":2}')
    seen = watch("x.jsonl")
    assert seen.poll() == [b'{"n":1}', b'{"n":2}']
    assert seen.poll() == []
    write("x.jsonl", '{"n":3}')
    assert seen.poll() == [b'{"n":3}']
    assert [(line.number, line.offset) for line in seen.lines] == [(1, 0), (2, 8), (3, 16)]
    assert [line.arrived for line in seen.lines] == [False, False, True]
    assert seen.open_again() == 3
    assert seen.source.progress.bytes_total == seen.source.progress.bytes_read == 24


def test_a_small_file_is_opened_and_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be ten thousand of them."""
    for n in range(20):
        write(f"{n}.jsonl", '{"n":1}', '{"n":2}')
    seen, calls = watch("."), {"open": 0, "pread": 0}
    for name in calls:
        real = getattr(os, name)

        def counted(*args: Any, name: str = name, real: Callable[..., Any] = real) -> Any:
            calls[name] += 1
            return real(*args)

        monkeypatch.setattr(os, name, counted)
    assert len(seen.poll()) == 40
    assert calls == {"open": 20, "pread": 20}


def test_what_is_written_between_look_and_reading_comes_apart_and_has_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("a.jsonl", '{"n":1}')
    write("b.jsonl", '{"n":1}')
    os.utime("a.jsonl", ns=(1, 1))
    seen = watch(".")
    after_next_look(monkeypatch, lambda: write("a.jsonl", '{"n":2}', '{"n":3}'))
    seen.poll()
    assert [(line.segment.path, line.text, line.arrived) for line in seen.lines] == [
        ("./b.jsonl", b'{"n":1}', False),
        ("./a.jsonl", b'{"n":1}', False),
        ("./a.jsonl", b'{"n":2}', True),
        ("./a.jsonl", b'{"n":3}', True),
    ]
    assert seen.poll() == []


def test_a_line_that_is_finished_while_we_watch_has_arrived() -> None:
    Path("x.jsonl").write_bytes(b'{"n":1}\n{"n"')
    seen = watch("x.jsonl")
    seen.poll()
    write("x.jsonl", ":2}")
    seen.poll()
    assert [line.arrived for line in seen.lines] == [False, True]


def test_crlf_a_byte_order_mark_and_nuls_do_not_reach_the_lines() -> None:
    Path("x.jsonl").write_bytes(b'\xef\xbb\xbf{"n":1}\r\n\0\0\0{"n":2}\r\n\0\0\n{"n":4}')
    seen = watch("x.jsonl")
    assert seen.poll() == [b'{"n":1}', b'{"n":2}', b'{"n":4}']
    assert [(line.number, line.offset) for line in seen.lines] == [(1, 3), (2, 15), (4, 27)]
    assert seen.open_again() == 3


@pytest.mark.parametrize("path", ["logs", "logs/x.jsonl"])
def test_a_writer_who_took_room_in_advance_is_followed(path: str) -> None:
    """What goes through a memory map changes neither size nor time of the file."""
    size = 1 << 20
    write("logs/x.jsonl")
    with open("logs/x.jsonl", "r+b") as log:
        log.truncate(size)
        with mmap.mmap(log.fileno(), size) as room:
            seen = watch(path)
            assert seen.poll() == []
            room.write(b'{"n":1}\n{"n":')
            assert seen.poll() == [b'{"n":1}']
            assert seen.source.progress.behind == 0
            room.write(b'2}\n{"n":3}')
            assert seen.poll() == [b'{"n":2}', b'{"n":3}']
            room.write(b"\n")
            end = room.tell()
        log.truncate(end)
    assert seen.poll() == []
    write("logs/x.jsonl", '{"n":4}')
    assert seen.poll() == [b'{"n":4}']
    assert all(line.arrived for line in seen.lines)
    assert (seen.open_again(), seen.reasons, seen.source.progress.notices) == (4, [], ())


def test_nuls_that_a_crash_left_at_the_end_are_waited_for_and_then_passed_over() -> None:
    write("x.jsonl", '{"n":1}')
    os.truncate("x.jsonl", 5000)
    seen = watch("x.jsonl")
    assert seen.poll() == [b'{"n":1}']
    write("x.jsonl", '{"n":2}')
    assert seen.poll() == [b'{"n":2}']
    assert (seen.open_again(), seen.reasons) == (2, [])


def test_a_written_run_of_nuls_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of a log with a hole has none: its NULs are bytes like any."""
    looked: list[int] = []
    monkeypatch.setattr(reader.Plain, "written_from", counted(reader.Plain.written_from, looked))
    Path("x.jsonl").write_bytes(b"\0" * (3 << 20) + b'{"n":1}\n')
    seen = watch("x.jsonl")
    assert seen.poll() == [b'{"n":1}']
    assert looked == [0]


def counted(search: Callable[[reader.Plain, int], int], looked: list[int]) -> Callable[[reader.Plain, int], int]:
    def count(held: reader.Plain, position: int) -> int:
        looked.append(position)
        return search(held, position)

    return count


def test_text_behind_a_line_that_was_whole_is_a_fault() -> None:
    Path("x.jsonl").write_bytes(b'{"n":1}')
    seen = watch("x.jsonl")
    assert seen.poll() == [b'{"n":1}']
    write("x.jsonl", "junk", '{"n":2}')
    assert seen.poll() == [b'{"n":2}']
    assert seen.reasons == ["x.jsonl:1: text behind a whole line"]


def test_blocks_are_of_whole_lines_and_of_a_size_to_pause_between() -> None:
    write("x.jsonl", *(f'{{"n":{n}}}' for n in range(100_000)))
    seen = watch("x.jsonl")
    seen.poll()
    assert [line.text for line in seen.lines] == [b'{"n":%d}' % n for n in range(100_000)]
    assert all(block.data.endswith(b"\n") for block in seen.blocks)
    assert all(64 << 10 <= len(block.data) <= 256 << 10 for block in seen.blocks[:-1])


def test_a_poll_can_be_left_at_any_item() -> None:
    """Whatever its reader throws, nothing is lost and nothing comes twice."""
    for name in "abc":
        write(f"logs/{name}.jsonl", *(f'{{"{name}":{n}}}' for n in range(40_000)))
    Path("logs/d.jsonl").write_bytes(b"x" * (17 << 20) + b'\n{"d":1}\n')
    source = open_source(["logs"])
    seen = Seen(source)
    for step in range(200):
        items = source.poll()
        try:
            seen.take([next(items)])
            if step % 3:
                raise KeyError(step)
        except KeyError:
            continue
        except StopIteration:
            break
    texts = [b'{"%c":%d}' % (name, n) for name in b"abc" for n in range(40_000)]
    assert seen.texts == [*texts, b'{"d":1}']
    assert seen.reasons == [f"logs/d.jsonl:1: line longer than 16 MiB ({17 << 20} bytes)"]
    assert seen.poll() == []


def test_a_poll_left_at_each_of_many_files_does_not_look_at_all_of_them_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever reads in slices may leave every poll at its first item."""
    for n in range(200):
        write(f"logs/{n}.jsonl", str(n))
    looks = []
    real = os.scandir

    def counted(path: str) -> object:
        looks.append(path)
        return real(path)

    monkeypatch.setattr(os, "scandir", counted)
    seen = watch("logs")
    for _ in range(200):
        seen.take([next(seen.source.poll())])
    assert sorted(map(int, seen.texts)) == list(range(200))
    assert len(looks) < 20
    assert seen.poll() == []


def test_the_newest_log_comes_first() -> None:
    for age, name in enumerate(["old", "older", "oldest"]):
        write(f"logs/{name}.jsonl", f'"{name}"')
        os.utime(f"logs/{name}.jsonl", (1000 - age, 1000 - age))
    assert watch("logs").poll() == [b'"old"', b'"older"', b'"oldest"']


# ----------------------------------------------------------------------------------------------- what a PATH leads to


def test_what_in_a_directory_is_a_log() -> None:
    dated = "e.jsonl-20261123-1700000000"
    for name in ["a.jsonl", "b.ndjson", "c.jsonl.1", "d.jsonl-20261123", dated, "sub/f.ndjson.12"]:
        write(f"logs/{name}", f'"{name}"')
    for name in [".a.jsonl", "sub/.hidden/b.jsonl", "c.log", "d.jsonl.bak", "e.jsonl~", "f.txt", "g.jsonl.swp"]:
        write(f"logs/{name}", '"no"')
    seen = watch("logs")
    seen.poll()
    assert {line.text: line.segment.path for line in seen.lines} == {
        b'"a.jsonl"': "logs/a.jsonl",
        b'"b.ndjson"': "logs/b.ndjson",
        b'"c.jsonl.1"': "logs/c.jsonl.1",
        b'"d.jsonl-20261123"': "logs/d.jsonl-20261123",
        b'"e.jsonl-20261123-1700000000"': "logs/e.jsonl-20261123-1700000000",
        b'"sub/f.ndjson.12"': "logs/sub/f.ndjson.12",
    }


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("logs", "logs/x.jsonl"),
        ("./logs//", "./logs/x.jsonl"),
        (".", "./logs/x.jsonl"),
        ("logs/x.jsonl", "logs/x.jsonl"),
        ("./logs/x.jsonl", "./logs/x.jsonl"),
        ("log*/*.jsonl", "logs/x.jsonl"),
        ("../{here}/logs", "../{here}/logs/x.jsonl"),
        ("{cwd}/logs/", "{cwd}/logs/x.jsonl"),
    ],
)
def test_a_path_is_as_the_user_can_open_it(given: str, shown: str) -> None:
    write("logs/x.jsonl", "1")
    words = {"cwd": os.getcwd(), "here": os.path.basename(os.getcwd())}
    seen = watch(given.format(**words))
    seen.poll()
    assert seen.paths == [shown.format(**words)]
    assert Path(seen.paths[0]).read_text(encoding="utf-8") == "1\n"


def test_a_file_given_by_name_is_read_alone_and_whatever_its_ending() -> None:
    write("app.log", "1")
    write("app.log.1", "0")
    write("app.jsonl", "2")
    seen = watch("app.log")
    assert seen.poll() == [b"1"]
    assert seen.lines[0].segment.identity == "app.log"


def test_a_pattern_is_looked_at_again() -> None:
    write("logs/a.log", "1")
    seen = watch("logs/*.log")
    assert seen.poll() == [b"1"]
    write("logs/b.log", "2")
    write("logs/c.txt", "3")
    assert seen.poll() == [b"2"]


def test_what_appears_later_in_a_directory_is_read_too() -> None:
    write("logs/a.jsonl", "1")
    seen = watch("logs")
    assert seen.poll() == [b"1"]
    write("logs/deep/er/b.jsonl", "2")
    assert seen.poll() == [b"2"]
    assert seen.lines[1].arrived


@pytest.mark.parametrize("path", ["logs", "logs/x.jsonl", "log?/*.jsonl"])
def test_a_path_that_does_not_exist_is_waited_for(path: str) -> None:
    seen = watch(path)
    assert seen.poll() == []
    assert seen.source.progress.waiting == (path,)
    write("logs/x.jsonl", "1")
    assert seen.poll() == [b"1"]
    assert not seen.source.progress.waiting


def test_a_file_reached_by_two_paths_is_read_once() -> None:
    write("logs/a.jsonl", "1")
    os.link("logs/a.jsonl", "logs/b.jsonl")
    os.symlink("a.jsonl", "logs/c.jsonl")
    os.symlink("logs", "also")
    seen = watch("logs", "logs/a.jsonl", "./logs/b.jsonl", "also", "logs")
    assert seen.poll() == [b"1"]
    write("logs/b.jsonl", "2")
    assert seen.poll() == [b"2"]


def test_links_to_directories_are_followed_and_cycles_end() -> None:
    write("elsewhere/x.jsonl", "1")
    write("logs/y.jsonl", "2")
    os.symlink("../elsewhere", "logs/link")
    os.symlink("..", "logs/up")
    os.symlink("nowhere", "logs/dangling.jsonl")
    seen = watch("logs")
    assert sorted(seen.poll()) == [b"1", b"2"]


def test_there_is_an_end_to_directories_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest come first: a link to `/` beside the logs costs the logs nothing."""
    monkeypatch.setattr(visits, "MOST", 5)
    for number in range(9):
        write(f"logs/far/{number}/x.jsonl", str(number))
    write("logs/near/x.jsonl", "near")
    seen = watch("logs")
    assert len(seen.poll()) == 3
    assert b"near" in seen.texts
    assert seen.source.progress.unreadable == (("logs", "more than 5 directories; the deepest are left out"),)


def test_a_name_that_is_no_text_does_not_stop_us() -> None:
    name = os.fsencode("logs/") + b"\xff.jsonl"
    os.mkdir("logs")
    with open(name, "wb") as log:
        log.write(b"1\n")
    seen = watch("logs")
    assert seen.poll() == [b"1"]
    assert seen.paths == ["logs/\\xff.jsonl"]
    assert seen.open_again() == 1


# ------------------------------------------------------------------------------------------------ what a log is called

JOURNAL = '{"entries": [{"event": {"Warning": {"context": "c", "message": "m"}}}]}'


@pytest.mark.parametrize(
    ("paths", "files", "identities"),
    [
        (["logs"], ["logs/a/orders.jsonl.1"], ["a/orders"]),
        (["logs/a/orders.jsonl"], ["logs/a/orders.jsonl"], ["orders"]),
        (["logs/*/*.jsonl"], ["logs/a/orders.jsonl"], ["a/orders"]),
        (["a", "b"], ["a/x.jsonl", "b/x.jsonl", "b/y.jsonl"], ["a/x", "b/x", "y"]),
        (["a/x.jsonl", "b/x.jsonl"], ["a/x.jsonl", "b/x.jsonl"], ["a/x", "b/x"]),
        (["a"], ["a/x.jsonl", "a/x.ndjson", "a/y.ndjson"], ["a/x.jsonl", "a/x.ndjson", "y"]),
    ],
)
def test_a_log_is_called_by_the_shortest_name_that_is_its_own(
    paths: list[str], files: list[str], identities: list[str]
) -> None:
    for name in files:
        write(name, f'"{name}"')
    seen = watch(*paths)
    seen.poll()
    named = {line.text: line.segment.identity for line in seen.lines}
    assert [named[b'"%s"' % name.encode()] for name in files] == identities


def test_a_name_once_given_stays_and_a_later_log_takes_another() -> None:
    """What was shown as run x must not become another run, nor two runs one: only the newcomer has the PATH before."""
    write("a/x.jsonl", "1")
    seen = watch("a", "b")
    seen.poll()
    write("b/x.jsonl", "2")
    seen.poll()
    write("a/x.jsonl", "3")
    seen.poll()
    assert [line.segment.identity for line in seen.lines] == ["x", "b/x", "x"]


@pytest.mark.parametrize("newest", ["a", "b"])
def test_two_documents_are_told_apart_whichever_is_read_first(newest: str) -> None:
    for name in ("a", "b"):
        write(f"{name}/x.json", JOURNAL)
        os.utime(f"{name}/x.json", (1, 2 if name == newest else 1))
    seen = watch("a", "b")
    seen.poll()
    assert sorted((each.segment.path, each.segment.identity) for each in seen.documents) == [
        ("a/x.json", "a/x"), ("b/x.json", "b/x"),
    ]  # fmt: skip


def test_a_log_and_a_document_of_one_name_are_told_apart() -> None:
    write("a/x.jsonl", "1")
    write("a/x.json", JOURNAL)
    seen = watch("a")
    seen.poll()
    assert [line.segment.identity for line in seen.lines] == ["a/x.jsonl"]
    assert [each.segment.identity for each in seen.documents] == ["a/x.json"]


def test_a_json_file_that_is_no_journal_takes_no_name() -> None:
    """Not beside the log, and not where it stood there first."""
    write("a/x.json", '{"threads": 4}')
    write("a/y.json", '{"threads": 4}')
    write("a/x.jsonl", "1")
    seen = watch("a")
    seen.poll()
    write("a/y.jsonl", "2")
    seen.poll()
    assert [line.segment.identity for line in seen.lines] == ["x", "y"]


# ------------------------------------------------------------------------------------------------------------ trouble


def fails_for(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> Callable[[], None]:
    """The system refuses this file until the answer is called. Permissions would not stop root, who may run this."""
    refused = [True]
    real_open = os.open

    def refusing(path: str) -> int:
        if refused[0] and path.endswith(name):
            raise OSError(number, os.strerror(number), path)
        return real_open(path, os.O_RDONLY)

    monkeypatch.setattr(reader, "open_file", refusing)
    return lambda: refused.__setitem__(0, False)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "permission denied"),
        (errno.EIO, "input/output error"),
        (errno.EMFILE, "too many open files"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_once_and_read_when_it_can(
    monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    write("logs/a.jsonl", "1")
    write("logs/b.jsonl", "2")
    allow = fails_for(monkeypatch, "a.jsonl", number)
    seen = watch("logs")
    assert [seen.poll(), seen.poll()] == [[b"2"], []]
    assert seen.reasons == [f"logs/a.jsonl:None: cannot read: {said}"]
    allow()
    assert seen.poll() == [b"1"]


def test_an_error_in_the_middle_of_a_file_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    write("x.jsonl", *(f'{{"n":{n}}}' for n in range(50_000)))
    reads = [0]
    real = os.pread

    def failing(descriptor: int, size: int, position: int) -> bytes:
        reads[0] += 1
        if reads[0] in (4, 5, 9):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(descriptor, size, position)

    monkeypatch.setattr(os, "pread", failing)
    seen = watch("x.jsonl")
    for _ in range(6):
        seen.poll()
    assert seen.texts == [b'{"n":%d}' % n for n in range(50_000)]
    assert {fault.reason for fault in seen.faults} == {"cannot read: input/output error"}


def test_a_directory_that_cannot_be_listed_is_said_in_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    write("logs/shut/a.jsonl", "1")
    write("logs/b.jsonl", "2")
    real = os.scandir
    shut = [True]

    def refusing(path: str) -> object:
        if shut[0] and path.endswith("shut"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    seen = watch("./logs")
    assert seen.poll() == [b"2"]
    assert seen.source.progress.notices == ("cannot read ./logs/shut: permission denied; trying again every 5 s",)
    shut[0] = False
    assert seen.poll() == [b"1"]
    assert not seen.source.progress.notices


def test_a_file_that_goes_while_it_is_read_is_read_to_its_end() -> None:
    write("x.jsonl", *(f'{{"n":{n}}}' for n in range(50_000)))
    seen = watch("x.jsonl")
    items = seen.source.poll()
    seen.take([next(items)])
    os.unlink("x.jsonl")
    seen.take(items)
    assert seen.texts == [b'{"n":%d}' % n for n in range(50_000)]


def test_nothing_but_a_file_or_directory_is_opened() -> None:
    seen = watch("/dev/null")
    assert seen.poll() == []
    assert seen.source.progress.notices == ("cannot read /dev/null: not a file; trying again every 5 s",)


def test_three_thousand_files_are_read_with_few_of_them_open() -> None:
    for n in range(3000):
        write(f"logs/{n % 7}/{n}.jsonl", str(n))
    before = len(os.listdir("/dev/fd"))
    seen = watch("logs")
    assert sorted(map(int, seen.poll())) == list(range(3000))
    assert len(os.listdir("/dev/fd")) < before + 400
    write("logs/0/7.jsonl", "more")
    seen.source.rescan()  # of so many a poll looks at those it was told of, and that may come late
    assert seen.poll() == [b"more"]
    assert seen.source.progress.files == 3000
    seen.source.close()


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """No lock, no temporary file, not even a time of change."""
    write("logs/x.jsonl", "1")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in tmp_path.rglob("*")}
    seen = watch("logs")
    seen.poll()
    seen.open_again()
    seen.source.close()
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in tmp_path.rglob("*")} == before


def test_lines_of_a_block_know_where_they_stand() -> None:
    write("x.jsonl", "1", "22", "333")
    (block,) = watch("x.jsonl").source.poll()
    assert isinstance(block, Block)
    assert [(line.number, line.offset) for line in lines_of(block)] == [(1, 0), (2, 2), (3, 5)]
