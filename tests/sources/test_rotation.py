"""Rotation of every kind: no line is lost, none comes twice, each opens to itself."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.rotating import Rotator, Writer
from tests.sources.seen import Seen, after_next_look

from runwatch.sources.table import open_source


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkdir("logs")


def write(path: str, *texts: str) -> None:
    with open(path, "a", encoding="utf-8") as log:
        log.write("".join(f"{text}\n" for text in texts))


def put(path: str, data: bytes) -> None:
    with open(path, "ab") as log:
        log.write(data)


def watch(path: str) -> Seen:
    return Seen(open_source([path]))


paths = pytest.mark.parametrize("path", ["logs", "logs/x.jsonl", "logs/*.jsonl"])


# ------------------------------------------------------------------------------------------------- all of it, at random

SEED = os.environ.get("SEED", "")  # to try other moments
KINDS = ["create", "dated", "copytruncate", "copytruncate_dated", "truncate"]


def hint_at_some(seen: Seen, rng: random.Random, names: set[str]) -> None:
    """As if notifications had come for some of the names, in any order, others lost."""
    source = seen.files
    names |= set(os.listdir("logs"))
    source._looks.hints.extend(os.path.abspath(f"logs/{name}") for name in names if rng.random() < 0.7)
    source._woken = True


@pytest.mark.parametrize(
    ("path", "kind"),
    [*itertools.product(["logs", "logs/x.jsonl"], [*KINDS, "mixed"]), ("logs/*.jsonl", "mixed")],
)
@pytest.mark.parametrize(("often", "hinted"), [(0.1, False), (0.6, True), (1.0, False)])
def test_twenty_rotations_at_any_moment(path: str, kind: str, often: float, hinted: bool) -> None:
    """Numbers and dates do not mix in one log; each is compressed now and then."""
    rng = random.Random(f"{path}{kind}{often}{SEED}")
    writer = Writer("logs/x.jsonl", rng)
    seen = watch(path)

    def look() -> None:
        if hinted:
            hint_at_some(seen, rng, names)
        if rng.random() < often:
            seen.poll()

    names: set[str] = set()
    while not writer.written:
        writer.write()
    writer.finish()
    seen.poll()
    rotator = Rotator(writer, look)
    kinds = ["create", "copytruncate", "truncate"] if kind == "mixed" else [kind]
    for _ in range(20):
        for _ in range(rng.randrange(5)):
            writer.write()
            look()
        if kind == "truncate" or (chosen := rng.choice(kinds)) == "truncate":
            writer.finish()
            seen.source.rescan()
            seen.poll()
            rotator.truncate()
        else:
            getattr(rotator, chosen)()
            look()
            if rng.random() < 0.4:
                rotator.compress()
                look()
    writer.close()
    seen.poll()
    assert seen.texts == writer.written
    assert seen.reasons == []
    assert seen.poll() == []
    seen.open_again()
    seen.source.close()


# ---------------------------------------------------------------------------------------------------- one by one, plain


def test_a_chain_is_read_oldest_first() -> None:
    for name in ["x.jsonl", "x.jsonl.1", "x.jsonl.2", "x.jsonl.10", "x.jsonl-20261123", "x.jsonl-20261122"]:
        write(f"logs/{name}", f'"{name}"')
    Path("logs/x.jsonl.3.gz").write_bytes(gzip.compress(b'"x.jsonl.3.gz"\n'))
    seen = watch("logs")
    assert [text.decode().strip('"').removeprefix("x.jsonl") for text in seen.poll()] == [
        "-20261122", "-20261123", ".10", ".3.gz", ".2", ".1", "",
    ]  # fmt: skip
    orders = [line.segment.order for line in seen.lines]
    assert orders == sorted(set(orders))
    assert {line.segment.chain for line in seen.lines} == {"logs/x.jsonl"}
    assert {line.segment.identity for line in seen.lines} == {"x"}


@paths
def test_a_renamed_file_is_cited_by_its_new_name(path: str) -> None:
    write("logs/x.jsonl", "1")
    seen = watch(path)
    seen.poll()
    os.rename("logs/x.jsonl", "logs/x.jsonl.1")
    write("logs/x.jsonl", "2")
    assert seen.poll() == [b"2"]
    assert [str(line.place) for line in seen.lines] == ["logs/x.jsonl.1:1", "logs/x.jsonl:1"]
    assert seen.lines[0].segment.order < seen.lines[1].segment.order


@paths
def test_the_old_file_is_read_to_its_end_before_the_new_one(path: str) -> None:
    """A writer goes on in the renamed file until it is told, and may finish a line there."""
    Path("logs/x.jsonl").write_text('1\n{"half"', encoding="utf-8")
    seen = watch(path)
    seen.poll()
    os.rename("logs/x.jsonl", "logs/x.jsonl.1")
    write("logs/x.jsonl", "4")
    write("logs/x.jsonl.1", ":2}", "3")
    assert seen.poll() == [b'{"half":2}', b"3", b"4"]


@paths
def test_a_copy_in_the_making_is_not_read(path: str) -> None:
    write("logs/x.jsonl", "1", "2")
    seen = watch(path)
    seen.poll()
    for data in ["", "1\n", "1\n2", "1\n2\n"]:
        Path("logs/x.jsonl.1").write_text(data, encoding="utf-8")
        assert seen.poll() == []
    os.truncate("logs/x.jsonl", 0)
    write("logs/x.jsonl", "3")
    assert seen.poll() == [b"3"]
    assert [str(line.place) for line in seen.lines] == ["logs/x.jsonl.1:1", "logs/x.jsonl.1:2", "logs/x.jsonl:1"]
    assert seen.open_again() == 3


@paths
def test_lines_that_only_came_into_the_copy_are_read_there(path: str) -> None:
    write("logs/x.jsonl", "1")
    seen = watch(path)
    seen.poll()
    write("logs/x.jsonl", "2")
    shutil.copy("logs/x.jsonl", "logs/x.jsonl.1")
    os.truncate("logs/x.jsonl", 0)
    write("logs/x.jsonl", "3", "4", "5")
    assert seen.poll() == [b"2", b"3", b"4", b"5"]
    assert [line.number for line in seen.lines] == [1, 2, 1, 2, 3]


@paths
def test_lines_that_came_behind_the_copy_are_kept_though_their_bytes_are_gone(path: str) -> None:
    """copytruncate loses what is written between its copy and its truncation; we may have read it."""
    write("logs/x.jsonl", "1")
    seen = watch(path)
    seen.poll()
    shutil.copy("logs/x.jsonl", "logs/x.jsonl.1")
    write("logs/x.jsonl", "2")
    assert seen.poll() == [b"2"]
    os.truncate("logs/x.jsonl", 0)
    write("logs/x.jsonl", "3")
    assert seen.poll() == [b"3"]
    assert [seen.source.line_at(line.place) for line in seen.lines] == [b"1", None, b"3"]


@paths
def test_a_truncated_file_is_read_again_from_the_start(path: str) -> None:
    """As a new segment behind the old one, whose bytes are gone; also if it has grown beyond where we were."""
    write("logs/x.jsonl", "1", "2")
    seen = watch(path)
    seen.poll()
    os.truncate("logs/x.jsonl", 0)
    assert seen.poll() == []
    write("logs/x.jsonl", "3")
    assert seen.poll() == [b"3"]
    Path("logs/x.jsonl").write_text("longer\nthan it was\n", encoding="utf-8")
    assert seen.poll() == [b"longer", b"than it was"]
    assert [line.segment.gone for line in seen.lines] == ["truncated"] * 3 + [""] * 2
    assert [line.segment.order for line in seen.lines] == [0, 0, 1, 2, 2]
    assert seen.open_again() == 2


@paths
def test_a_compressed_file_goes_on_where_the_plain_one_was(path: str) -> None:
    write("logs/x.jsonl", "1")
    seen = watch(path)
    seen.poll()
    os.rename("logs/x.jsonl", "logs/x.jsonl.1")
    write("logs/x.jsonl", "3")
    write("logs/x.jsonl.1", "2")
    Path("logs/x.jsonl.1.gz").write_bytes(gzip.compress(Path("logs/x.jsonl.1").read_bytes()))
    os.unlink("logs/x.jsonl.1")
    os.rename("logs/x.jsonl.1.gz", "logs/x.jsonl.2.gz")
    assert seen.poll() == [b"2", b"3"]
    assert [str(line.place) for line in seen.lines] == ["logs/x.jsonl.2.gz:1", "logs/x.jsonl.2.gz:2", "logs/x.jsonl:1"]
    assert seen.open_again() == 3


def test_the_plain_file_is_read_and_not_the_compressed_beside_it() -> None:
    write("logs/x.jsonl.1", "1")
    Path("logs/x.jsonl.1.gz").write_bytes(gzip.compress(b"1\n"))
    seen = watch("logs")
    assert seen.poll() == [b"1"]
    os.unlink("logs/x.jsonl.1")
    assert seen.poll() == []
    assert seen.paths == ["logs/x.jsonl.1.gz"]


def test_the_parts_that_came_before_a_named_file_are_not_asked_for() -> None:
    write("logs/x.jsonl.1", "old")
    write("logs/x.jsonl", "1")
    seen = watch("logs/x.jsonl")
    assert seen.poll() == [b"1"]
    os.rename("logs/x.jsonl.1", "logs/x.jsonl.2")
    os.rename("logs/x.jsonl", "logs/x.jsonl.1")
    write("logs/x.jsonl", "2")
    assert seen.poll() == [b"2"]
    Path("logs/x.jsonl.3.gz").write_bytes(gzip.compress(b"old\n"))
    assert seen.poll() == []


def test_a_generation_that_was_never_seen_is_read() -> None:
    write("logs/x.jsonl", "1")
    seen = watch("logs/x.jsonl")
    seen.poll()
    for n in (2, 3, 4):
        for number in (2, 1):
            if os.path.exists(f"logs/x.jsonl.{number}"):
                os.rename(f"logs/x.jsonl.{number}", f"logs/x.jsonl.{number + 1}")
        os.rename("logs/x.jsonl", "logs/x.jsonl.1")
        write("logs/x.jsonl", str(n))
    assert seen.poll() == [b"2", b"3", b"4"]
    assert seen.texts == [b"1", b"2", b"3", b"4"]


def test_a_part_found_later_in_between_is_put_there() -> None:
    write("logs/x.jsonl.3", "1")
    write("logs/x.jsonl", "3")
    seen = watch("logs")
    seen.poll()
    write("logs/x.jsonl.2", "2")
    write("logs/x.jsonl.9", "0")
    assert seen.poll() == [b"0", b"2"]
    assert seen.texts == [b"0", b"1", b"2", b"3"]


# ------------------------------------------------------------------------------------- disappearance and reappearance


@paths
def test_a_removed_file_is_said_and_one_that_takes_its_name_is_new(path: str) -> None:
    write("logs/x.jsonl", "1")
    seen = watch(path)
    seen.poll()
    os.unlink("logs/x.jsonl")
    assert seen.poll() == []
    assert seen.lines[0].segment.gone == "removed"
    assert seen.source.progress.notices == ("logs/x.jsonl was removed; what was read stays",)
    write("logs/x.jsonl", "1")
    assert seen.poll() == [b"1"]
    assert seen.lines[0].segment is not seen.lines[1].segment
    assert seen.lines[0].segment.order < seen.lines[1].segment.order


def test_a_removed_file_that_is_still_written_to_is_read_on() -> None:
    write("logs/x.jsonl", "1")
    with open("logs/x.jsonl", "a", encoding="utf-8") as log:
        seen = watch("logs")
        seen.poll()
        log.write("2\n")
        log.flush()
        os.unlink("logs/x.jsonl")
        assert seen.poll() == [b"2"]
        log.write("3\n")
        log.flush()
        assert seen.poll() == [b"3"]


def test_a_file_written_anew_over_itself_is_not_read_twice() -> None:
    """An editor, or rsync: another file under the name, with what we read and more."""
    write("logs/x.jsonl", "1", "2")
    seen = watch("logs")
    seen.poll()
    write("logs/.x.new", "1", "2", "3")
    os.rename("logs/.x.new", "logs/x.jsonl")
    assert seen.poll() == [b"3"]
    assert seen.open_again() == 3


@pytest.mark.parametrize("path", ["logs", "logs/current.jsonl"])
def test_a_link_that_leads_elsewhere_now(path: str) -> None:
    """The file it led to is read to its end, and cited by its own name."""
    os.mkdir("runs")
    write("runs/1.jsonl", "1")
    write("runs/2.jsonl", "3")
    os.symlink("../runs/1.jsonl", "logs/current.jsonl")
    seen = watch(path)
    assert seen.poll() == [b"1"]
    write("runs/1.jsonl", "2")
    os.symlink("../runs/2.jsonl", "logs/new")
    os.rename("logs/new", "logs/current.jsonl")
    assert seen.poll() == [b"2", b"3"]
    assert [str(line.place) for line in seen.lines] == ["runs/1.jsonl:1", "runs/1.jsonl:2", "logs/current.jsonl:1"]
    assert seen.open_again() == 3
    assert seen.source.progress.notices == ()


def test_the_target_of_a_link_is_followed_through_its_rotations() -> None:
    os.mkdir("real")
    write("real/x.jsonl", "1")
    os.symlink("../real/x.jsonl", "logs/link.jsonl")
    seen = watch("logs/link.jsonl")
    seen.poll()
    os.rename("real/x.jsonl", "real/x.jsonl.1")
    write("real/x.jsonl", "2")
    assert seen.poll() == [b"2"]
    assert seen.paths == ["logs/link.jsonl", "real/x.jsonl.1"]

# -------------------------------------------------------------------------------------------------------- lines cut off


@paths
def test_a_line_cut_by_copytruncate_is_a_problem_on_both_sides(path: str) -> None:
    """The halves are not put together: bytes between them can be missing, and two events would make one."""
    put("logs/x.jsonl", b'{"n":1}\n{"n":')
    seen = watch(path)
    seen.poll()
    shutil.copy("logs/x.jsonl", "logs/x.jsonl.1")
    os.truncate("logs/x.jsonl", 0)
    seen.poll()
    assert seen.reasons == []
    put("logs/x.jsonl", b'2}\n{"n":3}\n')
    seen.poll()
    seen.poll()
    assert seen.texts == [b'{"n":1}', b"2}", b'{"n":3}']
    assert seen.reasons == ["logs/x.jsonl.1:2: line cut off after 5 bytes; the log goes on without its end"]
    fresh = watch("logs")
    fresh.poll()
    assert (fresh.texts, fresh.reasons) == (seen.texts, seen.reasons)


def test_a_half_line_lost_with_what_was_truncated_is_a_problem() -> None:
    put("logs/x.jsonl", b'{"n":1}\n{"n":')
    seen = watch("logs")
    seen.poll()
    os.truncate("logs/x.jsonl", 0)
    put("logs/x.jsonl", b'{"n":3}\n')
    seen.poll()
    assert seen.texts == [b'{"n":1}', b'{"n":3}']
    assert seen.reasons == ["logs/x.jsonl:2: line cut off after 5 bytes; the log goes on without its end"]


def test_a_half_line_in_a_renamed_file_waits_until_the_new_one_is_written_to() -> None:
    put("logs/x.jsonl", b'{"n":1}\n{"n":')
    seen = watch("logs")
    seen.poll()
    os.rename("logs/x.jsonl", "logs/x.jsonl.1")
    put("logs/x.jsonl", b"")
    seen.poll()
    put("logs/x.jsonl.1", b"2}\n")
    put("logs/x.jsonl", b'{"n":3}\n')
    seen.poll()
    assert (seen.texts, seen.reasons) == ([b'{"n":1}', b'{"n":2}', b'{"n":3}'], [])


def test_a_half_line_in_a_file_that_is_being_packed_is_none() -> None:
    packed = gzip.compress(b"".join(b'{"n":%d,"x":"%d"}\n' % (n, n * n) for n in range(90)))
    put("logs/x.jsonl.1.gz", packed[: len(packed) // 2])
    put("logs/x.jsonl", b'{"n":90}\n')
    seen = watch("logs")
    seen.poll()
    put("logs/x.jsonl.1.gz", packed[len(packed) // 2 :])
    seen.poll()
    assert (len(seen.texts), seen.reasons) == (91, [])


def test_a_half_line_at_the_very_end_is_no_problem() -> None:
    put("logs/x.jsonl.1", b'{"n":1}\n')
    put("logs/x.jsonl", b'{"n":2}\n{"n":')
    seen = watch("logs")
    seen.poll()
    seen.poll()
    assert (len(seen.texts), seen.reasons) == (2, [])


# ----------------------------------------------------------------------------------------- under another log's name


def packed_in_steps(path: str, target: str, look: Callable[[], object]) -> None:
    """As gzip does it: the plain file goes when the other is whole."""
    packed = gzip.compress(Path(path).read_bytes())
    put(target, packed[:15])
    look()
    put(target, packed[15:])
    look()
    os.unlink(path)
    look()


@pytest.mark.parametrize(
    ("first", "second"),
    [("logs/x.1.jsonl", "logs/x.2.jsonl"), ("logs/old/x.jsonl.1", "logs/old/x.jsonl.2")],
)
@pytest.mark.parametrize("often", [True, False])
def test_a_file_packed_under_the_name_of_another_log_is_not_read_twice(first: str, second: str, often: bool) -> None:
    """logrotate's `extension` and `olddir`."""
    lines = [b'{"n":%d}' % n for n in range(3)]
    os.mkdir("logs/old")
    write("logs/x.jsonl", lines[0].decode(), lines[1].decode())
    seen = watch("logs")

    def look() -> None:
        if often:
            seen.files._looks.hints.extend(os.path.abspath(path) for path in (f"{first}.gz", first, f"{second}.gz"))
            seen.files._woken = True
            seen.poll()

    seen.poll()
    os.rename("logs/x.jsonl", first)
    write("logs/x.jsonl", lines[2].decode())
    seen.poll()
    packed_in_steps(first, f"{first}.gz", look)
    os.rename(f"{first}.gz", f"{second}.gz")
    look()
    seen.poll()
    assert (seen.texts, seen.reasons) == (lines, [])
    assert seen.paths == sorted(["logs/x.jsonl", f"{second}.gz"])
    assert seen.open_again() == 3


def test_a_packed_log_of_its_own_is_read_though_another_log_goes() -> None:
    write("logs/x.jsonl", '{"n":1}')
    seen = watch("logs")
    seen.poll()
    os.unlink("logs/x.jsonl")
    put("logs/y.jsonl.gz", gzip.compress(b'{"n":1}\n{"n":2}\n'))
    assert seen.poll() == [b'{"n":1}', b'{"n":2}']


def test_a_half_whose_end_came_between_our_look_and_our_reading_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its writer ends the line in the renamed file, then opens the new one, which we have seen and read behind that."""
    seen = watch("logs")
    put("logs/x.jsonl", b'{"n":1}\n{"n":')
    seen.poll()
    os.rename("logs/x.jsonl", "logs/x.jsonl.1")
    put("logs/x.jsonl", b'{"n":3}\n')

    def end_line() -> None:
        with open("logs/x.jsonl.1", "ab") as old:
            old.write(b"2}\n")

    after_next_look(monkeypatch, end_line)
    seen.poll()
    seen.poll()
    assert (sorted(seen.texts), seen.reasons) == ([b'{"n":1}', b'{"n":2}', b'{"n":3}'], [])


# ------------------------------------------------------------------------------------------------------- the real thing

LOGROTATE = shutil.which("logrotate", path="/usr/sbin:/sbin:/usr/bin:/bin") or ""


@pytest.mark.skipif(not LOGROTATE, reason="logrotate is not installed")
@pytest.mark.parametrize(
    "how",
    [
        "create",
        "copytruncate\n compress",
        "create\n compress\n delaycompress",
        "create\n dateext\n dateformat -2026110{turn}",
    ],
)
@pytest.mark.parametrize("path", ["logs", "logs/x.jsonl"])
def test_logrotate_itself(tmp_path: Path, how: str, path: str) -> None:
    config = tmp_path / "rotate.conf"
    tmp_path.joinpath("logs").chmod(0o755)
    seen = watch(path)
    written: list[bytes] = []
    for turn in range(6):
        for _ in range(turn + 1):
            written.append(b'{"n":%d}' % len(written))
            write("logs/x.jsonl", written[-1].decode())
            if turn % 2:
                seen.poll()
        if turn == 0:
            seen.poll()
        options = f"rotate 9\n {how.format(turn=turn)}"
        config.write_text(f"{tmp_path}/logs/x.jsonl {{\n {options}\n}}\n", encoding="utf-8")
        config.chmod(0o644)
        subprocess.run([LOGROTATE, "-f", "-s", "state", str(config)], check=True, env={"PATH": os.defpath})
    write("logs/x.jsonl", "last")
    seen.poll()
    assert seen.texts == [*written, b"last"]
    assert seen.open_again() == len(written) + 1


WRITER = """\
import os, random, signal, sys, time
path, count, halves = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "halves"
rng, told = random.Random(1), []
signal.signal(signal.SIGHUP, lambda *_: told.append(1))
def opened():
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
log = opened()
for n in range(count):
    line = b'{"n":%d,"pad":"%s"}\\n' % (n, b"x" * rng.choice([0, 50, 900]))
    cut = rng.randrange(1, len(line)) if halves else len(line)
    os.write(log, line[:cut])
    time.sleep(0.001)
    os.write(log, line[cut:])
    if told:
        told.clear()
        os.close(log)
        log = opened()
"""


@pytest.mark.slow
@pytest.mark.skipif(not LOGROTATE, reason="logrotate is not installed")
@pytest.mark.parametrize(
    "how",
    [
        "create",
        "create\n dateext\n dateformat -%Y%m%d-%s\n compress\n delaycompress",
        "create\n compress\n size 20k",
        "create\n olddir old\n compress\n delaycompress",
        "create\n extension .jsonl\n compress\n delaycompress",
        "copytruncate",
        "copytruncate\n compress",
    ],
)
def test_logrotate_under_a_writer_in_another_process(
    tmp_path: Path, request: pytest.FixtureRequest, how: str
) -> None:
    """What logrotate itself loses stands in no file: between its copy and its truncation, or between its packing
    and its removing, while the writer has not heard yet. Of the rest nothing is lost.
    """
    tmp_path.joinpath("logs").chmod(0o755)
    os.mkdir("logs/old", 0o755)
    is_copied = "copytruncate" in how
    loses = is_copied or ("compress" in how and "delaycompress" not in how)
    kind = "whole" if is_copied else "halves"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, "logs/x.jsonl", "2500", kind])
    request.addfinalizer(writer.wait)  # it ends by itself
    told = "" if is_copied else f"postrotate\n kill -HUP {writer.pid} || true\n endscript"
    config = tmp_path / "rotate.conf"
    config.write_text(f"{tmp_path}/logs/x.jsonl {{\n rotate 999\n {how}\n {told}\n}}\n", encoding="utf-8")
    config.chmod(0o644)
    force = [] if "size" in how else ["-f"]
    seen = watch("logs")
    while not seen.lines:  # the writer listens to signals before it writes
        asyncio.run(more(seen))
    while writer.poll() is None:
        done = subprocess.run([LOGROTATE, *force, "-s", "state", str(config)], check=False, env={"PATH": os.defpath})
        assert done.returncode == 0 or "dateext" in how  # twice in one second
        asyncio.run(more(seen))
    seen.source.rescan()
    seen.poll()
    ordered = sorted(seen.lines, key=lambda line: line.segment.order)
    numbers = [json.loads(line.text)["n"] for line in ordered]
    fresh = watch("logs")
    fresh.poll()
    assert numbers == sorted(set(numbers))
    assert set(numbers) >= {json.loads(text)["n"] for text in fresh.texts}
    assert loses or numbers == list(range(2500))
    assert loses or seen.reasons == []
    assert all("line cut off after" in reason for reason in seen.reasons), "what logrotate lost of a line is counted"
    assert seen.source.progress.notices == ()
    assert len({line.segment for line in seen.lines}) > 2


async def more(seen: Seen, looks: int = 4) -> None:
    """What comes next, as notifications tell."""
    for _ in range(looks):
        await seen.source.changed()
        seen.poll()
