"""Bookmarks name an event by what it is: they are found again in a log that has grown, was rotated or packed."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest
from tests.fakes import JOURNALS, SAMPLES, session_of
from tests.ui.screens.shell import event, write

from runwatch.session.bookmarks import LARGEST, MOST, NAME, SCHEMA, name_of
from runwatch.session.session import Session

RECOVERED = SAMPLES / "orders-failed-recovered.jsonl"
RUN = "orders_20261123T182404.812_21877"
TIMELESS = b'{"run_id":"r","event":{"Warning":{"context":"c","message":"m"}}}\n'


def kept(path: Path, cache: Path) -> Session:
    """A start of runwatch on this log, with this cache."""
    session = session_of(path)
    session.keep_in(str(cache))
    return session


def set_on(session: Session, *positions: int, run_id: str = RUN) -> None:
    for position in positions:
        assert session.bookmarks.toggle(run_id, position)


def test_one_is_set_and_taken_away_and_the_next_goes_round() -> None:
    """Without a cache they last until runwatch ends."""
    marks = session_of(RECOVERED).bookmarks
    assert marks.following(RUN, 0) is None
    assert [marks.toggle(RUN, position) for position in (9, 2, 4)] == [True] * 3
    assert marks.positions(RUN) == (2, 4, 9)
    assert [marks.following(RUN, position) for position in (-1, 2, 3, 4, 9, 13)] == [2, 4, 4, 9, 2, 2]
    assert not marks.toggle(RUN, 4)
    assert marks.positions(RUN) == (2, 9)
    assert marks.positions("no such run") == ()


def test_they_are_there_at_the_next_start_and_nobody_else_can_read_them(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    session = kept(RECOVERED, cache)
    set_on(session, 4, 2)
    assert kept(RECOVERED, cache).bookmarks.positions(RUN) == (2, 4)
    assert (cache.stat().st_mode & 0o777, (cache / NAME).stat().st_mode & 0o777) == (0o700, 0o600)
    assert [path.name for path in cache.iterdir()] == [NAME]
    told = json.loads((cache / NAME).read_text())
    assert told["schema"] == SCHEMA
    assert {key: told["bookmarks"][0][key] for key in ("run_id", "recorded_at", "event")} == {
        "run_id": RUN, "recorded_at": "2026-11-23T18:24:08.977406118Z", "event": "ChunkFailed"
    }  # fmt: skip


def test_a_cache_that_others_could_look_into_is_shut(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o755)
    set_on(kept(RECOVERED, tmp_path / "cache"), 2)
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("how", ["moved", "packed", "rotated", "grown before", "read in another order"])
def test_they_are_found_again_wherever_the_log_went(how: str, tmp_path: Path) -> None:
    """By run, time, variant and fields."""
    home, lines = tmp_path / "logs", RECOVERED.read_bytes().splitlines(keepends=True)
    home.mkdir()
    set_on(kept(RECOVERED, tmp_path / "cache"), 2, 4)
    match how:
        case "moved":
            shutil.copy(RECOVERED, home / "other.jsonl")
        case "packed":
            (home / "orders.jsonl.gz").write_bytes(gzip.compress(b"".join(lines)))
        case "rotated":
            (home / "orders.jsonl.1").write_bytes(b"".join(lines[:3]))
            (home / "orders.jsonl").write_bytes(b"".join(lines[3:]))
        case "grown before":
            early = event(RUN, 0, Warning={"context": "c", "message": "before all others"}) + b"\n"
            (home / "orders.jsonl").write_bytes(early + b"".join(lines))
        case _:
            (home / "a.jsonl").write_bytes(b"".join(lines[4:]))
            (home / "b.jsonl").write_bytes(b"".join(lines[:4]))
    session = kept(home, tmp_path / "cache")
    log = session.runs.by_id[RUN].log
    found = [(log.event(position).kind, log.time(position)) for position in session.bookmarks.positions(RUN)]
    first = session_of(RECOVERED).runs.by_id[RUN].log
    assert found == [(first.event(position).kind, first.time(position)) for position in (2, 4)]


def test_one_whose_event_comes_later_is_found_then(tmp_path: Path) -> None:
    """A log is read in slices, and goes on."""
    lines = RECOVERED.read_bytes().splitlines(keepends=True)
    set_on(kept(RECOVERED, tmp_path / "cache"), 2, 6)
    path = tmp_path / "orders.jsonl"
    path.write_bytes(b"".join(lines[:4]))
    session = kept(path, tmp_path / "cache")
    assert session.bookmarks.positions(RUN) == (2,)
    with path.open("ab") as log:
        log.writelines(lines[4:])
    session.source.rescan()
    session.read(session.source.poll())
    assert session.bookmarks.positions(RUN) == (2, 6)


def test_equal_events_without_a_time_differ_in_their_line(tmp_path: Path) -> None:
    """Without a time two equal entries are two events."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(TIMELESS * 5)
    set_on(kept(path, tmp_path / "cache"), 1, 3, run_id="r")
    assert kept(path, tmp_path / "cache").bookmarks.positions("r") == (1, 3)


def test_an_event_delivered_again_is_the_same_event(tmp_path: Path) -> None:
    lines = [event("r", 1, Warning={"context": "c", "message": "m"})] * 3
    session = kept(write(tmp_path / "r.jsonl", lines), tmp_path / "cache")
    set_on(session, 0, run_id="r")
    assert session.bookmarks.positions("r") == (0,)


def test_two_at_once_lose_none_of_each_other(tmp_path: Path) -> None:
    """What another runwatch kept meanwhile stays."""
    first, second = kept(RECOVERED, tmp_path), kept(RECOVERED, tmp_path)
    set_on(first, 2)
    set_on(second, 4)
    assert second.bookmarks.positions(RUN) == (2, 4)
    assert kept(RECOVERED, tmp_path).bookmarks.positions(RUN) == (2, 4)


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"schema":"runwatch.bookmarks/1"}', b'{"schema":1,"bookmarks":[]}',
     b"[" * 100_000, b" " * (LARGEST + 1)],
    ids=["empty", "half", "no text", "a list", "null", "no list", "no schema", "nested", "huge"],
)  # fmt: skip
def test_a_broken_file_is_ignored_and_said_once(broken: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(broken)
    session = kept(RECOVERED, tmp_path)
    assert NAME in session.bookmarks.notice
    assert "is ignored" in session.bookmarks.notice
    session.bookmarks.notice = ""
    set_on(session, 2)
    assert session.bookmarks.notice == ""
    assert kept(RECOVERED, tmp_path).bookmarks.positions(RUN) == (2,)


def test_what_makes_no_sense_in_it_is_left_out(tmp_path: Path) -> None:
    set_on(kept(RECOVERED, tmp_path), 2)
    told = json.loads((tmp_path / NAME).read_text())
    first = told["bookmarks"][0]
    told["bookmarks"] += [None, 1, [], {}, {"run_id": RUN}, first | {"recorded_at": "yesterday"}]
    told["bookmarks"] += [first | {"fields": 7}, first | {"recorded_at": None}]
    (tmp_path / NAME).write_text(json.dumps(told))
    session = kept(RECOVERED, tmp_path)
    assert session.bookmarks.positions(RUN) == (2,)
    assert session.bookmarks.notice == ""


def test_the_file_of_a_later_version_is_left_as_it_is(tmp_path: Path) -> None:
    later = b'{"schema":"runwatch.bookmarks/2","bookmarks":{}}'
    (tmp_path / NAME).write_bytes(later)
    session = kept(RECOVERED, tmp_path)
    assert "another version of runwatch wrote it" in session.bookmarks.notice
    set_on(session, 2)
    assert (tmp_path / NAME).read_bytes() == later
    assert session.bookmarks.positions(RUN) == (2,)


def test_their_number_is_bounded_and_the_oldest_go(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(TIMELESS * (MOST + 5))
    session = kept(path, tmp_path / "cache")
    run = session.runs.by_id["r"]
    for position in range(MOST - 1):
        session.bookmarks._all[name_of("r", run.log, position)] = None
    session.bookmarks._save()
    set_on(session, MOST, MOST + 1, MOST + 2, run_id="r")
    assert len(run.order) == MOST + 5
    found = kept(path, tmp_path / "cache").bookmarks.positions("r")
    assert (len(found), found[0], found[-1]) == (MOST, 2, MOST + 2)


def test_where_the_cache_cannot_be_written_it_says_so_once_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    session = kept(RECOVERED, tmp_path / "file" / "cache")
    session.bookmarks.notice = ""
    set_on(session, 2)
    set_on(session, 4)
    assert session.bookmarks.positions(RUN) == (2, 4)


def test_nothing_is_written_beside_the_log(tmp_path: Path) -> None:
    home = tmp_path / "logs"
    home.mkdir()
    shutil.copy(RECOVERED, home)
    set_on(kept(home, tmp_path / "cache"), 2)
    assert os.listdir(home) == [RECOVERED.name]


def test_a_line_leads_to_its_event_and_a_problem_to_none() -> None:
    session = session_of(RECOVERED)
    log = session.runs.by_id[RUN].log
    for position in range(len(log.order)):
        assert session.runs.find(log.place(position)) == (RUN, position)
    problems = session_of(SAMPLES / "live-contradicted.jsonl").runs
    assert session.runs.find(log.place(0)._replace(line=10**9)) is None
    assert all(problems.find(where) is None for where, _ in problems.problems if not isinstance(where, str))


def test_an_entry_of_a_document_leads_to_its_event() -> None:
    """All of them stand at one offset."""
    session = session_of(JOURNALS / "chunked_seq.json")
    ((run_id, run),) = session.runs.by_id.items()
    for position in range(len(run.order)):
        assert session.runs.find(run.log.place(position)) == (run_id, position)
